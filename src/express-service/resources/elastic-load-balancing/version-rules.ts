import { CreateRuleCommand, type Rule, type RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { allOf } from '../../../core/all-of';
import type { ApplyScope, Component, Scope } from '../../composition/component';
import { versionOf } from '../../composition/version';
import { HandlerError } from '../../../core/failure';
import { done, wait, type Outcome } from '../../../core/outcome';
import { isSdkError, unless } from '../../../aws/sdk-errors';
import { describeRules } from '../../sharing/load-balancer-closing';
import { shortHash } from '../../identity/identity';
import { tagList, tagRecord } from '../../identity/tags';
import { versionOfRule, versionRuleTag } from '../../memory/resource-marks';
import { authenticationIn } from '../../properties/authentication';
import { headerNames, testPart } from '../../properties/rule-conditions';
import { reachConditions, VERSION_WAYS, type VersionWay } from '../../properties/version-reach';
import { RULE_AUTHENTICATION_ACTIONS, setAuthentication } from '../../deployments/rule-authentication';
import { TRAFFIC_WEIGHT_ACTIONS } from '../../deployments/traffic-weights';
import { defined } from '../../../core/unset';
import type { ObservedLoadBalancerSecurityGroup } from '../ec2/load-balancer-security-group';
import type { ObservedServiceSecurityGroup } from '../ec2/service-security-group';
import { plannedConditions, setConditions } from './listener-rule';
import type { ObservedListeners } from './listeners';
import { actionsOf, servingGroup } from './rule-claim';
import { likelyPriority, prioritiesBefore, VERSION_PRIORITIES } from './rule-places';
import {
  changeRuleTags,
  deleteRule,
  forgetRequiredHeader,
  holdsSecrets,
  FIND_RULE_ACTIONS,
  findManagedRules,
  matching,
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

/** How often one invocation tries for a priority that others are after too. */
const ATTEMPTS = 5;

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
    apply: [
      ...FIND_RULE_ACTIONS,
      ...RULE_AUTHENTICATION_ACTIONS,
      ...TRAFFIC_WEIGHT_ACTIONS,
      'elasticloadbalancing:AddTags',
      'elasticloadbalancing:CreateRule',
      'elasticloadbalancing:DeleteRule',
      'elasticloadbalancing:RemoveTags',
    ],
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
    try {
      const rules = await allOf(
        VERSION_WAYS.map(async (way) => {
          const wanted = scope.desired[way];
          const rule = current?.rules[way];
          // It goes at the end.
          if (!wanted) return done(rule);
          if (rule && rule.priority < needs.ListenerRule.priority) return await change(scope, rule, wanted);
          // The rule for all requests was made again, at another place.
          if (rule) await deleteRule(scope, rule.arn);
          return await make(scope, needs, way, wanted);
        }),
      );
      const pending = rules.find(({ status }) => status === 'wait');
      if (pending?.status === 'wait') return pending;
      const made = VERSION_WAYS.flatMap((way, index) => {
        const rule = (rules[index] as { readonly value?: ObservedListenerRule }).value;
        return rule ? [[way, rule] as const] : [];
      });
      return done(made.length > 0 ? { rules: Object.fromEntries(made) } : (undefined as never));
    } catch (error) {
      if (isSdkError(error, 'ListenerNotFoundException', 'RuleNotFoundException')) {
        return wait('the listener, which somebody is removing', 2);
      }
      throw error;
    }
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

async function change(
  scope: ApplyScope,
  rule: ObservedListenerRule,
  { Conditions }: ListenerRuleProperties,
): Promise<Outcome<ObservedListenerRule>> {
  const tagged = { ...rule, tags: await changeRuleTags(scope, rule) };
  const conditions = [...Conditions];
  await setConditions(scope, rule.arn, rule.conditions, conditions);
  const tags = await forgetRequiredHeader(scope, tagged);
  // To ask for a version must be no way around.
  const asked = await setAuthentication(scope, tagged);
  return done({ ...asked, ...matching(conditions), conditions, tags });
}

/** @throws HandlerError ServiceLimitExceeded when the load balancer takes no more rules. */
async function make(
  scope: ApplyScope,
  { Listeners, ListenerRule, TargetGroups }: Needs,
  way: VersionWay,
  { Conditions, Tags }: ListenerRuleProperties,
): Promise<Outcome<ObservedListenerRule>> {
  const { httpsArn } = Listeners;
  const serving = await servingGroup(scope, TargetGroups);
  const Actions = actionsOf(scope, TargetGroups, serving);
  const conditions: RuleCondition[] = [...Conditions];
  let rules: Rule[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const Priority = ownPriority(
      scope,
      way,
      prioritiesBefore(ListenerRule.priority, rules, VERSION_PRIORITIES),
    );
    if (Priority === undefined) throw full(ListenerRule);
    try {
      const { Rules = [] } = await scope.clients.elasticLoadBalancing.send(
        new CreateRuleCommand({
          ListenerArn: httpsArn,
          Priority,
          Conditions: conditions,
          Actions,
          Tags: [...Tags],
        }),
      );
      const rule = {
        arn: Rules[0]!.RuleArn!,
        priority: Priority,
        conditions,
        servingTargetGroupArn: serving,
      };
      const asked = defined({ authentication: authenticationIn(Actions) });
      return done({ ...rule, ...matching(conditions), ...asked, tags: tagRecord(Tags) });
    } catch (error) {
      if (isSdkError(error, 'TooManyRulesException')) throw full(ListenerRule, error);
      if (!isSdkError(error, 'PriorityInUseException')) throw error;
    }
    rules = await describeRules(scope, httpsArn!);
    const { versions } = await findManagedRules(scope, rules, TargetGroups.arns);
    const { id } = versionOf(scope)!;
    // An earlier attempt, whose answer was lost, has made it.
    const made = versions.find(({ tags }) => {
      const of = versionOfRule(tags);
      return of?.id === id && of.way === way;
    });
    if (made) return done(made);
  }
  return wait(`a priority before that of listener rule ${ListenerRule.arn}`, 1);
}

/** Versions that come at the same moment begin at different places, and get out of each other's way. */
function ownPriority(
  { ecsService }: Pick<Scope, 'ecsService'>,
  way: VersionWay,
  free: readonly number[],
): number | undefined {
  return free[Number.parseInt(shortHash(`${ecsService.arn} ${way}`, 8), 16) % Math.max(free.length, 1)];
}

function full({ arn, priority }: ObservedListenerRule, cause?: unknown): HandlerError {
  return new HandlerError(
    'ServiceLimitExceeded',
    `the listener takes no more rules before ${priority}, the priority of listener rule ${arn}`,
    {
      propertyPath: 'VersionTraffic',
      remedy:
        'Keep fewer versions (Standby/Count), name fewer ways in VersionTraffic, raise the quota "Rules per Application Load Balancer", or give the service a load balancer of its own with LoadBalancerConfiguration/ListenerArn',
      cause,
    },
  );
}
