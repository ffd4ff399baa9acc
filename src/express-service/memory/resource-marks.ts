/** What tags say of a single resource: a log group that outlives its service, a certificate, a listener rule. */
import { shortHash } from '../identity/identity';
import type { Tags } from '../identity/tags';
import { VERSION_WAYS, type VersionWay } from '../properties/version-reach';
import { TAGS, unknownFormat } from './formats';

/** What becomes of the log group with its service: it is to stay, or has stayed. */
export type LogGroupRetention = (typeof RETENTIONS)[number];
const RETENTIONS = ['Retain', 'Retained'] as const;

/** Key of the tag of {@link retentionTag}. */
export const RETENTION_TAG_KEY = TAGS.deletionPolicy.key;

/** The tag of a log group that outlives its service. */
export function retentionTag(retention: LogGroupRetention): Tags {
  return { [RETENTION_TAG_KEY]: retention };
}

/**
 * What the tags of a log group say; undefined when it goes with its service.
 *
 * @throws HandlerError InvalidRequest when they say something that is not known here: it might be that the logs stay.
 */
export function retentionIn(tags: Tags): LogGroupRetention | undefined {
  const value = tags[RETENTION_TAG_KEY];
  if (value === undefined) return undefined;
  const known = RETENTIONS.find((each) => each === value);
  if (known) return known;
  throw unknownFormat(`The tag ${RETENTION_TAG_KEY} of the log group`, `says "${value}"`);
}

/** The tag of a certificate: in which operation it was requested. @param token of the operation. */
export function operationTag(token: string): Tags {
  return { [TAGS.operation.key]: shortHash(token, 16) };
}

/** Whether a certificate with these tags was requested in an operation. */
export function isOfOperation(tags: Tags, token: string): boolean {
  return tags[TAGS.operation.key] === shortHash(token, 16);
}

/** The tag of a certificate that is being removed. */
export function leavingTag(): Tags {
  return { [TAGS.leaving.key]: 'yes' };
}

/** Whether a certificate with these tags is being removed. */
export function isLeaving({ tags }: { readonly tags: Tags }): boolean {
  return TAGS.leaving.key in tags;
}

/** The tag of the listener rule for test requests. */
export function testRuleTag(): Tags {
  return { [TAGS.testRule.key]: 'yes' };
}

/** Whether a listener rule with these tags is the one for test requests. */
export function isTestRule(tags: Tags): boolean {
  return TAGS.testRule.key in tags;
}

/** The tag of a listener rule by which one version is reached. */
export function versionRuleTag(id: string, way: VersionWay): Tags {
  return { [TAGS.versionRule.key]: `${id} ${way}` };
}

/** Of which version a listener rule with these tags is, and by which way; undefined when it is no such rule. */
export function versionOfRule(tags: Tags): { readonly id: string; readonly way: VersionWay } | undefined {
  const text = tags[TAGS.versionRule.key];
  if (text === undefined) return undefined;
  const [id = '', word] = text.split(' ');
  const way = VERSION_WAYS.find((each) => each === word);
  if (way) return { id, way };
  throw unknownFormat(`The tag ${TAGS.versionRule.key} of a listener rule`, `says "${text}"`);
}

/** Key of the tag of {@link requiredHeaderTag}. */
export const REQUIRED_HEADER_TAG_KEY = TAGS.requiredHeader.key;

/** The tag of a listener rule whose requests must have a header. @param name undefined when they need none. */
export function requiredHeaderTag(name: string | undefined): Tags {
  return name === undefined ? {} : { [REQUIRED_HEADER_TAG_KEY]: name };
}

/** Name of the header that the requests of a listener rule with these tags must have. */
export function requiredHeaderIn(tags: Tags): string | undefined {
  return tags[REQUIRED_HEADER_TAG_KEY];
}
