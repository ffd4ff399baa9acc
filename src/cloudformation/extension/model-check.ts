/**
 * Whether properties are what the type's schema says. CloudFormation checks this before it invokes a handler; whoever
 * invokes the function directly gets the same refusal here, and no code behind it has to expect anything else.
 */
import { meaningOf, suggestion } from '../../../schema/suggestions';
import { invalid } from '../../core/failure';
import { isObject } from './event-members';
import { toBoolean, toNumber, toText } from './recast';

/** A property, as far as its values are judged by it. */
export interface PropertySchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  /** What the pattern asks for, in words. */
  readonly $comment?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly items?: PropertySchema;
  readonly properties?: Readonly<Record<string, PropertySchema>>;
  readonly patternProperties?: Readonly<Record<string, PropertySchema>>;
  readonly required?: readonly string[];
}

/** The part of a resource type's schema that says what a model may hold. */
export interface ModelSchema extends PropertySchema {
  readonly properties: Readonly<Record<string, PropertySchema>>;
  readonly definitions?: Readonly<Record<string, PropertySchema>>;
  /** JSON pointers to what AWS alone decides; it is not judged. */
  readonly readOnlyProperties?: readonly string[];
  /** What the configuration of the type may hold. */
  readonly typeConfiguration?: PropertySchema;
}

/** What all checks need of the whole schema. */
type Root = Pick<ModelSchema, 'properties' | 'definitions'>;

/**
 * Refuse properties that the schema does not allow. Members that are null count as absent.
 *
 * @param schema of the resource type.
 * @param properties as they came: scalars may be texts.
 * @throws HandlerError InvalidRequest with the path of the first property that is wrong, never with its value.
 */
export function checkModel(schema: ModelSchema, properties: Readonly<Record<string, unknown>> = {}): void {
  const { readOnlyProperties = [], properties: named, definitions } = schema;
  // What AWS alone decides is not suggested.
  const inputs = Object.entries(named).filter(([name]) => !isReadOnly(readOnlyProperties, name));
  const root = { properties: Object.fromEntries(inputs), definitions };
  const judged = Object.entries(properties).filter(([name]) => !isReadOnly(readOnlyProperties, name));
  checkMembers(schema, Object.fromEntries(judged), '', root);
}

/**
 * Refuse a configuration of the type that its schema does not allow; as {@link checkModel}.
 *
 * @throws HandlerError InvalidRequest with a path that begins with `TypeConfiguration`.
 */
export function checkTypeConfiguration(
  { typeConfiguration, definitions }: ModelSchema,
  properties: Readonly<Record<string, unknown>> = {},
): void {
  if (!typeConfiguration) return;
  const root = { properties: typeConfiguration.properties ?? {}, definitions };
  checkMembers(typeConfiguration, properties, 'TypeConfiguration', root);
}

/** What a type is called, and what a value of it looks like to the handlers. */
interface Type {
  readonly name: string;
  readonly holds: (value: unknown) => boolean;
}

const NUMBER = (value: unknown) => typeof toNumber({ value }) === 'number';

/** The types of JSON schema. Scalars are judged as the model will hold them: `"80"` is a number. */
const TYPES: Readonly<Record<string, Type>> = {
  string: { name: 'a text', holds: (value) => isScalar(value) && typeof toText({ value }) === 'string' },
  integer: {
    name: 'a whole number',
    holds: (value) => isScalar(value) && Number.isSafeInteger(toNumber({ value })),
  },
  number: { name: 'a number', holds: (value) => isScalar(value) && NUMBER(value) },
  boolean: {
    name: 'true or false',
    holds: (value) => isScalar(value) && typeof toBoolean({ value }) === 'boolean',
  },
  array: { name: 'a list', holds: Array.isArray },
  object: { name: 'an object', holds: isObject },
};

/** What else is asked of a value of the right type: `undefined`, or what is wrong and what to do. */
type Constraint = (
  value: any,
  schema: PropertySchema,
) => readonly [problem: string, remedy: string] | undefined;

const CONSTRAINTS: Readonly<Record<string, readonly Constraint[]>> = {
  string: [
    (value, { minLength }) => atLeast(lengthOf(value), minLength, 'characters'),
    (value, { maxLength }) => atMost(lengthOf(value), maxLength, 'characters'),
    (value, schema) =>
      schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(toText({ value }) as string)
        ? undefined
        : notMeant(schema),
    oneOf(toText),
  ],
  integer: [minimum, maximum, oneOf(toNumber)],
  number: [minimum, maximum, oneOf(toNumber)],
  array: [
    (value, { minItems }) => atLeast(value.length, minItems, 'items'),
    (value, { maxItems }) => atMost(value.length, maxItems, 'items'),
  ],
};

function check(given: PropertySchema, value: unknown, path: string, root: Root): void {
  const schema = resolve(given, root);
  const type = TYPES[schema.type ?? 'object']!;
  if (!type.holds(value)) throw invalid(path, `is not ${type.name}`, `Give ${type.name}`);
  for (const constraint of CONSTRAINTS[schema.type ?? ''] ?? []) {
    const violation = constraint(value, schema);
    if (violation) throw invalid(path, ...violation);
  }
  if (Array.isArray(value)) checkItems(schema, value, path, root);
  else if (isObject(value)) checkMembers(schema, value, path, root);
}

function checkItems(
  { items, uniqueItems }: PropertySchema,
  values: readonly unknown[],
  path: string,
  root: Root,
): void {
  const seen = new Set<string>();
  for (const [index, value] of values.entries()) {
    if (items) check(items, value, `${path}/${index}`, root);
    const text = JSON.stringify(value);
    if (uniqueItems && seen.has(text)) {
      throw invalid(`${path}/${index}`, 'is there twice', 'Give each item once');
    }
    seen.add(text);
  }
}

function checkMembers(
  { properties, patternProperties, required = [] }: PropertySchema,
  values: Readonly<Record<string, unknown>>,
  path: string,
  root: Root,
): void {
  if (patternProperties) checkNames(patternProperties, values, path, root);
  if (!properties) return;
  const pathOf = (name: string) => (path === '' ? name : `${path}/${name}`);
  for (const name of required) {
    if (!Object.hasOwn(values, name) || values[name] == null) {
      const { description = '' } = resolve(properties[name]!, root);
      throw invalid(pathOf(name), 'is missing', `Give it: ${description}`);
    }
  }
  for (const [name, value] of Object.entries(values)) {
    if (value == null) continue;
    if (!Object.hasOwn(properties, name)) {
      throw invalid(
        pathOf(display(name)),
        'is no property of this type',
        unknownRemedy(name, Object.keys(properties), root),
      );
    }
    check(properties[name]!, value, pathOf(name), root);
  }
}

/** Check the members of a group whose names are the author's. */
function checkNames(
  patterns: Readonly<Record<string, PropertySchema>>,
  values: Readonly<Record<string, unknown>>,
  path: string,
  root: Root,
): void {
  for (const [name, value] of Object.entries(values)) {
    if (value == null) continue;
    const at = `${path}/${display(name)}`;
    const found = Object.entries(patterns).find(([pattern]) => new RegExp(pattern, 'u').test(name));
    // The library that makes models of classes loses names of methods that every object has.
    if (!found || name in Object.prototype)
      throw invalid(at, 'is no name that is permitted', 'Give it another name');
    check(found[1], value, at, root);
  }
}

function isReadOnly(readOnlyProperties: readonly string[], name: string): boolean {
  return readOnlyProperties.includes(`/properties/${name}`);
}

/** What to do about an unknown property: give the one that is meant, if that can be told. */
function unknownRemedy(name: string, siblings: readonly string[], root: Root): string {
  const meant = suggestion(name, siblings, root);
  return meant === undefined
    ? `Remove it, or give one of ${siblings.join(', ')}`
    : `Give ${meant} instead, or remove it`;
}

function resolve(property: PropertySchema, { definitions = {} }: Root): PropertySchema {
  return property.$ref === undefined ? property : definitions[property.$ref.replace('#/definitions/', '')]!;
}

/** What JSON has beside lists and objects; lists have to be told from their only item. */
function isScalar(value: unknown): boolean {
  return typeof value !== 'object';
}

/** Characters as JSON schema counts them: code points. */
function lengthOf(value: unknown): number {
  return [...String(value)].length;
}

/** That a text is not what its pattern asks for. */
function notMeant(schema: PropertySchema): readonly [string, string] {
  const meaning = meaningOf(schema);
  if (!meaning) return [`does not match the pattern ${schema.pattern}`, 'Give a value that does'];
  const { what, example } = meaning;
  return [`is not ${what}`, example === undefined ? `Give ${what}` : `Give one like ${example}`];
}

function minimum(value: unknown, { minimum: limit }: PropertySchema): ReturnType<Constraint> {
  const number = toNumber({ value }) as number;
  return limit !== undefined && number < limit
    ? [`is ${number}, less than ${limit}`, `Give at least ${limit}`]
    : undefined;
}

function maximum(value: unknown, { maximum: limit }: PropertySchema): ReturnType<Constraint> {
  const number = toNumber({ value }) as number;
  return limit !== undefined && number > limit
    ? [`is ${number}, more than ${limit}`, `Give at most ${limit}`]
    : undefined;
}

function atLeast(size: number, limit: number | undefined, unit: string): ReturnType<Constraint> {
  return limit !== undefined && size < limit ? [`has ${size} ${unit}`, `Give at least ${limit}`] : undefined;
}

function atMost(size: number, limit: number | undefined, unit: string): ReturnType<Constraint> {
  return limit !== undefined && size > limit ? [`has ${size} ${unit}`, `Give at most ${limit}`] : undefined;
}

function oneOf(recast: typeof toText): Constraint {
  return (value, { enum: permitted }) =>
    permitted === undefined || permitted.includes(recast({ value }))
      ? undefined
      : ['is not one of the permitted values', `Give one of ${permitted.join(', ')}`];
}

const LONGEST_NAME = 100;

/** The name of an unknown member, on one line and not too long; in quotes unless it is a word. */
function display(name: string): string {
  const shown = name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME)}…`;
  return /^\w+…?$/.test(shown) ? shown : JSON.stringify(shown);
}
