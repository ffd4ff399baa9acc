/** Models that the schema allows, made from it. */
import fc, { type Arbitrary } from 'fast-check';
import type { PropertySchema } from '../../schema/resource-schema';
import type { Structure } from '../../local/service';
import { expression, INPUTS, nodeOf, SCHEMA } from './schema';

/**
 * Words that models have in common, so that what refers to something else in the model often finds it, and so that no
 * kind of text is missed. Which of them a property takes, its schema decides.
 */
const WORDS: readonly string[] = [
  'a',
  'Main',
  'data',
  'proxy',
  'CMD',
  'CMD-SHELL',
  '/',
  '/data',
  '/*',
  '200',
  '200-299',
  '512',
  '1024',
  '2048',
  '4096',
  '8192',
  '0.0.0.0/0',
  '::/0',
  '10.0.0.0/8',
  'rate(1 hour)',
  'cron(0 8 * * ? *)',
  'at(2030-01-01T00:00:00)',
  'Europe/Berlin',
  '2030-01-01T00:00:00Z',
  'default',
  'fs-12345678',
  'fsap-12345678',
  'shop.apps.example.com',
  'x.y.apps.example.com',
  'PATH',
  '__proto__',
  'constructor',
  '-',
  'a'.repeat(255),
  'Grüße, 世界 🚀',
  '\u202eright to left\u202c',
  '\ud800',
  '\u0000',
  ' ',
  '${AWS::Region}',
  '"quoted" \\ \n line',
];

/** Texts that the provider itself judges, beyond the schema, by the name of their property. Roles are those of account.ts. */
const TYPICAL: Readonly<Record<string, readonly unknown[]>> = {
  ExecutionRoleArn: ['arn:aws:iam::123456789012:role/execution'],
  TaskRoleArn: ['arn:aws:iam::123456789012:role/execution'],
  TaskPolicy: [
    { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }] },
    { Statement: { Sid: 'All', Effect: 'Deny', NotAction: ['s3:*'], NotResource: ['arn:aws:s3:::a'] } },
    { Statement: [] },
  ],
  TaskPolicyArns: [['arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'], []],
  InfrastructureRoleArn: ['arn:aws:iam::123456789012:role/infrastructure'],
  Image: ['nginx', 'example/hello:1', `public.ecr.aws/nginx/nginx@sha256:${'a1'.repeat(32)}`],
  HealthCheckPath: ['/', '/health?a=%20b', `/${'a'.repeat(1_023)}`],
  ValueFrom: [
    '/app/db',
    'arn:aws:ssm:us-east-1:123456789012:parameter/app/db',
    'arn:aws:secretsmanager:us-east-1:123456789012:secret:app/db-AbCdEf',
    'arn:aws:secretsmanager:us-east-1:123456789012:secret:app/db-AbCdEf:password::',
  ],
  CredentialsParameter: ['arn:aws:secretsmanager:us-east-1:123456789012:secret:registry-AbCdEf'],
  EventBusName: ['default'],
};

/** Values of a property, by its type in the schema. */
type ByType = Readonly<
  Record<string, (node: PropertySchema, words: readonly string[]) => Arbitrary<unknown>>
>;

const BY_TYPE: ByType = {
  string: texts,
  integer: ({ minimum = 0, maximum = minimum + 1_000, default: usual }) =>
    fc.oneof(
      fc.constantFrom(minimum, maximum, ...(typeof usual === 'number' ? [usual] : [])),
      fc.integer({ min: minimum, max: maximum }),
    ),
  number: ({ minimum = 0, maximum = minimum + 1_000 }) =>
    fc.oneof(
      fc.constantFrom(minimum, maximum),
      fc
        .integer({ min: Math.ceil(minimum * 10), max: Math.floor(maximum * 10) })
        .map((tenths) => tenths / 10),
      fc.double({ min: minimum, max: maximum, noNaN: true }),
    ),
  boolean: () => fc.boolean(),
  array: ({ items = { type: 'string' }, minItems = 0, maxItems = minItems + 4, uniqueItems }, words) =>
    fc
      .array(valuesOf(items, words), {
        minLength: minItems,
        maxLength: Math.min(maxItems, minItems + 4),
      })
      .map((list) => (uniqueItems ? distinct(list) : list))
      .filter((list) => list.length >= minItems),
  object: ({ properties, patternProperties, required = [] }, words) =>
    patternProperties && !properties
      ? mapsOf(patternProperties, words)
      : membersOf(properties ?? {}, required, words, 2),
};

/** Groups whose names are the author's. */
function mapsOf(
  patterns: Readonly<Record<string, PropertySchema>>,
  words: readonly string[],
): Arbitrary<Structure> {
  const members = Object.entries(patterns).map(([pattern, property]) =>
    fc.tuple(texts({ type: 'string', pattern, maxLength: 300 }, words), valuesOf(property, words)),
  );
  return fc
    .array(fc.oneof(...members), { maxLength: 4 })
    .map((entries) => Object.fromEntries(entries) as Structure);
}

function valuesOf(property: PropertySchema, words: readonly string[]): Arbitrary<unknown> {
  const node = nodeOf(property);
  if (node.enum) return fc.constantFrom(...node.enum);
  return BY_TYPE[node.type ?? 'object']!(node, words);
}

/** @param rarity one optional member of that many is set. */
function membersOf(
  properties: Readonly<Record<string, PropertySchema>>,
  required: readonly string[],
  words: readonly string[],
  rarity: number,
): Arbitrary<Structure> {
  const members = Object.entries(properties).map(([name, property]) => {
    const typical = TYPICAL[name];
    const any = valuesOf(property, words);
    const values = typical
      ? fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...typical) }, { weight: 1, arbitrary: any })
      : any;
    const optional = fc
      .integer({ min: 1, max: rarity })
      .chain((n) => (n === 1 ? values : fc.constant(undefined)));
    return [name, required.includes(name) ? values : optional] as const;
  });
  return fc
    .record(Object.fromEntries(members), { noNullPrototype: true })
    .map((model) => Object.fromEntries(Object.entries(model).filter(([, value]) => value !== undefined)));
}

function texts(node: PropertySchema, words: readonly string[]): Arbitrary<string> {
  const { minLength = 0, maxLength = 2_000, pattern } = node;
  const allowed = (text: string) =>
    text.length >= minLength &&
    text.length <= maxLength &&
    (pattern === undefined || expression(pattern).test(text));
  const known = words.filter(allowed);
  const boundaries = [minLength, maxLength].flatMap((length) =>
    ['a', '/', '1'].map((character) => character.repeat(length)).filter(allowed),
  );
  const any = pattern === undefined ? fc.string({ unit: 'grapheme' }) : matching(pattern);
  return fc.oneof(
    ...(known.length > 0 ? [{ weight: 6, arbitrary: fc.constantFrom(...known) }] : []),
    ...(boundaries.length > 0 ? [{ weight: 1, arbitrary: fc.constantFrom(...boundaries) }] : []),
    { weight: 3, arbitrary: any.filter(allowed) },
  );
}

/** fast-check has no look-ahead and no classes of Unicode: what it makes is wider, and filtered by whoever asks. */
function matching(pattern: string): Arbitrary<string> {
  const plain = pattern
    .replace(/\(\?!.*?\)/g, '')
    .replace(/\\p\{L\}/g, 'a-zé')
    .replace(/\\p\{\w+\}/g, '0-9 ');
  return fc.stringMatching(expression(plain));
}

function distinct(list: readonly unknown[]): unknown[] {
  return [...new Map(list.map((item) => [JSON.stringify(item), item])).values()];
}

/** Properties that only the strategy VERSIONED has, or that tell of it. */
const OF_VERSIONS = ['Version', 'VersionTraffic', 'Standby', 'EventBusName'] as const;

/** Models of services with versions; what is to answer is often the version of the model itself. */
function versioned(
  base: Structure,
  few: Arbitrary<Structure>,
  words: readonly string[],
): Arbitrary<Structure> {
  const properties = Object.fromEntries(OF_VERSIONS.map((name) => [name, INPUTS[name]!]));
  const weights = fc.array(fc.integer({ min: 0, max: 999 }), { maxLength: 2 });
  return fc
    .tuple(fc.oneof(fc.constant({}), few), membersOf(properties, [], words, 2), weights)
    .map(([others, members, [own, other]]) => {
      const { Version } = members;
      const model = merged(merged(base, others), members);
      return {
        ...model,
        DeploymentConfiguration: { ...model.DeploymentConfiguration, Strategy: 'VERSIONED' },
        ...(Version !== undefined &&
          own !== undefined && {
            Traffic: [
              { Version, Weight: own },
              ...(other === undefined ? [] : [{ Version: `${Version}.1`, Weight: other }]),
            ],
          }),
      };
    });
}

/**
 * Models that the schema allows: half of them little more than `base`, so that what each property alone does is seen;
 * half of them with many properties at once, which may contradict each other. Of every eleven one has versions.
 *
 * @param base a model that is accepted.
 * @param words texts beside the general ones, e.g. ids of what an account holds.
 */
export function models(base: Structure, words: readonly string[]): Arbitrary<Structure> {
  const all = [...WORDS, ...words];
  const required = SCHEMA.required ?? [];
  const few = membersOf(INPUTS, [], all, 12).map((members) => merged(base, members));
  return fc.oneof(
    { weight: 6, arbitrary: few },
    { weight: 4, arbitrary: membersOf(INPUTS, required, all, 3) },
    { weight: 1, arbitrary: versioned(base, few, all) },
  );
}

function merged(base: Structure, members: Structure): Structure {
  const model = { ...base };
  for (const [name, value] of Object.entries(members)) {
    model[name] = typeof value === 'object' && !Array.isArray(value) ? { ...model[name], ...value } : value;
  }
  return model;
}
