/** Drift: where a resource, as its READ handler shows it, differs from what the template says. */
import { isDeepStrictEqual } from 'node:util';
import type { ResourceType } from '../../registry/resource-type';
import { without } from '../../registry/property-path';
import type { Structure } from '../../service';
import type { StackResource } from '../stack';

/**
 * Compare a resource with its template. As in CloudFormation, only properties that the template sets count, and
 * write-only ones, which nobody can read, do not.
 *
 * @param live the model that READ answers; undefined when the resource does not exist.
 * @returns the members of a StackResourceDrift that say how it drifted.
 */
export function driftOf(type: ResourceType, resource: StackResource, live: Structure | undefined): Structure {
  const hidden = [...(type.schema.writeOnlyProperties ?? []), ...(type.schema.readOnlyProperties ?? [])];
  const expected = without(resource.properties, hidden);
  if (!live)
    return {
      StackResourceDriftStatus: 'DELETED',
      ExpectedProperties: JSON.stringify(expected),
      PropertyDifferences: [],
    };
  const tagProperty = (type.schema.tagging?.tagProperty ?? '/properties/Tags').replace('/properties/', '');
  const actual = {
    ...live,
    ...(live[tagProperty] && { [tagProperty]: ownTags(live[tagProperty], resource) }),
  };
  const differences = compare(inOrder(expected, type), inOrder(actual, type), '');
  return {
    StackResourceDriftStatus: differences.length > 0 ? 'MODIFIED' : 'IN_SYNC',
    ExpectedProperties: JSON.stringify(expected),
    ActualProperties: JSON.stringify(pick(actual, Object.keys(expected))),
    PropertyDifferences: differences,
  };
}

/** Tags that the template itself sets; the stack's tags and AWS's own are no drift. */
function ownTags(tags: Structure[], { stackTags, properties }: StackResource): Structure[] {
  const set = JSON.stringify(properties);
  return tags.filter(
    ({ Key }) =>
      !String(Key).startsWith('aws:') && (!(Key in stackTags) || set.includes(JSON.stringify(Key))),
  );
}

function compare(expected: unknown, actual: unknown, path: string): Structure[] {
  if (actual === undefined) return [difference(path, expected, actual, 'REMOVE')];
  if (isMap(expected) && isMap(actual)) {
    return Object.keys(expected).flatMap((key) => compare(expected[key], actual[key], `${path}/${key}`));
  }
  return isDeepStrictEqual(expected, actual) ? [] : [difference(path, expected, actual, 'NOT_EQUAL')];
}

function difference(
  PropertyPath: string,
  expected: unknown,
  actual: unknown,
  DifferenceType: string,
): Structure {
  return { PropertyPath, ExpectedValue: text(expected), ActualValue: text(actual), DifferenceType };
}

const text = (value: unknown) =>
  typeof value === 'object' ? JSON.stringify(value) : String(value ?? 'null');
const isMap = (value: unknown): value is Structure =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const pick = (model: Structure, names: string[]) =>
  Object.fromEntries(names.filter((name) => name in model).map((name) => [name, model[name]]));

/** The properties with one order for lists whose order the schema calls meaningless, and for the members of maps. */
function inOrder(properties: Structure, { schema }: ResourceType): Structure {
  const target = (node: Structure | undefined): Structure =>
    node?.$ref ? (schema.definitions?.[String(node.$ref).replace('#/definitions/', '')] ?? {}) : (node ?? {});
  const ordered = (value: unknown, node: Structure): unknown => {
    if (Array.isArray(value)) {
      const items = Array.from(value, (item) => ordered(item, target(node.items)));
      return node.insertionOrder === false ? items.sort((a, b) => (text(a) < text(b) ? -1 : 1)) : items;
    }
    if (!isMap(value)) return value;
    const members = Object.keys(value).sort();
    return Object.fromEntries(
      members.map((name) => [name, ordered(value[name], target(node.properties?.[name]))]),
    );
  };
  return ordered(properties, schema) as Structure;
}
