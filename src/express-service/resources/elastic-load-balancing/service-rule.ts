/** The listener rules of a service, found among those of a listener. */
import {
  DeleteRuleCommand,
  RemoveTagsCommand,
  type Action,
  type Rule,
  type RuleCondition,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Resolvable } from '../../../core/graph';
import type { ApplyScope, PlanScope, Scope } from '../../composition/component';
import { isManaged, managedTags } from '../../memory/ownership';
import {
  isTestRule,
  REQUIRED_HEADER_TAG_KEY,
  requiredHeaderIn,
  requiredHeaderTag,
  versionOfRule,
} from '../../memory/resource-marks';
import { tagsOfRules } from '../../sharing/load-balancer-closing';
import { defined } from '../../../core/unset';
import {
  authenticationIn,
  withAuthentication,
  type AuthenticationConfig,
} from '../../properties/authentication';
import type { NetworkProtocol } from '../../properties/network-load-balancer';
import { hostNamesIn, normalConditions, pathsIn } from '../../properties/rule-conditions';
import { unless } from '../../../aws/sdk-errors';
import { sessionValue } from '../../../aws/session';
import { changeElbTags, targetGroupNumbers } from './target-groups';
import type { ResourceTag, Tags } from '../../identity/tags';
import { servingTargetGroup, weightsOf } from '../../deployments/traffic-weights';

/** A rule by which the load balancer sends the service's requests to its tasks. */
export interface ObservedListenerRule {
  readonly arn: string;
  readonly priority: number;
  /** Everything that a request has to meet, as ELB takes it. */
  readonly conditions: readonly RuleCondition[];
  /** Host names that the rule matches, or will match in the end: the service's, and those that were added by hand. */
  readonly hostNames: readonly string[];
  /** Path patterns that the rule matches, or will match in the end; none means all paths. */
  readonly paths: readonly string[];
  /** Names of the headers that the rule looks at, or will look at in the end; undefined in what an earlier version of this code has kept. */
  readonly headers?: readonly string[];
  /** The target group that has all traffic; undefined when it is split. */
  readonly servingTargetGroupArn?: string;
  /** How users sign in; undefined when they need not. */
  readonly authentication?: AuthenticationConfig;
  readonly tags: Tags;
  /** Where it takes connections, when it is the listener of a Network Load Balancer, which has no rules. */
  readonly listener?: NetworkListenerState;
}

/** A listener of a Network Load Balancer as it is. */
export interface NetworkListenerState {
  readonly protocol: NetworkProtocol;
  readonly port: number;
  readonly defaultCertificateArn?: string;
  /** Certificates beside the default one. */
  readonly certificateArns: readonly string[];
}

/** One of them as it is to be. */
export interface ListenerRuleProperties {
  readonly ListenerArn: string;
  readonly Priority: number;
  readonly Conditions: readonly RuleCondition[];
  readonly Actions: readonly Action[];
  readonly Tags: readonly ResourceTag[];
}

type ForwardingPlan = Pick<PlanScope, 'identity' | 'ecsService' | 'refer'>;

/** The target groups of the service, of which the first one has the requests. */
export function plannedActions(plan: ForwardingPlan): readonly Resolvable<Action>[] {
  const TargetGroups = targetGroupNumbers(plan).map((name, index) => ({
    TargetGroupArn: plan.refer('TargetGroups', 'TargetGroupArn', { name }),
    Weight: index === 0 ? 1 : 0,
  }));
  return [{ Type: 'forward' as const, ForwardConfig: { TargetGroups } }];
}

/**
 * What both rules have in common: their listener, how users sign in, and the pair of target groups, of which the first one has
 * the requests.
 */
export function plannedForwarding(plan: ForwardingPlan & Pick<PlanScope, 'exposure' | 'spec'>): {
  readonly ListenerArn: Resolvable<string>;
  readonly Actions: Resolvable<ListenerRuleProperties['Actions']>;
} {
  const { exposure, refer, spec } = plan;
  const asked = withAuthentication([], spec.authentication);
  return {
    ListenerArn:
      exposure.kind === 'external'
        ? exposure.listenerArn
        : refer('Listeners', 'ListenerArn', { name: 'Https' }),
    Actions: [...asked, ...plannedActions(plan)].map((action, index) =>
      asked.length > 0 ? { ...action, Order: index + 1 } : action,
    ),
  };
}

/** Tags of both rules. */
export function ruleTags(scope: Pick<PlanScope, 'identity' | 'spec'>): Tags {
  return { ...managedTags(scope), ...requiredHeaderOf(scope) };
}

function requiredHeaderOf({ spec }: Pick<PlanScope, 'spec'>): Tags {
  return requiredHeaderTag(spec.requiredHeader?.name);
}

/**
 * Give a rule the author's tags, before it gets the conditions that they tell of.
 *
 * @returns the tags it has then.
 */
export function changeRuleTags(scope: ApplyScope, rule: ObservedListenerRule): Promise<Tags> {
  return changeElbTags(scope, rule, requiredHeaderOf(scope));
}

/** What tells of a header that requests need no more goes after the condition: till then READ keeps its values to itself. */
export async function forgetRequiredHeader(
  scope: ApplyScope,
  { arn, tags }: ObservedListenerRule,
): Promise<Tags> {
  if (scope.spec.requiredHeader || requiredHeaderIn(tags) === undefined) return tags;
  const { [REQUIRED_HEADER_TAG_KEY]: _gone, ...left } = tags;
  await scope.clients.elasticLoadBalancing.send(
    new RemoveTagsCommand({ ResourceArns: [arn], TagKeys: [REQUIRED_HEADER_TAG_KEY] }),
  );
  return left;
}

/** Whether what is observed of rules holds secrets: values of headers. */
export function holdsSecrets(...rules: readonly (ObservedListenerRule | undefined)[]): boolean {
  return rules.some((rule) => rule?.conditions.some(({ Field }) => Field === 'http-header'));
}

/** The rules of a service on one listener. */
export interface ManagedRules {
  /** That of all requests, which is the service's place there. */
  readonly production?: ObservedListenerRule;
  /** That of test requests. */
  readonly test?: ObservedListenerRule;
  /** Those by which one version is reached. */
  readonly versions: readonly ObservedListenerRule[];
}

/** IAM actions of {@link findManagedRules}. */
export const FIND_RULE_ACTIONS = ['elasticloadbalancing:DescribeTags'] as const;

/** Rules of versions that {@link findManagedRules} has found, by the owner tag. */
const versionsSeen = sessionValue((_: Scope) => new Map<string, readonly ObservedListenerRule[]>());

/** The rules of versions that {@link findManagedRules} has found in this invocation; undefined when nobody has looked. */
export function versionRulesSeen(scope: Scope): readonly ObservedListenerRule[] | undefined {
  return versionsSeen(scope).get(scope.identity.serviceArn);
}

/** By the target groups that rules forward to. */
const managedSeen = sessionValue((_: Scope) => new Map<string, ManagedRules>());

/** The rules that {@link findManagedRules} has found in this invocation; undefined when nobody has looked. */
export function managedRulesSeen(scope: Scope, targetGroupArns: readonly string[]): ManagedRules | undefined {
  return managedSeen(scope).get(targetGroupArns.join());
}

/**
 * The service's rules among these: they forward to the service's target groups and bear its tag. Others that forward there
 * were added by hand.
 *
 * @param targetGroupArns the service's target groups.
 */
export async function findManagedRules(
  scope: Scope,
  rules: readonly Rule[],
  targetGroupArns: readonly string[],
): Promise<ManagedRules> {
  const managed = await managedAmong(scope, rules, targetGroupArns);
  const found = {
    production: managed.find(({ tags }) => !isTestRule(tags) && !versionOfRule(tags)),
    test: managed.find(({ tags }) => isTestRule(tags)),
    versions: managed.filter(({ tags }) => versionOfRule(tags)),
  };
  managedSeen(scope).set(targetGroupArns.join(), found);
  versionsSeen(scope).set(scope.identity.serviceArn, found.versions);
  return found;
}

async function managedAmong(
  scope: Scope,
  rules: readonly Rule[],
  targetGroupArns: readonly string[],
): Promise<ObservedListenerRule[]> {
  const candidates = rules.filter((rule) =>
    weightsOf(rule).some(({ targetGroupArn }) => targetGroupArns.includes(targetGroupArn)),
  );
  if (candidates.length === 0) return [];
  const tags = await tagsOfRules(scope, candidates);
  return candidates.flatMap((rule, index) =>
    isManaged(scope.identity, tags[index]!) ? [observedRule(rule, tags[index]!)] : [],
  );
}

/** What conditions match. */
export function matching(
  conditions: readonly RuleCondition[],
): Pick<ObservedListenerRule, 'hostNames' | 'paths' | 'headers'> {
  const headers = conditions.flatMap(({ HttpHeaderConfig }) => HttpHeaderConfig?.HttpHeaderName ?? []);
  return { hostNames: hostNamesIn(conditions), paths: pathsIn(conditions), headers };
}

/** Delete a rule; one that is gone already counts as deleted. */
export async function deleteRule({ clients }: Scope, arn: string): Promise<void> {
  await unless(
    clients.elasticLoadBalancing.send(new DeleteRuleCommand({ RuleArn: arn })),
    'RuleNotFoundException',
  );
}

function observedRule(rule: Rule, tags: Tags): ObservedListenerRule {
  const conditions = normalConditions(rule.Conditions ?? []);
  return {
    ...matching(conditions),
    arn: rule.RuleArn!,
    priority: Number(rule.Priority),
    conditions,
    servingTargetGroupArn: servingTargetGroup(rule),
    ...defined({ authentication: authenticationIn(rule.Actions) }),
    tags,
  };
}
