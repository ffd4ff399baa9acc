import {
  CreateLoadBalancerCommand,
  SetSubnetsCommand,
  type LoadBalancer as ElbLoadBalancer,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ApplyScope, Component, Scope } from '../../composition/component';
import { gone, isSharedExposure, partInStatus, type PartStatus } from '../../composition/part';
import { HandlerError } from '../../../core/failure';
import { sharedTag } from '../../memory/ownership';
import { CLOSE_PERMISSIONS, closeIfUnused } from '../../sharing/load-balancer-closing';
import { hasIpv6, type IpAddressType, type Scheme } from '../../properties/load-balancer-settings';
import { NETWORK_PERMISSIONS } from '../../network/network';
import { done, wait, type Outcome } from '../../../core/outcome';
import { keyOf, managedLoadBalancerName, sharedName } from '../../exposures';
import { isSdkError } from '../../../aws/sdk-errors';
import { isServing } from '../../memory/recorded-exposures';
import type { Subnet } from '../../network/subnets';
import { isApplyScope, survey, SURVEY_PERMISSIONS } from '../../sharing/survey';
import { tagList, type ResourceTag } from '../../identity/tags';
import type { ObservedLoadBalancerSecurityGroup } from '../ec2/load-balancer-security-group';
import type { ObservedServiceSecurityGroup } from '../ec2/service-security-group';

/** The load balancer through which the service is reached. */
export interface ObservedLoadBalancer {
  readonly arn: string;
  readonly name: string;
  /** Last part of the ARN, the value of the CloudWatch dimension LoadBalancer: `app/<name>/<id>`. */
  readonly fullName: string;
  readonly dnsName: string;
  /** Hosted zone of `dnsName`, for alias records. */
  readonly canonicalHostedZoneId: string;
  readonly scheme: Scheme;
  /** Undefined in what an earlier version of this code has kept. */
  readonly ipAddressType?: IpAddressType;
  readonly securityGroupIds: readonly string[];
  /** Subnets by Availability Zone. */
  readonly subnets: Readonly<Record<string, string>>;
  /** Allocation ids of the Elastic IP addresses of a Network Load Balancer. */
  readonly allocationIds?: readonly string[];
  /** While it is provisioning it can be given listeners, but answers no request. */
  readonly state: 'active' | 'provisioning' | 'failed';
}

type Needs = {
  ServiceSecurityGroup: ObservedServiceSecurityGroup;
  LoadBalancerSecurityGroup: ObservedLoadBalancerSecurityGroup;
};

interface LoadBalancerProperties {
  readonly Name: string;
  readonly Type: 'application' | 'network';
  readonly Scheme: Scheme;
  readonly IpAddressType: IpAddressType;
  readonly Subnets?: readonly string[];
  /** In the place of subnets, where a Network Load Balancer gets addresses that are given. */
  readonly SubnetMappings?: readonly { readonly SubnetId: string; readonly AllocationId: string }[];
  readonly SecurityGroups: readonly string[];
  readonly Tags: readonly ResourceTag[];
}

const PART_STATUS = {
  active: 'ACTIVE',
  provisioning: 'PROVISIONING',
  failed: 'FAILED',
} as const satisfies Record<ObservedLoadBalancer['state'], PartStatus>;

/**
 * The load balancer that the service is placed on; up to 25 services share one (see exposure.ts). It is not waited for:
 * dns-record.ts does that at the end, so that everything else is made meanwhile.
 */
export const loadBalancer: Component<ObservedLoadBalancer, Needs, LoadBalancerProperties> = {
  kind: 'LoadBalancer',
  needs: ['ServiceSecurityGroup', 'LoadBalancerSecurityGroup'],
  // Who sees others on the load balancer leaves its group to them, so that its own rule in the group has to be gone before.
  removedAfter: ['SecurityGroupRules'],
  shared: true,
  per: 'load balancer',
  permissions: {
    observe: [...SURVEY_PERMISSIONS],
    apply: [
      ...NETWORK_PERMISSIONS,
      'elasticloadbalancing:AddTags',
      'elasticloadbalancing:CreateLoadBalancer',
      'elasticloadbalancing:SetSubnets',
    ],
    remove: [...CLOSE_PERMISSIONS],
  },

  desired({ spec: { loadBalancer: spec }, exposure, network: { loadBalancer: where }, refer }) {
    const name = sharedName(exposure);
    if (name === undefined || !where || spec.kind !== 'shared') return [];
    const properties = {
      Name: name,
      Type: 'application',
      Scheme: where.scheme,
      IpAddressType: spec.ipAddressType,
      Subnets: where.subnets.map(({ id }) => id),
      SecurityGroups: [refer('LoadBalancerSecurityGroup', 'GroupId')],
      Tags: tagList(sharedTag(keyOf(name))),
    } as const;
    return [{ type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', shared: true, properties }];
  },

  attributes: ({ arn, fullName, dnsName, canonicalHostedZoneId }) => ({
    '': {
      Ref: arn,
      LoadBalancerArn: arn,
      LoadBalancerFullName: fullName,
      DNSName: dnsName,
      CanonicalHostedZoneID: canonicalHostedZoneId,
    },
  }),

  parts(scope, observed) {
    const type = 'AWS::ElasticLoadBalancingV2::LoadBalancer';
    if (!isSharedExposure(scope)) return [];
    if (!observed) return [gone(type)];
    const { arn, state } = observed;
    return [partInStatus(type, arn, PART_STATUS[state], `Elastic Load Balancing says ${state}`)];
  },

  async observe(scope, { LoadBalancerSecurityGroup: group }) {
    const name = managedLoadBalancerName(scope.exposure);
    const { loadBalancers } = await survey(scope);
    const found = loadBalancers.find(({ LoadBalancerName }) => LoadBalancerName === name);
    if (!found || !isShared(scope, found, group)) return undefined;
    const loadBalancer = observedLoadBalancer(found);
    if (isApplyScope(scope)) await checkZones(scope, loadBalancer);
    return loadBalancer;
  },

  async apply(scope, _needs, current) {
    if (!current) return create(scope, scope.desired['']!);
    if (current.state === 'failed') {
      throw new HandlerError('NotStabilized', `load balancer ${current.name} could not be provisioned`, {
        remedy: 'Delete it, and try again',
      });
    }
    return done(await coverZones(scope, current));
  },

  async remove(scope, _found, { arn }) {
    return closeIfUnused(scope, arn);
  },
};

/** What AWS says about a load balancer, as far as it matters here. */
export function observedLoadBalancer(found: ElbLoadBalancer): ObservedLoadBalancer {
  const arn = found.LoadBalancerArn!;
  const zones = (found.AvailabilityZones ?? []).map(({ ZoneName, SubnetId }) => [ZoneName, SubnetId]);
  const allocationIds = (found.AvailabilityZones ?? [])
    .flatMap(({ LoadBalancerAddresses = [] }) => LoadBalancerAddresses)
    .flatMap(({ AllocationId }) => AllocationId ?? []);
  const code = found.State?.Code;
  return {
    arn,
    name: found.LoadBalancerName!,
    fullName: arn.slice(arn.indexOf('loadbalancer/') + 'loadbalancer/'.length),
    dnsName: found.DNSName!,
    canonicalHostedZoneId: found.CanonicalHostedZoneId!,
    scheme: found.Scheme as Scheme,
    ipAddressType: found.IpAddressType as IpAddressType,
    securityGroupIds: found.SecurityGroups ?? [],
    subnets: Object.fromEntries(zones),
    ...(allocationIds.length > 0 && { allocationIds: allocationIds.sort() }),
    // `active_impaired` works too: it lacks addresses to scale.
    state: code === 'provisioning' || code === 'failed' ? code : 'active',
  };
}

/** A shared load balancer is told by its security group, whose tag says that it is shared. */
function isShared(
  { spec }: Scope,
  { LoadBalancerName, SecurityGroups }: ElbLoadBalancer,
  group: ObservedLoadBalancerSecurityGroup | undefined,
): boolean {
  if (group && SecurityGroups?.includes(group.id)) return true;
  if (!spec) return false;
  throw new HandlerError(
    'ResourceConflict',
    `load balancer ${LoadBalancerName} has a name that is kept for this resource type, but not its security group`,
    {
      propertyPath: 'NetworkConfiguration/Subnets',
      remedy: 'Delete the load balancer, or give it back its security group',
    },
  );
}

async function create(
  scope: ApplyScope,
  wanted: LoadBalancerProperties,
): Promise<Outcome<ObservedLoadBalancer>> {
  try {
    const { LoadBalancers = [] } = await scope.clients.elasticLoadBalancing.send(
      new CreateLoadBalancerCommand({
        ...wanted,
        Subnets: wanted.Subnets && [...wanted.Subnets],
        SubnetMappings: wanted.SubnetMappings && [...wanted.SubnetMappings],
        SecurityGroups: [...wanted.SecurityGroups],
        Tags: [...wanted.Tags],
      }),
    );
    return done(observedLoadBalancer(LoadBalancers[0]!));
  } catch (error) {
    if (isSdkError(error, 'DuplicateLoadBalancerNameException', 'InvalidSecurityGroupException')) {
      // Another service makes it, or removes the last one of this name, at this moment.
      return wait(`load balancer ${wanted.Name}, which another service is making or removing`, 2);
    }
    throw error;
  }
}

/**
 * Subnets by which the load balancer comes to reach every Availability Zone that tasks of the service run in: targets in
 * others get no requests. Nothing changes for the other services. There are such subnets in two cases. Services without
 * subnets of their own follow the default VPC, and tasks of theirs may run in a zone that has come to it. And a service
 * that moves to other subnets is still reached on the load balancer that it leaves. All others share a load balancer only
 * when they agree on its subnets, and those cover the zones of their tasks.
 */
async function subnetsToCover(scope: ApplyScope, current: ObservedLoadBalancer): Promise<readonly Subnet[]> {
  const { loadBalancer: where } = await scope.network();
  const mayGrow = where?.followsDefaultVpc || (isLeft(scope) && where?.scheme === current.scheme);
  return mayGrow
    ? where!.subnets.filter(
        (subnet) =>
          !(subnet.availabilityZone in current.subnets) && (!isLeft(scope) || fits(subnet, current)),
      )
    : [];
}

/** Whether a load balancer can have a subnet: with IPv6 addresses it takes none without an IPv6 CIDR block. */
function fits({ ipv6 }: Subnet, { ipAddressType }: ObservedLoadBalancer): boolean {
  return ipv6 === true || !hasIpv6(ipAddressType);
}

/** Whether the service is about to move away. */
function isLeft(scope: Scope): boolean {
  return scope.exposures?.joining !== undefined && isServing(scope);
}

/** @throws HandlerError NotUpdatable when new tasks could not be reached on the load balancer that serves until they have moved. */
async function checkZones(scope: ApplyScope, current: ObservedLoadBalancer): Promise<void> {
  if (!isLeft(scope)) return;
  const { subnets } = await scope.network();
  const reached = [
    ...Object.keys(current.subnets),
    ...(await subnetsToCover(scope, current)).map(({ availabilityZone }) => availabilityZone),
  ];
  const zones = subnets.map(({ availabilityZone }) => availabilityZone);
  const unreached = zones.filter((zone, index) => !reached.includes(zone) && zones.indexOf(zone) === index);
  if (unreached.length === 0) return;
  throw new HandlerError(
    'NotUpdatable',
    `load balancer ${current.name}, where the service is reached until it has moved, is not in ${unreached.join(', ')}`,
    {
      propertyPath: 'NetworkConfiguration/Subnets',
      remedy: `Move to subnets in ${Object.keys(current.subnets).join(', ')} first, or give another ServiceName so that the service is replaced`,
    },
  );
}

async function coverZones(scope: ApplyScope, current: ObservedLoadBalancer): Promise<ObservedLoadBalancer> {
  const missing = await subnetsToCover(scope, current);
  if (missing.length === 0) return current;
  const subnets = {
    ...current.subnets,
    ...Object.fromEntries(missing.map(({ id, availabilityZone }) => [availabilityZone, id])),
  };
  await scope.clients.elasticLoadBalancing.send(
    new SetSubnetsCommand({ LoadBalancerArn: current.arn, Subnets: Object.values(subnets) }),
  );
  return { ...current, subnets };
}
