/** Where a service receives its traffic. Which shared load balancer it gets is decided in sharing/shared-load-balancer.ts. */

/** Services on one load balancer, as in ECS Express Mode (Amazon ECS Developer Guide). */
export const SERVICES_PER_LOAD_BALANCER = 25;

/** Protocol between load balancer and tasks, as ELB names it. */
export type ProtocolVersion = 'HTTP1' | 'HTTP2' | 'GRPC';

/**
 * Where a service receives its traffic: a listener, and a pair of target groups of one protocol version. A target group
 * has one load balancer only and never another protocol version, so that each exposure has a rule and target groups of
 * its own, and a service changes one by moving.
 */
export type Exposure =
  SharedExposure | ExternalListenerExposure | NetworkExposure | NetworkListenerExposure | NoExposure;

/** On a load balancer that services share. */
export interface SharedExposure {
  readonly kind: 'shared';
  /** Name of the load balancer, made by `loadBalancerName` (names.ts). */
  readonly loadBalancerName: string;
  readonly protocolVersion: ProtocolVersion;
}

/** On a listener that the author looks after. */
export interface ExternalListenerExposure {
  readonly kind: 'external';
  readonly listenerArn: string;
  readonly protocolVersion: ProtocolVersion;
}

/** On a Network Load Balancer that the service has for itself. */
export interface NetworkExposure {
  readonly kind: 'network';
  /** Made by `networkLoadBalancerName` (names.ts). */
  readonly loadBalancerName: string;
  /** Of its target groups, as ELB names it. */
  readonly protocol: 'TCP' | 'UDP' | 'TCP_UDP';
  readonly protocolVersion?: undefined;
}

/** On a listener of a Network Load Balancer, both of which the author looks after. */
export interface NetworkListenerExposure {
  readonly kind: 'networkListener';
  readonly listenerArn: string;
  /** Of its target groups, as ELB names it. */
  readonly protocol: NetworkExposure['protocol'];
  readonly protocolVersion?: undefined;
}

/** Nowhere. */
export interface NoExposure {
  readonly kind: 'none';
  readonly protocolVersion?: undefined;
}

/** What a specification says of the exposure. */
export type WantedExposure =
  | { readonly kind: 'shared'; readonly sharingKey: string; readonly protocolVersion: ProtocolVersion }
  | Exclude<Exposure, SharedExposure>;
