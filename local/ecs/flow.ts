/**
 * Things that go on in the background: each is a function that waits on the virtual clock or on changes of state, and
 * counts as work (see Clock.work) whenever it does not wait.
 */
import type { Clock } from '../clock';

/** Thrown out of a wait of a flow that was interrupted, with the reason that was given for it. */
export class Interrupted extends Error {
  constructor(readonly reason: unknown) {
    super('interrupted');
  }
}

/** A place to wait for the next change of something. */
export class Changes {
  private listeners = new Set<() => void>();

  /** Wake everybody who waits; each has to wait anew for the next change. */
  notify(): void {
    const woken = this.listeners;
    this.listeners = new Set();
    for (const wake of woken) wake();
  }

  /** Call `wake` at the next change. Returns a function that takes that back. */
  once(wake: () => void): () => void {
    this.listeners.add(wake);
    return () => this.listeners.delete(wake);
  }
}

/** One thing that goes on. Its waits throw {@link Interrupted} from the moment {@link interrupt} is called. */
export class Flow {
  private interruption: Interrupted | undefined;
  private abandonWait: (() => void) | undefined;
  private endWork: () => void = () => undefined;

  constructor(private readonly clock: Clock) {}

  /** Wait `duration` virtual milliseconds. */
  sleep(duration: number): Promise<void> {
    return this.wait((wake) => this.clock.schedule(duration, wake));
  }

  /** Wait until `condition` holds, looking again after each change. */
  async until(condition: () => boolean, changes: Changes): Promise<void> {
    this.throwIfInterrupted();
    while (!condition()) await this.nextChange(changes);
  }

  /** Wait for one change. */
  nextChange(changes: Changes): Promise<void> {
    return this.wait((wake) => changes.once(wake));
  }

  /** Make the present wait, or else the next one, throw. A second reason replaces one not yet thrown. */
  interrupt(reason: unknown): void {
    this.interruption = new Interrupted(reason);
    this.abandonWait?.();
  }

  /** Go on after an interruption, as when a deployment rolls back. */
  resume(): void {
    this.interruption = undefined;
  }

  /** Whether it was interrupted, and has not gone on since. For whoever was at work, not in a wait, at that time. */
  get isInterrupted(): boolean {
    return this.interruption !== undefined;
  }

  /** Run `body` to its end. An interruption ends it quietly, and so does any error after one. */
  async run(body: (flow: Flow) => Promise<void>): Promise<void> {
    this.beginWork();
    try {
      await body(this);
    } catch (error) {
      if (!(error instanceof Interrupted) && !this.interruption) throw error;
    } finally {
      this.endWork();
    }
  }

  private wait(subscribe: (wake: () => void) => () => void): Promise<void> {
    this.throwIfInterrupted();
    return new Promise((resolve, reject) => {
      const settle = (run: () => void) => {
        this.abandonWait = undefined;
        this.beginWork();
        run();
      };
      const unsubscribe = subscribe(() => settle(resolve));
      this.abandonWait = () => {
        unsubscribe();
        settle(() => reject(this.interruption));
      };
      this.endWork();
    });
  }

  private throwIfInterrupted(): void {
    if (this.interruption) throw this.interruption;
  }

  private beginWork(): void {
    void this.clock.work(() => new Promise<void>((resolve) => (this.endWork = resolve)));
  }
}

/** All flows of one engine. */
export class Flows {
  private readonly running = new Set<Flow>();

  constructor(private readonly clock: Clock) {}

  /** Start `body`; it runs up to its first wait before this returns. */
  start(body: (flow: Flow) => Promise<void>): Flow {
    const flow = new Flow(this.clock);
    this.running.add(flow);
    void flow.run(body).finally(() => this.running.delete(flow));
    return flow;
  }

  /** End all that goes on. */
  reset(): void {
    for (const flow of this.running) flow.interrupt('reset');
    this.running.clear();
  }
}
