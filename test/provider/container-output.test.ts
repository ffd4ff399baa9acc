/** The last lines of a container that fails, as the message of its deployment quotes them. */
import {
  CloudWatchLogs,
  type CreateLogStreamCommandInput,
  type InputLogEvent,
} from '@aws-sdk/client-cloudwatch-logs';
import { ECS, type ContainerDefinition } from '@aws-sdk/client-ecs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clients } from '../../src/aws/clients';
import type { Scope } from '../../src/express-service/composition/component';
import { lastOutputOf } from '../../src/express-service/diagnosis/container-output';
import { BEGINNING } from '../../src/core/outcome';
import { ecsServiceOf, identityOf } from '../../src/express-service/identity/identity';
import { ACCOUNT_ID, REGION } from '../support/account';
import { Driver } from '../support/driver';
import { Session } from '../../src/aws/session';

const TASK_ID = '0123456789abcdef0123456789abcdef';

let driver: Driver;
let logs: CloudWatchLogs;
let ecs: ECS;
beforeAll(async () => {
  driver = await Driver.start();
  logs = new CloudWatchLogs(driver.aws.clientOptions());
  ecs = new ECS(driver.aws.clientOptions());
});
afterAll(async () => {
  logs.destroy();
  ecs.destroy();
  await driver.close();
});

/** A task whose container has written these lines, into a log group of the test's own. */
async function written(
  test: string,
  lines: readonly string[],
  definition: Partial<ContainerDefinition> = {},
  options: Record<string, string> = {},
) {
  const destination: CreateLogStreamCommandInput = {
    logGroupName: test,
    logStreamName: `ecs/${definition.name ?? 'Main'}/${TASK_ID}`,
  };
  await logs.createLogGroup({ logGroupName: test });
  await logs.createLogStream(destination);
  const logEvents = lines.map((message, index): InputLogEvent => ({
    timestamp: driver.aws.clock.now() - lines.length + index,
    message,
  }));
  if (logEvents.length > 0) await logs.putLogEvents({ ...destination, logEvents });
  const { taskDefinition } = await ecs.registerTaskDefinition({
    family: test,
    requiresCompatibilities: ['FARGATE'],
    networkMode: 'awsvpc',
    cpu: '256',
    memory: '512',
    executionRoleArn: driver.roles.execution,
    containerDefinitions: [
      {
        name: 'Main',
        image: 'example/hello:1',
        logConfiguration: {
          logDriver: 'awslogs',
          options: {
            'awslogs-group': test,
            'awslogs-region': REGION,
            'awslogs-stream-prefix': 'ecs',
            ...options,
          },
        },
        ...definition,
      },
    ],
  });
  return {
    taskArn: `arn:aws:ecs:${REGION}:${ACCOUNT_ID}:task/default/${TASK_ID}`,
    taskDefinitionArn: taskDefinition!.taskDefinitionArn,
  };
}

function scope(): Scope {
  const location = { partition: 'aws', region: REGION, accountId: ACCOUNT_ID };
  const identity = identityOf(location, 'default', 'hello');
  return {
    identity,
    ecsService: ecsServiceOf(identity),
    clients: { ecs, cloudWatchLogs: logs } as unknown as Clients,
    session: new Session(),
    log: () => undefined,
    time: BEGINNING,
  };
}

test.each<[string, Parameters<typeof written>, string[]]>([
  [
    'the last three lines, in their order',
    ['last', ['one', 'two', 'three', 'four']],
    ['two', 'three', 'four'],
  ],
  [
    'lines that repeat the one before once, such as those of health checks',
    ['repeated', ['Listening', 'GET /', 'GET /', 'GET /', 'Received SIGTERM', 'Received SIGTERM']],
    ['Listening', 'GET /', 'Received SIGTERM'],
  ],
  [
    'the error instead of the stack frames below it',
    [
      'frames',
      [
        'Error: connect ECONNREFUSED 10.0.0.1:5432',
        '    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1555:16)',
        '    at node:internal/main/run_main_module:28:49',
        '\t... 12 more',
        'at 9:00 all was well',
      ],
    ],
    ['Error: connect ECONNREFUSED 10.0.0.1:5432', 'at 9:00 all was well'],
  ],
  ['none where nothing was written', ['nothing', []], []],
  [
    'lines without colours and control characters, on one line',
    ['colours', ['\u001b[31;1mError\u001b[0m:\n\tno route\u0007', '\u001b[0m']],
    ['Error : no route'],
  ],
  [
    'values of environment variables masked, also where the line is cut',
    [
      'masked',
      ['token=canary-value-1', `${'x'.repeat(135)}canary-value-1`],
      { environment: [{ name: 'TOKEN', value: 'canary-value-1' }] },
    ],
    ['token=<REDACTED>', `${'x'.repeat(135)}<RED…`],
  ],
  ['none that went to another Region', ['elsewhere', ['one'], {}, { 'awslogs-region': 'eu-west-1' }], []],
  [
    'none that went to another log driver',
    ['driver', ['one'], { logConfiguration: { logDriver: 'splunk' } }],
    [],
  ],
])('%s', async (_name, arguments_, expected) => {
  const task = await written(...arguments_);
  expect(await lastOutputOf(scope(), { task })).toEqual(expected);
});

test('of the container that is to blame', async () => {
  const task = await written('sidecar', ['one'], { name: 'Proxy' });
  expect(await lastOutputOf(scope(), { task, container: 'Proxy' })).toEqual(['one']);
});

test('the cause is told without output where that cannot be read', async () => {
  driver.aws.faults.add({ kind: 'accessDenied', operation: 'GetLogEvents' });
  const model = driver.model({ PrimaryContainer: { Image: 'example/hello:exits' } });
  const outcome = await driver.create(model);
  expect(outcome).toMatchObject({
    errorCode: 'NotStabilized',
    message: expect.stringMatching(/: 3 tasks: container Main exited with code 1\. Read/),
  });
});

describe('a log stream in pages', () => {
  /** Pages of CloudWatch Logs as they come over the wire, the newest first; each is named by its number. */
  async function lastOutputFrom(
    pages: readonly (readonly string[])[],
  ): Promise<{ lines: readonly string[]; tokens: (string | undefined)[] }> {
    const tokens: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      request.setEncoding('utf8');
      let body = '';
      request.on('data', (part: string) => (body += part));
      request.on('end', () => {
        const { nextToken } = JSON.parse(body);
        tokens.push(nextToken);
        const index = Number(nextToken ?? 0);
        // The last one names itself: nothing is left.
        const next = Math.min(index + 1, pages.length - 1);
        const events = pages[index]!.map((message, timestamp) => ({ message, timestamp }));
        response.setHeader('Content-Type', 'application/x-amz-json-1.1');
        response.end(JSON.stringify({ events, nextBackwardToken: String(next), nextForwardToken: 'f' }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const paged = new CloudWatchLogs({
      ...driver.aws.clientOptions(),
      endpoint: `http://127.0.0.1:${port}`,
    });
    try {
      const task = await written(`pages-${port}`, []);
      const clients = { ecs, cloudWatchLogs: paged } as unknown as Clients;
      return { lines: await lastOutputOf({ ...scope(), clients }, { task }), tokens };
    } finally {
      paged.destroy();
      server.closeAllConnections();
      server.close();
    }
  }

  test('is read behind empty pages, the newest lines last', async () => {
    const { lines, tokens } = await lastOutputFrom([[], ['three'], [], ['one', 'two'], []]);
    expect(lines).toEqual(['one', 'two', 'three']);
    expect(tokens).toEqual([undefined, '1', '2', '3', '4']);
  });

  test('is read no further than is needed', async () => {
    const full = Array.from({ length: 50 }, (_, index) => `line ${index}`);
    const { lines, tokens } = await lastOutputFrom([[], full, ['older']]);
    expect(lines).toEqual(['line 47', 'line 48', 'line 49']);
    expect(tokens).toHaveLength(2);
  });

  test('that seems to have no end is given up', async () => {
    const { lines, tokens } = await lastOutputFrom(Array.from({ length: 1_000 }, () => []));
    expect(lines).toEqual([]);
    expect(tokens).toHaveLength(10);
  });
});
