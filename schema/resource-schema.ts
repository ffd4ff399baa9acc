/** The CloudFormation resource type schema, as far as the generators read it. */

/** A property or a definition; https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html */
export interface PropertySchema {
  readonly $ref?: string;
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';
  readonly description?: string;
  readonly enum?: readonly (string | number)[];
  readonly default?: unknown;
  readonly items?: PropertySchema;
  readonly properties?: Readonly<Record<string, PropertySchema>>;
  readonly patternProperties?: Readonly<Record<string, PropertySchema>>;
  readonly additionalProperties?: boolean;
  readonly required?: readonly string[];
  readonly pattern?: string;
  /** What the pattern asks for, in words; see suggestions.ts. */
  readonly $comment?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
}

/** An object with named properties. */
export type ObjectSchema = PropertySchema & {
  readonly properties: Readonly<Record<string, PropertySchema>>;
};

export interface ResourceSchema extends ObjectSchema {
  readonly typeName: string;
  readonly description: string;
  readonly definitions?: Readonly<Record<string, PropertySchema>>;
  /** JSON pointers such as `/properties/ServiceArn`, here and in the lists below. */
  readonly primaryIdentifier: readonly string[];
  readonly createOnlyProperties?: readonly string[];
  readonly conditionalCreateOnlyProperties?: readonly string[];
  readonly readOnlyProperties?: readonly string[];
  readonly writeOnlyProperties?: readonly string[];
  readonly tagging?: { readonly tagProperty?: string };
  readonly typeConfiguration?: ObjectSchema;
  /** By operation: `create`, `read`, `update`, `delete`, `list`. */
  readonly handlers: Readonly<Record<string, HandlerSchema>>;
}

export interface HandlerSchema {
  /** IAM actions that the handler may call. */
  readonly permissions: readonly string[];
  readonly timeoutInMinutes?: number;
}

/** Name of the definition that a property refers to (`#/definitions/Tag` → `Tag`), or undefined. */
export function definitionName(property: PropertySchema): string | undefined {
  return property.$ref?.replace('#/definitions/', '');
}

/**
 * The property that a reference stands for; the property itself when it is none.
 *
 * @throws Error when the definition does not exist.
 */
export function resolve(schema: ResourceSchema, property: PropertySchema): PropertySchema {
  const name = definitionName(property);
  if (name === undefined) return property;
  const definition = schema.definitions?.[name];
  if (!definition) throw new Error(`${property.$ref}: there is no such definition. Add it to "definitions".`);
  return definition;
}

/** Whether the schema lists named properties, and so becomes a class and a table. */
export function isObject(property: PropertySchema): property is ObjectSchema {
  return property.properties !== undefined;
}
