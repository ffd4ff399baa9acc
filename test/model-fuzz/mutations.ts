/** Ways to break a model, each made from what the schema says of the place that it breaks. */
import type { PropertySchema } from '../../schema/resource-schema';
import type { Structure } from '../../local/service';
import { nodeOf, SCHEMA } from './schema';

/** A value of a model, and what the schema says of it. */
interface Site {
  readonly node: PropertySchema;
  readonly value: any;
  /** Puts another value there; undefined takes it away. */
  readonly replace: (value: unknown) => void;
}

/** What a site is replaced by; none when this mutation has nothing to do there. */
type Mutation = (site: Site) => readonly unknown[];

const OTHERS: readonly unknown[] = [null, true, -1, 0.5, 1e308, '', 'text', [], [[]], [null], {}, { a: 1 }];

const STRANGE_TEXTS: readonly string[] = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\u202e',
  'Grüße, 世界 🚀',
  'x'.repeat(100_000),
  '../../etc/passwd',
  'arn:aws:iam::123456789012:role/',
  '<script>',
  "'; DROP TABLE services; --",
  '%s%n${}{{resolve:secretsmanager:a}}',
];

const STRANGE_NAMES: readonly string[] = [
  '__proto__',
  'constructor',
  'toString',
  '',
  ' Image',
  'image',
  'a/b',
  '世界',
  'x'.repeat(10_000),
];

const isText = ({ node }: Site) => node.type === 'string';
const isList = ({ value }: Site) => Array.isArray(value);
const isMap = ({ value }: Site) => value !== null && typeof value === 'object' && !Array.isArray(value);

/** Characters of a list whose items are repeated: an event has 6 MB at most. */
const LONGEST_REPEATED = 2_000;

/** By what they do, for reports. */
export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'another type': ({ node }) =>
    OTHERS.filter((other) => (Array.isArray(other) ? 'array' : typeof other) !== node.type),
  'out of range': ({ node: { type, minimum, maximum } }) =>
    type === 'integer' || type === 'number'
      ? [
          (minimum ?? 0) - 1,
          (maximum ?? 2 ** 53) + 1,
          2 ** 53 + 2,
          -0,
          0.123456789,
          -1e308,
          '1e400',
          'NaN',
          ' 7 ',
        ]
      : [],
  'a strange text': (site) => (isText(site) ? STRANGE_TEXTS : []),
  'too long or too short': (site) => {
    const { minLength, maxLength } = site.node;
    if (!isText(site)) return [];
    return [
      ...(minLength ? ['a'.repeat(minLength - 1)] : []),
      ...(maxLength ? ['a'.repeat(maxLength + 1)] : []),
    ];
  },
  'no word of the enumeration': ({ node, value }) =>
    node.enum ? [`${value} `, String(value).toLowerCase(), 'ANY', 0] : [],
  'text for a scalar': ({ value }) =>
    typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : [],
  'scalar for a text': (site) => (isText(site) ? [0, 80, true, 1e21] : []),
  'a member less': (site) =>
    isMap(site) ? Object.keys(site.value).map((name) => without(site.value, name)) : [],
  'a member that is null': (site) =>
    isMap(site) ? Object.keys(site.value).map((name) => ({ ...site.value, [name]: null })) : [],
  'an unknown member': (site) =>
    isMap(site) ? STRANGE_NAMES.map((name) => withMember(site.value, name, 'value')) : [],
  'a list of many': (site) =>
    isList(site) && site.value.length > 0 && JSON.stringify(site.value).length < LONGEST_REPEATED
      ? [(site.node.maxItems ?? 0) + 1, 2_000].map((length) =>
          Array.from({ length }, (_, index) => site.value[index % site.value.length]),
        )
      : [],
  'an empty list': (site) => (isList(site) ? [[]] : []),
  'an item twice': (site) => (isList(site) ? [[...site.value, ...site.value]] : []),
  'a strange item': (site) => (isList(site) ? OTHERS.map((other) => [...site.value, other]) : []),
  'nested without end': () => [nested(40), nested(1_000)],
};

/** The names of {@link MUTATIONS}. */
export const MUTATION_NAMES: readonly string[] = Object.keys(MUTATIONS);

/**
 * A copy of the model with one mutation.
 *
 * @param choices which site and which replacement; any natural numbers.
 * @returns the model itself when nothing in it can be broken in this way.
 */
export function mutate(model: unknown, name: string, choices: readonly [number, number]): unknown {
  const holder = { model: structuredClone(model) };
  const sites = sitesOf(holder);
  // Replacements can be large: those of one site are made, of the next one that has any.
  for (let step = 0; step < sites.length; step++) {
    const site = sites[(choices[0] + step) % sites.length]!;
    const replacements = MUTATIONS[name]!(site);
    if (replacements.length === 0) continue;
    site.replace(replacements[choices[1] % replacements.length]);
    break;
  }
  return holder.model;
}

/** Every value of the model that the schema speaks of, the model itself last: it is broken least often. */
function sitesOf(holder: { model: unknown }): Site[] {
  const sites: Site[] = [];
  const visit = (property: PropertySchema, parent: any, name: string | number): void => {
    const node = nodeOf(property);
    const value = parent[name];
    if (Array.isArray(value) && node.items) value.forEach((_, index) => visit(node.items!, value, index));
    else if (isMap({ value } as Site)) {
      for (const [member, schema] of Object.entries(node.properties ?? {})) {
        if (Object.hasOwn(value, member)) visit(schema, value, member);
      }
    }
    sites.push({ node, value, replace: (other) => (parent[name] = other) });
  };
  visit({ type: 'object', properties: SCHEMA.properties, required: SCHEMA.required }, holder, 'model');
  return sites;
}

function without(value: Structure, name: string): Structure {
  const { [name]: _left, ...rest } = value;
  return rest;
}

/** Assignment would set the prototype; JSON has no prototypes. */
function withMember(value: Structure, name: string, member: unknown): Structure {
  return Object.fromEntries([...Object.entries(value), [name, member]]);
}

function nested(levels: number): unknown {
  let value: unknown = 'end';
  for (let level = 0; level < levels; level++) value = level % 2 ? { a: value } : [value];
  return value;
}
