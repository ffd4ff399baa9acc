/**
 * The exposures of a service, as the tags of its own security group record them: the one that serves, and others that it
 * is about to join or has not quite left. Each is enough to find everything that belongs to it.
 */
import {
  attachmentOf,
  exposureAt,
  exposureHash,
  isSameLoadBalancer,
  locationOf,
  specialVersion,
  type Exposure,
  type ProtocolVersion,
} from '../exposures';
import type { Tags } from '../identity/tags';
import { isTagOf, TAGS, unknownFormat } from './formats';

/** Where a service receives its traffic. */
export interface Exposures {
  /** Where clients are sent. */
  readonly serving: Exposure;
  /** Where they are to be sent, once a deployment has put tasks there. */
  readonly joining?: Exposure;
  /** Where they were sent before, or were to be sent by an update that did not come to its end. */
  readonly leaving: readonly Exposure[];
}

/** What is recorded: the serving exposure is told from the others, and only the specification tells those apart. */
export interface RecordedExposures {
  readonly serving: Exposure;
  readonly others: readonly Exposure[];
}

/** An exposure as the value of a tag: where it is, and the protocol version unless it is HTTP1. */
export function exposureText(exposure: Exposure): string {
  return [locationOf(exposure), ...specialVersion(exposure)].join(' ');
}

/**
 * The exposure that {@link exposureText} has written.
 *
 * @throws HandlerError InvalidRequest when a newer version of this resource type has written it.
 */
export function parseExposure(text: string): Exposure {
  const [location = '', version = 'HTTP1'] = text.split(' ');
  const exposure = exposureAt(location, version as ProtocolVersion);
  if (exposure) return exposure;
  throw unknownFormat('A tag of the security group of the service', `says that it is reached at "${text}"`);
}

/** Tag that records an exposure. */
export function exposureTags(exposures: Exposures, exposure: Exposure): Tags {
  const isServing = exposureHash(exposures.serving) === exposureHash(exposure);
  return { [isServing ? TAGS.serving.key : otherTagKey(exposure)]: exposureText(exposure) };
}

/** Tags that make one exposure the serving one, and keep the one that served before among the others. */
export function switchTags(serving: Exposure, former: Exposure): Tags {
  return { [TAGS.serving.key]: exposureText(serving), [otherTagKey(former)]: exposureText(former) };
}

/** Tags that have to be there before anything is made for the exposures. */
export function tagsOfExposures(exposures: Exposures): Tags {
  const { serving, joining } = exposures;
  return { ...exposureTags(exposures, serving), ...(joining && exposureTags(exposures, joining)) };
}

/** Keys of the tags of exposures that nothing is left of. */
export function obsoleteExposureTagKeys(tags: Tags, { joining }: Exposures): string[] {
  const kept = joining && otherTagKey(joining);
  return Object.keys(tags).filter((key) => isTagOf(TAGS.otherExposure, key) && key !== kept);
}

/** The exposures that tags speak of; undefined when they speak of none. */
export function recordedExposures(tags: Tags): RecordedExposures | undefined {
  const text = tags[TAGS.serving.key];
  if (text === undefined) return undefined;
  const serving = parseExposure(text);
  const others = Object.entries(tags)
    .filter(([key]) => isTagOf(TAGS.otherExposure, key))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, value]) => parseExposure(value))
    .filter((other) => exposureHash(other) !== exposureHash(serving));
  return { serving, others };
}

/** Whether clients are sent to the exposure that is meant. */
export function isServing({
  exposure,
  exposures,
}: {
  readonly exposure?: Exposure;
  readonly exposures?: Exposures;
}): boolean {
  return (
    exposure !== undefined &&
    exposures !== undefined &&
    exposureText(exposure) === exposureText(exposures.serving)
  );
}

/** Exposures beside the serving one. */
export function otherExposures({ joining, leaving }: Exposures): readonly Exposure[] {
  return joining ? [joining, ...leaving] : leaving;
}

/**
 * Minutes that a deployment of the service waits after each move of requests, beside its bake times.
 *
 * @param all exposures of the service and of its additional load balancers.
 */
export function minutesPerShift(all: readonly Exposures[]): number {
  const exposures = all.flatMap((each) => [each.serving, ...otherExposures(each)]);
  return Math.max(0, ...exposures.map((exposure) => attachmentOf(exposure)?.minutesPerShift ?? 0));
}

/** Exposures that are on other load balancers than this one. */
export function elsewhere(exposures: Exposures, exposure: Exposure): readonly Exposure[] {
  const { serving } = exposures;
  return [serving, ...otherExposures(exposures)].filter((other) => !isSameLoadBalancer(other, exposure));
}

function otherTagKey(exposure: Exposure): string {
  return TAGS.otherExposure.key + exposureHash(exposure);
}
