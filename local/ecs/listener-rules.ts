/** Weights of target groups on listener rules (or on listeners of Network Load Balancers). */
import {
  DescribeListenersCommand,
  DescribeRulesCommand,
  ModifyListenerCommand,
  ModifyRuleCommand,
  type Action,
  type ElasticLoadBalancingV2Client,
  type TargetGroupTuple,
} from '@aws-sdk/client-elastic-load-balancing-v2';

/** ELB accepts weights from 0 to this. */
const WEIGHT_LIMIT = 999;
/** Percentages may have one decimal (API reference of CanaryConfiguration), and weights are whole. */
const WEIGHTS_PER_PERCENT = 10;

/**
 * Target groups that a rule forwards to, with their weights.
 *
 * @throws the error of ELB when the rule does not exist.
 */
export async function forwardedTargetGroups(
  client: ElasticLoadBalancingV2Client,
  ruleArn: string,
): Promise<{ targetGroupArn: string; weight: number }[]> {
  return tuples(await readActions(client, ruleArn)).map(({ TargetGroupArn, Weight = 1 }) => ({
    targetGroupArn: TargetGroupArn!,
    weight: Weight,
  }));
}

/** Whether users sign in at a rule before their requests are forwarded. */
export async function isAuthenticating(
  client: ElasticLoadBalancingV2Client,
  ruleArn: string,
): Promise<boolean> {
  const actions = await readActions(client, ruleArn);
  return actions.some(({ Type }) => Type?.startsWith('authenticate-'));
}

/** Whether this is the ARN of a listener, as a service behind a Network Load Balancer has in the place of a rule. */
export function isListener(arn: string): boolean {
  return arn.includes(':listener/');
}

/** How the traffic of a rule is divided. */
export interface WeightShift {
  readonly targetGroupArn: string;
  readonly otherTargetGroupArn: string;
  /** Share of the first target group; the other one has the rest. */
  readonly percent: number;
  /** Whether the rule keeps its target group stickiness; otherwise it is switched off. */
  readonly keepsStickiness: boolean;
  /** Whether the rule keeps actions by which users sign in; otherwise they are lost. */
  readonly keepsAuthentication: boolean;
}

/** Divide the traffic of a rule between the two target groups of a pair. */
export async function shiftWeights(
  client: ElasticLoadBalancingV2Client,
  ruleArn: string,
  { targetGroupArn, otherTargetGroupArn, percent, keepsStickiness, keepsAuthentication }: WeightShift,
): Promise<void> {
  const actions = await readActions(client, ruleArn);
  const pair: TargetGroupTuple[] = [
    { TargetGroupArn: targetGroupArn, Weight: weight(percent) },
    { TargetGroupArn: otherTargetGroupArn, Weight: weight(100 - percent) },
  ];
  // In the order that the rule has them, so that a shift changes nothing but weights.
  const order = tuples(actions).map(({ TargetGroupArn }) => TargetGroupArn);
  pair.sort((a, b) => order.indexOf(a.TargetGroupArn) - order.indexOf(b.TargetGroupArn));
  await writeActions(
    client,
    ruleArn,
    actions
      .filter(({ Type }) => keepsAuthentication || Type === 'forward')
      .map((action) =>
        action.Type === 'forward'
          ? withTargetGroups(action, pair, keepsStickiness)
          : withPresentSecret(action),
      ),
  );
}

function weight(percent: number): number {
  return Math.min(WEIGHT_LIMIT, Math.round(percent * WEIGHTS_PER_PERCENT));
}

function tuples(actions: readonly Action[]): TargetGroupTuple[] {
  return actions
    .filter(({ Type }) => Type === 'forward')
    .flatMap(({ ForwardConfig, TargetGroupArn }) =>
      ForwardConfig?.TargetGroups?.length ? ForwardConfig.TargetGroups : [{ TargetGroupArn }],
    );
}

function withTargetGroups(
  { TargetGroupArn: _single, ...action }: Action,
  pair: TargetGroupTuple[],
  keepsStickiness: boolean,
): Action {
  const kept = keepsStickiness ? action.ForwardConfig : { TargetGroupStickinessConfig: { Enabled: false } };
  return { ...action, ForwardConfig: { ...kept, TargetGroups: pair } };
}

/** ELB tells nobody the secret of a client, and keeps it when it is asked to. */
function withPresentSecret(action: Action): Action {
  const { AuthenticateOidcConfig: oidc } = action;
  return oidc ? { ...action, AuthenticateOidcConfig: { ...oidc, UseExistingClientSecret: true } } : action;
}

async function readActions(client: ElasticLoadBalancingV2Client, arn: string): Promise<Action[]> {
  if (isListener(arn)) {
    const { Listeners } = await client.send(new DescribeListenersCommand({ ListenerArns: [arn] }));
    return Listeners?.[0]?.DefaultActions ?? [];
  }
  const { Rules } = await client.send(new DescribeRulesCommand({ RuleArns: [arn] }));
  return Rules?.[0]?.Actions ?? [];
}

async function writeActions(
  client: ElasticLoadBalancingV2Client,
  arn: string,
  actions: Action[],
): Promise<void> {
  if (isListener(arn))
    await client.send(new ModifyListenerCommand({ ListenerArn: arn, DefaultActions: actions }));
  else await client.send(new ModifyRuleCommand({ RuleArn: arn, Actions: actions }));
}
