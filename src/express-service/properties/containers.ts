/** The containers and volumes of a task, as a template describes them. Pure: no call to AWS. */
import type {
  ContainerDependency,
  EFSVolumeConfiguration,
  HealthCheck,
  MountPoint,
  PortMapping,
  Volume,
} from '@aws-sdk/client-ecs';
import { checkImage } from './container-image';
import { invalid } from '../../core/failure';
import type * as model from '../model';
import type { Properties } from '../../cloudformation/extension';
import { checkCredentialsSecret, checkSecretReference } from './secret-reference';
import { unlessEmpty } from '../../core/unset';

/** Name of the container that receives the service's traffic. Source: ECS Express Mode. */
export const MAIN_CONTAINER = 'Main';

/** What a template may say of any container. Undefined means that it says nothing. */
export interface ContainerSpec {
  readonly image: string;
  readonly command?: readonly string[];
  readonly entryPoint?: readonly string[];
  /** Environment variables by name. */
  readonly environment: Readonly<Record<string, string>>;
  /** ARN or name of the secret or parameter, by name of the variable. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly repositoryCredentialsArn?: string;
  readonly user?: string;
  readonly readonlyRootFilesystem?: boolean;
  /** Seconds. */
  readonly stopTimeout?: number;
  readonly healthCheck?: HealthCheck;
  readonly dependsOn?: readonly ContainerDependency[];
  readonly mountPoints?: readonly MountPoint[];
}

/** A container beside the one that receives the traffic. */
export interface SidecarSpec extends ContainerSpec {
  readonly name: string;
  readonly essential: boolean;
  /** Ports that the other containers, or who shares its security groups, reach it at; never the load balancer. */
  readonly portMappings?: readonly PortMapping[];
}

/** Defaults of a container's health check. Source: API reference of ECS, HealthCheck. */
export const HEALTH_CHECK_DEFAULTS = { Interval: 30, Timeout: 5, Retries: 3 } as const;

/** What the schema has for every container. */
type ContainerProperties = Omit<Properties<model.SidecarContainer>, 'Name' | 'Essential' | 'PortMappings'>;

/**
 * What a template says of a container.
 *
 * @param path of the container in the template, e.g. `SidecarContainers/0`.
 * @param permittedRegistries prefixes of permitted image names; undefined or empty permits all.
 * @throws HandlerError InvalidRequest.
 */
export function containerSpec(
  container: ContainerProperties | undefined,
  path: string,
  permittedRegistries: readonly string[] | undefined,
): ContainerSpec {
  if (!container?.Image) {
    throw invalid(`${path}/Image`, 'is missing', 'Name the container image, or give TaskDefinitionArn');
  }
  checkImage(container.Image, `${path}/Image`);
  checkRegistry(container.Image, `${path}/Image`, permittedRegistries);
  const environment = byName(container.Environment, `${path}/Environment`, 'Value');
  const secrets = byName(container.Secrets, `${path}/Secrets`, 'ValueFrom');
  for (const name of Object.keys(secrets)) {
    if (name in environment) {
      throw invalid(`${path}/Secrets`, `defines ${name}, as Environment does`, 'Keep one of the two');
    }
  }
  for (const [index, { ValueFrom }] of (container.Secrets ?? []).entries()) {
    checkSecretReference(ValueFrom!, `${path}/Secrets/${index}/ValueFrom`);
  }
  const credentials = container.RepositoryCredentials?.CredentialsParameter;
  if (credentials !== undefined) {
    checkCredentialsSecret(credentials, `${path}/RepositoryCredentials/CredentialsParameter`);
  }
  return {
    image: container.Image,
    // An empty list and none are the same to ECS, and must not look like a change.
    command: unlessEmpty(container.Command),
    entryPoint: unlessEmpty(container.EntryPoint),
    environment,
    secrets,
    repositoryCredentialsArn: credentials,
    user: container.User,
    readonlyRootFilesystem: container.ReadonlyRootFilesystem,
    stopTimeout: container.StopTimeout,
    healthCheck: container.HealthCheck && healthCheck(container.HealthCheck, `${path}/HealthCheck`),
    dependsOn: unlessEmpty(
      container.DependsOn?.map(({ ContainerName, Condition }) => ({
        containerName: ContainerName,
        condition: Condition,
      })),
    ),
    mountPoints: unlessEmpty(
      container.MountPoints?.map(({ SourceVolume, ContainerPath, ReadOnly }) => ({
        sourceVolume: SourceVolume,
        containerPath: ContainerPath,
        readOnly: ReadOnly,
      })),
    ),
  };
}

/**
 * The containers beside the one that receives the traffic.
 *
 * @throws HandlerError InvalidRequest.
 */
export function sidecarSpecs(
  containers: readonly model.SidecarContainer[] | undefined,
  permittedRegistries: readonly string[] | undefined,
): SidecarSpec[] | undefined {
  const names = new Set([MAIN_CONTAINER]);
  return unlessEmpty(
    containers?.map((container, index) => {
      const path = `SidecarContainers/${index}`;
      const { Name: name, Essential = true } = container;
      if (!name) throw invalid(`${path}/Name`, 'is missing', 'Name the container');
      if (names.has(name)) {
        throw invalid(`${path}/Name`, `"${name}" is another container's name`, 'Give each container its own');
      }
      names.add(name);
      return {
        name,
        essential: Essential,
        portMappings: unlessEmpty(
          container.PortMappings?.map(({ ContainerPort, Protocol = 'tcp' }, port) => {
            if (ContainerPort !== undefined) return { containerPort: ContainerPort, protocol: Protocol };
            throw invalid(`${path}/PortMappings/${port}/ContainerPort`, 'is missing', 'Give the port');
          }),
        ),
        ...containerSpec(container, path, permittedRegistries),
      };
    }),
  );
}

/**
 * The volumes that containers may mount.
 *
 * @throws HandlerError InvalidRequest.
 */
export function volumes(given: readonly model.Volume[] | undefined): Volume[] | undefined {
  const names = new Set<string>();
  return unlessEmpty(
    given?.map(({ Name: name, EFSVolumeConfiguration }, index) => {
      const path = `Volumes/${index}`;
      if (!name) throw invalid(`${path}/Name`, 'is missing', 'Name the volume');
      if (names.has(name)) throw invalid(`${path}/Name`, `"${name}" appears twice`, 'Give each volume once');
      names.add(name);
      if (!EFSVolumeConfiguration) return { name };
      return {
        name,
        efsVolumeConfiguration: efsVolume(EFSVolumeConfiguration, `${path}/EFSVolumeConfiguration`),
      };
    }),
  );
}

/** Source of the rules: API reference of ECS, EFSVolumeConfiguration and EFSAuthorizationConfig. */
function efsVolume(
  {
    FilesystemId,
    RootDirectory,
    TransitEncryption = 'ENABLED',
    AuthorizationConfig,
  }: model.EFSVolumeConfiguration,
  path: string,
): EFSVolumeConfiguration {
  if (!FilesystemId) throw invalid(`${path}/FilesystemId`, 'is missing', 'Give the id of the file system');
  const { AccessPointId, IAM } = AuthorizationConfig ?? {};
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
  return {
    fileSystemId: FilesystemId,
    rootDirectory: RootDirectory,
    transitEncryption: TransitEncryption,
    authorizationConfig: AuthorizationConfig && { accessPointId: AccessPointId, iam: IAM },
  };
}

function healthCheck(given: Properties<model.HealthCheck>, path: string): HealthCheck {
  const [kind, ...rest] = given.Command ?? [];
  if (kind !== 'CMD' && kind !== 'CMD-SHELL') {
    throw invalid(
      `${path}/Command`,
      `begins with ${kind === undefined ? 'nothing' : `"${kind}"`}`,
      'Begin with CMD, followed by the command and its arguments, or with CMD-SHELL, followed by one line',
    );
  }
  if (rest.length === 0) throw invalid(`${path}/Command`, 'has no command', `Give one after ${kind}`);
  return {
    command: [kind, ...rest],
    interval: given.Interval ?? HEALTH_CHECK_DEFAULTS.Interval,
    timeout: given.Timeout ?? HEALTH_CHECK_DEFAULTS.Timeout,
    retries: given.Retries ?? HEALTH_CHECK_DEFAULTS.Retries,
    startPeriod: given.StartPeriod,
  };
}

function checkRegistry(image: string, path: string, permitted: readonly string[] | undefined): void {
  if (permitted?.length && !permitted.some((registry) => image.startsWith(registry))) {
    throw invalid(
      path,
      `"${image}" is in none of the registries that this account permits: ${permitted.join(', ')}`,
      'Use an image from one of them',
    );
  }
}

/** A list of named values as a record; order has no meaning, so two orders must make the same specification. */
function byName<Item extends { Name?: string }>(
  items: readonly Item[] | undefined,
  path: string,
  valueName: keyof Item & string,
): Record<string, string> {
  const entries = new Map<string, string>();
  for (const [index, item] of (items ?? []).entries()) {
    const { Name: name, [valueName]: value } = item;
    if (!name) throw invalid(`${path}/${index}/Name`, 'is missing', 'Name the variable');
    if (typeof value !== 'string')
      throw invalid(`${path}/${index}/${valueName}`, 'is missing', 'Give a text');
    if (entries.has(name)) {
      throw invalid(`${path}/${index}/Name`, `"${name}" appears twice`, 'Give each variable once');
    }
    entries.set(name, value);
  }
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}
