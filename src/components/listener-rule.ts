import {
  CreateRuleCommand,
  DeleteRuleCommand,
  DescribeTagsCommand,
  ModifyRuleCommand,
  type ForwardActionConfig,
  type Rule,
  type RuleCondition,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ApplyScope, Component, Scope } from '../component';
import { CLOSE_PERMISSIONS, closeIfUnused, describeRules, isClosed } from '../load-balancer-closing';
import { done, wait, type Outcome } from '../outcome';
import { isServing } from '../placements';
import {
  conditionsOf,
  finalConditions,
  hostNamesIn,
  matchTheSame,
  normalConditions,
  pathsIn,
  UNUSED_HOST,
  unusedConditions,
  widenedConditions,
  type ConditionStates,
} from '../rule-conditions';
import { isSdkError, unless } from '../sdk-errors';
import { isApplyScope, takeSurvey } from '../survey';
import { ownedTags, tagList, tagRecord, type Tags } from '../tags';
import { groupStickiness } from '../target-group-settings';
import { groupToServe, servingTargetGroup, TRAFFIC_WEIGHT_ACTIONS } from '../traffic-weights';
import type { ObservedCertificate } from './certificate';
import type { ObservedHostNames } from './host-names';
import { RELEASE_PERMISSIONS, type ObservedListeners } from './listeners';
import type { ObservedLoadBalancer } from './load-balancer';
import type { ObservedLoadBalancerSecurityGroup } from './load-balancer-security-group';
import { rulePlaces } from './rule-places';
import { PLACE_PERMISSIONS, type ObservedServiceSecurityGroup } from './service-security-group';
import { changeElbTags, type ObservedTargetGroups } from './target-groups';

/** The rule by which the load balancer sends the service's requests to its tasks. */
export interface ObservedListenerRule {
  readonly arn: string;
  readonly priority: number;
  /** Everything that a request has to meet, as ELB takes it. */
  readonly conditions: readonly RuleCondition[];
  /** Host names that the rule matches, or will match in the end: the service's, and those that were added by hand. */
  readonly hostNames: readonly string[];
  /** Path patterns that the rule matches, or will match in the end; none means all paths. */
  readonly paths: readonly string[];
  /** The target group that has all traffic; undefined when it is split. */
  readonly servingTargetGroupArn?: string;
  readonly tags: Tags;
}

interface Needs {
  HostNames: ObservedHostNames;
  ServiceSecurityGroup: ObservedServiceSecurityGroup;
  LoadBalancerSecurityGroup: ObservedLoadBalancerSecurityGroup;
  LoadBalancer: ObservedLoadBalancer;
  Certificate: ObservedCertificate;
  Listeners: ObservedListeners;
  TargetGroups: ObservedTargetGroups;
}

/** Errors that say that rules which were added by hand have used up the quotas of a load balancer. */
const FULL: readonly string[] = [
  'TooManyRulesException',
  'TooManyTargetGroupsException',
  'TooManyUniqueTargetGroupsPerLoadBalancerException',
];

/**
 * Seconds that clients may still follow a DNS answer from before the alias record was changed: Route 53 has a change
 * everywhere within a minute, an answer for an alias to a load balancer may be kept for another one, and as long again for
 * those that keep it too long.
 */
const DRAIN_SECONDS = 180;
/** CloudFormation is asked to come again after this many seconds, as often as it takes. */
const SECONDS_BETWEEN_LOOKS = 60;

/** How often one invocation tries for a place that others are after too. */
const ATTEMPTS = 5;

/**
 * The rule that forwards the requests for the service's host to its two target groups. It is the service's place on the
 * load balancer: there are 25 priorities for services on a shared one (rule-places.ts), and ELB gives each of them to one
 * only, so that no race puts a 26th service on it.
 *
 * ECS moves the weights of the target groups, deployment by deployment; they are set once, when the rule is made.
 */
export const listenerRule: Component<ObservedListenerRule, Needs> = {
  kind: 'ListenerRule',
  needs: [
    // The rule gets no host that another service still has.
    'HostNames',
    'ServiceSecurityGroup',
    'LoadBalancerSecurityGroup',
    'LoadBalancer',
    'Certificate',
    'Listeners',
    'TargetGroups',
  ],
  per: 'placement',
  staysWhileJoining: true,
  permissions: {
    observe: ['elasticloadbalancing:DescribeRules', 'elasticloadbalancing:DescribeTags'],
    apply: [
      ...CLOSE_PERMISSIONS,
      ...PLACE_PERMISSIONS,
      ...RELEASE_PERMISSIONS,
      ...TRAFFIC_WEIGHT_ACTIONS,
      'elasticloadbalancing:AddTags',
      'elasticloadbalancing:CreateRule',
      'elasticloadbalancing:DeleteRule',
      'elasticloadbalancing:DescribeRules',
      'elasticloadbalancing:ModifyRule',
      'elasticloadbalancing:RemoveTags',
    ],
    remove: ['elasticloadbalancing:DeleteRule'],
  },

  async observe(scope, { Listeners, ServiceSecurityGroup, TargetGroups }) {
    if (!Listeners?.httpsArn || !TargetGroups) return undefined;
    const rules = await unless(describeRules(scope, Listeners.httpsArn), 'ListenerNotFoundException');
    const rule = ownRule(rules ?? [], TargetGroups);
    if (!rule) return undefined;
    if (isApplyScope(scope) && ServiceSecurityGroup && isServing(scope)) {
      // There may be too many.
      finalConditions(statesOf(scope, ServiceSecurityGroup, rule.Conditions ?? []));
    }
    const { TagDescriptions = [] } = await scope.clients.elasticLoadBalancing.send(
      new DescribeTagsCommand({ ResourceArns: [rule.RuleArn!] }),
    );
    return observed(rule, tagRecord(TagDescriptions[0]?.Tags));
  },

  async apply(scope, needs, current) {
    try {
      return current ? await change(scope, needs, current) : await claim(scope, needs);
    } catch (error) {
      if (isSdkError(error, 'ListenerNotFoundException', 'RuleNotFoundException')) {
        return wait(`load balancer ${needs.LoadBalancer.name}, which another service is removing`, 2);
      }
      throw error;
    }
  },

  /**
   * Clients have been sent to another placement. Once those that still come have had the time to follow, the rule gets no
   * more requests: a deployment is about to take the tasks away from it. How long was waited is in the token of the wait,
   * so that whoever loses it waits anew.
   */
  async leave(_scope, _found, current) {
    return isUnused(current) ? done(current) : draining(current.arn, DRAIN_SECONDS);
  },
  leavesAfter: ['DnsRecord'],

  async poll(scope, token) {
    const [arn, seconds] = token.split(' ');
    if (Number(seconds) > 0) return draining(arn!, Number(seconds));
    const Conditions = unusedConditions();
    await unless(
      scope.clients.elasticLoadBalancing.send(new ModifyRuleCommand({ RuleArn: arn, Conditions })),
      'RuleNotFoundException',
    );
    return done(undefined);
  },

  /** Former hosts and paths of the service get no more requests. */
  async prune(scope, { ServiceSecurityGroup }, { arn, conditions }) {
    if (!isServing(scope)) return done(undefined);
    const Conditions = finalConditions(statesOf(scope, ServiceSecurityGroup, conditions));
    await setConditions(scope, arn, conditions, Conditions);
    return done(undefined);
  },

  async remove(scope, _found, { arn }) {
    await deleteRule(scope, arn);
    return done(undefined);
  },
};

/** @param seconds that are left; the token has those that are left after this wait. */
function draining(arn: string, seconds: number): Outcome<never> {
  const next = Math.min(seconds, SECONDS_BETWEEN_LOOKS);
  return wait('clients to follow the DNS record', next, `${arn} ${seconds - next}`);
}

function isUnused({ conditions }: ObservedListenerRule): boolean {
  return hostNamesIn(conditions).includes(UNUSED_HOST);
}

/** The rule that forwards to the service's target groups: a target group has one load balancer only. */
function ownRule(rules: readonly Rule[], { arns }: ObservedTargetGroups): Rule | undefined {
  return rules.find(({ Actions = [] }) =>
    Actions.some(
      ({ TargetGroupArn, ForwardConfig }) =>
        arns.includes(TargetGroupArn ?? '') ||
        ForwardConfig?.TargetGroups?.some((group) => arns.includes(group.TargetGroupArn!)),
    ),
  );
}

function observed(rule: Rule, tags: Tags): ObservedListenerRule {
  const conditions = normalConditions(rule.Conditions ?? []);
  return {
    ...matching(conditions),
    arn: rule.RuleArn!,
    priority: Number(rule.Priority),
    conditions,
    servingTargetGroupArn: servingTargetGroup(rule),
    tags,
  };
}

function matching(
  conditions: readonly RuleCondition[],
): Pick<ObservedListenerRule, 'hostNames' | 'paths'> {
  return { hostNames: hostNamesIn(conditions), paths: pathsIn(conditions) };
}

function statesOf(
  { spec, previousSpec }: ApplyScope,
  { hosts }: ObservedServiceSecurityGroup,
  live: readonly RuleCondition[],
): ConditionStates {
  return { spec, previousSpec, knownHostNames: hosts.map(({ hostName }) => hostName), live };
}

/** Let the rule match the present hosts and paths too; former ones stay until nothing leads to them any more. */
async function change(
  scope: ApplyScope,
  { ServiceSecurityGroup }: Needs,
  current: ObservedListenerRule,
): Promise<Outcome<ObservedListenerRule>> {
  const tags = await changeElbTags(scope, current);
  if (!isServing(scope)) return done({ ...current, tags });
  const states = statesOf(scope, ServiceSecurityGroup, current.conditions);
  const conditions = widenedConditions(states);
  await setConditions(scope, current.arn, current.conditions, conditions);
  return done({ ...current, ...matching(finalConditions(states)), conditions, tags });
}

async function setConditions(
  { clients }: ApplyScope,
  RuleArn: string,
  current: readonly RuleCondition[],
  Conditions: RuleCondition[],
): Promise<void> {
  if (matchTheSame(current, Conditions)) return;
  await clients.elasticLoadBalancing.send(new ModifyRuleCommand({ RuleArn, Conditions }));
}

/** Take a place on the load balancer, and make sure that it was not closed meanwhile (see load-balancer-closing.ts). */
async function claim(scope: ApplyScope, needs: Needs): Promise<Outcome<ObservedListenerRule>> {
  const { goOn } = rulePlaces(scope.placement!);
  const rule = await takePlace(scope, needs);
  if (rule === 'full') return goOn(scope, needs);
  if (rule === 'contended') return wait(`a place on load balancer ${needs.LoadBalancer.name}`, 1);
  const { httpArn } = needs.Listeners;
  if (httpArn === undefined || !(await isClosed(scope, httpArn))) return done(rule);

  await deleteRule(scope, rule.arn);
  const removed = await closeIfUnused(scope, needs.LoadBalancer.arn);
  if (removed.status === 'wait') return removed;
  const { loadBalancers } = await takeSurvey(scope);
  const isLeft = loadBalancers.some(({ LoadBalancerArn }) => LoadBalancerArn === needs.LoadBalancer.arn);
  // Where nobody else has stayed, the load balancer is made anew under the same name.
  return isLeft ? goOn(scope, needs) : wait(`load balancer ${needs.LoadBalancer.name} to be made again`, 2);
}

/**
 * Make the rule at a free priority.
 *
 * @returns `full` when there is none, `contended` when others were faster again and again.
 */
async function takePlace(
  scope: ApplyScope,
  needs: Needs,
): Promise<ObservedListenerRule | 'full' | 'contended'> {
  const { Listeners, LoadBalancerSecurityGroup, TargetGroups } = needs;
  const places = rulePlaces(scope.placement!);
  let priority = places.guess(LoadBalancerSecurityGroup.otherServices);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const made = priority && (await makeRule(scope, Listeners.httpsArn!, priority, TargetGroups));
    if (made && made !== 'taken') return made;
    const rules = await describeRules(scope, Listeners.httpsArn!);
    const own = ownRule(rules, TargetGroups);
    // An earlier attempt, whose answer was lost, has made it.
    if (own) return observed(own, ownedTags(scope));
    [priority] = places.free(scope, rules);
    if (priority === undefined) return 'full';
  }
  return 'contended';
}

/** @returns `taken` when another rule has the priority, `full` when the load balancer takes no more rules. */
async function makeRule(
  scope: ApplyScope,
  listenerArn: string,
  priority: number,
  TargetGroups: ObservedTargetGroups,
): Promise<ObservedListenerRule | 'taken' | 'full'> {
  // A placement that does not serve yet gets its requests when the tasks are there.
  const conditions = isServing(scope) ? conditionsOf(scope.spec) : unusedConditions();
  const tags = ownedTags(scope);
  const { serving, ForwardConfig } = await forwardConfig(scope, TargetGroups);
  try {
    const { Rules = [] } = await scope.clients.elasticLoadBalancing.send(
      new CreateRuleCommand({
        ListenerArn: listenerArn,
        Priority: priority,
        Conditions: conditions,
        Actions: [{ Type: 'forward', ForwardConfig }],
        Tags: tagList(tags),
      }),
    );
    const arn = Rules[0]!.RuleArn!;
    return { ...matching(conditions), arn, priority, conditions, servingTargetGroupArn: serving, tags };
  } catch (error) {
    if (isSdkError(error, 'PriorityInUseException')) return 'taken';
    if (isSdkError(error, ...FULL)) return 'full';
    throw error;
  }
}

/**
 * All traffic goes to the first target group; of a service that has lost its rule, to the one with its tasks.
 *
 * @returns with the ARN of the target group that gets the traffic.
 */
async function forwardConfig(scope: ApplyScope, { arns }: ObservedTargetGroups) {
  const { spec, previousSpec } = scope;
  const [initial] = arns;
  const weights = arns.map((targetGroupArn) => ({ targetGroupArn, weight: Number(targetGroupArn === initial) }));
  const serving = previousSpec && isServing(scope) ? await groupToServe(scope, weights) : initial!;
  const isSticky = [spec, previousSpec].some(
    (each) => each?.targetGroup.attributes.stickinessDurationSeconds !== undefined,
  );
  const ForwardConfig: ForwardActionConfig = {
    TargetGroups: arns.map((TargetGroupArn) => ({ TargetGroupArn, Weight: Number(TargetGroupArn === serving) })),
    ...(isSticky && { TargetGroupStickinessConfig: groupStickiness(true) }),
  };
  return { serving, ForwardConfig };
}

async function deleteRule({ clients }: Scope, arn: string): Promise<void> {
  await unless(
    clients.elasticLoadBalancing.send(new DeleteRuleCommand({ RuleArn: arn })),
    'RuleNotFoundException',
  );
}
