/** A Network Load Balancer of the service's own. */
import type { NetworkExposure } from './exposure';
import type { ExposureKind } from './kind';

/**
 * Minutes that Amazon ECS waits after it has moved connections (ECS developer guide, "Network Load Balancer resources for Amazon
 * ECS blue/green, linear and canary deployments").
 */
export const MINUTES_PER_NETWORK_SHIFT = 10;

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
  // Its listeners take the place of the rules (network-listeners.ts).
  attachment: {
    productionListenerRule: { kind: 'ListenerRule', attribute: 'ListenerArn' },
    testListenerRule: { kind: 'TestListenerRule', attribute: 'ListenerArn' },
    minutesPerShift: MINUTES_PER_NETWORK_SHIFT,
  },
};
