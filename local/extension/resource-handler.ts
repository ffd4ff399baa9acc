/**
 * The protocol between CloudFormation and the handlers of a resource type: what an invocation carries, when a handler
 * is invoked again, and which answers it may give.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock';
import type { InvocationResult, Lambda } from '../lambda';
import type { Registry } from '../registry';
import type { Action, ResourceType } from '../registry/resource-type';
import type { Caller, Structure } from '../service';

/** Temporary credentials of an invocation, as the event carries them. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

export type CredentialsIssuer = { issue(caller: Caller): Credentials };

/** One operation on one resource. */
export interface HandlerRequest {
  readonly action: Action;
  readonly type: ResourceType;
  /** Desired properties; for READ and DELETE what identifies the resource; for LIST a filter. */
  readonly model: Structure;
  readonly previousModel?: Structure;
  readonly logicalResourceId?: string;
  readonly stackId?: string;
  readonly systemTags?: Readonly<Record<string, string>>;
  readonly stackTags?: Readonly<Record<string, string>>;
  readonly previousStackTags?: Readonly<Record<string, string>>;
  readonly nextToken?: string;
  /** Idempotency token of the operation. */
  readonly requestToken: string;
  readonly region: string;
  readonly accountId: string;
  /** No further invocation is made once this is aborted. */
  readonly signal?: AbortSignal;
  /** Told of each IN_PROGRESS answer: the model so far, its primary identifier, and what the handler says. */
  readonly onProgress?: (model: Structure, identifier: string, message?: string) => void;
}

/** How an operation ended. */
export type HandlerOutcome =
  | {
      readonly status: 'SUCCESS';
      readonly model?: Structure;
      readonly models?: readonly Structure[];
      readonly nextToken?: string;
      /** What the handler says beside. */
      readonly message?: string;
      /** Primary identifier; absent for LIST. */
      readonly identifier?: string;
    }
  | {
      readonly status: 'FAILED';
      readonly errorCode: string;
      readonly message: string;
      /** Primary identifier of what may exist although the operation failed. */
      readonly identifier?: string;
      /** Last model that the handler answered. */
      readonly model?: Structure;
    };

/** How often CloudFormation invokes a handler again after a failure that may pass. */
export interface RetryPolicy {
  /** Invocations of one step, the first included. */
  readonly attempts: number;
  /** Virtual milliseconds before the second attempt; doubled for each further one. */
  readonly delay: number;
  /** Handler error codes after which the step is tried again. */
  readonly errorCodes: ReadonlySet<string>;
}

/**
 * The error codes that the contract calls retriable:
 * https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html
 */
export const RETRY: RetryPolicy = {
  attempts: 3,
  delay: 5_000,
  errorCodes: new Set(['NetworkFailure', 'ResourceConflict', 'ServiceInternalError', 'Throttling']),
};

export interface ResourceHandlerOptions {
  readonly clock: Clock;
  readonly lambda: Lambda;
  readonly registry: Registry;
  readonly callers: CredentialsIssuer;
  readonly retry?: RetryPolicy;
  /** Log group that the handlers of a type write to; without one they get no credentials for logging. */
  readonly logGroup?: (typeName: string) => string | undefined;
}

/** Runs operations of resource handlers from the first invocation to the last. */
export type ResourceHandler = (request: HandlerRequest) => Promise<HandlerOutcome>;

/** Longest duration of one invocation in seconds, by action. */
const INVOCATION_SECONDS: Record<Action, number> = { CREATE: 60, UPDATE: 60, DELETE: 60, READ: 30, LIST: 30 };

const SYNCHRONOUS: ReadonlySet<Action> = new Set<Action>(['READ', 'LIST']);

/** The answer of a handler, as the extension protocol names its members. */
interface ProgressEvent {
  readonly status: 'PENDING' | 'IN_PROGRESS' | 'SUCCESS' | 'FAILED';
  readonly errorCode?: string;
  readonly message?: string;
  readonly callbackContext?: Structure;
  readonly callbackDelaySeconds?: number;
  readonly resourceModel?: Structure;
  readonly resourceModels?: Structure[];
  readonly nextToken?: string;
}

export function createResourceHandler(options: ResourceHandlerOptions): ResourceHandler {
  const { clock, lambda, registry, callers } = options;
  const retry = options.retry ?? RETRY;

  /** One step of an operation: an invocation, repeated while its failure may pass. */
  async function step(
    request: HandlerRequest,
    model: Structure,
    context: Structure | undefined,
  ): Promise<ProgressEvent> {
    for (let attempt = 1; ; attempt++) {
      const answer = await invoke(request, model, context);
      const crashed = answer.status === 'FAILED' && answer.errorCode === undefined;
      const mayPass = crashed || (answer.status === 'FAILED' && retry.errorCodes.has(answer.errorCode!));
      // Somebody waits for the answer of READ and LIST, so they are not tried again later.
      const last = attempt >= retry.attempts || SYNCHRONOUS.has(request.action) || request.signal?.aborted;
      if (!mayPass || last) return crashed ? { ...answer, errorCode: 'InternalFailure' } : answer;
      await clock.sleep(retry.delay * 2 ** (attempt - 1));
      if (request.signal?.aborted) return cancelled(request);
    }
  }

  /** A failure without an error code means that the handler gave no answer at all. */
  async function invoke(
    request: HandlerRequest,
    model: Structure,
    context: Structure | undefined,
  ): Promise<ProgressEvent> {
    const { action, type } = request;
    const invocationId = randomUUID();
    const result = await clock.work(() =>
      lambda.invoke(type.functionName!, event(request, model, context, invocationId), {
        invocationId,
        timeoutSeconds: INVOCATION_SECONDS[action],
      }),
    );
    return result.functionError ? crash(result) : (result.payload ?? crash(result));
  }

  function event(
    request: HandlerRequest,
    model: Structure,
    context: Structure | undefined,
    invocationId: string,
  ): Structure {
    const { action, type } = request;
    const logGroup = options.logGroup?.(type.typeName);
    return {
      action,
      awsAccountId: request.accountId,
      bearerToken: request.requestToken,
      region: request.region,
      responseEndpoint: null,
      resourceType: type.typeName,
      resourceTypeVersion: '00000001',
      stackId: request.stackId,
      nextToken: request.nextToken,
      callbackContext: context,
      requestData: {
        callerCredentials: callers.issue({ typeName: type.typeName, operation: action, invocationId }),
        ...(logGroup && {
          providerCredentials: callers.issue({
            typeName: type.typeName,
            operation: 'LOG_DELIVERY',
            invocationId,
          }),
          providerLogGroupName: logGroup,
        }),
        logicalResourceId: request.logicalResourceId,
        resourceProperties: model,
        previousResourceProperties: request.previousModel,
        systemTags: request.systemTags,
        stackTags: request.stackTags,
        previousStackTags: request.previousStackTags,
        typeConfiguration: registry.typeConfiguration(type.typeName, request),
      },
    };
  }

  return async (request) => {
    const { action, type } = request;
    if (!type.handler(action)) {
      return failed('UnsupportedAction', `${type.typeName} has no ${action} handler.`);
    }
    const deadline = clock.now() + type.timeout(action);
    // Nothing exists before CREATE says so, even when the template names the resource.
    let identifier = action === 'CREATE' ? undefined : type.identifier(request.model);
    let model = request.model;
    let context: Structure | undefined;
    let reported: Structure | undefined;
    for (;;) {
      const answer = await step(request, model, context);
      const violation = contractViolation(request, answer, identifier);
      if (violation) return failed('InternalFailure', violation, identifier, reported);
      if (answer.status === 'FAILED') {
        const known = answer.resourceModel ?? reported;
        // AlreadyExists without a model speaks of somebody else's resource, which a rollback must not delete.
        const foreign = answer.errorCode === 'AlreadyExists' && !answer.resourceModel;
        const left = foreign ? undefined : (type.identifier(answer.resourceModel) ?? identifier);
        return failed(answer.errorCode!, answer.message ?? '', left, known);
      }
      identifier = type.identifier(answer.resourceModel) ?? identifier;
      if (answer.status === 'SUCCESS') {
        return {
          status: 'SUCCESS',
          model: answer.resourceModel ?? undefined,
          models: answer.resourceModels ?? undefined,
          nextToken: answer.nextToken ?? undefined,
          message: answer.message || undefined,
          identifier,
        };
      }
      model = reported = answer.resourceModel!;
      context = answer.callbackContext ?? undefined;
      request.onProgress?.(model, identifier!, answer.message || undefined);
      const delay = (answer.callbackDelaySeconds ?? 0) * 1000;
      if (clock.now() + delay > deadline) {
        return failed('NotStabilized', 'Resource timed out waiting for completion', identifier, model);
      }
      await clock.sleep(delay);
      if (request.signal?.aborted) {
        const { errorCode, message } = cancelled(request);
        return failed(errorCode, message, identifier, model);
      }
    }
  };
}

function failed(errorCode: string, message: string, identifier?: string, model?: Structure): HandlerOutcome {
  return { status: 'FAILED', errorCode, message, identifier, model };
}

function cancelled({ action }: HandlerRequest) {
  return {
    status: 'FAILED',
    errorCode: 'Cancelled',
    message: `Resource ${NOUNS[action]} cancelled`,
  } as const;
}

const NOUNS: Record<Action, string> = {
  CREATE: 'creation',
  READ: 'read',
  UPDATE: 'update',
  DELETE: 'deletion',
  LIST: 'list',
};

function crash(result: InvocationResult): ProgressEvent {
  const message = result.payload?.errorMessage ?? 'the handler gave no answer';
  return { status: 'FAILED', message: String(message) };
}

/** What an answer says that the contract forbids; undefined when it is as it should be. */
function contractViolation(
  request: HandlerRequest,
  answer: ProgressEvent,
  identifier: string | undefined,
): string | undefined {
  const { action, type } = request;
  if (answer.status === 'FAILED') return undefined;
  const answered = type.identifier(answer.resourceModel);
  const key = type.schema.primaryIdentifier.join(', ');
  if (answer.status !== 'SUCCESS' && answer.status !== 'IN_PROGRESS') {
    return `The ${action} handler of ${type.typeName} answered the status ${JSON.stringify(answer.status)}.`;
  }
  if (answer.status === 'IN_PROGRESS') {
    if (SYNCHRONOUS.has(action))
      return `The ${action} handler of ${type.typeName} answered IN_PROGRESS, which READ and LIST must not.`;
    if (!answered)
      return `The ${action} handler of ${type.typeName} answered IN_PROGRESS without the primary identifier (${key}).`;
  }
  if (answer.status === 'SUCCESS' && action !== 'DELETE' && action !== 'LIST' && !answered) {
    return `The ${action} handler of ${type.typeName} succeeded without the primary identifier (${key}).`;
  }
  if (answered && identifier && answered !== identifier) {
    return `The ${action} handler of ${type.typeName} changed the primary identifier from ${identifier} to ${answered}.`;
  }
  return undefined;
}
