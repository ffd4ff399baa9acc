/**
 * `npm run conformance`: how the rules compare with the labelled tests of public tools, and with AWS Control Tower's
 * rules on the same inputs.
 */
import { BLIND_SPOTS } from './blind-spots';
import { columns } from './columns';
import { compareWithLabels, type LabelledResult, unusedExplanations } from './labelled';
import {
  type Comparison,
  compareWithControlTower,
  explanationOf,
  isSameAnswer,
  unusedBlindness,
} from './side-by-side';

const UNEXPLAINED = 'NOT EXPLAINED';

/** Rows by what they have in common, in the order in which they come. */
function groupBy<T>(items: readonly T[], key: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups];
}

function count<T>(items: readonly T[], test: (item: T) => boolean): number {
  return items.filter(test).length;
}

function printLabelled(results: readonly LabelledResult[]): void {
  const score = (group: readonly LabelledResult[]): (string | number)[] => [
    group.length,
    ...(['agree', 'indeterminate', 'disagree'] as const).map((agreement) =>
      count(group, (each) => each.agreement === agreement),
    ),
    count(group, isUnexplained),
  ];
  const groups = groupBy(results, ({ rule, tool, check }) => [rule, tool, check].join('\n'));
  console.log(
    'Labelled cases of public tools (profile org-default, parameters that ask the same question)\n',
  );
  console.log(
    columns([
      ['rule', 'tool', 'check', 'inputs', 'agree', 'indeterminate', 'disagree', 'unexplained'],
      ...groups.map(([key, group]) => [...key.split('\n'), ...score(group)]),
      ...groupBy(results, ({ tool }) => tool).map(([tool, group]) => ['all', tool, '', ...score(group)]),
      ['all', 'all', '', ...score(results)],
    ]),
  );
  console.log('\nWhere we do not agree\n');
  console.log(
    columns([
      ['rule', 'check', 'label', 'ours', 'input', 'why'],
      ...results
        .filter(({ agreement }) => agreement !== 'agree')
        .map(({ rule, check, label, answer, input, because }) => [
          ...[rule, check, label, answer, input],
          because ?? UNEXPLAINED,
        ]),
    ]),
  );
}

function isUnexplained({ agreement, because }: LabelledResult): boolean {
  return agreement !== 'agree' && because === undefined;
}

function printBlindSpots(comparisons: readonly Comparison[]): void {
  console.log("\nWhere Control Tower's rules are blind: cfn-guard and ours on the same inputs\n");
  console.log(
    columns([
      ['rule', 'cfn-guard', 'ours: org-default', 'ours: control-tower', 'right', 'input'],
      ...comparisons.map(({ rule, input, guard, orgDefault, controlTower }) => [
        ...[rule, guard, orgDefault, controlTower],
        rightAnswers(input).join(' or '),
        input,
      ]),
    ]),
  );
}

function rightAnswers(input: string): readonly string[] {
  return BLIND_SPOTS.find((spot) => spot.input === input)!.answers;
}

function printSideBySide(comparisons: readonly Comparison[]): void {
  const score = (group: readonly Comparison[]): number[] => [
    group.length,
    count(group, ({ guard }) => guard === 'SKIP'),
    count(group, ({ guard, orgDefault }) => isSameAnswer(guard, orgDefault)),
    count(group, ({ guard, controlTower }) => isSameAnswer(guard, controlTower)),
    count(group, ({ controlTower }) => controlTower === 'indeterminate'),
    count(group, isUnexplainedComparison),
  ];
  console.log("\nSide by side with Control Tower's rules: our examples and the labelled cases\n");
  console.log(
    columns([
      [
        'rule',
        'inputs',
        'cfn-guard skips',
        'org-default same',
        'control-tower same',
        'unknown',
        'unexplained',
      ],
      ...groupBy(comparisons, ({ rule }) => rule)
        .sort(([left], [right]) => left.localeCompare(right))
        .map(([rule, group]) => [rule, ...score(group)]),
      ['all', ...score(comparisons)],
    ]),
  );
  const differing = comparisons.filter(
    (each) => !isSameAnswer(each.guard, each.controlTower) && each.controlTower !== 'indeterminate',
  );
  console.log('\nWhere the profile control-tower knows better\n');
  console.log(
    columns([
      ['rule', 'cfn-guard', 'ours', 'input', 'why'],
      ...differing.map((each) => [
        ...[each.rule, each.guard, each.controlTower, each.input],
        explanationOf(each) ?? UNEXPLAINED,
      ]),
    ]),
  );
}

function isUnexplainedComparison(comparison: Comparison): boolean {
  return !isSameAnswer(comparison.guard, comparison.controlTower) && explanationOf(comparison) === undefined;
}

function isWrongAtBlindSpot({ input, orgDefault, controlTower }: Comparison): boolean {
  const right = rightAnswers(input);
  return !right.includes(orgDefault) || !right.includes(controlTower);
}

async function main(): Promise<number> {
  const labelled = compareWithLabels();
  const comparisons = await compareWithControlTower();
  const blindSpots = comparisons.filter(({ source }) => source === 'blind spot');
  const others = comparisons.filter(({ source }) => source !== 'blind spot');
  printLabelled(labelled);
  printBlindSpots(blindSpots);
  printSideBySide(others);
  const stale = [
    ...unusedExplanations(labelled),
    ...unusedBlindness(comparisons).map(({ rules, guard, ours }) => `${rules.join(', ')} ${guard} ${ours}`),
  ];
  for (const explanation of stale)
    console.log(`\nRemove the explanation of ${explanation}: there is no such disagreement.`);
  const wrong = count(blindSpots, isWrongAtBlindSpot);
  const unexplained = count(labelled, isUnexplained) + count(comparisons, isUnexplainedComparison);
  console.log(
    `\nconformance: ${labelled.length} labelled inputs, ${count(labelled, ({ agreement }) => agreement === 'agree')} agree; ` +
      `${comparisons.length} inputs beside Control Tower, ` +
      `${count(comparisons, ({ guard, controlTower }) => isSameAnswer(guard, controlTower))} same; ` +
      `${blindSpots.length - wrong} of ${blindSpots.length} blind spots right; ${unexplained} disagreements unexplained`,
  );
  return wrong + unexplained + stale.length === 0 ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`conformance failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  },
);
