/** The containers and volumes of a task, as a template describes them. Pure: no call to AWS. */
import type {
  ContainerDefinition,
  ContainerDependency as EcsContainerDependency,
  EFSAuthorizationConfig,
  EFSVolumeConfiguration as EcsEFSVolumeConfiguration,
  HealthCheck as EcsHealthCheck,
  KeyValuePair as EcsKeyValuePair,
  MountPoint as EcsMountPoint,
  PortMapping as EcsPortMapping,
  RepositoryCredentials as EcsRepositoryCredentials,
  Secret as EcsSecret,
  Volume as EcsVolume,
} from '@aws-sdk/client-ecs';
import type { Properties } from '../../cloudformation/extension';
import { invalid } from '../../core/failure';
import { DEFAULT } from '../../core/property';
import type {
  AuthorizationConfig,
  AwsLogsConfiguration,
  ContainerDependency,
  EFSVolumeConfiguration,
  HealthCheck,
  KeyValuePair,
  MountPoint,
  PortMapping,
  PrimaryContainer,
  RepositoryCredentials,
  Secret,
  SidecarContainer,
  Volume,
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
  ContainerPort: {
    refused: {
      words: /\bports?\b|port ?mapping/i,
      remedy: 'Check ContainerPort, and PortMappings of all sidecar containers',
    },
  },
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
  // Ports that the other containers, or who shares its security groups, reach it at; never the load balancer.
  PortMappings: {
    to: 'portMappings',
    // A port may be there for each protocol. And one that changes is not one more: the list is one value.
    key: 'ContainerPort',
    repeats: true,
    whole: true,
    items: table<PortMapping, EcsPortMapping>('PortMapping', {
      ContainerPort: { to: 'containerPort' },
      Protocol: { to: 'protocol', absent: DEFAULT },
    }),
  },
});

/** A volume that containers may mount. Source of the rules: API reference of ECS, EFSVolumeConfiguration. */
export const VOLUME = table<Volume, EcsVolume>('Volume', {
  Name: { to: 'name' },
  EFSVolumeConfiguration: {
    to: 'efsVolumeConfiguration',
    members: table<EFSVolumeConfiguration, EcsEFSVolumeConfiguration>('EFSVolumeConfiguration', {
      FilesystemId: { to: 'fileSystemId' },
      RootDirectory: { to: 'rootDirectory', absent: DEFAULT },
      // What ECS leaves out is its own default, which is not the template's.
      TransitEncryption: { to: 'transitEncryption', absent: 'DISABLED' },
      AuthorizationConfig: {
        to: 'authorizationConfig',
        members: table<AuthorizationConfig, EFSAuthorizationConfig>('AuthorizationConfig', {
          AccessPointId: { to: 'accessPointId' },
          IAM: { to: 'iam', absent: DEFAULT },
        }),
      },
    }),
    check: checkFileSystem,
  },
});

function checkFileSystem(
  {
    RootDirectory,
    TransitEncryption,
    AuthorizationConfig: { AccessPointId, IAM } = {},
  }: Properties<EFSVolumeConfiguration>,
  path: string,
): void {
  if (TransitEncryption === 'DISABLED' && (AccessPointId !== undefined || IAM === 'ENABLED')) {
    throw invalid(
      `${path}/TransitEncryption`,
      'is DISABLED, while AuthorizationConfig needs it',
      'Remove TransitEncryption or AuthorizationConfig',
    );
  }
  if (AccessPointId !== undefined && RootDirectory !== undefined && RootDirectory !== '/') {
    throw invalid(
      `${path}/RootDirectory`,
      'cannot be given together with an access point, which has a directory of its own',
      'Remove RootDirectory',
    );
  }
}

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
