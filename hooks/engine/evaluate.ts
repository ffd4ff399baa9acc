import type { Outcome, Problem, Severity } from './outcome';
import { Relations, Resource, Stack } from './resource';
import type { Mode, Rule } from './rule';
import type { ResourceDeclaration, Template } from './template';
import { World } from './world';

/** A rule as a profile configures it. */
export interface ActiveRule {
  readonly rule: Rule;
  readonly mode: Exclude<Mode, 'off'>;
  readonly severity: Severity;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** A rule's judgement of one resource over all worlds. */
export interface Verdict {
  readonly active: ActiveRule;
  readonly resource: ResourceDeclaration;
  readonly status: 'pass' | 'fail' | 'indeterminate';
  /** Empty exactly when the status is pass. */
  readonly problems: readonly JudgedProblem[];
}

/** A problem, with the assumptions under which it arises. */
export interface JudgedProblem extends Problem {
  /** Decisions that lead to it, e.g. `parameter Stage is "prod"`; empty when it does not depend on any. */
  readonly given: readonly string[];
}

/** Bound of the solver: this many combinations of parameters and conditions are tried per rule and resource. */
export const MAXIMUM_WORLDS = 256;

/** A set of active rules, prepared so that each resource meets only the rules of its type. */
export class RuleSet {
  private readonly byType = new Map<string, ActiveRule[]>();

  constructor(readonly rules: readonly ActiveRule[]) {
    for (const active of rules) {
      for (const type of active.rule.targets) {
        const sameType = this.byType.get(type);
        if (sameType === undefined) this.byType.set(type, [active]);
        else sameType.push(active);
      }
    }
  }

  /** The rules that judge resources of a type. */
  forType(type: string): readonly ActiveRule[] {
    return this.byType.get(type) ?? NO_RULES;
  }
}
const NO_RULES: readonly ActiveRule[] = [];

/**
 * Judge a template by a set of rules.
 *
 * @param isSubject which pairs of resource and rule to judge; default all.
 * @returns one verdict per judged pair, in the order of the template. Never throws because of a rule: a rule that
 * throws fails the resource.
 */
export function evaluate(
  template: Template,
  rules: RuleSet,
  isSubject: (resource: ResourceDeclaration, rule: Rule) => boolean = () => true,
): Verdict[] {
  const verdicts: Verdict[] = [];
  const world = new World(template);
  const stack = new Stack(world, new Relations(template));
  for (const declaration of template.resources.values()) {
    for (const active of rules.forType(declaration.type)) {
      if (!isSubject(declaration, active.rule)) continue;
      const verdict = judge(active, declaration, world, stack);
      if (verdict !== undefined) verdicts.push(verdict);
    }
  }
  return verdicts;
}

interface WorldOutcome {
  readonly problems: Outcome;
  readonly followsDefaults: boolean;
  readonly given: readonly string[];
}

/** Judge one resource by one rule; undefined when the resource can never exist. */
function judge(
  active: ActiveRule,
  declaration: ResourceDeclaration,
  world: World,
  stack: Stack,
): Verdict | undefined {
  const outcomes: WorldOutcome[] = [];
  let tried = 0;
  world.reset();
  for (;;) {
    if (declaration.condition === undefined || world.condition(declaration.condition)) {
      const problems = check(active, new Resource(world, declaration), stack);
      if (!world.isRejected) {
        outcomes.push({
          problems,
          followsDefaults: world.choices.followsDefaults(),
          given: problems.length === 0 ? [] : world.choices.decisions().map(({ label }) => label),
        });
      }
    }
    if (!world.advance()) break;
    if (++tried >= MAXIMUM_WORLDS) return beyondBound(active, declaration);
  }
  const [only, ...others] = outcomes;
  if (only === undefined) return undefined;
  return others.length === 0
    ? decided(active, declaration, only.problems)
    : summarise(active, declaration, outcomes);
}

function check({ rule, parameters }: ActiveRule, resource: Resource, stack: Stack): Outcome {
  try {
    return rule.check({ resource, stack, parameters });
  } catch (error) {
    const because = `the rule itself failed (${error instanceof Error ? error.name : 'unknown error'}); report it to whoever maintains it`;
    return [{ status: 'fail', at: resource.answer(false).evidence[0]!, because }];
  }
}

/** The verdict where nothing is left to decide. */
function decided(active: ActiveRule, resource: ResourceDeclaration, problems: Outcome): Verdict {
  if (problems.length === 0) return { active, resource, status: 'pass', problems: NO_PROBLEMS };
  const status = problems.some((problem) => problem.status === 'fail') ? 'fail' : 'indeterminate';
  return { active, resource, status, problems: problems.map((problem) => ({ ...problem, given: [] })) };
}
const NO_PROBLEMS: readonly JudgedProblem[] = [];

/**
 * Fail when the resource fails whenever parameters and conditions have the values that the template itself gives them;
 * pass when it passes in every world; otherwise the answer depends on what nobody has decided yet.
 */
function summarise(
  active: ActiveRule,
  resource: ResourceDeclaration,
  outcomes: readonly WorldOutcome[],
): Verdict {
  if (outcomes.every(({ problems }) => problems.length === 0))
    return { active, resource, status: 'pass', problems: [] };
  const byDefault = outcomes.filter(({ followsDefaults }) => followsDefaults);
  const relevant = byDefault.length > 0 ? byDefault : outcomes;
  const fails = relevant.every(({ problems }) => problems.some(({ status }) => status === 'fail'));
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
  const problems = [...found.values()].map(({ problem, given, worlds }): JudgedProblem => ({
    ...problem,
    status: fails ? problem.status : 'indeterminate',
    given: worlds < considered.length ? given : [],
  }));
  return { active, resource, status: fails ? 'fail' : 'indeterminate', problems };
}

function beyondBound(active: ActiveRule, resource: ResourceDeclaration): Verdict {
  const unknown = `more than ${MAXIMUM_WORLDS} combinations of parameters and conditions decide`;
  const at = { resource: resource.logicalId, path: '', found: `of type ${resource.type}`, unknown };
  const because = 'give values for the parameters to get an answer';
  return {
    active,
    resource,
    status: 'indeterminate',
    problems: [{ status: 'indeterminate', at, because, given: [] }],
  };
}
