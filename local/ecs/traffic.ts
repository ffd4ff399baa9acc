/** Which target groups a revision's tasks belong in, and moving traffic between those of two revisions. */
import type { Structure } from '../service';
import type { EcsContext } from './context';
import { invalidNetworking } from './endings';
import { forwardedTargetGroups, isListener, shiftWeights } from './listener-rules';
import { hasTestHeader } from './service-connect';
import type { ServiceDeployment, ServiceRevision, TargetGroupBinding } from './state';

/**
 * The target groups for the tasks of a revision.
 *
 * @param place of each pair of target groups the one that serves traffic, the idle one, to which traffic is shifted, or the one
 *   that targetGroupArn names.
 * @throws Ending when the rules do not forward to exactly one target group of each pair.
 */
export async function chooseTargetGroups(
  context: EcsContext,
  revision: ServiceRevision,
  place: 'serving' | 'idle' | 'named',
): Promise<TargetGroupBinding[]> {
  const { elasticLoadBalancing } = context.aws(revision.service.cluster.scope.region);
  const loadBalancers: Structure[] = revision.settings.loadBalancers ?? [];
  return Promise.all(
    loadBalancers.map(
      async ({ targetGroupArn, containerName, containerPort, advancedConfiguration: advanced }) => {
        if (!advanced) return { targetGroupArn, containerName, containerPort };
        const {
          alternateTargetGroupArn,
          productionListenerRule: production,
          testListenerRule: test,
        } = advanced;
        const forwarded = await forwardedTargetGroups(elasticLoadBalancing, production).catch(
          (error: Error) => {
            throw invalidNetworking(error.message);
          },
        );
        const serving = forwarded.filter(({ weight }) => weight > 0).map((tuple) => tuple.targetGroupArn);
        if (serving.length !== 1) {
          throw invalidNetworking(
            `productionListenerRule ${production} should have exactly one target group serving traffic but found ${serving.length} target groups which are serving traffic`,
          );
        }
        const pair: string[] = [targetGroupArn, alternateTargetGroupArn];
        if (!pair.includes(serving[0]!)) {
          throw invalidNetworking(
            `Production listener rule is forwarding traffic to unexpected target group ${serving[0]}. Expected traffic to be forwarded to either targetGroupArn: ${targetGroupArn} or alternateTargetGroupArn: ${alternateTargetGroupArn}`,
          );
        }
        const idle = pair.find((arn) => arn !== serving[0])!;
        const chosen = { serving: serving[0]!, idle, named: targetGroupArn as string }[place];
        const other = pair.find((arn) => arn !== chosen)!;
        return {
          targetGroupArn: chosen,
          containerName,
          containerPort,
          rules: { production, ...(test && { test }), otherTargetGroupArn: other },
        };
      },
    ),
  );
}

/**
 * Send `percent` of the production traffic to the target revision of a deployment, on all its load balancers, or, when
 * that claim does not hold, on the first of them alone.
 *
 * @throws Ending when ELB refuses.
 */
export async function shiftProductionTraffic(
  context: EcsContext,
  deployment: ServiceDeployment,
  percent: number,
): Promise<void> {
  const { target, productionWeight } = deployment;
  const [first] = target.targetGroups;
  const shifted = context.answers.holds('ecs.shifts-all-load-balancers')
    ? target.targetGroups
    : target.targetGroups.filter((binding) => binding === first);
  await shift(context, target, shifted, productionWeight, percent, ({ production }) => production);
  deployment.productionWeight = percent;
}

/** Send all test traffic to the target revision of a deployment (100), or none (0). @throws Ending when ELB refuses. */
export async function shiftTestTraffic(
  context: EcsContext,
  deployment: ServiceDeployment,
  percent: 0 | 100,
): Promise<void> {
  const { target, testWeight } = deployment;
  await shift(context, target, target.targetGroups, testWeight, percent, ({ test }) => test);
  deployment.testWeight = percent;
}

/** Whether any rule, or any endpoint in Service Connect, of a revision carries test traffic. */
export function hasTestTraffic(revision: ServiceRevision): boolean {
  return (
    revision.targetGroups.some(({ rules }) => rules?.test !== undefined) ||
    hasTestHeader(revision.serviceConnect)
  );
}

/** Whether a revision is behind a Network Load Balancer whose weights are shifted. */
export function isBehindNetworkLoadBalancer(revision: ServiceRevision): boolean {
  return revision.targetGroups.some(({ rules }) => rules !== undefined && isListener(rules.production));
}

/**
 * Shift the weights of all rules together: when one rule cannot be changed, the others go back to where they were, or,
 * in a rollback, stay rolled back.
 */
async function shift(
  context: EcsContext,
  { service }: ServiceRevision,
  targetGroups: readonly TargetGroupBinding[],
  from: number,
  to: number,
  choose: (rules: NonNullable<TargetGroupBinding['rules']>) => string | undefined,
): Promise<void> {
  const { elasticLoadBalancing } = context.aws(service.cluster.scope.region);
  const keepsStickiness = context.answers.holds('ecs.shift-keeps-stickiness');
  const keepsAuthentication = context.answers.holds('ecs.shift-keeps-authentication');
  const shiftAll = async (percent: number): Promise<Error[]> => {
    const failures: Error[] = [];
    for (const { targetGroupArn, rules } of targetGroups) {
      const rule = rules && choose(rules);
      if (!rule) continue;
      await shiftWeights(elasticLoadBalancing, rule, {
        targetGroupArn,
        otherTargetGroupArn: rules.otherTargetGroupArn,
        percent,
        keepsStickiness,
        keepsAuthentication,
      }).catch((error: Error) => failures.push(error));
    }
    return failures;
  };
  try {
    const [failure] = await shiftAll(to);
    if (!failure) return;
    if (to > from) await shiftAll(from);
    throw invalidNetworking(failure.message);
  } finally {
    context.loadBalancingChanged();
  }
}
