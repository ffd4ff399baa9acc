/** What simulated containers write, as it is read in CloudWatch Logs. */
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { RegisterTaskDefinitionCommand, UpdateServiceCommand, type Service } from '@aws-sdk/client-ecs';
import {
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { createRole } from '../../local/account';
import { Fixture, MINUTE } from './fixture';

let fixture: Fixture;
let logs: CloudWatchLogsClient;
let executionRoleArn: string;
beforeAll(async () => {
  fixture = await Fixture.start();
  executionRoleArn = await createRole(fixture.aws, 'execution', 'ecs-tasks.amazonaws.com');
  // Until the role can be used.
  await fixture.advance(MINUTE);
  logs = new CloudWatchLogsClient(fixture.aws.clientOptions());
});
afterAll(() => fixture.close());

interface Started {
  readonly service: Service;
  readonly logGroupName: string;
  readonly targetGroupArn: string;
}

/** A service of one task of this image, and beside it a container that writes elsewhere; its log group is there. */
async function start(image: string): Promise<Started> {
  const logGroupName = `/logs/${fixture.name('group')}`;
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  const targetGroupArn = await fixture.targetGroup();
  await fixture.rule([[targetGroupArn, 1]]);
  const logConfiguration = {
    logDriver: 'awslogs' as const,
    options: { 'awslogs-group': logGroupName, 'awslogs-region': 'us-east-1', 'awslogs-stream-prefix': 'web' },
  };
  const { taskDefinition } = await fixture.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'logs',
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      executionRoleArn,
      containerDefinitions: [
        { name: 'Main', image, portMappings: [{ containerPort: 80 }], logConfiguration },
        { name: 'mute', image: 'repository/mute:1', essential: false },
      ],
    }),
  );
  const input = await fixture.input(
    undefined,
    {},
    {
      desiredCount: 1,
      taskDefinition: taskDefinition!.taskDefinitionArn,
      loadBalancers: [{ targetGroupArn, containerName: 'Main', containerPort: 80 }],
    },
  );
  return { service: await fixture.create(input), logGroupName, targetGroupArn };
}

/** The lines of the first task in a log group, each with the seconds since the first one, and the name of their stream. */
async function read(logGroupName: string) {
  const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName }));
  const [first] = events;
  const ofFirst = events.filter(({ logStreamName }) => logStreamName === first!.logStreamName);
  return {
    lines: ofFirst.map(({ timestamp, message }) => [(timestamp! - first!.timestamp!) / 1000, message!]),
    stream: first?.logStreamName,
  };
}

const ENDED_BY_ECS = [
  expect.any(Number),
  expect.stringMatching(
    /^Received SIGTERM \(Task failed ELB health checks in \(target-group arn:.*\)\), exiting with code 143$/,
  ),
];
const GET_PING = 'GET /ping 200 "ELB-HealthChecker/2.0"';

test('a container that answers writes that it starts, and each health check, in the stream of its task', async () => {
  const { service, logGroupName } = await start('repository/web:1');
  await fixture.advance(60_000);
  const [task] = await fixture.tasks(service);
  const { lines, stream } = await read(logGroupName);
  expect(stream).toBe(`web/Main/${task!.taskArn!.split('/').at(-1)}`);
  expect(lines).toEqual([
    [0, 'Starting repository/web:1'],
    [2, 'Listening on port 80'],
    [12, GET_PING],
    [22, GET_PING],
    [32, GET_PING],
  ]);
  const { logStreams } = await logs.send(new DescribeLogStreamsCommand({ logGroupName }));
  expect(logStreams!.map(({ logStreamName }) => logStreamName)).toEqual([stream]);
});

test('what was read is not written again, and goes on', async () => {
  const { logGroupName } = await start('repository/web:1');
  await fixture.advance(45_000);
  const before = await read(logGroupName);
  await fixture.advance(10_000);
  const after = await read(logGroupName);
  expect(after.lines).toEqual([...before.lines, [32, GET_PING]]);
});

test.each([
  [
    'unhealthy',
    [
      [0, 'Starting repository/web:unhealthy'],
      [2, 'Listening on port 80'],
      [12, 'GET /ping 503 "ELB-HealthChecker/2.0"'],
      [22, 'GET /ping 503 "ELB-HealthChecker/2.0"'],
      ENDED_BY_ECS,
    ],
  ],
  [
    'exits',
    [
      [0, 'Starting repository/web:exits'],
      [1, 'Exiting with code 1, as the tag of the image asks for'],
    ],
  ],
  [
    'grpc',
    [
      [0, 'Starting repository/web:grpc'],
      [2, 'Listening on port 80'],
      [12, 'Refused a request in HTTP1: only GRPC is spoken here'],
      [22, 'Refused a request in HTTP1: only GRPC is spoken here'],
      ENDED_BY_ECS,
    ],
  ],
  ['cannot-pull', []],
])('a container of the tag %s says what happens to it', async (tag, expected) => {
  const { service, logGroupName } = await start(`repository/web:${tag}`);
  await fixture.advance(2 * MINUTE);
  await fixture.ecs.send(new UpdateServiceCommand({ service: service.serviceName, desiredCount: 0 }));
  await fixture.advance(5 * MINUTE);
  const { lines } = await read(logGroupName);
  // A request follows the other until the task is stopped; two of them are enough here.
  expect([...lines.slice(0, 4), ...lines.slice(4).slice(-1)]).toEqual(expected);
});

test('what containers write survives their task, and goes with the log group', async () => {
  const { service, logGroupName } = await start('repository/web:1');
  await fixture.advance(MINUTE);
  await fixture.ecs.send(new UpdateServiceCommand({ service: service.serviceName, desiredCount: 0 }));
  await fixture.advance(120 * MINUTE);
  expect(await fixture.tasks(service)).toEqual([]);
  const { lines } = await read(logGroupName);
  expect(lines.at(-1)![1]).toMatch(/^Received SIGTERM/);

  await fixture.ecs.send(new UpdateServiceCommand({ service: service.serviceName, desiredCount: 1 }));
  await fixture.advance(MINUTE);
  await logs.send(new DeleteLogGroupCommand({ logGroupName }));
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  expect((await read(logGroupName)).lines).toEqual([]);
});

test('a changed health check is written from then on', async () => {
  const { logGroupName, targetGroupArn } = await start('repository/web:1');
  await fixture.advance(MINUTE);
  const elb = new ElasticLoadBalancingV2Client(fixture.aws.clientOptions());
  await elb.send(new ModifyTargetGroupCommand({ TargetGroupArn: targetGroupArn, HealthCheckPath: '/new' }));
  await fixture.advance(MINUTE);
  const requests = (await read(logGroupName)).lines.map(([, message]) => String(message).split(' ')[1]);
  const paths = requests.filter((path) => path!.startsWith('/'));
  expect([...new Set(paths)]).toEqual(['/ping', '/new']);
  expect(paths.indexOf('/new')).toBe(paths.lastIndexOf('/ping') + 1);
});
