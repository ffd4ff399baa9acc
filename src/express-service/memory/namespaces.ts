/**
 * What the tags of the service's security group say of namespaces in AWS Cloud Map: those that the service uses by name, and
 * former ones, until it has let go of them. Other services read them, to see whether a namespace is still in use.
 */
import { shortHash } from '../identity/identity';
import type { Tags } from '../identity/tags';
import { isTagOf, TAGS } from './formats';

/** A namespace on record. */
export interface RecordedNamespace {
  readonly name: string;
  /** Whether the service is letting go of it, and may be about to delete it. */
  readonly isLeaving: boolean;
}

/** What precedes the name when the service is letting go. Names of namespaces have no spaces (Cloud Map API reference). */
const LEAVING = 'leaving ';

/** Key of the tag of a namespace; its value is the name, which is too long for a key. */
export function namespaceTagKey(name: string): string {
  return TAGS.namespace.key + shortHash(name, 12);
}

/** Tag of a namespace that the service uses. */
export function namespaceTag(name: string | undefined): Tags {
  return name === undefined ? {} : { [namespaceTagKey(name)]: name };
}

/** Tag of a namespace that the service is letting go of. */
export function leavingNamespaceTag(name: string): Tags {
  return { [namespaceTagKey(name)]: LEAVING + name };
}

/** Namespaces that tags speak of, sorted by name. */
export function recordedNamespaces(tags: Tags): RecordedNamespace[] {
  return Object.entries(tags)
    .filter(([key]) => isTagOf(TAGS.namespace, key))
    .map(([, value]) => ({
      name: value.startsWith(LEAVING) ? value.slice(LEAVING.length) : value,
      isLeaving: value.startsWith(LEAVING),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
