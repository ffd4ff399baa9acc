import { toBoolean, toNumber, toText } from '../../../src/runtime/recast';
import type { PropertySchema } from './hook-type';

const SCALARS: Readonly<Record<string, typeof toNumber>> = {
  boolean: toBoolean,
  integer: toNumber,
  number: toNumber,
  string: toText,
};

/**
 * Give values the types of their schema: CloudFormation sends booleans and numbers to private hooks as texts. What does
 * not fit stays as it is.
 *
 * @returns a copy, with the defaults of properties that are absent.
 */
export function recast(value: unknown, schema: PropertySchema): unknown {
  if (Array.isArray(value)) return value.map((item) => recast(item, schema.items ?? {}));
  if (value !== null && typeof value === 'object') return recastObject(value, schema);
  return typeof schema.type === 'string' ? (SCALARS[schema.type]?.({ value }) ?? value) : value;
}

function recastObject(object: object, { properties = {}, patternProperties = {} }: PropertySchema): object {
  const patterns = Object.entries(patternProperties).map(([source, schema]) => ({
    pattern: new RegExp(source),
    schema,
  }));
  const schemaOf = (name: string) =>
    (Object.hasOwn(properties, name) ? properties[name] : undefined) ??
    patterns.find(({ pattern }) => pattern.test(name))?.schema ??
    {};
  const defaults = Object.entries(properties).filter(([, { default: value }]) => value !== undefined);
  return {
    ...Object.fromEntries(defaults.map(([name, schema]) => [name, schema.default])),
    ...Object.fromEntries(
      Object.entries(object).map(([name, member]) => [name, recast(member, schemaOf(name))]),
    ),
  };
}
