import {
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  ListTaskDefinitionFamiliesCommand,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
} from '@aws-sdk/client-ecs';
import { Fixture } from './fixture';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await Fixture.start();
});
afterAll(() => fixture.close());

const ROLE = 'arn:aws:iam::123456789012:role/execution';
const BASE: RegisterTaskDefinitionCommandInput = {
  family: 'base',
  requiresCompatibilities: ['FARGATE'],
  networkMode: 'awsvpc',
  cpu: '256',
  memory: '512',
  containerDefinitions: [{ name: 'Main', image: 'repository/web:1' }],
};

function container(overrides: object): RegisterTaskDefinitionCommandInput {
  return { ...BASE, containerDefinitions: [{ name: 'Main', image: 'repository/web:1', ...overrides }] };
}

const register = (input: RegisterTaskDefinitionCommandInput) =>
  fixture.ecs.send(new RegisterTaskDefinitionCommand(input));

describe('RegisterTaskDefinition', () => {
  test('keeps every member, and fills in what ECS fills in', async () => {
    const input: RegisterTaskDefinitionCommandInput = {
      ...BASE,
      family: 'complete',
      taskRoleArn: ROLE,
      executionRoleArn: ROLE,
      runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
      ephemeralStorage: { sizeInGiB: 50 },
      volumes: [
        { name: 'data', efsVolumeConfiguration: { fileSystemId: 'fs-1', transitEncryption: 'ENABLED' } },
      ],
      tags: [{ key: 'team', value: 'a' }],
      containerDefinitions: [
        {
          name: 'Main',
          image: 'repository/web:1',
          command: ['serve'],
          entryPoint: ['/bin/sh'],
          environment: [{ name: 'A', value: 'b' }],
          secrets: [{ name: 'S', valueFrom: 'arn:aws:ssm:us-east-1:123456789012:parameter/s' }],
          portMappings: [{ containerPort: 8080, name: 'http', appProtocol: 'http' }],
          linuxParameters: { initProcessEnabled: true },
          readonlyRootFilesystem: true,
          user: '1000',
          stopTimeout: 30,
          healthCheck: { command: ['CMD', 'true'], interval: 5, timeout: 2, retries: 2, startPeriod: 10 },
          mountPoints: [{ sourceVolume: 'data', containerPath: '/data', readOnly: false }],
          logConfiguration: {
            logDriver: 'awslogs',
            options: { 'awslogs-group': 'g', 'awslogs-region': 'us-east-1', 'awslogs-stream-prefix': 'ecs' },
          },
        },
      ],
    };
    const { tags, ...definition } = input;
    const registered = await register(input);
    expect(registered.tags).toEqual(tags);
    expect(registered.taskDefinition).toMatchObject({
      ...definition,
      taskDefinitionArn: 'arn:aws:ecs:us-east-1:123456789012:task-definition/complete:1',
      revision: 1,
      status: 'ACTIVE',
      placementConstraints: [],
      containerDefinitions: [
        {
          ...definition.containerDefinitions![0],
          cpu: 0,
          essential: true,
          portMappings: [
            { containerPort: 8080, hostPort: 8080, protocol: 'tcp', name: 'http', appProtocol: 'http' },
          ],
          volumesFrom: [],
        },
      ],
    });
    const taskDefinition = 'complete:1';
    const plain = await fixture.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
    expect(plain.taskDefinition).toEqual(registered.taskDefinition);
    expect(plain.tags).toBeUndefined();
    const tagged = await fixture.ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition, include: ['TAGS'] }),
    );
    expect(tagged.tags).toEqual(tags);
  });

  test.each([
    ['.25 vCPU', '0.5GB', '256', '512'],
    ['1 vcpu', '2 GB', '1024', '2048'],
    ['16384', '122880', '16384', '122880'],
  ])('accepts %s with %s', async (cpu, memory, units, mebibytes) => {
    const { taskDefinition } = await register({ ...BASE, cpu, memory });
    expect(taskDefinition).toMatchObject({ cpu: units, memory: mebibytes });
  });

  test.each<[string, RegisterTaskDefinitionCommandInput, RegExp]>([
    [
      'a size Fargate lacks',
      { ...BASE, memory: '4096' },
      /^No Fargate configuration exists for given values: 256 CPU, 4096 memory/,
    ],
    ['no cpu', { ...BASE, cpu: undefined }, /^Fargate requires that 'cpu' be defined at the task level\.$/],
    ['nonsense for memory', { ...BASE, memory: 'much' }, /^Invalid 'memory' setting for task\.$/],
    ['another network mode', { ...BASE, networkMode: 'bridge' }, /^Fargate only supports network mode/],
    ['a bad family', { ...BASE, family: 'a b' }, /^Family contains invalid characters/],
    ['a role that is no ARN', { ...BASE, taskRoleArn: 'task' }, /^Role is not valid$/],
    ['no containers', { ...BASE, containerDefinitions: [] }, /at least one container/],
    ['no image', container({ image: undefined }), /^Container\.image should not be null or empty\.$/],
    [
      'a long image',
      container({ image: 'a'.repeat(256) }),
      /^Container\.image should be 255 characters or less\.$/,
    ],
    [
      'an image with other characters',
      container({ image: '${REPOSITORY}' }),
      /^Container\.image contains invalid characters\.$/,
    ],
    [
      'more than 64 KiB',
      container({ environment: [{ name: 'A', value: 'é'.repeat(32_768) }] }),
      /^Actual length: '\d{5}'\. Max allowed length is '65536' bytes\.$/,
    ],
    ['no name', container({ name: '' }), /^Container\.name should not be null or empty\.$/],
    ['no essential container', container({ essential: false }), /At least one container must be essential/],
    ['different ports', container({ portMappings: [{ containerPort: 80, hostPort: 81 }] }), /must match\.$/],
    ['an unknown volume', container({ mountPoints: [{ sourceVolume: 'v' }] }), /^Unknown volume 'v'\.$/],
    ['a privileged container', container({ privileged: true }), /privileged/],
    ['a long stop timeout', container({ stopTimeout: 121 }), /'stopTimeout'.*120 seconds/],
    ['a short start timeout', container({ startTimeout: 1 }), /'startTimeout'.*between 2 and 120 seconds/],
    [
      'an environment file of another name',
      container({ environmentFiles: [{ type: 's3', value: 'arn:aws:s3:::bucket/web.txt' }] }),
      /container 'Main'\..* must have the extension \.env\.$/,
    ],
    [
      'eleven environment files',
      container({
        environmentFiles: Array(11).fill({ type: 's3', value: 'arn:aws:s3:::bucket/web.env' }),
      }),
      /At most 10 environment files/,
    ],
    [
      'environment files without an execution role',
      container({ environmentFiles: [{ type: 's3', value: 'arn:aws:s3:::bucket/web.env' }] }),
      /execution role ARN to support environment files\.$/,
    ],
    [
      'a soft limit above the hard one',
      container({ ulimits: [{ name: 'nofile', softLimit: 2, hardLimit: 1 }] }),
      /ulimit 'nofile'/,
    ],
    [
      'a kernel parameter of the host',
      container({ systemControls: [{ namespace: 'vm.max_map_count', value: '1' }] }),
      /System control 'vm\.max_map_count' is not supported/,
    ],
    [
      'a port with a bad name',
      container({ portMappings: [{ containerPort: 80, name: 'Web' }] }),
      /Port mapping name 'Web'/,
    ],
    [
      'a reservation of all the memory',
      container({ memory: 64, memoryReservation: 64 }),
      /'memory' must be greater than 'memoryReservation'/,
    ],
    [
      'restarts too soon',
      container({ restartPolicy: { enabled: true, restartAttemptPeriod: 59 } }),
      /between 60 and 1800/,
    ],
    [
      'a tmpfs of no size',
      container({ linuxParameters: { tmpfs: [{ containerPath: '/tmp', size: 0 }] } }),
      /invalid tmpfs size/,
    ],
    [
      'shared memory of its own',
      container({ linuxParameters: { sharedMemorySize: 64 } }),
      /does not support 'sharedMemorySize'/,
    ],
    [
      'a capability that Fargate does not add',
      container({ linuxParameters: { capabilities: { add: ['NET_ADMIN'] } } }),
      /capability 'NET_ADMIN'/,
    ],
    ['more CPU units than the task has', container({ cpu: 257 }), /'cpu'.*exceed those of the task/],
    [
      'a container larger than the task',
      container({ memory: 513, memoryReservation: 64 }),
      /'memory' setting for container 'Main' is greater than for the task/,
    ],
    [
      'an unknown dependency',
      container({ dependsOn: [{ containerName: 'other', condition: 'START' }] }),
      /depends on container 'other'/,
    ],
    [
      'secrets without an execution role',
      container({ secrets: [{ name: 'S', valueFrom: 'arn' }] }),
      /^Fargate requires task definition to have execution role ARN to support secrets\.$/,
    ],
    [
      'awslogs without a group',
      {
        ...container({ logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-region': 'x' } } }),
        executionRoleArn: ROLE,
      },
      /^Log driver awslogs requires options: awslogs-group$/,
    ],
    ['small ephemeral storage', { ...BASE, ephemeralStorage: { sizeInGiB: 20 } }, /between 21 and 200 GiB/],
    ['containers larger than the task', container({ memory: 1024 }), /exceeds that of the task/],
  ])('refuses %s', async (_what, input, message) => {
    await expect(register(input)).rejects.toMatchObject({
      name: 'ClientException',
      message: expect.stringMatching(message),
    });
  });
});

test('a family has revisions; its name stands for the latest active one', async () => {
  const family = 'revisions';
  for (let revision = 1; revision <= 3; revision++) await register({ ...BASE, family });
  const describe = async (taskDefinition: string) =>
    (await fixture.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }))).taskDefinition!;
  expect((await describe(family)).revision).toBe(3);
  await fixture.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: `${family}:3` }));
  expect((await describe(family)).revision).toBe(2);
  expect(await describe(`${family}:3`)).toMatchObject({
    status: 'INACTIVE',
    deregisteredAt: expect.any(Date),
  });
  const list = async (status: 'ACTIVE' | 'INACTIVE') =>
    (
      await fixture.ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: family, status, sort: 'DESC' }))
    ).taskDefinitionArns!.map((arn) => arn.slice(arn.lastIndexOf('/') + 1));
  expect(await list('ACTIVE')).toEqual(['revisions:2', 'revisions:1']);
  expect(await list('INACTIVE')).toEqual(['revisions:3']);
  const deleted = await fixture.ecs.send(
    new DeleteTaskDefinitionsCommand({ taskDefinitions: [`${family}:3`, `${family}:2`, `${family}:9`] }),
  );
  expect(deleted.taskDefinitions).toMatchObject([{ revision: 3, status: 'DELETE_IN_PROGRESS' }]);
  expect(deleted.failures).toHaveLength(2);
  expect((await register({ ...BASE, family })).taskDefinition!.revision).toBe(4);
});

test('families can be listed by status', async () => {
  await register({ ...BASE, family: 'family-a' });
  await register({ ...BASE, family: 'family-b' });
  await fixture.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'family-b:1' }));
  const list = async (status: 'ACTIVE' | 'INACTIVE' | 'ALL') =>
    (await fixture.ecs.send(new ListTaskDefinitionFamiliesCommand({ familyPrefix: 'family-', status })))
      .families;
  expect(await list('ACTIVE')).toEqual(['family-a']);
  expect(await list('INACTIVE')).toEqual(['family-b']);
  expect(await list('ALL')).toEqual(['family-a', 'family-b']);
});

test('what does not exist cannot be described', async () => {
  await expect(
    fixture.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'nowhere' })),
  ).rejects.toMatchObject({ name: 'ClientException', message: 'Unable to describe task definition.' });
});
