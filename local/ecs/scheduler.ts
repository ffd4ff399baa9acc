/** The service scheduler: keeps as many tasks of each revision as are requested. */
import { countFailure, forgetFailures } from './circuit-breaker';
import type { EcsContext } from './context';
import { recordEvent } from './events';
import { deploymentInProgress, wantedTasks, type Service, type ServiceRevision, type Task } from './state';
import { startTasks, stopTasks, type TaskObserver } from './task-lifecycle';
import { TIMINGS } from './timings';

/** Failures in a row after which replacements are held back (ECS developer guide, service throttling). */
const UNTHROTTLED_FAILURES = 3;

/** Keep `count` tasks of a revision from now on: start what is missing, stop what is too much. */
export function scaleRevision(context: EcsContext, revision: ServiceRevision, count: number): void {
  revision.requestedCount = count;
  const tasks = wantedTasks(revision);
  if (tasks.length < count) startTasks(context, revision, count - tasks.length, taskObserver(context));
  const surplus = tasks
    .sort((a, b) => Number(a.healthy) - Number(b.healthy))
    .slice(0, Math.max(0, tasks.length - count));
  stopTasks(context, surplus, {
    stopCode: 'ServiceSchedulerInitiated',
    stoppedReason: `Scaling activity initiated by (deployment ${revision.service.deployments[0]!.id})`,
  });
}

/** Set the desired count of a service and scale the revisions that follow it. */
export function setDesiredCount(context: EcsContext, service: Service, desiredCount: number): void {
  service.desiredCount = desiredCount;
  for (const revision of service.revisions) {
    if (revision.followsDesiredCount) scaleRevision(context, revision, desiredCount);
  }
  service.changes.notify();
}

/** Whether a revision has as many healthy tasks as its service desires. */
export function atFullScale(revision: ServiceRevision): boolean {
  return healthyCount(revision) >= revision.service.desiredCount;
}

/** Tasks that run and have passed their health checks. */
export function healthyCount(revision: ServiceRevision): number {
  return wantedTasks(revision).filter(({ healthy }) => healthy).length;
}

/** Replace a task that a user has stopped. */
export function replaceTask(context: EcsContext, { revision }: Task): void {
  if (wantedTasks(revision).length < revision.requestedCount)
    scaleRevision(context, revision, revision.requestedCount);
}

/** What the scheduler does about tasks that become healthy, or fail. */
export function taskObserver(context: EcsContext): TaskObserver {
  return {
    healthy({ revision }) {
      revision.consecutiveFailures = 0;
      const deployment = deploymentInProgress(revision.service);
      if (deployment?.target === revision) forgetFailures(deployment);
      revision.service.changes.notify();
    },
    failed(task) {
      const { revision } = task;
      revision.consecutiveFailures++;
      const deployment = deploymentInProgress(revision.service);
      if (deployment?.target === revision) countFailure(deployment);
      replaceLater(context, task);
    },
  };
}

function replaceLater(context: EcsContext, task: Task): void {
  const { revision } = task;
  const beyond = revision.consecutiveFailures - UNTHROTTLED_FAILURES;
  if (beyond === 0) {
    recordEvent(
      context,
      revision.service,
      'is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.',
    );
  }
  const backoff = Math.min(
    TIMINGS.replacementBackoffLimit,
    TIMINGS.replacementBackoff * 2 ** Math.max(0, beyond),
  );
  context.flows.start(async (flow) => {
    await flow.sleep(backoff);
    replaceTask(context, task);
  });
}
