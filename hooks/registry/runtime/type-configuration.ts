import { toBoolean, toNumber, toText } from '../../../src/cloudformation/extension/recast';
import type { PropertySchema } from './hook-type';

const SCALARS: Readonly<Record<string, typeof toNumber>> = {
  boolean: toBoolean,
  integer: toNumber,
  number: toNumber,
  string: toText,
};

/**
 * The configuration of a hook, with the types of its schema and the defaults of properties that are absent.
 *
 * @param hookModel as it arrives: CloudFormation sends booleans and numbers to private hooks as texts. What does not fit
 *   the schema stays as it is.
 */
export function typeConfigurationOf(hookModel: object, schema: PropertySchema): object {
  const defaults = Object.entries(schema.properties ?? {}).filter(
    ([, { default: value }]) => value !== undefined,
  );
  return {
    ...Object.fromEntries(defaults.map(([name, { default: value }]) => [name, value])),
    ...recastObject(hookModel, schema),
  };
}

function recast(value: unknown, schema: PropertySchema): unknown {
  if (Array.isArray(value)) return value.map((item) => recast(item, schema.items ?? {}));
  if (value !== null && typeof value === 'object') return recastObject(value, schema);
  return typeof schema.type === 'string' ? (SCALARS[schema.type]?.({ value }) ?? value) : value;
}

function recastObject(object: object, { properties = {}, patternProperties = {} }: PropertySchema): object {
  const schemaOf = (name: string) => {
    if (Object.hasOwn(properties, name)) return properties[name]!;
    return Object.entries(patternProperties).find(([pattern]) => new RegExp(pattern).test(name))?.[1] ?? {};
  };
  return Object.fromEntries(
    Object.entries(object).map(([name, member]) => [name, recast(member, schemaOf(name))]),
  );
}
