/** Where a service receives its traffic. Which shared load balancer it gets is decided in sharing/shared-load-balancer.ts. */
import { shortHash, type Identity } from '../identity/identity';

/** Services on one load balancer, as in ECS Express Mode (Amazon ECS Developer Guide). */
export const SERVICES_PER_LOAD_BALANCER = 25;

/** What the names of all shared load balancers and their security groups begin with. */
export const LOAD_BALANCER_NAME_PREFIX = 'ecs-express-';

/** Protocol between load balancer and tasks, as ELB names it. */
export type ProtocolVersion = 'HTTP1' | 'HTTP2' | 'GRPC';

/**
 * Where a service receives its traffic: a listener, and a pair of target groups of one protocol version. A target group
 * has one load balancer only and never another protocol version, so that each exposure has a rule and target groups of
 * its own, and a service changes one by moving.
 */
export type Exposure = SharedExposure | ExternalListenerExposure;

/** On a load balancer that services share. */
export interface SharedExposure {
  readonly kind: 'shared';
  /** Name of the load balancer, made by {@link loadBalancerName}. */
  readonly loadBalancerName: string;
  readonly protocolVersion: ProtocolVersion;
}

/** On a listener that the author looks after. */
export interface ExternalListenerExposure {
  readonly kind: 'external';
  readonly listenerArn: string;
  readonly protocolVersion: ProtocolVersion;
}

/** What a specification says of the exposure. */
export type WantedExposure =
  | { readonly kind: 'shared'; readonly sharingKey: string; readonly protocolVersion: ProtocolVersion }
  | ExternalListenerExposure;

/** What the names of all target groups of services begin with. */
export const TARGET_GROUP_NAME_PREFIX = 'express-';

/** What the names of one service's target groups begin with, in whatever exposure. */
export function targetGroupNamePrefix({ serviceArn }: Pick<Identity, 'serviceArn'>): string {
  return `${TARGET_GROUP_NAME_PREFIX}${shortHash(serviceArn, 12)}-`;
}

/** Whether a service that is placed there is placed as its specification wants it. */
export function isExposedAs(exposure: Exposure, wanted: WantedExposure): boolean {
  return exposureKey(exposure) === exposureKey(wanted);
}

/**
 * Whether two exposures are on the same load balancer. Two listeners that the author looks after count as two; a shared
 * load balancer and its listener, which another service may name as its own, as one.
 */
export function isSameLoadBalancer(one: Exposure, other: Exposure): boolean {
  return one.kind === 'external' && other.kind === 'external'
    ? one.listenerArn === other.listenerArn
    : loadBalancerNameOf(one) === loadBalancerNameOf(other);
}

/** Name of the load balancer of an exposure, whoever looks after it. */
export function loadBalancerNameOf(exposure: Exposure): string {
  // arn:…:listener/app/<name>/<id of the load balancer>/<id of the listener>
  return exposure.kind === 'external' ? exposure.listenerArn.split('/')[2]! : exposure.loadBalancerName;
}

/** Name of the shared load balancer of an exposure; undefined when there is none. */
export function sharedName(exposure: Exposure | undefined): string | undefined {
  return exposure?.kind === 'shared' ? exposure.loadBalancerName : undefined;
}

/**
 * What names the target groups of an exposure, as eight hexadecimal digits. It does not depend on the number of a shared
 * load balancer, because a service goes on to the next number when the one it was to be placed on is full.
 */
export function exposureHash(exposure: Exposure): string {
  return shortHash(exposureKey(exposure), 8);
}

function exposureKey(exposure: Exposure | WantedExposure): string {
  const where =
    exposure.kind === 'external'
      ? exposure.listenerArn
      : 'sharingKey' in exposure
        ? exposure.sharingKey
        : keyOf(exposure.loadBalancerName);
  return `${where} ${exposure.protocolVersion}`;
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
