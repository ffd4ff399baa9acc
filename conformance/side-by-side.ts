import { PROFILES } from '../hooks/profiles';
import { ruleModules } from '../hooks/rule-files';
import { rules } from '../hooks/rules';
import { BLIND_SPOTS } from './blind-spots';
import { labelledCases } from './cases';
import { type GuardAnswer, readControls, runGuard } from './control-tower';
import { type BlindnessExplanation, controlTowerBlindness } from './disagreements';
import { type Answer, answerOf } from './judgement';

/** One input as Control Tower's rules and our own judge it. */
export interface Comparison {
  readonly rule: string;
  /** Where the input comes from: `blind spot`, `example`, or the name of a public tool. */
  readonly source: string;
  readonly input: string;
  readonly guard: GuardAnswer;
  readonly orgDefault: Answer;
  readonly controlTower: Answer;
}

interface Input extends Pick<Comparison, 'rule' | 'source' | 'input'> {
  readonly template: object;
}

/** Judge every input of a rule that has an equivalent in Control Tower by both, each input as a whole template. */
export async function compareWithControlTower(): Promise<Comparison[]> {
  const controls = await readControls();
  const equivalents = new Map(
    rules
      .filter(({ id }) => PROFILES['control-tower']!.rules?.[id]?.mode !== 'off')
      .map((rule) => [rule.id, (rule.equivalents?.['Control Tower'] ?? []).map((id) => controls.get(id)!)]),
  );
  const inputs = allInputs().filter(({ rule }) => equivalents.get(rule)?.length);
  const used = [...equivalents.values()].flat();
  const answers = await runGuard(
    inputs.map(({ template }) => template),
    used,
  );
  return inputs.map(({ rule, source, input, template }, index) => {
    const said = equivalents.get(rule)!.map(({ ruleName }) => answers[index]!.get(ruleName));
    return {
      rule,
      source,
      input,
      guard: said.includes('FAIL') ? 'FAIL' : said.includes('PASS') ? 'PASS' : 'SKIP',
      orgDefault: answerOf(rule, template, PROFILES['org-default']!),
      controlTower: answerOf(rule, template, PROFILES['control-tower']!),
    };
  });
}

function allInputs(): Input[] {
  const spots = BLIND_SPOTS.map((spot) => ({ ...spot, source: 'blind spot' }));
  const labelled = labelledCases.flatMap(({ rule, checks }) =>
    checks.flatMap(({ tool, pass, fail, skip }) =>
      [pass, fail, skip].flatMap((inputs) =>
        Object.entries(inputs ?? {}).map(([input, template]) => ({ rule, source: tool, input, template })),
      ),
    ),
  );
  return [...spots, ...exampleInputs(), ...labelled];
}

/** The examples of all rules, without those that need parameters of their own. */
function exampleInputs(): Input[] {
  return ruleModules().flatMap(({ rule, examples }) =>
    Object.values(examples())
      .flat()
      .filter(({ parameters }) => parameters === undefined)
      .map(({ title, template }) => ({ rule: rule.id, source: 'example', input: title, template })),
  );
}

/** Whether two answers say the same. What Guard skips it lets through. */
export function isSameAnswer(guard: GuardAnswer, ours: Answer): boolean {
  return (guard === 'FAIL') === (ours === 'fail') && ours !== 'indeterminate';
}

/** Why the profile control-tower does not answer as Control Tower; undefined when nobody has explained it. */
export function explanationOf({ rule, guard, controlTower }: Comparison): string | undefined {
  if (controlTower === 'indeterminate') return 'The value is not known; they answer all the same.';
  return explanationFor(rule, guard, controlTower)?.because;
}

/** Explanations that no comparison needs. */
export function unusedBlindness(comparisons: readonly Comparison[]): BlindnessExplanation[] {
  const used = new Set(
    comparisons
      .filter(({ guard, controlTower }) => !isSameAnswer(guard, controlTower))
      .map(({ rule, guard, controlTower }) => explanationFor(rule, guard, controlTower)),
  );
  return controlTowerBlindness.filter((explanation) => !used.has(explanation));
}

function explanationFor(rule: string, guard: GuardAnswer, ours: Answer): BlindnessExplanation | undefined {
  return controlTowerBlindness.find(
    (each) => each.rules.includes(rule) && each.guard === guard && each.ours === ours,
  );
}
