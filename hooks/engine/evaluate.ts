import type { Outcome, Problem, Severity } from './outcome';
import { Relations, Resource, Stack } from './resource';
import type { Mode, Rule } from './rule';
import type { ResourceDeclaration, Template } from './template';
import { solve, summarise, tooMany } from './solve';
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

export { MAXIMUM_WORLDS } from './solve';

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
 * @param defaultsCount parameters have their defaults; otherwise whoever deploys may override them.
 * @returns one verdict per judged pair, in the order of the template. Never throws because of a rule: a rule that
 * throws fails the resource.
 */
export function evaluate(
  template: Template,
  rules: RuleSet,
  isSubject: (resource: ResourceDeclaration, rule: Rule) => boolean = () => true,
  defaultsCount = false,
): Verdict[] {
  const verdicts: Verdict[] = [];
  const world = new World(template, defaultsCount);
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

/** Judge one resource by one rule; undefined when the resource can never exist. */
function judge(
  active: ActiveRule,
  resource: ResourceDeclaration,
  world: World,
  stack: Stack,
): Verdict | undefined {
  world.reset();
  const solved = solve(world, () =>
    world.exists(resource.condition) ? check(active, new Resource(world, resource), stack) : undefined,
  );
  if ('open' in solved) {
    const problems = [{ ...tooMany(solved.open, resource.logicalId), given: [] }];
    return { active, resource, status: 'indeterminate', problems };
  }
  if (solved.length === 0) return undefined;
  const { status, problems } = summarise(solved);
  const { rewrittenResources } = world.template;
  if (status === 'pass' && rewrittenResources !== undefined)
    return { active, resource, status: 'indeterminate', problems: [rewritten(resource, rewrittenResources)] };
  return {
    active,
    resource,
    status,
    problems:
      problems.length === 0
        ? NO_PROBLEMS
        : problems.map((problem) => ({ ...problem, given: problem.given ?? [] })),
  };
}
const NO_PROBLEMS: readonly JudgedProblem[] = [];

/** What is wrong in the template is refused as it is written; what is right there may be wrong after a macro. */
function rewritten({ logicalId }: ResourceDeclaration, unknown: string): JudgedProblem {
  const at = { resource: logicalId, path: '', found: 'complies as it is written', unknown };
  return { status: 'indeterminate', at, because: 'what the macro makes of it breaks the rule', given: [] };
}

function check({ rule, parameters }: ActiveRule, resource: Resource, stack: Stack): Outcome {
  try {
    return rule.check({ resource, stack, parameters });
  } catch (error) {
    const because = `the rule itself failed (${error instanceof Error ? error.name : 'unknown error'}); report it to whoever maintains it`;
    return [{ status: 'fail', at: resource.answer(false).evidence[0]!, because }];
  }
}
