/** Tags of AWS resources: how they are spelled, and how they change. What they say is told in `memory`. */

/** Tags by key. */
export type Tags = Readonly<Record<string, string>>;

/** A tag as most AWS APIs spell it. */
export interface Tag {
  readonly Key?: string;
  readonly Value?: string;
}

/** A tag of a resource that is made. */
export interface ResourceTag {
  readonly Key: string;
  readonly Value: string;
}

/** A tag as ECS spells it. */
export interface LowerCaseTag {
  readonly key?: string;
  readonly value?: string;
}

/** Tags as most AWS APIs take them. */
export function tagList(tags: Tags): ResourceTag[] {
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
