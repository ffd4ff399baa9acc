import fc from 'fast-check';
import { type Document, type Json, MACRO, type ParameterDeclaration } from './resolver';

/** One change to a template: which value, and what takes its place. */
export interface Step {
  /** Picks the place, counted over all values of all resources. */
  readonly place: number;
  readonly mutation: Mutation;
  /** A condition of the fuzzer's. */
  readonly condition: string;
  /** Another value, for what has alternatives. */
  readonly other: Json;
}

interface Context extends Step {
  /** Declare a parameter and give its name. */
  parameter(declaration: ParameterDeclaration): string;
  /** Declare a mapping by stage and give its name. */
  mapping(byStage: Readonly<Record<string, Json>>): string;
  /** Logical id of some resource of the template. */
  readonly resource: string;
}

/** What takes a value's place; undefined removes it. */
type Mutation = (value: Json, context: Context) => Json | undefined;

const NO_VALUE = { Ref: 'AWS::NoValue' };
const STAGE = { Ref: 'FuzzStage' };
const LOOP = 'FuzzItem';

/** Expressions for a text; other values stay as they are. */
const ofText =
  (expression: (text: string, context: Context) => Json): Mutation =>
  (value, context) =>
    typeof value === 'object' ? value : expression(String(value), context);

/** Expressions for a list of scalars; other values stay as they are. */
const ofList =
  (expression: (texts: string[], context: Context) => Json): Mutation =>
  (value, context) =>
    Array.isArray(value) && value.length > 0 && value.every((item) => typeof item !== 'object')
      ? expression(value.map(String), context)
      : value;

const scalar = (value: Json): string => (typeof value === 'object' ? 'x' : String(value));

/** A transform that sees what is beside it; other values than objects become one. */
const withTransform = (value: Json, name: string, other: Json): Json => ({
  ...(typeof value === 'object' && value !== null && !Array.isArray(value) ? value : { Value: other }),
  'Fn::Transform': { Name: name },
});

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'other value': (_, { other }) => other,
  removed: () => undefined,
  'no value': () => NO_VALUE,
  null: () => null,
  'as text': ofText((text) => text),
  'as number': ofText((text) => (text !== '' && Number.isFinite(Number(text)) ? Number(text) : text)),
  'as boolean': ofText((text) => (['true', 'false'].includes(text) ? text === 'true' : text)),
  'as list': (value) => [value],
  'first of list': (value) => (Array.isArray(value) && value.length > 0 ? value[0]! : value),
  'one more item': (value, { other }) => (Array.isArray(value) ? [...value, other] : value),
  'an item that may not be': (value, { condition, other }) =>
    Array.isArray(value) ? [...value, { 'Fn::If': [condition, other, NO_VALUE] }] : value,
  'Fn::If, then': (value, { condition, other }) => ({ 'Fn::If': [condition, value, other] }),
  'Fn::If, else': (value, { condition, other }) => ({ 'Fn::If': [condition, other, value] }),
  'Fn::If or nothing': (value, { condition }) => ({ 'Fn::If': [condition, value, NO_VALUE] }),
  'Fn::If in Fn::If': (value, { condition, other }) => ({
    'Fn::If': [condition, { 'Fn::If': ['FuzzIsLarge', value, other] }, value],
  }),
  'parameter with default': ofText((text, { parameter }) => ({ Ref: parameter({ Default: text }) })),
  'parameter with values': ofText((text, { parameter, other }) => ({
    Ref: parameter({ AllowedValues: [text, scalar(other)] }),
  })),
  'parameter with values and default': ofText((text, { parameter, other }) => ({
    Ref: parameter({ Default: text, AllowedValues: [scalar(other), text] }),
  })),
  'free parameter': (_, { parameter }) => ({ Ref: parameter({}) }),
  'free number': (_, { parameter }) => ({ Ref: parameter({ Type: 'Number' }) }),
  'free list': (_, { parameter }) => ({ Ref: parameter({ Type: 'CommaDelimitedList' }) }),
  'parameter of Systems Manager': (_, { parameter }) => ({
    Ref: parameter({ Type: 'AWS::SSM::Parameter::Value<String>', Default: '/some/name' }),
  }),
  'list parameter': ofList((texts, { parameter }) => ({
    Ref: parameter({ Type: 'CommaDelimitedList', Default: texts.join(',') }),
  })),
  mapping: ofText((text, { mapping, other }) => ({
    'Fn::FindInMap': [mapping({ dev: text, test: text, prod: scalar(other) }), STAGE, 'value'],
  })),
  'mapping without one stage': ofText((text, { mapping, other }) => ({
    'Fn::FindInMap': [mapping({ dev: text, prod: scalar(other) }), STAGE, 'value'],
  })),
  'mapping with default': ofText((text, { mapping, other }) => ({
    'Fn::FindInMap': [mapping({ prod: text }), STAGE, 'value', { DefaultValue: scalar(other) }],
  })),
  'mapping by free parameter': ofText((text, { mapping, parameter, other }) => ({
    'Fn::FindInMap': [mapping({ x: text, root: scalar(other) }), { Ref: parameter({}) }, 'value'],
  })),
  'Fn::Sub of a parameter': ofText((text, { parameter }) => ({
    'Fn::Sub': `\${${parameter({ Default: text })}}`,
  })),
  'Fn::Sub with variables': ofText((text, { condition, other }) => ({
    'Fn::Sub': ['${Variable}', { Variable: { 'Fn::If': [condition, text, scalar(other)] } }],
  })),
  'Fn::Sub with a suffix': ofText((text) => ({ 'Fn::Sub': `${text}\${FuzzSize}` })),
  'Fn::Sub with a prefix': ofText((text, { parameter }) => ({ 'Fn::Sub': `\${${parameter({})}}${text}` })),
  'Fn::Sub of a resource': ofText((text, { resource }) => ({ 'Fn::Sub': `${text}\${${resource}}` })),
  'Fn::Join': ofText((text) => ({ 'Fn::Join': ['', [text.slice(0, 1), text.slice(1)]] })),
  'Fn::Join with a parameter': ofText((text) => ({ 'Fn::Join': ['', [text, { Ref: 'FuzzSize' }]] })),
  'Fn::Join of a condition': ofText((text, { condition }) => ({
    'Fn::Join': ['', [text, { 'Fn::If': [condition, 'x', NO_VALUE] }]],
  })),
  'Fn::Select': ofText((text, { other }) => ({ 'Fn::Select': [1, [scalar(other), text]] })),
  'Fn::Select of Fn::Split': ofText((text, { other }) => ({
    'Fn::Select': ['0', { 'Fn::Split': ['|', `${text}|${scalar(other)}`] }],
  })),
  'Fn::Select by mapping': ofText((text, { mapping, other }) => ({
    'Fn::Select': [
      { 'Fn::FindInMap': [mapping({ dev: '0', test: '0', prod: '1' }), STAGE, 'value'] },
      [text, scalar(other)],
    ],
  })),
  'Fn::Split': ofList((texts) => ({ 'Fn::Split': [',', texts.join(',')] })),
  'dynamic reference': () => '{{resolve:ssm:/fuzz/value:1}}',
  'dynamic reference at the end': ofText((text) => `${text}{{resolve:secretsmanager:fuzz}}`),
  import: () => ({ 'Fn::ImportValue': { 'Fn::Sub': '${AWS::StackName}-value' } }),
  region: () => ({ Ref: 'AWS::Region' }),
  'loop item': () => ({ Ref: LOOP }),
  'loop item in a text': ofText((text) => ({ 'Fn::Sub': `${text}\${${LOOP}}` })),
  'an include beside it': (value, { other }) => withTransform(value, 'AWS::Include', other),
  'a macro beside it': (value, { other }) => withTransform(value, MACRO, other),
  'an include': () => ({ 'Fn::Transform': { Name: 'AWS::Include' } }),
  'a macro': () => ({ 'Fn::Transform': { Name: MACRO } }),
  'resource id': (_, { resource }) => ({ Ref: resource }),
  'resource attribute': (_, { resource }) => ({ 'Fn::GetAtt': [resource, 'Arn'] }),
};

/** What every mutated template declares besides what mutations add. */
const PARAMETERS = {
  FuzzStage: { Type: 'String', Default: 'dev', AllowedValues: ['dev', 'test', 'prod'] },
  FuzzSize: { Type: 'String', AllowedValues: ['small', 'large'] },
  FuzzFree: { Type: 'String' },
  FuzzItems: { Type: 'CommaDelimitedList', Default: 'host,HTTP' },
};
const CONDITIONS: Readonly<Record<string, Json>> = {
  FuzzIsProd: { 'Fn::Equals': [STAGE, 'prod'] },
  FuzzIsLarge: { 'Fn::Equals': ['large', { Ref: 'FuzzSize' }] },
  FuzzIsNotProd: { 'Fn::Not': [{ Condition: 'FuzzIsProd' }] },
  FuzzIsSmallTest: {
    'Fn::And': [{ 'Fn::Not': [{ Condition: 'FuzzIsLarge' }] }, { 'Fn::Equals': [STAGE, 'test'] }],
  },
  FuzzIsEither: { 'Fn::Or': [{ Condition: 'FuzzIsProd' }, { Condition: 'FuzzIsLarge' }] },
  FuzzIsFree: { 'Fn::Equals': [{ Ref: 'FuzzFree' }, 'x'] },
  FuzzIsIreland: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] },
  FuzzIsBoth: { 'Fn::Equals': [{ 'Fn::Sub': '${FuzzStage}-${FuzzSize}' }, 'prod-large'] },
  FuzzIsConstant: { 'Fn::Equals': [0, '0'] },
};

const OTHERS: readonly Json[] = [
  ...['ENABLED', 'DISABLED', 'HTTP', 'HTTPS', 'root', '1000', '', 'true', 'internal', 'host', 'awsvpc'],
  ...['0.0.0.0/0', '10.0.0.0/8', 'network', 'x:1', '*', 'enabled', 'latest', 'DB_PASSWORD', 'Allow'],
  ...[true, false, 0, 4, 22, 80, -1],
  ...[[], {}, ['*'], { Ref: 'AWS::NoValue' }],
];

/** A random change. */
export const step: fc.Arbitrary<Step> = fc.record({
  place: fc.nat(1000),
  mutation: fc.constantFrom(...Object.values(MUTATIONS)),
  condition: fc.constantFrom(...Object.keys(CONDITIONS)),
  other: fc.constantFrom(...OTHERS),
});

/** Conditions for resources: by logical id's position, the name of a condition or none. */
export const resourceConditions: fc.Arbitrary<readonly (string | undefined)[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  {
    weight: 1,
    arbitrary: fc.array(fc.option(fc.constantFrom(...Object.keys(CONDITIONS)), { nil: undefined }), {
      maxLength: 3,
    }),
  },
);

/** What a loop goes over; undefined for no loop. */
export const loopCollection: fc.Arbitrary<Json | undefined> = fc.oneof(
  { weight: 9, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constantFrom<Json>(['root', 'ENABLED'], { Ref: 'FuzzItems' }) },
);

/** Where a transform sees the whole template, or all of its resources; undefined for none. */
export const rootTransform: fc.Arbitrary<((document: Document) => Document) | undefined> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<(document: Document) => Document>(
      (document) => withRootTransform(document, INCLUDE),
      (document) => withRootTransform(document, MACRO),
      (document) => ({ ...document, 'Fn::Transform': INCLUDE }),
      (document) => ({ ...document, 'Fn::Transform': { Name: MACRO } }),
      (document) => ({ ...document, Resources: { ...document.Resources, 'Fn::Transform': INCLUDE } }),
      (document) => ({ ...document, Resources: { ...document.Resources, 'Fn::Transform': { Name: MACRO } } }),
    ),
  },
);

const INCLUDE = { Name: 'AWS::Include', Parameters: { Location: 's3://fuzz/include' } };

function withRootTransform(document: Document, transform: Json): Document {
  const transforms = [...[document.Transform ?? []].flat(), transform];
  return { ...document, Transform: transforms.length === 1 ? transform : transforms };
}

/** Make a template's resource one for each item of a loop; templates with several stay as they are. */
export function loop(document: Document, collection: Json): Document {
  const [only, ...others] = Object.entries(document.Resources);
  if (only === undefined || others.length > 0 || document.Transform !== undefined) return document;
  const [logicalId, resource] = only;
  return {
    ...document,
    Transform: 'AWS::LanguageExtensions',
    Resources: {
      'Fn::ForEach::Items': [LOOP, collection, { [`${logicalId}\${${LOOP}}`]: resource }],
    },
  };
}

/**
 * Change a template.
 *
 * @param original a template whose values are JSON; it stays as it is.
 */
export function mutate(
  original: Document,
  steps: readonly Step[],
  conditions: readonly (string | undefined)[],
): Document {
  const copy = JSON.parse(JSON.stringify(original)) as Document & { Resources: Record<string, Json> };
  const parameters: Record<string, ParameterDeclaration> = { ...PARAMETERS, ...copy.Parameters };
  const mappings: Record<string, Record<string, Record<string, Json>>> = { ...copy.Mappings } as never;
  const logicalIds = Object.keys(copy.Resources);
  for (const each of steps) {
    const places = placesOf(copy.Resources);
    const place = places[each.place % Math.max(places.length, 1)];
    if (place === undefined) break;
    const [container, key] = place;
    const result = each.mutation(container[key]!, {
      ...each,
      resource: logicalIds[each.place % logicalIds.length]!,
      parameter: (declaration) => {
        const name = `Fuzz${Object.keys(parameters).length}`;
        parameters[name] = { Type: 'String', ...declaration };
        return name;
      },
      mapping: (byStage) => {
        const name = `Fuzz${Object.keys(mappings).length}`;
        mappings[name] = Object.fromEntries(
          Object.entries(byStage).map(([stage, value]) => [stage, { value }]),
        );
        return name;
      },
    });
    if (result !== undefined) container[key] = result;
    else if (Array.isArray(container)) container.splice(Number(key), 1);
    else delete container[key];
  }
  conditions.forEach((condition, index) => {
    const resource = copy.Resources[logicalIds[index] ?? ''] as Record<string, Json> | undefined;
    if (condition !== undefined && resource !== undefined && !Array.isArray(resource))
      resource['Condition'] = condition;
  });
  return {
    ...copy,
    Parameters: parameters,
    Conditions: { ...CONDITIONS, ...copy.Conditions },
    Mappings: mappings,
  };
}

/** What is particular to a mutated template: without the declarations that all of them have. */
export function particulars({ Parameters, Conditions, ...rest }: Document): Document {
  const others = <T>(section: Readonly<Record<string, T>> = {}, common: object) =>
    Object.fromEntries(Object.entries(section).filter(([name]) => !Object.hasOwn(common, name)));
  return { Parameters: others(Parameters, PARAMETERS), Conditions: others(Conditions, CONDITIONS), ...rest };
}

type Container = Record<string, Json>;

/** Every value of the resources' properties, as the object or list that holds it and its key. */
function placesOf(resources: Readonly<Record<string, Json>>): [Container, string][] {
  const places: [Container, string][] = [];
  const collect = (value: Json | undefined): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, child] of Object.entries(value)) {
      // What is under an intrinsic function is the function's own business.
      if (key === 'Ref' || key.startsWith('Fn::')) continue;
      places.push([value as Container, key]);
      collect(child);
    }
  };
  for (const resource of Object.values(resources))
    if (typeof resource === 'object' && !Array.isArray(resource) && resource !== null)
      collect(resource['Properties']);
  return places;
}
