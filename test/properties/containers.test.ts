/** Containers, volumes and storage of a task, end to end. */
import { DescribeServicesCommand, DescribeTaskDefinitionCommand, ECSClient } from '@aws-sdk/client-ecs';
import { createParameter } from '../support/account';
import type { Structure } from '../../local/service';
import { Driver } from '../support/driver';
import { testProperties } from './life-of-a-property';

let driver: Driver;
let ecs: ECSClient;
beforeAll(async () => {
  driver = await Driver.start();
  await createParameter(driver.aws, '/b', 'value');
  ecs = new ECSClient(driver.aws.clientOptions());
});
afterAll(async () => {
  ecs.destroy();
  await driver.close();
});

/** The task definition that a service runs, its containers by name. */
async function runningTaskDefinition(serviceName: string): Promise<Structure> {
  const { services } = await ecs.send(new DescribeServicesCommand({ services: [serviceName] }));
  const { taskDefinition } = await ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: services![0]!.taskDefinition }),
  );
  const containers = taskDefinition!.containerDefinitions!.map((container) => [container.name, container]);
  return { ...taskDefinition, containers: Object.fromEntries(containers) };
}

const main = (PrimaryContainer: Structure) => ({ PrimaryContainer });
const mainHeld = (Main: Structure) => ({ containers: { Main } });
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
      'EphemeralStorage and Volumes of EFS',
      {
        set: { EphemeralStorage: { SizeInGiB: 21 }, Volumes: [efs({ RootDirectory: '/site' })] },
        held: { ephemeralStorage: { sizeInGiB: 21 }, volumes: [efsHeld({ rootDirectory: '/site' })] },
        changed: {
          EphemeralStorage: { SizeInGiB: 200 },
          Volumes: [
            efs({ AuthorizationConfig: { AccessPointId: 'fsap-12345678', IAM: 'ENABLED' } }),
            { ...efs({ TransitEncryption: 'DISABLED' }), Name: 'open' },
          ],
        },
        changedHeld: {
          ephemeralStorage: { sizeInGiB: 200 },
          volumes: [
            efsHeld({ authorizationConfig: { accessPointId: 'fsap-12345678', iam: 'ENABLED' } }),
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
        set: sidecarPorts({ ContainerPort: 9000 }, { ContainerPort: 53, Protocol: 'udp' }),
        held: {
          containers: {
            proxy: {
              portMappings: [
                { containerPort: 53, hostPort: 53, protocol: 'udp' },
                { containerPort: 9000, hostPort: 9000, protocol: 'tcp' },
              ],
            },
          },
        },
        read: sidecarPorts({ ContainerPort: 53, Protocol: 'udp' }, { ContainerPort: 9000 }),
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
);
