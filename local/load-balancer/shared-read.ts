/**
 * A read that simultaneous callers share. Each caller gets a result that was read after it asked, so nobody sees a
 * state older than its own question; callers who ask while a read is under way share the next one.
 */
export class SharedRead<T> {
  private running: Promise<T> | undefined;
  private next: Promise<T> | undefined;

  constructor(private readonly read: () => Promise<T>) {}

  /** The state now. Rejects with the error of the read. */
  get(): Promise<T> {
    if (!this.running) return this.start();
    this.next ??= this.running.then(
      () => this.startNext(),
      () => this.startNext(),
    );
    return this.next;
  }

  private startNext(): Promise<T> {
    this.next = undefined;
    return this.start();
  }

  private start(): Promise<T> {
    const run: Promise<T> = this.read().finally(() => {
      if (this.running === run && !this.next) this.running = undefined;
    });
    this.running = run;
    return run;
  }
}
