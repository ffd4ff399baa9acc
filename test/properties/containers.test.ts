/** Containers, volumes and storage of a task, end to end. */
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { createRole } from '../../local/account';
import { createEnvironmentFiles, createParameter, permitVolumes } from '../support/account';
import type { Structure } from '../../local/service';
import { deploymentEnded } from '../support/deployments';
import { Driver } from '../support/driver';
import { testProperties, WITHOUT_LOAD_BALANCER } from './life-of-a-property';

let driver: Driver;
let ecs: ECSClient;
beforeAll(async () => {
  driver = await Driver.start();
  await createParameter(driver.aws, '/b', 'value');
  await createRole(driver.aws, 'task', 'ecs-tasks.amazonaws.com');
  await createRole(driver.aws, 'volumes', 'ecs.amazonaws.com');
  for (const name of ['infrastructure', 'volumes']) await permitVolumes(driver.aws, name);
  const files = ['a', 'b', 'c', 'proxy'].map((name) => `${name}.env`);
  await createEnvironmentFiles(driver.aws, 'my-bucket', files);
  ecs = new ECSClient(driver.aws.clientOptions());
});
afterAll(async () => {
  ecs.destroy();
  await driver.close();
});

/** The task definition that a service runs, its containers by name, and the volumes that are made for its tasks. */
async function runningTaskDefinition(serviceName: string): Promise<Structure> {
  const { services } = await ecs.send(new DescribeServicesCommand({ services: [serviceName] }));
  const { taskDefinition } = await ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: services![0]!.taskDefinition }),
  );
  const containers = taskDefinition!.containerDefinitions!.map((container) => [container.name, container]);
  const { volumeConfigurations } = services![0]!.deployments![0]!;
  return { ...taskDefinition, volumeConfigurations, containers: Object.fromEntries(containers) };
}

const main = (PrimaryContainer: Structure) => ({ PrimaryContainer });
const mainHeld = (Main: Structure) => ({ containers: { Main } });
const mainPort = (port: number) => ({ name: 'main', containerPort: port, hostPort: port, protocol: 'tcp' });
const file = (name: string) => `arn:aws:s3:::my-bucket/${name}.env`;
const logs = expect.objectContaining({ logDriver: 'awslogs' });

/** Two volumes, one of EFS and one of the task's own. */
const efs = (more: Structure = {}) => ({
  Name: 'data',
  EFSVolumeConfiguration: { FilesystemId: 'fs-12345678', ...more },
});
const efsHeld = (more: Structure = {}) => ({
  name: 'data',
  efsVolumeConfiguration: { fileSystemId: 'fs-12345678', transitEncryption: 'ENABLED', ...more },
});
const mounts = (...MountPoints: Structure[]) => ({
  ...main({ MountPoints }),
  Volumes: [efs(), { Name: 'scratch' }],
});

const TaskRoleArn = 'arn:aws:iam::123456789012:role/task';
const FILES = 'arn:aws:s3files:us-east-1:123456789012:file-system/fs-1';
const files = (more: Structure = {}) => ({
  Name: 'files',
  S3FilesVolumeConfiguration: { FileSystemArn: FILES, ...more },
});
const filesHeld = { fileSystemArn: FILES, rootDirectory: '/' };

/** An EBS volume, which the main container mounts. */
const mountedVolume = (ManagedEBSVolume: Structure) => ({
  ...main({ MountPoints: [{ SourceVolume: 'disk', ContainerPath: '/disk' }] }),
  Volumes: [{ Name: 'disk', ManagedEBSVolume }],
});
const volumeHeld = { volumeType: 'gp3', filesystemType: 'xfs', encrypted: true };
const tagged = (Value: string) => ({
  ResourceType: 'volume',
  PropagateTags: 'SERVICE',
  Tags: [{ Key: 'team', Value }],
});

const sidecarPorts = (...PortMappings: Structure[]) => ({
  SidecarContainers: [{ Name: 'proxy', Image: 'example/proxy:1', PortMappings }],
});

testProperties(
  () => driver,
  [
    [
      'PrimaryContainer: EntryPoint, HealthCheck, User, ReadonlyRootFilesystem, StopTimeout',
      {
        set: main({
          EntryPoint: ['/entry', '-v'],
          HealthCheck: { Command: ['CMD-SHELL', 'curl -f localhost'] },
          User: '1000:1000',
          ReadonlyRootFilesystem: true,
          StopTimeout: 120,
        }),
        held: mainHeld({
          entryPoint: ['/entry', '-v'],
          healthCheck: { command: ['CMD-SHELL', 'curl -f localhost'], interval: 30, timeout: 5, retries: 3 },
          user: '1000:1000',
          readonlyRootFilesystem: true,
          stopTimeout: 120,
        }),
        read: main({
          EntryPoint: ['/entry', '-v'],
          HealthCheck: { Command: ['CMD-SHELL', 'curl -f localhost'], Interval: 30, Timeout: 5, Retries: 3 },
          User: '1000:1000',
          ReadonlyRootFilesystem: true,
          StopTimeout: 120,
        }),
        changed: main({
          EntryPoint: ['/other'],
          HealthCheck: { Command: ['CMD', 'true'], Interval: 10, Timeout: 2, Retries: 5, StartPeriod: 60 },
          User: 'nobody',
          ReadonlyRootFilesystem: false,
          StopTimeout: 2,
        }),
        changedHeld: mainHeld({
          entryPoint: ['/other'],
          healthCheck: { command: ['CMD', 'true'], interval: 10, timeout: 2, retries: 5, startPeriod: 60 },
          user: 'nobody',
          readonlyRootFilesystem: false,
          stopTimeout: 2,
        }),
        defaultHeld: mainHeld({
          entryPoint: undefined,
          healthCheck: undefined,
          user: undefined,
          readonlyRootFilesystem: false,
          stopTimeout: 30,
        }),
        defaultRead: main({
          EntryPoint: undefined,
          HealthCheck: undefined,
          User: undefined,
          ReadonlyRootFilesystem: false,
          StopTimeout: 30,
        }),
      },
    ],
    [
      'PrimaryContainer: Cpu, Memory, MemoryReservation, StartTimeout, WorkingDirectory, Interactive, PseudoTerminal',
      {
        set: main({
          Cpu: 512,
          Memory: 1024,
          MemoryReservation: 512,
          StartTimeout: 2,
          WorkingDirectory: '/site',
          Interactive: true,
          PseudoTerminal: true,
        }),
        held: mainHeld({
          cpu: 512,
          memory: 1024,
          memoryReservation: 512,
          startTimeout: 2,
          workingDirectory: '/site',
          interactive: true,
          pseudoTerminal: true,
        }),
        changed: main({
          Cpu: 0,
          Memory: 2048,
          MemoryReservation: 6,
          StartTimeout: 120,
          WorkingDirectory: '/',
          Interactive: false,
          PseudoTerminal: false,
        }),
        changedHeld: mainHeld({
          cpu: 0,
          memory: 2048,
          memoryReservation: 6,
          startTimeout: 120,
          workingDirectory: '/',
          interactive: false,
          pseudoTerminal: false,
        }),
        defaultHeld: mainHeld({
          cpu: 0,
          memory: undefined,
          memoryReservation: undefined,
          startTimeout: undefined,
          workingDirectory: undefined,
          interactive: false,
          pseudoTerminal: false,
        }),
        defaultRead: main({
          Cpu: 0,
          Memory: undefined,
          MemoryReservation: undefined,
          StartTimeout: undefined,
          WorkingDirectory: undefined,
          Interactive: false,
          PseudoTerminal: false,
        }),
      },
    ],
    [
      'PrimaryContainer: EnvironmentFiles, Ulimits, SystemControls, RestartPolicy',
      {
        set: main({
          EnvironmentFiles: [
            { Type: 's3', Value: file('b') },
            { Type: 's3', Value: file('a') },
          ],
          Ulimits: [{ Name: 'nofile', SoftLimit: 1024, HardLimit: 65536 }],
          SystemControls: [{ Namespace: 'net.ipv4.tcp_keepalive_time', Value: '500' }],
          RestartPolicy: { Enabled: true },
        }),
        held: mainHeld({
          environmentFiles: [
            { type: 's3', value: file('b') },
            { type: 's3', value: file('a') },
          ],
          ulimits: [{ name: 'nofile', softLimit: 1024, hardLimit: 65536 }],
          systemControls: [{ namespace: 'net.ipv4.tcp_keepalive_time', value: '500' }],
          restartPolicy: { enabled: true, restartAttemptPeriod: 300 },
        }),
        read: main({
          EnvironmentFiles: [
            { Type: 's3', Value: file('b') },
            { Type: 's3', Value: file('a') },
          ],
          Ulimits: [{ Name: 'nofile', SoftLimit: 1024, HardLimit: 65536 }],
          SystemControls: [{ Namespace: 'net.ipv4.tcp_keepalive_time', Value: '500' }],
          RestartPolicy: { Enabled: true, RestartAttemptPeriod: 300 },
        }),
        changed: main({
          EnvironmentFiles: [{ Type: 's3', Value: file('c') }],
          Ulimits: [
            { Name: 'core', SoftLimit: 0, HardLimit: 0 },
            { Name: 'memlock', SoftLimit: -1, HardLimit: -1 },
          ],
          SystemControls: [{ Namespace: 'kernel.msgmax', Value: '8192' }],
          RestartPolicy: { Enabled: false, IgnoredExitCodes: [0, 137], RestartAttemptPeriod: 60 },
        }),
        changedHeld: mainHeld({
          environmentFiles: [{ type: 's3', value: file('c') }],
          ulimits: [
            { name: 'core', softLimit: 0, hardLimit: 0 },
            { name: 'memlock', softLimit: -1, hardLimit: -1 },
          ],
          systemControls: [{ namespace: 'kernel.msgmax', value: '8192' }],
          restartPolicy: { enabled: false, ignoredExitCodes: [0, 137], restartAttemptPeriod: 60 },
        }),
        defaultHeld: mainHeld({
          environmentFiles: undefined,
          ulimits: undefined,
          systemControls: [],
          restartPolicy: undefined,
        }),
        defaultRead: main({
          EnvironmentFiles: undefined,
          Ulimits: undefined,
          SystemControls: undefined,
          RestartPolicy: undefined,
        }),
      },
    ],
    [
      'PrimaryContainer/LinuxParameters',
      {
        set: main({
          LinuxParameters: {
            Capabilities: { Add: ['SYS_PTRACE'], Drop: ['NET_RAW', 'MKNOD'] },
            Tmpfs: [{ ContainerPath: '/tmp', Size: 64, MountOptions: ['noexec', 'rw'] }],
          },
        }),
        held: mainHeld({
          linuxParameters: {
            initProcessEnabled: true,
            capabilities: { add: ['SYS_PTRACE'], drop: ['MKNOD', 'NET_RAW'] },
            tmpfs: [{ containerPath: '/tmp', size: 64, mountOptions: ['noexec', 'rw'] }],
          },
        }),
        read: main({
          LinuxParameters: {
            InitProcessEnabled: true,
            Capabilities: { Add: ['SYS_PTRACE'], Drop: ['MKNOD', 'NET_RAW'] },
            Tmpfs: [{ ContainerPath: '/tmp', Size: 64, MountOptions: ['noexec', 'rw'] }],
          },
        }),
        changed: main({
          LinuxParameters: { InitProcessEnabled: false, Capabilities: { Drop: ['ALL'] } },
        }),
        changedHeld: mainHeld({
          linuxParameters: { initProcessEnabled: false, capabilities: { drop: ['ALL'] }, tmpfs: undefined },
        }),
        defaultHeld: mainHeld({ linuxParameters: { initProcessEnabled: true, capabilities: undefined } }),
        defaultRead: main({ LinuxParameters: { InitProcessEnabled: true, Capabilities: undefined } }),
      },
    ],
    [
      'PrimaryContainer/DockerLabels, beside the label of ForceNewDeployment',
      {
        set: { ...main({ DockerLabels: { 'com.example.team': 'a', port: 1 } }) },
        held: mainHeld({ dockerLabels: { 'com.example.team': 'a', port: '1' } }),
        read: main({ DockerLabels: { 'com.example.team': 'a', port: '1' } }),
        changed: {
          ...main({ DockerLabels: { 'com.example.team': 'b' } }),
          ForceNewDeployment: { Nonce: 'build 1' },
        },
        changedHeld: mainHeld({
          dockerLabels: { 'com.example.team': 'b', port: undefined, 'org-ecs-express.nonce': 'build 1' },
        }),
        changedRead: {
          ...main({ DockerLabels: { 'com.example.team': 'b', 'org-ecs-express.nonce': undefined } }),
          ForceNewDeployment: { Nonce: 'build 1' },
        },
        defaultHeld: mainHeld({ dockerLabels: undefined }),
        defaultRead: { ...main({ DockerLabels: undefined }), ForceNewDeployment: undefined },
      },
    ],
    [
      'PrimaryContainer/PortMappings',
      {
        set: main({
          ContainerPort: 8080,
          PortMappings: [
            { ContainerPort: 9090, Name: 'metrics', AppProtocol: 'http' },
            { ContainerPort: 53, Protocol: 'udp' },
          ],
        }),
        held: mainHeld({
          portMappings: [
            mainPort(8080),
            { containerPort: 53, hostPort: 53, protocol: 'udp' },
            { containerPort: 9090, hostPort: 9090, protocol: 'tcp', name: 'metrics', appProtocol: 'http' },
          ],
        }),
        read: main({
          ContainerPort: 8080,
          PortMappings: [
            { ContainerPort: 53, Protocol: 'udp' },
            { ContainerPort: 9090, Name: 'metrics', AppProtocol: 'http' },
          ],
        }),
        changed: main({ ContainerPort: 9090, PortMappings: [{ ContainerPort: 80, Name: 'other' }] }),
        changedHeld: mainHeld({
          portMappings: [mainPort(9090), { containerPort: 80, hostPort: 80, protocol: 'tcp', name: 'other' }],
        }),
        defaultHeld: mainHeld({ portMappings: [mainPort(80)] }),
        defaultRead: main({ ContainerPort: 80, PortMappings: undefined }),
      },
    ],
    [
      'PrimaryContainer/MountPoints',
      {
        set: mounts(
          { SourceVolume: 'scratch', ContainerPath: '/tmp' },
          { SourceVolume: 'data', ContainerPath: '/data', ReadOnly: true },
        ),
        held: mainHeld({
          mountPoints: [
            { sourceVolume: 'data', containerPath: '/data', readOnly: true },
            { sourceVolume: 'scratch', containerPath: '/tmp', readOnly: false },
          ],
        }),
        changed: mounts({ SourceVolume: 'data', ContainerPath: '/data' }),
        changedHeld: mainHeld({ mountPoints: [{ sourceVolume: 'data', containerPath: '/data' }] }),
        defaultHeld: { ...mainHeld({ mountPoints: [] }), volumes: [] },
        defaultRead: { ...main({ MountPoints: undefined }), Volumes: undefined },
        read: mounts(
          { SourceVolume: 'data', ContainerPath: '/data', ReadOnly: true },
          { SourceVolume: 'scratch', ContainerPath: '/tmp' },
        ),
      },
    ],
    [
      'Volumes of S3 Files',
      {
        set: { TaskRoleArn, Volumes: [files({ RootDirectory: '/site' })] },
        held: {
          volumes: [{ name: 'files', s3filesVolumeConfiguration: { ...filesHeld, rootDirectory: '/site' } }],
        },
        changed: {
          TaskRoleArn,
          Volumes: [files({ AccessPointArn: `${FILES}/access-point/fsap-1`, TransitEncryptionPort: 2050 })],
        },
        changedHeld: {
          volumes: [
            {
              name: 'files',
              s3filesVolumeConfiguration: {
                ...filesHeld,
                accessPointArn: `${FILES}/access-point/fsap-1`,
                transitEncryptionPort: 2050,
              },
            },
          ],
        },
        defaultHeld: { volumes: [] },
        defaultRead: { Volumes: undefined },
      },
    ],
    [
      'EphemeralStorage and Volumes of EFS',
      {
        set: { EphemeralStorage: { SizeInGiB: 21 }, Volumes: [efs({ RootDirectory: '/site' })] },
        held: {
          ephemeralStorage: { sizeInGiB: 21 },
          volumes: [efsHeld({ rootDirectory: '/site', transitEncryptionPort: undefined })],
        },
        changed: {
          EphemeralStorage: { SizeInGiB: 200 },
          Volumes: [
            efs({
              TransitEncryptionPort: 2999,
              AuthorizationConfig: { AccessPointId: 'fsap-12345678', IAM: 'ENABLED' },
            }),
            { ...efs({ TransitEncryption: 'DISABLED' }), Name: 'open' },
          ],
        },
        changedHeld: {
          ephemeralStorage: { sizeInGiB: 200 },
          volumes: [
            efsHeld({
              transitEncryptionPort: 2999,
              authorizationConfig: { accessPointId: 'fsap-12345678', iam: 'ENABLED' },
            }),
            { ...efsHeld({ transitEncryption: 'DISABLED' }), name: 'open' },
          ],
        },
        defaultHeld: { ephemeralStorage: undefined, volumes: [] },
        defaultRead: { EphemeralStorage: undefined, Volumes: undefined },
      },
    ],
    [
      'ForceNewDeployment',
      {
        set: { ForceNewDeployment: { Nonce: 'build 1' } },
        held: { containers: { Main: { dockerLabels: { 'org-ecs-express.nonce': 'build 1' } } } },
        changed: { ForceNewDeployment: { Nonce: 'build 2' } },
        changedHeld: { containers: { Main: { dockerLabels: { 'org-ecs-express.nonce': 'build 2' } } } },
        defaultHeld: { containers: { Main: { dockerLabels: undefined } } },
        defaultRead: { ForceNewDeployment: undefined },
      },
    ],
    [
      'SidecarContainers',
      {
        set: { SidecarContainers: [{ Name: 'proxy', Image: 'example/proxy:1' }] },
        held: {
          containers: { proxy: { image: 'example/proxy:1', essential: true, logConfiguration: logs } },
        },
        changed: {
          ...main({ DependsOn: [{ ContainerName: 'proxy', Condition: 'HEALTHY' }] }),
          SidecarContainers: [
            {
              Name: 'proxy',
              Image: 'example/proxy:2',
              Command: ['serve'],
              EntryPoint: ['/proxy'],
              Environment: [{ Name: 'A', Value: '1' }],
              Secrets: [{ Name: 'B', ValueFrom: 'arn:aws:ssm:us-east-1:123456789012:parameter/b' }],
              User: 'nobody',
              ReadonlyRootFilesystem: true,
              StopTimeout: 5,
              HealthCheck: { Command: ['CMD', 'true'], Timeout: 3 },
              MountPoints: [{ SourceVolume: 'scratch', ContainerPath: '/tmp' }],
              DependsOn: [{ ContainerName: 'set-up', Condition: 'SUCCESS' }],
              Cpu: 64,
              Memory: 256,
              EnvironmentFiles: [{ Type: 's3', Value: file('proxy') }],
              Ulimits: [{ Name: 'nofile', SoftLimit: 1024, HardLimit: 1024 }],
              SystemControls: [{ Namespace: 'net.core.somaxconn', Value: '1024' }],
              LinuxParameters: { Capabilities: { Drop: ['ALL'] } },
              RestartPolicy: { Enabled: true, IgnoredExitCodes: [0] },
              StartTimeout: 60,
              WorkingDirectory: '/proxy',
              Interactive: true,
              DockerLabels: { team: 'a' },
            },
            { Name: 'set-up', Image: 'example/set-up:1', Essential: false },
          ],
          Volumes: [{ Name: 'scratch' }],
        },
        changedHeld: {
          volumes: [{ name: 'scratch' }],
          containers: {
            Main: { dependsOn: [{ containerName: 'proxy', condition: 'HEALTHY' }] },
            proxy: {
              image: 'example/proxy:2',
              essential: true,
              command: ['serve'],
              entryPoint: ['/proxy'],
              environment: [{ name: 'A', value: '1' }],
              secrets: [{ name: 'B', valueFrom: 'arn:aws:ssm:us-east-1:123456789012:parameter/b' }],
              user: 'nobody',
              readonlyRootFilesystem: true,
              stopTimeout: 5,
              healthCheck: { command: ['CMD', 'true'], interval: 30, timeout: 3, retries: 3 },
              mountPoints: [{ sourceVolume: 'scratch', containerPath: '/tmp' }],
              dependsOn: [{ containerName: 'set-up', condition: 'SUCCESS' }],
              cpu: 64,
              memory: 256,
              environmentFiles: [{ type: 's3', value: file('proxy') }],
              ulimits: [{ name: 'nofile', softLimit: 1024, hardLimit: 1024 }],
              systemControls: [{ namespace: 'net.core.somaxconn', value: '1024' }],
              linuxParameters: { initProcessEnabled: false, capabilities: { drop: ['ALL'] } },
              restartPolicy: { enabled: true, ignoredExitCodes: [0], restartAttemptPeriod: 300 },
              startTimeout: 60,
              workingDirectory: '/proxy',
              interactive: true,
              pseudoTerminal: false,
              dockerLabels: { team: 'a' },
            },
            'set-up': { essential: false },
          },
        },
        defaultHeld: { containerDefinitions: [{ name: 'Main', dependsOn: undefined }], volumes: [] },
        defaultRead: { SidecarContainers: undefined, ...main({ DependsOn: undefined }) },
      },
    ],
    [
      'SidecarContainers/PortMappings',
      {
        set: sidecarPorts({ ContainerPort: 9000, Name: 'proxy' }, { ContainerPort: 53, Protocol: 'udp' }),
        held: {
          containers: {
            proxy: {
              portMappings: [
                { containerPort: 53, hostPort: 53, protocol: 'udp' },
                { containerPort: 9000, hostPort: 9000, protocol: 'tcp', name: 'proxy' },
              ],
            },
          },
        },
        read: sidecarPorts({ ContainerPort: 53, Protocol: 'udp' }, { ContainerPort: 9000, Name: 'proxy' }),
        changed: sidecarPorts({ ContainerPort: 9001, Protocol: 'tcp' }),
        changedHeld: {
          containers: { proxy: { portMappings: [{ containerPort: 9001, hostPort: 9001, protocol: 'tcp' }] } },
        },
        defaultHeld: { containerDefinitions: [{ name: 'Main' }] },
        defaultRead: { SidecarContainers: undefined },
      },
    ],
  ],
  runningTaskDefinition,
  // Containers know nothing of it, and without it everything takes half as long.
  WITHOUT_LOAD_BALANCER,
);

// By default the role of the service makes them.
testProperties(
  () => driver,
  [
    [
      'Volumes of EBS',
      {
        set: mountedVolume({ SizeInGiB: 10, TagSpecifications: [tagged('web')] }),
        held: {
          volumes: [{ name: 'disk', configuredAtLaunch: true }],
          ...mainHeld({ mountPoints: [{ sourceVolume: 'disk', containerPath: '/disk' }] }),
          volumeConfigurations: [
            {
              name: 'disk',
              managedEBSVolume: {
                ...volumeHeld,
                sizeInGiB: 10,
                roleArn: 'arn:aws:iam::123456789012:role/infrastructure',
                tagSpecifications: [
                  {
                    resourceType: 'volume',
                    propagateTags: 'SERVICE',
                    tags: [{ key: 'team', value: 'web' }],
                  },
                ],
              },
            },
          ],
        },
        changed: mountedVolume({
          SnapshotId: 'snap-0123456789abcdef0',
          VolumeInitializationRate: 200,
          VolumeType: 'io2',
          Iops: 5000,
          FilesystemType: 'ext4',
          KmsKeyId: 'alias/volumes',
          RoleArn: 'arn:aws:iam::123456789012:role/volumes',
        }),
        changedHeld: {
          volumes: [{ name: 'disk', configuredAtLaunch: true }],
          volumeConfigurations: [
            {
              name: 'disk',
              managedEBSVolume: {
                ...volumeHeld,
                sizeInGiB: undefined,
                snapshotId: 'snap-0123456789abcdef0',
                volumeInitializationRate: 200,
                volumeType: 'io2',
                iops: 5000,
                filesystemType: 'ext4',
                kmsKeyId: 'alias/volumes',
                roleArn: 'arn:aws:iam::123456789012:role/volumes',
                tagSpecifications: undefined,
              },
            },
          ],
        },
        defaultHeld: { volumes: [], volumeConfigurations: [] },
        defaultRead: { ...main({ MountPoints: undefined }), Volumes: undefined },
      },
    ],
  ],
  runningTaskDefinition,
);

test('what somebody changed of a volume survives an update, and another template says that it applies', async () => {
  const templateOf = (volume: Structure) =>
    driver.model({ ServiceName: 'by-hand', ...mountedVolume(volume) });
  const template = templateOf({ SizeInGiB: 10 });
  const { ServiceArn } = Driver.modelOf(await driver.create(template));
  const { volumeConfigurations: [made] = [] } = await runningTaskDefinition('by-hand');
  const managedEBSVolume = { ...made.managedEBSVolume, sizeInGiB: 20, iops: 4000 };
  await ecs.send(
    new UpdateServiceCommand({ service: 'by-hand', volumeConfigurations: [{ ...made, managedEBSVolume }] }),
  );
  await deploymentEnded(driver, ecs, 'by-hand');
  const volumeOf = (model: ReturnType<typeof Driver.modelOf>) => model.Volumes![0].ManagedEBSVolume;

  const changed = templateOf({ SizeInGiB: 10, FilesystemType: 'ext4' });
  const model = Driver.modelOf(await driver.update({ ...template, ServiceArn }, changed));
  expect(volumeOf(model)).toMatchObject({ SizeInGiB: 20, Iops: 4000, FilesystemType: 'ext4' });

  const larger = templateOf({ SizeInGiB: 30, FilesystemType: 'ext4' });
  const outcome = await driver.update({ ...changed, ServiceArn }, larger);
  expect(outcome.message).toContain(
    "Volumes/disk/ManagedEBSVolume/SizeInGiB was changed by hand from 10 to 20; the template's value 30 applies",
  );
  expect(volumeOf(Driver.modelOf(outcome))).toMatchObject({ SizeInGiB: 30, Iops: 4000 });
});

test('the role of a volume that may not make one is named by the deployment that fails', async () => {
  driver.aws.answers.give({ 'ecs.volume-failure-is-the-stop-reason': false });
  await createRole(driver.aws, 'unfit', 'ecs.amazonaws.com');
  const RoleArn = 'arn:aws:iam::123456789012:role/unfit';
  const volume = mountedVolume({ SizeInGiB: 10, RoleArn });
  const outcome = await driver.create(driver.model({ ServiceName: 'unfit', ...volume }));
  expect(outcome).toMatchObject({
    status: 'FAILED',
    message: expect.stringMatching(/^Volumes: .* Amazon ECS cannot make the EBS volume with the role/),
  });
  driver.aws.answers.reset();
});

test('an environment file that is not there is named by the deployment that fails', async () => {
  const EnvironmentFiles = [{ Type: 's3', Value: file('absent') }];
  const outcome = await driver.create(driver.model({ ServiceName: 'bare', ...main({ EnvironmentFiles }) }));
  expect(outcome).toMatchObject({
    status: 'FAILED',
    message: expect.stringContaining('PrimaryContainer/EnvironmentFiles: '),
  });
});
