import { ModifyRuleCommand, type RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ApplyScope, Component, PlanScope, Scope } from '../../composition/component';
import { onePart } from '../../composition/part';
import { domainsOf } from '../../properties/domains';
import { describeRules } from '../../sharing/load-balancer-closing';
import { RULE_AUTHENTICATION_ACTIONS, setAuthentication } from '../../deployments/rule-authentication';
import { done, LIMIT, wait, waitedFor, type Outcome, type Wait } from '../../../core/outcome';
import { attachmentOf } from '../../exposures';
import { isServing } from '../../memory/recorded-exposures';
import {
  conditionsOf,
  finalConditions,
  hostNamesIn,
  matchTheSame,
  UNUSED_HOST,
  unusedConditions,
  widenedConditions,
  type ConditionStates,
} from '../../properties/rule-conditions';
import { isSdkError, unless } from '../../../aws/sdk-errors';
import {
  changeRuleTags,
  deleteRule,
  FIND_RULE_ACTIONS,
  findManagedRules,
  forgetRequiredHeader,
  holdsSecrets,
  matching,
  plannedForwarding,
  ruleTags,
  type ListenerRuleProperties,
  type ObservedListenerRule,
} from './service-rule';
import { isApplyScope } from '../../sharing/survey';
import type { ObservedHostNames } from '../route-53/host-names';
import { CLAIM_PERMISSIONS, claimRule, type ClaimNeeds } from './rule-claim';
import { checkHosts, claimHosts, claimsHosts, forgetClaim } from './rule-hosts';
import type { ObservedServiceSecurityGroup } from '../ec2/service-security-group';
import { likelyPriority } from './rule-places';
import { allTargetGroups, groupsOfVersions, type NeedsOfVersions } from './version-groups';
import { forwardToVersions, VERSION_WEIGHT_ACTIONS } from '../../deployments/version-weights';
import { tagList } from '../../identity/tags';

type Needs = ClaimNeeds &
  NeedsOfVersions & {
    HostNames: ObservedHostNames;
  };

/** What is kept while clients follow the DNS record: the ARN of the rule that they leave. */
export interface DrainingToken {
  readonly arn: string;
}

/**
 * Seconds that clients may still follow a DNS answer from before the alias record was changed: Route 53 has a change
 * everywhere within a minute, an answer for an alias to a load balancer may be kept for another one, and as long again for
 * those that keep it too long.
 */
const DRAIN_SECONDS = 180;
/** CloudFormation is asked to come again after this many seconds, as often as it takes. */
const SECONDS_BETWEEN_LOOKS = 60;

/**
 * The rule that forwards the requests for the service's host to its two target groups. It is the service's place on the
 * load balancer: there are 25 priorities for services on a shared one (rule-places.ts), and ELB gives each of them to one
 * only, so that no race puts a 26th service on it.
 *
 * ECS moves the weights of the target groups, deployment by deployment; they are set once, when the rule is made. Those of versions
 * are moved by what comes after their deployments (traffic.ts).
 */
export const listenerRule: Component<ObservedListenerRule, Needs, ListenerRuleProperties, DrainingToken> = {
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
  per: 'exposure',
  acrossVersions: true,
  staysWhileJoining: true,
  isSecret: (rule) => holdsSecrets(rule),
  permissions: {
    observe: ['elasticloadbalancing:DescribeRules', ...FIND_RULE_ACTIONS],
    apply: [
      ...CLAIM_PERMISSIONS,
      ...VERSION_WEIGHT_ACTIONS,
      ...RULE_AUTHENTICATION_ACTIONS,
      'elasticloadbalancing:AddTags',
      'elasticloadbalancing:ModifyRule',
      'elasticloadbalancing:RemoveTags',
    ],
    remove: ['elasticloadbalancing:DeleteRule'],
  },

  /** An exposure that does not serve yet gets its requests when the tasks are there. */
  desired(plan, { LoadBalancerSecurityGroup, ServiceSecurityGroup }, current) {
    const properties = {
      ...plannedForwarding(plan),
      Priority: current?.priority ?? likelyPriority(plan, LoadBalancerSecurityGroup?.otherServices),
      Conditions: plannedConditions(plan, ServiceSecurityGroup, current),
      Tags: tagList(ruleTags(plan)),
    };
    return [{ type: 'AWS::ElasticLoadBalancingV2::ListenerRule', properties }];
  },

  attributes: ({ arn }) => ({ '': { Ref: arn, RuleArn: arn } }),

  parts: (_scope, observed) =>
    onePart('AWS::ElasticLoadBalancingV2::ListenerRule', observed, ({ arn }) => arn),

  async observe(scope, { Listeners, ServiceSecurityGroup, ...ofVersions }) {
    const TargetGroups = allTargetGroups(ofVersions);
    const isClaiming = claimsHosts(scope);
    if (!Listeners?.httpsArn || !(TargetGroups || isClaiming)) return undefined;
    const listed = await unless(describeRules(scope, Listeners.httpsArn), 'ListenerNotFoundException');
    const rules = listed ?? [];
    const { production: rule } = TargetGroups ? await findManagedRules(scope, rules, TargetGroups.arns) : {};
    if (isClaiming) await checkHosts(scope, rules, rule);
    if (rule && isApplyScope(scope) && ServiceSecurityGroup && isServing(scope)) {
      // There may be too many.
      finalConditions(statesOf(scope, ServiceSecurityGroup, rule.conditions));
    }
    return rule;
  },

  async apply(scope, needs, current) {
    try {
      if (current) return await change(scope, needs, current);
      const TargetGroups = allTargetGroups(needs)!;
      const claimed = await claimRule(scope, { ...needs, TargetGroups }, scope.desired['']!);
      if (claimed.status === 'wait' || !claimsHosts(scope)) return claimed;
      return await change(scope, needs, claimed.value);
    } catch (error) {
      if (isSdkError(error, 'ListenerNotFoundException', 'RuleNotFoundException')) {
        return wait(`load balancer ${needs.LoadBalancer.name}, which another service is removing`, 2);
      }
      throw error;
    }
  },

  /**
   * Clients have been sent to another exposure. Once those that still come have had the time to follow, the rule gets no
   * more requests: a deployment is about to take the tasks away from it. Whoever loses the time of the wait waits anew. Where
   * no other exposure answers, there is nothing to wait for.
   */
  async leave(scope, _found, current) {
    if (isUnused(current) || !attachmentOf(scope.exposures!.serving)) return done(current);
    const { arn } = current;
    const draining = drainingOf(scope, arn);
    if (draining) return draining;
    const Conditions = unusedConditions();
    await unless(
      scope.clients.elasticLoadBalancing.send(new ModifyRuleCommand({ RuleArn: arn, Conditions })),
      'RuleNotFoundException',
    );
    return done({ ...current, ...matching(Conditions), conditions: Conditions });
  },
  leavesAfter: ['DnsRecord'],

  poll: pollDraining,

  /** Former hosts and paths of the service get no more requests. */
  async prune(scope, { ServiceSecurityGroup }, current) {
    if (!isServing(scope)) return done(undefined);
    const { arn, conditions } = current;
    const Conditions = finalConditions(statesOf(scope, ServiceSecurityGroup, conditions));
    await setConditions(scope, arn, conditions, Conditions);
    const tags = await forgetRequiredHeader(scope, current);
    await forgetClaim(scope, { ...current, ...matching(Conditions), tags });
    return done(undefined);
  },

  async remove(scope, _found, { arn }) {
    await deleteRule(scope, arn);
    return done(undefined);
  },
};

/** Looks whether clients have had the time to follow the DNS record. */
export async function pollDraining(
  scope: Scope,
  { arn }: DrainingToken,
): Promise<Outcome<void, DrainingToken>> {
  return drainingOf(scope, arn) ?? done(undefined);
}

/**
 * Leaves a listener without rules: clients have been sent to another exposure, and the time to follow is all that there is to give
 * them.
 */
export async function leaveListener<Observed extends DrainingToken>(
  scope: Scope,
  _found: object,
  current: Observed,
): Promise<Outcome<Observed, DrainingToken>> {
  if (!attachmentOf(scope.exposures!.serving)) return done(current);
  return drainingOf(scope, current.arn) ?? done(current);
}

/** The wait for clients to follow the DNS record; undefined when they have had the time for it. */
function drainingOf({ time }: Scope, arn: string): Wait<DrainingToken> | undefined {
  const what = `clients to leave ${arn}`;
  const left = DRAIN_SECONDS - waitedFor(time, what);
  if (left <= 0) return undefined;
  const seconds = Math.min(left, SECONDS_BETWEEN_LOOKS);
  return wait('clients to follow the DNS record', seconds, { token: { arn }, limit: { ...LIMIT, what } });
}

/** Whether a rule gets no requests. */
export function isUnused({ conditions }: ObservedListenerRule): boolean {
  return hostNamesIn(conditions).includes(UNUSED_HOST);
}

/**
 * The conditions that the rule is to have in the end.
 *
 * @param current the rule as it is.
 */
export function plannedConditions(
  plan: Pick<PlanScope, 'spec' | 'previousSpec'> & Parameters<typeof isServing>[0],
  group: ObservedServiceSecurityGroup | undefined,
  current: ObservedListenerRule | undefined,
): RuleCondition[] {
  if (!isServing(plan)) return unusedConditions();
  return current && group
    ? finalConditions(statesOf(plan, group, current.conditions))
    : conditionsOf(plan.spec);
}

function statesOf(
  { spec, previousSpec }: Pick<PlanScope, 'spec' | 'previousSpec'>,
  { hosts }: ObservedServiceSecurityGroup,
  live: readonly RuleCondition[],
): ConditionStates {
  return { spec, previousSpec, knownHostNames: hosts.map(({ hostName }) => hostName), live };
}

/** Let the rule match the present hosts and paths too; former ones stay until nothing leads to them any more. */
async function change(
  scope: ApplyScope,
  { Listeners, ServiceSecurityGroup, ...ofVersions }: Needs,
  current: ObservedListenerRule,
): Promise<Outcome<ObservedListenerRule>> {
  if (scope.versions) await forwardToVersions(scope, current.arn, groupsOfVersions(scope, ofVersions));
  const tagged = { ...current, tags: await changeRuleTags(scope, current) };
  const rule = await setAuthentication(scope, tagged);
  if (!isServing(scope)) return done(rule);
  const wanted = domainsOf(scope.spec).map(({ hostName }) => hostName);
  const former = ServiceSecurityGroup.hosts.filter(({ hostName }) => !wanted.includes(hostName));
  const claimed = await claimHosts(scope, Listeners.httpsArn!, rule, former);
  if (claimed.status === 'wait') return claimed;
  const states = statesOf(scope, ServiceSecurityGroup, current.conditions);
  const conditions = widenedConditions(states);
  await setConditions(scope, current.arn, current.conditions, conditions);
  const tags = await forgetClaim(scope, { ...rule, tags: claimed.value, ...matching(conditions) });
  return done({ ...rule, ...matching(finalConditions(states)), conditions, tags });
}

/** Change what a rule matches; does nothing when it matches that already. */
export async function setConditions(
  { clients }: Pick<Scope, 'clients'>,
  RuleArn: string,
  current: readonly RuleCondition[],
  Conditions: RuleCondition[],
): Promise<void> {
  if (matchTheSame(current, Conditions)) return;
  await clients.elasticLoadBalancing.send(new ModifyRuleCommand({ RuleArn, Conditions }));
}
