import { allOf } from '../../core/all-of';
import type { AnyComponent, ApplyScope, Scope } from './component';
import { HandlerError } from '../../core/failure';
import type { Continuation } from '../memory/callback-context';
import { done, LIMIT, wait, waitTime, type OperationTime, type Outcome, type Wait } from '../../core/outcome';

/** What was observed of each component, by kind; absent components are left out. */
export type Observations = Readonly<Record<string, unknown>>;

/** Result of {@link converge} and {@link teardown}: what is there now, or what is waited for. */
export type Convergence = (
  | { readonly status: 'done'; readonly observations: Observations }
  | {
      readonly status: 'wait';
      readonly reason: string;
      readonly seconds: number;
      readonly continuation: Continuation;
    }
) & {
  /** What there was before {@link converge} applied anything, when it has looked. */
  readonly found?: Observations;
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
export function observe(components: readonly AnyComponent[], scope: Scope): Promise<Observations> {
  return observeUnknown(components, scope, {});
}

/**
 * Bring AWS to the specification: observe everything, so that an obstacle is found before anything is made, then
 * apply each component as soon as those it needs are there, then prune what is no longer needed.
 */
export async function converge(
  components: readonly AnyComponent[],
  scope: ApplyScope,
  continuation: Continuation,
  hasTime: HasTime,
): Promise<Convergence> {
  const looks = await poll(components, scope, continuation);
  const still = stillWaiting(components, scope, continuation, looks);
  if (still) return still;

  const known = { ...continuation.observations, ...present(looks) };
  const found = await observeUnknown(components, scope, known);
  const applied = await inOrder(components, forward, (component, needs) => {
    if (component.kind in known) return Promise.resolve(done(known[component.kind]));
    const look = looks.get(component.kind);
    // There is nothing to do about it but to wait on.
    if (look?.status === 'wait' && look.token !== undefined) return Promise.resolve(look);
    return hasTime() ? component.apply(scope, needs, found[component.kind]) : Promise.resolve(OUT_OF_TIME);
  });
  const unfinished = waiting(components, scope, applied);
  if (unfinished) return { ...unfinished, found };

  const observations = present(applied);
  const pruned = await inOrder(components, backward, async (component) =>
    component.prune && component.kind in observations
      ? component.prune(scope, observations, observations[component.kind])
      : done(undefined),
  );
  return { ...(waiting(components, scope, pruned) ?? { status: 'done', observations }), found };
}

/**
 * Remove everything that belongs to the service, each component once those that need it are gone.
 *
 * @returns `done` with what was there at the beginning of this invocation.
 */
export async function teardown(
  components: readonly AnyComponent[],
  scope: Scope,
  continuation: Continuation,
  hasTime: HasTime,
): Promise<Convergence> {
  const looks = await poll(components, scope, continuation);
  const still = stillWaiting(components, scope, continuation, looks);
  if (still) return still;

  const { observations = {}, removed = [] } = continuation;
  // What was waited for with `observations` kept is gone. What was not there is looked at once more: it may have been
  // made by an operation that was cut short a moment before the first look.
  const gone = [...removed, ...(continuation.observations ? kindsThatAre('done', looks) : [])];
  const absent = Object.fromEntries(gone.map((kind) => [kind, undefined]));
  const found = await observeUnknown(components, scope, { ...observations, ...absent });
  const outcomes = await inOrder(components, backward, (component) => {
    const current = found[component.kind];
    if (current === undefined) return Promise.resolve(done(undefined));
    return hasTime() ? component.remove(scope, found, current) : Promise.resolve(OUT_OF_TIME);
  });
  const ended = kindsThatAre('done', outcomes);
  const shared = components.filter((component) => component.shared).map(({ kind }) => kind);
  const unfinished = waiting(components, scope, outcomes, without(found, [...ended, ...shared]));
  if (!unfinished) return { status: 'done', observations: found };
  const { continuation: left } = unfinished;
  const isSecondLook = continuation.observations !== undefined;
  const kinds = [...new Set([...gone, ...ended.filter((kind) => kind in found || isSecondLook)])];
  return { ...unfinished, continuation: left.observations ? { ...left, removed: kinds } : left };
}

/** {@link observe}, without another look at what is known already. */
async function observeUnknown(
  components: readonly AnyComponent[],
  scope: Scope,
  known: Observations,
): Promise<Observations> {
  const looks = await inOrder(components, forward, async (component, found) =>
    done(component.kind in known ? known[component.kind] : await component.observe(scope, found)),
  );
  return present(looks);
}

/** Take the cheap looks at what the last invocation ended waiting for. */
async function poll(
  components: readonly AnyComponent[],
  scope: Scope,
  { pending = [] }: Continuation,
): Promise<Map<string, Outcome<unknown, unknown>>> {
  const outcomes = new Map<string, Outcome<unknown, unknown>>();
  const looks = pending.map(async ({ kind, token }) => {
    const component = components.find((candidate) => candidate.kind === kind);
    const look = component?.poll ?? component?.proceed;
    if (look) outcomes.set(kind, await look(scope, token));
  });
  await allOf(looks);
  return outcomes;
}

/** The answer when the cheap looks show nothing new and nothing else was waited for; undefined when there is more to do. */
function stillWaiting(
  components: readonly AnyComponent[],
  scope: Scope,
  continuation: Continuation,
  looks: ReadonlyMap<string, Outcome<unknown, unknown>>,
): Convergence | undefined {
  const { pending = [], observations } = continuation;
  const nothingNew = pending.every(({ kind }) => looks.get(kind)?.status === 'wait');
  const still = nothingNew && observations ? waiting(components, scope, looks) : undefined;
  return still && { ...still, continuation: { ...continuation, ...still.continuation, observations } };
}

/** Which components come before a component, in one of the two directions. */
type Direction = (components: readonly AnyComponent[], component: AnyComponent) => readonly string[];
const forward: Direction = (_components, component) => component.needs;
const backward: Direction = (components, { kind, removedAfter = [] }) =>
  components
    .filter((other) => other.needs.includes(kind) || removedAfter.includes(other.kind))
    .map((other) => other.kind);

/**
 * Run a step for every component, each as soon as the steps of those that come before it are done. A component
 * behind one that waits is left out. Steps that have begun always run to their end, also when another one fails.
 */
async function inOrder(
  components: readonly AnyComponent[],
  direction: Direction,
  step: (component: AnyComponent, values: Record<string, any>) => Promise<Outcome<unknown, unknown>>,
): Promise<Map<string, Outcome<unknown, unknown>>> {
  const outcomes = new Map<string, Outcome<unknown, unknown>>();
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

/** Values of the outcomes that are done and have one. */
function present(outcomes: ReadonlyMap<string, Outcome<unknown, unknown>>): Record<string, any> {
  const values: Record<string, unknown> = {};
  for (const [kind, outcome] of outcomes) {
    if (outcome.status === 'done' && outcome.value !== undefined) values[kind] = outcome.value;
  }
  return values;
}

/** Kinds whose step has come to this. */
function kindsThatAre(
  status: Outcome<unknown, unknown>['status'],
  outcomes: ReadonlyMap<string, Outcome<unknown, unknown>>,
): string[] {
  return [...outcomes].filter(([, outcome]) => outcome.status === status).map(([kind]) => kind);
}

function without(observations: Observations, kinds: readonly string[]): Observations {
  return Object.fromEntries(Object.entries(observations).filter(([kind]) => !kinds.includes(kind)));
}

/**
 * What is waited for, as one answer: all reasons, and the soonest look. Undefined when nothing is.
 *
 * @param known what need not be looked at again.
 * @throws HandlerError NotStabilized when one of them has been waited for until its limit.
 */
function waiting(
  components: readonly AnyComponent[],
  { time }: Scope,
  outcomes: ReadonlyMap<string, Outcome<unknown, unknown>>,
  known: Observations = present(outcomes),
): Extract<Convergence, { status: 'wait' }> | undefined {
  const waits = components.flatMap(({ kind }) => {
    const outcome = outcomes.get(kind);
    return outcome?.status === 'wait' ? [{ kind, ...outcome }] : [];
  });
  if (waits.length === 0) return undefined;
  for (const each of waits) giveUpWhenOverdue(time, each);
  const pending = waits.flatMap(({ kind, token }) => (token === undefined ? [] : [{ kind, token }]));
  const volatile = components.filter((component) => component.volatile).map(({ kind }) => kind);
  return {
    status: 'wait',
    reason: `waiting for ${[...new Set(waits.map(({ reason }) => reason))].join('; ')}`,
    seconds: Math.min(...waits.map(({ seconds }) => seconds)),
    continuation: {
      pending,
      waits: Object.fromEntries(waits.map((each) => [whatOf(each), waitTime(time, each)])),
      ...(pending.length === waits.length && { observations: without(known, volatile) }),
    },
  };
}

function whatOf({ reason, limit }: Wait<unknown>): string {
  return limit?.what ?? reason;
}

/** @throws HandlerError NotStabilized when the limit of a wait is reached. */
function giveUpWhenOverdue(time: OperationTime, pending: Wait<unknown>): void {
  const { problem, propertyPath, remedy } = pending.limit ?? LIMIT;
  const { since, until } = waitTime(time, pending);
  if (time.elapsedSeconds < until) return;
  const minutes = Math.floor((time.elapsedSeconds - since) / 60);
  throw new HandlerError(
    'NotStabilized',
    problem ?? `waited ${minutes} minutes for ${pending.reason}, in vain`,
    { propertyPath, remedy },
  );
}
