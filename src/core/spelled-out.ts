/**
 * What READ answers only where the template spells it out.
 *
 * Defaults in the items of lists: CloudFormation compares lists as a whole, so that in drift detection a default that is read
 * back differs from one that the template leaves out, and one that is not read back from one that it spells out.
 *
 * And what follows something else where the template says nothing (`readWhenGiven`): read back and given again, as Cloud
 * Control does with every update, it would no longer follow it.
 */
import { isDeepStrictEqual } from 'node:util';
import { isGroup, type Group } from './group';
import type { Property, Table } from './property';

/** Whether what stands at a path stays. */
type IsKept = (path: string, property: Property) => boolean;

/**
 * Paths of what a model spells out, items by their keys: `Containers/proxy/Essential`. What would matter most, were there
 * no room for all, comes first.
 */
export function spelledOut(table: Table, model: object): string[] {
  const found: { readonly path: string; readonly property: Property }[] = [];
  membersOf(table, model as Group, '', false, (path, property) => found.push({ path, property }) > 0);
  return [
    ...found.filter(({ property }) => property.isReadWhenGiven),
    ...found.filter(({ property }) => !property.isReadWhenGiven),
  ].map(({ path }) => path);
}

/**
 * A model without what a template does not spell out.
 *
 * @param isSpelledOut whether the template spells out what stands at a path.
 */
export function withSpelledOut<Model extends object>(
  table: Table,
  model: Model,
  isSpelledOut: (path: string) => boolean,
): Model {
  return membersOf(table, model as Group, '', false, isSpelledOut) as Model;
}

function membersOf(table: Table, group: Group, prefix: string, inItem: boolean, isKept: IsKept): Group {
  const members = Object.entries(group).flatMap(([name, value]) => {
    const property = table.properties.find((each) => each.name === name);
    const path = `${prefix}${name}`;
    if (!property || value == null) return [[name, value]];
    const isOpen = property.isReadWhenGiven || (inItem && saysTheSame(value, property.defaultIn(group)));
    if (isOpen && !isKept(path, property)) return [];
    return [[name, valueOf(property, value, path, inItem, isKept)]];
  });
  return Object.fromEntries(members);
}

/** Whether a value is the default, or a group that leaves out members of it, which AWS then reads back. */
function saysTheSame(value: unknown, usual: unknown): boolean {
  // Groups of a template are of classes.
  return isDeepStrictEqual(isGroup(usual) ? { ...usual, ...(value as object) } : value, usual);
}

function valueOf(
  { isList, members, key }: Property,
  value: unknown,
  path: string,
  inItem: boolean,
  isKept: IsKept,
): unknown {
  if (!members) return value;
  if (!isList) return membersOf(members, value as Group, `${path}/`, inItem, isKept);
  return (value as readonly Group[]).map((item, index) =>
    membersOf(members, item, `${path}/${String((key && item[key]) ?? index)}/`, true, isKept),
  );
}
