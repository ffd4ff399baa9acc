import type { Clock } from '../../local/clock';

/** Real milliseconds between two looks. */
const PAUSE = 20;

/**
 * Look again and again, in real time, until there is something to see. For what other processes do; what the local AWS does
 * is waited for on its clock.
 *
 * @param what is waited for, as the error names it.
 * @param look answers undefined, false or null as long as it is not there.
 * @param seconds after which nobody waits any more; many times of what it takes, for busy machines.
 * @returns what `look` has answered.
 * @throws Error that says what was waited for.
 */
export async function eventually<Seen>(
  what: string,
  look: () => Promise<Seen> | Seen,
  seconds = 60,
): Promise<NonNullable<Exclude<Seen, false>>> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false && seen !== null) {
      return seen as NonNullable<Exclude<Seen, false>>;
    }
    if (performance.now() > end) throw new Error(`Waited ${seconds} s in vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/**
 * Look again and again, on the clock of the local AWS, until something holds.
 *
 * @param what is waited for, as the error names it.
 * @param everySeconds virtual seconds between two looks.
 * @param hours virtual hours after which nobody waits any more.
 * @throws Error that says what was waited for.
 */
export async function inVirtualTime(
  clock: Clock,
  what: string,
  look: () => Promise<boolean>,
  everySeconds = 5,
  hours = 12,
): Promise<void> {
  const end = clock.now() + hours * 3_600_000;
  while (!(await look())) {
    if (clock.now() > end) throw new Error(`Waited ${hours} virtual hours in vain: ${what}.`);
    await clock.sleep(everySeconds * 1000);
  }
}
