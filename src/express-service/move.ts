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
 *
 * What a service has for an additional load balancer is a network half of its own, with a security group that records it and
 * exposures in which it moves as the service does. All of them are brought about together, around the one ECS service.
 */
import type { AdditionalScope, ApplyScope, ComponentsIn, Observations, Scope } from './composition/component';
import { forgetVersions, serveFrom } from './resources/ec2/service-security-group';
import { checkStays, inVersions, isLeavingVersions, obsoleteVersions, retire } from './versions';
import { invalid } from '../core/failure';
import { wait, waitedFor, waitTime } from '../core/outcome';
import { loadBalancerPath } from './properties/additional-load-balancers';
import { checkTimeToMove } from './properties/ecs-service';
import { nodesOf, type AdditionalLoadBalancer } from './composition/node';
import { attachmentOf, exposureTitle } from './exposures';
import { identityOfLoadBalancer } from './identity/identity';
import type { ExposureContinuation } from './memory/callback-context';
import { minutesPerShift, type Exposures } from './memory/recorded-exposures';
import { converge, observe, teardown, type Convergence, type HasTime } from './composition/reconcile';
import { discoverNetwork } from './network/network';
import { additionalLoadBalancersOf, exposuresOf, isThere, survey } from './sharing/survey';

/** {@link Convergence} of a service with all its exposures. */
export type ExposureConvergence =
  | Extract<Convergence, { status: 'done' }>
  | (Extract<Convergence, { status: 'wait' }> & { readonly continuation: ExposureContinuation });

/** A scope with the exposures of the service, or of one of its additional load balancers. */
type Placed<Any extends Scope> = Any & { readonly exposures: Exposures };

/** {@link observe}, in the exposures that serve. */
export async function observeExposures(componentsIn: ComponentsIn, whole: Scope): Promise<Observations> {
  const scope = await inVersions(whole);
  const exposures = await exposuresOf(scope);
  const { present: additional } = await foundAdditional(scope, {});
  const serving = ({ leaving: _, ...others }: Exposures): Exposures => ({ ...others, leaving: [] });
  const nodes = nodesOf(
    componentsIn,
    exposures && serving(exposures),
    additional.map((each) => ({ ...loadBalancerOf(each), exposures: serving(each.exposures) })),
    otherVersions(scope),
  );
  return observe(nodes, { ...scope, exposures, additional });
}

/**
 * {@link converge}, in the exposures that the specification asks for. Versions that are not to be kept are removed once
 * everything is as it says.
 */
export async function convergeExposures(
  componentsIn: ComponentsIn,
  whole: ApplyScope,
  continuation: ExposureContinuation,
  hasTime: HasTime,
): Promise<ExposureConvergence> {
  const { retiring = [] } = continuation;
  const known = retiring.length > 0 ? continuation : knownExposures(continuation);
  const versioned = await inVersions(whole, known.versions);
  const exposures = known.exposures ?? (await exposuresOf(versioned))!;
  if (retiring.length > 0) {
    const scope = { ...versioned, exposures };
    const result = await retire(componentsIn, scope, retiring, undefined, continuation, hasTime);
    if (result.status === 'wait') return withExposures(result, scope, [], retiring);
    return goOn(scope);
  }
  const wanted = await wantedAdditional(versioned, known);
  const names = wanted.map(({ identity }) => identity.loadBalancer);
  const { present } = await foundAdditional(versioned, known);
  const obsolete = present.filter(({ identity }) => !names.includes(identity.loadBalancer));
  const minutes = minutesPerShift([exposures, ...wanted.map((each) => each.exposures)]);
  const additional = [...wanted, ...obsolete].map((each) => ({ ...each, minutesPerShift: minutes }));
  const scope = { ...versioned, exposures, additional, minutesPerShift: minutes };
  checkStays(scope);
  checkAttachments([scope, ...wanted]);
  const moving = [scope, ...wanted].filter((each) => each.exposures.joining);
  if (!known.exposures) {
    const alone = await Promise.all(moving.map(async (each) => !(await standSideBySide(each))));
    const atOnce = moving.filter((_each, index) => alone[index]);
    if (atOnce.length > 0) return switchTo(atOnce);
  }
  // An operation may have waited for its roles before it looks for the first time.
  const isFirstLook = continuation.waits === undefined;
  if (moving.length > 0 && isFirstLook) checkTimeToMove(scope.spec.settings, minutes);
  const nodes = nodesOf(
    componentsIn,
    exposures,
    [
      ...wanted.map(loadBalancerOf),
      ...obsolete.map((each) => ({ ...loadBalancerOf(each), isObsolete: true })),
    ],
    otherVersions(scope),
  );
  const result = await converge(nodes, scope, continuation, hasTime);
  if (result.status === 'wait') return withExposures(result, scope, []);
  if (moving.length > 0) return switchTo(moving);
  return scope.versions ? withoutObsoleteVersions(componentsIn, scope, result, hasTime) : result;
}

/** The end of a convergence: versions that are not to be kept go, and all of them where there are to be none. */
async function withoutObsoleteVersions(
  componentsIn: ComponentsIn,
  scope: Placed<ApplyScope>,
  result: Extract<Convergence, { status: 'done' }>,
  hasTime: HasTime,
): Promise<ExposureConvergence> {
  const ids = obsoleteVersions(scope, result.observations, Date.now());
  if (ids.length > 0) {
    const retired = await retire(componentsIn, scope, ids, result.observations, {}, hasTime);
    return retired.status === 'wait' ? withExposures(retired, scope, [], ids) : goOn(scope);
  }
  if (!isLeavingVersions(scope)) return result;
  await forgetVersions(scope, []);
  return goOn(scope);
}

/** Another look at everything, in another invocation: what this one has seen is not so any more. */
function goOn({ time }: Scope): ExposureConvergence {
  const next = wait('everything to be as the template says', 0);
  return {
    status: 'wait',
    reason: `waiting for ${next.reason}`,
    seconds: next.seconds,
    continuation: { waits: { [next.reason]: waitTime(time, next) } },
  };
}

/** Ids of the versions beside the one that the template describes. */
function otherVersions({ versions = [] }: Scope): string[] {
  return versions.slice(1).map(({ id }) => id);
}

/** {@link teardown}, in all exposures. */
export async function teardownExposures(
  componentsIn: ComponentsIn,
  whole: Scope,
  continuation: ExposureContinuation,
  hasTime: HasTime,
): Promise<ExposureConvergence> {
  const known = knownExposures(continuation);
  const versioned = await inVersions(whole, known.versions);
  const exposures = known.exposures ?? (await exposuresOf(versioned));
  const { present, absent } = await foundAdditional(versioned, known);
  const scope = { ...versioned, exposures, additional: present };
  const nodes = nodesOf(componentsIn, exposures, present.map(loadBalancerOf), otherVersions(scope));
  const result = await teardown(nodes, scope, continuation, hasTime);
  return result.status === 'wait' ? withExposures(result, scope, absent) : result;
}

function loadBalancerOf({ identity, exposures }: AdditionalScope): AdditionalLoadBalancer {
  return { name: identity.loadBalancer, exposures };
}

/** Additional load balancers that are on record. */
interface FoundAdditional {
  readonly present: readonly AdditionalScope[];
  /** Names of those of which nothing is there, or not to be seen yet. */
  readonly absent: readonly string[];
}

async function foundAdditional(
  whole: Scope,
  { additional: known }: ExposureContinuation,
): Promise<FoundAdditional> {
  const names = known ? Object.keys(known) : await additionalLoadBalancersOf(whole);
  const { ecsService, clients, session, log, time } = whole;
  const found = await Promise.all(
    names.map(async (name) => {
      const scope = {
        identity: identityOfLoadBalancer(whole.identity, name),
        ecsService,
        clients,
        session,
        log,
        time,
      };
      return { name, scope, exposures: known?.[name] ?? (await exposuresOf(scope)) };
    }),
  );
  return {
    present: found.flatMap(({ scope, exposures }) => (exposures ? [{ ...scope, exposures }] : [])),
    absent: found.flatMap(({ name, exposures }) => (exposures ? [] : [name])),
  };
}

/** Those that the specification asks for. */
function wantedAdditional(
  whole: ApplyScope,
  { additional: known }: ExposureContinuation,
): Promise<(Placed<ApplyScope> & AdditionalScope)[]> {
  const { clients, spec, previousSpec } = whole;
  return Promise.all(
    Object.entries(spec.additionalLoadBalancers).map(async ([name, ofLoadBalancer], index) => {
      let network: ReturnType<ApplyScope['network']> | undefined;
      const scope = {
        ...whole,
        identity: identityOfLoadBalancer(whole.identity, name),
        spec: ofLoadBalancer,
        previousSpec: previousSpec?.additionalLoadBalancers[name],
        path: loadBalancerPath(index),
        network: () => (network ??= discoverNetwork(clients, ofLoadBalancer)),
      };
      return { ...scope, exposures: known?.[name] ?? (await exposuresOf(scope))! };
    }),
  );
}

/** Load balancers that ECS sends requests to one service from (Amazon ECS Developer Guide, "Register multiple target groups"). */
const MOST_LOAD_BALANCERS = 5;

/** @throws HandlerError InvalidRequest when the service would have more load balancers than ECS takes, before anything is made. */
function checkAttachments(all: readonly Placed<ApplyScope>[]): void {
  const attached = all
    .flatMap(({ exposures: { serving, joining } }) => [serving, ...(joining ? [joining] : [])])
    .filter((exposure) => attachmentOf(exposure)).length;
  if (attached <= MOST_LOAD_BALANCERS) return;
  throw invalid(
    'AdditionalLoadBalancers',
    `cannot change together: a service that moves from one load balancer to another has both for a while, here ${attached} in all, and ECS takes ${MOST_LOAD_BALANCERS}`,
    'Change fewer of them in one update, or remove one first',
  );
}

/** Whether both exposures are to answer for a while: where nothing answers, or nothing is to, no answer can be lost. */
async function standSideBySide(scope: Placed<ApplyScope>): Promise<boolean> {
  const { serving, joining } = scope.exposures;
  return attachmentOf(joining!) !== undefined && isThere(await survey(scope), serving);
}

/** The exposures that what was observed before is of. */
function knownExposures({
  observations,
  exposures,
  additional = {},
  versions = [],
}: ExposureContinuation): Pick<ExposureContinuation, 'exposures' | 'additional' | 'versions'> {
  return observations && exposures ? { exposures, additional, versions } : {};
}

/**
 * @param absent names of additional load balancers that are looked for again.
 * @param retiring ids of versions that are being removed.
 */
function withExposures(
  result: Extract<Convergence, { status: 'wait' }>,
  { exposures, additional = [], versions }: Scope,
  absent: readonly string[],
  retiring: readonly string[] = [],
): ExposureConvergence {
  const all = [
    ...additional.map((each) => [each.identity.loadBalancer, each.exposures] as const),
    ...absent.map((name) => [name, null] as const),
  ];
  return {
    ...result,
    continuation: {
      ...result.continuation,
      exposures,
      ...(versions && { versions }),
      ...(retiring.length > 0 && { retiring }),
      ...(all.length > 0 && { additional: Object.fromEntries(all) }),
    },
  };
}

/** Seconds after which what was recorded has to be seen; then it is recorded once more. */
const RECORD_SECONDS = 30;

/**
 * Record that clients are to be sent to other exposures; the next invocation sees to it. EC2 may show tags late, the later
 * the more often they are written: so an operation that does not see what it has recorded waits.
 */
async function switchTo(moving: readonly Placed<ApplyScope>[]): Promise<ExposureConvergence> {
  const moves = await Promise.all(
    moving.map(async (scope) => {
      const { time, identity } = scope;
      const { serving, joining } = scope.exposures;
      const what = identity.loadBalancer === undefined ? '' : ` ${identity.loadBalancer}`;
      const reason = `moving${what} from ${exposureTitle(serving)} to ${exposureTitle(joining!)}`;
      const isRecorded = reason in time.waits && waitedFor(time, reason) < RECORD_SECONDS;
      if (!isRecorded) await serveFrom(scope, joining!, serving);
      const move = wait(reason, isRecorded ? 2 : 0);
      return { ...move, time: waitTime(time, move) };
    }),
  );
  return {
    status: 'wait',
    reason: moves.map(({ reason }) => reason).join('; '),
    seconds: Math.max(...moves.map(({ seconds }) => seconds)),
    continuation: { waits: Object.fromEntries(moves.map(({ reason, time }) => [reason, time])) },
  };
}
