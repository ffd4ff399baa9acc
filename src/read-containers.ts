/** Containers and volumes of a task definition, as a template describes them. Pure: no call to AWS. */
import type { ContainerDefinition, HealthCheck as EcsHealthCheck, TaskDefinition } from '@aws-sdk/client-ecs';
import { HEALTH_CHECK_DEFAULTS, MAIN_CONTAINER } from './containers';
import type { HealthCheck, MountPoint, SidecarContainer, Volume } from './model';
import type { Properties } from './runtime';
import { defined, unlessEmpty } from './unset';

/**
 * Defaults in the items of lists. A template usually leaves them out, and CloudFormation compares lists as a whole, so
 * that a default which is read back would look like drift.
 */
const ITEM_DEFAULTS: Readonly<Record<string, unknown>> = {
  ...HEALTH_CHECK_DEFAULTS,
  Essential: true,
  ReadOnly: false,
  ReadonlyRootFilesystem: false,
  RootDirectory: '/',
  TransitEncryption: 'ENABLED',
  IAM: 'DISABLED',
};

/** What the schema has for every container. */
export function containerProperties(
  container: ContainerDefinition,
): Omit<Properties<SidecarContainer>, 'Name' | 'Essential'> {
  const { credentialsParameter } = container.repositoryCredentials ?? {};
  return defined({
    Image: container.image,
    RepositoryCredentials: credentialsParameter ? { CredentialsParameter: credentialsParameter } : undefined,
    Command: unlessEmpty(container.command),
    EntryPoint: unlessEmpty(container.entryPoint),
    Environment: sortedItems(container.environment, 'Name', ({ name, value }) => ({
      Name: name,
      Value: value,
    })),
    Secrets: sortedItems(container.secrets, 'Name', ({ name, valueFrom }) => ({
      Name: name,
      ValueFrom: valueFrom,
    })),
    User: container.user,
    ReadonlyRootFilesystem: container.readonlyRootFilesystem,
    StopTimeout: container.stopTimeout,
    HealthCheck: container.healthCheck && healthCheckOf(container.healthCheck),
    DependsOn: sortedItems(container.dependsOn, 'ContainerName', ({ containerName, condition }) => ({
      ContainerName: containerName,
      Condition: condition,
    })),
    MountPoints: sortedItems(
      container.mountPoints,
      'ContainerPath',
      ({ sourceVolume, containerPath, readOnly }): Properties<MountPoint> =>
        withoutDefaults({ SourceVolume: sourceVolume, ContainerPath: containerPath, ReadOnly: readOnly }),
    ),
  });
}

/** The containers beside the one that receives the traffic, those added by hand too. */
export function sidecarsOf({
  containerDefinitions,
}: TaskDefinition): Properties<SidecarContainer>[] | undefined {
  const others = containerDefinitions?.filter(({ name }) => name !== MAIN_CONTAINER);
  return sortedItems(others, 'Name', (container) =>
    withoutDefaults({
      Name: container.name,
      Essential: container.essential,
      ...containerProperties(container),
    }),
  );
}

/** The volumes, those added by hand too. */
export function volumesOf(definition: TaskDefinition): Properties<Volume>[] | undefined {
  return sortedItems(definition.volumes, 'Name', ({ name, efsVolumeConfiguration: efs }) =>
    withoutDefaults({
      Name: name,
      EFSVolumeConfiguration: efs && {
        FilesystemId: efs.fileSystemId,
        RootDirectory: efs.rootDirectory,
        // What ECS leaves out is its own default, which is not the template's.
        TransitEncryption: efs.transitEncryption ?? 'DISABLED',
        AuthorizationConfig: efs.authorizationConfig && {
          AccessPointId: efs.authorizationConfig.accessPointId,
          IAM: efs.authorizationConfig.iam,
        },
      },
    }),
  );
}

function healthCheckOf(check: EcsHealthCheck): Properties<HealthCheck> {
  return defined({
    Command: check.command,
    Interval: check.interval,
    Timeout: check.timeout,
    Retries: check.retries,
    StartPeriod: check.startPeriod || undefined,
  });
}

/** Items in the template's words, in the order of one of their members. */
function sortedItems<Item, Result extends object>(
  items: readonly Item[] | undefined,
  key: keyof Result,
  resultOf: (item: Item) => Result,
): Result[] | undefined {
  return unlessEmpty(items?.map(resultOf).sort((a, b) => (a[key] < b[key] ? -1 : 1)));
}

/** The object without undefined members and without {@link ITEM_DEFAULTS}, at every depth. */
function withoutDefaults<Value extends object>(value: Value): Value {
  const members = Object.entries(value).filter(
    ([name, member]) => member !== undefined && member !== ITEM_DEFAULTS[name],
  );
  return Object.fromEntries(
    members.map(([name, member]) => [name, isPlainObject(member) ? withoutDefaults(member) : member]),
  ) as Value;
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
