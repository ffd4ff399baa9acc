/** Containers and volumes of a task definition, as a template describes them. Pure: no call to AWS. */
import type { ContainerDefinition, HealthCheck as EcsHealthCheck, TaskDefinition } from '@aws-sdk/client-ecs';
import { MAIN_CONTAINER } from '../properties/containers';
import type { HealthCheck, MountPoint, PortMapping, SidecarContainer, Volume } from '../model';
import type { Properties } from '../../cloudformation/extension';
import { defined, unlessEmpty } from '../../core/unset';

/** What the schema has for every container. */
export function containerProperties(
  container: ContainerDefinition,
): Omit<Properties<SidecarContainer>, 'Name' | 'Essential' | 'PortMappings'> {
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
    ReadonlyRootFilesystem: container.readonlyRootFilesystem ?? false,
    StopTimeout: container.stopTimeout,
    HealthCheck: container.healthCheck && healthCheckOf(container.healthCheck),
    DependsOn: sortedItems(container.dependsOn, 'ContainerName', ({ containerName, condition }) => ({
      ContainerName: containerName,
      Condition: condition,
    })),
    MountPoints: sortedItems(
      container.mountPoints,
      'ContainerPath',
      ({ sourceVolume, containerPath, readOnly = false }): Properties<MountPoint> => ({
        SourceVolume: sourceVolume,
        ContainerPath: containerPath,
        ReadOnly: readOnly,
      }),
    ),
  });
}

/** The containers beside the one that receives the traffic, those added by hand too. */
export function sidecarsOf({
  containerDefinitions,
}: TaskDefinition): Properties<SidecarContainer>[] | undefined {
  const others = containerDefinitions?.filter(({ name }) => name !== MAIN_CONTAINER);
  return sortedItems(others, 'Name', (container) =>
    defined({
      Name: container.name,
      Essential: container.essential,
      PortMappings: sortedItems(
        container.portMappings,
        'ContainerPort',
        ({ containerPort, protocol = 'tcp' }): Properties<PortMapping> => ({
          ContainerPort: containerPort,
          Protocol: protocol,
        }),
      ),
      ...containerProperties(container),
    }),
  );
}

/** The volumes, those added by hand too. */
export function volumesOf(definition: TaskDefinition): Properties<Volume>[] | undefined {
  return sortedItems(definition.volumes, 'Name', ({ name, efsVolumeConfiguration: efs }) =>
    defined({
      Name: name,
      EFSVolumeConfiguration: efs && {
        FilesystemId: efs.fileSystemId,
        RootDirectory: efs.rootDirectory ?? '/',
        // What ECS leaves out is its own default, which is not the template's.
        TransitEncryption: efs.transitEncryption ?? 'DISABLED',
        AuthorizationConfig:
          efs.authorizationConfig &&
          defined({
            AccessPointId: efs.authorizationConfig.accessPointId,
            IAM: efs.authorizationConfig.iam ?? 'DISABLED',
          }),
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
    StartPeriod: check.startPeriod ?? 0,
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
