interface Turn {
  readonly signature: string;
  readonly credits: number[];
}

/**
 * Takes turns between choices in proportion to their weights, spread as evenly as possible (smooth weighted round
 * robin): of 100 requests at weights 95 and 5, exactly 5 go to the second. A change of choices or weights starts anew.
 */
export class Rotation {
  private readonly turns = new Map<string, Turn>();

  /**
   * The choice whose turn it is.
   * @param key who takes turns, e.g. the ARN of a rule or a target group.
   * @param choices what there is to choose from.
   * @param identify a name for each choice, by which a change of choices is seen.
   * @param weigh weight of each choice, 0 or more.
   * @returns undefined when there are no choices with a weight above 0.
   */
  next<T>(
    key: string,
    choices: readonly T[],
    identify: (choice: T) => string,
    weigh: (choice: T) => number = () => 1,
  ): T | undefined {
    const weights = choices.map(weigh);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (total <= 0) return undefined;
    const signature = choices.map((choice, index) => `${identify(choice)}=${weights[index]}`).join(' ');
    let turn = this.turns.get(key);
    if (turn?.signature !== signature) {
      turn = { signature, credits: weights.map(() => 0) };
      this.turns.set(key, turn);
    }
    let chosen = -1;
    for (const [index, weight] of weights.entries()) {
      turn.credits[index]! += weight;
      if (weight > 0 && (chosen < 0 || turn.credits[index]! > turn.credits[chosen]!)) chosen = index;
    }
    turn.credits[chosen]! -= total;
    return choices[chosen];
  }
}
