/** A listener of a Network Load Balancer that the author looks after. */
import type { NetworkListenerExposure } from './exposure';
import type { ExposureKind } from './kind';
import { NETWORK_LISTENERS } from './network-listeners';

/** E.g. `listener:tcp:arn:aws:elasticloadbalancing:…:listener/net/…`. */
const LOCATION = /^listener:(tcp|udp|tcp_udp):(arn:.+)$/;

export const networkListener: ExposureKind<NetworkListenerExposure> = {
  kind: 'networkListener',
  location: ({ listenerArn, protocol }) => `listener:${protocol.toLowerCase()}:${listenerArn}`,
  at(location) {
    const [, protocol, listenerArn] = LOCATION.exec(location) ?? [];
    if (!protocol || !listenerArn) return undefined;
    return {
      kind: 'networkListener',
      listenerArn,
      protocol: protocol.toUpperCase() as NetworkListenerExposure['protocol'],
    };
  },
  key: ({ listenerArn, protocol }) => `${listenerArn} ${protocol}`,
  title: ({ listenerArn }) => listenerArn,
  // arn:…:listener/net/<name>/<id of the load balancer>/<id of the listener>
  loadBalancerName: ({ listenerArn }) => listenerArn.split('/')[2]!,
  // A second listener for tests would be the author's, too, and is not asked for.
  attachment: { ...NETWORK_LISTENERS, testListenerRule: undefined },
};
