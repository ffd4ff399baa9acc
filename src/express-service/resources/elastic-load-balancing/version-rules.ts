import { type RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { allOf } from '../../../core/all-of';
import type { ApplyScope, Component, Scope } from '../../composition/component';
import { versionOf } from '../../composition/version';
import { HandlerError } from '../../../core/failure';
import { done, type Outcome } from '../../../core/outcome';
import { isSdkError, unless } from '../../../aws/sdk-errors';
import { describeRules } from '../../sharing/load-balancer-closing';
import { tagList } from '../../identity/tags';
import { versionOfRule, versionRuleTag } from '../../memory/resource-marks';
import { headerNames, testPart } from '../../properties/rule-conditions';
import { reachConditions, VERSION_WAYS, type VersionWay } from '../../properties/version-reach';
import { TRAFFIC_WEIGHT_ACTIONS } from '../../deployments/traffic-weights';
import type { ObservedLoadBalancerSecurityGroup } from '../ec2/load-balancer-security-group';
import type { ObservedServiceSecurityGroup } from '../ec2/service-security-group';
import { plannedConditions } from './listener-rule';
import type { ObservedListeners } from './listeners';
import { servingGroup } from './rule-claim';
import { putRuleBefore, RULE_BEFORE_ACTIONS, type RuleBefore } from './rule-before';
import { inOwnOrder, likelyPriority, prioritiesBefore, VERSION_PRIORITIES } from './rule-places';
import {
  deleteRule,
  holdsSecrets,
  FIND_RULE_ACTIONS,
  findManagedRules,
  plannedForwarding,
  ruleTags,
  versionRulesSeen,
  type ListenerRuleProperties,
  type ObservedListenerRule,
} from './service-rule';
import type { ObservedTargetGroups } from './target-groups';

/** The rules by which one version is reached, whatever its weight is. */
export interface ObservedVersionRules {
  /** By the ways in which requests ask for it. */
  readonly rules: Readonly<Partial<Record<VersionWay, ObservedListenerRule>>>;
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
 * The rules that bring requests to one version because they ask for it: one for a header, one for a parameter, one for a cookie,
 * for a request has to meet all conditions of a rule. They match what the service's rule for all requests matches, and stand before
 * that one.
 */
export const versionRules: Component<ObservedVersionRules, Needs, ListenerRuleProperties> = {
  kind: 'VersionRules',
  needs: ['ServiceSecurityGroup', 'LoadBalancerSecurityGroup', 'TargetGroups', 'Listeners', 'ListenerRule'],
  per: 'exposure',
  perVersion: 'as specified',
  staysWhileJoining: true,
  isSecret: ({ rules }) => holdsSecrets(...Object.values(rules)),
  permissions: {
    observe: ['elasticloadbalancing:DescribeRules', ...FIND_RULE_ACTIONS],
    apply: [...RULE_BEFORE_ACTIONS, ...TRAFFIC_WEIGHT_ACTIONS],
    remove: ['elasticloadbalancing:DeleteRule'],
  },

  desired(plan, { ListenerRule, LoadBalancerSecurityGroup, ServiceSecurityGroup }, current) {
    const version = versionOf(plan);
    if (!version || !plan.spec.versions) return [];
    const production = plannedConditions(plan, ServiceSecurityGroup, ListenerRule);
    const place = ListenerRule?.priority ?? likelyPriority(plan, LoadBalancerSecurityGroup?.otherServices);
    const free = prioritiesBefore(place, [], VERSION_PRIORITIES);
    const previous = plan.previousSpec?.versions;
    const before: Partial<Record<string, RuleCondition>> = previous
      ? reachConditions(previous.reach, previous.id === version.id ? previous.label : version.label)
      : {};
    const wanted = Object.entries(reachConditions(plan.spec.versions.reach, version.label));
    return wanted.map(([way, condition], index) => ({
      name: way,
      type: TYPE,
      properties: {
        ...plannedForwarding(plan),
        Priority: current?.rules[way as VersionWay]?.priority ?? free[index] ?? place,
        Conditions: [
          ...production,
          ...testPart({
            production,
            desired: [condition],
            previous: before[way] && [before[way]],
            requiredHeaders: headerNames(plan),
            live: current?.rules[way as VersionWay]?.conditions,
          }),
        ],
        Tags: tagList({ ...ruleTags(plan), ...versionRuleTag(version.id, way as VersionWay) }),
      },
    }));
  },

  parts: (_scope, observed) => Object.values(observed?.rules ?? {}).map(({ arn }) => ({ type: TYPE, arn })),

  async observe(scope, { Listeners, TargetGroups }) {
    const version = versionOf(scope);
    if (!version || !Listeners?.httpsArn || !TargetGroups) return undefined;
    const all = await rulesOfVersions(scope, Listeners.httpsArn, TargetGroups);
    const own = all.flatMap((rule) => {
      const of = versionOfRule(rule.tags);
      return of?.id === version.id ? [[of.way, rule] as const] : [];
    });
    return own.length > 0 ? { rules: Object.fromEntries(own) } : undefined;
  },

  async apply(scope, needs, current) {
    const rules = await allOf(
      VERSION_WAYS.map(async (way) => {
        const wanted = scope.desired[way];
        const rule = current?.rules[way];
        // One that is not wanted goes at the end.
        return wanted ? put(scope, needs, { way, wanted, current: rule }) : done(rule);
      }),
    );
    const pending = rules.find(({ status }) => status === 'wait');
    if (pending?.status === 'wait') return pending;
    const made = rules.map((rule, index) => [VERSION_WAYS[index]!, rule.status === 'done' && rule.value]);
    return done({ rules: Object.fromEntries(made.filter(([, rule]) => rule)) });
  },

  async prune(scope, _needs, { rules }) {
    const former = Object.entries(rules).filter(([way]) => !scope.desired[way]);
    await allOf(former.map(([, { arn }]) => deleteRule(scope, arn)));
    return done(undefined);
  },

  async remove(scope, _found, { rules }) {
    await allOf(Object.values(rules).map(({ arn }) => deleteRule(scope, arn)));
    return done(undefined);
  },
};

/** All rules of versions, as somebody has seen them in this invocation; looked at when nobody has. */
async function rulesOfVersions(
  scope: Scope,
  listenerArn: string,
  { arns }: ObservedTargetGroups,
): Promise<readonly ObservedListenerRule[]> {
  const seen = versionRulesSeen(scope);
  if (seen) return seen;
  const rules = (await unless(describeRules(scope, listenerArn), 'ListenerNotFoundException')) ?? [];
  return (await findManagedRules(scope, rules, arns)).versions;
}

/** Put the rule for one way. @throws HandlerError ServiceLimitExceeded when the load balancer takes no more rules. */
async function put(
  scope: ApplyScope,
  needs: Needs,
  { way, ...rule }: Pick<RuleBefore, 'wanted' | 'current'> & { readonly way: VersionWay },
): Promise<Outcome<ObservedListenerRule>> {
  const { id } = versionOf(scope)!;
  // Versions that come at the same moment begin at different places, too.
  const who = `${scope.ecsService.arn} ${way}`;
  try {
    return await putRuleBefore(scope, needs, {
      ...rule,
      serving: () => servingGroup(scope, needs.TargetGroups),
      priorities: VERSION_PRIORITIES,
      inOrder: (free) => inOwnOrder(who, free),
      find: ({ versions }) =>
        versions.find(({ tags }) => {
          const of = versionOfRule(tags);
          return of?.id === id && of.way === way;
        }),
      full: () => full(scope, needs.ListenerRule),
    });
  } catch (error) {
    throw isSdkError(error, 'TooManyRulesException') ? full(scope, needs.ListenerRule, error) : error;
  }
}

function full(
  { spec, versions = [] }: ApplyScope,
  { arn, priority }: ObservedListenerRule,
  cause?: unknown,
): HandlerError {
  const ways = Object.keys(spec.versions!.reach).length;
  return new HandlerError(
    'ServiceLimitExceeded',
    `${versions.length} versions, each reached in ${ways} ways, take ${versions.length * ways} rules, and the listener takes no more before ${priority}, the priority of listener rule ${arn}`,
    {
      propertyPath: 'VersionTraffic',
      remedy:
        'Keep fewer versions (Standby/Count), name fewer ways in VersionTraffic, raise the quota "Rules per Application Load Balancer", or give the service a load balancer of its own with LoadBalancerConfiguration/ListenerArn',
      cause,
    },
  );
}
