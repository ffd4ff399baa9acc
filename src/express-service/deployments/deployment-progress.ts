/** How far a service deployment has come, in words for a stack event. */
import type { DeploymentLifecycleHookDetail, ServiceDeployment } from '@aws-sdk/client-ecs';
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

/** A lifecycle hook at which a deployment waits for somebody. */
export interface AwaitedAction {
  readonly hookId: string;
  /** When the stage was entered. */
  readonly since?: Date;
  readonly until?: Date;
  /** What ECS does then. */
  readonly timeoutAction: string;
  /** Commands of the AWS CLI that end the wait. */
  readonly commands: { readonly CONTINUE: string; readonly ROLLBACK: string };
}

/** What a deployment waits for somebody to do. */
export function awaitedActions(deployment: ServiceDeployment): AwaitedAction[] {
  const { lifecycleHookDetails = [] } = deployment;
  return lifecycleHookDetails
    .filter(({ status }) => status === 'AWAITING_ACTION')
    .map((hook) => awaitedAction(deployment, hook));
}

function awaitedAction(
  { serviceDeploymentArn, updatedAt }: ServiceDeployment,
  { hookId = '', expiresAt, timeoutAction = 'ROLLBACK' }: DeploymentLifecycleHookDetail,
): AwaitedAction {
  const command = (action: string) =>
    `aws ecs continue-service-deployment --service-deployment-arn ${serviceDeploymentArn} --hook-id ${hookId} --action ${action}`;
  return {
    hookId,
    since: updatedAt,
    until: expiresAt,
    timeoutAction,
    commands: { CONTINUE: command('CONTINUE'), ROLLBACK: command('ROLLBACK') },
  };
}

/** What is waited for, and how it is ended, e.g. `PRE_SCALE_UP waits since … for somebody`. */
function gateOf(deployment: ServiceDeployment): string | undefined {
  const [action] = awaitedActions(deployment);
  if (!action) return undefined;
  const { since, until, timeoutAction, commands } = action;
  return (
    `${deployment.lifecycleStage} waits${since ? ` since ${minuteOf(since)}` : ''} for somebody to continue it` +
    `${until ? `, until ${minuteOf(until)}, then ${timeoutAction}` : ''}: ${commands.CONTINUE} (or ROLLBACK)`
  );
}

function minuteOf(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** What a running deployment is doing, e.g. `canary: 5 % of the requests go to the new tasks until about 12:34 UTC`. */
export function progressOf(deployment: ServiceDeployment): string {
  const { status = '', lifecycleStage = '' } = deployment;
  // A rolling deployment has no stages but those of its hooks.
  return STATUSES[status] ?? gateOf(deployment) ?? (STAGES[lifecycleStage] ?? tasksOf)(deployment);
}
