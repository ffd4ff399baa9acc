/** Which priority a service's rule gets on its listener. */
import type { Rule } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ApplyScope, PlanScope, Scope } from '../../composition/component';
import { HandlerError } from '../../../core/failure';
import { shortHash } from '../../identity/identity';
import { SERVICE_PRIORITIES } from '../../sharing/load-balancer-closing';
import type { Outcome } from '../../../core/outcome';
import type { Exposure, SharedExposure } from '../../exposures';
import type { ObservedCertificate } from '../certificate-manager/certificate';
import { releaseCertificates, type ObservedListeners } from './listeners';
import type { ObservedLoadBalancer } from './load-balancer';
import { placeOnNext, type ObservedServiceSecurityGroup } from '../ec2/service-security-group';

/** The priorities that a service may take. */
export interface RulePlaces {
  /**
   * A priority that is likely to be free, to try without a look at the rules; undefined when there is none.
   *
   * @param otherServices on the load balancer.
   */
  guess(otherServices: number): number | undefined;
  /** Priorities that no rule has, in the order in which this service tries them. */
  free(
    service: Pick<Scope, 'identity' | 'spec'>,
    rules: readonly Pick<Rule, 'Priority'>[],
  ): readonly number[];
  /**
   * Go where there is a priority, because here is none.
   *
   * @throws HandlerError ServiceLimitExceeded when there is nowhere to go.
   */
  goOn(scope: ApplyScope, needs: ListenerNeeds): Promise<Outcome<never>>;
}

/** What has to be there before a rule. */
export type ListenerNeeds = {
  readonly ServiceSecurityGroup: ObservedServiceSecurityGroup;
  readonly LoadBalancer: ObservedLoadBalancer;
  readonly Certificate: ObservedCertificate;
  readonly Listeners: ObservedListeners;
};

/**
 * On a shared load balancer there are 25 places. They are taken in order, so that the one after the last is free unless
 * somebody has left, or comes at the same moment.
 */
const shared: RulePlaces = {
  guess: (otherServices) => SERVICE_PRIORITIES[otherServices],
  free: (scope, rules) => inOwnOrder(scope.identity.serviceArn, freeAmong(SERVICE_PRIORITIES, rules)),
  async goOn(scope, { Certificate, Listeners, ServiceSecurityGroup }) {
    const released = await releaseCertificates(scope, Listeners, Certificate.managed);
    if (released.status === 'wait') return released;
    return placeOnNext(scope, ServiceSecurityGroup, scope.exposure as SharedExposure);
  },
};

/** Priorities of rules with path patterns on a listener that the author looks after; others come behind them. */
const PATH_PRIORITIES = { first: 1, last: 975 } as const;
const OTHER_PRIORITIES = { first: 26_000, last: 49_999 } as const;
/** Rules with the same number of literal characters in their paths share this many priorities. */
const PRIORITIES_OF_ONE_LENGTH = 25;

/**
 * On a listener that the author looks after. The more of a path a pattern says, the earlier its rule comes, so that
 * `/api/v1/*` is looked at before `/api/*`; and rules that take all paths of a host come behind all of those, and behind
 * the places of a shared load balancer. None of them is a place of a shared load balancer, whose listener it may be.
 */
const external: RulePlaces = {
  guess: () => undefined,
  free: (scope, rules) => {
    const places = externalPlaces(scope, rules);
    if (!scope.spec?.testTraffic) return places;
    const hasRoomBefore = (priority: number) => prioritiesBefore(priority, rules).includes(priority - 1);
    return [...places.filter(hasRoomBefore), ...places.filter((priority) => !hasRoomBefore(priority))];
  },
  async goOn(_scope, { LoadBalancer }) {
    throw new HandlerError(
      'ServiceLimitExceeded',
      `load balancer ${LoadBalancer.name} takes no more rules or target groups`,
      {
        propertyPath: 'LoadBalancerConfiguration/ListenerArn',
        remedy:
          'Raise its quotas with Service Quotas, delete rules that nobody uses, or name another listener',
      },
    );
  },
};

/** How many priorities before that of a service its rule for test requests may have. */
export const TEST_PRIORITIES = 24;

/** The same of the rules by which versions are reached, of which there may be three for each of a dozen. */
export const VERSION_PRIORITIES = 99;

/**
 * The priorities that the rule for test requests may have, the nearest first: right before that of the service's other rule, so
 * that it wins. On a shared load balancer none of them is a place, for places are a thousand apart and begin at 1000, nor one that
 * services name by their paths, which end at 975. So nobody but people who add rules by hand is after them. On a listener of the
 * author's other services may be. There as here ELB gives each priority to one rule only: who comes second takes the next one.
 *
 * @param priority of the service's rule for all requests.
 * @param rules of the listener, as far as they are known.
 * @param count how many priorities before that of the service there are.
 */
export function prioritiesBefore(
  priority: number,
  rules: readonly Pick<Rule, 'Priority'>[] = [],
  count = TEST_PRIORITIES,
): readonly number[] {
  const before = Array.from({ length: count }, (_, index) => priority - 1 - index);
  return freeAmong(
    before.filter((each) => each > 0),
    rules,
  );
}

/** Where there is a rule. */
const PLACES: Readonly<Partial<Record<Exposure['kind'], RulePlaces>>> = { shared, external };

/**
 * The priority that a service gets, as far as can be told without a look at the rules.
 *
 * @param otherServices on the load balancer.
 */
export function likelyPriority(
  { exposure, identity, spec }: Pick<PlanScope, 'exposure' | 'identity' | 'spec'>,
  otherServices = 0,
): number {
  const places = rulePlaces(exposure);
  return places.guess(otherServices) ?? places.free({ identity, spec }, [])[0]!;
}

/** The priorities that a service may take in an exposure. */
export function rulePlaces({ kind }: Exposure): RulePlaces {
  return PLACES[kind]!;
}

function externalPlaces(
  scope: Pick<Scope, 'identity' | 'spec'>,
  rules: readonly Pick<Rule, 'Priority'>[],
): readonly number[] {
  const patterns = scope.spec?.pathPatterns ?? [];
  if (patterns.length === 0)
    return inOwnOrder(scope.identity.serviceArn, freeAmong(range(OTHER_PRIORITIES), rules));
  const first = firstPriority(patterns);
  const free = freeAmong(range(PATH_PRIORITIES), rules);
  return [
    ...inOwnOrder(
      scope.identity.serviceArn,
      free.filter((priority) => isOfLength(priority, first)),
    ),
    ...free.filter((priority) => priority >= first + PRIORITIES_OF_ONE_LENGTH),
    ...free.filter((priority) => priority < first).reverse(),
  ];
}

/** The first of the priorities for patterns like these: the shortest pattern decides. */
function firstPriority(patterns: readonly string[]): number {
  const literal = Math.min(...patterns.map((pattern) => pattern.replace(/[*?]/g, '').length));
  const lengths = (PATH_PRIORITIES.last + 1 - PATH_PRIORITIES.first) / PRIORITIES_OF_ONE_LENGTH;
  return PATH_PRIORITIES.first + Math.max(lengths - 1 - literal, 0) * PRIORITIES_OF_ONE_LENGTH;
}

function isOfLength(priority: number, first: number): boolean {
  return first <= priority && priority < first + PRIORITIES_OF_ONE_LENGTH;
}

function range({ first, last }: { readonly first: number; readonly last: number }): number[] {
  return Array.from({ length: last + 1 - first }, (_, index) => first + index);
}

function freeAmong(
  priorities: readonly number[],
  rules: readonly Pick<Rule, 'Priority'>[],
): readonly number[] {
  const taken = new Set(rules.map(({ Priority }) => Number(Priority)));
  return priorities.filter((priority) => !taken.has(priority));
}

/**
 * Services that come at the same moment begin at different places, and get out of each other's way.
 *
 * @param who comes: the same for all its attempts.
 */
export function inOwnOrder(who: string, priorities: readonly number[]): readonly number[] {
  const start = Number.parseInt(shortHash(who, 8), 16) % Math.max(priorities.length, 1);
  return [...priorities.slice(start), ...priorities.slice(0, start)];
}
