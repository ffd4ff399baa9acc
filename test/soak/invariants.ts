/** What must hold of services that share load balancers, as the list calls show them. Each look answers what is wrong. */
import type { PlacedLoadBalancer } from './placement';
import type { Service } from './services';

/**
 * The invariants in the order of the report.
 *
 * A service stays where it is when others leave, as in ECS Express Mode: moving it would change its address under its
 * clients, for an operation on somebody else's service. So exactly ceil(N / limit) load balancers can be kept up only while
 * nobody leaves; afterwards what holds is that places that were left are taken before a load balancer is added, and
 * that an empty load balancer goes.
 */
export const INVARIANTS = {
  operation: 'no operation fails',
  limit: 'no load balancer holds more services than its limit',
  priorities: 'the priorities of the rules on a load balancer are unique',
  kinds: 'the services on a load balancer are of one kind',
  answers: 'a service that exists answers every request, also while it is updated',
  places: 'when quiet, every service has exactly one rule, and every rule belongs to a service',
  images: 'when quiet, every service answers with the image that it is to have',
  list: 'when quiet, LIST finds the services that exist, and no others',
  empty: 'when quiet, no load balancer holds no service',
  exact: 'when quiet after creations, a kind has exactly ceil(N / limit) load balancers',
  bounded: 'when quiet after deletions, a kind has at most ceil(greatest N / limit) load balancers',
  refilled:
    'when quiet after creations in places that were left, a kind has no more load balancers than it needs',
  pairs:
    'of two services that want one host at the same time one is refused, and both can be deleted at the same time',
  inventory: 'when all are deleted, the account holds what it held in the beginning',
} as const;

/** Key of {@link INVARIANTS}. */
export type Invariant = keyof typeof INVARIANTS;

export function tooMany(placed: readonly PlacedLoadBalancer[], limit: number): string[] {
  return placed
    .filter(({ rules }) => rules.length > limit)
    .map(({ name, rules }) => `${name} holds ${rules.length} services, more than ${limit}`);
}

export function samePriorities(placed: readonly PlacedLoadBalancer[]): string[] {
  return placed
    .filter(({ rules }) => new Set(rules.map(({ priority }) => priority)).size < rules.length)
    .map(({ name, rules }) => `${name}: ${rules.map(({ priority }) => priority).join(', ')}`);
}

export function mixedKinds(placed: readonly PlacedLoadBalancer[], services: readonly Service[]): string[] {
  return placed
    .map(({ name, rules }) => [name, kindsOf(rules, services)] as const)
    .filter(([, kinds]) => kinds.size > 1)
    .map(([name, kinds]) => `${name}: ${[...kinds].join(', ')}`);
}

/** @param existing the services that exist. */
export function misplaced(placed: readonly PlacedLoadBalancer[], existing: readonly Service[]): string[] {
  const hosts = placed.flatMap(({ rules }) => rules.flatMap(({ hostNames }) => hostNames));
  const known = existing.flatMap(({ hostNames }) => hostNames);
  return [
    ...known
      .map((host) => [host, hosts.filter((other) => other === host).length] as const)
      .filter(([, count]) => count !== 1)
      .map(([host, count]) => `${host} has ${count} rules`),
    ...hosts
      .filter((host) => !known.includes(host))
      .map((host) => `there is a rule for ${host}, which does not exist`),
  ];
}

export function emptyOnes(placed: readonly PlacedLoadBalancer[]): string[] {
  return placed.filter(({ rules }) => rules.length === 0).map(({ name }) => `${name} holds no service`);
}

/** Number of load balancers that hold services of a kind. */
export function loadBalancersOfKind(
  placed: readonly PlacedLoadBalancer[],
  services: readonly Service[],
  kind: string,
): number {
  return placed.filter(({ rules }) => kindsOf(rules, services).has(kind)).length;
}

/** Kinds of the services that have the rules; without those that are moving, which have rules in two places. */
function kindsOf(rules: PlacedLoadBalancer['rules'], services: readonly Service[]): ReadonlySet<string> {
  const hosts = rules.flatMap(({ hostNames }) => hostNames);
  return new Set(
    services
      .filter(
        ({ hostNames, kind, becomes = kind }) =>
          hostNames.some((host) => hosts.includes(host)) && becomes === kind,
      )
      .map(({ kind }) => kind.name),
  );
}
