/** Registering tasks in target groups, and when load balancers find them healthy. */
import {
  DeregisterTargetsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { EcsContext } from './context';
import { recordEvent } from './events';
import { SECOND_MILLISECONDS } from './timings';
import type { ServiceRevision, TargetGroupBinding, Task } from './state';
import { neverHealthy, readReach, targetCheck, unreached } from './target-checks';

const DEREGISTRATION_DELAY = 'deregistration_delay.timeout_seconds';
const DEFAULT_DEREGISTRATION_DELAY = 300;

/**
 * Register tasks in every target group of their revision, and tell each task when its targets become healthy or
 * unhealthy. A refusal becomes a service event; those tasks then never become healthy.
 */
export async function registerTargets(
  context: EcsContext,
  revision: ServiceRevision,
  tasks: readonly Task[],
): Promise<void> {
  if (tasks.length === 0) return;
  await Promise.all(
    revision.targetGroups.map(async (binding) => {
      const { service } = revision;
      try {
        const { elasticLoadBalancing } = clients(context, revision);
        const described = await elasticLoadBalancing.send(
          new DescribeTargetGroupsCommand({ TargetGroupArns: [binding.targetGroupArn] }),
        );
        await elasticLoadBalancing.send(new RegisterTargetsCommand(targets(binding, tasks)));
        context.loadBalancingChanged();
        const targetGroup = described.TargetGroups![0]!;
        const reaches = await readReach(context, revision, targetGroup);
        const registeredAt = context.clock.now();
        for (const task of tasks) {
          const check = targetCheck(task, binding, targetGroup, registeredAt);
          task.healthChecks.push(
            reaches(task, binding) ? check : unreached(check, targetGroup, registeredAt),
          );
        }
        recordEvent(
          context,
          service,
          `registered ${tasks.length} targets in (target-group ${binding.targetGroupArn})`,
        );
      } catch (error) {
        const reason = (error as Error).message;
        recordEvent(
          context,
          service,
          `failed to register targets in (target-group ${binding.targetGroupArn}) with (error ${reason})`,
        );
        for (const task of tasks) task.healthChecks.push(neverHealthy(binding));
      }
    }),
  );
}

/**
 * Take tasks out of every target group of their revision.
 *
 * @returns virtual milliseconds until their connections are drained.
 */
export async function deregisterTargets(
  context: EcsContext,
  revision: ServiceRevision,
  tasks: readonly Task[],
): Promise<number> {
  const registered = tasks.filter(({ healthChecks }) => healthChecks.some(({ target }) => target));
  if (registered.length === 0) return 0;
  const delays = await Promise.all(
    revision.targetGroups.map(async (binding) => {
      const { elasticLoadBalancing } = clients(context, revision);
      const { targetGroupArn } = binding;
      try {
        await elasticLoadBalancing.send(new DeregisterTargetsCommand(targets(binding, registered)));
        context.loadBalancingChanged();
        recordEvent(
          context,
          revision.service,
          `deregistered ${registered.length} targets in (target-group ${targetGroupArn})`,
        );
        const { Attributes = [] } = await elasticLoadBalancing.send(
          new DescribeTargetGroupAttributesCommand({ TargetGroupArn: targetGroupArn }),
        );
        const delay = Attributes.find(({ Key }) => Key === DEREGISTRATION_DELAY)?.Value;
        return Number(delay ?? DEFAULT_DEREGISTRATION_DELAY) * SECOND_MILLISECONDS;
      } catch (error) {
        // A target group that somebody has deleted holds no connections.
        const reason = (error as Error).message;
        recordEvent(
          context,
          revision.service,
          `failed to deregister targets in (target-group ${targetGroupArn}) with (error ${reason})`,
        );
        return 0;
      }
    }),
  );
  recordEvent(context, revision.service, `has begun draining connections on ${registered.length} tasks.`);
  return Math.max(...delays);
}

function clients(context: EcsContext, revision: ServiceRevision) {
  return context.aws(revision.service.cluster.scope.region);
}

function targets(binding: TargetGroupBinding, tasks: readonly Task[]) {
  return {
    TargetGroupArn: binding.targetGroupArn,
    Targets: tasks.map((task) => ({ Id: task.networkInterface.address, Port: binding.containerPort })),
  };
}
