import { type RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Component, Scope } from '../../composition/component';
import { HandlerError } from '../../../core/failure';
import { done } from '../../../core/outcome';
import { unless } from '../../../aws/sdk-errors';
import { describeRules } from '../../sharing/load-balancer-closing';
import { isApplyScope } from '../../sharing/survey';
import { tagList } from '../../identity/tags';
import { isServing } from '../../memory/recorded-exposures';
import { testRuleTag } from '../../memory/resource-marks';
import {
  headerNames,
  testPart,
  testRuleConditions,
  unusedConditions,
} from '../../properties/rule-conditions';
import { checkRoom } from '../../properties/test-traffic';
import type { ServiceSpec } from '../../specification';
import type { ObservedLoadBalancerSecurityGroup } from '../ec2/load-balancer-security-group';
import type { ObservedServiceSecurityGroup } from '../ec2/service-security-group';
import { isUnused, plannedConditions, setConditions } from './listener-rule';
import type { ObservedListeners } from './listeners';
import { putRuleBefore, RULE_BEFORE_ACTIONS } from './rule-before';
import { likelyPriority, prioritiesBefore, TEST_PRIORITIES } from './rule-places';
import {
  deleteRule,
  FIND_RULE_ACTIONS,
  findManagedRules,
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
    apply: RULE_BEFORE_ACTIONS,
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
    const { ListenerRule, TargetGroups } = needs;
    const put = await putRuleBefore(scope, needs, {
      wanted,
      current: rule,
      serving: async () => ListenerRule.servingTargetGroupArn ?? TargetGroups.arns[0]!,
      priorities: TEST_PRIORITIES,
      find: ({ test }) => test,
      full: () => noPriority(ListenerRule),
    });
    return put.status === 'done' ? done({ rule: put.value }) : put;
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

function noPriority({ arn, priority }: ObservedListenerRule): HandlerError {
  return new HandlerError(
    'ServiceLimitExceeded',
    `no priority right before ${priority}, that of listener rule ${arn}, is free`,
    { propertyPath: 'TestTraffic', remedy: 'Give rules that were added there by hand other priorities' },
  );
}
