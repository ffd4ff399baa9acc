/** The version of what the tags of a service say. */
import type { Tags } from '../identity/tags';
import { TAGS, unknownFormat, VERSION } from './formats';

/** The tag of the version that is written. */
export function versionTag(): Tags {
  return { [TAGS.version.key]: String(VERSION) };
}

/** The version that tags are of. */
export function versionOf(tags: Tags): number {
  return Number(tags[TAGS.version.key] ?? 1);
}

/**
 * Refuse what a newer version has written, before anything is made, changed or removed.
 *
 * @param tags of the service's security group.
 * @param name of that group.
 * @throws HandlerError InvalidRequest.
 */
export function checkVersion(tags: Tags, name: string): void {
  // What is no number is not known either.
  if (versionOf(tags) <= VERSION) return;
  throw unknownFormat(
    `The security group ${name}`,
    `records the service in version "${tags[TAGS.version.key]}", and only versions up to ${VERSION} are known`,
  );
}
