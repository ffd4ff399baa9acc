/** Everything that is asked of exposures of any kind. */
import { shortHash } from '../identity/identity';
import type { Exposure, ProtocolVersion, WantedExposure } from './exposure';
import { externalListener } from './external-listener';
import type { Attachment, ExposureKind } from './kind';
import { networkListener } from './network-listener';
import { network } from './network-load-balancer';
import { none } from './none';
import { shared } from './shared';

export * from './exposure';
export * from './names';
export type { AttributeOfKind } from './kind';
export { MINUTES_PER_NETWORK_SHIFT } from './network-listeners';

/** The kinds of exposures. */
const KINDS: { readonly [Kind in Exposure['kind']]: ExposureKind<Extract<Exposure, { kind: Kind }>> } = {
  shared,
  external: externalListener,
  network,
  networkListener,
  none,
};

function kindOf<Any extends Exposure>({ kind }: Any): ExposureKind<Any> {
  return KINDS[kind] as unknown as ExposureKind<Any>;
}

/** Where an exposure is, in the tag that records it. */
export function locationOf(exposure: Exposure): string {
  return kindOf(exposure).location(exposure);
}

/** The exposure at a location; undefined when no kind has such locations. */
export function exposureAt(location: string, protocolVersion: ProtocolVersion): Exposure | undefined {
  return Object.values(KINDS)
    .map((kind) => kind.at(location, protocolVersion))
    .find((exposure) => exposure !== undefined);
}

/** How messages name an exposure. */
export function exposureTitle(exposure: Exposure): string {
  return [kindOf(exposure).title(exposure), ...specialVersion(exposure)].join(' ');
}

/** The protocol version, where it is not the one that is usual. */
export function specialVersion({ protocolVersion = 'HTTP1' }: Exposure): ProtocolVersion[] {
  return protocolVersion === 'HTTP1' ? [] : [protocolVersion];
}

/** Name of the load balancer of an exposure, whoever looks after it; undefined when there is none. */
export function loadBalancerNameOf(exposure: Exposure): string | undefined {
  return kindOf(exposure).loadBalancerName(exposure);
}

/** Name of the shared load balancer of an exposure; undefined when there is none. */
export function sharedName(exposure: Exposure | undefined): string | undefined {
  return exposure?.kind === 'shared' ? exposure.loadBalancerName : undefined;
}

/** Name of the load balancer of an exposure that is made here; undefined when there is none. */
export function managedLoadBalancerName(exposure: Exposure | undefined): string | undefined {
  return exposure && 'loadBalancerName' in exposure ? exposure.loadBalancerName : undefined;
}

/** ARN of the listener of an exposure that the author looks after; undefined when there is none. */
export function externalListenerArn(exposure: Exposure | undefined): string | undefined {
  return exposure && 'listenerArn' in exposure ? exposure.listenerArn : undefined;
}

/** What ECS is given of a load balancer; undefined when it is given none. */
export function attachmentOf(exposure: Exposure): Attachment | undefined {
  return kindOf(exposure).attachment;
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
  if (one.kind === other.kind) return locationOf(one) === locationOf(other);
  const name = loadBalancerNameOf(one);
  return name !== undefined && name === loadBalancerNameOf(other);
}

/** What names the target groups of an exposure, as eight hexadecimal digits. */
export function exposureHash(exposure: Exposure): string {
  return shortHash(exposureKey(exposure), 8);
}

function exposureKey(exposure: Exposure | WantedExposure): string {
  const { protocolVersion = '' } = exposure;
  const where = 'sharingKey' in exposure ? exposure.sharingKey : kindOf(exposure).key(exposure);
  return `${where} ${protocolVersion}`;
}
