/** One decision that was taken in a world: which option, and whether the template would take it by itself. */
export interface Decision {
  readonly key: string;
  readonly label: string;
  /** True for the default, false for another option where there is a default, undefined where there is none. */
  readonly isDefault: boolean | undefined;
}

interface Step {
  readonly key: string;
  readonly labels: readonly string[];
  readonly defaultIndex: number;
  index: number;
}

/**
 * Enumerates the worlds that a computation distinguishes. The computation asks `choose` whenever its course depends on
 * something undecided; it is run again until every combination of answers that it asked for has been seen. Only what is
 * asked for multiplies, so a computation that asks nothing runs once.
 */
export class Choices {
  private readonly trail: Step[] = [];
  private readonly taken = new Map<string, number>();

  /** @param settled decisions of a surrounding computation, which hold here and are not tried again. */
  constructor(private readonly settled?: Choices) {}

  /** The option that is taken in this world already; undefined where nobody has asked yet. */
  takenOption(key: string): number | undefined {
    return this.taken.get(key) ?? this.settled?.takenOption(key);
  }

  /**
   * Decide between options; the same key always gets the same answer within one world.
   *
   * @param labels one description for each option, for messages; at least one.
   * @param defaultIndex the option that holds when nobody says otherwise, or -1.
   * @returns the index of the option to take.
   */
  choose(key: string, labels: readonly string[], defaultIndex: number): number {
    const known = this.takenOption(key);
    if (known !== undefined) return known;
    const position = this.taken.size;
    let step = this.trail[position];
    if (step === undefined) {
      step = { key, labels, defaultIndex, index: 0 };
      this.trail.push(step);
    }
    this.taken.set(key, step.index);
    return step.index;
  }

  /** The decisions of the current world, in the order in which they were needed. */
  decisions(): readonly Decision[] {
    return this.trail.slice(0, this.taken.size).map(({ key, labels, index, defaultIndex }) => ({
      key,
      label: labels[index] ?? '',
      isDefault: defaultIndex < 0 ? undefined : index === defaultIndex,
    }));
  }

  /** Whether the current world takes every default that there is. */
  followsDefaults(): boolean {
    for (let position = 0; position < this.taken.size; position++) {
      const step = this.trail[position]!;
      if (step.defaultIndex >= 0 && step.index !== step.defaultIndex) return false;
    }
    return true;
  }

  /** Go to the next world; false when all have been seen. */
  advance(): boolean {
    if (this.trail.length === 0) return false;
    this.trail.length = this.taken.size;
    this.taken.clear();
    while (this.trail.length > 0) {
      const last = this.trail[this.trail.length - 1]!;
      if (++last.index < last.labels.length) return true;
      this.trail.pop();
    }
    return false;
  }

  /** Forget everything, to enumerate the worlds of another computation. */
  reset(): void {
    if (this.trail.length > 0) this.trail.length = 0;
    if (this.taken.size > 0) this.taken.clear();
  }
}
