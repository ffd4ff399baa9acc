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
import type { Group } from './group';
import type { Property, Table } from './property';

/** Whether what stands at a path stays. */
type IsKept = (path: string, property: Property) => boolean;

/**
 * Paths of what a model spells out, items by their keys: `Containers/proxy/Essential`. What would matter most, were there
 * no room for all, comes first.
 */
export function spelledOut(table: Table, model: object): string[] {
  const found: { readonly path: string; readonly property: Property }[] = [];
  membersOf({ table, group: model as Group, model }, '', false, (path, property) => {
    // A group comes before its members.
    const members = found.findIndex((each) => each.path.startsWith(`${path}/`));
    found.splice(members < 0 ? found.length : members, 0, { path, property });
    return true;
  });
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
  return membersOf({ table, group: model as Group, model }, '', false, isSpelledOut) as Model;
}

/** A group of properties, and the whole that it is part of. */
interface Members {
  readonly table: Table;
  readonly group: Group;
  readonly model: object;
}

function membersOf({ table, group, model }: Members, prefix: string, inItem: boolean, isKept: IsKept): Group {
  const members = Object.entries(group).flatMap(([name, given]) => {
    const property = table.properties.find((each) => each.name === name);
    const path = `${prefix}${name}`;
    if (!property || given == null) return [[name, given]];
    const value = valueOf(property, given, model, path, inItem, isKept);
    const isOpen =
      property.isReadWhenGiven ||
      (inItem && isOpenInItem(property, value, property.defaultIn(group, model), model));
    return isOpen && !isKept(path, property) ? [] : [[name, value]];
  });
  return Object.fromEntries(members);
}

/** Whether a value in the item of a list may be there although the template does not give it. */
function isOpenInItem(property: Property, value: unknown, usual: unknown, model: object): boolean {
  return (
    property.isReadInItemsWhenGiven ||
    isDeepStrictEqual(withDefaults(property, value, model), withDefaults(property, usual, model))
  );
}

/** A value with the defaults of what it leaves out: a group that says a part of them may mean no more than one that says none. */
function withDefaults({ members, isList }: Property, value: unknown, model: object): unknown {
  if (!members || isList || value === undefined) return value;
  const group = value as Group;
  const values = members.properties.map((property) => {
    const given = group[property.name] ?? property.defaultIn(group, model);
    return [property.name, withDefaults(property, given, model)] as const;
  });
  return Object.fromEntries(values.filter(([, given]) => given !== undefined));
}

function valueOf(
  { isList, members, key, itemIsModel }: Property,
  value: unknown,
  model: object,
  path: string,
  inItem: boolean,
  isKept: IsKept,
): unknown {
  if (!members) return value;
  if (!isList) return membersOf({ table: members, group: value as Group, model }, `${path}/`, inItem, isKept);
  return (value as readonly Group[]).map((item, index) =>
    membersOf(
      { table: members, group: item, model: itemIsModel ? item : model },
      `${path}/${String((key && item[key]) ?? index)}/`,
      true,
      isKept,
    ),
  );
}
