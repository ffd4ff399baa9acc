/** How the desired properties of a service change. */
import type { Structure } from '../../local/service';
import type { Random } from './random';

/** What makes one version another one than the next. */
export type Content = Pick<Structure, 'PrimaryContainer' | 'HealthCheckPath'>;

/** A version that stands. */
export interface Version {
  readonly label: string;
  /** Of its requests beside those of the others; 0 of one that waits. */
  readonly weight: number;
  readonly content: Content;
  /** ARN of its ECS service, as the attribute `Versions` tells it. */
  readonly serviceArn: string;
}

/** The versions of a service that stand. */
export interface Standing {
  /** The one that the template describes first, then by how long it is ago that one did. */
  readonly standing: readonly Version[];
  /** Those that have requests. */
  readonly answering: readonly Version[];
}

/**
 * A change of a service. Returns the desired properties after it.
 */
export type Change = (model: Structure, random: Random, versions: Standing) => Structure;

/** A service with other properties of its container. */
export function container(model: Structure, change: Structure): Structure {
  return { ...model, PrimaryContainer: { ...model.PrimaryContainer, ...change } };
}

/** The image with another tag. */
export function withTag({ PrimaryContainer }: Structure, tag: number | string): Structure {
  return { Image: PrimaryContainer.Image.replace(/:.*/, `:${tag}`) };
}

/** An image that the service has not had before. */
export function newImage(model: Structure, random: Random): Structure {
  return withTag(model, 1 + Math.floor(random.next() * 1_000_000));
}
