/** What must hold of services that share load balancers, as the list calls show them. Each look answers what is wrong. */
import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import type { Holdings } from './holdings';
import type { PlacedLoadBalancer, PlacedRule } from './placement';
import { placeOf, type Service } from './services';
import { nameOf } from './versions';

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
  images: 'when quiet, every service answers with an image that it is to have',
  healthy: 'what gets requests of a service that exists has a healthy target, also while it is updated',
  versions: 'the versions that stand, and their weights, are what Version, Traffic and Standby say',
  returns: 'going back to a version that stands keeps its ECS service and its tasks',
  weights: 'when quiet, the rule of a service with versions has the weights of its versions',
  records: 'when quiet, every name has the record that its service is to have, and there are no others',
  checks: 'when quiet, a record with a routing policy has its health checks, and there are no others',
  leftovers:
    'when quiet, every version that stands has its ECS service and its rules, and nothing is left of others',
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
    .map(({ name, rules }) => [name, ofServices(rules).length] as const)
    .filter(([, count]) => count > limit)
    .map(([name, count]) => `${name} holds ${count} services, more than ${limit}`);
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
  const hosts = placed.flatMap(({ rules }) => ofServices(rules).flatMap(({ hostNames }) => hostNames));
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

/** The rules for all requests of a service. */
function ofServices(rules: readonly PlacedRule[]): readonly PlacedRule[] {
  return rules.filter(({ asksForMore }) => !asksForMore);
}

/** The rule for all requests to a host. */
export function ruleOf(placed: readonly PlacedLoadBalancer[], host: string): PlacedRule | undefined {
  return placed.map(({ rules }) => ruleAmong(rules, host)).find((rule) => rule !== undefined);
}

function ruleAmong(rules: readonly PlacedRule[], host: string): PlacedRule | undefined {
  return ofServices(rules).find(({ hostNames }) => hostNames.includes(host));
}

/** @param services of whose versions the rules are to have the weights. */
export function wrongWeights(
  placed: readonly PlacedLoadBalancer[],
  { ecsServices }: Holdings,
  services: readonly Service[],
): string[] {
  return services.flatMap(({ hostName, versions }) => {
    const { weights = {} } = ruleOf(placed, hostName) ?? {};
    const labels = new Map(
      versions.standing.flatMap(({ label, serviceArn }) =>
        (ecsServices.get(nameOf(serviceArn)) ?? []).map((arn) => [arn, label] as const),
      ),
    );
    const actual = Object.entries(weights)
      .filter(([, weight]) => weight > 0)
      .map(([arn, weight]) => `${labels.get(arn) ?? arn} ${weight}`);
    const expected = versions.answering.map(({ label, weight }) => `${label} ${weight}`);
    const [found, wanted] = [actual, expected].map((texts) => texts.toSorted().join(', '));
    return found === wanted ? [] : [`${hostName} has ${found}, and is to have ${wanted}`];
  });
}

/** ECS services, target groups, alarms and scaling that there are, and what forwards to target groups that there are not. */
export function leftovers(
  placed: readonly PlacedLoadBalancer[],
  { ecsServices, targetGroupArns, alarmed, scaled }: Holdings,
  existing: readonly Service[],
): string[] {
  const wanted = existing.flatMap(({ name, versions }) =>
    versions.standing.length > 0 ? versions.standing.map(({ serviceArn }) => nameOf(serviceArn)) : [name],
  );
  const found = [...ecsServices.keys()];
  const used = new Set([...ecsServices.values()].flat());
  const forwarded = placed.flatMap(({ rules }) => rules.flatMap(({ weights }) => Object.keys(weights)));
  return [
    ...existing.flatMap((service) => wrongAddresses(placed, service)),
    ...lacking(found, wanted, 'there is no ECS service'),
    ...lacking(wanted, found, 'there is an ECS service'),
    ...lacking([...used], targetGroupArns, 'no ECS service has target group'),
    ...lacking([...used], forwarded, 'a rule forwards to target group'),
    ...lacking(wanted, alarmed, 'there is an alarm for'),
    ...lacking(wanted, scaled, 'there is a scalable target for'),
  ];
}

/** Each version has a rule by which requests ask for it, where the template says how. */
function wrongAddresses(
  placed: readonly PlacedLoadBalancer[],
  { hostName, model, versions }: Service,
): string[] {
  const expected = model?.VersionTraffic ? versions.standing.length : 0;
  const found = placed
    .flatMap(({ rules }) => rules)
    .filter(({ asksForMore, hostNames }) => asksForMore && hostNames.includes(hostName)).length;
  return found === expected ? [] : [`${hostName} has ${found} rules for versions, not ${expected}`];
}

/** Those that a list lacks, each with what that means. */
function lacking(list: readonly string[], items: readonly string[], meaning: string): string[] {
  return items.filter((item) => !list.includes(item)).map((item) => `${meaning} ${item}`);
}

/** @param existing the services that exist. */
export function wrongRecords(
  placed: readonly PlacedLoadBalancer[],
  { records }: Holdings,
  existing: readonly Service[],
): string[] {
  const names = existing.flatMap((service) => service.names);
  const addresses = records.filter(({ Type }) => Type === 'A');
  const wrong = existing.flatMap((service) =>
    service.names.flatMap((name) => {
      const target = placed.find(({ rules }) => ruleAmong(rules, name))?.dnsName;
      const found = addresses.filter(({ Name }) => Name === `${name}.`).map(answerOf);
      // Load balancers of another type are not among those that are looked at.
      const [actual, expected] = [
        found.map((answer) => ({ ...answer, target: target && answer.target })),
        [{ ...service.choiceOf(name), target }],
      ].map((answers) => JSON.stringify(answers));
      return actual === expected ? [] : [`${name} has ${actual}, and is to have ${expected}`];
    }),
  );
  const isOfService = ({ Name, Type }: ResourceRecordSet) =>
    names.some((name) => (Type === 'A' ? Name === `${name}.` : `.${Name}`.endsWith(`.${name}.`)));
  return [
    ...wrong,
    ...records
      .filter((record) => !isOfService(record))
      .map(({ Name, Type, SetIdentifier = '-' }) => `there is ${Name} ${Type} ${SetIdentifier}`),
  ];
}

/** How Route 53 chooses a record, and what that leads to. */
function answerOf({ SetIdentifier, Region, Failover, Weight, AliasTarget }: ResourceRecordSet) {
  const target = AliasTarget?.DNSName?.toLowerCase().replace(/^dualstack\.|\.$/g, '');
  return { SetIdentifier, Region, Failover, Weight, target };
}

/** The health check of a routed name, one for each of two target groups, and nothing else. */
export function wrongHealthChecks({ records, healthChecks }: Holdings): string[] {
  const named = [...new Set(records.flatMap(({ HealthCheckId }) => HealthCheckId ?? []))];
  const found = healthChecks.map(({ Id }) => Id!);
  const children = healthChecks
    .filter(({ Id }) => named.includes(Id!))
    .flatMap(({ HealthCheckConfig }) => HealthCheckConfig?.ChildHealthChecks ?? []);
  return [
    ...records
      .filter(({ SetIdentifier, Type, HealthCheckId }) => SetIdentifier && Type === 'A' && !HealthCheckId)
      .map(({ Name }) => `${Name} has no health check`),
    ...lacking(found, [...named, ...children], 'there is no health check'),
    ...lacking([...named, ...children], found, 'there is health check'),
    ...(children.length === named.length * 2
      ? []
      : [`${named.length} health checks follow ${children.length} others`]),
  ];
}

/** Number of load balancers that hold services of a kind. */
export function loadBalancersOfKind(
  placed: readonly PlacedLoadBalancer[],
  services: readonly Service[],
  place: string,
): number {
  return placed.filter(({ rules }) => kindsOf(rules, services).has(place)).length;
}

/** Kinds whose load balancers the services that have the rules share; without those that are moving, which have rules in two places. */
function kindsOf(rules: PlacedLoadBalancer['rules'], services: readonly Service[]): ReadonlySet<string> {
  const hosts = rules.flatMap(({ hostNames }) => hostNames);
  return new Set(
    services
      .filter(
        ({ hostNames, kind, becomes = kind }) =>
          hostNames.some((host) => hosts.includes(host)) && placeOf(becomes) === placeOf(kind),
      )
      .map(({ kind }) => placeOf(kind)),
  );
}
