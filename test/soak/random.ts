/** Numbers that look random and are the same for the same seed. */
export class Random {
  private state: number;

  /** @param seed any whole number. */
  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** The next number, at least 0 and less than 1 (mulberry32, by Tommy Ettinger; public domain). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** One of the items. */
  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.next() * items.length)]!;
  }

  /** Another source of numbers, so that who draws from it does not disturb the others. */
  fork(): Random {
    return new Random(Math.floor(this.next() * 2 ** 32));
  }
}
