/** Rules of a service that stand right before its rule for all requests, and match what that one matches, and more. */
import { CreateRuleCommand, type RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { isSdkError } from '../../../aws/sdk-errors';
import { done, wait, type Outcome } from '../../../core/outcome';
import { defined } from '../../../core/unset';
import type { ApplyScope } from '../../composition/component';
import { RULE_AUTHENTICATION_ACTIONS, setAuthentication } from '../../deployments/rule-authentication';
import { tagRecord } from '../../identity/tags';
import { authenticationIn } from '../../properties/authentication';
import { describeRules } from '../../sharing/load-balancer-closing';
import { setConditions } from './listener-rule';
import type { ObservedListeners } from './listeners';
import { actionsOf } from './rule-claim';
import { prioritiesBefore } from './rule-places';
import {
  changeRuleTags,
  deleteRule,
  FIND_RULE_ACTIONS,
  findManagedRules,
  forgetRequiredHeader,
  matching,
  type ListenerRuleProperties,
  type ManagedRules,
  type ObservedListenerRule,
} from './service-rule';
import type { ObservedTargetGroups } from './target-groups';

/** IAM actions of {@link putRuleBefore}. */
export const RULE_BEFORE_ACTIONS = [
  ...FIND_RULE_ACTIONS,
  ...RULE_AUTHENTICATION_ACTIONS,
  'elasticloadbalancing:AddTags',
  'elasticloadbalancing:CreateRule',
  'elasticloadbalancing:DeleteRule',
  'elasticloadbalancing:DescribeRules',
  'elasticloadbalancing:ModifyRule',
  'elasticloadbalancing:RemoveTags',
] as const;

/** How often one invocation tries for a priority that others are after too. */
const ATTEMPTS = 5;

/** What a rule is put before, and forwards to. */
type Needs = {
  readonly TargetGroups: ObservedTargetGroups;
  readonly Listeners: ObservedListeners;
  readonly ListenerRule: ObservedListenerRule;
};

/** A rule that is to be there. */
export interface RuleBefore {
  readonly wanted: ListenerRuleProperties;
  /** As it was observed; undefined when it is absent. */
  readonly current: ObservedListenerRule | undefined;
  /** ARN of the target group that gets the requests until a deployment moves them. */
  readonly serving: () => Promise<string>;
  /** How many priorities before that of the rule for all requests it may have. */
  readonly priorities: number;
  /** The order in which free priorities are tried. Default: the nearest first. */
  readonly inOrder?: (free: readonly number[]) => readonly number[];
  /** It, of the rules of the service: an attempt whose answer was lost may have made it. */
  readonly find: (rules: ManagedRules) => ObservedListenerRule | undefined;
  /** What is thrown when no priority is free. */
  readonly full: () => Error;
}

/** Change the rule to what is wanted, or make it; one that does not stand before the rule for all requests is made again. */
export async function putRuleBefore(
  scope: ApplyScope,
  needs: Needs,
  rule: RuleBefore,
): Promise<Outcome<ObservedListenerRule>> {
  const { current } = rule;
  try {
    if (current && current.priority < needs.ListenerRule.priority) return await change(scope, current, rule);
    // The rule for all requests was made again, at another place.
    if (current) await deleteRule(scope, current.arn);
    return await make(scope, needs, rule);
  } catch (error) {
    if (isSdkError(error, 'ListenerNotFoundException', 'RuleNotFoundException')) {
      return wait('the listener, which somebody is removing', 2);
    }
    throw error;
  }
}

async function change(
  scope: ApplyScope,
  current: ObservedListenerRule,
  { wanted: { Conditions } }: RuleBefore,
): Promise<Outcome<ObservedListenerRule>> {
  const tagged = { ...current, tags: await changeRuleTags(scope, current) };
  const conditions = [...Conditions];
  await setConditions(scope, current.arn, current.conditions, conditions);
  const tags = await forgetRequiredHeader(scope, tagged);
  // The condition more must be no way around.
  const asked = await setAuthentication(scope, tagged);
  return done({ ...asked, ...matching(conditions), conditions, tags });
}

async function make(
  scope: ApplyScope,
  { Listeners, ListenerRule, TargetGroups }: Needs,
  rule: RuleBefore,
): Promise<Outcome<ObservedListenerRule>> {
  const { httpsArn } = Listeners;
  const { wanted, priorities, inOrder = (free) => free } = rule;
  const serving = await rule.serving();
  const Actions = actionsOf(scope, TargetGroups, serving);
  const conditions: RuleCondition[] = [...wanted.Conditions];
  let free = prioritiesBefore(ListenerRule.priority, [], priorities);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const [priority] = inOrder(free);
    if (priority === undefined) throw rule.full();
    try {
      const { Rules = [] } = await scope.clients.elasticLoadBalancing.send(
        new CreateRuleCommand({
          ListenerArn: httpsArn,
          Priority: priority,
          Conditions: conditions,
          Actions,
          Tags: [...wanted.Tags],
        }),
      );
      const made = { arn: Rules[0]!.RuleArn!, priority, conditions, servingTargetGroupArn: serving };
      const asked = defined({ authentication: authenticationIn(Actions) });
      return done({ ...made, ...matching(conditions), ...asked, tags: tagRecord(wanted.Tags) });
    } catch (error) {
      if (!isSdkError(error, 'PriorityInUseException')) throw error;
    }
    const rules = await describeRules(scope, httpsArn!);
    const found = rule.find(await findManagedRules(scope, rules, TargetGroups.arns));
    if (found) return done(found);
    free = prioritiesBefore(ListenerRule.priority, rules, priorities);
  }
  return wait(`a priority before that of listener rule ${ListenerRule.arn}`, 1);
}
