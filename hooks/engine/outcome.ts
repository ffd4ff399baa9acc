import type { Evidence, Test } from './truth';

/** Severities as in the hook protocol's annotations, the most severe first. */
export const SEVERITIES = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFORMATIONAL'] as const;

/** How severe a finding is. */
export type Severity = (typeof SEVERITIES)[number];

/** Whether a severity is another one or more severe. */
export function isAtLeast(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(least);
}

/** Something a rule objects to, or cannot decide. */
export interface Problem {
  readonly status: 'fail' | 'indeterminate';
  /** The place to look at first. */
  readonly at: Evidence;
  /** Why it matters: a clause in plain English, no full stop. */
  readonly because: string;
  /** Severity of this problem, where it differs from the rule's. */
  readonly severity?: Severity;
  /** Decisions that lead to it, where it was judged as a part by itself. */
  readonly given?: readonly string[];
}

/** What a rule says about one resource in one world: its problems. None means that the resource passes. */
export type Outcome = readonly Problem[];

/** The resource passes. */
export const PASS: Outcome = Object.freeze([]);

/** What can be said about a problem apart from its place. */
export interface ProblemOptions {
  readonly severity?: Severity;
}

/** The rule fails when the test holds. */
export function forbids(test: Test, because: string, options: ProblemOptions = {}): Outcome {
  return test.truth === false ? PASS : problem(test, because, options);
}

/** The rule fails unless the test holds. */
export function requires(test: Test, because: string, options: ProblemOptions = {}): Outcome {
  return test.truth === true ? PASS : problem(test, because, options);
}

/**
 * Judge only where a test holds. When the test cannot be decided, what would be a failure is indeterminate, for want of
 * the value that the test needs.
 */
export function when(test: Test, outcome: () => Outcome): Outcome {
  if (test.truth === false) return PASS;
  if (test.truth === true) return outcome();
  const unknown = test.evidence.find((evidence) => evidence.unknown !== undefined) ?? test.evidence[0];
  return outcome().map((found) =>
    found.status === 'indeterminate' || unknown === undefined
      ? { ...found, status: 'indeterminate' }
      : { ...found, status: 'indeterminate', at: { ...found.at, unknown: unknown.unknown ?? unknown.found } },
  );
}

const NOWHERE: Evidence = { resource: '', path: '', found: 'nothing' };

function problem(test: Test, because: string, options: ProblemOptions): Outcome {
  const isUnknown = test.truth === 'unknown';
  const at =
    (isUnknown ? test.evidence.find(({ unknown }) => unknown !== undefined) : undefined) ?? test.evidence[0];
  return [{ status: isUnknown ? 'indeterminate' : 'fail', at: at ?? NOWHERE, because, ...options }];
}
