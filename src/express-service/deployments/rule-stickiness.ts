/** Stickiness of the rules that forward to a service's target groups. It must be on where that of the targets is. */
import { DescribeTargetGroupAttributesCommand, type Rule } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Service } from '@aws-sdk/client-ecs';
import { allOf } from '../../core/all-of';
import type { ApplyScope, Scope } from '../composition/component';
import {
  groupStickiness,
  isSticky,
  targetGroupAttributesOf,
  type TargetGroupAttributes,
} from '../properties/target-group-settings';
import { allRules, changeActions, servingTargetGroup } from './traffic-weights';

/** IAM actions of {@link readAttributes}. */
export const ATTRIBUTE_ACTIONS = ['elasticloadbalancing:DescribeTargetGroupAttributes'] as const;

/** IAM actions of {@link restoreStickiness}. */
export const RULE_STICKINESS_ACTIONS = [
  ...ATTRIBUTE_ACTIONS,
  'elasticloadbalancing:DescribeRules',
  'elasticloadbalancing:ModifyRule',
] as const;

/** Attributes of a target group. */
export async function readAttributes(
  { clients }: Scope,
  targetGroupArn: string,
): Promise<TargetGroupAttributes> {
  const { Attributes = [] } = await clients.elasticLoadBalancing.send(
    new DescribeTargetGroupAttributesCommand({ TargetGroupArn: targetGroupArn }),
  );
  return targetGroupAttributesOf(Attributes);
}

/** Make a rule sticky, or not; does nothing when it is so. */
export async function setStickiness(scope: Scope, rule: Rule, toBeSticky: boolean): Promise<void> {
  if (isStickyRule(rule) === toBeSticky) return;
  const TargetGroupStickinessConfig = groupStickiness(toBeSticky);
  const Actions = rule.Actions!.map(({ TargetGroupArn: _single, ...action }) =>
    action.Type === 'forward'
      ? { ...action, ForwardConfig: { ...action.ForwardConfig, TargetGroupStickinessConfig } }
      : action,
  );
  await changeActions(scope, rule, Actions);
}

/**
 * Make the rules of a service sticky again that are not any more: whether ECS keeps the stickiness of a rule when it moves
 * the weights is documented nowhere. One whose targets are not sticky either, because somebody has switched both off, stays.
 *
 * No deployment may be running.
 */
export async function restoreStickiness(scope: ApplyScope, { loadBalancers = [] }: Service): Promise<void> {
  if (!isSticky(scope.spec.targetGroup.attributes)) return;
  const rules = await allRules(scope, loadBalancers);
  await allOf(
    rules.map(async (rule) => {
      const serving = servingTargetGroup(rule);
      if (isStickyRule(rule) || !serving) return;
      if (isSticky(await readAttributes(scope, serving))) await setStickiness(scope, rule, true);
    }),
  );
}

function isStickyRule({ Actions }: Rule): boolean {
  const forward = Actions?.find(({ Type }) => Type === 'forward')?.ForwardConfig;
  return forward?.TargetGroupStickinessConfig?.Enabled ?? false;
}
