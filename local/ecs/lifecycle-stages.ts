/** Lifecycle stages of a deployment and the pause hooks in them. */
import type { Structure } from '../service';
import { now, type EcsContext } from './context';
import { hookFailed } from './endings';
import type { Flow } from './flow';
import type { LifecycleHook, ServiceDeployment } from './state';
import { MINUTE_MILLISECONDS, TIMINGS } from './timings';

/** Defaults of DeploymentLifecycleHookTimeoutConfiguration. */
const TIMEOUT = { timeoutInMinutes: 1440, action: 'ROLLBACK' } as const;

/** Enter a stage: from now on descriptions show it. */
export function enterStage(context: EcsContext, deployment: ServiceDeployment, stage: string): void {
  deployment.lifecycleStage = stage;
  deployment.updatedAt = now(context);
}

/**
 * Go through a stage in which nothing but its hooks has to be waited for. Hooks that invoke Lambda functions are taken
 * as having succeeded.
 *
 * @throws Ending when a pause hook is not continued.
 */
export async function passStage(
  context: EcsContext,
  flow: Flow,
  deployment: ServiceDeployment,
  stage: string,
): Promise<void> {
  enterStage(context, deployment, stage);
  await awaitHooks(context, flow, deployment, stage);
  await flow.sleep(TIMINGS.lifecycleStage);
}

/** Wait until every pause hook of a stage was continued. @throws Ending when one was not. */
export async function awaitHooks(
  context: EcsContext,
  flow: Flow,
  deployment: ServiceDeployment,
  stage: string,
): Promise<void> {
  const hooks: Structure[] = deployment.configuration.lifecycleHooks ?? [];
  const pauses = hooks.filter(
    ({ targetType, lifecycleStages }) => targetType === 'PAUSE' && lifecycleStages.includes(stage),
  );
  for (const { timeoutConfiguration } of pauses) {
    await pause(context, flow, deployment, stage, { ...TIMEOUT, ...timeoutConfiguration });
  }
}

async function pause(
  context: EcsContext,
  flow: Flow,
  deployment: ServiceDeployment,
  stage: string,
  { timeoutInMinutes, action }: { timeoutInMinutes: number; action: LifecycleHook['timeoutAction'] },
): Promise<void> {
  const { changes } = deployment.service;
  const timeout = timeoutInMinutes * MINUTE_MILLISECONDS;
  const hook: LifecycleHook = {
    id: `ecs-pause-${context.identifiers.uuid()}`,
    expiresAt: new Date(context.clock.now() + timeout),
    timeoutAction: action,
    status: 'AWAITING_ACTION',
  };
  deployment.hooks.push(hook);
  const cancel = context.clock.schedule(timeout, () => {
    hook.status = 'TIMED_OUT';
    changes.notify();
  });
  try {
    await flow.until(() => hook.status !== 'AWAITING_ACTION', changes);
  } finally {
    cancel();
  }
  if (hook.status === 'FAILED') throw hookFailed(stage, 'was rolled back.');
  if (hook.status === 'TIMED_OUT' && action === 'ROLLBACK') throw hookFailed(stage, 'timed out.');
}
