import { Choices } from './choices';
import type { Outcome } from './outcome';
import { solvePart } from './solve';
import { holds } from './conditions';
import type { Resolved, Scope } from './scope';
import type { Template } from './template';
import type { Truth } from './truth';
import { Unknown } from './unknown';

/**
 * One assignment of a template's open parameters and conditions. A rule sees the template as if everything that the
 * assignment settles were known; `choices` records what it had to settle, and leads to the next assignment.
 */
export class World implements Scope {
  choices = new Choices();
  version = 0;
  /** False where there are too many combinations to try: what is open is then unknown, and parts are tried one by one. */
  isSplitting = true;
  readonly hasIntrinsics: boolean;
  /** CloudFormation would refuse the template in this world, so that nothing needs to be judged. */
  isRejected = false;
  private readonly evaluating = new Set<string>();

  /** @param defaultsCount parameters without other written values have their default. */
  constructor(
    readonly template: Template,
    private readonly defaultsCount = false,
  ) {
    this.hasIntrinsics = template.hasIntrinsics;
  }

  get explore(): ((judge: () => Outcome) => Outcome) | undefined {
    return this.isSplitting ? undefined : (judge) => solvePart(this, judge);
  }

  parameter(name: string): Resolved {
    const domain = this.template.domain(name);
    if (domain === undefined) return undefined;
    const labels = this.defaultsCount && domain.isOverridable ? domain.labels.slice(0, -1) : domain.labels;
    if (labels.length === 1) return domain.values[0];
    const key = `parameter ${name}`;
    const option = this.isSplitting
      ? this.choices.choose(key, labels, domain.defaultIndex)
      : this.choices.takenOption(key);
    return option === undefined
      ? new Unknown(`too many combinations decide; give a value for parameter ${name}`, {
          isUntried: true,
        })
      : domain.values[option];
  }

  isSecret(name: string): boolean {
    return this.template.isSecret(name);
  }

  condition(name: string): Truth {
    const expression = this.template.conditions[name];
    if (expression === undefined || this.evaluating.has(name)) return this.decide(`condition ${name}`);
    this.evaluating.add(name);
    try {
      return holds(expression, this);
    } finally {
      this.evaluating.delete(name);
    }
  }

  decide(key: string): Truth {
    if (!this.isSplitting && this.choices.takenOption(key) === undefined) return 'unknown';
    return this.choices.choose(key, [`${key} is true`, `${key} is false`], -1) === 0;
  }

  /** Whether a resource is there. This is always tried: a resource is not half there. */
  exists(condition: string | undefined): boolean {
    if (condition === undefined) return true;
    const wasSplitting = this.isSplitting;
    this.isSplitting = true;
    try {
      return this.condition(condition) === true;
    } finally {
      this.isSplitting = wasSplitting;
    }
  }

  mapping(name: string): Template['mappings'][string] | undefined {
    return this.template.mappings[name];
  }

  hasResource(logicalId: string): boolean {
    return this.template.resources.has(logicalId);
  }

  resource(logicalId: string): { type: string; properties: unknown } | undefined {
    const declaration = this.template.resources.get(logicalId);
    return declaration && { type: declaration.type, properties: declaration.properties };
  }

  rejectWorld(): void {
    this.isRejected = true;
  }

  /** Go to the next assignment; false when all that matter have been seen. */
  advance(): boolean {
    this.isRejected = false;
    this.version++;
    return this.choices.advance();
  }

  /** Forget all assignments, to judge something else. */
  reset(): void {
    this.isRejected = false;
    this.isSplitting = true;
    this.version++;
    this.choices.reset();
  }
}
