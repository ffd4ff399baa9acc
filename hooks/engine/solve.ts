import { Choices } from './choices';
import type { Outcome, Problem } from './outcome';

/** Bound of the solver: this many combinations of parameters and conditions are tried for one question. */
export const MAXIMUM_WORLDS = 256;

/** A template whose open parts are settled one way at a time, as class World does it. */
export interface Worlds {
  choices: Choices;
  /** Counts the changes of what is settled. */
  version: number;
  /** False where what is open is unknown instead. */
  isSplitting: boolean;
  /** CloudFormation would refuse the template in this world. */
  isRejected: boolean;
  /** Go on to the next world. @returns false after the last one. */
  advance(): boolean;
}

/** What a judgement says in one world. */
export interface WorldOutcome {
  readonly problems: Outcome;
  readonly followsDefaults: boolean;
  readonly given: readonly string[];
}

/**
 * Judge in every world that matters. Where there are too many, what is open is unknown for the whole, and the items of
 * lists are judged one by one, each in its own worlds: what one item depends on does not multiply with what another
 * does.
 *
 * @param judge undefined where there is nothing to judge in a world.
 * @returns one outcome for each world, or the decisions that would have to be given when there are still too many.
 */
export function solve(
  world: Worlds,
  judge: () => Outcome | undefined,
): readonly WorldOutcome[] | { readonly open: readonly string[] } {
  world.isSplitting = true;
  const exact = enumerate(world, judge);
  if (exact !== undefined) return exact;
  const open = world.choices.decisions().map(({ key }) => key);
  world.choices.reset();
  world.isRejected = false;
  world.version++;
  world.isSplitting = false;
  return enumerate(world, judge) ?? { open };
}

function enumerate(world: Worlds, judge: () => Outcome | undefined): readonly WorldOutcome[] | undefined {
  const outcomes: WorldOutcome[] = [];
  let tried = 0;
  do {
    if (tried++ >= MAXIMUM_WORLDS) return undefined;
    const problems = judge();
    if (problems === undefined || world.isRejected) continue;
    outcomes.push({
      problems,
      followsDefaults: world.choices.followsDefaults(),
      given: problems.length === 0 ? [] : world.choices.decisions().map(({ label }) => label),
    });
  } while (world.advance());
  return outcomes;
}

/** Judge a part of a resource in its own worlds, within the decisions that hold already. */
export function solvePart(world: Worlds, judge: () => Outcome): Outcome {
  const { choices: outer, isRejected } = world;
  world.choices = new Choices(outer);
  world.version++;
  try {
    const solved = solve(world, judge);
    return 'open' in solved ? [tooMany(solved.open)] : summarise(solved).problems;
  } finally {
    world.choices = outer;
    world.isSplitting = false;
    world.isRejected = isRejected;
    world.version++;
  }
}

/** The problem of a question with too many combinations. */
export function tooMany(open: readonly string[], resource = ''): Problem {
  const named = open.slice(0, 5).join(', ');
  const unknown = `more than ${MAXIMUM_WORLDS} combinations decide${named === '' ? '' : ` (${named})`}`;
  const at = { resource, path: '', found: 'not decided', unknown };
  return { status: 'indeterminate', at, because: 'give values for the parameters to get an answer' };
}

/**
 * Fail when there is a failure whenever parameters and conditions have the values that the template itself gives them;
 * pass when every world passes; otherwise the answer depends on what nobody has decided yet.
 */
export function summarise(outcomes: readonly WorldOutcome[]): {
  readonly status: 'pass' | 'fail' | 'indeterminate';
  readonly problems: Outcome;
} {
  if (outcomes.every(({ problems }) => problems.length === 0)) return { status: 'pass', problems: [] };
  if (outcomes.length === 1) {
    const { problems } = outcomes[0]!;
    return { status: hasFailure(problems) ? 'fail' : 'indeterminate', problems };
  }
  const byDefault = outcomes.filter(({ followsDefaults }) => followsDefaults);
  const relevant = byDefault.length > 0 ? byDefault : outcomes;
  const fails = relevant.every(({ problems }) => hasFailure(problems));
  const considered = fails ? relevant : outcomes;
  const found = new Map<string, { problem: Problem; given: readonly string[]; worlds: number }>();
  for (const { problems, given } of considered) {
    for (const problem of problems) {
      const key = `${problem.at.path} ${problem.because}`;
      const known = found.get(key);
      if (known === undefined) found.set(key, { problem, given, worlds: 1 });
      else {
        known.worlds++;
        if (known.problem.status === 'indeterminate' && problem.status === 'fail')
          Object.assign(known, { problem, given });
      }
    }
  }
  const problems = [...found.values()].map(({ problem, given, worlds }): Problem => ({
    ...problem,
    status: fails ? problem.status : 'indeterminate',
    given: [...(worlds < considered.length ? given : []), ...(problem.given ?? [])],
  }));
  return { status: fails ? 'fail' : 'indeterminate', problems };
}

function hasFailure(problems: Outcome): boolean {
  return problems.some(({ status }) => status === 'fail');
}
