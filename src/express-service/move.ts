/**
 * Looking at, changing and removing a service wherever it receives its traffic, and moving it without losing an answer:
 *
 * 1. It joins the exposure that the specification asks for: everything there is made, with a rule that gets no requests,
 *    and a deployment puts tasks there too. Clients are still sent to the exposure that serves.
 * 2. The two change roles in the record, with one call. The next look at it makes the rule and the DNS record those of the
 *    exposure that serves now.
 * 3. Clients get the time to follow; then the rule of the former exposure gets no more requests.
 * 4. A deployment takes the tasks out of the former exposure, and everything of it is removed.
 *
 * Which step comes next is read off AWS each time: the record (recorded-exposures.ts), the service's load balancers, the DNS
 * record, the conditions of the former rule. An update that fails is rolled back with an update to the specification
 * before; whichever step that finds, it goes on from there to the exposure that this one asks for.
 */
import type { ApplyScope, ComponentsIn, Observations, Scope } from './composition/component';
import { serveFrom } from './resources/ec2/service-security-group';
import { wait, waitedFor, waitTime } from '../core/outcome';
import { checkTimeToMove } from './properties/ecs-service';
import { nodesOf } from './composition/node';
import { attachmentOf, exposureTitle, type Exposure } from './exposures';
import type { ExposureContinuation } from './memory/callback-context';
import { minutesPerShift, type Exposures } from './memory/recorded-exposures';
import { converge, observe, teardown, type Convergence, type HasTime } from './composition/reconcile';
import { isThere, exposuresOf, survey } from './sharing/survey';

/** {@link Convergence} of a service with all its exposures. */
export type ExposureConvergence =
  | Extract<Convergence, { status: 'done' }>
  | (Extract<Convergence, { status: 'wait' }> & { readonly continuation: ExposureContinuation });

/** {@link observe}, in the exposure that serves. */
export async function observeExposures(componentsIn: ComponentsIn, scope: Scope): Promise<Observations> {
  const exposures = await exposuresOf(scope);
  return observe(nodesOf(componentsIn, exposures && { ...exposures, leaving: [] }), { ...scope, exposures });
}

/** {@link converge}, in the exposure that the specification asks for. */
export async function convergeExposures(
  componentsIn: ComponentsIn,
  scope: ApplyScope,
  continuation: ExposureContinuation,
  hasTime: HasTime,
): Promise<ExposureConvergence> {
  const known = knownExposures(continuation);
  const exposures = known ?? (await exposuresOf(scope))!;
  const { serving, joining } = exposures;
  const placed = { ...scope, exposures };
  if (joining && !known && !(await standSideBySide(scope, serving, joining))) {
    return switchTo(placed, joining, exposures);
  }
  // An operation may have waited for its roles before it looks for the first time.
  const isFirstLook = continuation.waits === undefined;
  if (joining && isFirstLook) checkTimeToMove(scope.spec.settings, minutesPerShift(exposures));
  const result = await converge(nodesOf(componentsIn, exposures), placed, continuation, hasTime);
  if (result.status === 'wait') return withExposures(result, exposures);
  return joining ? switchTo(placed, joining, exposures) : result;
}

/** {@link teardown}, in all exposures. */
export async function teardownExposures(
  componentsIn: ComponentsIn,
  scope: Scope,
  continuation: ExposureContinuation,
  hasTime: HasTime,
): Promise<ExposureConvergence> {
  const exposures = knownExposures(continuation) ?? (await exposuresOf(scope));
  const result = await teardown(
    nodesOf(componentsIn, exposures),
    { ...scope, exposures },
    continuation,
    hasTime,
  );
  return result.status === 'wait' ? withExposures(result, exposures) : result;
}

/** Whether both exposures are to answer for a while: where nothing answers, or nothing is to, no answer can be lost. */
async function standSideBySide(scope: ApplyScope, serving: Exposure, joining: Exposure): Promise<boolean> {
  return attachmentOf(joining) !== undefined && isThere(await survey(scope), serving);
}

/** The exposures that what was observed before is of. */
function knownExposures({ observations, exposures }: ExposureContinuation): Exposures | undefined {
  return observations && exposures;
}

function withExposures(
  result: Extract<Convergence, { status: 'wait' }>,
  exposures: Exposures | undefined,
): ExposureConvergence {
  return { ...result, continuation: { ...result.continuation, exposures } };
}

/** Seconds after which what was recorded has to be seen; then it is recorded once more. */
const RECORD_SECONDS = 30;

/**
 * Record that clients are to be sent to another exposure; the next invocation sees to it. EC2 may show tags late, the later
 * the more often they are written: so an operation that does not see what it has recorded waits.
 */
async function switchTo(
  scope: ApplyScope,
  joining: Exposure,
  { serving }: Exposures,
): Promise<ExposureConvergence> {
  const { time } = scope;
  const reason = `moving from ${exposureTitle(serving)} to ${exposureTitle(joining)}`;
  const isRecorded = reason in time.waits && waitedFor(time, reason) < RECORD_SECONDS;
  if (!isRecorded) await serveFrom(scope, joining, serving);
  const move = wait(reason, isRecorded ? 2 : 0);
  return { ...move, continuation: { waits: { [reason]: waitTime(time, move) } } };
}
