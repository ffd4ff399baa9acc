import fc from 'fast-check';
import { evaluate, RuleSet } from '../../hooks/engine/evaluate';
import { templateInput } from '../../hooks/engine/inputs';
import { policyOf } from '../../hooks/engine/policy';
import { ruleModules } from '../../hooks/rule-files';
import { rules } from '../../hooks/rules';

const TEMPLATES = ruleModules()
  .flatMap((module) => {
    const { pass, fail } = module.examples();
    return [...pass, ...fail].map(({ template }) => JSON.parse(JSON.stringify(template)) as Template);
  })
  .filter((template) => !/"(Ref|Fn::[A-Za-z]+)":/.test(JSON.stringify(template)));

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
interface Template {
  Resources: Record<string, { Type: string; Properties?: Json }>;
}

const POLICY = policyOf({ name: 'all', description: '', rules: { 'ELB-12': { mode: 'fail' } } }, rules);
const ruleSet = new RuleSet(POLICY.rules.rules);

/** The parameters of every mutated template. They have all the values that the template may be deployed with. */
const PARAMETERS = {
  Stage: { Type: 'String', Default: 'dev', AllowedValues: ['dev', 'test', 'prod'] },
  Size: { Type: 'String', AllowedValues: ['small', 'large'] },
};
const CONDITIONS = {
  IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
  IsLarge: { 'Fn::Equals': ['large', { Ref: 'Size' }] },
  IsSmallTest: {
    'Fn::And': [{ 'Fn::Not': [{ Condition: 'IsLarge' }] }, { 'Fn::Equals': [{ Ref: 'Stage' }, 'test'] }],
  },
  IsEither: { 'Fn::Or': [{ Condition: 'IsProd' }, { Condition: 'IsLarge' }] },
};
interface Assignment {
  readonly Stage: string;
  readonly Size: string;
}
const HOLDS: Readonly<Record<string, (assignment: Assignment) => boolean>> = {
  IsProd: ({ Stage }) => Stage === 'prod',
  IsLarge: ({ Size }) => Size === 'large',
  IsSmallTest: ({ Stage, Size }) => Size === 'small' && Stage === 'test',
  IsEither: ({ Stage, Size }) => Stage === 'prod' || Size === 'large',
};
const ASSIGNMENTS: readonly Assignment[] = ['dev', 'test', 'prod'].flatMap((Stage) =>
  ['small', 'large'].map((Size) => ({ Stage, Size })),
);

/** Puts an expression in place of a value, together with what it is worth under an assignment. */
interface Mutation {
  readonly name: string;
  readonly expression: (value: Json, other: Json) => Json;
  readonly worth: (value: Json, other: Json, assignment: Assignment) => Json | undefined;
}

const MUTATIONS: readonly Mutation[] = [
  ...Object.keys(HOLDS).flatMap((condition): Mutation[] => [
    {
      name: `${condition} or other`,
      expression: (value, other) => ({ 'Fn::If': [condition, value, other] }),
      worth: (value, other, assignment) => (HOLDS[condition]!(assignment) ? value : other),
    },
    {
      name: `${condition} or nothing`,
      expression: (value) => ({ 'Fn::If': [condition, { Ref: 'AWS::NoValue' }, value] }),
      worth: (value, _, assignment) => (HOLDS[condition]!(assignment) ? undefined : value),
    },
  ]),
  {
    name: 'mapping',
    expression: (value, other) =>
      typeof value === 'object' || typeof other === 'object'
        ? value
        : { 'Fn::FindInMap': [`M${JSON.stringify([value, other])}`, { Ref: 'Stage' }, 'v'] },
    worth: (value, other, { Stage }) =>
      typeof value === 'object' || typeof other === 'object' ? value : Stage === 'prod' ? other : value,
  },
  {
    name: 'Fn::Sub',
    expression: (value) =>
      typeof value === 'string' ? { 'Fn::Sub': [`\${V}`, { V: { 'Fn::Join': ['', [value]] } }] } : value,
    worth: (value) => value,
  },
  {
    name: 'suffix by parameter',
    expression: (value) => (typeof value === 'string' ? { 'Fn::Sub': `${value}\${Size}` } : value),
    worth: (value, _, { Size }) => (typeof value === 'string' ? value + Size : value),
  },
];

/** Values to put in place of others: what rules compare with, and things of other kinds. */
const OTHERS: readonly Json[] = [
  'ENABLED',
  'DISABLED',
  'HTTP',
  'HTTPS',
  'root',
  '1000',
  '',
  'true',
  false,
  0,
  22,
  '0.0.0.0/0',
  '10.0.0.0/8',
  'internal',
  'x:1',
  [],
  {},
];

interface Step {
  /** Picks the place: which of the template's values, counted over all. */
  readonly place: number;
  readonly mutation: Mutation;
  readonly other: Json;
}

/** Replace the chosen places; `replace` gives the new value, or undefined to remove it. */
function mutate(
  template: Template,
  steps: readonly Step[],
  replace: (step: Step, value: Json) => Json | undefined,
): Template {
  const copy = JSON.parse(JSON.stringify(template)) as Template;
  const places: { container: Record<string, Json> | Json[]; key: string }[] = [];
  const collect = (value: Json | undefined): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const key of Object.keys(value)) {
      places.push({ container: value as Record<string, Json>, key });
      collect((value as Record<string, Json>)[key]);
    }
  };
  for (const resource of Object.values(copy.Resources)) collect(resource.Properties);
  const chosen = new Map(steps.map((step) => [step.place % Math.max(places.length, 1), step]));
  // From the inside outwards, so that an expression holds the replacements within it.
  for (const [index, step] of [...chosen].sort(([left], [right]) => right - left)) {
    const place = places[index];
    if (place === undefined) continue;
    const { container, key } = place as { container: Record<string, Json>; key: string };
    const result = replace(step, container[key]!);
    // A removed item keeps its place until all are done, as later ones are counted by it.
    container[key] = result === undefined ? REMOVED : result;
  }
  for (const resource of Object.values(copy.Resources))
    resource.Properties = prune(resource.Properties ?? {}) as Json;
  return copy;
}
const REMOVED = '\u0000removed';

function prune(value: Json): Json | undefined {
  if (value === REMOVED) return undefined;
  if (Array.isArray(value)) return value.map(prune).filter((item): item is Json => item !== undefined);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (item === REMOVED ? [] : [[key, prune(item)!]])),
  );
}

/** Status by rule and resource. */
function statuses(document: object): Map<string, string> {
  const { template } = templateInput(document);
  return new Map(
    evaluate(template, ruleSet).map(({ active, resource, status }) => [
      `${active.rule.id} ${resource.logicalId}`,
      status,
    ]),
  );
}

/** The mappings that a template's expressions name: each maps the stage prod to the other value. */
function mappingsOf(document: object): object {
  const names = [...JSON.stringify(document).matchAll(/"(M\[(?:[^"\\]|\\.)*\])"/g)].map(
    (match) => JSON.parse(`"${match[1]}"`) as string,
  );
  return Object.fromEntries(
    names.map((name) => {
      const [value, other] = JSON.parse(name.slice(1)) as Json[];
      return [name, { dev: { v: value }, test: { v: value }, prod: { v: other } }];
    }),
  );
}

const step: fc.Arbitrary<Step> = fc.record({
  place: fc.nat(400),
  mutation: fc.constantFrom(...MUTATIONS),
  other: fc.constantFrom(...OTHERS),
});

test('what passes on a template passes however it is resolved, and what fails fails by its defaults', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...TEMPLATES),
      fc.array(step, { minLength: 1, maxLength: 4 }),
      (original, steps) => {
        const mutated = mutate(original, steps, ({ mutation, other }, value) =>
          mutation.expression(value, other),
        );
        const document = {
          ...mutated,
          Parameters: PARAMETERS,
          Conditions: CONDITIONS,
          Mappings: mappingsOf(mutated),
        };
        const judged = statuses(document);
        for (const assignment of ASSIGNMENTS) {
          const resolved = statuses(
            mutate(original, steps, ({ mutation, other }, value) => mutation.worth(value, other, assignment)),
          );
          for (const [pair, status] of judged) {
            if (status === 'pass')
              expect([pair, assignment, resolved.get(pair)]).toEqual([pair, assignment, 'pass']);
            // Stage has a default and Size has none, so that a certain failure shows for every size.
            if (status === 'fail' && assignment.Stage === 'dev')
              expect([pair, assignment, resolved.get(pair)]).toEqual([pair, assignment, 'fail']);
          }
        }
      },
    ),
    {
      numRuns: Number(process.env['FUZZ_RUNS'] ?? 300),
      seed: process.env['FUZZ_SEED'] === undefined ? undefined : Number(process.env['FUZZ_SEED']),
    },
  );
});
