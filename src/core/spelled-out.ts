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
  membersOf(
    { table, group: model as Group, model },
    '',
    false,
    (path, property) => found.push({ path, property }) > 0,
  );
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
  const members = Object.entries(group).flatMap(([name, value]) => {
    const property = table.properties.find((each) => each.name === name);
    const path = `${prefix}${name}`;
    if (!property || value == null) return [[name, value]];
    const isOpen =
      property.isReadWhenGiven ||
      (inItem && isDeepStrictEqual(withDefaults(property, value, model), property.defaultIn(group, model)));
    if (isOpen && !isKept(path, property)) return [];
    return [[name, valueOf(property, value, model, path, inItem, isKept)]];
  });
  return Object.fromEntries(members);
}

/** A group with the defaults of what it leaves out: said in part, it may mean no more than when it is not said. */
function withDefaults({ members, isList }: Property, value: unknown, model: object): unknown {
  if (!members || isList) return value;
  const defaults = members.properties.map(
    ({ name, defaultIn }) => [name, defaultIn(value as Group, model)] as const,
  );
  return { ...Object.fromEntries(defaults.filter(([, usual]) => usual !== undefined)), ...(value as Group) };
}

function valueOf(
  { isList, members, key }: Property,
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
      { table: members, group: item, model },
      `${path}/${String((key && item[key]) ?? index)}/`,
      true,
      isKept,
    ),
  );
}
