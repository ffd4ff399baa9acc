import type { Verdict } from './evaluate';
import type { Policy } from './policy';
import type { Rule } from './rule';
import type { AppliedExemption } from './applied-exemption';
import { templateExemption } from './template-exemptions';
import { matchesPattern } from './unknown';

/** A central exemption, as the governance team writes it. */
export interface Exemption {
  /** Id of the rule. */
  readonly rule: string;
  /** Pattern of account ids, `*` for any characters. Default: every account. */
  readonly account?: string;
  /** Pattern of stack names. Default: every stack. */
  readonly stack?: string;
  /** Pattern of logical ids. Default: every resource. */
  readonly resource?: string;
  readonly reason: string;
  /** Who answers for it. */
  readonly owner: string;
  /** Last day on which it holds, as YYYY-MM-DD. */
  readonly expires: string;
}

/** Where an input would be deployed, as far as it is known. */
export interface Destination {
  readonly account?: string;
  readonly stack?: string;
}

/** A central exemption that did nothing, and why that deserves attention. */
export interface ExemptionNotice {
  readonly exemption: Exemption;
  readonly problem: string;
}

/** The central exemptions in force for one input; remembers which were used. */
export class Exemptions {
  private readonly inForce: readonly Exemption[];
  private readonly used = new Set<Exemption>();

  /**
   * @param today as YYYY-MM-DD; exemptions hold up to and including the day on which they expire.
   */
  constructor(
    private readonly list: readonly Exemption[] = [],
    private readonly destination: Destination = {},
    private readonly today = currentDate(),
  ) {
    this.inForce = list.filter((exemption) => !isExpired(exemption, today) && this.isHere(exemption));
  }

  /** The exemption that applies to a verdict, if any: central ones first, then those of the template. */
  applying({ active: { rule }, resource }: Verdict, policy: Policy): AppliedExemption | undefined {
    if (policy.neverExempt.has(rule.id)) return undefined;
    for (const exemption of this.inForce) {
      if (
        (exemption.rule !== rule.id && exemption.rule !== rule.group) ||
        !fits(exemption.resource, resource.logicalId)
      )
        continue;
      this.used.add(exemption);
      const { reason, owner, expires } = exemption;
      return { source: 'central', reason, owner, expires };
    }
    return templateExemption(rule, resource.metadata, policy.templateExemptions, this.today);
  }

  /**
   * The exemptions that are misspelt, expired, forbidden or not used by the inputs judged so far.
   *
   * @param catalogue all rules, also those that are off.
   */
  notices(catalogue: readonly Rule[], policy: Policy): ExemptionNotice[] {
    return this.list.flatMap((exemption) => {
      const problem = this.problemOf(exemption, catalogue, policy);
      return problem === undefined ? [] : [{ exemption, problem }];
    });
  }

  private problemOf(exemption: Exemption, catalogue: readonly Rule[], policy: Policy): string | undefined {
    const standing = standingProblem(exemption, catalogue, policy, this.today);
    if (standing !== undefined || !this.isHere(exemption) || this.used.has(exemption)) return standing;
    return 'nothing in this input needs it';
  }

  private isHere({ account, stack }: Exemption): boolean {
    return fits(account, this.destination.account) && fits(stack, this.destination.stack);
  }
}

/**
 * Why a central exemption has no effect whatever is judged: it is misspelt, forbidden or expired. Undefined when it has.
 *
 * @param catalogue all rules, also those that are off.
 * @param today as YYYY-MM-DD.
 */
export function standingProblem(
  exemption: Exemption,
  catalogue: readonly Rule[],
  policy: Policy,
  today = currentDate(),
): string | undefined {
  if (!catalogue.some(({ id, group }) => id === exemption.rule || group === exemption.rule)) {
    const nearest = nearestId(exemption.rule, catalogue);
    return `no rule is called ${exemption.rule}${nearest === undefined ? '' : ` (the nearest is ${nearest})`}`;
  }
  if (policy.neverExempt.has(exemption.rule)) return `${exemption.rule} allows no exemptions`;
  return isExpired(exemption, today) ? `it expired after ${exemption.expires}` : undefined;
}

/** What the governance team should know of exemptions that have no effect: one message for each. */
export function idleExemptions(
  exemptions: readonly Exemption[],
  catalogue: readonly Rule[],
  policy: Policy,
): string[] {
  return exemptions.flatMap((exemption) => {
    const problem = standingProblem(exemption, catalogue, policy);
    return problem === undefined
      ? []
      : [`Exemption from ${exemption.rule}, owner ${exemption.owner}, has no effect: ${problem}.`];
  });
}

function isExpired({ expires }: Exemption, today: string): boolean {
  return expires < today;
}

/** As YYYY-MM-DD in UTC. */
function currentDate(): string {
  return new Date().toISOString().slice(0, 10);
}

function fits(pattern: string | undefined, value: string | undefined): boolean {
  if (pattern === undefined || pattern === '*') return true;
  return value !== undefined && matchesPattern(value, pattern) === true;
}

/** The id that differs least in spelling, when it is near enough to be meant. */
export function nearestId(id: string, catalogue: readonly Rule[]): string | undefined {
  const wanted = id.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
  let best: { id: string; distance: number } | undefined;
  for (const rule of catalogue) {
    const distance = editDistance(wanted, rule.id.replaceAll('-', ''));
    if (best === undefined || distance < best.distance) best = { id: rule.id, distance };
  }
  return best !== undefined && best.distance <= 2 ? best.id : undefined;
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const replaced = row[j - 1]! + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[right.length]!;
}
