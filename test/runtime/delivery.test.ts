import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { startLocalAws, type LocalAws } from '../../local';
import { HandlerError } from '../../src/core/failure';
import { OperationStatus } from '../../src/cloudformation/extension';
import { event, type ExampleHandler, invoke, progress, success } from './example-type';
import { eventually } from '../support/eventually';

const STACK = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/hello/1';

let aws: LocalAws;
let logs: CloudWatchLogsClient;
let cloudWatch: CloudWatchClient;
let printed: string;
/** The log group of a test, its own. */
let group: string;
let groups = 0;
let streams = 0;

beforeAll(async () => {
  aws = await startLocalAws({ region: 'eu-west-1' });
  process.env.AWS_ENDPOINT_URL = aws.endpoint;
  logs = new CloudWatchLogsClient(aws.clientOptions());
  cloudWatch = new CloudWatchClient(aws.clientOptions());
  // A service of the local AWS is loaded at its first call, which takes longer than a delivery may.
  await Promise.all([
    logs.send(new DescribeLogGroupsCommand({})),
    cloudWatch.send(new ListMetricsCommand({})),
  ]);
});
afterAll(async () => {
  delete process.env.AWS_ENDPOINT_URL;
  await aws.close();
});
beforeEach(() => {
  group = `org-test-example-logs-${++groups}`;
  aws.faults.clear();
  aws.calls.clear();
  printed = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
});
afterEach(() => jest.restoreAllMocks());

const PROVIDER_CREDENTIALS = {
  accessKeyId: 'AKIAPROVIDERPROVIDER',
  secretAccessKey: 'provider-secret-access-key',
  sessionToken: 'provider-session-token',
};

/** An event whose log goes to a stream that no other test uses. */
function loggedEvent(action: Parameters<typeof event>[0], requestData: object = {}) {
  const provider = { providerLogGroupName: group, providerCredentials: PROVIDER_CREDENTIALS };
  const logicalResourceId = `Hello${++streams}`;
  return event(action, { stackId: STACK }, { ...provider, logicalResourceId, ...requestData });
}
const streamOf = (input: ReturnType<typeof event>) =>
  `${STACK.replaceAll(':', '__')}/${input.requestData.logicalResourceId}`;

async function delivered(logStreamName: string): Promise<string[]> {
  const { events } = await logs.send(
    new GetLogEventsCommand({ logGroupName: group, logStreamName, startFromHead: true }),
  );
  return events!.map(({ message }) => message!);
}

const operations = () => aws.calls.list().map(({ operation }) => operation);

describe('the calls of an invocation', () => {
  test.each([
    ['credentials', { providerCredentials: null }],
    ['a log group', { providerLogGroupName: null }],
  ])('are none without %s', async (_what, requestData) => {
    await invoke(success, loggedEvent('READ', requestData));
    expect(operations()).toEqual([]);
  });

  test('make what is missing, once', async () => {
    await invoke(success, loggedEvent('READ'));
    expect(operations().sort()).toEqual([
      'CreateLogGroup',
      'CreateLogStream',
      'CreateLogStream',
      'PutLogEvents',
      'PutMetricData',
    ]);
  });

  test('are three for a stream that this Lambda has not seen', async () => {
    await logs.send(new CreateLogGroupCommand({ logGroupName: group }));
    const input = loggedEvent('READ');
    await logs.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: streamOf(input) }));
    aws.calls.clear();
    await invoke(success, input);
    expect(operations().sort()).toEqual(['CreateLogStream', 'PutLogEvents', 'PutMetricData']);
  });

  test('are two at a re-invocation', async () => {
    const input = loggedEvent('READ');
    await invoke(success, input);
    aws.calls.clear();
    await invoke(success, input);
    expect(operations().sort()).toEqual(['PutLogEvents', 'PutMetricData']);
  });

  test('make the stream again when somebody has deleted it', async () => {
    const input = loggedEvent('READ');
    await invoke(success, input);
    await logs.send(new DeleteLogStreamCommand({ logGroupName: group, logStreamName: streamOf(input) }));
    await invoke(success, input);
    expect(await delivered(streamOf(input))).not.toEqual([]);
  });

  test('begin while the handler works', async () => {
    const handler: ExampleHandler = async (request) => {
      await eventually('the stream is made', () => operations().includes('CreateLogStream'));
      return success(request);
    };
    expect(await invoke(handler, loggedEvent('READ'))).toMatchObject({ status: 'SUCCESS' });
  });
});

describe('the log', () => {
  test('has a stream for each resource, and lines of JSON in order', async () => {
    const input = loggedEvent('CREATE');
    const handler: ExampleHandler = async (request) => {
      for (let n = 1; n <= 3; n++) request.logger.log('counting', { n });
      return success(request);
    };
    await invoke(handler, input, { awsRequestId: 'request-1' });
    const lines = (await delivered(streamOf(input))).map((line) => JSON.parse(line));
    expect(lines.filter(({ message }) => message === 'counting').map(({ n }) => n)).toEqual([1, 2, 3]);
    expect(lines[0]).toMatchObject({ action: 'CREATE', requestId: 'request-1' });
    expect(
      printed
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(lines);
  });

  test('goes to a stream of the account outside a stack', async () => {
    await invoke(success, { ...loggedEvent('READ'), stackId: null });
    const { logStreams } = await logs.send(new DescribeLogStreamsCommand({ logGroupName: group }));
    expect(logStreams!.map(({ logStreamName }) => logStreamName)).toEqual(['123456789012-eu-west-1']);
  });

  test('is cut to what one call may hold, and says so', async () => {
    const input = loggedEvent('READ');
    const handler: ExampleHandler = async (request) => {
      for (let n = 0; n < 8; n++) request.logger.log('long', { n, text: 'é'.repeat(100_000) });
      return success(request);
    };
    expect(await invoke(handler, input)).toMatchObject({ status: 'SUCCESS' });
    const lines = await delivered(streamOf(input));
    expect(lines.at(-1)).toMatch(/^\d more lines are left out$/);
    expect(Buffer.byteLength(lines.join(''))).toBeLessThan(1_048_576);
  });

  test('names the failure and its causes without a stack', async () => {
    const input = loggedEvent('UPDATE');
    const handler: ExampleHandler = async () => {
      throw new HandlerError('NotStabilized', 'it stopped', { cause: new Error('exit code 1') });
    };
    await invoke(handler, input);
    const failure = (await delivered(streamOf(input))).find((line) => line.includes('"failed"'))!;
    expect(JSON.parse(failure)).toMatchObject({
      code: 'NotStabilized',
      error: { message: 'it stopped.', cause: { message: 'exit code 1' } },
    });
    expect(failure).not.toMatch(/\.ts|stack"/);
  });
});

test('the metrics are those of the official library, in one call', async () => {
  const handler: ExampleHandler = async () => {
    throw new HandlerError('NotFound', 'gone');
  };
  await invoke(handler, loggedEvent('DELETE'));
  const { Metrics } = await cloudWatch.send(
    new ListMetricsCommand({ Namespace: 'AWS/CloudFormation/Org/Test/Example' }),
  );
  const found = Metrics!.map(({ MetricName, Dimensions }) => [
    MetricName,
    Object.fromEntries(Dimensions!.map(({ Name, Value }) => [Name, Value])),
  ]);
  const dimensions = { DimensionKeyActionType: 'DELETE', DimensionKeyResourceType: 'Org::Test::Example' };
  expect(Object.fromEntries(found)).toEqual({
    HandlerInvocationCount: dimensions,
    HandlerInvocationDuration: dimensions,
    HandlerException: { ...dimensions, DimensionKeyExceptionType: 'NotFound' },
  });
  expect(operations().filter((operation) => operation === 'PutMetricData')).toHaveLength(1);
});

describe('a failing delivery fails nothing', () => {
  test.each([
    ['logs', 'CreateLogStream', 'accessDenied'],
    ['logs', 'PutLogEvents', 'accessDenied'],
    ['logs', 'PutLogEvents', 'connectionReset'],
    ['monitoring', 'PutMetricData', 'serverError'],
  ] as const)('%s %s %s', async (service, operation, kind) => {
    aws.faults.add({ service, operation, kind, times: 10 });
    expect(await invoke(success, loggedEvent('READ'))).toMatchObject({ status: 'SUCCESS' });
    expect(printed).toMatch(/log or metric delivery failed/);
  });

  test('and holds nothing up for longer than the time kept for it', async () => {
    aws.faults.add({ service: 'logs', operation: 'PutLogEvents', kind: 'latency', milliseconds: 10_000 });
    expect(await invoke(success, loggedEvent('READ'))).toMatchObject({ status: 'SUCCESS' });
    // The endpoint still holds the call that was given up.
    expect(operations()).not.toContain('PutLogEvents');
    await eventually('the endpoint lets it go', () => operations().includes('PutLogEvents'));
  });
});

describe('secrets', () => {
  const SECRETS = [
    'canary-environment',
    'canary "quoted"\nand broken',
    'canary-previous',
    'canary-password',
    ...Object.values(PROVIDER_CREDENTIALS),
    ...Object.values(event('READ').requestData.callerCredentials),
    event('READ').bearerToken,
  ];

  test('appear nowhere, whatever a handler logs, returns or throws', async () => {
    const input = loggedEvent('UPDATE', {
      resourceProperties: {
        Id: 'example-1',
        Password: SECRETS[3],
        Environment: [
          { Name: 'A', Value: SECRETS[0] },
          { Name: 'B', Value: SECRETS[1] },
        ],
      },
      previousResourceProperties: { Environment: [{ Name: 'A', Value: SECRETS[2] }] },
    });
    const handler: ExampleHandler = async (request) => {
      const { logger } = request;
      logger.log('everything', { request, input });
      logger.log(`as text ${JSON.stringify(input)} ${String(SECRETS[1])}`);
      logger.log('as a URL', { url: `https://example.com/?q=${encodeURIComponent(SECRETS[1]!)}` });
      logger.log('what AWS holds', {
        containers: [{ environment: [{ name: 'X', value: 'value-of-a-live-container' }] }],
      });
      const denied = Object.assign(new Error(`no ${SECRETS[0]}`), { $metadata: { httpStatusCode: 403 } });
      denied.name = 'AccessDeniedException';
      throw new AggregateError([denied, new Error(SECRETS[3], { cause: { token: SECRETS[2] } })], SECRETS[5]);
    };
    const answers = [
      await invoke(handler, input),
      await invoke(async () => {
        throw Object.assign(new Error(`refused ${SECRETS.join(' ')}`), {
          $metadata: { httpStatusCode: 400 },
        });
      }, input),
      await invoke(
        async () =>
          progress({
            status: OperationStatus.Failed,
            errorCode: 'InvalidRequest' as never,
            message: SECRETS.join(', '),
          }),
        input,
      ),
    ];
    expect(answers.map(({ errorCode }) => errorCode)).toEqual([
      'InternalFailure',
      'GeneralServiceException',
      'InvalidRequest',
    ]);
    const lines = await delivered(streamOf(input));
    expect(lines.some((line) => line.includes('everything'))).toBe(true);
    const messages = answers.map(({ message }) => message);
    const written = [printed, ...lines, ...messages].join('\n');
    const everything = `${written}\n${decodeURIComponent(written.replace(/%(?![0-9A-F]{2})/g, '%25'))}`;
    const readable = `${everything}\n${everything.replaceAll('\\n', '\n').replaceAll('\\', '')}`;
    for (const secret of SECRETS) {
      expect(readable.includes(secret) ? secret : 'not found').toBe('not found');
    }
    expect(written).not.toContain('value-of-a-live-container');
  });
});
