/**
 * Looking at, changing and removing a service wherever it receives its traffic, and moving it without losing an answer:
 *
 * 1. It joins the placement that the specification asks for: everything there is made, with a rule that gets no requests,
 *    and a deployment puts tasks there too. Clients are still sent to the placement that serves.
 * 2. The two change roles in the record, with one call. The next look at it makes the rule and the DNS record those of the
 *    placement that serves now.
 * 3. Clients get the time to follow; then the rule of the former placement gets no more requests.
 * 4. A deployment takes the tasks out of the former placement, and everything of it is removed.
 *
 * Which step comes next is read off AWS each time: the record (placements.ts), the service's load balancers, the DNS
 * record, the conditions of the former rule. An update that fails is rolled back with an update to the specification
 * before; whichever step that finds, it goes on from there to the placement that this one asks for.
 */
import type { AnyComponent, ApplyScope, Scope } from './component';
import { serveFrom } from './components/service-security-group';
import { checkTimeToMove } from './optional-settings';
import { placedComponents } from './placed-components';
import { placementText, type Placement } from './placement';
import type { Placements } from './placements';
import {
  converge,
  observe,
  teardown,
  type Continuation,
  type Convergence,
  type HasTime,
  type Observations,
} from './reconcile';
import { isThere, placementsOf, survey } from './survey';

/** What an invocation leaves to the next one: {@link Continuation}, and the placements that its observations are of. */
export interface PlacedContinuation extends Continuation {
  readonly placements?: Placements;
}

/** {@link Convergence} of a service with all its placements. */
export type PlacedConvergence =
  | Extract<Convergence, { status: 'done' }>
  | (Extract<Convergence, { status: 'wait' }> & { readonly continuation: PlacedContinuation });

/** {@link observe}, in the placement that serves. */
export async function observePlaced(
  components: readonly AnyComponent[],
  scope: Scope,
): Promise<Observations> {
  const placements = await placementsOf(scope);
  return observe(components, { ...scope, placements, placement: placements?.serving });
}

/** {@link converge}, in the placement that the specification asks for. */
export async function convergePlaced(
  components: readonly AnyComponent[],
  scope: ApplyScope,
  continuation: PlacedContinuation,
  hasTime: HasTime,
): Promise<PlacedConvergence> {
  const known = knownPlacements(continuation);
  const placements = known ?? (await placementsOf(scope))!;
  const { serving, joining } = placements;
  const placed = { ...scope, placements, placement: serving };
  if (joining && scope.time.elapsedSeconds === 0) checkTimeToMove(scope.spec.settings);
  // Where nothing answers there is nothing to lose.
  if (joining && !known && !isThere(await survey(scope), serving)) {
    return switchTo(placed, joining, placements);
  }
  const result = await converge(placedComponents(components, placements), placed, continuation, hasTime);
  if (result.status === 'wait') return withPlacements(result, placements);
  return joining ? switchTo(placed, joining, placements) : result;
}

/** {@link teardown}, in all placements. */
export async function teardownPlaced(
  components: readonly AnyComponent[],
  scope: Scope,
  continuation: PlacedContinuation,
  hasTime: HasTime,
): Promise<PlacedConvergence> {
  const placements = knownPlacements(continuation) ?? (await placementsOf(scope));
  const placed = { ...scope, placements, placement: placements?.serving };
  const there = placements ? placedComponents(components, placements) : components;
  const result = await teardown(there, placed, continuation, hasTime);
  return result.status === 'wait' ? withPlacements(result, placements) : result;
}

/** The placements that what was observed before is of. */
function knownPlacements({ observations, placements }: PlacedContinuation): Placements | undefined {
  return observations && placements;
}

function withPlacements(
  result: Extract<Convergence, { status: 'wait' }>,
  placements: Placements | undefined,
): PlacedConvergence {
  return { ...result, continuation: { ...result.continuation, placements } };
}

/** Record that clients are to be sent to another placement; the next invocation sees to it. */
async function switchTo(
  scope: ApplyScope,
  joining: Placement,
  { serving }: Placements,
): Promise<PlacedConvergence> {
  await serveFrom(scope, joining, serving);
  const reason = `moving from ${placementText(serving)} to ${placementText(joining)}`;
  return { status: 'wait', reason, seconds: 0, continuation: {} };
}
