/** How large a task definition is, and which part of it most. Pure: no call to AWS. */
import type { ContainerDefinition, RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs';
import { MAIN_CONTAINER, SIDECAR_CONTAINER } from './containers';
import { HandlerError } from '../../core/failure';

/** Bytes. Source: Amazon ECS service quotas, "Task definition size" (64 KiB). */
const LIMIT = 65_536;

type Content = Omit<RegisterTaskDefinitionCommandInput, 'tags'>;

/**
 * Check that Amazon ECS takes a task definition of this size.
 *
 * @param content what is to be registered, without its tags.
 * @param sidecarNames names of the sidecars, in the order of the template.
 * @throws HandlerError InvalidRequest at the largest part.
 */
export function checkTaskDefinitionSize(content: Content, sidecarNames: readonly string[]): void {
  const size = sizeOf(content);
  if (size <= LIMIT) return;
  const largest = partsOf(content, sidecarNames).reduce((one, other) =>
    other.size > one.size ? other : one,
  );
  throw new HandlerError(
    'InvalidRequest',
    `makes up ${largest.size} bytes of a task definition of ${size} bytes, but Amazon ECS takes ${LIMIT} at most`,
    {
      propertyPath: largest.path,
      remedy: `Make it at least ${size - LIMIT} bytes smaller: long values may be in files of the image, in Amazon S3, or in parameters and secrets that Secrets names`,
    },
  );
}

interface Part {
  readonly path: string;
  readonly size: number;
}

function partsOf({ containerDefinitions = [], volumes }: Content, sidecarNames: readonly string[]): Part[] {
  return [
    ...containerDefinitions.flatMap((container) => {
      const path = pathOf(container, sidecarNames);
      // A container that was added by hand has no property.
      if (path === undefined) return [];
      return SIDECAR_CONTAINER.properties.map(({ name, to }) => ({
        path: `${path}/${name}`,
        size: sizeOf(container[to as keyof ContainerDefinition]),
      }));
    }),
    { path: 'Volumes', size: sizeOf(volumes) },
  ];
}

function pathOf({ name }: ContainerDefinition, sidecarNames: readonly string[]): string | undefined {
  if (name === MAIN_CONTAINER) return 'PrimaryContainer';
  const index = sidecarNames.indexOf(name!);
  return index < 0 ? undefined : `SidecarContainers/${index}`;
}

function sizeOf(value: unknown): number {
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
}
