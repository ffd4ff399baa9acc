import { type CheckResult, type LocatedFinding, outcomeOf } from '../command-line/result';

const WORDS = {
  refused: 'REFUSED',
  warning: 'warning',
  indeterminate: 'undecided',
  exempt: 'exempt',
} as const;

/** For people: one paragraph per finding, then what could not be seen, then one line of totals. */
export function text(result: CheckResult): string {
  const findings = result.findings.map(paragraph);
  const notices = result.notices.map(({ file, line, column, resource, type, because }) =>
    type === ''
      ? `${file}:${line}:${column} notice: ${because}.`
      : `${file}:${line}:${column} not checked: ${type} ${resource}, because ${because}.`,
  );
  const exemptions = result.exemptionNotices.map(
    ({ exemption, problem }) => `exemption of ${exemption.rule} (${exemption.owner}): ${problem}.`,
  );
  const { files, resources, passed, refused, warnings, indeterminate, exempt } = result.summary;
  const totals =
    `${count(files, 'template')}, ${count(resources, 'resource')}, profile ${result.profile}: ${refused} refused, ` +
    `${count(warnings, 'warning')}, ` +
    `${indeterminate} undecided, ${exempt} exempt, ${passed} passed`;
  return [...findings, ...notices, ...exemptions, totals].join('\n') + '\n';
}

function paragraph(finding: LocatedFinding): string {
  const { file, line, column, severity, message, exemption, isKnown } = finding;
  const excuse = exemption
    ? `\n  exempt by ${exemption.source}: ${exemption.reason}${exemption.expires === undefined ? '' : ` (until ${exemption.expires})`}`
    : isKnown
      ? '\n  known from the baseline'
      : '';
  return `${file}:${line}:${column} ${WORDS[outcomeOf(finding)]} ${severity.toLowerCase()} ${message}${excuse}`;
}

/** A number with its noun: `1 template`, `2 templates`. */
function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
