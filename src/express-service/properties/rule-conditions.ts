/** Which requests the service's listener rules match: its hosts and paths, and the header that they must have. Pure: no call to AWS. */
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
  /** Undefined means that requests need none. */
  readonly requiredHeader?: RequiredHeader;
}

/** A header of which requests have one of the values. */
export interface RequiredHeader {
  readonly name: string;
  /** Secrets. */
  readonly values: readonly string[];
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
  readonly header?: RequiredHeader;
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
  return [
    ...hostCondition(hostNamesOf(spec)),
    ...pathCondition(spec.pathPatterns),
    ...headerCondition(spec.requiredHeader),
  ];
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
 * The conditions that a rule is to have in the end: the template's hosts, paths and header, those that somebody has added by
 * hand, and all other conditions as they are.
 *
 * @throws HandlerError InvalidRequest when these are too many for one rule.
 */
export function finalConditions(states: ConditionStates): RuleCondition[] {
  const { live, spec } = states;
  const conditions = replaced(live, finalMatched(states), headerNames(states));
  const count = valueCount(conditions);
  if (count > VALUES_PER_RULE) {
    throw invalid(
      pathOfTooMany(spec),
      `with what was added to the listener rule by hand there are ${count} values, but a rule has room for ${VALUES_PER_RULE}`,
      'Take values off the rule by hand, or give fewer',
    );
  }
  return conditions;
}

function pathOfTooMany({ additionalDomains, pathPatterns: paths, requiredHeader }: RequestsSpec): string {
  if (additionalDomains.length > 0) return 'AdditionalDomains';
  return requiredHeader && paths.length === 0 ? 'RequiredHttpHeader/Values' : 'PathPatterns';
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
  const names = headerNames(states);
  const headers = widenedHeader(final.header, isUnused(live) ? final.header : headerIn(live, names));
  const least = { ...final, ...(isForAllPaths && { paths: [] }), header: headers?.least };
  const room = Math.max(VALUES_PER_RULE - valueCount(replaced(live, least, names)), 0);
  const formerHosts = without(before.hostNames, final.hostNames).slice(0, room);
  const formerPaths = without(before.paths, final.paths).slice(0, room - formerHosts.length);
  const left = room - formerHosts.length - (isForAllPaths ? 0 : formerPaths.length);
  return replaced(
    live,
    {
      hostNames: [...final.hostNames, ...formerHosts],
      paths: isForAllPaths ? [] : [...final.paths, ...formerPaths],
      header: headers && withValues(headers.least, headers.former.slice(0, left)),
    },
    names,
  );
}

/**
 * The header while a rule matches what it is to match and what it has matched: none where one of them needs none, the values
 * of both where it is the same header, and the former one as long as its name has not changed.
 */
function widenedHeader(
  final: RequiredHeader | undefined,
  before: RequiredHeader | undefined,
): { readonly least: RequiredHeader; readonly former: readonly string[] } | undefined {
  if (!final || !before) return undefined;
  if (isSameName(final, before)) return { least: final, former: without(before.values, final.values) };
  const [first, ...former] = before.values;
  return { least: { name: before.name, values: [first!] }, former };
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
  /** Names of the headers that all requests of the service must have, or had to; none of them tells a test. */
  readonly requiredHeaders?: readonly string[];
}

/**
 * Conditions of the rule for test requests: all that the rule for all requests has, and what tells those that are tests. What
 * somebody has changed of the latter by hand stays while the template says the same.
 */
export function testRuleConditions(states: TestConditionStates): RuleCondition[] {
  return [...states.production, ...testPart(states)];
}

/** What tells test requests in the end. */
export function testPart(states: TestConditionStates): RuleCondition[] {
  const { production, desired, previous, live = [], requiredHeaders } = states;
  const own = ownConditions(live, production, requiredHeaders);
  // A rule that matches no more than the other one would have all of its requests tested.
  const stays = own.length > 0 && !isUnused(live) && previous && matchTheSame(desired, previous);
  return stays ? own : [...desired];
}

/**
 * Conditions of a rule for test requests that the rule for all requests has not.
 *
 * @param requiredHeaders names of headers that all requests need; with other values than those of the other rule they tell no test either.
 */
export function ownConditions(
  live: readonly RuleCondition[],
  production: readonly RuleCondition[],
  requiredHeaders: readonly string[] = [],
): RuleCondition[] {
  const shared = production.map(textOf);
  return live.filter(
    (condition) =>
      !isHosts(condition) &&
      !isPaths(condition) &&
      !isHeader(condition, requiredHeaders) &&
      !shared.includes(textOf(condition)),
  );
}

/** Names of the headers that requests must have by what a template says, and by what it said before. */
export function headerNames({
  spec,
  previousSpec,
}: Pick<ConditionStates, 'previousSpec'> & {
  readonly spec: Pick<RequestsSpec, 'requiredHeader'>;
}): string[] {
  return [spec, previousSpec].flatMap((each) => each?.requiredHeader?.name ?? []);
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

function finalMatched(states: ConditionStates): Matched {
  const { spec, previousSpec, knownHostNames, live } = states;
  const desired = hostNamesOf(spec);
  const addedHosts = without(usedHostNames(live), [...knownHostNames, ...desired]);
  // A rule that has served nobody so far says nothing of what the template said before, or of what was changed by hand.
  const previous = isUnused(live) ? undefined : previousSpec;
  return {
    hostNames: [...desired, ...addedHosts],
    paths: finalValues(spec.pathPatterns, previous?.pathPatterns, pathsIn(live)),
    header: finalHeader(spec.requiredHeader, previous, live),
  };
}

/** @param previous what the template said before; undefined when nothing is known of that. */
function finalHeader(
  desired: RequiredHeader | undefined,
  previous: RequestsSpec | undefined,
  live: readonly RuleCondition[],
): RequiredHeader | undefined {
  if (!desired || !previous) return desired;
  const { requiredHeader: before } = previous;
  const valuesBefore = before && isSameName(before, desired) ? before.values : [];
  const values = finalValues(desired.values, valuesBefore, headerIn(live, [desired.name])?.values ?? []);
  // There are none when somebody has taken it off by hand.
  return values.length > 0 ? { name: desired.name, values } : undefined;
}

function finalValues(
  desired: readonly string[],
  previous: readonly string[] | undefined,
  live: readonly string[],
): readonly string[] {
  if (previous && isSame(desired, previous)) return live;
  if (desired.length === 0) return [];
  return previous ? [...desired, ...without(live, [...desired, ...previous])] : desired;
}

/** These conditions with other hosts, paths, and header in the place of those of these names. */
function replaced(
  live: readonly RuleCondition[],
  { hostNames, paths, header }: Matched,
  names: readonly string[] = [],
): RuleCondition[] {
  const others = live
    .filter((condition) => !isHosts(condition) && !isPaths(condition) && !isHeader(condition, names))
    .map(asInput);
  return [...hostCondition(hostNames), ...pathCondition(paths), ...headerCondition(header), ...others];
}

function headerCondition(header: RequiredHeader | undefined): RuleCondition[] {
  if (!header) return [];
  const { name: HttpHeaderName, values } = header;
  return [{ Field: 'http-header', HttpHeaderConfig: { HttpHeaderName, Values: [...values] } }];
}

/** The header of the first condition that is on one of these names. */
function headerIn(
  conditions: readonly RuleCondition[],
  names: readonly string[],
): RequiredHeader | undefined {
  const found = conditions.find((condition) => isHeader(condition, names))?.HttpHeaderConfig;
  return found && { name: found.HttpHeaderName!, values: found.Values ?? [] };
}

function withValues({ name, values }: RequiredHeader, more: readonly string[]): RequiredHeader {
  return { name, values: [...values, ...more] };
}

function isSameName(one: Pick<RequiredHeader, 'name'>, other: Pick<RequiredHeader, 'name'>): boolean {
  return one.name.toLowerCase() === other.name.toLowerCase();
}

/** Whether a condition is on one of these headers; one by regular expressions is somebody's own. */
function isHeader({ HttpHeaderConfig: config }: RuleCondition, names: readonly string[]): boolean {
  if (!config?.HttpHeaderName || config.RegexValues?.length) return false;
  const found = { name: config.HttpHeaderName };
  return names.some((name) => isSameName(found, { name }));
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
