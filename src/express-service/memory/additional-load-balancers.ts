/**
 * What the tags of the service's security group say of its additional load balancers: the names of those that it has, or is
 * about to have, and of former ones, until nothing is left of them. All else stands in the tags of a security group of their own.
 */
import type { Tags } from '../identity/tags';
import { isTagOf, TAGS } from './formats';

/** Tags that record additional load balancers. */
export function additionalTags(names: readonly string[]): Tags {
  return Object.fromEntries(names.map((name) => [TAGS.additional.key + name, name]));
}

/** Names of the additional load balancers that tags record, sorted. */
export function recordedLoadBalancers(tags: Tags): string[] {
  return Object.entries(tags)
    .flatMap(([key, name]) => (isTagOf(TAGS.additional, key) ? [name] : []))
    .sort();
}

/** Keys of the tags of those that nothing is left of. @param names of those that the service has. */
export function obsoleteAdditionalTagKeys(tags: Tags, names: readonly string[]): string[] {
  const kept = additionalTags(names);
  return Object.keys(tags).filter((key) => isTagOf(TAGS.additional, key) && !(key in kept));
}
