import type { AnyComponent, ApplyScope, Scope } from './component';
import { done, wait, type Outcome, type Wait } from './outcome';

/** What was observed of each component, by kind; absent components are left out. */
export type Observations = Readonly<Record<string, unknown>>;

/** A component that an invocation ended waiting for. */
export interface Pending {
  readonly kind: string;
  readonly token: string;
}

/** Result of {@link converge} and {@link teardown}: what is there now, or what is waited for. */
export type Convergence =
  | { readonly status: 'done'; readonly observations: Observations }
  | {
      readonly status: 'wait';
      readonly reason: string;
      readonly seconds: number;
      readonly pending: readonly Pending[];
    };

/** Tells whether there is time for another step in this invocation. */
export type HasTime = () => boolean;

/** Seconds after which a reconciliation that ran out of time goes on: at once. */
const OUT_OF_TIME: Wait = wait('time for the next step', 0);

/**
 * Look at every component, each as soon as those it needs were looked at. Changes nothing.
 *
 * @throws the first error, in the order of the components, once all looks have ended.
 */
export async function observe(components: readonly AnyComponent[], scope: Scope): Promise<Observations> {
  const looks = await inOrder(components, forward, async (component, found) =>
    done(await component.observe(scope, found)),
  );
  return present(looks);
}

/**
 * Bring AWS to the specification: observe everything, so that an obstacle is found before anything is made, then
 * apply each component as soon as those it needs are there, then prune what is no longer needed.
 */
export async function converge(
  components: readonly AnyComponent[],
  scope: ApplyScope,
  pending: readonly Pending[],
  hasTime: HasTime,
): Promise<Convergence> {
  const still = await poll(components, scope, pending);
  if (still) return still;

  const found = await observe(components, scope);
  const applied = await inOrder(components, forward, (component, needs) =>
    hasTime() ? component.apply(scope, needs, found[component.kind]) : Promise.resolve(OUT_OF_TIME),
  );
  const unfinished = waiting(components, applied);
  if (unfinished) return unfinished;

  const observations = present(applied);
  const pruned = await inOrder(components, backward, async (component) =>
    component.prune ? component.prune(scope, observations, observations[component.kind]) : done(undefined),
  );
  return waiting(components, pruned) ?? { status: 'done', observations };
}

/**
 * Remove everything that belongs to the service, each component once those that need it are gone.
 *
 * @returns `done` with what was there at the beginning of this invocation.
 */
export async function teardown(
  components: readonly AnyComponent[],
  scope: Scope,
  pending: readonly Pending[],
  hasTime: HasTime,
): Promise<Convergence> {
  const still = await poll(components, scope, pending);
  if (still) return still;

  const found = await observe(components, scope);
  const removed = await inOrder(components, backward, (component) => {
    const current = found[component.kind];
    if (current === undefined) return Promise.resolve(done(undefined));
    return hasTime() ? component.remove(scope, found, current) : Promise.resolve(OUT_OF_TIME);
  });
  return waiting(components, removed) ?? { status: 'done', observations: found };
}

/** Take the cheap look at whatever the last invocation ended waiting for; undefined when nothing is waited for. */
async function poll(
  components: readonly AnyComponent[],
  scope: Scope,
  pending: readonly Pending[],
): Promise<Convergence | undefined> {
  const outcomes = new Map<string, Outcome<unknown>>();
  const looks = pending.map(async ({ kind, token }) => {
    const component = components.find((candidate) => candidate.kind === kind);
    if (component?.poll) outcomes.set(kind, await component.poll(scope, token));
  });
  await allOf(looks);
  return waiting(components, outcomes);
}

/** Which components come before a component, in one of the two directions. */
type Direction = (components: readonly AnyComponent[], component: AnyComponent) => readonly string[];
const forward: Direction = (_components, component) => component.needs;
const backward: Direction = (components, component) =>
  components.filter(({ needs }) => needs.includes(component.kind)).map(({ kind }) => kind);

/**
 * Run a step for every component, each as soon as the steps of those that come before it are done. A component
 * behind one that waits is left out. Steps that have begun always run to their end, also when another one fails.
 */
async function inOrder(
  components: readonly AnyComponent[],
  direction: Direction,
  step: (component: AnyComponent, values: Record<string, any>) => Promise<Outcome<unknown>>,
): Promise<Map<string, Outcome<unknown>>> {
  const outcomes = new Map<string, Outcome<unknown>>();
  const runs = new Map<string, Promise<boolean>>();
  const run = (component: AnyComponent): Promise<boolean> => {
    const begun = runs.get(component.kind);
    if (begun) return begun;
    const begin = async (): Promise<boolean> => {
      const before = direction(components, component).map((kind) =>
        components.find((other) => other.kind === kind)!,
      );
      const ready = await Promise.allSettled(before.map(run));
      if (!ready.every((result) => result.status === 'fulfilled' && result.value)) return false;
      const outcome = await step(component, present(outcomes));
      outcomes.set(component.kind, outcome);
      return outcome.status === 'done';
    };
    const running = begin();
    runs.set(component.kind, running);
    return running;
  };
  await allOf(components.map(run));
  return outcomes;
}

/** Wait for all to end, then throw the first failure, if any. */
async function allOf(promises: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(promises))
    if (result.status === 'rejected') throw result.reason;
}

/** Values of the outcomes that are done and have one. */
function present(outcomes: ReadonlyMap<string, Outcome<unknown>>): Record<string, any> {
  const values: Record<string, unknown> = {};
  for (const [kind, outcome] of outcomes) {
    if (outcome.status === 'done' && outcome.value !== undefined) values[kind] = outcome.value;
  }
  return values;
}

/** What is waited for, as one answer: all reasons, and the soonest look. Undefined when nothing is. */
function waiting(
  components: readonly AnyComponent[],
  outcomes: ReadonlyMap<string, Outcome<unknown>>,
): Convergence | undefined {
  const waits = components.flatMap(({ kind }) => {
    const outcome = outcomes.get(kind);
    return outcome?.status === 'wait' ? [{ kind, ...outcome }] : [];
  });
  if (waits.length === 0) return undefined;
  return {
    status: 'wait',
    reason: `waiting for ${[...new Set(waits.map(({ reason }) => reason))].join('; ')}`,
    seconds: Math.min(...waits.map(({ seconds }) => seconds)),
    // A cheap look is enough only when everything that is waited for can be looked at cheaply.
    pending: waits.every(({ token }) => token !== undefined)
      ? waits.map(({ kind, token }) => ({ kind, token: token! }))
      : [],
  };
}
