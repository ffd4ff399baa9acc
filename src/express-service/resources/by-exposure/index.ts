/** What a service has in one kind of exposure and not in another, each after what it needs. */
import type { Exposure } from '../../exposures';
import { ON_EXTERNAL_LISTENER } from './on-external-listener';
import { ON_NETWORK_LISTENER } from './on-network-listener';
import { ON_NETWORK_LOAD_BALANCER } from './on-network-load-balancer';
import { ON_SHARED_LOAD_BALANCER } from './on-shared-load-balancer';

export const COMPONENTS_BY_EXPOSURE = {
  shared: ON_SHARED_LOAD_BALANCER,
  external: ON_EXTERNAL_LISTENER,
  network: ON_NETWORK_LOAD_BALANCER,
  networkListener: ON_NETWORK_LISTENER,
  none: [],
} as const satisfies Readonly<Record<Exposure['kind'], readonly object[]>>;
