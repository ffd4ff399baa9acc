import { type CheckResult, type LocatedFinding, outcomeOf } from '../command-line/result';

/** For CI servers: one test suite per template, one failing test per refusal, one skipped test per other finding. */
export function junit({ files, findings, summary }: CheckResult): string {
  const suites = files.map((file) => {
    const own = findings.filter((finding) => finding.file === file.replaceAll('\\', '/'));
    const failures = own.filter((finding) => outcomeOf(finding) === 'refused').length;
    const counts = `tests="${Math.max(own.length, 1)}" failures="${failures}" skipped="${own.length - failures}"`;
    const cases =
      own.length > 0 ? own.map(testCase) : [`    <testcase classname="${escape(file)}" name="all rules"/>`];
    return [`  <testsuite name="${escape(file)}" ${counts}>`, ...cases, '  </testsuite>'].join('\n');
  });
  const head = `<testsuites name="org-ecs" failures="${summary.refused}">`;
  return ['<?xml version="1.0" encoding="UTF-8"?>', head, ...suites, '</testsuites>', ''].join('\n');
}

function testCase(finding: LocatedFinding): string {
  const { rule, resource, path, file, line, message, severity } = finding;
  const outcome = outcomeOf(finding);
  const name = escape(`${rule} ${resource}${path === '' ? '' : ` ${path}`}`);
  const detail =
    outcome === 'refused'
      ? `<failure type="${severity}" message="${escape(message)}">${escape(`${file}:${line}`)}</failure>`
      : `<skipped message="${escape(`${outcome}: ${message}`)}"/>`;
  return `    <testcase classname="${escape(file)}" name="${name}">${detail}</testcase>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Also leaves out control characters, which XML cannot hold. */
function escape(text: string): string {
  return text
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '')
    .replaceAll(/[&<>"]/g, (character) => ENTITIES[character]!);
}
