/** Taking a place for a service's rule on its listener. */
import {
  CreateRuleCommand,
  type Action,
  type ForwardActionConfig,
  type RuleCondition,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ApplyScope } from '../../composition/component';
import {
  CLOSE_PERMISSIONS,
  closeIfUnused,
  describeRules,
  isClosed,
} from '../../sharing/load-balancer-closing';
import { done, wait, type Outcome } from '../../../core/outcome';
import { isServing } from '../../memory/recorded-exposures';
import { authenticationIn, withAuthentication } from '../../properties/authentication';
import { unusedConditions } from '../../properties/rule-conditions';
import { defined } from '../../../core/unset';
import { isSdkError } from '../../../aws/sdk-errors';
import {
  deleteRule,
  FIND_RULE_ACTIONS,
  findManagedRules,
  matching,
  type ObservedListenerRule,
} from './service-rule';
import { takeSurvey } from '../../sharing/survey';
import { tagList, tagRecord, type ResourceTag } from '../../identity/tags';
import { groupStickiness, isSticky } from '../../properties/target-group-settings';
import { groupToServe, TRAFFIC_WEIGHT_ACTIONS } from '../../deployments/traffic-weights';
import { RELEASE_PERMISSIONS } from './listeners';
import type { ObservedLoadBalancerSecurityGroup } from '../ec2/load-balancer-security-group';
import { rulePlaces, type ListenerNeeds } from './rule-places';
import { PLACE_PERMISSIONS } from '../ec2/service-security-group';
import { claimsHosts, RULE_HOST_PERMISSIONS, tagsOfClaim } from './rule-hosts';
import type { ObservedTargetGroups } from './target-groups';

/** What has to be there before a place is taken. */
export type ClaimNeeds = ListenerNeeds & {
  readonly LoadBalancerSecurityGroup: ObservedLoadBalancerSecurityGroup;
  readonly TargetGroups: ObservedTargetGroups;
};

/** What the rule is to be. */
interface WantedRule {
  readonly Conditions: readonly RuleCondition[];
  readonly Tags: readonly ResourceTag[];
}

/** IAM actions of {@link claimRule}. */
export const CLAIM_PERMISSIONS = [
  ...CLOSE_PERMISSIONS,
  ...FIND_RULE_ACTIONS,
  ...PLACE_PERMISSIONS,
  ...RELEASE_PERMISSIONS,
  ...RULE_HOST_PERMISSIONS,
  ...TRAFFIC_WEIGHT_ACTIONS,
  'elasticloadbalancing:AddTags',
  'elasticloadbalancing:CreateRule',
  'elasticloadbalancing:DeleteRule',
  'elasticloadbalancing:DescribeRules',
] as const;

/** Errors that say that rules which were added by hand have used up the quotas of a load balancer. */
const FULL: readonly string[] = [
  'TooManyRulesException',
  'TooManyTargetGroupsException',
  'TooManyUniqueTargetGroupsPerLoadBalancerException',
];

/** How often one invocation tries for a place that others are after too. */
const ATTEMPTS = 5;

/** Take a place on the load balancer, and make sure that it was not closed meanwhile (see load-balancer-closing.ts). */
export async function claimRule(
  scope: ApplyScope,
  needs: ClaimNeeds,
  wanted: WantedRule,
): Promise<Outcome<ObservedListenerRule>> {
  const { goOn } = rulePlaces(scope.exposure!);
  const rule = await takePlace(scope, needs, wanted);
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
  needs: ClaimNeeds,
  wanted: WantedRule,
): Promise<ObservedListenerRule | 'full' | 'contended'> {
  const { Listeners, LoadBalancerSecurityGroup, TargetGroups } = needs;
  const places = rulePlaces(scope.exposure!);
  let priority = places.guess(LoadBalancerSecurityGroup.otherServices);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const made = priority && (await makeRule(scope, needs, wanted, priority));
    if (made && made !== 'taken') return made;
    const rules = await describeRules(scope, Listeners.httpsArn!);
    const { production } = await findManagedRules(scope, rules, TargetGroups.arns);
    // An earlier attempt, whose answer was lost, has made it.
    if (production) return production;
    [priority] = places.free(scope, rules);
    if (priority === undefined) return 'full';
  }
  return 'contended';
}

/**
 * @returns `taken` when another rule has the priority, `full` when the load balancer takes no more rules.
 * @throws the error of ELB when not even a listener without rules takes this one: no other one would.
 */
async function makeRule(
  scope: ApplyScope,
  { Listeners, TargetGroups }: ClaimNeeds,
  { Conditions, Tags }: WantedRule,
  priority: number,
): Promise<ObservedListenerRule | 'taken' | 'full'> {
  // A host that others may want, too, gets its requests when it is the service's (rule-hosts.ts).
  const isClaiming = isServing(scope) && claimsHosts(scope);
  const conditions = isClaiming ? unusedConditions() : [...Conditions];
  const tags = { ...tagRecord(Tags), ...(isClaiming && tagsOfClaim(scope)) };
  const serving = await servingGroup(scope, TargetGroups);
  const Actions = actionsOf(scope, TargetGroups, serving);
  try {
    const { Rules = [] } = await scope.clients.elasticLoadBalancing.send(
      new CreateRuleCommand({
        ListenerArn: Listeners.httpsArn!,
        Priority: priority,
        Conditions: conditions,
        Actions,
        Tags: tagList(tags),
      }),
    );
    const arn = Rules[0]!.RuleArn!;
    const rule = { ...matching(conditions), arn, priority, conditions, servingTargetGroupArn: serving, tags };
    return { ...rule, ...defined({ authentication: authenticationIn(Actions) }) };
  } catch (error) {
    if (isSdkError(error, 'PriorityInUseException')) return 'taken';
    if (isSdkError(error, ...FULL) && (await hasRules(scope, Listeners.httpsArn!))) return 'full';
    throw error;
  }
}

/** Whether a listener has any rule but the default one. */
async function hasRules(scope: ApplyScope, listenerArn: string): Promise<boolean> {
  const rules = await describeRules(scope, listenerArn);
  return rules.some(({ IsDefault }) => !IsDefault);
}

/** ARN of the target group that gets all traffic: the first one; of a service that has lost its rule, the one with its tasks. */
export async function servingGroup(scope: ApplyScope, { arns }: ObservedTargetGroups): Promise<string> {
  const [initial] = arns;
  const weights = arns.map((targetGroupArn) => ({
    targetGroupArn,
    weight: Number(targetGroupArn === initial),
  }));
  const isKnown = arns.length < 2 || !scope.previousSpec || !isServing(scope);
  return isKnown ? initial! : groupToServe(scope, weights);
}

/** Actions of a rule that is made: users sign in where they have to, and then all of their requests go to one target group. */
export function actionsOf(scope: ApplyScope, targetGroups: ObservedTargetGroups, serving: string): Action[] {
  const ForwardConfig = forwardConfig(scope, targetGroups, serving);
  return withAuthentication([{ Type: 'forward', ForwardConfig }], scope.spec.authentication);
}

/** All traffic goes to one of the target groups, and both are there, so that ECS can move it. */
export function forwardConfig(
  { spec, previousSpec }: ApplyScope,
  { arns }: ObservedTargetGroups,
  serving: string,
): ForwardActionConfig {
  const toBeSticky = [spec, previousSpec].some((each) => each && isSticky(each.targetGroup.attributes));
  return {
    TargetGroups: arns.map((TargetGroupArn) => ({
      TargetGroupArn,
      Weight: Number(TargetGroupArn === serving),
    })),
    ...(toBeSticky && { TargetGroupStickinessConfig: groupStickiness(true) }),
  };
}
