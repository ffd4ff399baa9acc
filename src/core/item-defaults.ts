/**
 * Defaults in the items of lists. CloudFormation compares lists as a whole, so that in drift detection a default that is
 * read back differs from one that the template leaves out, and one that is not read back from one that it spells out.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Group } from './group';
import type { Property, Table } from './property';

/** Paths of the defaults that a model spells out in items of its lists, items by their keys: `Containers/proxy/Essential`. */
export function spelledOutDefaults(table: Table, model: object): string[] {
  const paths: string[] = [];
  withoutItemDefaults(table, model, (path) => paths.push(path) > 0);
  return paths;
}

/**
 * A model without the defaults in items of its lists.
 *
 * @param isKept whether the default at a path stays.
 */
export function withoutItemDefaults<Model extends object>(
  table: Table,
  model: Model,
  isKept: (path: string) => boolean,
): Model {
  return membersOf(table, model as Group, '', false, isKept) as Model;
}

function membersOf(
  table: Table,
  group: Group,
  prefix: string,
  inItem: boolean,
  isKept: (path: string) => boolean,
): Group {
  const members = Object.entries(group).flatMap(([name, value]) => {
    const property = table.properties.find((each) => each.name === name);
    const path = `${prefix}${name}`;
    if (!property || value == null) return [[name, value]];
    if (inItem && isDeepStrictEqual(value, property.defaultIn(group)) && !isKept(path)) return [];
    return [[name, valueOf(property, value, path, inItem, isKept)]];
  });
  return Object.fromEntries(members);
}

function valueOf(
  { isList, members, key }: Property,
  value: unknown,
  path: string,
  inItem: boolean,
  isKept: (path: string) => boolean,
): unknown {
  if (!members) return value;
  if (!isList) return membersOf(members, value as Group, `${path}/`, inItem, isKept);
  return (value as readonly Group[]).map((item, index) =>
    membersOf(members, item, `${path}/${String((key && item[key]) ?? index)}/`, true, isKept),
  );
}
