/** The resource type's schema, as the fuzzer reads it: whatever property is added there is covered here. */
import typeSchema from '../../schema/org-ecs-expressservice.json';
import { resolve, type PropertySchema, type ResourceSchema } from '../../schema/resource-schema';

export const SCHEMA = typeSchema as unknown as ResourceSchema;

/** What a property or a reference to a definition says of its values. */
export function nodeOf(property: PropertySchema): PropertySchema {
  return resolve(SCHEMA, property);
}

/** Properties that a template may set: AWS alone decides the others. */
export const INPUTS: Readonly<Record<string, PropertySchema>> = Object.fromEntries(
  Object.entries(SCHEMA.properties).filter(
    ([name]) => !SCHEMA.readOnlyProperties?.includes(`/properties/${name}`),
  ),
);

/** A schema's pattern as a regular expression. */
export function expression(pattern: string): RegExp {
  return new RegExp(pattern, 'u');
}
