/** Validation of a resource's properties against its type schema, with the messages of CloudFormation. */
import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';
import { meaningOf, suggestion } from '../../schema/suggestions';
import type { Structure } from '../service';

const ajv = new Ajv({
  // Templates spell numbers and booleans as strings and the other way round; CloudFormation converts them.
  coerceTypes: true,
  allErrors: true,
  strict: false,
  validateFormats: false,
  code: { regExp: Object.assign(javaPattern, { code: 'javaPattern' }) },
  verbose: true,
  logger: false,
});

/**
 * Schemas are written for Java's regular expressions. What JavaScript reads only without its unicode mode, or not at
 * all, must not refuse properties that AWS accepts: such a pattern is read leniently, or matches everything.
 */
function javaPattern(pattern: string): RegExp {
  const flags = [...new Set([...pattern.matchAll(/\(\?([is])\)/g)].map(([, flag]) => flag))].join('');
  const plain = pattern.replace(/\(\?[is]\)/g, '');
  for (const mode of plain.includes('\\p{') ? ['u'] : ['u', '']) {
    try {
      return new RegExp(plain, flags + mode);
    } catch {
      // Tried in the next mode.
    }
  }
  return /^/;
}

/**
 * Compile the part of a type schema that describes a model.
 *
 * @param schema resource type schema, or its `typeConfiguration`.
 * @param definitions the type schema's definitions.
 * @returns a function that converts scalars of the given properties in place, and answers the violations as
 *   `#/Property/0/Name: what is wrong`; none when the properties are valid. Where CloudFormation's words do not say what is
 *   meant, a hint follows in brackets.
 */
export function compileValidation(
  schema: Structure,
  definitions: Structure = {},
): (properties: Structure) => string[] {
  let validate: ValidateFunction | undefined;
  const root = { properties: inputs(schema), definitions };
  return (properties) => {
    validate ??= ajv.compile({
      type: 'object',
      definitions,
      ...Object.fromEntries(MODEL_KEYWORDS.filter((key) => key in schema).map((key) => [key, schema[key]])),
    });
    if (validate(properties)) return [];
    return [...new Set(leaves(validate.errors!).map((error) => message(error) + hint(error, root)))];
  };
}

const MODEL_KEYWORDS = [
  'properties',
  'patternProperties',
  'additionalProperties',
  'required',
  'dependencies',
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
  'minProperties',
  'maxProperties',
  '$defs',
];

/** One error for each place: a value of a wrong type also fails all else that is asked of it. */
function leaves(errors: ErrorObject[]): ErrorObject[] {
  const mistyped = new Set(
    errors.filter(({ keyword }) => keyword === 'type').map(({ instancePath }) => instancePath),
  );
  return errors.filter(
    ({ keyword, instancePath }) =>
      keyword !== 'if' && keyword !== 'allOf' && (keyword === 'type' || !mistyped.has(instancePath)),
  );
}

const TYPE_NAMES: Record<string, string> = {
  string: 'String',
  integer: 'Integer',
  number: 'Number',
  boolean: 'Boolean',
  array: 'JSONArray',
  object: 'JSONObject',
  null: 'Null',
};

const MESSAGES: Record<string, (error: ErrorObject) => string> = {
  required: ({ params }) => `required key [${params.missingProperty}] not found`,
  additionalProperties: ({ params }) => `extraneous key [${params.additionalProperty}] is not permitted`,
  type: ({ params, data }) =>
    `expected type: ${[params.type]
      .flat()
      .map((type) => TYPE_NAMES[type])
      .join(' or ')}, found: ${typeName(data)}`,
  enum: ({ params }) => `value is not one of the permitted values [${params.allowedValues.join(', ')}]`,
  const: ({ params }) => `value is not the permitted value [${params.allowedValue}]`,
  oneOf: ({ params }) => `${params.passingSchemas?.length ?? 0} subschemas matched instead of one`,
  anyOf: () => 'no subschema matched',
  minItems: ({ params, data }) =>
    `expected minimum item count: ${params.limit}, found: ${(data as unknown[]).length}`,
  maxItems: ({ params, data }) =>
    `expected maximum item count: ${params.limit}, found: ${(data as unknown[]).length}`,
  minLength: ({ params, data }) => `expected minLength: ${params.limit}, actual: ${(data as string).length}`,
  maxLength: ({ params, data }) => `expected maxLength: ${params.limit}, actual: ${(data as string).length}`,
  minimum: ({ params, data }) => `${data} is not greater or equal to ${params.limit}`,
  maximum: ({ params, data }) => `${data} is not less or equal to ${params.limit}`,
  pattern: ({ params }) => `failed validation constraint for keyword [pattern]: ${params.pattern}`,
  uniqueItems: () => 'array items are not unique',
  dependencies: ({ params }) =>
    `property [${params.missingProperty}] is required when [${params.property}] is set`,
};

function message(error: ErrorObject): string {
  const text =
    MESSAGES[error.keyword]?.(error) ?? `failed validation constraint for keyword [${error.keyword}]`;
  return `#${error.instancePath}: ${text}`;
}

/** Properties that a template may set. */
function inputs({ properties = {}, readOnlyProperties = [] }: Structure): Structure {
  const set = Object.entries(properties).filter(
    ([name]) => !readOnlyProperties.includes(`/properties/${name}`),
  );
  return Object.fromEntries(set);
}

/** What CloudFormation does not say, in brackets and with the name of who says it: what is meant. */
function hint({ keyword, params, instancePath, parentSchema = {} }: ErrorObject, root: Structure): string {
  if (keyword === 'pattern') {
    const meaning = meaningOf(parentSchema as Structure);
    if (!meaning) return '';
    const example = meaning.example === undefined ? '' : `, e.g. ${meaning.example}`;
    return ` [local AWS: give ${meaning.what}${example}]`;
  }
  if (keyword !== 'additionalProperties') return '';
  const isRoot = instancePath === '';
  const siblings = Object.keys((isRoot ? root : parentSchema).properties ?? {});
  const meant = suggestion(params.additionalProperty, siblings, root);
  return meant === undefined ? '' : ` [local AWS: did you mean ${meant}?]`;
}

function typeName(value: unknown): string {
  if (value === null) return 'Null';
  if (Array.isArray(value)) return 'JSONArray';
  if (typeof value === 'number') return Number.isInteger(value) ? 'Integer' : 'Number';
  return TYPE_NAMES[typeof value] ?? typeof value;
}
