/**
 * Where a service receives its traffic, and which shared load balancer that is.
 *
 * Services share a load balancer when they agree on its {@link sharingKey}. Load balancers of one key are numbered, and
 * the first one with room takes the next service. How many services one holds is read off its security group: each
 * has an egress rule there. That is a hint only; what decides is who gets a rule priority (components/listener-rule.ts).
 */
import { shortHash, type Identity } from './identity';
import { sharedSettings } from './load-balancer-settings';
import type { Network } from './subnets';
import type { ServiceSpec } from './spec';

/** Services on one load balancer, as in ECS Express Mode (Amazon ECS Developer Guide). */
export const SERVICES_PER_LOAD_BALANCER = 25;

/** What the names of all shared load balancers and their security groups begin with. */
export const LOAD_BALANCER_NAME_PREFIX = 'ecs-express-';

/** Protocol between load balancer and tasks, as ELB names it. */
export type ProtocolVersion = 'HTTP1' | 'HTTP2' | 'GRPC';

/**
 * Where a service receives its traffic: a listener, and a pair of target groups of one protocol version. A target group
 * has one load balancer only and never another protocol version, so that each placement has a rule and target groups of
 * its own, and a service changes one by moving.
 */
export type Placement = SharedPlacement | OwnListenerPlacement;

/** On a load balancer that services share. */
export interface SharedPlacement {
  readonly kind: 'shared';
  /** Name of the load balancer, made by {@link loadBalancerName}. */
  readonly loadBalancerName: string;
  readonly protocolVersion: ProtocolVersion;
}

/** On a listener that the author looks after. */
export interface OwnListenerPlacement {
  readonly kind: 'own';
  readonly listenerArn: string;
  readonly protocolVersion: ProtocolVersion;
}

/** What a specification says of the placement. */
export type WantedPlacement =
  | { readonly kind: 'shared'; readonly sharingKey: string; readonly protocolVersion: ProtocolVersion }
  | OwnListenerPlacement;

/** What the names of all target groups of services begin with. */
export const TARGET_GROUP_NAME_PREFIX = 'express-';

/** What the names of one service's target groups begin with, in whatever placement. */
export function targetGroupNamePrefix({ serviceArn }: Pick<Identity, 'serviceArn'>): string {
  return `${TARGET_GROUP_NAME_PREFIX}${shortHash(serviceArn, 12)}-`;
}

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

/** The placement that a specification asks for. */
export function wantedPlacement(spec: ServiceSpec, network: Network): WantedPlacement {
  const { loadBalancer, webAclArn } = spec;
  const { protocolVersion } = spec.targetGroup;
  if (loadBalancer.kind === 'own') {
    return { kind: 'own', listenerArn: loadBalancer.listenerArn, protocolVersion };
  }
  const settings = { webAclArn, ...sharedSettings(loadBalancer) };
  return { kind: 'shared', sharingKey: sharingKey(network, settings), protocolVersion };
}

/** Whether a service that is placed there is placed as its specification wants it. */
export function isPlaced(placement: Placement, wanted: WantedPlacement): boolean {
  return placementKey(placement) === placementKey(wanted);
}

/**
 * Whether two placements are on the same load balancer. Two listeners that the author looks after count as two; a shared
 * load balancer and its listener, which another service may name as its own, as one.
 */
export function isSameLoadBalancer(one: Placement, other: Placement): boolean {
  return one.kind === 'own' && other.kind === 'own'
    ? one.listenerArn === other.listenerArn
    : loadBalancerNameOf(one) === loadBalancerNameOf(other);
}

/** Name of the load balancer of a placement, whoever looks after it. */
export function loadBalancerNameOf(placement: Placement): string {
  // arn:…:listener/app/<name>/<id of the load balancer>/<id of the listener>
  return placement.kind === 'own' ? placement.listenerArn.split('/')[2]! : placement.loadBalancerName;
}

/** Name of the shared load balancer of a placement; undefined when there is none. */
export function sharedName(placement: Placement | undefined): string | undefined {
  return placement?.kind === 'shared' ? placement.loadBalancerName : undefined;
}

/**
 * What names the target groups of a placement, as eight hexadecimal digits. It does not depend on the number of a shared
 * load balancer, because a service goes on to the next number when the one it was to be placed on is full.
 */
export function placementHash(placement: Placement): string {
  return shortHash(placementKey(placement), 8);
}

/** A placement as the value of a tag: load balancer or listener, and the protocol version unless it is HTTP1. */
export function placementText(placement: Placement): string {
  const { protocolVersion } = placement;
  return [locationOf(placement), ...(protocolVersion === 'HTTP1' ? [] : [protocolVersion])].join(' ');
}

/** The placement that {@link placementText} has written. */
export function parsePlacement(text: string): Placement {
  const [location = '', version = 'HTTP1'] = text.split(' ');
  const protocolVersion = version as ProtocolVersion;
  return location.startsWith('arn:')
    ? { kind: 'own', listenerArn: location, protocolVersion }
    : { kind: 'shared', loadBalancerName: location, protocolVersion };
}

function placementKey(placement: Placement | WantedPlacement): string {
  const where =
    placement.kind === 'own'
      ? placement.listenerArn
      : 'sharingKey' in placement
        ? placement.sharingKey
        : keyOf(placement.loadBalancerName);
  return `${where} ${placement.protocolVersion}`;
}

function locationOf(placement: Placement): string {
  return placement.kind === 'own' ? placement.listenerArn : placement.loadBalancerName;
}

/**
 * What services on one load balancer have in common, as ten hexadecimal digits: VPC, scheme, subnets and settings. Those
 * that follow the default VPC agree on its subnets, whatever is added to them.
 *
 * @param settings those that differ from the defaults; undefined members do not count.
 */
export function sharingKey(
  { vpcId, loadBalancer }: Pick<Network, 'vpcId' | 'loadBalancer'>,
  settings: Readonly<Record<string, unknown>>,
): string {
  const { scheme, subnets = [], followsDefaultVpc } = loadBalancer ?? {};
  const subnetIds = followsDefaultVpc ? [] : subnets.map(({ id }) => id).sort();
  return shortHash(JSON.stringify([vpcId, scheme, subnetIds, settings]), 10);
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
