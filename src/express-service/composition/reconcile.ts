import { allOf } from '../../core/all-of';
import { atItem } from '../properties/additional-load-balancers';
import type { ResourceProperties } from '../../core/graph';
import type {
  AdditionalPlan,
  AdditionalScope,
  ApplyScope,
  DesiredScope,
  Observations,
  Scope,
} from './component';
import { desiredResources } from './desired-state';
import { ofVersion } from './version';
import { isToGo, needsOf, type Node } from './node';
import { HandlerError } from '../../core/failure';
import type { Continuation } from '../memory/callback-context';
import { done, LIMIT, wait, waitTime, type OperationTime, type Outcome, type Wait } from '../../core/outcome';

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
 * Look at every node, each as soon as those it needs were looked at. Changes nothing.
 *
 * @throws the first error, in the order of the nodes, once all looks have ended.
 */
export function observe(nodes: readonly Node[], scope: Scope): Promise<Observations> {
  return observeUnknown(nodes, scope, {});
}

/**
 * Bring AWS to the goals of the nodes: observe everything, so that an obstacle is found before anything is made, then
 * apply each node as soon as those it needs are there, then prune what is no longer needed.
 */
export async function converge(
  nodes: readonly Node[],
  scope: ApplyScope,
  continuation: Continuation,
  hasTime: HasTime,
): Promise<Convergence> {
  const looks = await poll(nodes, scope, continuation);
  const still = stillWaiting(nodes, scope, continuation, looks);
  if (still) return still;

  const known = { ...continuation.observations, ...present(looks) };
  const waits = waitingOn(looks);
  const idle = idleNodes(nodes, known, waits, continuation);
  const rest = Object.fromEntries([...waits.keys(), ...idle].map((id) => [id, undefined]));
  const found = await observeUnknown(nodes, scope, { ...rest, ...known });
  const all = { nodes, scope, found };
  const applied = await inOrder(nodes, forward, (node, values) => {
    if (node.id in known || idle.includes(node.id)) return Promise.resolve(done(known[node.id]));
    // There is nothing to do about it but to wait on.
    const look = waits.get(node.id);
    if (look) return Promise.resolve(look);
    return hasTime()
      ? inItemOf(node, scope, () => approach(node, all, values))
      : Promise.resolve(OUT_OF_TIME);
  });
  const unfinished = waiting(nodes, scope, applied);
  if (unfinished) return { ...unfinished, found };

  const observations = present(applied);
  const pruned = await inOrder(nodes, backward, async (node) =>
    node.id in observations ? inItemOf(node, scope, () => prune(node, all, observations)) : done(undefined),
  );
  return { ...(waiting(nodes, scope, pruned) ?? { status: 'done', observations }), found };
}

/**
 * Remove everything that belongs to the service, each node once those that need it are gone.
 *
 * @returns `done` with what was there at the beginning of this invocation.
 */
export async function teardown(
  all: readonly Node[],
  whole: Scope,
  continuation: Continuation,
  hasTime: HasTime,
): Promise<Convergence> {
  const nodes = withoutDependents(all);
  const scope = { ...whole, isRemoval: true as const };
  const looks = await poll(nodes, scope, continuation);
  const still = stillWaiting(nodes, scope, continuation, looks);
  if (still) return still;

  const { observations = {}, removed = [] } = continuation;
  // What was waited for with `observations` kept is gone. What was not there is looked at once more: it may have been
  // made by an operation that was cut short a moment before the first look.
  const gone = [...removed, ...(continuation.observations ? nodesThatAre('done', looks) : [])];
  const absent = Object.fromEntries(gone.map((id) => [id, undefined]));
  const found = await observeUnknown(nodes, scope, { ...observations, ...absent });
  const outcomes = await inOrder(nodes, backward, (node) => {
    if (found[node.id] === undefined) return Promise.resolve(done(undefined));
    return hasTime() ? remove(node, scope, found) : Promise.resolve(OUT_OF_TIME);
  });
  const ended = nodesThatAre('done', outcomes);
  const unfinished = waiting(nodes, scope, outcomes, without(found, ended));
  if (!unfinished) return { status: 'done', observations: found };
  const { continuation: left } = unfinished;
  const isSecondLook = continuation.observations !== undefined;
  const ids = [...new Set([...gone, ...ended.filter((id) => id in found || isSecondLook)])];
  return { ...unfinished, continuation: left.observations ? { ...left, removed: ids } : left };
}

/** The nodes that a removal has to look at, all but those that AWS removes with others. */
function withoutDependents(all: readonly Node[]): Node[] {
  const nodes = all.filter(({ component }) => component.goesWith === undefined);
  const isLeft = (id: string) => nodes.some((node) => node.id === id);
  return nodes.map((node) => ({ ...node, needs: node.needs.filter((need) => isLeft(need.node)) }));
}

/** The scope in which a component knows its place. Of what is to go the specification says nothing. */
function scopeOf<Any extends Scope>({ exposure, goal, loadBalancer, version }: Node, whole: Any): Any {
  const scope = {
    ...scopeIn(whole, loadBalancer),
    isRemoval: whole.isRemoval,
    ...(version !== undefined && { ...ofVersion(whole, version), formerEcsService: undefined }),
  };
  const { identity, ecsService, clients, session, log, time, exposures, isRemoval, versions } = scope;
  const little = { identity, ecsService, clients, session, log, time, exposures, isRemoval, versions };
  const of = isToGo({ goal }) ? (little as Any) : scope;
  return { ...of, exposure };
}

/** The scope of the service itself, or of one of its additional load balancers. */
function scopeIn<Any extends Scope>(whole: Any, loadBalancer: string | undefined): Any {
  if (loadBalancer === undefined) return whole;
  return whole.additional!.find(({ identity }) => identity.loadBalancer === loadBalancer) as unknown as Any;
}

/** What steps towards the goals are taken from. */
interface Reconciliation {
  readonly nodes: readonly Node[];
  readonly scope: ApplyScope;
  /** What was there before anything was applied. */
  readonly found: Observations;
}

/** What a step of a node comes to; it fails at the path of the item that the node belongs to. */
async function inItemOf<Result>(
  { loadBalancer }: Node,
  { additional = [] }: Scope,
  step: () => Promise<Result>,
): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    const path = additional.find(({ identity }) => identity.loadBalancer === loadBalancer)?.path;
    throw path === undefined ? error : atItem(path, error);
  }
}

/** Take a step towards the goal of a node. */
async function approach(
  node: Node,
  all: Reconciliation,
  values: Observations,
): Promise<Outcome<unknown, unknown>> {
  const { component, goal, id } = node;
  const { scope, found } = all;
  const current = found[id];
  if (goal === 'as specified' && isOfVersionThere(node, all)) {
    return component.apply(await desiredScope(node, all, values), needsOf(node, values), current);
  }
  if (goal !== 'out of use' || current === undefined || !component.leave) return done(current);
  return component.leave(scopeOf(node, scope), needsOf(node, values), current);
}

/** Whether it belongs to a version that is there, or to all of them. */
function isOfVersionThere({ version }: Node, { nodes, found }: Reconciliation): boolean {
  if (version === undefined) return true;
  return nodes.some(
    ({ id, component: { isVersionThere }, version: other }) =>
      other === version && found[id] !== undefined && isVersionThere?.(found[id]),
  );
}

/** Remove what is not needed when all nodes have come to their goals. */
async function prune(node: Node, all: Reconciliation, values: Observations): Promise<Outcome<void, unknown>> {
  const { component, prunes, id } = node;
  if (isToGo(node)) return remove(node, all.scope, values);
  if (!prunes || !component.prune || !isOfVersionThere(node, all)) return done(undefined);
  return component.prune(await desiredScope(node, all, values), needsOf(node, values), values[id]);
}

/** The scope in which a component knows what its resources are to be. */
async function desiredScope(
  node: Node,
  { nodes, scope, found }: Reconciliation,
  values: Observations,
): Promise<DesiredScope<ResourceProperties>> {
  if (!node.component.desired) return { ...scopeOf(node, scope), desired: {} };
  const { identity, ecsService, spec, previousSpec, exposures, versions } = scope;
  const network = await scope.network();
  const additional = await plansOf(scope.additional ?? []);
  const plan = {
    identity,
    ecsService,
    spec,
    previousSpec,
    network,
    exposures: exposures!,
    versions,
    additional,
    found,
  };
  return { ...scopeOf(node, scope), desired: desiredResources(node, nodes, plan, values) };
}

/** Nothing is planned of those that go. */
function plansOf(additional: readonly AdditionalScope[]): Promise<AdditionalPlan[]> {
  const planned = additional.filter(
    (scope): scope is AdditionalScope & ApplyScope => scope.spec !== undefined,
  );
  return Promise.all(
    planned.map(async ({ identity, spec, previousSpec, exposures, network }) => {
      return { identity, spec, previousSpec, exposures, network: await network() };
    }),
  );
}

async function remove(node: Node, scope: Scope, found: Observations): Promise<Outcome<void, unknown>> {
  const { component, id } = node;
  return component.remove?.(scopeOf(node, scope), needsOf(node, found), found[id]) ?? done(undefined);
}

/** {@link observe}, without another look at what is known already. */
async function observeUnknown(
  nodes: readonly Node[],
  scope: Scope,
  known: Observations,
): Promise<Observations> {
  const looks = await inOrder(nodes, forward, async (node, found) =>
    done(
      node.id in known
        ? known[node.id]
        : await inItemOf(node, scope, () =>
            node.component.observe(scopeOf(node, scope), needsOf(node, found)),
          ),
    ),
  );
  return present(looks);
}

/** Take the cheap looks at what the last invocation ended waiting for. */
async function poll(
  nodes: readonly Node[],
  scope: Scope,
  { pending = [] }: Continuation,
): Promise<Map<string, Outcome<unknown, unknown>>> {
  const outcomes = new Map<string, Outcome<unknown, unknown>>();
  const looks = pending.map(async ({ kind, token }) => {
    const node = nodes.find(({ id }) => id === kind);
    const look = node?.component.poll ?? node?.component.proceed;
    if (look) {
      outcomes.set(kind, await inItemOf(node!, scope, () => look(scopeOf(node!, scope), token)));
    }
  });
  await allOf(looks);
  return outcomes;
}

/** The answer when the cheap looks show nothing new and nothing else was waited for; undefined when there is more to do. */
function stillWaiting(
  nodes: readonly Node[],
  scope: Scope,
  continuation: Continuation,
  looks: ReadonlyMap<string, Outcome<unknown, unknown>>,
): Convergence | undefined {
  const { pending = [], observations } = continuation;
  const nothingNew = pending.every(({ kind }) => looks.get(kind)?.status === 'wait');
  const still = nothingNew && observations ? waiting(nodes, scope, looks) : undefined;
  return (
    still && {
      ...still,
      continuation: { ...continuation, ...still.continuation, observations, done: continuation.done },
    }
  );
}

/** Nodes about which there is nothing to do but to wait on, as the cheap looks have shown. */
function waitingOn(looks: ReadonlyMap<string, Outcome<unknown, unknown>>): Map<string, Wait<unknown>> {
  const waits = new Map<string, Wait<unknown>>();
  for (const [id, look] of looks) {
    if (look.status === 'wait' && look.token !== undefined) waits.set(id, look);
  }
  return waits;
}

/**
 * Volatile nodes that were done before and need no look now: others are still waited for, so that this invocation is not
 * the last one, and nothing that is to be done needs them.
 */
function idleNodes(
  nodes: readonly Node[],
  known: Observations,
  waits: ReadonlyMap<string, unknown>,
  { done: before = [], observations }: Continuation,
): string[] {
  if (waits.size === 0 || !observations) return [];
  const needed = new Set<string>();
  const need = (id: string): void => {
    if (needed.has(id) || id in known || waits.has(id)) return;
    needed.add(id);
    for (const { node } of nodes.find((each) => each.id === id)?.needs ?? []) need(node);
  };
  const isBlocked = (id: string): boolean =>
    nodes.some(
      (node) => node.id === id && node.needs.some((each) => waits.has(each.node) || isBlocked(each.node)),
    );
  for (const { id } of nodes) if (!before.includes(id) && !isBlocked(id)) need(id);
  return before.filter((id) => !needed.has(id));
}

/** Which nodes come before a node, in one of the two directions. */
type Direction = (nodes: readonly Node[], node: Node) => readonly string[];
const forward: Direction = (_nodes, { needs }) => needs.map(({ node }) => node);
const backward: Direction = (nodes, { id, removedAfter }) =>
  nodes
    .filter((other) => other.needs.some(({ node }) => node === id) || removedAfter.includes(other.id))
    .map((other) => other.id);

/**
 * Run a step for every node, each as soon as the steps of those that come before it are done. A node behind one that
 * waits is left out. Steps that have begun always run to their end, also when another one fails.
 */
async function inOrder(
  nodes: readonly Node[],
  direction: Direction,
  step: (node: Node, values: Observations) => Promise<Outcome<unknown, unknown>>,
): Promise<Map<string, Outcome<unknown, unknown>>> {
  const outcomes = new Map<string, Outcome<unknown, unknown>>();
  const runs = new Map<string, Promise<boolean>>();
  const run = (node: Node): Promise<boolean> => {
    const begun = runs.get(node.id);
    if (begun) return begun;
    const begin = async (): Promise<boolean> => {
      const before = direction(nodes, node).map((id) => nodes.find((other) => other.id === id)!);
      const ready = await Promise.allSettled(before.map(run));
      if (!ready.every((result) => result.status === 'fulfilled' && result.value)) return false;
      const outcome = await step(node, present(outcomes));
      outcomes.set(node.id, outcome);
      return outcome.status === 'done';
    };
    const running = begin();
    runs.set(node.id, running);
    return running;
  };
  await allOf(nodes.map(run));
  return outcomes;
}

/** Values of the outcomes that are done and have one. */
function present(outcomes: ReadonlyMap<string, Outcome<unknown, unknown>>): Observations {
  const values: Record<string, unknown> = {};
  for (const [id, outcome] of outcomes) {
    if (outcome.status === 'done' && outcome.value !== undefined) values[id] = outcome.value;
  }
  return values;
}

/** Ids of the nodes whose step has come to this. */
function nodesThatAre(
  status: Outcome<unknown, unknown>['status'],
  outcomes: ReadonlyMap<string, Outcome<unknown, unknown>>,
): string[] {
  return [...outcomes].filter(([, outcome]) => outcome.status === status).map(([id]) => id);
}

function without(observations: Observations, ids: readonly string[]): Observations {
  return Object.fromEntries(Object.entries(observations).filter(([id]) => !ids.includes(id)));
}

/**
 * What is waited for, as one answer: all reasons, and the soonest look. Undefined when nothing is.
 *
 * @param known what need not be looked at again.
 * @throws HandlerError NotStabilized when one of them has been waited for until its limit.
 */
function waiting(
  nodes: readonly Node[],
  { time, isRemoval }: Scope,
  outcomes: ReadonlyMap<string, Outcome<unknown, unknown>>,
  known: Observations = present(outcomes),
): Extract<Convergence, { status: 'wait' }> | undefined {
  const waits = nodes.flatMap(({ id }) => {
    const outcome = outcomes.get(id);
    return outcome?.status === 'wait' ? [{ id, ...outcome }] : [];
  });
  if (waits.length === 0) return undefined;
  for (const each of waits) giveUpWhenOverdue(time, each);
  const pending = waits.flatMap(({ id, token }) => (token === undefined ? [] : [{ kind: id, token }]));
  const volatile = nodes
    .filter(({ component, id, version }) => {
      // A dozen versions would be more than a callback context takes.
      if (version !== undefined) return true;
      return component.volatile
        ? !(isRemoval && component.keptForRemoval)
        : known[id] !== undefined && component.isSecret?.(known[id]);
    })
    .map(({ id }) => id);
  const doneWithoutValue = nodesThatAre('done', outcomes).filter((id) => volatile.includes(id));
  return {
    status: 'wait',
    reason: `waiting for ${[...new Set(waits.map(({ reason }) => reason))].join('; ')}`,
    seconds: Math.min(...waits.map(({ seconds }) => seconds)),
    continuation: {
      pending,
      waits: Object.fromEntries(waits.map((each) => [whatOf(each), waitTime(time, each)])),
      ...(pending.length === waits.length && {
        observations: without(known, volatile),
        ...(doneWithoutValue.length > 0 && { done: doneWithoutValue }),
      }),
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
