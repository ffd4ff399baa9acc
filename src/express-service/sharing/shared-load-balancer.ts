/**
 * Which shared load balancer a service gets.
 *
 * Services share a load balancer when they agree on its {@link sharingKey}. Load balancers of one key are numbered, and
 * the first one with room takes the next service. How many services one holds is read off its security group: each
 * has an egress rule there. That is a hint only; what decides is who gets a rule priority (listener-rule.ts).
 */
import {
  SERVICES_PER_LOAD_BALANCER,
  loadBalancerName,
  networkLoadBalancerName,
  type NetworkExposure,
  type WantedExposure,
} from '../exposures';
import { shortHash, type Identity } from '../identity/identity';
import type { Network } from '../network/subnets';
import { sharedSettings } from '../properties/load-balancer-settings';
import { targetProtocol, type NetworkLoadBalancerSpec } from '../properties/network-load-balancer';
import type { ServiceSpec } from '../specification';

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

/** The exposure that a specification asks for. */
export function wantedExposure(spec: ServiceSpec, network: Network, identity: Identity): WantedExposure {
  const { loadBalancer, webAclArn } = spec;
  const { protocolVersion = 'HTTP1' } = spec.targetGroup;
  switch (loadBalancer.kind) {
    case 'none':
      return { kind: 'none' };
    case 'network':
      return networkExposure(loadBalancer, network, identity);
    case 'networkListener': {
      const { kind, listenerArn, listener } = loadBalancer;
      return { kind, listenerArn, protocol: targetProtocol(listener.protocol) };
    }
    case 'external':
      return { kind: 'external', listenerArn: loadBalancer.listenerArn, protocolVersion };
    case 'shared': {
      const settings = { webAclArn, ...sharedSettings(loadBalancer) };
      return { kind: 'shared', sharingKey: sharingKey(network, settings), protocolVersion };
    }
  }
}

/** What a Network Load Balancer and its target groups cannot change is in its name. */
function networkExposure(
  { ipAddressType, allocationIds, listener }: NetworkLoadBalancerSpec,
  network: Network,
  identity: Identity,
): NetworkExposure {
  const protocol = targetProtocol(listener.protocol);
  const settings = [...placement(network), ipAddressType, allocationIds, protocol];
  return { kind: 'network', loadBalancerName: networkLoadBalancerName(identity, settings), protocol };
}

/**
 * What services on one load balancer have in common, as ten hexadecimal digits: VPC, scheme, subnets and settings. Those
 * that follow the default VPC agree on its subnets, whatever is added to them.
 *
 * @param settings those that differ from the defaults; undefined members do not count.
 */
export function sharingKey(
  network: Pick<Network, 'vpcId' | 'loadBalancer'>,
  settings: Readonly<Record<string, unknown>>,
): string {
  return shortHash(JSON.stringify([...placement(network), settings]), 10);
}

function placement({ vpcId, loadBalancer }: Pick<Network, 'vpcId' | 'loadBalancer'>): readonly unknown[] {
  const { scheme, subnets = [], followsDefaultVpc } = loadBalancer ?? {};
  const subnetIds = followsDefaultVpc ? [] : subnets.map(({ id }) => id).sort();
  return [vpcId, scheme, subnetIds];
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
