import type { ResourceSchema } from './resource-schema';

/** Bytes that the CLI of CloudFormation takes (`MAX_CONFIGURATION_SCHEMA_LENGTH` in rpdk.core), as Python writes JSON. */
const MOST_BYTES = 60 * 1024;

/** The end of a sentence that another one follows; after `e.g.` none does. */
const NEXT_SENTENCE = /(?<=\.)(?<!e\.g\.) (?=[A-Z])/;

/**
 * `org-ecs-expressservice.json`, the schema that is registered, which has to be small: of each description the first sentence is
 * there, and nothing of what only our own messages need. Where that is still too much, the longest descriptions are left to the
 * property reference: those of members of groups, and then those of the properties themselves.
 *
 * @throws Error when it is too large without any of them.
 */
export function registeredSchema(schema: ResourceSchema): string {
  const registered = JSON.parse(JSON.stringify(schema, shortened));
  for (const part of [registered.definitions, registered.properties]) {
    const described = describedBelow(part);
    described.sort((a, b) => b.description.length - a.description.length);
    for (const longest of described) {
      if (bytesOf(registered) <= MOST_BYTES) break;
      delete (longest as Partial<Described>).description;
    }
  }
  if (bytesOf(registered) > MOST_BYTES) {
    throw new Error(`the schema has more than ${MOST_BYTES} bytes without descriptions`);
  }
  return JSON.stringify(registered);
}

interface Described {
  description: string;
}

function shortened(name: string, value: unknown): unknown {
  if (name === '$comment') return undefined;
  return name === 'description' && typeof value === 'string' ? value.split(NEXT_SENTENCE)[0] : value;
}

/** All objects with a description, at every depth. */
function describedBelow(value: unknown): Described[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.values(value).flatMap(describedBelow);
  return typeof (value as Described).description === 'string' ? [value as Described, ...below] : below;
}

/** With a space after each comma and colon, and other characters than ASCII escaped, as `json.dumps` of Python does. */
function bytesOf(schema: unknown): number {
  const separators = (value: unknown): number => {
    if (typeof value !== 'object' || value === null) return 0;
    const items = Object.values(value);
    const own = Math.max(items.length - 1, 0) + (Array.isArray(value) ? 0 : items.length);
    return items.reduce((sum: number, item) => sum + separators(item), own);
  };
  const text = JSON.stringify(schema);
  const escapes = [...text.matchAll(/[^\x00-\x7f]/g)].length * 5;
  return text.length + separators(schema) + escapes;
}
