/** Names of what is made for exposures. */
import { shortHash, type Identity } from '../identity/identity';

/** What the names of all shared load balancers and their security groups begin with. */
export const LOAD_BALANCER_NAME_PREFIX = 'ecs-express-';

/** What the names of all target groups of services begin with. */
export const TARGET_GROUP_NAME_PREFIX = 'express-';

/** What the names of one service's target groups begin with, in whatever exposure. */
export function targetGroupNamePrefix({ serviceArn }: Pick<Identity, 'serviceArn'>): string {
  return `${TARGET_GROUP_NAME_PREFIX}${shortHash(serviceArn, 12)}-`;
}

/** Name of the load balancer with this number, and of its security group; 32 characters at most, as ELB wants it. */
export function loadBalancerName(key: string, number: number): string {
  return `${LOAD_BALANCER_NAME_PREFIX}${key}-${number}`;
}

/** Characters of the hash in the name of a Network Load Balancer: as many as ELB leaves room for. */
const NETWORK_HASH = 16;

/**
 * Name of the Network Load Balancer of a service, and of its security group.
 *
 * @param settings what it cannot change: with other settings the service has another one.
 */
export function networkLoadBalancerName(
  { serviceArn }: Pick<Identity, 'serviceArn'>,
  settings: readonly unknown[],
): string {
  return `${LOAD_BALANCER_NAME_PREFIX}net-${shortHash(JSON.stringify([serviceArn, ...settings]), NETWORK_HASH)}`;
}

/** Key in a name that {@link loadBalancerName} made. */
export function keyOf(name: string): string {
  return name.slice(LOAD_BALANCER_NAME_PREFIX.length, name.lastIndexOf('-'));
}

/** Number in a name that {@link loadBalancerName} made; 0 for any other name. */
export function loadBalancerNumber(name: string): number {
  return Number(/-(\d+)$/.exec(name)?.[1] ?? 0);
}
