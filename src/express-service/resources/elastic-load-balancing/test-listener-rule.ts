import { CreateRuleCommand, type RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ApplyScope, Component, Scope } from '../../composition/component';
import { HandlerError } from '../../../core/failure';
import { done, wait, type Outcome } from '../../../core/outcome';
import { isSdkError, unless } from '../../../aws/sdk-errors';
import { describeRules } from '../../sharing/load-balancer-closing';
import { isApplyScope } from '../../sharing/survey';
import { tagList, tagRecord } from '../../identity/tags';
import { isServing } from '../../memory/recorded-exposures';
import { testRuleTag } from '../../memory/resource-marks';
import {
  headerNames,
  testPart,
  testRuleConditions,
  unusedConditions,
} from '../../properties/rule-conditions';
import { authenticationIn } from '../../properties/authentication';
import { RULE_AUTHENTICATION_ACTIONS, setAuthentication } from '../../deployments/rule-authentication';
import { defined } from '../../../core/unset';
import { checkRoom } from '../../properties/test-traffic';
import type { ServiceSpec } from '../../specification';
import type { ObservedLoadBalancerSecurityGroup } from '../ec2/load-balancer-security-group';
import type { ObservedServiceSecurityGroup } from '../ec2/service-security-group';
import { isUnused, plannedConditions, setConditions } from './listener-rule';
import type { ObservedListeners } from './listeners';
import { actionsOf } from './rule-claim';
import { likelyPriority, prioritiesBefore } from './rule-places';
import {
  changeRuleTags,
  deleteRule,
  FIND_RULE_ACTIONS,
  findManagedRules,
  forgetRequiredHeader,
  holdsSecrets,
  managedRulesSeen,
  matching,
  plannedForwarding,
  ruleTags,
  type ListenerRuleProperties,
  type ObservedListenerRule,
} from './service-rule';
import type { ObservedTargetGroups } from './target-groups';

/** The rule for test requests. */
export interface ObservedTestListenerRule {
  /** Undefined when no requests are to be tested. */
  readonly rule?: ObservedListenerRule;
  /** One that is no longer wanted, and is removed at the end. */
  readonly former?: ObservedListenerRule;
}

type Needs = {
  ServiceSecurityGroup: ObservedServiceSecurityGroup;
  LoadBalancerSecurityGroup: ObservedLoadBalancerSecurityGroup;
  TargetGroups: ObservedTargetGroups;
  Listeners: ObservedListeners;
  ListenerRule: ObservedListenerRule;
};

const TYPE = 'AWS::ElasticLoadBalancingV2::ListenerRule';

/** How often one invocation tries for a priority that others are after too. */
const ATTEMPTS = 5;

/**
 * The rule that brings test requests to the new tasks of a deployment, from its stage TEST_TRAFFIC_SHIFT on; at all other times
 * they are answered as all requests are. It matches what the service's other rule matches, if the request is a test too, and
 * stands right before that one. A request that it does not match yet, or no more, is for the other rule, so that none is lost
 * when it comes, changes and goes; it may match at once what it is to match in the end.
 *
 * It is made after the other rule, which is the service's place on the load balancer and decides whose a host is, and is removed
 * before it.
 */
export const testListenerRule: Component<ObservedTestListenerRule, Needs, ListenerRuleProperties> = {
  kind: 'TestListenerRule',
  needs: ['ServiceSecurityGroup', 'LoadBalancerSecurityGroup', 'TargetGroups', 'Listeners', 'ListenerRule'],
  per: 'exposure',
  staysWhileJoining: true,
  isSecret: ({ rule, former }) => holdsSecrets(rule, former),
  permissions: {
    observe: ['elasticloadbalancing:DescribeRules', ...FIND_RULE_ACTIONS],
    apply: [
      ...FIND_RULE_ACTIONS,
      ...RULE_AUTHENTICATION_ACTIONS,
      'elasticloadbalancing:AddTags',
      'elasticloadbalancing:CreateRule',
      'elasticloadbalancing:DeleteRule',
      'elasticloadbalancing:DescribeRules',
      'elasticloadbalancing:ModifyRule',
      'elasticloadbalancing:RemoveTags',
    ],
    remove: ['elasticloadbalancing:DeleteRule'],
  },

  desired(plan, { ListenerRule, LoadBalancerSecurityGroup, ServiceSecurityGroup }, current) {
    const { spec } = plan;
    if (!spec.testTraffic) return [];
    const production = plannedConditions(plan, ServiceSecurityGroup, ListenerRule);
    const place = ListenerRule?.priority ?? likelyPriority(plan, LoadBalancerSecurityGroup?.otherServices);
    const properties = {
      ...plannedForwarding(plan),
      Priority: current?.rule?.priority ?? prioritiesBefore(place)[0] ?? place,
      Conditions: isServing(plan)
        ? testRuleConditions({
            ...testsOf(plan, spec.testTraffic),
            production,
            live: current?.rule?.conditions,
          })
        : unusedConditions(),
      Tags: tagList({ ...ruleTags(plan), ...testRuleTag() }),
    };
    return [{ type: TYPE, properties }];
  },

  attributes: ({ rule }) => ({ '': rule ? { Ref: rule.arn, RuleArn: rule.arn } : {} }),

  parts: (_scope, observed) => (observed?.rule ? [{ type: TYPE, arn: observed.rule.arn }] : []),

  async observe(scope, { ListenerRule, Listeners, ServiceSecurityGroup, TargetGroups }) {
    if (!Listeners?.httpsArn || !TargetGroups) return undefined;
    // An earlier invocation of the removal that has seen the other rule has seen this one with it.
    if (scope.isRemoval && ListenerRule && !managedRulesSeen(scope, TargetGroups.arns)) return undefined;
    const rule = await findTestRule(scope, Listeners.httpsArn, TargetGroups);
    if (isApplyScope(scope) && isServing(scope) && ServiceSecurityGroup && ListenerRule) {
      const production = plannedConditions(scope, ServiceSecurityGroup, ListenerRule);
      checkRoomOf(scope.spec, scope.previousSpec, production, rule);
    }
    return rule && { rule };
  },

  async apply(scope, needs, current) {
    const wanted = scope.desired[''];
    const rule = current?.rule;
    // It goes when the service does not know it any more.
    if (!wanted) return done({ former: rule ?? current?.former });
    try {
      if (rule && rule.priority < needs.ListenerRule.priority) return await change(scope, rule, wanted);
      // The other rule was made again, at another place.
      if (rule) await deleteRule(scope, rule.arn);
      return await make(scope, needs, wanted);
    } catch (error) {
      if (isSdkError(error, 'ListenerNotFoundException', 'RuleNotFoundException')) {
        return wait('the listener, which somebody is removing', 2);
      }
      throw error;
    }
  },

  /** The other rule has given clients the time to follow the DNS record: those of test requests, too. */
  async leave(scope, _found, current) {
    const { rule } = current;
    if (!rule || isUnused(rule)) return done(current);
    const conditions = unusedConditions();
    await unless(setConditions(scope, rule.arn, rule.conditions, conditions), 'RuleNotFoundException');
    return done({ rule: { ...rule, ...matching(conditions), conditions } });
  },

  async prune(scope, _needs, { former }) {
    if (former) await deleteRule(scope, former.arn);
    return done(undefined);
  },

  async remove(scope, _found, { rule }) {
    if (rule) await deleteRule(scope, rule.arn);
    return done(undefined);
  },
};

function testsOf(
  specs: { readonly spec: ServiceSpec; readonly previousSpec?: ServiceSpec },
  desired: readonly RuleCondition[],
) {
  return { desired, previous: specs.previousSpec?.testTraffic, requiredHeaders: headerNames(specs) };
}

/** Refuse, before anything is changed, what does not fit into a rule with what somebody has added to the other one. */
function checkRoomOf(
  spec: ServiceSpec,
  previousSpec: ServiceSpec | undefined,
  production: readonly RuleCondition[],
  rule: ObservedListenerRule | undefined,
): void {
  const { testTraffic } = spec;
  if (!testTraffic) return;
  const states = { ...testsOf({ spec, previousSpec }, testTraffic), production, live: rule?.conditions };
  checkRoom(testPart(states), production, 'the listener rule, with what was added to it by hand,');
}

/** The rule, as somebody has seen it in this invocation; looked at when nobody has. */
async function findTestRule(
  scope: Scope,
  listenerArn: string,
  { arns }: ObservedTargetGroups,
): Promise<ObservedListenerRule | undefined> {
  const seen = managedRulesSeen(scope, arns);
  if (seen) return seen.test;
  const rules = await unless(describeRules(scope, listenerArn), 'ListenerNotFoundException');
  return (await findManagedRules(scope, rules ?? [], arns)).test;
}

async function change(
  scope: ApplyScope,
  rule: ObservedListenerRule,
  { Conditions }: ListenerRuleProperties,
): Promise<Outcome<ObservedTestListenerRule>> {
  const tagged = { ...rule, tags: await changeRuleTags(scope, rule) };
  const conditions = [...Conditions];
  await setConditions(scope, rule.arn, rule.conditions, conditions);
  const tags = await forgetRequiredHeader(scope, tagged);
  // Test requests must be no way around.
  const asked = await setAuthentication(scope, rule);
  return done({ rule: { ...asked, ...matching(conditions), conditions, tags } });
}

/**
 * Make the rule at the nearest free priority.
 *
 * @throws HandlerError ServiceLimitExceeded when none is free.
 */
async function make(
  scope: ApplyScope,
  { Listeners, ListenerRule, TargetGroups }: Needs,
  { Conditions, Tags }: ListenerRuleProperties,
): Promise<Outcome<ObservedTestListenerRule>> {
  const { httpsArn } = Listeners;
  const serving = ListenerRule.servingTargetGroupArn ?? TargetGroups.arns[0]!;
  const conditions = [...Conditions];
  const Actions = actionsOf(scope, TargetGroups, serving);
  let [priority] = prioritiesBefore(ListenerRule.priority);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (priority === undefined) throw noPriority(ListenerRule);
    try {
      const { Rules = [] } = await scope.clients.elasticLoadBalancing.send(
        new CreateRuleCommand({
          ListenerArn: httpsArn,
          Priority: priority,
          Conditions: conditions,
          Actions,
          Tags: [...Tags],
        }),
      );
      const rule = { arn: Rules[0]!.RuleArn!, priority, conditions, servingTargetGroupArn: serving };
      const asked = defined({ authentication: authenticationIn(Actions) });
      return done({ rule: { ...rule, ...matching(conditions), ...asked, tags: tagRecord(Tags) } });
    } catch (error) {
      if (!isSdkError(error, 'PriorityInUseException')) throw error;
    }
    const rules = await describeRules(scope, httpsArn!);
    const { test } = await findManagedRules(scope, rules, TargetGroups.arns);
    // An earlier attempt, whose answer was lost, has made it.
    if (test) return done({ rule: test });
    [priority] = prioritiesBefore(ListenerRule.priority, rules);
  }
  return wait(`a priority before that of listener rule ${ListenerRule.arn}`, 1);
}

function noPriority({ arn, priority }: ObservedListenerRule): HandlerError {
  return new HandlerError(
    'ServiceLimitExceeded',
    `no priority right before ${priority}, that of listener rule ${arn}, is free`,
    { propertyPath: 'TestTraffic', remedy: 'Give rules that were added there by hand other priorities' },
  );
}
