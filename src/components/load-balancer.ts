import {
  CreateLoadBalancerCommand,
  SetSubnetsCommand,
  type LoadBalancer as ElbLoadBalancer,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ApplyScope, Component, Scope } from '../component';
import { HandlerError } from '../errors';
import { SHARED_TAG } from '../identity';
import { CLOSE_PERMISSIONS, closeIfUnused } from '../load-balancer-closing';
import { NETWORK_PERMISSIONS, oneSubnetPerZone, type Network } from '../network';
import { done, wait, type Outcome } from '../outcome';
import { keyOf } from '../placement';
import { isSdkError } from '../sdk-errors';
import { isApplyScope, placeOf, survey, SURVEY_PERMISSIONS } from '../survey';
import { tagList } from '../tags';
import type { ObservedLoadBalancerSecurityGroup } from './load-balancer-security-group';
import type { ObservedServiceSecurityGroup } from './service-security-group';

/** An Application Load Balancer that services share. */
export interface ObservedLoadBalancer {
  readonly arn: string;
  readonly name: string;
  /** Last part of the ARN, the value of the CloudWatch dimension LoadBalancer: `app/<name>/<id>`. */
  readonly fullName: string;
  readonly dnsName: string;
  /** Hosted zone of `dnsName`, for alias records. */
  readonly canonicalHostedZoneId: string;
  readonly access: Network['access'];
  readonly securityGroupIds: readonly string[];
  /** Subnets by Availability Zone. */
  readonly subnets: Readonly<Record<string, string>>;
  /** While it is provisioning it can be given listeners, but answers no request. */
  readonly state: 'active' | 'provisioning' | 'failed';
}

interface Needs {
  ServiceSecurityGroup: ObservedServiceSecurityGroup;
  LoadBalancerSecurityGroup: ObservedLoadBalancerSecurityGroup;
}

const SCHEMES = { PUBLIC: 'internet-facing', PRIVATE: 'internal' } as const;

/**
 * The load balancer that the service is placed on; up to 25 services share one (see placement.ts). It is not waited for:
 * dns-record.ts does that at the end, so that everything else is made meanwhile.
 */
export const loadBalancer: Component<ObservedLoadBalancer, Needs> = {
  kind: 'LoadBalancer',
  needs: ['ServiceSecurityGroup', 'LoadBalancerSecurityGroup'],
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

  async observe(scope, { ServiceSecurityGroup, LoadBalancerSecurityGroup: group }) {
    const name = await placeOf(scope);
    const { loadBalancers } = await survey(scope);
    const found = loadBalancers.find(({ LoadBalancerName }) => LoadBalancerName === name);
    if (!found || !isShared(scope, found, group)) return undefined;
    const loadBalancer = observed(found);
    if (ServiceSecurityGroup && isApplyScope(scope)) await checkFits(scope, loadBalancer, group);
    return loadBalancer;
  },

  async apply(scope, { LoadBalancerSecurityGroup: group }, current) {
    if (!current) return create(scope, group);
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
function observed(found: ElbLoadBalancer): ObservedLoadBalancer {
  const arn = found.LoadBalancerArn!;
  const zones = (found.AvailabilityZones ?? []).map(({ ZoneName, SubnetId }) => [ZoneName, SubnetId]);
  const code = found.State?.Code;
  return {
    arn,
    name: found.LoadBalancerName!,
    fullName: arn.slice(arn.indexOf('loadbalancer/') + 'loadbalancer/'.length),
    dnsName: found.DNSName!,
    canonicalHostedZoneId: found.CanonicalHostedZoneId!,
    access: found.Scheme === SCHEMES.PRIVATE ? 'PRIVATE' : 'PUBLIC',
    securityGroupIds: found.SecurityGroups ?? [],
    subnets: Object.fromEntries(zones),
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

/** A service stays on the load balancer it was placed on: what would take another one cannot change. */
async function checkFits(
  scope: ApplyScope,
  { name, access }: ObservedLoadBalancer,
  group: ObservedLoadBalancerSecurityGroup | undefined,
): Promise<void> {
  const network = await scope.network();
  const remedy = 'Leave it as it is, or give another ServiceName so that the service is replaced';
  if (access !== network.access) {
    throw new HandlerError(
      'NotUpdatable',
      `the service is ${access.toLowerCase()} by its load balancer ${name}, but the subnets are ${network.access.toLowerCase()}`,
      { propertyPath: 'NetworkConfiguration/Subnets', remedy },
    );
  }
  if (group?.webAclArn !== scope.spec.webAclArn) {
    throw new HandlerError(
      'NotUpdatable',
      `the service shares load balancer ${name} with services of ${group?.webAclArn ? `web ACL ${group.webAclArn}` : 'no web ACL'}`,
      { propertyPath: 'WebAclArn', remedy },
    );
  }
}

async function create(
  scope: ApplyScope,
  group: ObservedLoadBalancerSecurityGroup,
): Promise<Outcome<ObservedLoadBalancer>> {
  const { access, subnets } = await scope.network();
  try {
    const { LoadBalancers = [] } = await scope.clients.elasticLoadBalancing.send(
      new CreateLoadBalancerCommand({
        Name: group.name,
        Type: 'application',
        Scheme: SCHEMES[access],
        IpAddressType: 'ipv4',
        Subnets: oneSubnetPerZone(subnets).map(({ id }) => id),
        SecurityGroups: [group.id],
        Tags: tagList({ [SHARED_TAG]: keyOf(group.name) }),
      }),
    );
    return done(observed(LoadBalancers[0]!));
  } catch (error) {
    if (isSdkError(error, 'DuplicateLoadBalancerNameException', 'InvalidSecurityGroupException')) {
      // Another service makes it, or removes the last one of this name, at this moment.
      return wait(`load balancer ${group.name}, which another service is making or removing`, 2);
    }
    throw error;
  }
}

/**
 * Let the load balancer reach every Availability Zone that the service's tasks run in; targets in others get no
 * requests. Nothing changes for the other services.
 */
async function coverZones(scope: ApplyScope, current: ObservedLoadBalancer): Promise<ObservedLoadBalancer> {
  const network = await scope.network();
  const missing = oneSubnetPerZone(network.subnets).filter(
    ({ availabilityZone }) => !(availabilityZone in current.subnets),
  );
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
