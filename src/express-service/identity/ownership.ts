/** Whose an AWS resource is: told by its tags, never by its name alone. */
import { HandlerError } from '../../core/failure';
import { OWNER_TAG, RESERVED_TAG_PREFIX, ownerTagValue, type Identity } from './identity';
import type { Tags } from './tags';

/** The author's tags among those that a resource carries. */
export function authorsTags(tags: Tags): Tags {
  return Object.fromEntries(
    Object.entries(tags).filter(([key]) => !/^aws:/i.test(key) && !key.startsWith(RESERVED_TAG_PREFIX)),
  );
}

/** Whether a resource with these tags belongs to the service. */
export function isManaged(identity: Identity, tags: Tags): boolean {
  return tags[OWNER_TAG] === ownerTagValue(identity);
}

/** How to name what stands in the way, and what the author can do. */
export interface Obstacle {
  /** E.g. `log group /aws/ecs/default/hello`. */
  readonly what: string;
  /** Property by which the author can avoid it. */
  readonly propertyPath: string;
  readonly remedy: string;
}

/** The service that is meant, and whether it is to be made or changed: only then is there a specification. */
interface Claimant {
  readonly identity: Identity;
  readonly spec?: object;
}

/**
 * Decide about a resource that stands under the service's name.
 *
 * @returns whether it is the service's own. One that is not counts as absent when the service is read or deleted.
 * @throws HandlerError ResourceConflict when it is not and stands in the way of the service.
 */
export function checkManaged(scope: Claimant, tags: Tags, { what, propertyPath, remedy }: Obstacle): boolean {
  if (isManaged(scope.identity, tags)) return true;
  if (!scope.spec) return false;
  throw new HandlerError('ResourceConflict', `The ${what} exists and does not belong to this service`, {
    propertyPath,
    remedy,
  });
}
