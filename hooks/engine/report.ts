import { evaluate, type Verdict } from './evaluate';
import type { AppliedExemption } from './applied-exemption';
import type { Exemptions } from './exemptions';
import { describe } from './message';
import { isAtLeast, SEVERITIES, type Severity } from './outcome';
import type { InputKind, Policy } from './policy';
import { byId, type Rule } from './rule';
import type { Notice, ResourceDeclaration, Template } from './template';

/** One thing that a rule found in one resource. */
export interface Finding {
  readonly rule: string;
  readonly status: 'fail' | 'indeterminate';
  readonly severity: Severity;
  /** Whether the policy refuses the deployment because of it. */
  readonly refused: boolean;
  /** Logical id. */
  readonly resource: string;
  readonly type: string;
  /** Property path within the resource, empty for the resource itself. */
  readonly path: string;
  readonly message: string;
  readonly remedy: string;
  readonly equivalents: Readonly<Record<string, readonly string[]>>;
  /** The exemption because of which it does not count. */
  readonly exemption?: AppliedExemption;
}

/** What a rule did on the input as a whole. */
export interface RuleSummary {
  readonly rule: Rule;
  readonly severity: Severity;
  readonly passed: number;
  readonly failed: number;
  readonly indeterminate: number;
}

/** The result of judging one input. */
export interface Report {
  /** Most severe first, refusals before the rest. */
  readonly findings: readonly Finding[];
  /** One entry for each rule that met a resource. */
  readonly rules: readonly RuleSummary[];
  /** Number of resources in the input. */
  readonly resources: number;
  /** What could not be seen into. */
  readonly notices: readonly Notice[];
}

/** What to judge, and as which kind of input. */
export interface Input {
  readonly kind: InputKind;
  readonly template: Template;
  readonly isSubject?: (resource: ResourceDeclaration, rule: Rule) => boolean;
  /** What other engines say about it. */
  readonly others?: readonly Verdict[];
  /** Logical id of the resource of another template that holds this one. */
  readonly within?: string;
  /** Templates that resources of this one hold; what is in them is not among the notices of this one. */
  readonly nested?: readonly Input[];
}

/** Judge an input, and the templates that it holds, by a policy. */
export function report(input: Input, policy: Policy, exemptions: Exemptions): Report {
  const own = reportOf(input, policy, exemptions);
  const nested = (input.nested ?? []).map((each) => report(each, policy, exemptions));
  if (nested.length === 0) return own;
  const seen = new Set(input.nested!.map(({ within }) => within?.split('/').pop()));
  return combined([
    { ...own, notices: own.notices.filter(({ resource }) => !seen.has(resource)) },
    ...nested,
  ]);
}

/** Several reports as one. */
function combined(reports: readonly Report[]): Report {
  const rules = new Map<string, RuleSummary>();
  for (const summary of reports.flatMap((each) => each.rules)) {
    const known = rules.get(summary.rule.id);
    rules.set(
      summary.rule.id,
      known === undefined
        ? summary
        : {
            ...known,
            passed: known.passed + summary.passed,
            failed: known.failed + summary.failed,
            indeterminate: known.indeterminate + summary.indeterminate,
          },
    );
  }
  return {
    findings: reports.flatMap(({ findings }) => findings).sort(byImportance),
    rules: [...rules.values()],
    resources: reports.reduce((sum, { resources }) => sum + resources, 0),
    notices: reports.flatMap(({ notices }) => notices),
  };
}

function reportOf(input: Input, policy: Policy, exemptions: Exemptions): Report {
  const verdicts = [
    ...evaluate(input.template, policy.rules, input.isSubject, policy.defaultsCount),
    ...(input.others ?? []),
  ];
  const findings: Finding[] = [];
  const counts = new Map<
    string,
    { rule: Rule; severity: Severity; passed: number; failed: number; indeterminate: number }
  >();
  for (const verdict of verdicts) {
    const { rule, severity } = verdict.active;
    let count = counts.get(rule.id);
    if (count === undefined)
      counts.set(rule.id, (count = { rule, severity, passed: 0, failed: 0, indeterminate: 0 }));
    if (verdict.status === 'pass') {
      count.passed++;
      continue;
    }
    const exemption = exemptions.applying(verdict, policy);
    count[exemption !== undefined ? 'passed' : verdict.status === 'fail' ? 'failed' : 'indeterminate']++;
    findings.push(...findingsOf(verdict, exemption, policy, input));
  }
  findings.sort(byImportance);
  return {
    findings,
    rules: [...counts.values()],
    resources: input.template.resources.size,
    notices: input.template.notices,
  };
}

function findingsOf(
  verdict: Verdict,
  exemption: AppliedExemption | undefined,
  policy: Policy,
  { kind, within }: Input,
): Finding[] {
  const { active, resource } = verdict;
  return verdict.problems.map((problem) => {
    const severity = problem.severity ?? active.severity;
    const counts = problem.status === 'fail' || policy.indeterminate[kind] === 'fail';
    return {
      rule: active.rule.id,
      status: problem.status,
      severity,
      refused:
        exemption === undefined && active.mode === 'fail' && counts && isAtLeast(severity, policy.refuseFrom),
      resource: [within, resource.logicalId].filter(Boolean).join('/'),
      type: resource.type,
      path: problem.at.resource === resource.logicalId ? problem.at.path : '',
      message: describe(verdict, problem, within),
      remedy: active.rule.remedy,
      equivalents: active.rule.equivalents ?? {},
      exemption,
    };
  });
}

function byImportance(left: Finding, right: Finding): number {
  return (
    Number(right.refused) - Number(left.refused) ||
    SEVERITIES.indexOf(left.severity) - SEVERITIES.indexOf(right.severity) ||
    byId(left.rule, right.rule)
  );
}
