/**
 * Virtual time of the local AWS. Everything that waits (deployments, bake times, callback delays, provisioning) waits
 * here, so that an hour of AWS can pass in milliseconds and a test can stop the clock.
 */

/**
 * How virtual time passes.
 * - `{ rate: n }`: n virtual seconds in each real second.
 * - `manual`: only {@link Clock.advance} moves it.
 * - `jump`: when nothing is at work, it jumps to the next thing that is due.
 */
export type ClockMode = { readonly rate: number } | 'manual' | 'jump';

interface Timer {
  readonly due: number;
  readonly sequence: number;
  readonly run: () => void;
}

export class Clock {
  private timers: Timer[] = [];
  private sequence = 0;
  private working = 0;
  private virtual: number;
  private real: number;
  private wake: NodeJS.Timeout | NodeJS.Immediate | undefined;
  private idle: (() => void)[] = [];

  constructor(
    private mode: ClockMode = 'jump',
    start: number = Date.now(),
  ) {
    this.virtual = start;
    this.real = performance.now();
  }

  /** Virtual time in milliseconds since the epoch. */
  now(): number {
    if (typeof this.mode === 'object') {
      const real = performance.now();
      this.virtual += (real - this.real) * this.mode.rate;
      this.real = real;
    }
    return this.virtual;
  }

  /** Change how time passes from now on. */
  setMode(mode: ClockMode): void {
    this.now();
    this.mode = mode;
    this.real = performance.now();
    this.arrange();
  }

  /** Run `run` once, `delay` virtual milliseconds from now. Returns a function that cancels it. */
  schedule(delay: number, run: () => void): () => void {
    const timer: Timer = { due: this.now() + Math.max(0, delay), sequence: this.sequence++, run };
    this.timers.push(timer);
    this.timers.sort((a, b) => a.due - b.due || a.sequence - b.sequence);
    this.arrange();
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
      this.arrange();
    };
  }

  /** Resolve after `delay` virtual milliseconds. */
  sleep(delay: number): Promise<void> {
    return new Promise((resolve) => this.schedule(delay, resolve));
  }

  /**
   * Do work that takes no virtual time: in `jump` mode the clock stands still until it has ended. Whatever handles a
   * request or runs a handler does so inside `work`, and leaves it while it sleeps.
   */
  async work<T>(run: () => Promise<T>): Promise<T> {
    this.working++;
    try {
      return await run();
    } finally {
      this.leave();
    }
  }

  /**
   * Called from inside {@link work}: wait for something that needs virtual time to pass. The caller does not count as
   * being at work until it is there.
   */
  async pause<T>(awaited: Promise<T>): Promise<T> {
    this.leave();
    try {
      return await awaited;
    } finally {
      this.working++;
    }
  }

  /**
   * Move virtual time on by `milliseconds`, running everything that falls due, in order; what falls due next waits for
   * the work that the last one started. Must not be called from inside {@link work}.
   */
  async advance(milliseconds: number): Promise<void> {
    const end = this.now() + milliseconds;
    await this.settled();
    for (let next = this.timers[0]; next && next.due <= end; next = this.timers[0]) {
      this.fire(next);
      await this.settled();
    }
    this.virtual = Math.max(this.virtual, end);
    this.arrange();
  }

  /** Forget everything that waits. */
  reset(): void {
    this.timers = [];
    this.arrange();
  }

  /** Resolve once nothing is at work and every promise that is already resolved has run on. */
  async settled(): Promise<void> {
    await settle();
    while (this.working > 0) {
      await new Promise<void>((resolve) => this.idle.push(resolve));
      await settle();
    }
  }

  private leave(): void {
    this.working--;
    if (this.working === 0) for (const resume of this.idle.splice(0)) resume();
    this.arrange();
  }

  private fire(timer: Timer): void {
    this.timers = this.timers.filter((other) => other !== timer);
    this.virtual = Math.max(this.virtual, timer.due);
    timer.run();
  }

  private arrange(): void {
    if (this.wake) {
      clearTimeout(this.wake as NodeJS.Timeout);
      clearImmediate(this.wake as NodeJS.Immediate);
      this.wake = undefined;
    }
    const next = this.timers[0];
    if (!next || this.mode === 'manual') return;
    if (this.mode === 'jump') {
      if (this.working === 0) this.wake = setImmediate(() => this.jump());
      return;
    }
    const wait = Math.max(0, (next.due - this.now()) / this.mode.rate);
    this.wake = setTimeout(() => this.overdue(), Math.min(wait, 2 ** 31 - 1));
  }

  private jump(): void {
    this.wake = undefined;
    const next = this.timers[0];
    if (next && this.mode === 'jump' && this.working === 0) this.fire(next);
    this.arrange();
  }

  private overdue(): void {
    this.wake = undefined;
    const now = this.now();
    for (let next = this.timers[0]; next && next.due <= now; next = this.timers[0]) this.fire(next);
    this.arrange();
  }
}

/** Let promises that are already resolved run on. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
