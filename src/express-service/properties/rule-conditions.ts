/** Which requests the service's listener rules match: its hosts and paths. Pure: no call to AWS. */
import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { domainsOf, type Domain, type Domains } from './domains';
import { invalid } from '../../core/failure';

/** Values of all conditions of a rule together, and wildcards in them (quotas of Application Load Balancers). */
export const VALUES_PER_RULE = 5;
export const WILDCARDS_PER_RULE = 6;

/** The host that a rule matches while its exposure does not serve: RFC 2606 keeps `.invalid` out of the DNS. */
export const UNUSED_HOST = 'unused.invalid';

/** What a specification says of the requests that the service answers. */
export interface RequestsSpec extends Domains {
  /** Paths that the service answers at; empty means all. */
  readonly pathPatterns: readonly string[];
}

/** What conditions are made from. */
export interface ConditionStates {
  readonly spec: RequestsSpec;
  /** What the template said before; undefined when nothing is known of that. */
  readonly previousSpec?: RequestsSpec;
  /** Hosts that the service is known to have used, present ones too. */
  readonly knownHostNames: readonly string[];
  /** Conditions of the rule as it is. */
  readonly live: readonly RuleCondition[];
}

/** Values of the conditions that are ours to change; an empty list of paths means all paths. */
interface Matched {
  readonly hostNames: readonly string[];
  readonly paths: readonly string[];
}

/**
 * The path patterns that a template asks for.
 *
 * @throws HandlerError InvalidRequest when they do not fit into one rule with the hosts.
 */
export function pathPatterns(
  given: readonly string[] | undefined,
  domains: readonly Domain[],
): readonly string[] {
  const patterns = given ?? [];
  const room = VALUES_PER_RULE - domains.length;
  if (patterns.length > room) {
    throw invalid(
      'PathPatterns',
      `has ${patterns.length} patterns, but a listener rule has room for ${room} beside ${domains.length} host name${domains.length > 1 ? 's' : ''}`,
      `Give ${room} at most, or fewer AdditionalDomains`,
    );
  }
  const wildcards = wildcardCount(pathCondition(patterns));
  if (wildcards > WILDCARDS_PER_RULE) {
    throw invalid(
      'PathPatterns',
      `has ${wildcards} wildcards, but a listener rule takes ${WILDCARDS_PER_RULE}`,
      'Use fewer * and ?',
    );
  }
  return patterns;
}

/** Conditions of a rule that is made for a service. */
export function conditionsOf(spec: RequestsSpec): RuleCondition[] {
  return [...hostCondition(hostNamesOf(spec)), ...pathCondition(spec.pathPatterns)];
}

/** Condition that no request meets. */
export function unusedConditions(): RuleCondition[] {
  return hostCondition([UNUSED_HOST]);
}

/** Conditions as ELB takes them, from what it describes. */
export function normalConditions(described: readonly RuleCondition[]): RuleCondition[] {
  return replaced(described, { hostNames: hostNamesIn(described), paths: pathsIn(described) });
}

/** Host names that a rule matches. */
export function hostNamesIn(conditions: readonly RuleCondition[]): readonly string[] {
  return conditions.filter(isHosts).flatMap(valuesOf);
}

/** Path patterns that a rule matches; none means all paths. */
export function pathsIn(conditions: readonly RuleCondition[]): readonly string[] {
  return conditions.filter(isPaths).flatMap(valuesOf);
}

/**
 * The conditions that a rule is to have in the end: the template's hosts and paths, those that somebody has added by
 * hand, and all other conditions as they are.
 *
 * @throws HandlerError InvalidRequest when these are too many for one rule.
 */
export function finalConditions(states: ConditionStates): RuleCondition[] {
  const { live, spec } = states;
  const matched = finalMatched(states);
  const conditions = replaced(live, matched);
  const count = valueCount(conditions);
  if (count > VALUES_PER_RULE) {
    throw invalid(
      spec.additionalDomains.length > 0 ? 'AdditionalDomains' : 'PathPatterns',
      `with what was added to the listener rule by hand there are ${count} values, but a rule has room for ${VALUES_PER_RULE}`,
      'Take values off the rule by hand, or give fewer',
    );
  }
  return conditions;
}

/**
 * The conditions that a rule is to have until everything else is as the template says: also those that it had before, as
 * far as there is room, so that no request goes astray meanwhile.
 */
export function widenedConditions(states: ConditionStates): RuleCondition[] {
  const { live } = states;
  const final = finalMatched(states);
  const before = isUnused(live) ? final : { hostNames: usedHostNames(live), paths: pathsIn(live) };
  const isForAllPaths = final.paths.length === 0 || before.paths.length === 0;
  const necessary = replaced(live, isForAllPaths ? { ...final, paths: [] } : final).flatMap(valuesOf).length;
  const room = Math.max(VALUES_PER_RULE - necessary, 0);
  const formerHosts = without(before.hostNames, final.hostNames).slice(0, room);
  const formerPaths = without(before.paths, final.paths).slice(0, room - formerHosts.length);
  return replaced(live, {
    hostNames: [...final.hostNames, ...formerHosts],
    paths: isForAllPaths ? [] : [...final.paths, ...formerPaths],
  });
}

/** Whether two lists of conditions match the same requests, whatever the order of their values. */
export function matchTheSame(one: readonly RuleCondition[], other: readonly RuleCondition[]): boolean {
  const text = (conditions: readonly RuleCondition[]) => conditions.map(textOf).sort().join();
  return text(one) === text(other);
}

/** What the conditions of a rule for test requests are made from. */
export interface TestConditionStates {
  /** Conditions that the rule for all requests is to have. */
  readonly production: readonly RuleCondition[];
  /** What the template says of test requests. */
  readonly desired: readonly RuleCondition[];
  /** What it said before; undefined when nothing is known of that. */
  readonly previous?: readonly RuleCondition[];
  /** Conditions of the rule as it is; undefined when it is to be made. */
  readonly live?: readonly RuleCondition[];
}

/**
 * Conditions of the rule for test requests: all that the rule for all requests has, and what tells those that are tests. What
 * somebody has changed of the latter by hand stays while the template says the same.
 */
export function testRuleConditions(states: TestConditionStates): RuleCondition[] {
  return [...states.production, ...testPart(states)];
}

/** What tells test requests in the end. */
export function testPart({ production, desired, previous, live = [] }: TestConditionStates): RuleCondition[] {
  const own = ownConditions(live, production);
  // A rule that matches no more than the other one would have all of its requests tested.
  const stays = own.length > 0 && !isUnused(live) && previous && matchTheSame(desired, previous);
  return stays ? own : [...desired];
}

/** Conditions of a rule for test requests that the rule for all requests has not. */
export function ownConditions(
  live: readonly RuleCondition[],
  production: readonly RuleCondition[],
): RuleCondition[] {
  const shared = production.map(textOf);
  return live.filter(
    (condition) => !isHosts(condition) && !isPaths(condition) && !shared.includes(textOf(condition)),
  );
}

/** How many values conditions have together. */
export function valueCount(conditions: readonly RuleCondition[]): number {
  return conditions.flatMap(valuesOf).length;
}

/** How many wildcards their values have together. */
export function wildcardCount(conditions: readonly RuleCondition[]): number {
  const parameters = conditions.flatMap(({ QueryStringConfig }) => QueryStringConfig?.Values ?? []);
  const others = conditions.filter(({ QueryStringConfig }) => !QueryStringConfig?.Values?.length);
  const texts = [...others.flatMap(valuesOf), ...parameters.flatMap(({ Key, Value }) => [Key, Value])];
  return texts.join('').replace(/[^*?]/g, '').length;
}

function textOf(condition: RuleCondition): string {
  const { Field, HttpHeaderConfig } = condition;
  return JSON.stringify([
    Field,
    HttpHeaderConfig?.HttpHeaderName?.toLowerCase(),
    [...valuesOf(condition)].sort(),
  ]);
}

function hostNamesOf(spec: RequestsSpec): string[] {
  return domainsOf(spec).map(({ hostName }) => hostName);
}

function isUnused(live: readonly RuleCondition[]): boolean {
  return hostNamesIn(live).includes(UNUSED_HOST);
}

function usedHostNames(live: readonly RuleCondition[]): readonly string[] {
  return without(hostNamesIn(live), [UNUSED_HOST]);
}

function finalMatched({ spec, previousSpec, knownHostNames, live }: ConditionStates): Matched {
  const desired = hostNamesOf(spec);
  const addedHosts = without(usedHostNames(live), [...knownHostNames, ...desired]);
  // A rule that has served nobody so far says nothing of what the template said before, or of what was changed by hand.
  const previous = isUnused(live) ? undefined : previousSpec?.pathPatterns;
  return {
    hostNames: [...desired, ...addedHosts],
    paths: finalPaths(spec.pathPatterns, previous, pathsIn(live)),
  };
}

function finalPaths(
  desired: readonly string[],
  previous: readonly string[] | undefined,
  live: readonly string[],
): readonly string[] {
  if (previous && isSame(desired, previous)) return live;
  if (desired.length === 0) return [];
  return previous ? [...desired, ...without(live, [...desired, ...previous])] : desired;
}

/** These conditions with other hosts and paths. */
function replaced(live: readonly RuleCondition[], { hostNames, paths }: Matched): RuleCondition[] {
  const others = live.filter((condition) => !isHosts(condition) && !isPaths(condition)).map(asInput);
  return [...hostCondition(hostNames), ...pathCondition(paths), ...others];
}

function hostCondition(hostNames: readonly string[]): RuleCondition[] {
  return hostNames.length > 0 ? [{ Field: 'host-header', HostHeaderConfig: { Values: [...hostNames] } }] : [];
}

function pathCondition(paths: readonly string[]): RuleCondition[] {
  return paths.length > 0 ? [{ Field: 'path-pattern', PathPatternConfig: { Values: [...paths] } }] : [];
}

/** Conditions by regular expressions are somebody's own: they stay as they are. */
function isHosts({ Field, HostHeaderConfig }: RuleCondition): boolean {
  return Field === 'host-header' && !HostHeaderConfig?.RegexValues?.length;
}

function isPaths({ Field, PathPatternConfig }: RuleCondition): boolean {
  return Field === 'path-pattern' && !PathPatternConfig?.RegexValues?.length;
}

/** ELB describes values twice, and takes them once. */
function asInput(condition: RuleCondition): RuleCondition {
  const { Values: _repeated, ...configured } = condition;
  const isConfigured = Object.entries(configured).some(([name, value]) => name !== 'Field' && value);
  return isConfigured ? configured : condition;
}

function valuesOf(condition: RuleCondition): string[] {
  const { HostHeaderConfig, PathPatternConfig, HttpHeaderConfig, QueryStringConfig } = condition;
  const configured: readonly (readonly unknown[] | undefined)[] = [
    HostHeaderConfig?.Values,
    HostHeaderConfig?.RegexValues,
    PathPatternConfig?.Values,
    PathPatternConfig?.RegexValues,
    HttpHeaderConfig?.Values,
    HttpHeaderConfig?.RegexValues,
    QueryStringConfig?.Values?.map(({ Key, Value }) => ({ Key, Value })),
    condition.HttpRequestMethodConfig?.Values,
    condition.SourceIpConfig?.Values,
  ];
  const values = configured.flatMap((each) => each ?? []);
  return (values.length > 0 ? values : (condition.Values ?? [])).map((value) =>
    typeof value === 'string' ? value : JSON.stringify(value),
  );
}

function without(values: readonly string[], excluded: readonly string[]): string[] {
  return values.filter((value) => !excluded.includes(value));
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && without(one, other).length === 0;
}
