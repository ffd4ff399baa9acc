/** Deployment lifecycle hooks: what runs, or waits for a user, at a stage of a deployment. */
import { AwsError, type Structure } from '../service';
import { announceHook } from './deployment-events';
import type { EcsContext } from './context';
import { lambdaHookFailed, pauseHookFailed, type Ending } from './endings';
import type { Flow } from './flow';
import { callHookFunction, type TrafficWeights } from './hook-function';
import type { LifecycleHook, ServiceDeployment } from './state';
import { MINUTE_MILLISECONDS, SECOND_MILLISECONDS } from './timings';

/** Defaults of a hook (API references of DeploymentLifecycleHook and DeploymentLifecycleHookTimeoutConfiguration). */
const TARGET_TYPE = 'AWS_LAMBDA';
const TIMEOUT = { timeoutInMinutes: 1440, action: 'ROLLBACK' } as const;

/** What differs between the types of hooks. */
interface HookType {
  /** What the id begins with (ECS developer guide, troubleshooting of blue/green deployments: `ecs-{hookType}-{id}`). */
  readonly prefix: string;
  readonly firstStatus: 'AWAITING_ACTION' | 'IN_PROGRESS';
  /** How a deployment ends that the hook does not let go on. */
  readonly ending: (stage: string, detail: string) => Ending;
  readonly timedOut: (hook: LifecycleHook) => string;
}

const TYPES: Readonly<Record<LifecycleHook['targetType'], HookType>> = {
  AWS_LAMBDA: {
    prefix: 'ecs-lambda',
    firstStatus: 'IN_PROGRESS',
    ending: lambdaHookFailed,
    timedOut: ({ targetArn }) => `Lifecycle hook target ${targetArn} timed out.`,
  },
  PAUSE: {
    prefix: 'ecs-pause',
    firstStatus: 'AWAITING_ACTION',
    ending: pauseHookFailed,
    timedOut: () => 'timed out.',
  },
};

/** Hooks as the settings of a service keep them: as they were given, or with ECS's defaults. */
export function storedHooks({ answers }: EcsContext, settings: Structure): Structure {
  const { deploymentConfiguration } = settings;
  if (!deploymentConfiguration.lifecycleHooks || answers.holds('ecs.hooks-read-back-as-given'))
    return settings;
  const lifecycleHooks = deploymentConfiguration.lifecycleHooks.map((hook: Structure) => ({
    ...hook,
    targetType: hook.targetType ?? TARGET_TYPE,
    timeoutConfiguration: { ...TIMEOUT, ...hook.timeoutConfiguration },
  }));
  return { ...settings, deploymentConfiguration: { ...deploymentConfiguration, lifecycleHooks } };
}

/** The hooks that a deployment has at a stage, as they were configured. */
export function hooksAt({ configuration }: ServiceDeployment, stage: string): Structure[] {
  const hooks: Structure[] = configuration.lifecycleHooks ?? [];
  return hooks.filter(({ lifecycleStages }) => lifecycleStages.includes(stage));
}

/**
 * Run all hooks of a stage in parallel, and wait until each has succeeded, or was continued. The first one that does not
 * let the deployment go on ends that (ECS developer guide, "Pause hooks for Amazon ECS service deployments").
 *
 * @throws Ending when one does not.
 */
export async function runHooks(
  context: EcsContext,
  flow: Flow,
  deployment: ServiceDeployment,
  stage: string,
  weights: TrafficWeights = {},
): Promise<void> {
  const running = hooksAt(deployment, stage).map((configured) =>
    startHook(context, deployment, stage, configured, weights),
  );
  const hooks = running.map(({ hook }) => hook);
  try {
    await flow.until(() => hooks.some(stopsDeployment) || !hooks.some(isOpen), deployment.service.changes);
  } finally {
    for (const { abandon } of running) abandon();
  }
  const stopping = hooks.find(stopsDeployment);
  if (stopping) throw TYPES[stopping.targetType].ending(stage, stopping.failure!);
}

/** End a hook, unless it has ended already. @param failure what is said of it when it does not let the deployment go on. */
export function settleHook(
  context: EcsContext,
  deployment: ServiceDeployment,
  hook: LifecycleHook,
  status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT',
  failure?: string,
): void {
  if (!isOpen(hook)) return;
  hook.status = status;
  hook.failure = failure;
  announceHook(context, deployment, hook);
  deployment.service.changes.notify();
}

/**
 * Continue a deployment that waits, or roll it back.
 *
 * @throws AwsError InvalidParameterException when that hook does not wait.
 */
export function continueDeployment(
  context: EcsContext,
  deployment: ServiceDeployment,
  hookId: string,
  action: 'CONTINUE' | 'ROLLBACK' = 'CONTINUE',
): void {
  if (deployment.finishedAt) {
    refuse('Continuing a service deployment is not allowed for service deployment in terminal states.');
  }
  if (!/^ecs-[a-z]+-.+$/.test(hookId)) {
    refuse('Invalid hookId: hookId must follow the format: ecs-{hookType}-{id}');
  }
  const hook = deployment.hooks.find(({ id, status }) => id === hookId && status === 'AWAITING_ACTION');
  if (!hook || deployment.status !== 'IN_PROGRESS') {
    refuse('Provided hookId is either completed, unavailable, or not associated with the given Resource ARN');
  }
  if (action === 'ROLLBACK') settleHook(context, deployment, hook, 'FAILED', 'was rolled back.');
  else settleHook(context, deployment, hook, 'SUCCEEDED');
}

/** The hooks of a deployment, as the API describes them. */
export function describeHooks({ answers }: EcsContext, { hooks }: ServiceDeployment): Structure[] {
  return hooks
    .filter((hook) => isOpen(hook) || answers.holds('ecs.ended-hooks-stay-listed'))
    .map(({ id, targetType, targetArn, status, expiresAt, timeoutAction }) => ({
      hookId: id,
      targetType,
      targetArn,
      status,
      expiresAt,
      timeoutAction,
    }));
}

function isOpen({ status }: LifecycleHook): boolean {
  return status === 'AWAITING_ACTION' || status === 'IN_PROGRESS';
}

function stopsDeployment({ status, timeoutAction }: LifecycleHook): boolean {
  return status === 'FAILED' || (status === 'TIMED_OUT' && timeoutAction === 'ROLLBACK');
}

/** Begin a hook. `abandon` leaves it as it is: nothing waits for it any more. */
function startHook(
  context: EcsContext,
  deployment: ServiceDeployment,
  stage: string,
  configured: Structure,
  weights: TrafficWeights,
): { readonly hook: LifecycleHook; abandon(): void } {
  const targetType: LifecycleHook['targetType'] = configured.targetType ?? TARGET_TYPE;
  const { timeoutInMinutes, action } = { ...TIMEOUT, ...configured.timeoutConfiguration };
  const type = TYPES[targetType];
  const timeout = timeoutInMinutes * MINUTE_MILLISECONDS;
  const hook: LifecycleHook = {
    id: `${type.prefix}-${context.identifiers.hook()}`,
    targetType,
    targetArn: targetType === 'PAUSE' ? undefined : configured.hookTargetArn,
    lifecycleStage: stage,
    expiresAt: new Date(context.clock.now() + timeout),
    timeoutAction: action,
    status: type.firstStatus,
  };
  deployment.hooks.push(hook);
  announceHook(context, deployment, hook);
  const cancelTimeout = context.clock.schedule(timeout, () =>
    settleHook(context, deployment, hook, 'TIMED_OUT', type.timedOut(hook)),
  );
  const calls =
    targetType === 'AWS_LAMBDA'
      ? context.flows.start((flow) => callUntilDone(context, flow, deployment, hook, configured, weights))
      : undefined;
  return {
    hook,
    abandon() {
      cancelTimeout();
      calls?.interrupt('nothing waits for the hook');
    },
  };
}

/** Call the function of a hook again and again, until it does not answer IN_PROGRESS any more or has run out of time. */
async function callUntilDone(
  context: EcsContext,
  flow: Flow,
  deployment: ServiceDeployment,
  hook: LifecycleHook,
  { hookTargetArn, roleArn, hookDetails }: Structure,
  weights: TrafficWeights,
): Promise<void> {
  const call = { deployment, hookTargetArn, roleArn, stage: hook.lifecycleStage, weights };
  let executionId = context.identifiers.uuid();
  let details: unknown = hookDetails;
  while (isOpen(hook)) {
    const reply = await callHookFunction(context, { ...call, executionId, hookDetails: details });
    if (flow.isInterrupted) return;
    if (reply.status !== 'IN_PROGRESS') {
      return settleHook(context, deployment, hook, reply.status, reply.failure);
    }
    details = merged(details, reply.hookDetails);
    if (!context.answers.holds('ecs.hook-execution-id-is-kept')) executionId = context.identifiers.uuid();
    await flow.sleep(reply.callBackDelay * SECOND_MILLISECONDS);
  }
}

/** What a hook has answered with is laid over what it was told; what is no object takes its place. */
function merged(told: unknown, answered: unknown): unknown {
  if (answered === undefined || answered === null) return told;
  return isObject(told) && isObject(answered) ? { ...told, ...answered } : answered;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(message: string): never {
  throw new AwsError('InvalidParameterException', message);
}
