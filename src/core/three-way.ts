/** Three-way merge: what the template said before, what it says now, and what there is. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { isGroup, type Group } from './group';
import { apiName, type Table } from './property';

/** The three states of a setting. Members of groups that are undefined are absent. */
export interface States<Value> {
  /** What the template asks for now, defaults applied. */
  readonly desired: Value;
  /** What it asked for before, made in the same way; undefined when nothing is known of that. */
  readonly previous?: Value;
  /** What there is; undefined when nothing is. */
  readonly live?: Value;
}

/** How a member is merged. */
export interface MergeRule {
  /** What tells the items of a list apart. A list without it is one value. */
  readonly keyOf?: (item: never) => unknown;
  /** How the members of a group, or of the items of a list, are merged. */
  readonly members?: MergeRules;
  /** Whether it is one value although it is a group. */
  readonly isWhole?: boolean;
}

/** By the name of the member. A group without a rule is merged member by member; all else is one value. */
export type MergeRules = Readonly<Record<string, MergeRule>>;

/** The rules for the API shape that the properties of a table go to. */
export function mergeRules(table: Table): MergeRules {
  const rules = table.properties.flatMap(({ to, members, isInline, isList, isSet, isWhole, key }) => {
    if (isInline) return Object.entries(mergeRules(members!));
    if (to === undefined) return [];
    if (isWhole) return [[to, { isWhole }] as const];
    const below = members && mergeRules(members);
    if (!isList) return below ? [[to, { members: below }] as const] : [];
    const name = apiName(members, key);
    const keyOf = isSet ? (item: unknown) => item : name && ((item: Group) => item[name]);
    return keyOf ? [[to, { keyOf, members: below } as MergeRule] as const] : [];
  });
  return Object.fromEntries(rules);
}

/**
 * What is to be: where the template says the same as before, what there is stays, also when it was changed or taken away
 * by hand; where the template says something new, the template wins. Groups are merged member by member and lists with a
 * key item by item.
 */
export function threeWay<Value>(states: States<Value>, rules: MergeRules = {}): Value {
  const { desired, previous, live } = states;
  return live === undefined ? desired : (merged({ members: rules }, desired, previous, live) as Value);
}

function merged(rule: MergeRule | undefined, desired: unknown, previous: unknown, live: unknown): unknown {
  if (isDeepStrictEqual(desired, previous)) return live;
  const { keyOf, members = {}, isWhole } = rule ?? {};
  if (isWhole) return desired;
  if (isGroup(desired) && isGroup(live)) {
    const before = isGroup(previous) ? previous : {};
    return mergedMembers(desired, before, live, (name) => members[name]);
  }
  if (!keyOf) return desired;
  const byKey = (items: unknown) =>
    Object.fromEntries(((items ?? []) as never[]).map((item) => [keyOf(item), item])) as Group;
  const item = { members };
  const items = Object.values(mergedMembers(byKey(desired), byKey(previous), byKey(live), () => item));
  return items.length > 0 ? items : desired;
}

function mergedMembers(
  desired: Group,
  previous: Group,
  live: Group,
  ruleOf: (name: string) => MergeRule | undefined,
): Group {
  const names = new Set([...Object.keys(desired), ...Object.keys(live)]);
  const entries = [...names].map((name) => [
    name,
    merged(ruleOf(name), desired[name], previous[name], live[name]),
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
