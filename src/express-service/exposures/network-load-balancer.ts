/** A Network Load Balancer of the service's own. */
import type { NetworkExposure } from './exposure';
import type { ExposureKind } from './kind';
import { NETWORK_LISTENERS, networkLocations } from './network-listeners';

/** E.g. `network:tcp:ecs-express-net-0123456789abcdef`. */
const LOCATIONS = networkLocations('network');

export const network: ExposureKind<NetworkExposure> = {
  kind: 'network',
  location: ({ loadBalancerName: place, protocol }) => LOCATIONS.write({ place, protocol }),
  at(location) {
    const { place: loadBalancerName, protocol } = LOCATIONS.read(location) ?? {};
    return loadBalancerName && protocol ? { kind: 'network', loadBalancerName, protocol } : undefined;
  },
  key: ({ loadBalancerName }) => loadBalancerName,
  title: ({ loadBalancerName }) => loadBalancerName,
  loadBalancerName: ({ loadBalancerName }) => loadBalancerName,
  attachment: NETWORK_LISTENERS,
};
