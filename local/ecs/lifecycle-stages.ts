/** Lifecycle stages of a deployment. */
import { now, type EcsContext } from './context';
import type { Flow } from './flow';
import type { TrafficWeights } from './hook-function';
import { runHooks } from './lifecycle-hooks';
import type { ServiceDeployment } from './state';
import { TIMINGS } from './timings';

/** Enter a stage: from now on descriptions show it. */
export function enterStage(context: EcsContext, deployment: ServiceDeployment, stage: string): void {
  deployment.lifecycleStage = stage;
  deployment.updatedAt = now(context);
}

/**
 * Go through a stage in which nothing but its hooks has to be waited for.
 *
 * @throws Ending when one of its hooks does not let the deployment go on.
 */
export async function passStage(
  context: EcsContext,
  flow: Flow,
  deployment: ServiceDeployment,
  stage: string,
): Promise<void> {
  enterStage(context, deployment, stage);
  await runHooks(context, flow, deployment, stage);
  await flow.sleep(TIMINGS.lifecycleStage);
}

/**
 * Shift traffic, with the hooks of the stage in which that is done.
 *
 * @param weights what the hooks are told.
 * @param shift sets the weights of the rules.
 * @throws Ending when ELB refuses, or one of the hooks does not let the deployment go on.
 */
export async function passShift(
  context: EcsContext,
  flow: Flow,
  deployment: ServiceDeployment,
  stage: 'TEST_TRAFFIC_SHIFT' | 'PRODUCTION_TRAFFIC_SHIFT',
  weights: TrafficWeights,
  shift: () => Promise<void>,
): Promise<void> {
  const shiftsFirst = context.answers.holds('ecs.shift-hooks-run-after-weights');
  if (shiftsFirst) await shift();
  await runHooks(context, flow, deployment, stage, weights);
  if (!shiftsFirst) await shift();
}
