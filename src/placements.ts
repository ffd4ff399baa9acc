/**
 * The placements of a service, as the tags of its own security group record them: the one that serves, and others that it
 * is about to join or has not quite left. Each is enough to find everything that belongs to it.
 */
import type { Scope } from './component';
import { RESERVED_TAG_PREFIX } from './identity';
import {
  isSameLoadBalancer,
  parsePlacement,
  placementHash,
  placementText,
  type Placement,
} from './placement';
import type { Tags } from './tags';

/** Where a service receives its traffic. */
export interface Placements {
  /** Where clients are sent. */
  readonly serving: Placement;
  /** Where they are to be sent, once a deployment has put tasks there. */
  readonly joining?: Placement;
  /** Where they were sent before, or were to be sent by an update that did not come to its end. */
  readonly leaving: readonly Placement[];
}

/** What is recorded: the serving placement is told from the others, and only the specification tells those apart. */
export interface RecordedPlacements {
  readonly serving: Placement;
  readonly others: readonly Placement[];
}

/** Tag of the serving placement. */
const SERVING_TAG = `${RESERVED_TAG_PREFIX}load-balancer`;
/** Prefix of the tags of the other ones; the hash of the placement follows. */
const OTHER_TAG_PREFIX = `${SERVING_TAG}/`;

/** Tag that records a placement. */
export function placementTags(placements: Placements, placement: Placement): Tags {
  const isServing = placementHash(placements.serving) === placementHash(placement);
  return { [isServing ? SERVING_TAG : otherTagKey(placement)]: placementText(placement) };
}

/** Tags that make one placement the serving one, and keep the one that served before among the others. */
export function switchTags(serving: Placement, former: Placement): Tags {
  return { [SERVING_TAG]: placementText(serving), [otherTagKey(former)]: placementText(former) };
}

/** Tags that have to be there before anything is made for the placements. */
export function tagsOfPlacements(placements: Placements): Tags {
  const { serving, joining } = placements;
  return { ...placementTags(placements, serving), ...(joining && placementTags(placements, joining)) };
}

/** Keys of the tags of placements that nothing is left of. */
export function obsoletePlacementTagKeys(tags: Tags, { joining }: Placements): string[] {
  const kept = joining && otherTagKey(joining);
  return Object.keys(tags).filter((key) => key.startsWith(OTHER_TAG_PREFIX) && key !== kept);
}

/** The placements that tags speak of; undefined when they speak of none. */
export function recordedPlacements(tags: Tags): RecordedPlacements | undefined {
  const text = tags[SERVING_TAG];
  if (text === undefined) return undefined;
  const serving = parsePlacement(text);
  const others = Object.entries(tags)
    .filter(([key]) => key.startsWith(OTHER_TAG_PREFIX))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, value]) => parsePlacement(value))
    .filter((other) => placementHash(other) !== placementHash(serving));
  return { serving, others };
}

/** Whether clients are sent to the placement that is meant. */
export function isServing({ placement, placements }: Pick<Scope, 'placement' | 'placements'>): boolean {
  return (
    placement !== undefined &&
    placements !== undefined &&
    placementText(placement) === placementText(placements.serving)
  );
}

/** Placements beside the serving one. */
export function otherPlacements({ joining, leaving }: Placements): readonly Placement[] {
  return joining ? [joining, ...leaving] : leaving;
}

/** Placements that are on other load balancers than this one. */
export function elsewhere(placements: Placements, placement: Placement): readonly Placement[] {
  const { serving } = placements;
  return [serving, ...otherPlacements(placements)].filter((other) => !isSameLoadBalancer(other, placement));
}

function otherTagKey(placement: Placement): string {
  return `${OTHER_TAG_PREFIX}${placementHash(placement)}`;
}
