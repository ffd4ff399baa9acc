/**
 * The versions of a service, where each is an ECS service of its own: which one the template describes, which are kept, and which
 * are removed in the end. A version is what it runs: who describes the same again gets the same version, which may still be there.
 *
 * The ECS service that a service without versions is becomes the first version, as it is. The other way round it is made again as a
 * version without requests, or is still there; once it has all requests the others are removed, and their record with them.
 */
import { allOf } from '../core/all-of';
import { invalid } from '../core/failure';
import type { ApplyScope, ComponentsIn, Observations, Scope } from './composition/component';
import { nodesOf, observationsOfVersion, versionNodes } from './composition/node';
import { teardown, type Convergence, type HasTime } from './composition/reconcile';
import type { Service } from '@aws-sdk/client-ecs';
import { managedDescribedService } from './deployments/described-service';
import { ecsServiceOf } from './identity/identity';
import { tagRecord } from './identity/tags';
import type { Continuation } from './memory/callback-context';
import {
  describedVersion,
  ecsServiceOfVersion,
  recordedVersions,
  type RecordedVersion,
} from './memory/service-versions';
import { versionId, type VersionsSpec } from './properties/versions';
import { ruleAt, weightsOf } from './deployments/traffic-weights';
import { setWeights } from './deployments/version-weights';
import { publish } from './events/publish';
import { deleteRule } from './resources/elastic-load-balancing/service-rule';
import type { ObservedKinds } from './resources';
import { forgetVersions } from './resources/ec2/service-security-group';
import { isApplyScope, serviceGroupIn, survey } from './sharing/survey';
import type { ServiceSpec } from './specification';

const MILLISECONDS_OF_A_DAY = 24 * 60 * 60 * 1000;

/** Id and label of the version that is made for a service that is to have no versions any more. */
const UNVERSIONED = 'unversioned';

/**
 * A scope in which the versions of the service are known, and the ECS service that the template describes is meant.
 *
 * @param known the versions, when an invocation before has told them.
 * @throws HandlerError InvalidRequest when the template speaks of versions that there are not.
 */
export async function inVersions<Any extends Scope>(
  scope: Any,
  known?: readonly RecordedVersion[],
): Promise<Any> {
  const group = known ? undefined : serviceGroupIn(await survey(scope), scope.identity);
  const recorded = known ?? recordedVersions(tagRecord(group?.Tags));
  if (!isApplyScope(scope)) return among(scope, recorded);
  const { versions } = scope.spec;
  if (!versions && recorded.length === 0) return scope;
  const wanted = versions
    ? withVersions(scope, versions, recorded.length === 0 && group ? [adopted(scope)] : recorded)
    : leaving(scope, recorded);
  return { ...scope, ...(known ? wanted : await asFound(scope, wanted)) };
}

/** What the template describes begins anew where its ECS service is gone, whatever is on record: its removal may have been cut off. */
async function asFound(scope: ApplyScope, wanted: InVersions): Promise<InVersions> {
  const [current, ...others] = wanted.versions!;
  if (current!.state === 'new') return wanted;
  const service = await managedDescribedService({ ...scope, ecsService: wanted.ecsService });
  return service?.status === 'ACTIVE'
    ? wanted
    : { ...wanted, versions: [{ ...current!, state: 'new' }, ...others] };
}

/** The ECS service that runs what the template has said up to now, when there is one of this type. */
export async function serviceOfRecord({ identity, ...scope }: Scope): Promise<Service | undefined> {
  const group = serviceGroupIn(await survey({ identity, ...scope }), identity);
  return managedDescribedService(among({ identity, ...scope }, recordedVersions(tagRecord(group?.Tags))));
}

function among<Any extends Scope>(scope: Any, recorded: readonly RecordedVersion[]): Any {
  const newest = describedVersion(recorded);
  if (!newest) return scope;
  const versions = [newest, ...recorded.filter((version) => version !== newest)];
  return { ...scope, versions, ecsService: ecsServiceOfVersion(scope.identity, newest) };
}

/** The ECS service of a service without versions, as a version. */
function adopted({ previousSpec }: ApplyScope): RecordedVersion {
  const id = previousSpec ? versionId(previousSpec) : UNVERSIONED;
  return { id, number: 1, state: 'proven', label: id, isUnversioned: true };
}

type InVersions = Pick<ApplyScope, 'spec' | 'versions' | 'ecsService' | 'formerEcsService'>;

function withVersions(
  scope: ApplyScope,
  spec: VersionsSpec,
  recorded: readonly RecordedVersion[],
): InVersions {
  const previous = scope.previousSpec?.versions;
  const [newest] = recorded;
  const isSame = previous?.id === spec.id;
  // Between two versions of the code the same content may have two ids.
  const there =
    recorded.find((version) => version.id === spec.id) ?? (isSame ? describedVersion(recorded) : undefined);
  const { id } = there ?? spec;
  const current: RecordedVersion = {
    ...(there ?? { id, state: 'new' as const }),
    label: spec.label,
    number: there && there === newest ? there.number : (newest?.number ?? 0) + 1,
  };
  const others = recorded.filter((version) => version.id !== id);
  checkLabels(spec, others);
  const former = others.find((version) => version.id === previous?.id) ?? others[0];
  return {
    spec: scope.spec,
    versions: [current, ...others],
    ecsService: ecsServiceOfVersion(scope.identity, current),
    formerEcsService: former && ecsServiceOfVersion(scope.identity, former),
  };
}

/** @throws HandlerError InvalidRequest. */
function checkLabels({ label, traffic = [] }: VersionsSpec, others: readonly RecordedVersion[]): void {
  const there = others.filter(({ state }) => state !== 'new');
  if (there.some((version) => version.label === label)) {
    throw invalid(
      'Version',
      `${label} is the label of a version that runs something else than the template says now`,
      'Give what the template runs another label, or let it run what that version runs',
    );
  }
  const labels = [label, ...there.map((version) => version.label)];
  const unknown = traffic.findIndex((share) => !labels.includes(share.label));
  if (unknown < 0) return;
  throw invalid(
    `Traffic/${unknown}/Version`,
    `there is no version ${traffic[unknown]!.label}; there are ${labels.join(', ')}`,
    'Name versions that there are: those of the attribute Versions, and that of the template',
  );
}

/**
 * The scope of a service that is to be one ECS service again: as if that were the version which the template describes. It is
 * deployed without moving requests, and then gets all of them.
 */
function leaving(scope: ApplyScope, recorded: readonly RecordedVersion[]): InVersions {
  checkLeaves(scope);
  const there = recorded.find(({ isUnversioned }) => isUnversioned);
  const { id = UNVERSIONED, label = UNVERSIONED } = there ?? {};
  const current: RecordedVersion = {
    ...(there ?? { id, label, state: 'new' as const }),
    number: there && there === recorded[0] ? there.number : recorded[0]!.number + 1,
    isUnversioned: true,
  };
  const others = recorded.filter((version) => version !== there);
  const { settings } = scope.spec;
  const spec: ServiceSpec = {
    ...scope.spec,
    settings: {
      ...settings,
      deploymentConfiguration: { ...settings.deploymentConfiguration, strategy: 'ROLLING' },
    },
    versions: {
      id,
      label,
      reach: {},
      standby: { count: 0 },
      steps: { parts: [], minutes: 0, bakeMinutes: 0 },
      takesAll: true,
    },
  };
  return {
    spec,
    versions: [current, ...others],
    ecsService: ecsServiceOf(scope.identity),
    formerEcsService: others[0] && ecsServiceOfVersion(scope.identity, others[0]),
  };
}

/**
 * Versions that only the template before names are removed with the others, so that its rollback would find them no more.
 *
 * @throws HandlerError InvalidRequest.
 */
function checkLeaves({ previousSpec }: ApplyScope): void {
  const { traffic = [], label } = previousSpec?.versions ?? {};
  const other = traffic.find((share) => share.label !== label && share.weight > 0);
  if (!other) return;
  throw invalid(
    'DeploymentConfiguration/Strategy',
    `cannot change from VERSIONED while Traffic sends requests to ${other.label}, which a rollback could not make again`,
    'Remove Traffic in an update before, so that all requests go to the version of the template',
  );
}

/** Whether a service is to be one ECS service again. */
export function isLeavingVersions({ spec }: Scope): boolean {
  return spec?.versions?.takesAll === true;
}

/** A version has its target group on one load balancer. @throws HandlerError InvalidRequest when it would have to move. */
export function checkStays({ exposures, versions }: Scope): void {
  if (!versions || !exposures?.joining) return;
  throw invalid(
    'LoadBalancerConfiguration',
    'would have the service move to another load balancer, or to target groups of another protocol, where the versions cannot follow',
    'Make DeploymentConfiguration/Strategy CANARY in an update before, let the service move, then make it VERSIONED again',
  );
}

/**
 * Ids of the versions that are not to be kept: those that were never healthy, those that have waited for too long, and of those
 * that wait the oldest. One that has requests is kept, and one that the template names. So is one that the template named before,
 * until the next update: a rollback could not make it again, for no template says what it runs.
 *
 * @param observations of all versions, once everything is as the template says.
 * @param now in milliseconds since 1970.
 */
export function obsoleteVersions(
  { spec, previousSpec, versions = [] }: ApplyScope,
  observations: Observations,
  now: number,
): string[] {
  const { standby, traffic = [], takesAll } = spec.versions!;
  const named = takesAll ? [] : [...traffic, ...(previousSpec?.versions?.traffic ?? [])];
  const observed = observations as ObservedKinds;
  const { weights = {} } = observed.Traffic ?? {};
  const waiting = versions
    .slice(1)
    .filter(({ id, label }) => !weights[id] && !named.some((share) => share.label === label));
  const serviceOf = (id: string) => observationsOfVersion({ versions }, observed, id).Service?.service;
  const { retentionInDays = Infinity } = standby;
  const isOverdue = (id: string) =>
    now - Number(serviceOf(id)?.createdAt ?? now) > retentionInDays * MILLISECONDS_OF_A_DAY;
  const isGone = (id: string) => serviceOf(id)?.status !== 'ACTIVE';
  const kept = waiting
    .filter(({ id, state }) => state !== 'new' && !isGone(id) && !isOverdue(id))
    .slice(0, standby.count);
  return waiting.filter((version) => !kept.includes(version)).map(({ id }) => id);
}

/**
 * Remove versions.
 *
 * @param ids of those that get no requests any more.
 * @param observations of everything; undefined when an invocation before has begun.
 */
export async function retire(
  componentsIn: ComponentsIn,
  scope: ApplyScope,
  ids: readonly string[],
  observations: Observations | undefined,
  continuation: Continuation,
  hasTime: HasTime,
): Promise<Convergence> {
  if (observations) {
    await leaveRules(scope, ids, observations);
    await tellOfRetired(scope, ids, observations);
  }
  const nodes = nodesOf(componentsIn, scope.exposures);
  const own = ids.flatMap((id) => versionNodes(nodes, id));
  const isOwn = (node: string) => own.some(({ id }) => id === node);
  const alone = own.map((node) => ({
    ...node,
    goal: 'removed' as const,
    needs: node.needs.filter((need) => isOwn(need.node)),
  }));
  const result = await teardown(alone, scope, continuation, hasTime);
  if (result.status === 'done') {
    const left = scope.versions!.filter(({ id }) => !ids.includes(id));
    await forgetVersions(
      scope,
      left.map(({ id }) => id),
    );
  }
  return result;
}

/** No request comes to the versions any more, and no rule names their target groups, which could not be deleted else. */
async function leaveRules(scope: Scope, ids: readonly string[], observations: Observations): Promise<void> {
  const observed = observations as ObservedKinds;
  const { ListenerRule } = observed;
  const found = ids.map((id) => observationsOfVersion(scope, observed, id));
  const own = found.flatMap(({ VersionRules }) => Object.values(VersionRules?.rules ?? {}));
  await allOf(own.map(({ arn }) => deleteRule(scope, arn)));
  if (!ListenerRule) return;
  const arns = found.flatMap(({ TargetGroups }) => TargetGroups?.arns ?? []);
  const rule = await ruleAt(scope, ListenerRule.arn);
  const kept = weightsOf(rule).filter(
    ({ targetGroupArn, weight }) => weight > 0 || !arns.includes(targetGroupArn),
  );
  await setWeights(scope, rule, kept);
}

/** Tell the event bus. Versions that were never healthy are nobody's concern. */
async function tellOfRetired(
  scope: ApplyScope,
  ids: readonly string[],
  observations: Observations,
): Promise<void> {
  const { weights = {} } = (observations as ObservedKinds).Traffic ?? {};
  const told = scope.versions!.filter(({ state }, index) => index === 0 || state !== 'new');
  const weightsOfAll = (versions: readonly RecordedVersion[]) =>
    versions.map(({ id, label }) => ({ version: label, weight: weights[id] ?? 0 }));
  const [from, to] = [weightsOfAll(told), weightsOfAll(told.filter(({ id }) => !ids.includes(id)))];
  for (const { label } of told.filter(({ id }) => ids.includes(id))) {
    await publish(scope, { kind: 'retired', serviceVersion: label, from, to });
  }
}
