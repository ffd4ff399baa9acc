/** How the answers of Route 53 for a service change. */
import type { Structure } from '../../local/service';
import type { Change } from './changes';
import type { Random } from './random';

const change =
  (dns: (random: Random) => Structure): Change =>
  (model, random) => ({ ...model, DnsConfiguration: dns(random) });

/** What an update of a service with a routing policy may change beside what it may of any. */
export const ROUTING_CHANGES: readonly Change[] = [
  change(() => ({ RoutingPolicy: 'SIMPLE' })),
  change((random) => ({ RoutingPolicy: 'LATENCY', ...setIdentifier(random) })),
  change((random) => ({
    RoutingPolicy: 'FAILOVER',
    Failover: random.pick(['PRIMARY', 'SECONDARY']),
    ...setIdentifier(random),
  })),
  change((random) => ({
    RoutingPolicy: 'WEIGHTED',
    Weight: random.pick([0, 1, 100, 255]),
    ...setIdentifier(random),
  })),
  change((random) => ({
    RoutingPolicy: 'WEIGHTED',
    Weight: random.pick([1, 2, 3]),
    HealthCheck: {
      EvaluationPeriods: random.pick([1, 2, 3]),
      Disabled: random.pick([true, false]),
      Inverted: random.pick([true, false]),
    },
  })),
];

/** The default, or one of two others. */
function setIdentifier(random: Random): Structure {
  return random.pick([{}, { SetIdentifier: 'one' }, { SetIdentifier: 'other' }]);
}
