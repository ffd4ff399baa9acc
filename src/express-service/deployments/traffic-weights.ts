/**
 * Weights of the two target groups on the service's listener rules. They belong to ECS, which moves them in each
 * deployment, and which refuses to begin one unless exactly one of the two has traffic. A deployment that was cut off
 * and people who edit the rule leave them split; then, and only then, they are set here.
 */
import {
  DescribeListenersCommand,
  DescribeRulesCommand,
  DescribeTargetHealthCommand,
  ModifyListenerCommand,
  ModifyRuleCommand,
  type Action,
  type Listener,
  type Rule,
  type TargetGroupTuple,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { LoadBalancer, Service } from '@aws-sdk/client-ecs';
import { allOf } from '../../core/all-of';
import type { Scope } from '../composition/component';
import { unless } from '../../aws/sdk-errors';
import { ordered } from '../properties/authentication';
import { SERVICE_DEPLOYMENT_ACTIONS, stableTargetGroups } from './service-deployments';
import { sessionValue } from '../../aws/session';

/** IAM actions of {@link repairWeights}. */
export const TRAFFIC_WEIGHT_ACTIONS = [
  ...SERVICE_DEPLOYMENT_ACTIONS,
  'elasticloadbalancing:DescribeListeners',
  'elasticloadbalancing:DescribeRules',
  'elasticloadbalancing:DescribeTargetHealth',
  'elasticloadbalancing:ModifyListener',
  'elasticloadbalancing:ModifyRule',
] as const;

/** ELB's weight of a target group that names none (API reference of TargetGroupTuple). */
const DEFAULT_WEIGHT = 1;

/** A target group that a rule forwards to. */
export interface Weight {
  readonly targetGroupArn: string;
  /** From 0 to 999; 0 means no traffic. */
  readonly weight: number;
}

/** The target groups that a rule forwards to, in the rule's order; none when it does not forward. */
export function weightsOf({ Actions = [] }: Rule): readonly Weight[] {
  return Actions.flatMap(tuplesOf).map(({ TargetGroupArn, Weight = DEFAULT_WEIGHT }) => ({
    targetGroupArn: TargetGroupArn!,
    weight: Weight,
  }));
}

/** The one target group that has all traffic of a rule; undefined when there are several, or none. */
export function servingTargetGroup(rule: Rule): string | undefined {
  const serving = weightsOf(rule).filter(({ weight }) => weight > 0);
  return serving.length === 1 ? serving[0]!.targetGroupArn : undefined;
}

/** Load balancers of a service, of each pair of target groups the one first that has all traffic of its rule. */
export function servingFirst(loadBalancers: readonly LoadBalancer[], rules: readonly Rule[]): LoadBalancer[] {
  return loadBalancers.map((loadBalancer) => {
    const { targetGroupArn, advancedConfiguration: advanced } = loadBalancer;
    const rule = rules.find(({ RuleArn }) => RuleArn === advanced?.productionListenerRule);
    if (!rule || !advanced || servingTargetGroup(rule) !== advanced.alternateTargetGroupArn)
      return loadBalancer;
    return {
      ...loadBalancer,
      targetGroupArn: advanced.alternateTargetGroupArn,
      advancedConfiguration: { ...advanced, alternateTargetGroupArn: targetGroupArn },
    };
  });
}

/** Rules by ARN. */
const rulesSeen = sessionValue((_: Scope) => new Map<string, Rule>());

/** Keep rules that an invocation has looked at, so that {@link repairWeights} need not look again. */
export function rememberRules(scope: Scope, rules: readonly Rule[]): void {
  const seen = rulesSeen(scope);
  for (const rule of rules) seen.set(rule.RuleArn!, rule);
}

/**
 * Give all traffic of each of the service's rules to one target group of its pair, where it is split, or where a deployment
 * has put the tasks into the other one: whether ECS moves the weights of several load balancers together is documented
 * nowhere. No deployment may be running. A rule that forwards to further target groups is somebody's doing, and stays.
 */
export async function repairWeights(scope: Scope, { loadBalancers = [] }: Service): Promise<void> {
  const rules = await productionRules(scope, loadBalancers);
  const pairs = rules.filter((rule) => isPair(rule, loadBalancers));
  const several = pairs.length > 1;
  await allOf(
    pairs.map(async (rule) => {
      const serving = servingTargetGroup(rule);
      if (serving && (!several || (await hasHealthyTarget(scope, serving)))) return;
      await repair(scope, rule, serving);
    }),
  );
  await repairTestRules(scope, loadBalancers);
}

/** Outside of deployments test requests are answered as all others are, also after one that was cut off. */
async function repairTestRules(scope: Scope, loadBalancers: readonly LoadBalancer[]): Promise<void> {
  if (!loadBalancers.some(({ advancedConfiguration }) => advancedConfiguration?.testListenerRule)) return;
  const [production, tests] = await allOf([
    productionRules(scope, loadBalancers),
    rulesOf(scope, loadBalancers, 'testListenerRule'),
  ]);
  await allOf(
    tests.map(async (test) => {
      const advanced = loadBalancers
        .map(({ advancedConfiguration }) => advancedConfiguration)
        .find((each) => each?.testListenerRule === test.RuleArn);
      const rule = production.find(({ RuleArn }) => RuleArn === advanced?.productionListenerRule);
      const serving = rule && servingTargetGroup(rule);
      const groups = weightsOf(test).map(({ targetGroupArn }) => targetGroupArn);
      if (!serving || !groups.includes(serving) || servingTargetGroup(test) === serving) return;
      scope.log(`test requests of rule ${test.RuleArn} go to ${serving} again, which answers all others`);
      await changeActions(
        scope,
        test,
        test.Actions!.map((action) => serveFrom(action, serving)),
      );
    }),
  );
}

/** The rules by which requests reach a service, as this invocation has seen them; looked at when it has not. */
export function productionRules(scope: Scope, loadBalancers: readonly LoadBalancer[]): Promise<Rule[]> {
  return rulesOf(scope, loadBalancers, 'productionListenerRule');
}

/** {@link productionRules}, and those of test requests. */
export async function allRules(scope: Scope, loadBalancers: readonly LoadBalancer[]): Promise<Rule[]> {
  const rules = await allOf([
    productionRules(scope, loadBalancers),
    rulesOf(scope, loadBalancers, 'testListenerRule'),
  ]);
  return rules.flat();
}

async function rulesOf(
  scope: Scope,
  loadBalancers: readonly LoadBalancer[],
  kind: 'productionListenerRule' | 'testListenerRule',
): Promise<Rule[]> {
  const arns = loadBalancers.flatMap(({ advancedConfiguration }) => advancedConfiguration?.[kind] ?? []);
  const seen = arns.map((arn) => rulesSeen(scope).get(arn));
  const known = seen.filter((rule) => rule !== undefined);
  if (known.length === arns.length) return known;
  const looks = arns.map((arn) =>
    unless(ruleAt(scope, arn), 'RuleNotFoundException', 'ListenerNotFoundException'),
  );
  return (await allOf(looks)).filter((rule) => rule !== undefined);
}

/**
 * A rule as it is now, or the listener of a Network Load Balancer, which takes the place of one.
 *
 * @throws RuleNotFoundException or ListenerNotFoundException.
 */
export async function ruleAt({ clients: { elasticLoadBalancing } }: Scope, arn: string): Promise<Rule> {
  if (isListener(arn)) {
    const { Listeners = [] } = await elasticLoadBalancing.send(
      new DescribeListenersCommand({ ListenerArns: [arn] }),
    );
    return asRule(Listeners[0]!);
  }
  const { Rules = [] } = await elasticLoadBalancing.send(new DescribeRulesCommand({ RuleArns: [arn] }));
  return Rules[0]!;
}

/** The default action of a listener as a rule. */
export function asRule({ ListenerArn, DefaultActions }: Listener): Rule {
  return { RuleArn: ListenerArn, Actions: DefaultActions };
}

function isListener(arn: string): boolean {
  return arn.includes(':listener/');
}

/** Whether a rule forwards to nothing but the two target groups that the service has for it. */
function isPair(rule: Rule, loadBalancers: readonly LoadBalancer[]): boolean {
  const pair = loadBalancers
    .filter(({ advancedConfiguration }) => advancedConfiguration?.productionListenerRule === rule.RuleArn)
    .flatMap(({ targetGroupArn, advancedConfiguration }) => [
      targetGroupArn,
      advancedConfiguration?.alternateTargetGroupArn,
    ]);
  const weights = weightsOf(rule);
  return weights.length === 2 && weights.every(({ targetGroupArn }) => pair.includes(targetGroupArn));
}

/** @param former the target group that has all traffic; undefined when it is split. */
async function repair(scope: Scope, rule: Rule, former: string | undefined): Promise<void> {
  const serving = await groupToServe(scope, weightsOf(rule));
  if (serving === former) return;
  const Actions = rule.Actions!.map((action) => serveFrom(action, serving));
  const problem = former ? `went to ${former}, where no target is healthy` : 'was split';
  scope.log(`the traffic of rule ${rule.RuleArn} ${problem}; ${serving} gets all of it`);
  await changeActions(scope, rule, Actions);
}

/** Give a rule other actions, and keep it as it is afterwards. */
export async function changeActions(scope: Scope, { RuleArn }: Rule, Actions: Action[]): Promise<void> {
  const { elasticLoadBalancing } = scope.clients;
  if (isListener(RuleArn!)) {
    const { Listeners = [] } = await elasticLoadBalancing.send(
      new ModifyListenerCommand({ ListenerArn: RuleArn, DefaultActions: Actions }),
    );
    rememberRules(scope, Listeners.map(asRule));
    return;
  }
  const { Rules = [] } = await elasticLoadBalancing.send(
    new ModifyRuleCommand({ RuleArn, Actions: ordered(Actions) }),
  );
  rememberRules(scope, Rules);
}

/**
 * Of two target groups the one whose targets alone are healthy; else the one with the tasks of the last successful
 * deployment; else the one with more traffic.
 */
export async function groupToServe(scope: Scope, weights: readonly Weight[]): Promise<string> {
  const healthy = await allOf(weights.map(({ targetGroupArn }) => hasHealthyTarget(scope, targetGroupArn)));
  const answering = weights.filter((_weight, index) => healthy[index]);
  if (answering.length === 1) return answering[0]!.targetGroupArn;
  const stable = await stableTargetGroups(scope);
  const [heaviest] = [...weights].sort((a, b) => b.weight - a.weight);
  return (weights.find(({ targetGroupArn }) => stable.includes(targetGroupArn)) ?? heaviest!).targetGroupArn;
}

async function hasHealthyTarget({ clients }: Scope, targetGroupArn: string): Promise<boolean> {
  const { TargetHealthDescriptions = [] } = await clients.elasticLoadBalancing.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn }),
  );
  return TargetHealthDescriptions.some(({ TargetHealth }) => TargetHealth?.State === 'healthy');
}

function serveFrom(action: Action, serving: string): Action {
  const { ForwardConfig } = action;
  if (!ForwardConfig?.TargetGroups) return action;
  const TargetGroups = ForwardConfig.TargetGroups.map(({ TargetGroupArn }) => ({
    TargetGroupArn,
    Weight: TargetGroupArn === serving ? 1 : 0,
  }));
  return { ...action, ForwardConfig: { ...ForwardConfig, TargetGroups } };
}

function tuplesOf({ Type, ForwardConfig, TargetGroupArn }: Action): readonly TargetGroupTuple[] {
  if (Type !== 'forward') return [];
  return ForwardConfig?.TargetGroups?.length ? ForwardConfig.TargetGroups : [{ TargetGroupArn }];
}
