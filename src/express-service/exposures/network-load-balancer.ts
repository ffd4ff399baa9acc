/** A Network Load Balancer of the service's own. */
import type { NetworkExposure } from './exposure';
import type { ExposureKind } from './kind';
import { NETWORK_LISTENERS } from './network-listeners';

/** E.g. `network:tcp:ecs-express-net-0123456789abcdef`. */
const LOCATION = /^network:(tcp|udp|tcp_udp):(.+)$/;

export const network: ExposureKind<NetworkExposure> = {
  kind: 'network',
  location: ({ loadBalancerName, protocol }) => `network:${protocol.toLowerCase()}:${loadBalancerName}`,
  at(location) {
    const [, protocol, loadBalancerName] = LOCATION.exec(location) ?? [];
    if (!protocol || !loadBalancerName) return undefined;
    return {
      kind: 'network',
      loadBalancerName,
      protocol: protocol.toUpperCase() as NetworkExposure['protocol'],
    };
  },
  key: ({ loadBalancerName }) => loadBalancerName,
  title: ({ loadBalancerName }) => loadBalancerName,
  loadBalancerName: ({ loadBalancerName }) => loadBalancerName,
  attachment: NETWORK_LISTENERS,
};
