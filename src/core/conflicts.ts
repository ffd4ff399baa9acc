/**
 * Settings that both somebody by hand and a new template have changed: the template's value applies, and whoever reads the
 * events of the update is told. Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Group } from './group';
import type { Property, Table } from './property';

/** The states of a service's properties. */
export interface ModelStates {
  /** The template before. */
  readonly previous: object;
  /** What READ answers before anything is changed. */
  readonly live: object;
  /** The template now. */
  readonly desired: object;
}

/** The three states of a group or a value, in the order of {@link ModelStates}. */
type Three<Value> = readonly [before: Value | undefined, live: Value | undefined, desired: Value | undefined];

/**
 * What to tell, one sentence for each setting, e.g. `Container/Image was changed by hand from a:1 to a:debug; the
 * template's value a:2 applies`. Values that are secret, and lists, are left out.
 */
export function conflicts(table: Table, { previous, live, desired }: ModelStates): string[] {
  const states = [previous, live, desired].map(plain) as unknown as Three<Group>;
  return inGroup(table, [], states, states[0]!);
}

/** @param before the whole template before. */
function inGroup(table: Table, path: readonly string[], groups: Three<Group>, before: Group): string[] {
  return table.properties
    .filter(({ tellsConflicts }) => tellsConflicts)
    .flatMap((property) => {
      const values = groups.map((group) => group?.[property.name]) as unknown as Three<unknown>;
      return inProperty(property, [...path, property.name], values, {
        group: groups[0] ?? {},
        model: before,
      });
    });
}

/** What a property was part of before: what its default then depends on. */
interface Before {
  readonly group: Group;
  readonly model: Group;
}

function inProperty(
  property: Property,
  path: readonly string[],
  values: Three<unknown>,
  before: Before,
): string[] {
  const { members, isList, isWhole, key } = property;
  if (isWhole) return inValue(property, path, values, before);
  // What is in a set stays or goes item by item: two changes of it are never in each other's way.
  if (property.isSet) return [];
  if (property.isMap) return inMap(property, path, values as Three<Group>);
  if (isList && members && key !== undefined) {
    const lists = values.map((items) => byKey(items, key)) as unknown as Three<Group>;
    return Object.keys({ ...lists[0], ...lists[2] }).flatMap((item) => {
      const items = lists.map((list) => list![item]) as unknown as Three<Group>;
      // An item that is new to the template has no members to compare one by one.
      if (items[0] === undefined) return items[1] ? told(property, [...path, item], items, undefined) : [];
      return inMembers(property, members, [...path, item], items, { ...before, group: {} });
    });
  }
  return members && !isList
    ? inMembers(property, members, path, values as Three<Group>, before)
    : inValue(property, path, values, before);
}

function inMap(property: Property, path: readonly string[], maps: Three<Group>): string[] {
  return Object.keys({ ...maps[0], ...maps[2] }).flatMap((name) => {
    const values = maps.map((map) => map?.[name]) as unknown as Three<unknown>;
    return told(property, [...path, name], values, values[0]);
  });
}

function inMembers(
  property: Property,
  members: Table,
  path: readonly string[],
  groups: Three<Group>,
  before: Before,
): string[] {
  const [previous, live, desired] = groups;
  return live && (previous ?? desired)
    ? inGroup(members, path, groups, before.model)
    : inValue(property, path, groups, before);
}

function inValue(
  property: Property,
  path: readonly string[],
  [given, live, desired]: Three<unknown>,
  { group, model }: Before,
): string[] {
  const previous = given ?? property.defaultIn(group, model);
  // Where the template said nothing and no default is known, what is there may be AWS's own choice.
  return previous === undefined ? [] : told(property, path, [previous, live, desired], given);
}

/** @param before what the template itself said, which may be less than what it meant. */
function told(
  property: Property,
  path: readonly string[],
  values: Three<unknown>,
  before: unknown,
): string[] {
  const [previous, live, desired] = values;
  const isConflict = !isSame(before, desired) && !isSame(previous, live) && !isSame(live, desired);
  return isConflict ? [sentence(property, path, values)] : [];
}

function sentence(
  { isSecret }: Property,
  path: readonly string[],
  [previous, live, desired]: Three<unknown>,
): string {
  const shown = (value: unknown) =>
    !isSecret && ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
  const change =
    live === undefined
      ? 'was taken away by hand'
      : previous === undefined
        ? 'was added by hand'
        : `was changed by hand${shown(live) ? ` from ${shown(previous)} to ${shown(live)}` : ''}`;
  const outcome =
    desired === undefined
      ? 'the template, which no longer sets it, applies'
      : `the template's value${shown(desired) ? ` ${shown(desired)}` : ''} applies`;
  return `${path.join('/')} ${change}; ${outcome}`;
}

/** Order has no meaning in most lists of texts, and a difference in order alone is not worth a word. */
function isSame(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(sorted(one), sorted(other));
}

function sorted(value: unknown): unknown {
  return Array.isArray(value) ? value.map((item) => JSON.stringify(item)).sort() : value;
}

function byKey(items: unknown, key: string): Group {
  const list = (Array.isArray(items) ? items : []) as readonly Group[];
  return Object.fromEntries(list.map((item) => [String(item[key]), item]));
}

function plain(model: object): Group {
  return JSON.parse(JSON.stringify(model)) as Group;
}
