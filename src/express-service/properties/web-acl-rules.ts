/**
 * The rules of a service in the web ACL of its load balancer, as AWS WAF has them. Services share the web ACL as they share the
 * load balancer, so that each has rules of its own, and those of a service concern its hosts alone. Pure: no call to AWS.
 *
 * The first rule of a service blocks nothing: it gives requests for its hosts labels, by which all others tell them. One is the
 * service's. The others say what it has chosen, so that what services have in common is there once: a managed rule group looks at
 * requests with its label, and stays the same whoever comes and goes. It is there while a service gives its label.
 *
 * In this order: hosts, addresses that are allowed, addresses that are blocked, rate, managed rule groups, large bodies. Each has
 * a range of priorities; what people add goes before, between and after them.
 */
import type { CustomResponseBody, Rule, Statement } from '@aws-sdk/client-wafv2';
import type { Resolvable } from '../../core/graph';
import { defined } from '../../core/unset';
import { shortHash, type Identity } from '../identity/identity';
import {
  BODY_LABELS,
  BODY_RULE,
  COMMON_RULE_SET,
  GROUP_NAMES,
  MANAGED_RULE_GROUPS,
  VENDOR,
  type ManagedRuleGroup,
} from './managed-rule-groups';
import type { WebAclSpec } from './web-acl';

/** What the rules of one service are for, each with the first of its priorities. */
const OWN_PRIORITIES = {
  hosts: 100_000,
  allowed: 200_000,
  blocked: 300_000,
  rate: 400_000,
  bodies: 900_000,
} as const;

type Purpose = keyof typeof OWN_PRIORITIES;

/** The first priority of the managed rule groups; each group has as many. */
const GROUP_PRIORITIES = { first: 500_000, each: 10_000 } as const;

/** What the names of all rules and IP sets of services, and labels, begin with. */
const PREFIX = 'express';

/** Label of requests that are logged. */
export const LOGGED_LABEL = `${PREFIX}:logged`;

/** A rule, without the priority that it has among others. */
export type RuleContent = Omit<Rule, 'Priority'>;

/** The rules of one service, by their names, and the page that they answer with. */
export interface ServiceRules {
  readonly rules: Readonly<Record<string, RuleContent>>;
  /** The managed rule groups that it shares, by their names. */
  readonly groups: Readonly<Record<string, RuleContent>>;
  readonly page?: CustomResponseBody;
}

/** What is to be changed of a web ACL. */
export interface RulesOfWebAcl {
  readonly Rules: readonly Rule[];
  readonly CustomResponseBodies: Readonly<Record<string, CustomResponseBody>>;
}

type Owner = Pick<Identity, 'serviceArn'>;

/** What tells the rules, IP sets and pages of a service from those of others. */
export function serviceKey({ serviceArn }: Owner): string {
  return shortHash(serviceArn, 12);
}

/** What the names of the IP sets of a service begin with. */
export function ipSetPrefix(owner: Owner): string {
  return `${PREFIX}-${serviceKey(owner)}-`;
}

function ruleName(owner: Owner, purpose: Purpose): string {
  return `${PREFIX}-${serviceKey(owner)}-${purpose}`;
}

/** Whether a rule of this name is one of the service. */
function isOwn(owner: Owner, name: string | undefined): boolean {
  return name?.startsWith(ipSetPrefix(owner)) ?? false;
}

const HOSTS_RULE = new RegExp(`^${PREFIX}-[0-9a-f]{12}-hosts$`);

/** Label of a managed rule group by its rule, and the other way round. */
const GROUP_LABEL = `${PREFIX}:AWS`;
const labelOfGroup = (name: string) => `${PREFIX}:${name}`;
const groupOfLabel = (label: string) => label.slice(PREFIX.length + 1);

/** What the rules of a service are made from. */
export interface RulesRequest {
  readonly identity: Owner;
  readonly webAcl: WebAclSpec;
  readonly hostNames: readonly string[];
  /** ARNs of the IP sets. */
  readonly ipSets: Readonly<Record<'allowed' | 'blocked', readonly Resolvable<string>[]>>;
}

/** The rules of a service. References to IP sets stand for their ARNs. */
export function serviceRules({ identity, webAcl, hostNames, ipSets }: RulesRequest): ServiceRules {
  const { blockPage, groups, rateLimit, largeBodies, logging } = webAcl;
  const own = `${PREFIX}:${serviceKey(identity)}`;
  const ofService = labelled(own);
  const block = {
    Block: blockPage
      ? { CustomResponse: { ResponseCode: 403, CustomResponseBodyKey: serviceKey(identity) } }
      : {},
  };
  const named = groups.map((group) => groupRule(group, webAcl.counted[group] ?? []));
  const labels = [own, ...named.map(({ Name }) => labelOfGroup(Name!)), ...(logging ? [LOGGED_LABEL] : [])];
  const rules: Readonly<Record<Purpose, Omit<RuleContent, 'Name' | 'VisibilityConfig'> | undefined>> = {
    hosts: {
      Action: { Count: {} },
      RuleLabels: labels.map((Name) => ({ Name })),
      Statement: anyOf(hostNames.map(hostStatement)),
    },
    allowed:
      ipSets.allowed.length > 0
        ? { Action: { Allow: {} }, Statement: allOf(ofService, addressesIn(ipSets.allowed)) }
        : undefined,
    blocked:
      ipSets.blocked.length > 0
        ? { Action: block, Statement: allOf(ofService, addressesIn(ipSets.blocked)) }
        : undefined,
    rate: rateLimit && {
      Action: block,
      Statement: {
        RateBasedStatement: { ...rateLimit, AggregateKeyType: 'IP', ScopeDownStatement: ofService },
      },
    },
    bodies:
      groups.includes(COMMON_RULE_SET) && !largeBodies
        ? { Action: block, Statement: allOf(ofService, anyOf(BODY_LABELS.map(labelled))) }
        : undefined,
  };
  return defined({
    rules: byName(
      Object.entries(rules).flatMap(([purpose, rule]) =>
        rule ? [withMetric({ ...rule, Name: ruleName(identity, purpose as Purpose) })] : [],
      ),
    ),
    groups: byName(named),
    page: blockPage,
  });
}

function byName(rules: readonly RuleContent[]): Record<string, RuleContent> {
  return Object.fromEntries(rules.map((rule) => [rule.Name!, rule]));
}

function withMetric(rule: Omit<RuleContent, 'VisibilityConfig'>): RuleContent {
  return { ...rule, VisibilityConfig: visibility(rule.Name!) };
}

/** Metrics and samples of a rule, or of a web ACL. @param MetricName its name. */
export function visibility(MetricName: string): NonNullable<Rule['VisibilityConfig']> {
  return { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName };
}

/** A managed rule group; another choice of rules that only count makes another rule. The limit of bodies is one of the services. */
function groupRule(group: ManagedRuleGroup, counted: readonly string[]): RuleContent {
  const Name = counted.length === 0 ? group : `${group}-${shortHash(counted.join(), 6)}`;
  const overridden = [...counted, ...(group === COMMON_RULE_SET ? [BODY_RULE] : [])];
  return withMetric({
    Name,
    OverrideAction: { None: {} },
    Statement: {
      ManagedRuleGroupStatement: {
        VendorName: VENDOR,
        Name: group,
        ScopeDownStatement: labelled(labelOfGroup(Name)),
        ...(overridden.length > 0 && {
          RuleActionOverrides: overridden.map((rule) => ({ Name: rule, ActionToUse: { Count: {} } })),
        }),
      },
    },
  });
}

/** Whatever port the client names, and with the final dot of a full name. */
function hostStatement(hostName: string): Statement {
  return {
    RegexMatchStatement: {
      FieldToMatch: { SingleHeader: { Name: 'host' } },
      RegexString: `^${hostName.replaceAll('.', '\\.')}\\.?(:[0-9]+)?$`,
      TextTransformations: [{ Priority: 0, Type: 'LOWERCASE' }],
    },
  };
}

function labelled(Key: string): Statement {
  return { LabelMatchStatement: { Scope: 'LABEL', Key } };
}

function addressesIn(arns: readonly Resolvable<string>[]): Statement {
  return anyOf(arns.map((ARN) => ({ IPSetReferenceStatement: { ARN: ARN as string } })));
}

/** AWS WAF takes no list of one. */
function anyOf(Statements: Statement[]): Statement {
  return Statements.length === 1 ? Statements[0]! : { OrStatement: { Statements } };
}

function allOf(...Statements: Statement[]): Statement {
  return { AndStatement: { Statements } };
}

/** How rules are merged: an action, or what has to be true together, is one value. */
export const RULE_MERGE = {
  Action: { isWhole: true },
  OverrideAction: { isWhole: true },
  RuleLabels: { isWhole: true },
} as const;

/** Name of the rule without which a service has none. */
export function hostsRuleName(owner: Owner): string {
  return ruleName(owner, 'hosts');
}

/** What of a web ACL is the service's; undefined when it has no rules there. */
export function rulesOfService(
  owner: Owner,
  {
    Rules = [],
    CustomResponseBodies = {},
  }: {
    readonly Rules?: readonly Rule[];
    readonly CustomResponseBodies?: RulesOfWebAcl['CustomResponseBodies'];
  },
): ServiceRules | undefined {
  const own = byName(Rules.filter(({ Name }) => isOwn(owner, Name)).map(contentOf));
  if (Object.keys(own).length === 0) return undefined;
  const names = groupNames(own[hostsRuleName(owner)]);
  return defined({
    rules: own,
    groups: byName(Rules.filter(({ Name }) => names.includes(Name!)).map(contentOf)),
    page: CustomResponseBodies[serviceKey(owner)],
  });
}

/** Whether rules of the service name IP sets. */
export function namesAddresses(owner: Owner, { Rules = [] }: { readonly Rules?: readonly Rule[] }): boolean {
  const names = [ruleName(owner, 'allowed'), ruleName(owner, 'blocked')];
  return Rules.some(({ Name }) => names.includes(Name!));
}

/** Members that are absent are left out, as those of two rules that are compared. */
function contentOf({ Priority: _, ...rule }: Rule): RuleContent {
  return JSON.parse(JSON.stringify(rule)) as RuleContent;
}

/** Names of the managed rule groups that a rule for hosts gives the labels of. */
function groupNames(hostsRule: Pick<RuleContent, 'RuleLabels'> | undefined): string[] {
  return (hostsRule?.RuleLabels ?? []).flatMap(({ Name }) =>
    Name?.startsWith(GROUP_LABEL) ? groupOfLabel(Name) : [],
  );
}

/** Whether any service has rules in a web ACL. */
export function hasServices(rules: readonly Pick<Rule, 'Name'>[] = []): boolean {
  return rules.some(({ Name }) => HOSTS_RULE.test(Name ?? ''));
}

/** Whether one of the rules has requests logged. */
export function logsRequests(rules: readonly Pick<Rule, 'RuleLabels'>[]): boolean {
  return rules.some(({ RuleLabels = [] }) => RuleLabels.some(({ Name }) => Name === LOGGED_LABEL));
}

/**
 * A web ACL with these rules in the place of those that the service has there. Rules of others stay as they are, where they are.
 * A managed rule group comes with the first service that has it, and goes with the last one; what people have changed of it
 * meanwhile stays.
 *
 * @param wanted undefined when the service is to have none.
 */
export function withServiceRules(
  owner: Owner,
  {
    Rules = [],
    CustomResponseBodies = {},
  }: {
    readonly Rules?: readonly Rule[];
    readonly CustomResponseBodies?: RulesOfWebAcl['CustomResponseBodies'];
  },
  wanted: ServiceRules | undefined,
): RulesOfWebAcl {
  const key = serviceKey(owner);
  const before = groupNames(Rules.find(({ Name }) => Name === hostsRuleName(owner)));
  const others = Rules.filter(({ Name }) => !isOwn(owner, Name));
  const after = new Set([...others, ...Object.values(wanted?.rules ?? {})].flatMap(groupNames));
  const kept = others.filter(({ Name }) => !before.includes(Name!) || after.has(Name!));
  const own = Object.values(wanted?.rules ?? {});
  const newGroups = Object.values(wanted?.groups ?? {}).filter(
    ({ Name }) => !before.includes(Name!) && !kept.some((rule) => rule.Name === Name),
  );
  const rules = [...kept];
  for (const rule of [...own, ...newGroups]) {
    const live = Rules.find(({ Name }) => Name === rule.Name);
    rules.push({ ...rule, Priority: live?.Priority ?? freePriority(rule, rules) });
  }
  const { [key]: _former, ...pages } = CustomResponseBodies;
  return {
    Rules: rules.sort((one, other) => one.Priority! - other.Priority!),
    CustomResponseBodies: { ...pages, ...(wanted?.page && { [key]: wanted.page }) },
  };
}

function freePriority(rule: RuleContent, rules: readonly Rule[]): number {
  let priority = firstPriority(rule);
  while (rules.some(({ Priority }) => Priority === priority)) priority += 1;
  return priority;
}

/** The first priority of what a rule is for. */
export function firstPriority({ Name = '', Statement }: RuleContent): number {
  const group = Statement?.ManagedRuleGroupStatement?.Name as ManagedRuleGroup | undefined;
  if (group === undefined) return OWN_PRIORITIES[Name.slice(Name.lastIndexOf('-') + 1) as Purpose];
  return GROUP_PRIORITIES.first + GROUP_NAMES.indexOf(group) * GROUP_PRIORITIES.each;
}

/** What a template would say of the rules of a service, but for addresses. */
export function webAclInputOf(owner: Owner, { rules, groups, page }: ServiceRules) {
  const hosts = rules[hostsRuleName(owner)];
  if (!hosts) return { Enabled: false };
  const { Limit, EvaluationWindowSec } = rules[ruleName(owner, 'rate')]?.Statement?.RateBasedStatement ?? {};
  const chosen = Object.values(groups).map((rule) => rule.Statement?.ManagedRuleGroupStatement);
  const names = groupNames(hosts).map((name) => name.replace(/-[0-9a-f]{6}$/, '') as ManagedRuleGroup);
  const counted = chosen.flatMap((group) =>
    (group?.RuleActionOverrides ?? []).flatMap(({ Name, ActionToUse }) =>
      ActionToUse?.Count && Name !== BODY_RULE ? [`${group!.Name}/${Name}`] : [],
    ),
  );
  return defined({
    Enabled: true,
    RateLimit: Limit === undefined ? undefined : { Limit, EvaluationWindowSec },
    ManagedRuleGroups: names.sort(),
    CountedRules: counted.length > 0 ? counted.sort() : undefined,
    LargeBodies: names.includes(COMMON_RULE_SET) && !rules[ruleName(owner, 'bodies')]?.Action?.Block,
    BlockPage: page && { Content: page.Content, ContentType: page.ContentType },
    Logging: logsRequests([hosts]),
  });
}

/** Web ACL capacity units that AWS WAF takes, which nobody can raise (AWS WAF Developer Guide, "AWS WAF quotas"). */
export const MOST_CAPACITY = 5000;

/**
 * Web ACL capacity units of rules, by the documented figures (AWS WAF Developer Guide, "Web ACL capacity units (WCUs) in AWS WAF").
 * CheckCapacity would want the IP sets to be there, which are to be made only when the rules fit. What people add by hand and is not
 * known here counts nothing: AWS WAF then refuses by itself.
 */
export function capacityOf(rules: readonly Pick<Rule, 'Statement'>[]): number {
  return sum(rules.map(({ Statement }) => capacityOfStatement(Statement)));
}

/** Of each text transformation. */
const TRANSFORMATION = 10;

function capacityOfStatement(statement: Statement | undefined): number {
  if (!statement) return 0;
  const { AndStatement, OrStatement, NotStatement, RateBasedStatement, ManagedRuleGroupStatement } =
    statement;
  const {
    RegexMatchStatement,
    ByteMatchStatement,
    IPSetReferenceStatement,
    LabelMatchStatement,
    GeoMatchStatement,
  } = statement;
  const transformations =
    RegexMatchStatement?.TextTransformations ?? ByteMatchStatement?.TextTransformations ?? [];
  const group = MANAGED_RULE_GROUPS[ManagedRuleGroupStatement?.Name as ManagedRuleGroup];
  return (
    sum((AndStatement ?? OrStatement)?.Statements?.map(capacityOfStatement) ?? []) +
    capacityOfStatement(NotStatement?.Statement) +
    capacityOfStatement(RateBasedStatement?.ScopeDownStatement) +
    capacityOfStatement(ManagedRuleGroupStatement?.ScopeDownStatement) +
    (RateBasedStatement ? 2 : 0) +
    (group?.capacity ?? 0) +
    (RegexMatchStatement ? 3 : 0) +
    (ByteMatchStatement ? (ByteMatchStatement.PositionalConstraint?.startsWith('CONTAINS') ? 10 : 2) : 0) +
    (IPSetReferenceStatement || LabelMatchStatement || GeoMatchStatement ? 1 : 0) +
    TRANSFORMATION * transformations.filter(({ Type }) => Type !== 'NONE').length
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
