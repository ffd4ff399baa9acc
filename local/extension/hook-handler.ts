/** The protocol between CloudFormation and the Lambda function of a hook (`AWS::CloudFormation::LambdaHook`). */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock';
import type { Lambda } from '../lambda';
import type { Registry } from '../registry';
import {
  applies,
  type Hook,
  type HookAction,
  type HookOccasion,
  type TargetOperation,
} from '../registry/hook';
import type { Structure } from '../service';

/** What hooks are asked about. */
export interface HookRequest {
  readonly operation: TargetOperation;
  readonly action: HookAction;
  /** Type name of the resource; `STACK` or `CHANGE_SET` for those. */
  readonly targetName: string;
  readonly logicalId: string;
  readonly stack?: { readonly id: string; readonly name: string; readonly roleArn?: string };
  readonly changeSetId?: string;
  /** Cloud Control targets: the token by which the API lists the results of hooks. */
  readonly hooksRequestToken?: string;
  /** Resource and Cloud Control targets: properties with every function resolved. */
  readonly properties?: Structure;
  readonly previousProperties?: Structure;
  /** Stack and change set targets: URL of the document that describes the target. */
  readonly payload?: string;
  readonly region: string;
  readonly accountId: string;
}

/** What a hook said. */
export interface HookResult {
  /** Unique for each call of a hook. */
  readonly id: string;
  readonly hook: Hook;
  readonly invocationPoint: 'PRE_PROVISION';
  /** COMPLETE_FAILED: it refused. FAILED: it could not decide. */
  readonly status: 'HOOK_COMPLETE_SUCCEEDED' | 'HOOK_COMPLETE_FAILED' | 'HOOK_FAILED';
  readonly errorCode?: string;
  readonly reason: string;
  readonly annotations: readonly Structure[];
  /** A change set hook has said that the stack hook of the same name need not look again. */
  readonly skipsStackHook: boolean;
  /** Virtual time, milliseconds since the epoch. */
  readonly invokedAt: number;
  readonly request: HookRequest;
}

/** The results of all hooks on one target. */
export interface HookVerdict {
  readonly results: readonly HookResult[];
  /** Type names of the hooks that stop the operation: they did not succeed and their failure mode is FAIL. */
  readonly refusedBy: readonly string[];
}

export interface HookRunOptions {
  readonly hooks?: readonly Hook[];
  /** Told of each hook before it is invoked. */
  readonly onStart?: (hook: Hook) => void;
  /** Told of each result. */
  readonly onEnd?: (result: HookResult) => void;
}

export interface HookHandler {
  /** The hooks that are to be asked. `except`: type names of those that are not. */
  applying(request: HookRequest, except?: ReadonlySet<string>): readonly Hook[];
  /** Ask hooks, at the same time: by default all that apply. */
  run(request: HookRequest, options?: HookRunOptions): Promise<HookVerdict>;
  /** Results so far, oldest first. */
  results(): readonly HookResult[];
  reset(): void;
}

/** Limits of CloudFormation: seconds for one invocation, attempts when the function fails, minutes for all invocations. */
const INVOCATION_SECONDS = 30;
const ATTEMPTS = 3;
const RETRY_DELAY = 1_000;
const TOTAL_MINUTES = 30;

/** Longest message in characters, by the service that calls the hook. */
const MESSAGE_LIMIT: Record<TargetOperation, number> = {
  RESOURCE: 4096,
  STACK: 4096,
  CHANGE_SET: 4096,
  CLOUD_CONTROL: 1024,
};

interface HookAnswer {
  readonly hookStatus: string;
  readonly errorCode?: string;
  readonly message?: string;
  readonly callbackDelaySeconds?: number;
  readonly callbackContext?: Structure;
  readonly annotations?: Structure[];
}

type Decision = Pick<HookResult, 'status' | 'errorCode' | 'reason' | 'annotations' | 'skipsStackHook'>;

export function createHookHandler({
  clock,
  lambda,
  registry,
}: {
  clock: Clock;
  lambda: Lambda;
  registry: Registry;
}): HookHandler {
  const history: HookResult[] = [];

  async function decide(hook: Hook, request: HookRequest): Promise<Decision> {
    const token = randomUUID();
    const deadline = clock.now() + TOTAL_MINUTES * 60_000;
    let context: Structure | null = null;
    let failures = 0;
    for (let invocation = 1; ; invocation++) {
      const answer = await invoke(hook, event(hook, request, token, invocation, context));
      if (typeof answer === 'string') {
        if (++failures >= ATTEMPTS) return undecided(answer);
        await clock.sleep(RETRY_DELAY);
        continue;
      }
      if (answer.hookStatus !== 'IN_PROGRESS') return decision(answer, request.operation);
      const delay = (answer.callbackDelaySeconds ?? 0) * 1000;
      if (clock.now() + delay > deadline) return undecided('it did not decide in time');
      context = answer.callbackContext ?? null;
      await clock.sleep(delay);
    }
  }

  /** The hook's answer, or why there is none. */
  async function invoke(hook: Hook, payload: Structure): Promise<HookAnswer | string> {
    if (!lambda.has(hook.functionName)) return `the function ${hook.functionName} does not exist`;
    const result = await clock.work(() =>
      lambda.invoke(hook.functionName, payload, { timeoutSeconds: INVOCATION_SECONDS }),
    );
    if (result.functionError) return String(result.payload?.errorMessage ?? 'the function failed');
    if (typeof result.payload !== 'object' || result.payload === null) return 'the hook gave no answer';
    return result.payload;
  }

  function event(
    hook: Hook,
    request: HookRequest,
    token: string,
    invocation: number,
    context: Structure | null,
  ): Structure {
    const cloudControl = request.operation === 'CLOUD_CONTROL';
    const resource = cloudControl || request.operation === 'RESOURCE';
    return {
      clientRequestToken: token,
      awsAccountId: request.accountId,
      stackId: request.stack?.id ?? '',
      changeSetId: request.changeSetId ?? (cloudControl ? '' : null),
      hookTypeName: hook.typeName,
      hookTypeVersion: '00000001',
      hookModel: { LambdaFunction: lambda.arn(hook.functionName) },
      actionInvocationPoint: `${request.action}_PRE_PROVISION`,
      requestData: {
        targetName: request.targetName,
        targetType: cloudControl ? 'RESOURCE' : request.targetName,
        targetLogicalId: request.logicalId,
        ...(resource
          ? {
              targetModel: {
                resourceProperties: request.properties ?? {},
                previousResourceProperties: request.previousProperties ?? {},
              },
            }
          : { payload: request.payload }),
      },
      requestContext: { invocation, callbackContext: context },
    };
  }

  function applying(request: HookRequest, except: ReadonlySet<string> = new Set()): readonly Hook[] {
    const occasion: HookOccasion = {
      operation: request.operation,
      action: request.action,
      targetName: request.targetName,
      stackName: request.stack?.name,
      stackRole: request.stack?.roleArn,
    };
    return registry.hooks().filter((hook) => applies(hook, occasion) && !except.has(hook.typeName));
  }

  async function ask(hook: Hook, request: HookRequest, options: HookRunOptions): Promise<HookResult> {
    options.onStart?.(hook);
    const invokedAt = clock.now();
    const decision = await decide(hook, request);
    const ignored = hook.failureMode === 'WARN' && decision.status !== 'HOOK_COMPLETE_SUCCEEDED';
    const result: HookResult = {
      id: randomUUID(),
      hook,
      invocationPoint: 'PRE_PROVISION',
      invokedAt,
      request,
      ...decision,
      reason: ignored
        ? `${decision.reason.replace(/\.$/, '')}. Failure was ignored under WARN mode.`
        : decision.reason,
    };
    history.push(result);
    options.onEnd?.(result);
    return result;
  }

  return {
    applying,
    async run(request, options = {}) {
      const asked = options.hooks ?? applying(request);
      const results = await Promise.all(asked.map((hook) => ask(hook, request, options)));
      const refusing = results.filter(
        ({ status, hook }) => status !== 'HOOK_COMPLETE_SUCCEEDED' && hook.failureMode === 'FAIL',
      );
      return { results, refusedBy: refusing.map(({ hook }) => hook.typeName) };
    },
    results: () => history,
    reset() {
      history.length = 0;
    },
  };
}

/** Answers that end the questioning. */
const STATUSES: Record<string, (answer: HookAnswer) => HookResult['status']> = {
  SUCCESS: () => 'HOOK_COMPLETE_SUCCEEDED',
  CHANGE_SET_SUCCESS_SKIP_STACK_HOOK: () => 'HOOK_COMPLETE_SUCCEEDED',
  FAILED: ({ errorCode }) => (errorCode === 'NonCompliant' ? 'HOOK_COMPLETE_FAILED' : 'HOOK_FAILED'),
};

function decision(answer: HookAnswer, operation: TargetOperation): Decision {
  const { hookStatus, errorCode, annotations = [] } = answer;
  if (!Object.hasOwn(STATUSES, hookStatus)) {
    return undecided(
      `the hook answered the status ${JSON.stringify(hookStatus)}, which is none of SUCCESS, FAILED and IN_PROGRESS`,
    );
  }
  const status = STATUSES[hookStatus]!(answer);
  const verb = status === 'HOOK_COMPLETE_SUCCEEDED' ? 'succeeded' : 'failed';
  return {
    status,
    errorCode,
    reason: `Hook ${verb} with message: ${(answer.message ?? '').slice(0, MESSAGE_LIMIT[operation])}`,
    annotations,
    skipsStackHook: hookStatus === 'CHANGE_SET_SUCCESS_SKIP_STACK_HOOK',
  };
}

function undecided(why: string): Decision {
  return {
    status: 'HOOK_FAILED',
    reason: `Hook failed with message: ${why}`,
    annotations: [],
    skipsStackHook: false,
  };
}
