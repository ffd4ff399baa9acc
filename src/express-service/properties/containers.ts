/** The containers of a task, as a template describes them. Pure: no call to AWS. */
import type {
  ContainerDefinition,
  ContainerDependency as EcsContainerDependency,
  ContainerRestartPolicy,
  EnvironmentFile as EcsEnvironmentFile,
  HealthCheck as EcsHealthCheck,
  KernelCapabilities as EcsKernelCapabilities,
  KeyValuePair as EcsKeyValuePair,
  LinuxParameters as EcsLinuxParameters,
  MountPoint as EcsMountPoint,
  PortMapping as EcsPortMapping,
  RepositoryCredentials as EcsRepositoryCredentials,
  Secret as EcsSecret,
  SystemControl as EcsSystemControl,
  Tmpfs as EcsTmpfs,
  Ulimit as EcsUlimit,
} from '@aws-sdk/client-ecs';
import type { Properties } from '../../cloudformation/extension';
import { invalid } from '../../core/failure';
import { DEFAULT } from '../../core/property';
import type {
  AwsLogsConfiguration,
  ContainerDependency,
  EnvironmentFile,
  HealthCheck,
  KernelCapabilities,
  KeyValuePair,
  LinuxParameters,
  MountPoint,
  PortMapping,
  PrimaryContainer,
  RepositoryCredentials,
  RestartPolicy,
  Secret,
  SidecarContainer,
  SystemControl,
  Tmpfs,
  Ulimit,
} from '../model';
import { checkImage } from './container-image';
import { checkCredentialsSecret, checkSecretReference } from './secret-reference';
import { table } from './table';

/** Name of the container that receives the service's traffic. Source: ECS Express Mode. */
export const MAIN_CONTAINER = 'Main';

/** Seconds between SIGTERM and SIGKILL of the main container. Source: ECS Express Mode. */
const STOP_TIMEOUT_SECONDS = 30;

const HEALTH_CHECK = table<HealthCheck, EcsHealthCheck>('HealthCheck', {
  Command: { to: 'command', check: checkCommand },
  Interval: { to: 'interval', absent: DEFAULT },
  Timeout: { to: 'timeout', absent: DEFAULT },
  Retries: { to: 'retries', absent: DEFAULT },
  StartPeriod: { to: 'startPeriod', default: 0, absent: DEFAULT },
});

const LINUX_PARAMETERS = {
  InitProcessEnabled: { to: 'initProcessEnabled', default: false, absent: false },
  Capabilities: {
    to: 'capabilities',
    members: table<KernelCapabilities, EcsKernelCapabilities>('KernelCapabilities', {
      Add: { to: 'add' },
      Drop: { to: 'drop' },
    }),
  },
  Tmpfs: {
    to: 'tmpfs',
    key: 'ContainerPath',
    items: table<Tmpfs, EcsTmpfs>('Tmpfs', {
      ContainerPath: { to: 'containerPath' },
      Size: { to: 'size' },
      MountOptions: { to: 'mountOptions' },
    }),
  },
} as const;

/** Ports that the other containers, or who shares its security groups, reach a container at; never the load balancer. */
const PORT_MAPPINGS = {
  to: 'portMappings',
  // A port may be there for each protocol. And one that changes is not one more: the list is one value.
  key: 'ContainerPort',
  repeats: true,
  whole: true,
  items: table<PortMapping, EcsPortMapping>('PortMapping', {
    ContainerPort: { to: 'containerPort' },
    Protocol: { to: 'protocol', absent: DEFAULT },
    Name: { to: 'name' },
    AppProtocol: { to: 'appProtocol' },
  }),
} as const;

/**
 * Docker label of the container that receives the traffic, with the nonce of the template. Another nonce makes another
 * revision, and with it a deployment: an operation that is cut short finds the revision, and does not begin again.
 */
export const NONCE_LABEL = 'org-ecs-express.nonce';

/** What the schema has for every container. */
const CONTAINER = {
  Image: {
    to: 'image',
    check: checkImage,
    refused: {
      words: /Container\.image/,
      remedy: 'Name the images of all containers as registry/repository:tag',
    },
  },
  RepositoryCredentials: {
    to: 'repositoryCredentials',
    members: table<RepositoryCredentials, EcsRepositoryCredentials>('RepositoryCredentials', {
      CredentialsParameter: { to: 'credentialsParameter', secret: true, check: checkCredentialsSecret },
    }),
  },
  Command: { to: 'command' },
  EntryPoint: { to: 'entryPoint' },
  Secrets: {
    to: 'secrets',
    refused: {
      words: /secret|valueFrom|Systems Manager parameter/i,
      remedy: 'Check ValueFrom of each of the Secrets: the ARN of a secret or parameter of this account',
    },
    key: 'Name',
    items: table<Secret, EcsSecret>('Secret', {
      Name: { to: 'name' },
      // It says where to look.
      ValueFrom: { to: 'valueFrom', secret: true, check: checkSecretReference },
    }),
    check: checkNames,
  },
  // Before Environment, whose words are in its own.
  EnvironmentFiles: {
    to: 'environmentFiles',
    refused: {
      words: /environment ?files?/i,
      remedy:
        'Check EnvironmentFiles of all containers: ARNs of objects in Amazon S3 whose names end in .env',
    },
    items: table<EnvironmentFile, EcsEnvironmentFile>('EnvironmentFile', {
      Value: { to: 'value' },
      Type: { to: 'type' },
    }),
  },
  Environment: {
    to: 'environment',
    refused: { words: /environment/i, remedy: 'Check Environment of all containers' },
    key: 'Name',
    items: table<KeyValuePair, EcsKeyValuePair>('KeyValuePair', {
      Name: { to: 'name' },
      Value: { to: 'value', secret: true },
    }),
  },
  User: { to: 'user' },
  WorkingDirectory: {
    to: 'workingDirectory',
    refused: { words: /working ?directory/i, remedy: 'Check WorkingDirectory of all containers' },
  },
  Interactive: { to: 'interactive', absent: DEFAULT },
  PseudoTerminal: { to: 'pseudoTerminal', absent: DEFAULT },
  DockerLabels: {
    to: 'dockerLabels',
    check: checkLabels,
    refused: { words: /docker ?labels?/i, remedy: 'Check DockerLabels of all containers' },
  },
  // Sizes of containers: those of the task are in task.ts, and how they go together in task-checks.ts.
  Cpu: {
    to: 'cpu',
    absent: DEFAULT,
    refused: {
      words: /\bcpu\b.*\bcontainers?\b|\bcontainers?\b.*\bcpu\b/i,
      remedy: 'Check Cpu of all containers: together they have at most the Cpu of the task',
    },
  },
  Memory: {
    to: 'memory',
    refused: {
      words: /\bmemory\b.*\bcontainers?\b|\bcontainers?\b.*\bmemory\b|memoryReservation/i,
      remedy:
        'Check Memory and MemoryReservation of all containers: together they have at most the Memory of the task',
    },
  },
  MemoryReservation: { to: 'memoryReservation', check: checkReservation },
  Ulimits: {
    to: 'ulimits',
    key: 'Name',
    items: table<Ulimit, EcsUlimit>('Ulimit', {
      Name: { to: 'name' },
      SoftLimit: { to: 'softLimit', check: checkSoftLimit },
      HardLimit: { to: 'hardLimit' },
    }),
    refused: { words: /ulimits?/i, remedy: 'Check Ulimits of all containers' },
  },
  SystemControls: {
    to: 'systemControls',
    key: 'Namespace',
    items: table<SystemControl, EcsSystemControl>('SystemControl', {
      Namespace: { to: 'namespace' },
      Value: { to: 'value' },
    }),
    refused: {
      words: /system ?controls?|sysctl/i,
      remedy: 'Check SystemControls of all containers',
    },
  },
  LinuxParameters: {
    to: 'linuxParameters',
    members: table<LinuxParameters, EcsLinuxParameters>('LinuxParameters', LINUX_PARAMETERS),
    refused: {
      words: /linux ?parameters?|capabilit|tmpfs|init ?process/i,
      remedy: 'Check LinuxParameters of all containers',
    },
  },
  RestartPolicy: {
    to: 'restartPolicy',
    members: table<RestartPolicy, ContainerRestartPolicy>('RestartPolicy', {
      Enabled: { to: 'enabled' },
      IgnoredExitCodes: { to: 'ignoredExitCodes' },
      RestartAttemptPeriod: { to: 'restartAttemptPeriod', absent: DEFAULT },
    }),
    refused: { words: /restart/i, remedy: 'Check RestartPolicy of all containers' },
  },
  StartTimeout: {
    to: 'startTimeout',
    refused: { words: /start ?timeout/i, remedy: 'Check StartTimeout of all containers' },
  },
  ReadonlyRootFilesystem: { to: 'readonlyRootFilesystem', default: false, absent: DEFAULT },
  StopTimeout: {
    to: 'stopTimeout',
    refused: { words: /stop ?timeout/i, remedy: 'Check StopTimeout of all containers' },
  },
  HealthCheck: {
    to: 'healthCheck',
    members: HEALTH_CHECK,
    refused: { words: /health ?check/i, remedy: 'Check HealthCheck of all containers' },
  },
  DependsOn: {
    to: 'dependsOn',
    refused: { words: /depends ?on|dependency|dependencies/i, remedy: 'Check DependsOn of all containers' },
    key: 'ContainerName',
    items: table<ContainerDependency, EcsContainerDependency>('ContainerDependency', {
      ContainerName: { to: 'containerName' },
      Condition: { to: 'condition' },
    }),
  },
  MountPoints: {
    to: 'mountPoints',
    key: 'ContainerPath',
    items: table<MountPoint, EcsMountPoint>('MountPoint', {
      SourceVolume: { to: 'sourceVolume' },
      ContainerPath: { to: 'containerPath' },
      ReadOnly: { to: 'readOnly', absent: DEFAULT },
    }),
  },
} as const;

/** The container that receives the traffic. Its port and its logs need more than a member of another name: see task.ts. */
export const PRIMARY_CONTAINER = table<PrimaryContainer, ContainerDefinition>('PrimaryContainer', {
  ...CONTAINER,
  StopTimeout: { ...CONTAINER.StopTimeout, default: STOP_TIMEOUT_SECONDS },
  // Signals reach the main container's processes through it. Source: ECS Express Mode.
  LinuxParameters: {
    ...CONTAINER.LinuxParameters,
    default: {},
    members: table<LinuxParameters, EcsLinuxParameters>('LinuxParameters', {
      ...LINUX_PARAMETERS,
      InitProcessEnabled: { ...LINUX_PARAMETERS.InitProcessEnabled, default: true },
    }),
  },
  ContainerPort: {
    refused: {
      words: /\bports?\b|port ?mapping/i,
      remedy: 'Check ContainerPort, and PortMappings of all containers',
    },
  },
  PortMappings: PORT_MAPPINGS,
  AwsLogsConfiguration: {
    refused: { words: /log ?driver|awslogs/i, remedy: 'Check the log group and the prefix of its streams' },
    members: table<AwsLogsConfiguration>('AwsLogsConfiguration', { LogGroup: {}, LogStreamPrefix: {} }),
  },
});

/** A container beside the one that receives the traffic. */
export const SIDECAR_CONTAINER = table<SidecarContainer, ContainerDefinition>('SidecarContainer', {
  ...CONTAINER,
  Name: {
    to: 'name',
    check(name, path) {
      if (name !== MAIN_CONTAINER) return;
      throw invalid(path, `"${name}" is another container's name`, 'Give each container its own');
    },
  },
  Essential: { to: 'essential', absent: DEFAULT },
  PortMappings: PORT_MAPPINGS,
});

function checkCommand([kind, ...rest]: readonly string[], path: string): void {
  if (kind !== 'CMD' && kind !== 'CMD-SHELL') {
    throw invalid(
      path,
      `begins with ${kind === undefined ? 'nothing' : `"${kind}"`}`,
      'Begin with CMD, followed by the command and its arguments, or with CMD-SHELL, followed by one line',
    );
  }
  if (rest.length === 0) throw invalid(path, 'has no command', `Give one after ${kind}`);
}

function checkLabels(labels: Readonly<Record<string, string>>, path: string): void {
  if (!Object.hasOwn(labels, NONCE_LABEL)) return;
  throw invalid(
    `${path}/${NONCE_LABEL}`,
    'is a label that the service makes',
    'Give ForceNewDeployment instead',
  );
}

/** Source: API reference of ContainerDefinition. */
function checkReservation(reservation: number, path: string, { Memory }: { readonly Memory?: number }): void {
  if (Memory === undefined || reservation < Memory) return;
  throw invalid(path, `is ${reservation}, not less than Memory, ${Memory}`, 'Make it less than Memory');
}

/** No limit, as a ulimit says it. */
const UNLIMITED = -1;

function checkSoftLimit(soft: number, path: string, { HardLimit: hard }: Properties<Ulimit>): void {
  if (hard === undefined || hard === UNLIMITED || (soft !== UNLIMITED && soft <= hard)) return;
  throw invalid(path, `is ${soft}, more than HardLimit, ${hard}`, 'Make it at most HardLimit');
}

/** A variable has one value. */
function checkNames(
  secrets: readonly Properties<Secret>[],
  path: string,
  { Environment = [] }: { readonly Environment?: readonly Properties<KeyValuePair>[] },
): void {
  const variables = Environment.map(({ Name }) => Name);
  const both = secrets.find(({ Name }) => variables.includes(Name));
  if (both) throw invalid(path, `defines ${both.Name}, as Environment does`, 'Keep one of the two');
}

/**
 * Refuse an image of a registry that the account does not permit.
 *
 * @param permitted prefixes of permitted image names; undefined or empty permits all.
 * @throws HandlerError InvalidRequest.
 */
export function checkRegistry(image: string, path: string, permitted: readonly string[] | undefined): void {
  if (permitted?.length && !permitted.some((registry) => image.startsWith(registry))) {
    throw invalid(
      path,
      `"${image}" is in none of the registries that this account permits: ${permitted.join(', ')}`,
      'Use an image from one of them',
    );
  }
}
