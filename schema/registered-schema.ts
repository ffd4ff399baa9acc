import type { ResourceSchema } from './resource-schema';

/** The end of a sentence that another one follows; after `e.g.` none does. */
const NEXT_SENTENCE = /(?<=\.)(?<!e\.g\.) (?=[A-Z])/;

/**
 * `org-ecs-expressservice.json`, the schema that is registered. The CLI of CloudFormation takes 60 KiB: of each description
 * the first sentence is there, and nothing of what only our own messages need.
 */
export function registeredSchema(schema: ResourceSchema): string {
  return JSON.stringify(schema, (name, value: unknown) => {
    if (name === '$comment') return undefined;
    return name === 'description' && typeof value === 'string' ? value.split(NEXT_SENTENCE)[0] : value;
  });
}
