/** What a soak found out about one invariant. */
export interface Finding {
  readonly invariant: string;
  /** How often it was looked at. */
  readonly checks: number;
  /** What was wrong, one line for each violation. */
  readonly violations: readonly string[];
}

/** Counts the checks of invariants and keeps what was wrong. */
export class Tally<Invariant extends string> {
  private readonly counts: ReadonlyMap<Invariant, { checks: number; violations: string[] }>;

  /** @param invariants in the order in which they are reported, those that are never checked too. */
  constructor(invariants: readonly Invariant[]) {
    this.counts = new Map(invariants.map((invariant) => [invariant, { checks: 0, violations: [] }]));
  }

  /** Record one check. @param problems what is wrong; empty when nothing is. */
  check(invariant: Invariant, problems: readonly string[]): void {
    const count = this.counts.get(invariant)!;
    count.checks++;
    count.violations.push(...problems);
  }

  findings(): Finding[] {
    return [...this.counts].map(([invariant, count]) => ({ invariant, ...count }));
  }
}
