/** Whose an AWS resource is: told by its tags, never by its name alone. */
import { HandlerError } from '../../core/failure';
import { shortHash, type Identity } from '../identity/identity';
import type { Tags } from '../identity/tags';
import { LONGEST_TAG_VALUE, RESERVED_TAG_PREFIX, TAGS } from './formats';

/** Value of the owner tag, and of the TXT records, for everything that belongs to this service alone. */
export function ownerTagValue({ serviceArn }: Pick<Identity, 'serviceArn'>): string {
  return serviceArn.length <= LONGEST_TAG_VALUE ? serviceArn : `sha256:${shortHash(serviceArn, 64)}`;
}

/** Whether a text is how owners are written: {@link ownerTagValue}. */
export function isOwner(text: string): boolean {
  return /^(arn:[a-z-]+:ecs:|sha256:)/.test(text);
}

/** Region of an owner; undefined when its ARN is too long to be written. */
export function regionOfOwner(owner: string): string | undefined {
  return /^arn:[a-z-]+:ecs:([a-z0-9-]+):/.exec(owner)?.[1];
}

/** Owner of a resource with these tags, as {@link ownerTagValue} writes it; undefined when no service has it. */
export function ownerOf(tags: Tags): string | undefined {
  return tags[TAGS.owner.key];
}

/**
 * Tags of what belongs to one service alone: the author's, and the owner tag.
 *
 * @param service which one, and the tags that its author gave.
 */
export function managedTags({
  identity,
  spec,
}: {
  readonly identity: Identity;
  readonly spec: { readonly tags: Tags };
}): Tags {
  return { ...spec.tags, [TAGS.owner.key]: ownerTagValue(identity) };
}

/** Tag of what several services share. @param says what they agree on, as a hash; else what it is. */
export function sharedTag(says: string): Tags {
  return { [TAGS.shared.key]: says };
}

/** What the tags say of what is shared; undefined when it is not. */
export function sharedBy(tags: Tags): string | undefined {
  return tags[TAGS.shared.key];
}

/** Tag of a load balancer's security group: the load balancer that has been given the attributes that services speak of. */
export function attributesTag(loadBalancerArn: string): Tags {
  return { [TAGS.attributes.key]: loadBalancerArn };
}

/** ARN of the load balancer of {@link attributesTag}. */
export function loadBalancerWithAttributes(tags: Tags): string | undefined {
  return tags[TAGS.attributes.key];
}

/** The author's tags among those that a resource carries. */
export function authorsTags(tags: Tags): Tags {
  return Object.fromEntries(
    Object.entries(tags).filter(([key]) => !/^aws:/i.test(key) && !key.startsWith(RESERVED_TAG_PREFIX)),
  );
}

/** Whether a resource with these tags belongs to the service. */
export function isManaged(identity: Identity, tags: Tags): boolean {
  return ownerOf(tags) === ownerTagValue(identity);
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
