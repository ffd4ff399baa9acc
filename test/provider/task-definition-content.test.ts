import type { TaskDefinition } from '@aws-sdk/client-ecs';
import type { ManagedTask } from '../../src/express-service/properties/task';
import {
  desiredContent,
  flawOf,
  isSameContent,
} from '../../src/express-service/properties/task-definition-content';

const task: ManagedTask = {
  kind: 'managed',
  image: 'example/hello:1',
  containerPort: 8080,
  environment: { A: '1', B: '2' },
  secrets: { TOKEN: 'arn:aws:ssm:us-east-1:123456789012:parameter/token' },
  executionRoleArn: 'arn:aws:iam::123456789012:role/execution',
  cpu: '256',
  memory: '512',
  cpuArchitecture: 'X86_64',
  logs: { streamPrefix: 'ecs', retentionInDays: 30, retained: false },
};
const content = (changes: Partial<ManagedTask> = {}, live?: TaskDefinition) =>
  desiredContent({
    task: { ...task, ...changes },
    previous: live && task,
    live,
    madeLogGroup: '/aws/ecs/default/hello-1234',
    region: 'us-east-1',
  });

/** What ECS answers for a registered content: with members filled in that nobody has set. */
function asDescribed(registered: ReturnType<typeof content>): TaskDefinition {
  return {
    ...registered,
    family: 'default-hello',
    revision: 3,
    status: 'ACTIVE',
    volumes: [],
    placementConstraints: [],
    compatibilities: ['EC2', 'FARGATE'],
    containerDefinitions: registered.containerDefinitions!.map((container) => ({
      cpu: 0,
      mountPoints: [],
      volumesFrom: [],
      systemControls: [],
      command: [],
      ...container,
      environment: [...(container.environment ?? [])].reverse(),
    })),
  };
}

test('has everything that Express Mode gives a task definition', () => {
  expect(content()).toMatchObject({
    networkMode: 'awsvpc',
    requiresCompatibilities: ['FARGATE'],
    cpu: '256',
    memory: '512',
    executionRoleArn: task.executionRoleArn,
    runtimePlatform: { cpuArchitecture: 'X86_64', operatingSystemFamily: 'LINUX' },
    containerDefinitions: [
      {
        name: 'Main',
        image: 'example/hello:1',
        essential: true,
        portMappings: [{ name: 'main', containerPort: 8080, protocol: 'tcp' }],
        environment: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
        secrets: [{ name: 'TOKEN', valueFrom: task.secrets.TOKEN }],
        linuxParameters: { initProcessEnabled: true },
        stopTimeout: 30,
        logConfiguration: {
          logDriver: 'awslogs',
          options: {
            'awslogs-group': '/aws/ecs/default/hello-1234',
            'awslogs-region': 'us-east-1',
            'awslogs-stream-prefix': 'ecs',
            mode: 'non-blocking',
            'max-buffer-size': '25m',
          },
        },
      },
    ],
  });
});

test('what ECS fills in, orders otherwise or leaves empty is no difference', () => {
  const described = asDescribed(content());
  expect(isSameContent(described, content({}, described))).toBe(true);
});

test.each<[string, Partial<ManagedTask>]>([
  ['image', { image: 'example/hello:2' }],
  ['port', { containerPort: 81 }],
  ['command', { command: ['serve'] }],
  ['variable', { environment: { A: '1', B: '3' } }],
  ['variable taken away', { environment: { A: '1' } }],
  ['secrets', { secrets: {} }],
  [
    'registry credentials',
    { repositoryCredentialsArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:r' },
  ],
  ['execution role', { executionRoleArn: 'arn:aws:iam::123456789012:role/other' }],
  ['task role', { taskRoleArn: 'arn:aws:iam::123456789012:role/task' }],
  ['cpu', { cpu: '512', memory: '1024' }],
  ['architecture', { cpuArchitecture: 'ARM64' }],
  ['stream prefix', { logs: { ...task.logs, streamPrefix: 'web' } }],
])('another %s is a difference', (_name, changes) => {
  const described = asDescribed(content());
  expect(isSameContent(described, content(changes, described))).toBe(false);
});

test('a removed task role is a difference', () => {
  const previous = { ...task, taskRoleArn: 'arn:aws:iam::123456789012:role/task' };
  const live = asDescribed(content(previous));
  const next = desiredContent({ task, previous, live, madeLogGroup: 'made', region: 'us-east-1' });
  expect(next.taskRoleArn).toBeUndefined();
  expect(isSameContent(live, next)).toBe(false);
});

describe('what was changed by hand', () => {
  const byHand = asDescribed(content());
  byHand.containerDefinitions!.push({ name: 'sidecar', image: 'example/proxy:1' });
  Object.assign(byHand.containerDefinitions![0]!, {
    image: 'example/hello:debug',
    command: ['serve', '--debug'],
    ulimits: [{ name: 'nofile', softLimit: 1024, hardLimit: 4096 }],
    environment: [
      { name: 'A', value: 'by hand' },
      { name: 'C', value: 'added' },
    ],
  });
  byHand.ephemeralStorage = { sizeInGiB: 50 };

  test('is no difference', () => {
    expect(isSameContent(byHand, content({}, byHand))).toBe(true);
  });

  test('is taken over into the next revision', () => {
    const next = content({ cpu: '512', memory: '1024' }, byHand);
    expect(next).toMatchObject({ cpu: '512', ephemeralStorage: { sizeInGiB: 50 } });
    expect(next.containerDefinitions).toMatchObject([
      {
        name: 'Main',
        image: 'example/hello:debug',
        command: ['serve', '--debug'],
        ulimits: [{ name: 'nofile' }],
        environment: [
          { name: 'A', value: 'by hand' },
          { name: 'C', value: 'added' },
        ],
      },
      { name: 'sidecar', image: 'example/proxy:1' },
    ]);
  });

  test('gives way to what the template changes, and to nothing else', () => {
    const environment = { A: 'template', B: '2' };
    const next = content({ image: 'example/hello:2', environment }, byHand);
    expect(next.containerDefinitions).toMatchObject([
      {
        image: 'example/hello:2',
        command: ['serve', '--debug'],
        environment: [
          { name: 'A', value: 'template' },
          { name: 'C', value: 'added' },
        ],
      },
      { name: 'sidecar' },
    ]);
  });

  test('does not keep the port from changing', () => {
    const ports = content({ containerPort: 9090 }, byHand).containerDefinitions![0]!.portMappings;
    expect(ports).toMatchObject([{ containerPort: 9090 }]);
  });
});

describe("an author's own task definition", () => {
  const good: TaskDefinition = {
    status: 'ACTIVE',
    networkMode: 'awsvpc',
    requiresCompatibilities: ['FARGATE'],
    containerDefinitions: [
      { name: 'Main', portMappings: [{ name: 'web', containerPort: 80 }] },
      { name: 'sidecar', portMappings: [{ containerPort: 9000 }] },
    ],
  };
  const withPorts = (...portMappings: object[]): TaskDefinition => ({
    ...good,
    containerDefinitions: [{ name: 'Main', portMappings }],
  });

  test('that meets the requirements has no flaw', () => expect(flawOf(good)).toBeUndefined());

  test.each<[string, TaskDefinition, string]>([
    ['inactive', { ...good, status: 'INACTIVE' }, 'is INACTIVE'],
    ['for EC2', { ...good, requiresCompatibilities: ['EC2'] }, 'does not require the compatibility FARGATE'],
    ['in bridge mode', { ...good, networkMode: 'bridge' }, 'has the network mode bridge, not awsvpc'],
    ['without Main', { ...good, containerDefinitions: [{ name: 'web' }] }, 'has no container named Main'],
    ['without a port', withPorts(), 'does not map exactly one TCP port in the container Main'],
    [
      'with two ports',
      withPorts({ name: 'a', containerPort: 80 }, { name: 'b', containerPort: 81 }),
      'does not map exactly one TCP port in the container Main',
    ],
    [
      'with a port for UDP only',
      withPorts({ name: 'a', containerPort: 80, protocol: 'udp' }),
      'does not map exactly one TCP port in the container Main',
    ],
    [
      'with a nameless port',
      withPorts({ containerPort: 80 }),
      'maps a port without a name in the container Main',
    ],
  ])('%s is refused', (_name, definition, flaw) => {
    expect(flawOf(definition)).toBe(flaw);
  });
});
