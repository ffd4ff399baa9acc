import type { ResourceSchema } from './resource-schema';

/** Bytes that the CLI of CloudFormation takes (`MAX_CONFIGURATION_SCHEMA_LENGTH` in rpdk.core), as Python writes JSON. */
const MOST_BYTES = 60 * 1024;

/** The end of a sentence that another one follows; after `e.g.` none does. */
const NEXT_SENTENCE = /(?<=\.)(?<!e\.g\.) (?=[A-Z])/;

/**
 * `org-ecs-expressservice.json`, the schema that is registered, which has to be small: of each description the first sentence is
 * there, and nothing of what only our own messages need. What is said several times in the same words is a definition. Where that is
 * still too much, the longest goes first: of the descriptions of members of groups, which the property reference has; then of the lists
 * of values and the patterns of members, which the handlers check in any case; then of the descriptions of the properties themselves.
 *
 * @throws Error when it is too large without any of them.
 */
export function registeredSchema(schema: ResourceSchema): string {
  const whole = JSON.parse(JSON.stringify(schema, shortened));
  let registered = withSharedDefinitions(whole);
  const { definitions, properties } = whole;
  const dispensable = [
    ...longestFirst(definitions, ['description']),
    ...longestFirst(definitions, ['enum', 'pattern']).filter(({ bytes }) => bytes >= LONG_BYTES),
    ...longestFirst(properties, ['description']),
  ];
  for (const { owner, name } of dispensable) {
    if (bytesOf(registered) <= MOST_BYTES) break;
    delete owner[name];
    registered = withSharedDefinitions(whole);
  }
  if (bytesOf(registered) > MOST_BYTES) {
    throw new Error(
      `the schema has ${bytesOf(registered)} bytes without descriptions, more than ${MOST_BYTES}`,
    );
  }
  return JSON.stringify(registered);
}

/** Bytes of a list of values, or of a pattern, that is long. */
const LONG_BYTES = 60;

/** Bytes of a reference to a shared definition, and of what surrounds the definition itself. */
const REFERENCE_BYTES = 36;
const DEFINITION_BYTES = 14;

/** The schema with a definition for each part that is there several times without a description, where that is shorter. */
function withSharedDefinitions(schema: Registered): Registered {
  const { definitions, properties, ...others } = schema;
  const counts = new Map<string, number>();
  const count = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    if (isShareable(part)) {
      const text = JSON.stringify(part);
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    Object.values(part).forEach(count);
  };
  count({ definitions: Object.values(definitions).map(withoutType), properties });
  const names = new Map<string, string>();
  for (const [text, times] of counts) {
    const own = text.length;
    if (own * times > own + DEFINITION_BYTES + REFERENCE_BYTES * times) {
      names.set(text, `Shared${names.size + 1}`);
    }
  }
  const replaced = (part: unknown): any => {
    const name = isShareable(part) ? names.get(JSON.stringify(part)) : undefined;
    return name === undefined ? replacedBelow(part) : { $ref: `#/definitions/${name}` };
  };
  const replacedBelow = (part: unknown): any => {
    if (Array.isArray(part)) return part.map(replaced);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, replaced(value)]));
  };
  const shared = [...names].map(([text, name]) => [name, replacedBelow(JSON.parse(text))]);
  const own = Object.entries(definitions).map(([name, definition]) => [name, replacedBelow(definition)]);
  return {
    ...others,
    definitions: { ...Object.fromEntries(own), ...Object.fromEntries(shared) },
    properties: replacedBelow(properties),
  };
}

/** Only what a definition has below it is shared, so that no definition refers to its own text. */
function withoutType(definition: unknown): unknown {
  const { type: _, ...below } = definition as { readonly type?: unknown };
  return below;
}

/** Whether a part may be a definition: a schema whose text says all of it. */
function isShareable(part: unknown): part is object {
  return (
    typeof part === 'object' &&
    part !== null &&
    'type' in part &&
    typeof part.type === 'string' &&
    !('description' in part)
  );
}

type Registered = Record<string, unknown> & {
  readonly definitions: Readonly<Record<string, unknown>>;
  readonly properties: unknown;
};

function shortened(name: string, value: unknown): unknown {
  // That is what a list without it has.
  const isDefault = name === 'insertionOrder' && value === true;
  if (name === '$comment' || isDefault) return undefined;
  return name === 'description' && typeof value === 'string' ? value.split(NEXT_SENTENCE)[0] : value;
}

/** A member of a schema. */
interface Member {
  readonly owner: Record<string, unknown>;
  readonly name: string;
  readonly bytes: number;
}

/** Members of some names at every depth of a schema, the longest first. */
function longestFirst(value: unknown, names: readonly string[]): Member[] {
  return membersBelow(value, names).sort((a, b) => b.bytes - a.bytes);
}

function membersBelow(value: unknown, names: readonly string[]): Member[] {
  if (typeof value !== 'object' || value === null) return [];
  const owner = value as Record<string, unknown>;
  const own = names
    // A property may have that name, too.
    .filter((name) => typeof owner[name] === 'string' || Array.isArray(owner[name]))
    .map((name) => ({ owner, name, bytes: JSON.stringify(owner[name]).length }));
  return [...own, ...Object.values(owner).flatMap((each) => membersBelow(each, names))];
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
