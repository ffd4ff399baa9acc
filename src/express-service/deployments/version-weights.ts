/**
 * Weights of the versions of a service on its listener rule. ECS does not move them: each version is an ECS service with one
 * target group, which is deployed once. The rule forwards to the versions that answer and, as far as there is room, to those
 * that may be asked to, for a target group that no rule names is not checked for health.
 */
import type { Action, Rule, TargetGroupTuple } from '@aws-sdk/client-elastic-load-balancing-v2';
import { isDeepStrictEqual } from 'node:util';
import type { Scope } from '../composition/component';
import { TARGET_GROUPS_PER_RULE } from '../properties/versions';
import { changeActions, ruleAt, weightsOf, type Weight } from './traffic-weights';

/** IAM actions of the functions in this file. */
export const VERSION_WEIGHT_ACTIONS = [
  'elasticloadbalancing:DescribeRules',
  'elasticloadbalancing:ModifyRule',
] as const;

/** The target groups of a version: one, or the pair of an ECS service that was made before there were versions. */
export interface VersionTargetGroups {
  readonly id: string;
  readonly targetGroupArns: readonly string[];
}

/**
 * Have a rule forward to the target groups of versions, and leave their weights as they are; one that is new to the rule gets no
 * requests.
 *
 * @param versions the most important first: what has no room is left out, unless it has requests.
 */
export async function forwardToVersions(
  scope: Scope,
  ruleArn: string,
  versions: readonly VersionTargetGroups[],
): Promise<void> {
  const rule = await ruleAt(scope, ruleArn);
  const weights = weightsOf(rule);
  const weightOf = (arn: string) => weights.find(({ targetGroupArn }) => targetGroupArn === arn)?.weight ?? 0;
  const serving = weights.filter(({ weight }) => weight > 0).map(({ targetGroupArn }) => targetGroupArn);
  const groups = versions.flatMap(({ targetGroupArns }) => targetGroupArns);
  const wanted = [...new Set([...serving, ...groups])].slice(
    0,
    Math.max(serving.length, TARGET_GROUPS_PER_RULE),
  );
  await setWeights(
    scope,
    rule,
    wanted.map((targetGroupArn) => ({ targetGroupArn, weight: weightOf(targetGroupArn) })),
  );
}

/** Give a rule these target groups with these weights; does nothing when it has them. */
export async function setWeights(scope: Scope, rule: Rule, weights: readonly Weight[]): Promise<void> {
  if (isDeepStrictEqual(sorted(weightsOf(rule)), sorted(weights))) return;
  const tuples = weights.map(({ targetGroupArn, weight }) => ({
    TargetGroupArn: targetGroupArn,
    Weight: weight,
  }));
  await changeActions(
    scope,
    rule,
    rule.Actions!.map((action) => forwardingTo(action, tuples)),
  );
}

function sorted(weights: readonly Weight[]): Weight[] {
  return [...weights].sort((one, other) => (one.targetGroupArn < other.targetGroupArn ? -1 : 1));
}

function forwardingTo(action: Action, TargetGroups: readonly TargetGroupTuple[]): Action {
  if (action.Type !== 'forward') return action;
  const { TargetGroupArn: _, ForwardConfig, ...others } = action;
  return { ...others, ForwardConfig: { ...ForwardConfig, TargetGroups: [...TargetGroups] } };
}

/** Weights of steps are parts of this many; ELB takes weights up to 999. */
const PARTS = 1000;

/**
 * Weights between two others.
 *
 * @param part of the way from the first to the second, between 0 and 1.
 */
export function partOfTheWay(before: readonly Weight[], after: readonly Weight[], part: number): Weight[] {
  const arns = [...new Set([...before, ...after].map(({ targetGroupArn }) => targetGroupArn))];
  const [from, to] = [sharesOf(before), sharesOf(after)];
  return arns
    .map((targetGroupArn) => {
      const share = (1 - part) * (from.get(targetGroupArn) ?? 0) + part * (to.get(targetGroupArn) ?? 0);
      const weight = share === 0 ? 0 : Math.min(Math.max(Math.round(share * PARTS), 1), PARTS - 1);
      return { targetGroupArn, weight };
    })
    .sort((one, other) => other.weight - one.weight)
    .slice(0, TARGET_GROUPS_PER_RULE);
}

/** Of all requests, from 0 to 1, by the target groups. */
function sharesOf(weights: readonly Weight[]): Map<string, number> {
  const sum = weights.reduce((total, { weight }) => total + weight, 0);
  return new Map(weights.map(({ targetGroupArn, weight }) => [targetGroupArn, sum === 0 ? 0 : weight / sum]));
}
