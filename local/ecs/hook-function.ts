/** Calls of the Lambda functions of lifecycle hooks (ECS developer guide, "Lambda hooks for Amazon ECS service deployments"). */
import { lastPart } from './arns';
import { isAssumable, mayCall } from './assumed-role';
import type { EcsContext } from './context';
import type { ServiceDeployment } from './state';

/** Seconds until a function that answered IN_PROGRESS is called again, unless it says when. */
const CALL_BACK_DELAY = 30;

const STATUSES = ['SUCCEEDED', 'FAILED', 'IN_PROGRESS'] as const;

/** Percentage of traffic by service revision ARN, as hooks are told of it; left out where a stage tells nothing. */
export interface TrafficWeights {
  readonly test?: Readonly<Record<string, number>>;
  readonly production?: Readonly<Record<string, number>>;
}

/** One call, and what the function is told. */
export interface HookCall {
  readonly deployment: ServiceDeployment;
  readonly hookTargetArn: string;
  readonly roleArn: string;
  readonly stage: string;
  readonly weights: TrafficWeights;
  readonly executionId: string;
  readonly hookDetails?: unknown;
}

/** What comes of a call. */
export type HookReply =
  | { readonly status: 'SUCCEEDED' | 'FAILED'; readonly failure?: string }
  | { readonly status: 'IN_PROGRESS'; readonly callBackDelay: number; readonly hookDetails?: unknown };

/** Call the function of a hook with its role. Whatever goes wrong is FAILED, worded as ECS words it. */
export async function callHookFunction(context: EcsContext, call: HookCall): Promise<HookReply> {
  const { hookTargetArn, roleArn, deployment } = call;
  if (!(await isAssumable(context, roleArn))) return failed(`ECS was unable to assume role ${roleArn}`);
  if (!(await mayCall(context, roleArn, ['lambda:InvokeFunction'], hookTargetArn))) {
    const { accountId } = deployment.service.cluster.scope;
    const user = `arn:aws:sts::${accountId}:assumed-role/${lastPart(roleArn)}/ECS-Lambda-Execution`;
    return notInvoked(
      hookTargetArn,
      `User: ${user} is not authorized to perform: lambda:InvokeFunction on resource: ${hookTargetArn} because no identity-based policy allows the lambda:InvokeFunction action`,
    );
  }
  try {
    const { payload, functionError } = await context.invokeFunction(hookTargetArn, eventOf(call));
    return replyOf(hookTargetArn, functionError ? undefined : payload);
  } catch (error) {
    return notInvoked(hookTargetArn, (error as Error).message);
  }
}

/** The event that a function gets. */
function eventOf({ executionId, stage, deployment, weights, hookDetails }: HookCall) {
  return {
    executionId,
    lifecycleStage: stage,
    resourceArn: deployment.arn,
    executionDetails: {
      serviceArn: deployment.service.arn,
      targetServiceRevisionArn: deployment.target.arn,
      testTrafficWeights: weights.test ?? {},
      productionTrafficWeights: weights.production ?? {},
    },
    ...(hookDetails !== undefined && { hookDetails }),
  };
}

/** @param answer of the function; undefined when it has failed or run out of time. */
function replyOf(arn: string, answer: any): HookReply {
  const status = answer?.hookStatus ?? undefined;
  if (status === undefined) return unreadable(arn, 'HookStatus must not be null.');
  if (!STATUSES.includes(status)) return unreadable(arn, `HookStatus must be one of ${STATUSES.join(', ')}.`);
  if (status === 'FAILED') return failed(`Lifecycle hook target ${arn} returned FAILED status.`);
  if (status === 'SUCCEEDED') return { status };
  return { status, callBackDelay: answer.callBackDelay ?? CALL_BACK_DELAY, hookDetails: answer.hookDetails };
}

function failed(failure: string): HookReply {
  return { status: 'FAILED', failure };
}

function notInvoked(arn: string, reason: string): HookReply {
  return failed(`ECS was unable to invoke hook target ${arn} due to ${reason}`);
}

function unreadable(arn: string, reason: string): HookReply {
  return failed(`ECS was unable to parse the response from ${arn} due to: ${reason}`);
}
