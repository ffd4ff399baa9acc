import { type CheckResult, type LocatedFinding, outcomeOf } from '../command-line/result';
import type { Presentation } from './presentation';

const WORDS = {
  refused: 'REFUSED',
  warning: 'warning',
  indeterminate: 'undecided',
  exempt: 'exempt',
} as const;
type Kind = keyof typeof WORDS;

/** The worst first. */
const ORDER: readonly Kind[] = ['refused', 'warning', 'indeterminate', 'exempt'];

/** Colours of a terminal, as SGR codes. */
const COLOURS: Readonly<Record<Kind | 'heading', string>> = {
  refused: '31;1',
  warning: '33',
  indeterminate: '36',
  exempt: '2',
  heading: '1',
};

/** For people: findings by file and resource, the worst first; what could not be seen; what to do next; totals. */
export function text(result: CheckResult, presentation: Presentation): string {
  const paint = (kind: Kind | 'heading', words: string): string =>
    presentation.isTerminal ? `\u001b[${COLOURS[kind]}m${words}\u001b[0m` : words;
  const isShown = (finding: LocatedFinding): boolean =>
    presentation.detail !== 'quiet' || outcomeOf(finding) === 'refused';
  const explained = new Set<string>();
  const rationales = new Map(result.rules.map((rule) => [rule.id, rule.rationale]));
  const line = (finding: LocatedFinding): string[] => {
    const kind = outcomeOf(finding);
    const head = `${finding.line}:${finding.column} ${WORDS[kind]} ${finding.severity.toLowerCase()}`;
    const rationale = rationales.get(finding.rule);
    const isNew = presentation.explain && rationale !== undefined && !explained.has(finding.rule);
    explained.add(finding.rule);
    return [
      `    ${paint(kind, head)} ${withoutResource(finding)}`,
      ...(isNew ? [`      Why: ${rationale}`] : []),
      ...excuse(finding).map((words) => `      ${words}`),
    ];
  };
  const shown = result.findings.filter(isShown);
  const files = groupBy(shown, ({ file }) => file).map(([file, ofFile]) => [
    paint('heading', file),
    ...groupBy(ofFile, ({ resource }) => resource).flatMap(([resource, ofResource]) => [
      `  ${resource === '' ? 'the file' : `${resource} (${ofResource[0]!.type})`}`,
      ...ofResource.sort(byOutcome).flatMap(line),
    ]),
  ]);
  const notices =
    presentation.detail === 'quiet'
      ? []
      : result.notices.map(({ file, line: at, column, resource, type, because }) =>
          type === ''
            ? `${file}:${at}:${column} notice: ${because}.`
            : `${file}:${at}:${column} not checked: ${type} ${resource}, because ${because}.`,
        );
  const exemptions = result.exemptionNotices.map(
    ({ exemption, problem }) => `exemption of ${exemption.rule} (${exemption.owner}): ${problem}.`,
  );
  return (
    [
      ...files.flat(),
      ...notices,
      ...exemptions,
      ...passedRules(result, presentation),
      ...nextStep(result),
      totals(result),
    ].join('\n') + '\n'
  );
}

function byOutcome(left: LocatedFinding, right: LocatedFinding): number {
  return ORDER.indexOf(outcomeOf(left)) - ORDER.indexOf(outcomeOf(right));
}

/** The message without the resource, which is the heading. */
function withoutResource({ rule, resource, type, message }: LocatedFinding): string {
  const prefix = `${rule} ${resource} (${type}) `;
  return message.startsWith(prefix) ? `${rule} ${message.slice(prefix.length)}` : message;
}

function excuse({ exemption, isKnown }: LocatedFinding): string[] {
  if (exemption !== undefined) {
    const until = exemption.expires === undefined ? '' : ` (until ${exemption.expires})`;
    return [`exempt by ${exemption.source}: ${exemption.reason}${until}`];
  }
  return isKnown ? ['known from the baseline'] : [];
}

/** With all details, the rules that found nothing to object to. */
function passedRules({ rules, findings }: CheckResult, { detail }: Presentation): string[] {
  if (detail !== 'verbose') return [];
  const objecting = new Set(findings.map(({ rule }) => rule));
  const passed = rules.filter(({ id }) => !objecting.has(id)).map(({ id }) => id);
  return [`no objection by ${passed.length > 0 ? passed.join(', ') : 'any rule'}`];
}

/** What whoever reads this does next. */
function nextStep({ findings, summary }: CheckResult): string[] {
  const first = findings.find((finding) => outcomeOf(finding) === 'refused');
  if (summary.unreadable > 0) return ['Next: correct the files that are no templates.'];
  if (first !== undefined)
    return [`Next: correct what is refused; org-ecs explain ${first.rule} says why a rule is there.`];
  if (summary.indeterminate > 0)
    return ['Next: give values with --parameters to get answers to what is undecided.'];
  return [];
}

function totals({ profile, summary }: CheckResult): string {
  const { files, resources, passed, refused, warnings, indeterminate, exempt } = summary;
  return (
    `${count(files, 'template')}, ${count(resources, 'resource')}, profile ${profile}: ${refused} refused, ` +
    `${count(warnings, 'warning')}, ${indeterminate} undecided, ${exempt} exempt, ${passed} passed`
  );
}

/** A number with its noun: `1 template`, `2 templates`. */
function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return [...groups];
}
