/**
 * What there is of the network half of a service, found with two calls: the service's own security group, the groups
 * of all shared load balancers, and the load balancers.
 *
 * The service's own security group is made before anything else and removed after everything else, and its tags say
 * what the service is about to use: a service that is read or deleted, or whose creation was cut short, is found from
 * there, though nothing but its ARN is known.
 */
import { paginateDescribeSecurityGroups, type SecurityGroup } from '@aws-sdk/client-ec2';
import { paginateDescribeLoadBalancers, type LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ApplyScope, Scope } from '../composition/component';
import type { Domain } from '../properties/domains';
import { invalid } from '../../core/failure';
import { domainsOfTags } from '../memory/hosts';
import {
  fittingName,
  identityOfLoadBalancer,
  identityOfService,
  shortHash,
  type Identity,
} from '../identity/identity';
import type { Network } from '../network/network';
import { recordedLoadBalancers } from '../memory/additional-load-balancers';
import { isManaged, sharedBy } from '../memory/ownership';
import { allItems } from '../../aws/pages';
import {
  isExposedAs,
  keyOf,
  LOAD_BALANCER_NAME_PREFIX,
  loadBalancerNameOf,
  loadBalancerNumber,
  type Exposure,
  type SharedExposure,
  type WantedExposure,
} from '../exposures';
import { choosePlace, wantedExposure, type Candidates, type SharedGroup } from './shared-load-balancer';
import { recordedExposures, type Exposures } from '../memory/recorded-exposures';
import { tagRecord } from '../identity/tags';
import { checkVersion } from '../memory/version';
import { sessionValue } from '../../aws/session';

/** IAM actions of {@link survey}. */
export const SURVEY_PERMISSIONS = [
  'ec2:DescribeSecurityGroups',
  'elasticloadbalancing:DescribeLoadBalancers',
] as const;

/** See the head of this file. */
export interface Survey {
  /** Groups with the name of the service's own, in whatever VPC and whoever made them, and those of load balancers. */
  readonly groups: readonly SecurityGroup[];
  /** All of the account and Region, also those that services do not share. */
  readonly loadBalancers: readonly LoadBalancer[];
}

/** Characters of a group's name (EC2 API reference, CreateSecurityGroup). */
const LONGEST_GROUP_NAME = 255;

/** The survey as it was at the beginning of the invocation: several components look at it. */
export const survey = sessionValue(takeSurvey);

/** The same with calls of its own, for those who must know how it is now. */
export async function takeSurvey({ clients, identity }: Scope): Promise<Survey> {
  const service = identityOfService(identity);
  const names = [
    serviceGroupName(service),
    formerServiceGroupName(service),
    `${formerServiceGroupName(identityOfLoadBalancer(service, '*'))}*`,
    `${LOAD_BALANCER_NAME_PREFIX}*`,
  ];
  const [groups, loadBalancers] = await Promise.all([
    allItems(
      paginateDescribeSecurityGroups(
        { client: clients.ec2 },
        { Filters: [{ Name: 'group-name', Values: names }] },
      ),
      ({ SecurityGroups }) => SecurityGroups,
    ),
    allItems(
      paginateDescribeLoadBalancers({ client: clients.elasticLoadBalancing }, {}),
      ({ LoadBalancers }) => LoadBalancers,
    ),
  ]);
  return {
    groups,
    loadBalancers,
  };
}

/**
 * Name of the security group of a service's tasks. EC2 compares the names of a VPC without regard to case, where ECS tells
 * services apart by it, so that a name with capital letters gets a hash.
 */
export function serviceGroupName(identity: Identity): string {
  const name = formerServiceGroupName(identity);
  const { clusterName, serviceName } = identity;
  const own = `${clusterName}/${serviceName}`;
  if (own === own.toLowerCase()) return name;
  return `${name.slice(0, LONGEST_GROUP_NAME - 13)}-${shortHash(own, 12)}`;
}

/** The name that services with capital letters were given until 2026-11-28; what has it keeps it. */
function formerServiceGroupName({ clusterName, serviceName }: Identity): string {
  return fittingName(`${clusterName}/${serviceName}/Tasks`, LONGEST_GROUP_NAME);
}

/** Names of the additional load balancers that are on record of a service. */
export async function additionalLoadBalancersOf(scope: Scope): Promise<readonly string[]> {
  const group = serviceGroupIn(await survey(scope), scope.identity);
  return recordedLoadBalancers(tagRecord(group?.Tags));
}

/** The domains that are on record of a service; none when there is no service. */
export async function recordedDomains(scope: Scope): Promise<readonly Domain[]> {
  const group = serviceGroupIn(await survey(scope), scope.identity);
  return domainsOfTags(tagRecord(group?.Tags));
}

/**
 * The service's own security group.
 *
 * @throws HandlerError InvalidRequest when a newer version of this resource type has written its tags.
 */
export function serviceGroupIn({ groups }: Survey, identity: Identity): SecurityGroup | undefined {
  const names = [serviceGroupName(identity), formerServiceGroupName(identity)];
  const group = groups.find(
    ({ GroupName, Tags }) => names.includes(GroupName!) && isManaged(identity, tagRecord(Tags)),
  );
  if (group) checkVersion(tagRecord(group.Tags), `${group.GroupId} (${group.GroupName})`);
  return group;
}

/**
 * The exposures of the service. When the desired state is known they are as an update finds them that brings the
 * service to the exposure it asks for; all others are to be left.
 *
 * @returns undefined when the service has none and nothing is to be made.
 */
export async function exposuresOf(scope: Scope): Promise<Exposures | undefined> {
  const [found, network] = await Promise.all([
    survey(scope),
    isApplyScope(scope) ? scope.network() : undefined,
  ]);
  const group = serviceGroupIn(found, scope.identity);
  const recorded = group && recordedExposures(tagRecord(group.Tags));
  if (!isApplyScope(scope)) return recorded && { serving: recorded.serving, leaving: recorded.others };
  const wanted = wantedExposure(scope.spec, network!, scope.identity);
  if (!recorded) return { serving: chooseExposure(scope, network!, found, wanted), leaving: [] };
  const { serving, others } = recorded;
  if (isExposedAs(serving, wanted)) return { serving, leaving: others };
  checkProtocolChange(serving, wanted);
  return {
    serving,
    joining:
      others.find((other) => isExposedAs(other, wanted)) ?? chooseExposure(scope, network!, found, wanted),
    leaving: others.filter((other) => !isExposedAs(other, wanted)),
  };
}

/**
 * While a service moves, new tasks are in target groups of both protocol versions, and have to pass the health checks of
 * both: servers of gRPC do not pass one by HTTP, and the other way round.
 *
 * @throws HandlerError InvalidRequest.
 */
function checkProtocolChange(serving: Exposure, wanted: WantedExposure): void {
  const [from, to] = [serving.protocolVersion, wanted.protocolVersion];
  // Where there is no load balancer nothing checks the tasks.
  if (!from || !to) return;
  if ((from === 'GRPC') === (to === 'GRPC')) return;
  throw invalid(
    'TargetGroupConfiguration/ProtocolVersion',
    `cannot change from ${from} to ${to}: for a while new tasks would have to pass the health checks of both`,
    'Give another ServiceName too, so that CloudFormation replaces the service',
  );
}

/** Whether the load balancer of an exposure is there. */
export function isThere({ loadBalancers }: Survey, exposure: Exposure): boolean {
  return loadBalancers.some(({ LoadBalancerName }) => LoadBalancerName === loadBalancerNameOf(exposure));
}

/** The exposure on the next load balancer that may have room, when the one of an exposure has none. */
export async function nextExposure(scope: ApplyScope, full: SharedExposure): Promise<SharedExposure> {
  const [{ vpcId }, found] = await Promise.all([scope.network(), takeSurvey(scope)]);
  const there = candidates(scope, keyOf(full.loadBalancerName), vpcId, found);
  return { ...full, loadBalancerName: choosePlace(there, loadBalancerNumber(full.loadBalancerName)) };
}

function chooseExposure(
  scope: ApplyScope,
  { vpcId }: Network,
  found: Survey,
  wanted: WantedExposure,
): Exposure {
  if (!('sharingKey' in wanted)) return wanted;
  const { sharingKey, protocolVersion } = wanted;
  const loadBalancerName = choosePlace(candidates(scope, sharingKey, vpcId, found));
  return { kind: 'shared', loadBalancerName, protocolVersion };
}

/** The load balancers that the service may be placed on. */
function candidates({ identity }: Scope, key: string, vpcId: string, found: Survey): Candidates {
  const ownId = serviceGroupIn(found, identity)?.GroupId;
  return {
    key,
    vpcId,
    groups: found.groups.map((group) => sharedGroup(group, ownId)),
    loadBalancers: found.loadBalancers.map(({ LoadBalancerName, SecurityGroups = [], State }) => ({
      name: LoadBalancerName!,
      securityGroupIds: SecurityGroups,
      failed: State?.Code === 'failed',
    })),
  };
}

/** Ids of the security groups that the egress rules of a group lead to. */
export function egressTargets({ IpPermissionsEgress = [] }: SecurityGroup): string[] {
  const targets = IpPermissionsEgress.flatMap(({ UserIdGroupPairs = [] }) => UserIdGroupPairs);
  return [...new Set(targets.map(({ GroupId }) => GroupId!))];
}

/** Whether the desired state is known. */
export function isApplyScope(scope: Scope): scope is ApplyScope {
  return 'network' in scope;
}

function sharedGroup(group: SecurityGroup, ownId: string | undefined): SharedGroup {
  return {
    id: group.GroupId!,
    name: group.GroupName!,
    vpcId: group.VpcId!,
    sharingKey: sharedBy(tagRecord(group.Tags)),
    serviceGroupIds: egressTargets(group).filter((id) => id !== ownId),
  };
}
