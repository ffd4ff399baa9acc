/** A place on a load balancer that services share. */
import { LISTENER_RULES } from './listener-rules';
import { keyOf, LOAD_BALANCER_NAME_PREFIX } from './names';
import type { SharedExposure } from './exposure';
import type { ExposureKind } from './kind';

export const shared: ExposureKind<SharedExposure> = {
  kind: 'shared',
  location: ({ loadBalancerName }) => loadBalancerName,
  at: (location, protocolVersion) =>
    location.startsWith(LOAD_BALANCER_NAME_PREFIX)
      ? { kind: 'shared', loadBalancerName: location, protocolVersion }
      : undefined,
  // Not its number: a service goes on to the next one when the load balancer it was to be placed on is full.
  key: ({ loadBalancerName }) => keyOf(loadBalancerName),
  title: ({ loadBalancerName }) => loadBalancerName,
  loadBalancerName: ({ loadBalancerName }) => loadBalancerName,
  attachment: LISTENER_RULES,
};
