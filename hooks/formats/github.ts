import { type CheckResult, outcomeOf } from '../command-line/result';

const COMMANDS = { refused: 'error', warning: 'warning', indeterminate: 'notice', exempt: 'notice' } as const;

/** For GitHub Actions: workflow commands that become annotations of the changed lines. */
export function github({ findings, summary }: CheckResult): string {
  const lines = findings.map((finding) => {
    const { file, line, column, rule, message } = finding;
    const properties = [
      `file=${property(file)}`,
      `line=${line}`,
      `col=${column}`,
      `title=${property(rule)}`,
    ].join(',');
    return `::${COMMANDS[outcomeOf(finding)]} ${properties}::${data(message)}`;
  });
  return [
    ...lines,
    `${summary.refused} refused, ${summary.warnings} warnings, ${summary.indeterminate} undecided`,
    '',
  ].join('\n');
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
