/** Values of properties, from the template to the shape of an AWS API and back, as their rows say. Pure. */
import { invalid } from './failure';
import { isGroup, type Group } from './group';
import { apiName, type Property, type Table } from './property';
import { defined, unlessBare } from './unset';

/**
 * What a template asks for, defaults applied, in the shape of the API. Lists without an order are sorted.
 *
 * @param model the whole that the given group is part of.
 */
export function specified<Model extends object, Api extends object>(
  table: Table<Model, Api>,
  given: Model,
  model: object = given,
): Partial<Api> {
  const group = given as Group;
  const parts = table.properties.map((property) => {
    const value = group[property.name] ?? property.defaultIn(group, model);
    return value == null ? {} : written(property, value, group, model);
  });
  return joined(parts) as Partial<Api>;
}

/** Properties may share a group of the API, each with members of its own. */
function joined(parts: readonly object[]): object {
  const api: Record<string, unknown> = {};
  for (const [name, value] of parts.flatMap((part) => Object.entries(part))) {
    const before = api[name];
    api[name] = isGroup(before) && isGroup(value) ? { ...before, ...value } : value;
  }
  return api;
}

function written(property: Property, value: unknown, group: Group, model: object): object {
  const { to, members, isInline, write } = property;
  if (write) return write(value, group);
  const inMembers = (below: Table, item: unknown) => specified(below, item as Group, model);
  if (isInline) return inMembers(members!, value);
  if (to === undefined) return {};
  if (property.isList) {
    const items = inOrder(property, value as readonly unknown[]);
    // An empty list and none are the same to AWS, and must not look like a change.
    return items.length === 0 ? {} : { [to]: items.map((item) => asItem(members, item, inMembers)) };
  }
  if (property.isMap) return defined({ [to]: unlessBare(withoutNulls(value as Group)) });
  return { [to]: members ? inMembers(members, value) : value };
}

/** What a template would say of what AWS holds. Nothing is said of members that are absent. */
export function templateOf<Model extends object, Api extends object>(
  table: Table<Model, Api>,
  api: Api,
): Partial<Model> {
  const members = table.properties.map((property) => [property.name, readBack(property, api as Group)]);
  return defined(Object.fromEntries(members)) as Partial<Model>;
}

function readBack(property: Property, api: Group): unknown {
  const { to, members, isInline, read, absent } = property;
  if (read) return read(api) ?? absent;
  if (isInline) return unlessBare(templateOf(members!, api));
  const value = (to === undefined ? undefined : api[to]) ?? absent;
  if (value == null) return undefined;
  if (property.isList) {
    const items = (value as readonly unknown[]).map((item) => asItem(members, item, templateOf));
    return items.length === 0 ? undefined : inOrder(property, items);
  }
  if (property.isMap) return unlessBare(value as Group);
  return members ? unlessBare(templateOf(members, value as Group)) : value;
}

/**
 * What AWS holds, with what it means by absent members, and lists without an order sorted: two that mean the same are equal.
 * Members that have no row stay as they are.
 */
export function completed<Api extends object>(table: Table<any, Api>, api: Api): Api {
  const members = table.properties.flatMap((property) => {
    const { to, members: below, isInline, absent } = property;
    if (isInline) return Object.entries(completed(below!, api));
    if (to === undefined) return [];
    const value =
      (api as Group)[to] ?? absent ?? (below && !property.isList && !property.hasRequired ? {} : undefined);
    if (value == null) return [];
    if (property.isList) {
      const items = (value as readonly unknown[]).map((item) => asItem(below, item, completed));
      return [[to, sorted(property, items, apiName(below, property.key))]];
    }
    if (property.isMap) return [[to, unlessBare(value as Group)]];
    return [[to, below ? completed(below, value as Group) : value]];
  });
  return { ...api, ...Object.fromEntries(members) };
}

/**
 * Refuse values as their rows say, and items of lists that are there twice.
 *
 * @param prefix what the paths begin with.
 * @param model the whole that the given group is part of.
 * @throws HandlerError InvalidRequest at the first that is wrong.
 */
export function checkValues<Model extends object>(
  table: Table<Model>,
  given: Model,
  prefix = '',
  model: object = given,
): void {
  for (const property of table.properties) {
    const { name, members, check } = property;
    const value = (given as Group)[name];
    if (value == null) continue;
    const path = `${prefix}${name}`;
    if (property.isList && members) {
      if (property.key && !property.repeats) checkKeys(value as readonly Group[], property.key, path);
      for (const [index, item] of (value as readonly Group[]).entries()) {
        checkValues(members, item, `${path}/${index}/`, property.itemIsModel ? item : model);
      }
    } else if (members) {
      checkValues(members, value as Group, `${path}/`, model);
    }
    check?.(value, path, given, model);
  }
}

function checkKeys(items: readonly Group[], key: string, path: string): void {
  const keys = items.map((item) => item[key]);
  const repeated = keys.findIndex((value, index) => keys.indexOf(value) !== index);
  if (repeated < 0) return;
  throw invalid(`${path}/${repeated}/${key}`, `"${String(keys[repeated])}" appears twice`, 'Give each once');
}

/** The items of a list that has no order, sorted; else as they are. */
function inOrder(property: Property, items: readonly unknown[]): readonly unknown[] {
  return sorted(property, items, property.key);
}

function sorted(
  { isOrdered }: Property,
  items: readonly unknown[],
  key: string | undefined,
): readonly unknown[] {
  if (isOrdered) return items;
  const keyOf = (item: any) => (key === undefined ? JSON.stringify(item) : item[key]);
  return [...items].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0));
}

function asItem(
  members: Table | undefined,
  item: unknown,
  convert: (table: Table, item: Group) => unknown,
): unknown {
  return members ? convert(members, item as Group) : item;
}

/** Members that are null count as absent. */
function withoutNulls(group: Group): Group {
  return Object.fromEntries(Object.entries(group).filter(([, value]) => value != null));
}
