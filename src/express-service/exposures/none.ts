/** No load balancer: a service that takes its work from elsewhere, such as a queue. */
import type { NoExposure } from './exposure';
import type { ExposureKind } from './kind';

const LOCATION = 'none';

export const none: ExposureKind<NoExposure> = {
  kind: 'none',
  location: () => LOCATION,
  at: (location) => (location === LOCATION ? { kind: 'none' } : undefined),
  key: () => LOCATION,
  title: () => 'no load balancer',
  loadBalancerName: () => undefined,
};
