/** A listener of a Network Load Balancer that the author looks after. */
import type { NetworkListenerExposure } from './exposure';
import type { ExposureKind } from './kind';
import { NETWORK_LISTENERS, networkLocations } from './network-listeners';

/** E.g. `listener:tcp:arn:aws:elasticloadbalancing:…:listener/net/…`. */
const LOCATIONS = networkLocations('listener');

export const networkListener: ExposureKind<NetworkListenerExposure> = {
  kind: 'networkListener',
  location: ({ listenerArn: place, protocol }) => LOCATIONS.write({ place, protocol }),
  at(location) {
    const { place: listenerArn, protocol } = LOCATIONS.read(location) ?? {};
    return listenerArn && protocol ? { kind: 'networkListener', listenerArn, protocol } : undefined;
  },
  key: ({ listenerArn, protocol }) => `${listenerArn} ${protocol}`,
  title: ({ listenerArn }) => listenerArn,
  // arn:…:listener/net/<name>/<id of the load balancer>/<id of the listener>
  loadBalancerName: ({ listenerArn }) => listenerArn.split('/')[2]!,
  // A second listener for tests would be the author's, too, and is not asked for.
  attachment: { ...NETWORK_LISTENERS, testListenerRule: undefined },
};
