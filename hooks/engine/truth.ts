/** Three-valued truth. */
export type Truth = true | false | 'unknown';

/** A place in the input that an answer rests on. */
export interface Evidence {
  /** Logical id of the resource. */
  readonly resource: string;
  /** Property path within the resource, e.g. `LoadBalancerAttributes.0.Value`; empty for the resource itself. */
  readonly path: string;
  /** What was found there, fit to be shown. */
  readonly found: string;
  /** What would have to be known, when it could not be determined. */
  readonly unknown?: string;
}

/** The answer to a question about the input, with the places that decided it. */
export interface Test {
  readonly truth: Truth;
  readonly evidence: readonly Evidence[];
}

/** A test that does not hold, for want of anything that it could be about. */
export const NEVER: Test = { truth: false, evidence: [] };

/** A test that holds, whatever the input is. */
export const ALWAYS: Test = { truth: true, evidence: [] };

/** The opposite answer, on the same evidence. */
export function not(test: Test): Test {
  return test.truth === 'unknown' ? test : new CombinedTest(!test.truth, [test]);
}

/** Whether every test holds. No tests: true. */
export function all(...tests: readonly Test[]): Test {
  return combine(tests, false);
}

/** Whether at least one test holds. No tests: false. */
export function any(...tests: readonly Test[]): Test {
  return combine(tests, true);
}

/** Whether something holds for at least one item, as far as each answer is known. No items: false. */
export function anyTruth<T>(items: readonly T[], truthOf: (item: T) => Truth): Truth {
  let truth: Truth = false;
  for (const item of items) {
    const each = truthOf(item);
    if (each === true) return true;
    if (each === 'unknown') truth = each;
  }
  return truth;
}

/** `decisive` is the answer that settles the matter alone. */
function combine(tests: readonly Test[], decisive: boolean): Test {
  let undecided: Test | undefined;
  for (const test of tests) {
    if (test.truth === decisive) return test;
    if (test.truth === 'unknown') undecided ??= test;
  }
  return undecided ?? (tests.length === 1 ? tests[0]! : new CombinedTest(!decisive, tests));
}

/** Rests on the evidence of all its parts, which is gathered only when somebody asks. */
class CombinedTest implements Test {
  constructor(
    readonly truth: Truth,
    private readonly parts: readonly Test[],
  ) {}

  get evidence(): readonly Evidence[] {
    return this.parts.flatMap((part) => part.evidence);
  }
}
