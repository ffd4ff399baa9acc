/** Three-way merge: what the template said before, what it says now, and what there is. Pure. */
import { isDeepStrictEqual } from 'node:util';

/** The three states of a setting. Members of groups that are undefined are absent. */
export interface States<Value> {
  /** What the template asks for now, defaults applied. */
  readonly desired: Value;
  /** What it asked for before, made in the same way; undefined when nothing is known of that. */
  readonly previous?: Value;
  /** What there is; undefined when nothing is. */
  readonly live?: Value;
}

/** What tells the items of a list apart, by the name of the list. A list without an entry is one value. */
export type ItemKeys = Readonly<Record<string, (item: never) => string>>;

type Group = Readonly<Record<string, unknown>>;

/**
 * What is to be: where the template says the same as before, what there is stays, also when it was changed or taken away
 * by hand; where the template says something new, the template wins. Objects are merged member by member and the lists
 * of `itemKeys` item by item.
 */
export function threeWay<Value>(states: States<Value>, itemKeys: ItemKeys = {}): Value {
  const { desired, previous, live } = states;
  return live === undefined ? desired : (merged('', desired, previous, live, itemKeys) as Value);
}

function merged(
  name: string,
  desired: unknown,
  previous: unknown,
  live: unknown,
  itemKeys: ItemKeys,
): unknown {
  if (isDeepStrictEqual(desired, previous)) return live;
  if (isGroup(desired) && isGroup(live)) {
    const before = isGroup(previous) ? previous : {};
    return mergedMembers(desired, before, live, (member) => member, itemKeys);
  }
  const keyOf = itemKeys[name];
  if (!keyOf) return desired;
  const byKey = (items: unknown): Group =>
    Object.fromEntries(((items ?? []) as never[]).map((item) => [keyOf(item), item]));
  // Items have no name of their own under which a list could be found.
  const items = Object.values(
    mergedMembers(byKey(desired), byKey(previous), byKey(live), () => '', itemKeys),
  );
  return items.length > 0 ? items : desired;
}

function mergedMembers(
  desired: Group,
  previous: Group,
  live: Group,
  nameOf: (member: string) => string,
  itemKeys: ItemKeys,
): Group {
  const members = new Set([...Object.keys(desired), ...Object.keys(live)]);
  const entries = [...members].map((member) => [
    member,
    merged(nameOf(member), desired[member], previous[member], live[member], itemKeys),
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** `base` with the members of `over` that are not undefined in their place, at every depth; lists are one value. */
export function overlaid<Value>(base: Value, over: object | undefined): Value {
  if (over === undefined) return base;
  const members = Object.entries(over).map(([name, value]) => {
    const below = (base as Group | undefined)?.[name];
    return [name, isGroup(value) ? overlaid(below, value) : (value ?? below)];
  });
  return { ...base, ...Object.fromEntries(members) };
}

function isGroup(value: unknown): value is Group {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
