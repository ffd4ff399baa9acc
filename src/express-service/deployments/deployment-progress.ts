/** How far a service deployment has come, in words for a stack event. */
import type { ServiceDeployment } from '@aws-sdk/client-ecs';
import { strategyOf } from '../properties/strategies';

/** Minutes of a bake time, and the moment at which it ends. */
function until({ updatedAt }: ServiceDeployment, minutes: number | undefined): string {
  if (!updatedAt || minutes === undefined) return '';
  const end = new Date(updatedAt.getTime() + minutes * 60_000);
  return ` until about ${end.toISOString().slice(11, 16)} UTC`;
}

function tasksOf({ targetServiceRevision }: ServiceDeployment): string {
  const { runningTaskCount = 0, requestedTaskCount = 0 } = targetServiceRevision ?? {};
  return `${runningTaskCount} of ${requestedTaskCount} new tasks run`;
}

/** What goes on in each lifecycle stage (ECS API reference, ServiceDeployment). */
const STAGES: Readonly<Record<string, (deployment: ServiceDeployment) => string>> = {
  RECONCILE_SERVICE: () => 'former deployments are tidied up',
  PRE_SCALE_UP: () => 'new tasks are about to start',
  SCALE_UP: (deployment) => `new tasks start, ${tasksOf(deployment)}`,
  POST_SCALE_UP: (deployment) => tasksOf(deployment),
  TEST_TRAFFIC_SHIFT: () => 'test requests go to the new tasks',
  POST_TEST_TRAFFIC_SHIFT: () => 'test requests go to the new tasks',
  PRE_PRODUCTION_TRAFFIC_SHIFT: () => 'requests are about to go to the new tasks',
  PRODUCTION_TRAFFIC_SHIFT(deployment) {
    const { requestedProductionTrafficWeight: percent } = deployment.targetServiceRevision ?? {};
    const { deploymentConfiguration = {} } = deployment;
    const { steps } = strategyOf(deploymentConfiguration);
    if (percent === undefined || percent >= 100 || !steps) return 'all requests go to the new tasks';
    const end = until(deployment, steps.minutes(deploymentConfiguration));
    return `${steps.label}: ${percent} % of the requests go to the new tasks${end}`;
  },
  POST_PRODUCTION_TRAFFIC_SHIFT: () => 'all requests go to the new tasks',
  BAKE_TIME: (deployment) =>
    `baking: all requests go to the new tasks, the former ones stay${until(deployment, deployment.deploymentConfiguration?.bakeTimeInMinutes)}`,
  CLEAN_UP: () => 'the former tasks stop',
};

/** What goes on in statuses in which the stage says little. */
const STATUSES: Readonly<Record<string, string>> = {
  PENDING: 'about to begin',
  STOP_REQUESTED: 'being stopped',
  ROLLBACK_REQUESTED: 'about to be rolled back',
  ROLLBACK_IN_PROGRESS: 'being rolled back',
};

/** What a running deployment is doing, e.g. `canary: 5 % of the requests go to the new tasks until about 12:34 UTC`. */
export function progressOf(deployment: ServiceDeployment): string {
  const { status = '', lifecycleStage = '' } = deployment;
  // A rolling deployment has no stages.
  return STATUSES[status] ?? (STAGES[lifecycleStage] ?? tasksOf)(deployment);
}
