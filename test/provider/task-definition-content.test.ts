import type { TaskDefinition } from '@aws-sdk/client-ecs';
import type { TypeConfigurationModel } from '../../src/express-service/model';
import { managedTask, type ManagedTaskInput } from '../../src/express-service/properties/task';
import {
  desiredContent,
  taskDefinitionFlaw,
  isSameContent,
} from '../../src/express-service/properties/task-definition-content';

/** What a template says of a task. */
const template = {
  PrimaryContainer: {
    Image: 'example/hello:1',
    ContainerPort: 8080,
    Environment: [
      { Name: 'A', Value: '1' },
      { Name: 'B', Value: '2' },
    ],
    Secrets: [{ Name: 'TOKEN', ValueFrom: 'arn:aws:ssm:us-east-1:123456789012:parameter/token' }],
  },
  ExecutionRoleArn: 'arn:aws:iam::123456789012:role/execution',
  Cpu: '256',
  Memory: '512',
} satisfies ManagedTaskInput;

/** The template with other properties. */
type Changes = Omit<ManagedTaskInput, 'PrimaryContainer'> & {
  readonly PrimaryContainer?: Partial<ManagedTaskInput['PrimaryContainer']>;
};
const taskOf = ({ PrimaryContainer, ...changes }: Changes = {}) =>
  managedTask(
    {
      ...template,
      ...changes,
      PrimaryContainer: { ...template.PrimaryContainer, ...PrimaryContainer },
    },
    {} as TypeConfigurationModel,
    { execution: 'arn:aws:iam::123456789012:role/made', task: undefined },
  );
const content = (changes: Changes = {}, live?: TaskDefinition) =>
  desiredContent({
    task: taskOf(changes),
    previous: live && taskOf(),
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
    executionRoleArn: template.ExecutionRoleArn,
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
        secrets: [{ name: 'TOKEN', valueFrom: template.PrimaryContainer.Secrets[0]!.ValueFrom }],
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

test('what was registered before containers had some of their properties is no difference', () => {
  const described = asDescribed(content());
  const earlier: TaskDefinition = {
    ...described,
    containerDefinitions: described.containerDefinitions!.map(
      ({ interactive: _interactive, pseudoTerminal: _pseudoTerminal, ...others }) => others,
    ),
  };
  expect(isSameContent(earlier, content({}, earlier))).toBe(true);
  // Also where nothing is known of the template before.
  expect(isSameContent(earlier, content())).toBe(true);
});

const container = (changes: Changes['PrimaryContainer']) => ({ PrimaryContainer: changes });
test.each<[string, Changes]>([
  ['image', container({ Image: 'example/hello:2' })],
  ['port', container({ ContainerPort: 81 })],
  ['command', container({ Command: ['serve'] })],
  [
    'variable',
    container({
      Environment: [
        { Name: 'A', Value: '1' },
        { Name: 'B', Value: '3' },
      ],
    }),
  ],
  ['variable taken away', container({ Environment: [{ Name: 'A', Value: '1' }] })],
  ['secrets', container({ Secrets: [] })],
  [
    'registry credentials',
    container({
      RepositoryCredentials: {
        CredentialsParameter: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:r',
      },
    }),
  ],
  ['execution role', { ExecutionRoleArn: 'arn:aws:iam::123456789012:role/other' }],
  ['task role', { TaskRoleArn: 'arn:aws:iam::123456789012:role/task' }],
  ['cpu', { Cpu: '512', Memory: '1024' }],
  ['architecture', { CpuArchitecture: 'ARM64' }],
  ['stream prefix', container({ AwsLogsConfiguration: { LogStreamPrefix: 'web' } })],
])('another %s is a difference', (_name, changes) => {
  const described = asDescribed(content());
  expect(isSameContent(described, content(changes, described))).toBe(false);
});

test('a removed task role is a difference', () => {
  const changes = { TaskRoleArn: 'arn:aws:iam::123456789012:role/task' };
  const live = asDescribed(content(changes));
  const next = desiredContent({
    task: taskOf(),
    previous: taskOf(changes),
    live,
    madeLogGroup: 'made',
    region: 'us-east-1',
  });
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
    const next = content({ Cpu: '512', Memory: '1024' }, byHand);
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
    const Environment = [
      { Name: 'A', Value: 'template' },
      { Name: 'B', Value: '2' },
    ];
    const next = content(container({ Image: 'example/hello:2', Environment }), byHand);
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
    const ports = content(container({ ContainerPort: 9090 }), byHand).containerDefinitions![0]!.portMappings;
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

  test('that meets the requirements has no flaw', () => expect(taskDefinitionFlaw(good)).toBeUndefined());

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
    expect(taskDefinitionFlaw(definition)).toBe(flaw);
  });
});
