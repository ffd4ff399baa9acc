/**
 * Which shared load balancer a service is placed on.
 *
 * Services share a load balancer when they agree on its {@link sharingKey}. Load balancers of one key are numbered, and
 * the first one with room takes the next service. How many services one holds is read off its security group: each
 * has an egress rule there. That is a hint only; what decides is who gets a rule priority (components/listener-rule.ts).
 */
import { shortHash } from './identity';
import type { Network } from './network';

/** Services on one load balancer, as in ECS Express Mode (Amazon ECS Developer Guide). */
export const SERVICES_PER_LOAD_BALANCER = 25;

/** What the names of all shared load balancers and their security groups begin with. */
export const LOAD_BALANCER_NAME_PREFIX = 'ecs-express-';

/** The security group of a shared load balancer, as far as placing matters. */
export interface SharedGroup {
  readonly id: string;
  /** The same as the load balancer's. */
  readonly name: string;
  readonly vpcId: string;
  /** Value of the tag that marks what is shared; undefined when the group is somebody else's. */
  readonly sharingKey?: string;
  /** Ids of the security groups of the services on the load balancer. */
  readonly serviceGroupIds: readonly string[];
}

/** A load balancer, as far as placing matters. */
export interface SharedLoadBalancer {
  readonly name: string;
  readonly securityGroupIds: readonly string[];
  readonly failed: boolean;
}

/** What there is to choose from. */
export interface Candidates {
  readonly key: string;
  readonly vpcId: string;
  readonly groups: readonly SharedGroup[];
  readonly loadBalancers: readonly SharedLoadBalancer[];
}

/**
 * What services on one load balancer have in common: VPC, scheme, subnets and web ACL, as ten hexadecimal digits.
 *
 * @param webAclArn undefined means none.
 */
export function sharingKey({ vpcId, access, subnets }: Network, webAclArn: string | undefined): string {
  const subnetIds = subnets.map(({ id }) => id).sort();
  return shortHash(JSON.stringify([vpcId, access, subnetIds, webAclArn ?? null]), 10);
}

/** Name of the load balancer with this number, and of its security group; 32 characters at most, as ELB wants it. */
export function loadBalancerName(key: string, number: number): string {
  return `${LOAD_BALANCER_NAME_PREFIX}${key}-${number}`;
}

/** Key in a name that {@link loadBalancerName} made. */
export function keyOf(name: string): string {
  return name.slice(LOAD_BALANCER_NAME_PREFIX.length, name.lastIndexOf('-'));
}

/** Number in a name that {@link loadBalancerName} made; 0 for any other name. */
export function loadBalancerNumber(name: string): number {
  return Number(/-(\d+)$/.exec(name)?.[1] ?? 0);
}

/**
 * Name of the first load balancer that may have room, existing or not. Names under which something foreign stands are
 * passed over.
 *
 * @param after number of a load balancer that turned out to have none: only later ones are looked at.
 */
export function choosePlace(candidates: Candidates, after = 0): string {
  for (let number = after + 1; ; number += 1) {
    const name = loadBalancerName(candidates.key, number);
    if (hasRoom(candidates, name)) return name;
  }
}

function hasRoom({ key, vpcId, groups, loadBalancers }: Candidates, name: string): boolean {
  const group = groups.find((candidate) => candidate.name === name && candidate.vpcId === vpcId);
  const loadBalancer = loadBalancers.find((candidate) => candidate.name === name);
  if (group && group.sharingKey !== key) return false;
  if (loadBalancer && (loadBalancer.failed || !group || !loadBalancer.securityGroupIds.includes(group.id))) {
    return false;
  }
  return (group?.serviceGroupIds.length ?? 0) < SERVICES_PER_LOAD_BALANCER;
}
