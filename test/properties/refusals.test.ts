/** Containers, volumes, deployments and scaling that cannot be right are refused before any call to AWS. */
import { identityOf } from '../../src/express-service/identity/identity';
import type { ResourceModel, TypeConfigurationModel } from '../../src/express-service/model';
import { specificationOf } from '../../src/express-service/specification';

const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;

function specify(properties: any): unknown {
  const { PrimaryContainer, ...others } = properties;
  const model = {
    InfrastructureRoleArn: role('infrastructure'),
    ExecutionRoleArn: role('execution'),
    PrimaryContainer:
      PrimaryContainer === null ? undefined : { Image: 'example/hello:1', ...PrimaryContainer },
    ...others,
  };
  const configuration = {
    BaseDomain: 'example.com',
    HostedZoneId: 'Z0',
    PermittedImageRegistries: ['example/'],
  };
  const location = { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' };
  return specificationOf({
    model: model as ResourceModel,
    configuration: configuration as TypeConfigurationModel,
    identity: identityOf(location, 'default', 'web'),
    tags: Object.fromEntries((others.Tags ?? []).map(({ Key }: { Key: string }) => [Key, ''])),
  });
}

const healthCheck = (...Command: string[]) => ({ PrimaryContainer: { HealthCheck: { Command } } });
const sidecar = (properties: object = {}) => ({ Name: 'proxy', Image: 'example/proxy:1', ...properties });
const dependsOn = (ContainerName: string, Condition: string) => ({
  DependsOn: [{ ContainerName, Condition }],
});
const mounts = (...paths: string[]) => ({
  MountPoints: paths.map((ContainerPath) => ({ SourceVolume: 'data', ContainerPath })),
});
const efs = (properties: object) => ({
  Volumes: [{ Name: 'data', EFSVolumeConfiguration: { FilesystemId: 'fs-12345678', ...properties } }],
});
const s3 = { FileSystemArn: 'arn:aws:s3files:eu-west-1:123456789012:file-system/fs-1' };
const ebs = (ManagedEBSVolume: object) => ({ Volumes: [{ Name: 'data', ManagedEBSVolume }] });
const ebsPath = (property?: string) =>
  ['Volumes/0/ManagedEBSVolume', property].filter((part) => part !== undefined).join('/');
const accessPoint = { AuthorizationConfig: { AccessPointId: 'fsap-12345678' } };
const efsPath = (property: string) => `Volumes/0/EFSVolumeConfiguration/${property}`;
const strategy = (...items: object[]) => ({ CapacityProviderStrategy: items });
const deployment = (DeploymentConfiguration: object) => ({ DeploymentConfiguration });
const scheduled = (...actions: object[]) => ({
  ScalingTarget: {
    ScheduledActions: actions.map((action) => ({
      Name: 'night',
      Schedule: 'cron(0 22 * * ? *)',
      MinTaskCount: 1,
      ...action,
    })),
  },
});
const additional = (...metrics: string[]) => ({
  ScalingTarget: {
    AdditionalMetrics: metrics.map((AutoScalingMetric) => ({
      AutoScalingMetric,
      AutoScalingTargetValue: 50,
    })),
  },
});

test.each<[string, object, string]>([
  ['a health check without CMD', healthCheck('curl', 'localhost'), 'PrimaryContainer/HealthCheck/Command'],
  ['a health check of nothing', healthCheck('CMD'), 'PrimaryContainer/HealthCheck/Command'],
  ['a sidecar named Main', { SidecarContainers: [sidecar({ Name: 'Main' })] }, 'SidecarContainers/0/Name'],
  ['a sidecar twice', { SidecarContainers: [sidecar(), sidecar()] }, 'SidecarContainers/1/Name'],
  [
    'a sidecar from a registry that is not permitted',
    { SidecarContainers: [sidecar({ Image: 'elsewhere/proxy:1' })] },
    'SidecarContainers/0/Image',
  ],
  [
    'a sidecar with a variable that is also a secret',
    {
      SidecarContainers: [
        sidecar({ Environment: [{ Name: 'A', Value: '1' }], Secrets: [{ Name: 'A', ValueFrom: 'x' }] }),
      ],
    },
    'SidecarContainers/0/Secrets',
  ],
  [
    'a dependency on an unknown container',
    { PrimaryContainer: dependsOn('proxy', 'START') },
    'PrimaryContainer/DependsOn/0/ContainerName',
  ],
  [
    'the health of a container without a health check',
    { PrimaryContainer: dependsOn('proxy', 'HEALTHY'), SidecarContainers: [sidecar()] },
    'PrimaryContainer/DependsOn/0/Condition',
  ],
  [
    'the end of an essential container',
    { PrimaryContainer: dependsOn('proxy', 'SUCCESS'), SidecarContainers: [sidecar()] },
    'PrimaryContainer/DependsOn/0/Condition',
  ],
  [
    'containers that wait for each other',
    {
      PrimaryContainer: dependsOn('proxy', 'START'),
      SidecarContainers: [sidecar(dependsOn('Main', 'START'))],
    },
    'PrimaryContainer/DependsOn',
  ],
  ['an unknown volume', { PrimaryContainer: mounts('/a') }, 'PrimaryContainer/MountPoints/0/SourceVolume'],
  [
    'two volumes at one path',
    { PrimaryContainer: mounts('/a', '/a'), Volumes: [{ Name: 'data' }] },
    'PrimaryContainer/MountPoints/1/ContainerPath',
  ],
  [
    'two file systems in one volume',
    {
      TaskRoleArn: role('task'),
      Volumes: [
        { Name: 'a', EFSVolumeConfiguration: { FilesystemId: 'fs-1' }, S3FilesVolumeConfiguration: s3 },
      ],
    },
    'Volumes/0/S3FilesVolumeConfiguration',
  ],
  [
    'two EBS volumes',
    { Volumes: [ebs({ SizeInGiB: 1 }).Volumes[0], { Name: 'b', ManagedEBSVolume: { SizeInGiB: 1 } }] },
    'Volumes/1/ManagedEBSVolume',
  ],
  [
    'S3 Files without a task role',
    { Volumes: [{ Name: 'a', S3FilesVolumeConfiguration: s3 }] },
    'Volumes/0/S3FilesVolumeConfiguration',
  ],
  [
    'a directory beside an access point of S3 Files',
    {
      TaskRoleArn: role('task'),
      Volumes: [
        {
          Name: 'a',
          S3FilesVolumeConfiguration: {
            ...s3,
            AccessPointArn: `${s3.FileSystemArn}/access-point/fsap-1`,
            RootDirectory: '/data',
          },
        },
      ],
    },
    'Volumes/0/S3FilesVolumeConfiguration/RootDirectory',
  ],
  ['an EBS volume without a size', ebs({}), ebsPath()],
  ['too small an EBS volume', ebs({ VolumeType: 'sc1', SizeInGiB: 100 }), ebsPath('SizeInGiB')],
  ['io1 without Iops', ebs({ VolumeType: 'io1', SizeInGiB: 10 }), ebsPath('Iops')],
  ['Iops of gp2', ebs({ VolumeType: 'gp2', SizeInGiB: 10, Iops: 3000 }), ebsPath('Iops')],
  ['too few Iops of gp3', ebs({ SizeInGiB: 10, Iops: 2999 }), ebsPath('Iops')],
  [
    'Throughput of io2',
    ebs({ VolumeType: 'io2', Iops: 100, SizeInGiB: 10, Throughput: 200 }),
    ebsPath('Throughput'),
  ],
  [
    'a rate without a snapshot',
    ebs({ SizeInGiB: 10, VolumeInitializationRate: 100 }),
    ebsPath('VolumeInitializationRate'),
  ],
  [
    'a key that encrypts nothing',
    ebs({ SizeInGiB: 10, Encrypted: false, KmsKeyId: 'alias/a' }),
    ebsPath('KmsKeyId'),
  ],
  [
    'a tag that Amazon ECS gives',
    ebs({
      SizeInGiB: 10,
      TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'AmazonECSManaged', Value: 'x' }] }],
    }),
    ebsPath('TagSpecifications/0/Tags/0/Key'),
  ],
  [
    'a role of another account',
    ebs({ SizeInGiB: 10, RoleArn: 'arn:aws:iam::210987654321:role/volumes' }),
    'Volumes/data/ManagedEBSVolume/RoleArn',
  ],
  [
    'a metric that is monitored twice',
    {
      Monitoring: {
        MetricConfigurations: [20, 60].map((ResolutionSeconds) => ({
          MetricNames: ['CPUUtilization'],
          ResolutionSeconds,
        })),
      },
    },
    'Monitoring/MetricConfigurations/1/MetricNames',
  ],
  ['a queue for another metric', { ScalingTarget: { QueueName: 'orders' } }, 'ScalingTarget/QueueName'],
  [
    'no queue for its metric',
    { ScalingTarget: { AutoScalingMetric: 'SQS_BACKLOG_PER_TASK' } },
    'ScalingTarget/QueueName',
  ],
  [
    'no queue for its metric beside another one',
    additional('SQS_BACKLOG_PER_TASK'),
    'ScalingTarget/AdditionalMetrics/0/QueueName',
  ],
  ['a volume twice', { Volumes: [{ Name: 'data' }, { Name: 'data' }] }, 'Volumes/1/Name'],
  [
    'an access point without encryption',
    efs({ ...accessPoint, TransitEncryption: 'DISABLED' }),
    efsPath('TransitEncryption'),
  ],
  [
    'a port of an encryption that there is not',
    efs({ TransitEncryption: 'DISABLED', TransitEncryptionPort: 2999 }),
    efsPath('TransitEncryptionPort'),
  ],
  [
    'an access point with a directory',
    efs({ ...accessPoint, RootDirectory: '/a' }),
    efsPath('RootDirectory'),
  ],
  [
    'a volume beside an own task definition',
    {
      Volumes: [{ Name: 'data' }],
      ExecutionRoleArn: undefined,
      TaskDefinitionArn: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/own:1',
      PrimaryContainer: null,
    },
    'Volumes',
  ],
  [
    'a sidecar at the port of the primary container',
    { SidecarContainers: [sidecar({ PortMappings: [{ ContainerPort: 80 }] })] },
    'SidecarContainers/0/PortMappings/0/ContainerPort',
  ],
  [
    'two sidecars at one port',
    {
      SidecarContainers: [
        sidecar({ PortMappings: [{ ContainerPort: 53, Protocol: 'udp' }] }),
        sidecar({
          Name: 'other',
          PortMappings: [{ ContainerPort: 53 }, { ContainerPort: 53, Protocol: 'udp' }],
        }),
      ],
    },
    'SidecarContainers/1/PortMappings/1/ContainerPort',
  ],
  [
    'a further port that is ContainerPort',
    { PrimaryContainer: { PortMappings: [{ ContainerPort: 80 }] } },
    'PrimaryContainer/PortMappings/0/ContainerPort',
  ],
  [
    'the name of another port',
    {
      PrimaryContainer: { PortMappings: [{ ContainerPort: 81, Name: 'metrics' }] },
      SidecarContainers: [sidecar({ PortMappings: [{ ContainerPort: 82, Name: 'metrics' }] })],
    },
    'SidecarContainers/0/PortMappings/0/Name',
  ],
  [
    'the name of ContainerPort',
    { PrimaryContainer: { PortMappings: [{ ContainerPort: 81, Name: 'main' }] } },
    'PrimaryContainer/PortMappings/0/Name',
  ],
  [
    'a label that the service makes',
    { PrimaryContainer: { DockerLabels: { 'org-ecs-express.nonce': '1' } } },
    'PrimaryContainer/DockerLabels/org-ecs-express.nonce',
  ],
  [
    'a soft limit above the hard one',
    { PrimaryContainer: { Ulimits: [{ Name: 'nofile', SoftLimit: -1, HardLimit: 1024 }] } },
    'PrimaryContainer/Ulimits/0/SoftLimit',
  ],
  [
    'a limit twice',
    {
      PrimaryContainer: {
        Ulimits: [1, 2].map((HardLimit) => ({ Name: 'nofile', SoftLimit: 1, HardLimit })),
      },
    },
    'PrimaryContainer/Ulimits/1/Name',
  ],
  [
    'a reservation of all the memory',
    { PrimaryContainer: { Memory: 64, MemoryReservation: 64 } },
    'PrimaryContainer/MemoryReservation',
  ],
  ['a container larger than the task', { PrimaryContainer: { Memory: 2049 } }, 'PrimaryContainer/Memory'],
  [
    'containers larger than the task',
    { PrimaryContainer: { Memory: 2048 }, SidecarContainers: [sidecar({ MemoryReservation: 6 })] },
    'SidecarContainers/0/MemoryReservation',
  ],
  [
    'containers with more CPU than the task',
    { Cpu: '256', Memory: '512', PrimaryContainer: { Cpu: 200 }, SidecarContainers: [sidecar({ Cpu: 57 })] },
    'SidecarContainers/0/Cpu',
  ],
  [
    'a volume and memory at one path',
    {
      PrimaryContainer: {
        ...mounts('/a'),
        LinuxParameters: { Tmpfs: [{ ContainerPath: '/a', Size: 1 }] },
      },
      Volumes: [{ Name: 'data' }],
    },
    'PrimaryContainer/LinuxParameters/Tmpfs/0/ContainerPath',
  ],
  [
    'environment files on a platform without them',
    {
      PlatformVersion: '1.3.0',
      SidecarContainers: [sidecar({ EnvironmentFiles: [{ Type: 's3', Value: 'arn:aws:s3:::a/b.env' }] })],
    },
    'PlatformVersion',
  ],
  [
    'a capability on a platform that adds none',
    {
      PlatformVersion: '1.3.0',
      PrimaryContainer: { LinuxParameters: { Capabilities: { Add: ['SYS_PTRACE'] } } },
    },
    'PlatformVersion',
  ],
  [
    'tasks that are moved without room for it',
    { AvailabilityZoneRebalancing: 'ENABLED', ...deployment({ MaximumPercent: 100 }) },
    'AvailabilityZoneRebalancing',
  ],
  [
    'a short slow start',
    { TargetGroupConfiguration: { SlowStartDurationSeconds: 29 } },
    'TargetGroupConfiguration/SlowStartDurationSeconds',
  ],
  [
    'a slow start with an algorithm that has none',
    {
      TargetGroupConfiguration: {
        LoadBalancingAlgorithmType: 'weighted_random',
        SlowStartDurationSeconds: 60,
      },
    },
    'TargetGroupConfiguration/SlowStartDurationSeconds',
  ],
  ['ECS Exec without a task role', { EnableExecuteCommand: true }, 'EnableExecuteCommand'],
  [
    'ECS Exec with a read-only root file system',
    {
      EnableExecuteCommand: true,
      TaskRoleArn: role('task'),
      PrimaryContainer: { ReadonlyRootFilesystem: true },
    },
    'EnableExecuteCommand',
  ],
  [
    'ECS Exec with a sidecar whose root file system is read-only',
    {
      EnableExecuteCommand: true,
      TaskRoleArn: role('task'),
      SidecarContainers: [sidecar({ ReadonlyRootFilesystem: true })],
    },
    'EnableExecuteCommand',
  ],
  [
    'volumes on a platform without them',
    { PlatformVersion: '1.3.0', Volumes: [{ Name: 'data' }] },
    'PlatformVersion',
  ],
  ['more tags than fit', { Tags: Array.from({ length: 43 }, (_, n) => ({ Key: `k${n}` })) }, 'Tags'],
  [
    'a capacity provider twice',
    strategy({ CapacityProvider: 'FARGATE', Weight: 1 }, { CapacityProvider: 'FARGATE' }),
    'CapacityProviderStrategy/1/CapacityProvider',
  ],
  ['a strategy without a weight', strategy({ CapacityProvider: 'FARGATE' }), 'CapacityProviderStrategy'],
  [
    'a strategy with two bases',
    strategy(
      { CapacityProvider: 'FARGATE', Base: 1, Weight: 1 },
      { CapacityProvider: 'FARGATE_SPOT', Base: 1 },
    ),
    'CapacityProviderStrategy',
  ],
  [
    'a canary finer than ECS has',
    deployment({ CanaryConfiguration: { CanaryPercent: 1.25 } }),
    'DeploymentConfiguration/CanaryConfiguration/CanaryPercent',
  ],
  [
    'more bad minutes than are looked at',
    deployment({ RollbackAlarm: { DatapointsToAlarm: 4 } }),
    'DeploymentConfiguration/RollbackAlarm/DatapointsToAlarm',
  ],
  [
    'a metric that is followed already',
    additional('AVERAGE_MEMORY', 'AVERAGE_CPU'),
    'ScalingTarget/AdditionalMetrics/1/AutoScalingMetric',
  ],
  [
    'no task, and requests to count',
    { ScalingTarget: { MinTaskCount: 0, AutoScalingMetric: 'REQUEST_COUNT_PER_TARGET' } },
    'ScalingTarget/MinTaskCount',
  ],
  [
    'no task, and requests to count beside CPU',
    {
      ScalingTarget: {
        MinTaskCount: 0,
        ...additional('REQUEST_COUNT_PER_TARGET').ScalingTarget,
        ScheduledActions: [{ Name: 'night', Schedule: 'cron(0 22 * * ? *)', MaxTaskCount: 1 }],
      },
    },
    'ScalingTarget/MinTaskCount',
  ],
  ['a scheduled action twice', scheduled({}, {}), 'ScalingTarget/ScheduledActions/1/Name'],
  [
    'a scheduled action that changes nothing',
    scheduled({ MinTaskCount: undefined }),
    'ScalingTarget/ScheduledActions/0',
  ],
  [
    'a scheduled action of more than at most',
    scheduled({ MaxTaskCount: 0 }),
    'ScalingTarget/ScheduledActions/0/MinTaskCount',
  ],
  [
    'a scheduled action that ends before it starts',
    scheduled({ StartTime: '2027-02-01T00:00:00Z', EndTime: '2027-01-01T00:00:00Z' }),
    'ScalingTarget/ScheduledActions/0/EndTime',
  ],
  [
    'a scheduled action on a day that does not exist',
    scheduled({ StartTime: '2027-13-01T00:00:00Z' }),
    'ScalingTarget/ScheduledActions/0/StartTime',
  ],
])('%s', (_name, properties, propertyPath) => {
  expect(() => specify(properties)).toThrow(
    expect.objectContaining({ code: 'InvalidRequest', propertyPath, remedy: expect.any(String) }),
  );
});

test('no task is permitted where a scheduled action starts some', () => {
  const morning = { Name: 'morning', Schedule: 'cron(0 7 * * ? *)', MinTaskCount: 1 };
  const ScalingTarget = {
    MinTaskCount: 0,
    AutoScalingMetric: 'REQUEST_COUNT_PER_TARGET',
    ScheduledActions: [morning],
  };
  expect(() => specify({ ScalingTarget })).not.toThrow();
});
