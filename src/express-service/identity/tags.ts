/** Tags of AWS resources: how they are spelled, and how they change. Whose they make a resource is told in ownership.ts. */
import { invalid } from '../../core/failure';
import { OWNER_TAG, RESERVED_TAG_PREFIX, ownerTagValue, type Identity } from './identity';

/** Tags by key. */
export type Tags = Readonly<Record<string, string>>;

/** A tag as most AWS APIs spell it. */
export interface Tag {
  readonly Key?: string;
  readonly Value?: string;
}

/** A tag as ECS spells it. */
export interface LowerCaseTag {
  readonly key?: string;
  readonly value?: string;
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
  return { ...spec.tags, [OWNER_TAG]: ownerTagValue(identity) };
}

/** Tags as most AWS APIs take them. */
export function tagList(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Tags as a record, from what most AWS APIs answer. */
export function tagRecord(tags: readonly Tag[] | undefined): Tags {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

/** Tags as ECS takes them. */
export function lowerCaseTagList(tags: Tags): { key: string; value: string }[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

/** Tags as a record, from what ECS answers. */
export function lowerCaseTagRecord(tags: readonly LowerCaseTag[] | undefined): Tags {
  return Object.fromEntries((tags ?? []).map(({ key, value }) => [key ?? '', value ?? '']));
}

/** What has to be done to tags. */
export interface TagChanges {
  /** Tags that are absent or have another value. */
  readonly set: Tags;
  /** Keys that are there and must go. */
  readonly remove: readonly string[];
}

/**
 * Changes that make `current` hold all of `desired`, and nothing of `removed`. Other tags are somebody else's: they
 * stay.
 *
 * @param removed keys of the tags that the author has taken away.
 */
export function tagChanges(current: Tags, desired: Tags, removed: readonly string[]): TagChanges {
  return {
    set: Object.fromEntries(Object.entries(desired).filter(([key, value]) => current[key] !== value)),
    remove: removed.filter((key) => key in current && !(key in desired)),
  };
}

/** Tags of one resource, in all services used. */
const TAGS_PER_RESOURCE = 50;
/**
 * Tags of the service's security group that are this resource type's own, beside those of the domains: whose it is, what
 * the template says (template-record.ts), and up to four exposures while the service moves.
 */
const OWN_TAGS = 6;

/**
 * Check the tags of a template.
 *
 * @param tags of the resource.
 * @param all those of the stack, overlaid with them.
 * @param ofDomains those that record the domains.
 * @throws HandlerError InvalidRequest.
 */
export function checkTags(tags: readonly Tag[] | undefined, all: Tags, ofDomains: Tags): void {
  const count = Object.keys(all).length;
  const most = TAGS_PER_RESOURCE - OWN_TAGS - Object.keys(ofDomains).length;
  if (count > most) {
    throw invalid('Tags', `are ${count} with those of the stack`, `Give at most ${most} in all`);
  }
  const keys = new Set<string>();
  for (const [index, { Key }] of (tags ?? []).entries()) {
    if (!Key) throw invalid(`Tags/${index}/Key`, 'is missing', 'Name the tag');
    if (/^aws:/i.test(Key) || Key.startsWith(RESERVED_TAG_PREFIX)) {
      throw invalid(`Tags/${index}/Key`, `"${Key}" begins with a reserved prefix`, 'Choose another key');
    }
    if (keys.has(Key)) throw invalid(`Tags/${index}/Key`, `"${Key}" appears twice`, 'Give each key once');
    keys.add(Key);
  }
}
