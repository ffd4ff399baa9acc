/** `Org::ECS::GovernanceHook`: its built bundle, invoked through the Lambda endpoint of the local AWS. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  GetLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { startLocalAws, type LocalAws } from '../../local';
import { bundleFunction } from '../../scripts/build';
import { CALLER, event as exampleEvent, STACK_ID } from './example-hook';

const ROOT = join(__dirname, '..', '..');
const SECRET = 'canary-Xk29-value-nobody-may-see';

let aws: LocalAws;
let lambda: LambdaClient;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'governance-hook-'));
  const bundle = join(directory, 'handlers.js');
  await bundleFunction(join(ROOT, 'hooks', 'registry', 'handlers.ts'), bundle);
  aws = await startLocalAws({ region: 'eu-west-1' });
  aws.lambda.register({ name: 'GovernanceHook', bundle, handler: 'entrypoint' });
  aws.lambda.register({ name: 'GovernanceHookTest', bundle, handler: 'testEntrypoint' });
  lambda = new LambdaClient(aws.clientOptions());
});
afterAll(async () => {
  await aws.close();
  await rm(directory, { recursive: true });
});

const SERVICE = 'AWS::ECS::Service';
const event = (changes: object, requestData: object) =>
  exampleEvent({ hookTypeName: 'Org::ECS::GovernanceHook', ...changes }, requestData);
const resource = (targetName: string, resourceProperties: object, changes: object = {}) =>
  event(changes, { targetName, targetModel: { resourceProperties } });
const service = (AssignPublicIp: string, changes: object = {}) =>
  resource(
    SERVICE,
    { NetworkConfiguration: { AwsvpcConfiguration: { Subnets: ['subnet-1'], AssignPublicIp } } },
    changes,
  );
const container = (properties: object) => ({
  NetworkMode: 'awsvpc',
  TaskRoleArn: 'arn:aws:iam::123456789012:role/task',
  ExecutionRoleArn: 'arn:aws:iam::123456789012:role/execution',
  ContainerDefinitions: [
    {
      Name: 'main',
      Image: 'public.ecr.aws/docker/library/httpd:2.4',
      User: '1000',
      Memory: '512',
      ReadonlyRootFilesystem: 'true',
      LogConfiguration: { LogDriver: 'awslogs' },
      ...properties,
    },
  ],
});

interface Answer {
  readonly hookStatus: string;
  readonly status?: string;
  readonly errorCode?: string;
  readonly message: string;
  readonly clientRequestToken?: string;
  readonly annotations?: readonly { annotationName: string; status: string }[];
}

async function invoke(input: unknown, FunctionName = 'GovernanceHook'): Promise<Answer> {
  const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(input) }));
  expect(answer.FunctionError).toBeUndefined();
  return JSON.parse(Buffer.from(answer.Payload!).toString('utf8')) as Answer;
}

describe('a resource', () => {
  test('that complies is let through, with one annotation for each rule', async () => {
    const answer = await invoke(service('DISABLED'));
    expect(answer.hookStatus).toBe('SUCCESS');
    expect(answer.errorCode).toBeUndefined();
    expect(answer.clientRequestToken).toBe(exampleEvent().clientRequestToken);
    expect(answer.annotations).toContainEqual(
      expect.objectContaining({ annotationName: 'NET-01', status: 'PASSED' }),
    );
  });

  test.each(['CREATE_PRE_PROVISION', 'UPDATE_PRE_PROVISION'])(
    'that breaks a rule is refused at %s, by name of the rule, the resource and the property',
    async (actionInvocationPoint) => {
      const answer = await invoke(service('ENABLED', { actionInvocationPoint }));
      expect(answer).toMatchObject({ hookStatus: 'FAILED', errorCode: 'NonCompliant' });
      expect(answer.message).toMatch(
        /^NET-01\b.*Orders.*NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp/,
      );
      expect(answer.annotations).toContainEqual(
        expect.objectContaining({ annotationName: 'NET-01', status: 'FAILED' }),
      );
    },
  );

  test.each([
    ['"true" where true is asked for', { ReadonlyRootFilesystem: 'true' }, 'TD-06', 'PASSED'],
    ['"false" where true is asked for', { ReadonlyRootFilesystem: 'false' }, 'TD-06', 'FAILED'],
    ['"true" where true is forbidden', { Privileged: 'true' }, 'TD-01', 'FAILED'],
    ['"false" where true is forbidden', { Privileged: 'false' }, 'TD-01', 'PASSED'],
    ['"512" where a number is asked for', { Memory: '512' }, 'TD-10', 'PASSED'],
    ['"2" where a number of at least 4 is asked for', { Memory: '2' }, 'TD-10', 'FAILED'],
  ])('with the text %s', async (_, properties, rule, status) => {
    const { annotations } = await invoke(resource('AWS::ECS::TaskDefinition', container(properties)));
    expect(annotations).toContainEqual(expect.objectContaining({ annotationName: rule, status }));
  });

  test.each([
    ['with its properties', { resourceProperties: { AssignPublicIp: 'ENABLED' } }],
    ['without properties', { resourceProperties: {} }],
    ['without a model', null],
  ])('may be deleted whatever the rules say: %s', async (_, targetModel) => {
    const changes = { actionInvocationPoint: 'DELETE_PRE_PROVISION', hookModel: { Profile: 'none' } };
    expect(await invoke(event(changes, { targetName: SERVICE, targetModel }))).toMatchObject({
      hookStatus: 'SUCCESS',
    });
  });

  test.each([
    ['of a type that no rule judges', resource('AWS::S3::Bucket', {}), 'UnsupportedTarget'],
    ['without properties', event({}, { targetName: SERVICE, targetModel: null }), 'InvalidRequest'],
  ])('%s cannot be judged', async (_, input, errorCode) => {
    expect(await invoke(input)).toMatchObject({ hookStatus: 'FAILED', errorCode });
  });

  test('is judged by the test entrypoint as well', async () => {
    const { requestData } = service('ENABLED');
    const answer = await invoke(
      {
        credentials: CALLER,
        actionInvocationPoint: 'CREATE_PRE_PROVISION',
        region: 'eu-west-1',
        request: {
          clientRequestToken: 'token',
          hookContext: { targetName: requestData.targetName, targetModel: requestData.targetModel },
        },
      },
      'GovernanceHookTest',
    );
    expect(answer).toMatchObject({ status: 'FAILED', errorCode: 'NonCompliant' });
    expect(answer.message).toMatch(/^NET-01/);
  });
});

describe('the configuration', () => {
  const exemption = { rule: 'NET-01', reason: 'test', owner: 'team', expires: '2999-12-31' };
  test.each([
    ['nothing', {}, 'FAILED'],
    ['a rule that is off', { Rules: { 'NET-01': { mode: 'off' } } }, 'SUCCESS'],
    ['a rule that only warns', { Rules: { 'NET-01': { mode: 'warn' } } }, 'SUCCESS'],
    ['findings below the bound', { RefuseFrom: 'CRITICAL' }, 'SUCCESS'],
    ['an exemption', { Exemptions: [exemption] }, 'SUCCESS'],
    ['an exemption of another stack', { Exemptions: [{ ...exemption, stack: 'other' }] }, 'FAILED'],
    ['an exemption that has expired', { Exemptions: [{ ...exemption, expires: '2020-01-01' }] }, 'FAILED'],
    [
      'an exemption from a rule without exemptions, which arrives as a text',
      { Exemptions: [exemption], Rules: { 'NET-01': { neverExempt: 'true' } } },
      'FAILED',
    ],
    ['another profile', { Profile: 'control-tower' }, 'FAILED'],
    ['what is not known to be refused', { Indeterminate: { resource: 'fail' } }, 'FAILED'],
  ])('%s', async (_, hookModel, hookStatus) => {
    expect(await invoke(service('ENABLED', { hookModel }))).toMatchObject({ hookStatus });
  });

  test('parameters of rules have the types that the rules declare, and change the profile only where they say', async () => {
    const logGroup = (parameters: object, Profile = 'org-default') =>
      invoke(
        resource(
          'AWS::Logs::LogGroup',
          { RetentionInDays: '30', KmsKeyId: 'arn:aws:kms:eu-west-1:123456789012:key/1' },
          { hookModel: { Profile, Rules: { 'LOG-01': { parameters } } } },
        ),
      );
    expect(await logGroup({ minimumDays: '30' })).toMatchObject({ hookStatus: 'SUCCESS' });
    expect(await logGroup({ minimumDays: '31' })).toMatchObject({ hookStatus: 'FAILED' });
    expect(await logGroup({ acceptUnlimited: 'false' })).toMatchObject({ hookStatus: 'SUCCESS' });
    expect(await logGroup({ acceptUnlimited: 'false' }, 'strict')).toMatchObject({ hookStatus: 'FAILED' });
  });

  test.each([
    ['a profile', { Profile: 'org-defualt' }, 'Profile: ', 'Use one of org-default, control-tower, strict'],
    ['a profile that every object has', { Profile: 'constructor' }, 'Profile: ', 'Use one of'],
    ['a rule', { Rules: { 'NET-1': {} } }, 'Rules/NET-1: ', 'Did you mean NET-01?'],
    [
      'a parameter',
      { Rules: { 'LOG-01': { parameters: { days: 1 } } } },
      'Rules/LOG-01/parameters/days: ',
      'minimumDays',
    ],
  ])('%s that does not exist is named', async (_, hookModel, place, remedy) => {
    const answer = await invoke(service('DISABLED', { hookModel }));
    expect(answer).toMatchObject({ hookStatus: 'FAILED', errorCode: 'InvalidTypeConfiguration' });
    expect(answer.message).toContain(place);
    expect(answer.message).toContain(remedy);
  });
});

describe('a stack or change set', () => {
  let server: Server;
  let requests = 0;
  let respond: (attempt: number) => readonly [status: number, body: string];
  beforeAll(async () => {
    server = createServer((_, response) => {
      const [status, body] = respond(++requests);
      response.writeHead(status).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  beforeEach(() => (requests = 0));

  const payload = () =>
    `http://127.0.0.1:${(server.address() as AddressInfo).port}/document?X-Amz-Signature=${SECRET}`;
  const target = (targetName: string) =>
    event(
      {},
      { targetName, targetType: targetName, targetLogicalId: 'shop', targetModel: null, payload: payload() },
    );
  const template = (AssignPublicIp: unknown) => `
    Resources:
      Web:
        Type: AWS::ECS::Service
        Properties:
          NetworkConfiguration: { AwsvpcConfiguration: { Subnets: [subnet-1], AssignPublicIp: ${AssignPublicIp} } }`;
  const change = (action: string) => ({
    logicalResourceId: 'Web',
    resourceType: SERVICE,
    action,
    afterContext: JSON.stringify({ Properties: {} }),
  });
  const upperCamel = (document: object) =>
    Object.fromEntries(
      Object.entries(document).map(([name, value]) => [name[0]!.toUpperCase() + name.slice(1), value]),
    );

  test.each([
    ['a template that complies', 'STACK', { template: template('DISABLED') }, 'SUCCESS'],
    ['a template that does not', 'STACK', { template: template('ENABLED') }, 'FAILED'],
    ['UpperCamel names', 'STACK', upperCamel({ template: template('ENABLED') }), 'FAILED'],
    ['short tags', 'STACK', { template: template('!If [C, ENABLED, ENABLED]') }, 'FAILED'],
    [
      'a change of a resource that does not comply',
      'CHANGE_SET',
      { template: template('ENABLED'), changedResources: [change('Modify')] },
      'FAILED',
    ],
    ['no change', 'CHANGE_SET', { template: template('ENABLED'), changedResources: [] }, 'SUCCESS'],
  ])('%s', async (_, targetName, document, hookStatus) => {
    respond = () => [200, JSON.stringify(document)];
    const answer = await invoke(target(targetName));
    expect(answer).toMatchObject({ hookStatus });
    if (hookStatus === 'FAILED') expect(answer).toMatchObject({ errorCode: 'NonCompliant' });
  });

  test('a server error is tried again', async () => {
    respond = (attempt) =>
      attempt < 3 ? [503, 'busy'] : [200, JSON.stringify({ template: template('ENABLED') })];
    expect(await invoke(target('STACK'))).toMatchObject({ hookStatus: 'FAILED', errorCode: 'NonCompliant' });
    expect(requests).toBe(3);
  });

  test.each([
    ['denied', 403, '', 'GeneralServiceException', 1],
    ['a server error that stays', 500, '', 'GeneralServiceException', 3],
    ['no JSON', 200, 'oops', 'GeneralServiceException', 1],
    ['no template', 200, '{}', 'GeneralServiceException', 1],
    ['a template that is none', 200, '{"template":"a: ["}', 'InvalidRequest', 1],
  ])(
    'a payload that is %s fails the hook and keeps its URL to itself',
    async (_, status, body, errorCode, attempts) => {
      respond = () => [status, body];
      const answer = await invoke(target('STACK'));
      expect(answer).toMatchObject({ hookStatus: 'FAILED', errorCode });
      expect(answer.message).toMatch(/^Refused because it cannot be judged\. \S/);
      expect(JSON.stringify(answer)).not.toContain(SECRET);
      expect(requests).toBe(attempts);
    },
  );

  test('no payload fails the hook', async () => {
    const input = target('CHANGE_SET');
    delete input.requestData.payload;
    expect(await invoke(input)).toMatchObject({ hookStatus: 'FAILED', errorCode: 'InvalidRequest' });
  });

  test('neither log nor answer holds a secret', async () => {
    const text = JSON.stringify({
      Resources: {
        Task: {
          Type: 'AWS::ECS::TaskDefinition',
          Properties: container({ Environment: [{ Name: 'DB_PASSWORD', Value: SECRET }] }),
        },
      },
    });
    respond = () => [200, JSON.stringify({ template: text })];
    const input = target('STACK');
    const credentials = { ...CALLER, secretAccessKey: `${SECRET}-key`, sessionToken: `${SECRET}-token` };
    input.requestData.callerCredentials = JSON.stringify(credentials);
    const { payload: answer, output } = await aws.lambda.invoke('GovernanceHook', input);
    expect(answer).toMatchObject({ hookStatus: 'FAILED', errorCode: 'NonCompliant' });
    expect(answer.message).toContain('TD-08');
    expect(output).toContain('TD-08');
    expect(JSON.stringify(answer) + output).not.toContain(SECRET);
  });
});

describe('logs and metrics', () => {
  const LOG_GROUP = 'org-ecs-governancehook-logs';
  let logs: CloudWatchLogsClient;
  let cloudWatch: CloudWatchClient;
  beforeAll(async () => {
    logs = new CloudWatchLogsClient(aws.clientOptions());
    cloudWatch = new CloudWatchClient(aws.clientOptions());
    // A service of the local AWS is loaded at its first call, which takes longer than a delivery may.
    await Promise.all([
      logs.send(new DescribeLogGroupsCommand({})),
      cloudWatch.send(new ListMetricsCommand({})),
    ]);
  });

  const delivered = (providerLogGroupName: string | null, changes: object = {}) => {
    const caller = { typeName: 'Org::ECS::GovernanceHook', operation: 'LOG_DELIVERY', invocationId: 'hook' };
    const input = service('ENABLED', changes);
    input.requestData.providerLogGroupName = providerLogGroupName;
    input.requestData.providerCredentials = JSON.stringify(aws.callers.issue(caller));
    aws.calls.clear();
    return invoke(input);
  };
  const calls = () =>
    aws.calls.list().filter(({ service: name }) => name === 'logs' || name === 'monitoring');

  test('are not delivered without a log group', async () => {
    await delivered(null);
    expect(calls()).toEqual([]);
  });

  test('are delivered with the provider credentials, to a stream and a namespace of the hook', async () => {
    await delivered(LOG_GROUP);
    expect(new Set(calls().map(({ service: name, caller }) => `${name} ${caller?.operation}`))).toEqual(
      new Set(['logs LOG_DELIVERY', 'monitoring LOG_DELIVERY']),
    );
    const logStreamName = `${STACK_ID.replaceAll(':', '__')}/Orders`;
    const { events } = await logs.send(new GetLogEventsCommand({ logGroupName: LOG_GROUP, logStreamName }));
    const lines = events!.map(({ message }) => JSON.parse(message!));
    expect(lines).toContainEqual(
      expect.objectContaining({
        message: 'answered',
        actionInvocationPoint: 'CREATE_PRE_PROVISION',
        targetName: SERVICE,
        targetLogicalId: 'Orders',
        hookStatus: 'FAILED',
        errorCode: 'NonCompliant',
      }),
    );
    const { Metrics } = await cloudWatch.send(
      new ListMetricsCommand({ Namespace: 'AWS/CloudFormation/123456789012/Org/ECS/GovernanceHook' }),
    );
    const dimensions = [
      { Name: 'DimensionKeyInvocationPointType', Value: 'CREATE_PRE_PROVISION' },
      { Name: 'DimensionKeyHookType', Value: 'Org::ECS::GovernanceHook' },
    ];
    for (const name of ['HandlerInvocationCount', 'HandlerInvocationDuration']) {
      const metric = Metrics!.find(({ MetricName }) => MetricName === name);
      expect(metric?.Dimensions).toEqual(expect.arrayContaining(dimensions));
    }
    // A refusal is no exception.
    expect(Metrics!.map(({ MetricName }) => MetricName)).not.toContain('HandlerException');
  });

  test('count a hook that could not judge as an exception', async () => {
    await delivered(LOG_GROUP, { hookModel: { Profile: 'none' } });
    const { Metrics } = await cloudWatch.send(new ListMetricsCommand({ MetricName: 'HandlerException' }));
    expect(Metrics!.flatMap(({ Dimensions }) => Dimensions)).toContainEqual({
      Name: 'DimensionKeyExceptionType',
      Value: 'InvalidTypeConfiguration',
    });
  });

  test('that cannot be delivered do not change the answer', async () => {
    aws.faults.add({ service: 'logs', kind: 'accessDenied' });
    try {
      expect(await delivered('another-log-group')).toMatchObject({ errorCode: 'NonCompliant' });
    } finally {
      aws.faults.clear();
    }
  });
});
