import fc from 'fast-check';
import { BLIND_SPOTS } from '../../conformance/blind-spots';
import { labelledCases } from '../../conformance/cases';
import { withNestedBodies } from '../../hooks/adapters/nested-input';
import { parseTemplate } from '../../src/cloudformation/template/document';
import { evaluate, type Verdict } from '../../hooks/engine/evaluate';
import { Exemptions } from '../../hooks/engine/exemptions';
import { templateInput } from '../../hooks/engine/inputs';
import { MAXIMUM_MESSAGE_LENGTH } from '../../hooks/engine/message';
import { policyOf } from '../../hooks/engine/policy';
import { type Finding, report } from '../../hooks/engine/report';
import type { KnownValues } from '../../hooks/engine/template';
import { PROFILES } from '../../hooks/profiles';
import { ruleModules } from '../../hooks/rule-files';
import { rules } from '../../hooks/rules';
import {
  loop,
  loopCollection,
  mutate,
  particulars,
  resourceConditions,
  rootTransform,
  step,
} from './mutations';
import { accountOf, type Document, Refused, resolveDocument } from './resolver';
import { yamlOf } from './yaml';

/** Every template that the rules' examples, the labelled cases and the blind spots have. */
export function startingTemplates(): Document[] {
  const examples = ruleModules().flatMap((module) => {
    const { pass, fail, indeterminate } = module.examples();
    return [...pass, ...fail, ...indeterminate].map(({ template }) => template);
  });
  const labelled = labelledCases.flatMap(({ checks }) =>
    checks.flatMap(({ pass, fail, skip }) =>
      [pass, fail, skip].flatMap((inputs) => Object.values(inputs ?? {})),
    ),
  );
  const spots = BLIND_SPOTS.map(({ template }) => template);
  return [...examples, ...labelled, ...spots].map(
    (template) => JSON.parse(JSON.stringify(template)) as Document,
  );
}

/** Every rule on; once as the organisation has them, once with all that they can ask for. */
const POLICIES = ['org-default', 'strict'].map((name) => {
  const profile = PROFILES[name]!;
  const always = Object.fromEntries(
    rules.map(({ id }) => [id, { ...profile.rules?.[id], mode: 'fail' as const }]),
  );
  return policyOf({ ...profile, rules: always }, rules);
});

/** How many resolutions of each template are judged besides the one by its defaults. */
const RESOLUTIONS = 3;

/**
 * Check mutated templates: nothing crashes, what passes passes however the template is resolved, and what fails fails
 * by the template's defaults; and the same is found in YAML with merge keys, and in the body of a stack set.
 *
 * @param runs number of templates.
 * @throws Error with the smallest counterexample, and the seed that finds it again.
 */
export async function fuzz(runs: number, seed: number): Promise<void> {
  const templates = startingTemplates();
  const result = await fc.check(
    fc.asyncProperty(
      fc.constantFrom(...templates),
      fc.array(step, { minLength: 1, maxLength: 5 }),
      resourceConditions,
      loopCollection,
      rootTransform,
      fc.constantFrom(...POLICIES),
      fc.array(fc.nat(10_000), { minLength: RESOLUTIONS, maxLength: RESOLUTIONS }),
      async (original, steps, conditions, collection, transform, policy, seeds) => {
        const mutated = mutate(original, steps, conditions);
        const looped = collection === undefined ? mutated : loop(mutated, collection);
        const document = transform === undefined ? looped : transform(looped);
        const judged = verdictsOf(document, policy.rules);
        checkMessages(document, policy);
        await checkWritings(document, policy, seeds[0]!);
        for (const chosen of seeds)
          for (const isByDefault of [false, true])
            compare(document, judged, chosen, isByDefault, policy.rules);
      },
    ),
    { numRuns: runs, seed },
  );
  if (result.failed)
    throw new Error(
      `After ${result.numRuns} templates with seed ${seed}: ${(result.errorInstance as Error).message}`,
    );
}

type Rules = (typeof POLICIES)[number]['rules'];

/**
 * The verdicts by rule and resource.
 *
 * @param resolved the same template with its values, as a change set has them.
 * @param known values from outside the template.
 */
function verdictsOf(
  document: Document,
  ruleSet: Rules,
  resolved?: Document,
  known: KnownValues = {},
): Map<string, Verdict> {
  const { template } = templateInput(document, known, resolved);
  return new Map(
    evaluate(template, ruleSet).map((verdict) => {
      const pair = `${verdict.active.rule.id} ${verdict.resource.logicalId}`;
      for (const { because } of verdict.problems)
        if (because.includes('the rule itself failed')) fail('crash', pair, document, because);
      return [pair, verdict];
    }),
  );
}

function checkMessages(document: Document, policy: (typeof POLICIES)[number]): void {
  for (const finding of report(templateInput(document), policy, new Exemptions()).findings) {
    if (!finding.message.startsWith(`${finding.rule} ${finding.resource} `))
      fail('message that does not begin with rule and resource', finding.rule, document, finding.message);
    if (finding.message.length > MAXIMUM_MESSAGE_LENGTH)
      fail('message that is too long', finding.rule, document, finding.message);
  }
}

/** How else a template may be written: nothing that is found may change. */
async function checkWritings(
  document: Document,
  policy: (typeof POLICIES)[number],
  seed: number,
): Promise<void> {
  const text = yamlOf(document, seed);
  const { content, locate } = await parseTemplate(text);
  const plain: unknown = JSON.parse(JSON.stringify(document));
  const found = report(templateInput(content), policy, new Exemptions());
  const expected = report(templateInput(plain), policy, new Exemptions());
  const difference = firstDifference(expected.findings.map(essence), found.findings.map(essence));
  if (difference !== undefined) fail('found otherwise in YAML', difference, document, text);
  for (const { resource, path } of found.findings) {
    const { line } = locate(['Resources', resource, 'Properties', ...path.split('.')]);
    if (!(line > 0)) fail('no line in YAML', resource, document, text);
  }
  const body = seed % 2 === 0 ? text : JSON.stringify(plain);
  const holder = {
    Resources: { Set: { Type: 'AWS::CloudFormation::StackSet', Properties: { TemplateBody: body } } },
  };
  const nested = report(await withNestedBodies(templateInput(holder), {}), policy, new Exemptions());
  const within = nested.findings
    .filter(({ resource }) => resource.startsWith('Set/'))
    .map((finding) => essence({ ...finding, resource: finding.resource.slice('Set/'.length) }));
  const other = firstDifference(expected.findings.map(essence), within);
  if (other !== undefined) fail('found otherwise in the body of a stack set', other, document, body);
}

/** What two findings of the same thing have in common, however the template is written. */
function essence({ rule, resource, path, status, refused }: Finding): string {
  return [rule, resource, path, status, refused].join(' ');
}

/** What only one of two lists has. */
function firstDifference(expected: readonly string[], found: readonly string[]): string | undefined {
  const [one, two] = [new Set(expected), new Set(found)];
  return expected.find((each) => !two.has(each)) ?? found.find((each) => !one.has(each));
}

function compare(
  document: Document,
  judged: ReadonlyMap<string, Verdict>,
  chosen: number,
  isByDefault: boolean,
  ruleSet: Rules,
): void {
  let resolved: Document;
  try {
    resolved = resolveDocument(document, pickBy(chosen), isByDefault);
  } catch (error) {
    if (error instanceof Refused) return;
    throw error;
  }
  // The account that the resolution took is that of the stack.
  const known = { pseudoParameters: { 'AWS::AccountId': accountOf(pickBy(chosen)) } };
  const answers = verdictsOf(resolved, ruleSet, undefined, known);
  const withValues = verdictsOf(document, ruleSet, asComputed(resolved));
  for (const [pair, { status }] of judged) {
    const answer = answers.get(pair)?.status;
    if (answer === undefined) continue;
    if (withValues.get(pair)?.status === 'pass' && answer === 'fail')
      fail('pass with its values beside it, but fail when resolved', pair, document, resolved);
    if (status === 'pass' && answer !== 'pass')
      fail(`pass, but ${answer} when resolved`, pair, document, resolved);
    if (status === 'fail' && isByDefault && answer !== 'fail' && !isRefusedUnknown(pair, resolved))
      fail(`fail, but ${answer} by its defaults`, pair, document, resolved);
  }
}

/** TD-08 refuses a value that nobody knows in a variable named like a credential, which may turn out to be an ARN. */
function isRefusedUnknown(pair: string, resolved: Document): boolean {
  return pair.startsWith('TD-08 ') && JSON.stringify(resolved).includes('"arn:');
}

/** A resolved template as CloudFormation computes it before it makes anything: placeholders for what is not made yet. */
function asComputed(resolved: Document): Document {
  return JSON.parse(JSON.stringify(resolved), (_, value: unknown) => {
    const [name, ...others] = typeof value === 'object' && value !== null ? Object.keys(value) : [];
    const isOpen = others.length === 0 && (name === 'Ref' || name?.startsWith('Fn::'));
    return isOpen ? '{{changeSet:KNOWN_AFTER_APPLY}}' : value;
  }) as Document;
}

/** The same choice for the same name, spread over the values. */
function pickBy(chosen: number): (name: string, count: number) => number {
  return (name, count) => {
    let hash = chosen;
    for (const character of name) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) >>> 0;
    return hash % count;
  };
}

function fail(what: string, pair: string, document: Document, detail: unknown): never {
  throw new Error(`${pair}: ${what}\n${JSON.stringify(particulars(document))}\n${JSON.stringify(detail)}`);
}
