/** Health checks that are changed under tasks which are registered already. */
import { DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { EcsContext } from './context';
import { isHealthy, type HealthCheck } from './health-check';
import { taskObserver } from './scheduler';
import type { Task } from './state';
import { targetCheck } from './target-checks';
import { watchHealth } from './task-lifecycle';

/**
 * Check the tasks of a target group by its new settings. Those that fail now stay healthy until as many checks have
 * failed as the target group tolerates; then ECS replaces them.
 */
export function healthCheckChanged(context: EcsContext, region: string, targetGroupArn: string): void {
  const registered = [...context.state.addresses.values()].flatMap((task) => {
    const binding = task.revision.targetGroups.find(
      (candidate) => candidate.targetGroupArn === targetGroupArn,
    );
    return binding && task.desiredStatus === 'RUNNING' ? [{ task, binding }] : [];
  });
  if (registered.length === 0) return;
  context.flows.start(async (flow) => {
    const answer = await context
      .aws(region)
      .elasticLoadBalancing.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [targetGroupArn] }))
      // It has been deleted meanwhile.
      .catch(() => undefined);
    const targetGroup = answer?.TargetGroups?.[0];
    if (!targetGroup) return;
    const time = context.clock.now();
    for (const { task } of registered) context.containerLogs.record(task);
    const changed = registered.filter(({ task, binding }) =>
      replaceCheck(task, targetCheck(task, binding, targetGroup, time), time),
    );
    await watchHealth(
      context,
      flow,
      changed.map(({ task }) => task),
      taskObserver(context),
    );
  });
}

/** @returns whether the task has been checked before, so that it is not about to be checked for the first time. */
function replaceCheck(task: Task, fresh: HealthCheck, time: number): boolean {
  const { healthChecks } = task;
  const index = healthChecks.findIndex(
    ({ target }) => target?.targetGroupArn === fresh.target!.targetGroupArn,
  );
  const before = healthChecks[index];
  if (!before) return false;
  healthChecks[index] = isHealthy(before, time) ? { ...fresh, healthyAt: before.healthyAt } : fresh;
  return true;
}
