import { type CheckResult, type LocatedFinding, outcomeOf } from '../command-line/result';
import type { Severity } from '../engine/outcome';
import { byId, type Rule } from '../engine/rule';

/** Scores by which code scanning sorts, as GitHub reads them: above 9 critical, above 7 high, above 4 medium. */
const SCORES: Readonly<Record<Severity, string>> = {
  CRITICAL: '9.5',
  HIGH: '8.0',
  MEDIUM: '5.0',
  LOW: '2.0',
  INFORMATIONAL: '0.0',
};

const LEVELS = { refused: 'error', warning: 'warning', indeterminate: 'note', exempt: 'note' } as const;

/** For code scanning: SARIF 2.1.0. */
export function sarif(result: CheckResult): string {
  const rules = [...result.rules].sort((left, right) => byId(left.id, right.id));
  const index = new Map(rules.map((rule, position) => [rule.id, position]));
  const run = {
    tool: {
      driver: {
        name: 'org-ecs',
        informationUri: 'https://docs.aws.amazon.com/cloudformation-cli/latest/hooks-userguide/',
        rules: rules.map(descriptor),
      },
    },
    columnKind: 'utf16CodeUnits',
    results: result.findings.map((finding) => resultOf(finding, index.get(finding.rule) ?? -1)),
  };
  return (
    JSON.stringify(
      { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] },
      null,
      2,
    ) + '\n'
  );
}

function descriptor(rule: Rule): object {
  return {
    id: rule.id,
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.rationale },
    help: { text: rule.remedy },
    helpUri: rule.source,
    properties: { 'security-severity': SCORES[rule.severity], tags: ['security', 'cloudformation'] },
  };
}

function resultOf(finding: LocatedFinding, ruleIndex: number): object {
  const { rule, message, file, line, column, resource, path, exemption, isKnown } = finding;
  const suppressions = exemption
    ? [{ kind: exemption.source === 'central' ? 'external' : 'inSource', justification: exemption.reason }]
    : isKnown
      ? [{ kind: 'external', justification: 'known from the baseline' }]
      : [];
  return {
    ruleId: rule,
    ruleIndex,
    kind: finding.status === 'fail' ? 'fail' : 'open',
    // A result that is not a failure has no level.
    level: finding.status === 'fail' ? LEVELS[outcomeOf(finding)] : 'none',
    message: { text: message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file) },
          region: { startLine: line, startColumn: column },
        },
        logicalLocations: [
          { fullyQualifiedName: path === '' ? resource : `${resource}.${path}`, kind: 'resource' },
        ],
      },
    ],
    partialFingerprints: { 'finding/v1': [rule, file, resource, path].join('|') },
    suppressions,
  };
}

function uriOf(file: string): string {
  return file === '-' ? 'stdin' : file.split('/').map(encodeURIComponent).join('/');
}
