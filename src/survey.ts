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
import type { ApplyScope, Scope } from './component';
import { fittingName, RESERVED_TAG_PREFIX, SHARED_TAG, type Identity } from './identity';
import { isOwn } from './ownership';
import { allItems } from './pages';
import {
  choosePlace,
  LOAD_BALANCER_NAME_PREFIX,
  sharingKey,
  type Candidates,
  type SharedGroup,
} from './placement';
import { tagRecord } from './tags';

/** Tag of a service's security group: name of the load balancer that the service is placed on. */
export const LOAD_BALANCER_TAG = `${RESERVED_TAG_PREFIX}load-balancer`;

/** IAM actions of {@link survey}. */
export const SURVEY_PERMISSIONS = [
  'ec2:DescribeSecurityGroups',
  'elasticloadbalancing:DescribeLoadBalancers',
] as const;

/** See the head of this file. */
export interface Survey {
  /** Groups with the name of the service's own, in whatever VPC and whoever made them, and those of load balancers. */
  readonly groups: readonly SecurityGroup[];
  /** All whose name begins like that of a shared one. */
  readonly loadBalancers: readonly LoadBalancer[];
}

const surveys = new WeakMap<Scope, Promise<Survey>>();

/** The survey as it was at the beginning of the invocation: several components look at it. */
export function survey(scope: Scope): Promise<Survey> {
  const known = surveys.get(scope);
  if (known) return known;
  const looking = takeSurvey(scope);
  surveys.set(scope, looking);
  return looking;
}

/** The same with calls of its own, for those who must know how it is now. */
export async function takeSurvey({ clients, identity }: Scope): Promise<Survey> {
  const names = [serviceGroupName(identity), `${LOAD_BALANCER_NAME_PREFIX}*`];
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
    loadBalancers: loadBalancers.filter(({ LoadBalancerName }) =>
      LoadBalancerName?.startsWith(LOAD_BALANCER_NAME_PREFIX),
    ),
  };
}

/** Name of the security group of a service's tasks. */
export function serviceGroupName({ clusterName, serviceName }: Identity): string {
  return fittingName(`${clusterName}/${serviceName}/Tasks`, 255);
}

/** The service's own security group. */
export function serviceGroupIn({ groups }: Survey, identity: Identity): SecurityGroup | undefined {
  const name = serviceGroupName(identity);
  return groups.find(({ GroupName, Tags }) => GroupName === name && isOwn(identity, tagRecord(Tags)));
}

/**
 * Name of the load balancer that the service is placed on; when it is not yet, of the one that it is to be placed on.
 *
 * @returns undefined when the service is not placed and nothing is to be made.
 */
export async function placeOf(scope: Scope): Promise<string | undefined> {
  const found = await survey(scope);
  const group = serviceGroupIn(found, scope.identity);
  if (group) return tagRecord(group.Tags)[LOAD_BALANCER_TAG];
  return isApplyScope(scope) ? choosePlace(await candidates(scope, found)) : undefined;
}

/** The load balancers that the service may be placed on. */
export async function candidates(scope: ApplyScope, found: Survey): Promise<Candidates> {
  const network = await scope.network();
  const ownId = serviceGroupIn(found, scope.identity)?.GroupId;
  return {
    key: sharingKey(network, scope.spec.webAclArn),
    vpcId: network.vpcId,
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
    sharingKey: tagRecord(group.Tags)[SHARED_TAG],
    serviceGroupIds: egressTargets(group).filter((id) => id !== ownId),
  };
}
