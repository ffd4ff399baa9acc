/** The TypeScript model classes of a resource type. */
import {
  definitionName,
  isObject,
  resolve,
  type ObjectSchema,
  type PropertySchema,
  type ResourceSchema,
} from './resource-schema';

const HEADER = `/**
 * Generated from the resource type's schema by "npm run generate". Do not edit: change the schema.
 *
 * Not the output of "cfn generate": that types integers as bigint, which they never are on the wire, loses enums and
 * descriptions, lowers the first letter of every name, and deletes docs/ on its way.
 *
 * Fields are declared, not defined: a defined field would wipe out what the constructor has just assigned.
 */
`;

/** How values of a scalar type are recast when CloudFormation sends them as strings; see src/cloudformation/extension/recast.ts. */
const RECASTS: Readonly<Record<string, string>> = {
  boolean: 'toBoolean',
  integer: 'toNumber',
  number: 'toNumber',
  string: 'toText',
  // A document whose members the schema does not name: its scalars are texts.
  object: 'toText',
};

const TYPES: Readonly<Record<string, string>> = {
  boolean: 'boolean',
  integer: 'number',
  number: 'number',
  string: 'string',
};

/**
 * Source text of src/express-service/model.ts, not yet formatted.
 *
 * @throws Error naming the property when the schema uses a form that has no model, such as a type union.
 */
export function modelSource(schema: ResourceSchema): string {
  const classes = Object.entries(schema.definitions ?? {})
    .filter((entry): entry is [string, ObjectSchema] => isObject(entry[1]))
    .map(([name, definition]) => classSource(schema, name, definition));
  const typeConfiguration: ObjectSchema = schema.typeConfiguration ?? { properties: {} };
  const body = [
    ...classes,
    classSource(schema, 'ResourceModel', schema, resourceMembers(schema)),
    partsOfModel(schema),
    classSource(
      schema,
      'TypeConfigurationModel',
      typeConfiguration,
      `static override readonly TYPE_NAME: string = ${literal(schema.typeName)};`,
    ),
  ].join('\n');
  const recasts = [...new Set(Object.values(RECASTS))].filter((recast) =>
    body.includes(`@Transform(${recast}`),
  );
  return `${HEADER}
import { BaseModel } from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib/dist/interface';
import { Expose, Transform, Type } from 'class-transformer';
import type { Properties } from '../cloudformation/extension/properties';
import { ${recasts.join(', ')} } from '../cloudformation/extension/recast';

${body}`;
}

function classSource(schema: ResourceSchema, name: string, object: ObjectSchema, members = ''): string {
  const fields = Object.entries(object.properties).map(
    ([property, value]) => `
  ${comment(value.description ?? resolve(schema, value).description)}
  ${decorators(schema, value)}
  declare ${property}?: ${typeOf(schema, value, `${name}/${property}`)};`,
  );
  return `${comment(object.description)}
export class ${name} extends BaseModel {
  ${members}
  ${defaults(schema, object)}
  constructor(properties?: Properties<${name}>) {
    super(properties);
  }
  ${fields.join('\n')}
}
`;
}

/** What its members are where a template does not say it; nothing when the schema names no default. */
function defaults(schema: ResourceSchema, object: ObjectSchema): string {
  const members = Object.entries(object.properties).flatMap(([name, property]) => {
    const { default: value } = resolve(schema, property);
    return value === undefined ? [] : [`${name}: ${literal(value)}`];
  });
  return members.length > 0 ? `static readonly DEFAULTS = { ${members.join(', ')} } as const;` : '';
}

/** Types of what a template may set, and of what AWS alone decides. */
function partsOfModel(schema: ResourceSchema): string {
  const attributes = Object.keys(schema.properties).filter((name) =>
    schema.readOnlyProperties?.includes(`/properties/${name}`),
  );
  return `
/** What AWS alone decides. */
export type Attributes = Pick<Properties<ResourceModel>, ${attributes.map(literal).join(' | ') || 'never'}>;

/** What a template may set. */
export type Inputs = Omit<Properties<ResourceModel>, keyof Attributes>;
`;
}

/** What the runtime needs to know about the type, and the identifier in the form of the official models. */
function resourceMembers(schema: ResourceSchema): string {
  const identifiers = schema.primaryIdentifier.map((pointer) => {
    const [first, ...rest] = pointer.split('/').slice(2);
    return `${literal(pointer)}: this.${[first, ...rest].join('?.')}`;
  });
  return `
  static override readonly TYPE_NAME: string = ${literal(schema.typeName)};
  /** JSON pointers to the properties that may not be returned. */
  static readonly WRITE_ONLY_PROPERTIES: readonly string[] = ${literal(schema.writeOnlyProperties ?? [])};
  /** JSON pointer to the property that holds the tags. */
  static readonly TAG_PROPERTY: string | undefined = ${literal(schema.tagging?.tagProperty)};

  /** The primary identifier by JSON pointer, or null while any part of it is unset. */
  getPrimaryIdentifier(): Record<string, unknown> | null {
    const identifier = { ${identifiers.join(', ')} };
    return Object.values(identifier).every((part) => part != null) ? identifier : null;
  }
`;
}

function decorators(schema: ResourceSchema, property: PropertySchema): string {
  const element = elementOf(schema, property);
  const name = definitionName(element);
  const target = resolve(schema, element);
  if (name !== undefined && isObject(target)) return `@Expose() @Type(() => ${name})`;
  const recast = RECASTS[target.type ?? ''];
  return recast ? `@Expose() @Transform(${recast}, { toClassOnly: true })` : '@Expose()';
}

/** What an array or a map holds, however deep; other properties as they are. */
function elementOf(schema: ResourceSchema, property: PropertySchema): PropertySchema {
  const target = resolve(schema, property);
  const [named] = Object.values(target.patternProperties ?? {});
  const element = target.type === 'array' ? target.items : named;
  return element ? elementOf(schema, element) : property;
}

function typeOf(schema: ResourceSchema, property: PropertySchema, path: string): string {
  const name = definitionName(property);
  const target = resolve(schema, property);
  if (name !== undefined && isObject(target)) return name;
  if (target.enum) return target.enum.map(literal).join(' | ');
  if (target.type === 'array' && target.items) {
    const items = typeOf(schema, target.items, path);
    return items.includes('|') ? `(${items})[]` : `${items}[]`;
  }
  if (target.type === 'object' && !isObject(target)) {
    const [values] = Object.values(target.patternProperties ?? {});
    return `Record<string, ${values ? typeOf(schema, values, path) : 'unknown'}>`;
  }
  const scalar = TYPES[target.type ?? ''];
  if (!scalar) {
    throw new Error(
      `${path}: the generator has no model for this form. Give it one type, and move an object to "definitions".`,
    );
  }
  return scalar;
}

function comment(description: string | undefined): string {
  return description ? `/** ${description.replaceAll('*/', '*\\/')} */` : '';
}

function literal(value: unknown): string {
  return JSON.stringify(value) ?? 'undefined';
}
