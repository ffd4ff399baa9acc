import { Choices } from './choices';
import { holds } from './conditions';
import type { Resolved, Scope } from './scope';
import type { Template } from './template';

/**
 * One assignment of a template's open parameters and conditions. A rule sees the template as if everything that the
 * assignment settles were known; `choices` records what it had to settle, and leads to the next assignment.
 */
export class World implements Scope {
  readonly choices = new Choices();
  readonly hasIntrinsics: boolean;
  /** CloudFormation would refuse the template in this world, so that nothing needs to be judged. */
  isRejected = false;
  private readonly evaluating = new Set<string>();

  constructor(readonly template: Template) {
    this.hasIntrinsics = template.hasIntrinsics;
  }

  parameter(name: string): Resolved {
    const domain = this.template.domain(name);
    if (domain === undefined || domain.values.length === 1) return domain?.values[0];
    return domain.values[this.choices.choose(`parameter ${name}`, domain.labels, domain.defaultIndex)];
  }

  isSecret(name: string): boolean {
    return this.template.isSecret(name);
  }

  condition(name: string): boolean {
    const expression = this.template.conditions[name];
    if (expression === undefined || this.evaluating.has(name)) return this.decide(`condition ${name}`);
    this.evaluating.add(name);
    try {
      return holds(expression, this);
    } finally {
      this.evaluating.delete(name);
    }
  }

  decide(key: string): boolean {
    return this.choices.choose(key, [`${key} is true`, `${key} is false`], -1) === 0;
  }

  mapping(name: string): Template['mappings'][string] | undefined {
    return this.template.mappings[name];
  }

  hasResource(logicalId: string): boolean {
    return this.template.resources.has(logicalId);
  }

  rejectWorld(): void {
    this.isRejected = true;
  }

  /** Go to the next assignment; false when all that matter have been seen. */
  advance(): boolean {
    this.isRejected = false;
    return this.choices.advance();
  }

  /** Forget all assignments, to judge something else. */
  reset(): void {
    this.isRejected = false;
    this.choices.reset();
  }
}
