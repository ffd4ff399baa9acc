/** AWS Cloud Control API: create, read, update, delete and list the resources of private types, one at a time. */
import { randomUUID } from 'node:crypto';
import type { Answers } from '../claims/answers';
import type { Clock } from '../clock';
import type { HookHandler } from '../extension/hook-handler';
import type { HandlerOutcome, HandlerRequest, ResourceHandler } from '../extension/resource-handler';
import type { Registry } from '../registry';
import type { Action, ResourceType } from '../registry/resource-type';
import { AwsError, type AwsRequest, type AwsService, type Structure } from '../service';
import { applyPatch } from './json-patch';
import { hookEvents, progressEvent, ResourceRequests, type ResourceRequest } from './requests';

export interface CloudControlOptions {
  readonly clock: Clock;
  readonly answers: Answers;
  readonly registry: Registry;
  readonly resourceHandler: ResourceHandler;
  readonly hooks: HookHandler;
}

export interface CloudControl {
  readonly service: AwsService;
  /** Resolves when the operation of a request token has ended. */
  settled(requestToken: string): Promise<void>;
}

/** Handler error codes whose exception is not the code with `Exception` after it, and the HTTP status of some. */
const EXCEPTIONS: Record<string, [name: string, status: number]> = {
  AccessDenied: ['HandlerFailureException', 502],
  InternalFailure: ['HandlerInternalFailureException', 502],
  NotFound: ['ResourceNotFoundException', 404],
  UnsupportedAction: ['UnsupportedActionException', 405],
};

/** Codes that the API knows of failures; the others are shown as a general one. */
const PROGRESS_ERROR_CODES = new Set([
  ...[
    'NotUpdatable',
    'InvalidRequest',
    'AccessDenied',
    'UnauthorizedTaggingOperation',
    'InvalidCredentials',
    'AlreadyExists',
  ],
  ...[
    'NotFound',
    'ResourceConflict',
    'Throttling',
    'ServiceLimitExceeded',
    'NotStabilized',
    'GeneralServiceException',
  ],
  ...['ServiceInternalError', 'ServiceTimeout', 'NetworkFailure', 'InternalFailure'],
]);

export function createCloudControl({
  clock,
  answers,
  registry,
  resourceHandler,
  hooks,
}: CloudControlOptions): CloudControl {
  const requests = new ResourceRequests();

  /** A type that has a handler for the action. */
  function typeFor(typeName: string, action: Action): ResourceType {
    if (typeName.startsWith('AWS::') && registry.resourceType(typeName)) {
      throw new AwsError(
        'UnsupportedActionException',
        `The local AWS runs Cloud Control for private types only, not for ${typeName}; call the service itself or use a stack.`,
        405,
      );
    }
    const type = registry.privateType(typeName);
    if (type.handler(action)) return type;
    throw new AwsError(
      'UnsupportedActionException',
      `Resource type ${typeName} does not support ${action} action.`,
      405,
    );
  }

  function call(request: AwsRequest, type: ResourceType, action: Action, model: Structure): HandlerRequest {
    return {
      action,
      type,
      model,
      requestToken: randomUUID(),
      region: request.region,
      accountId: request.accountId,
    };
  }

  /** READ, with the errors of the API. */
  async function read(request: AwsRequest, type: ResourceType, identifier: string): Promise<Structure> {
    const outcome = await resourceHandler(call(request, type, 'READ', type.identifierModel(identifier)));
    if (outcome.status === 'FAILED') throw exception(outcome);
    return outcome.model!;
  }

  /** Begin an operation in the background and answer its progress so far. */
  function begin(
    request: AwsRequest,
    operation: ResourceRequest['operation'],
    handlerRequest: HandlerRequest,
    now: number,
  ): Structure {
    const { request: entry, repeated } = requests.open(operation, request.input, now);
    if (!repeated) entry.running = run(request, entry, handlerRequest);
    return { ProgressEvent: progressEvent(entry) };
  }

  async function run(
    request: AwsRequest,
    entry: ResourceRequest,
    handlerRequest: HandlerRequest,
  ): Promise<void> {
    const refused = await askHooks(request, entry, handlerRequest);
    if (refused)
      return finish(entry, { status: 'FAILED', errorCode: 'GeneralServiceException', message: refused });
    const outcome = await resourceHandler({
      ...handlerRequest,
      signal: entry.cancel.signal,
      onProgress(model, identifier, message) {
        Object.assign(entry, {
          model: handlerRequest.type.withoutWriteOnly(model),
          identifier,
          message: answers.holds('cloudformation.progress-messages') ? message : undefined,
          updatedAt: new Date(clock.now()),
        });
      },
    });
    finish(entry, outcome, handlerRequest.type);
  }

  function finish(entry: ResourceRequest, outcome: HandlerOutcome, type?: ResourceType): void {
    entry.updatedAt = new Date(clock.now());
    if (outcome.status === 'SUCCESS') {
      entry.status = 'SUCCESS';
      entry.identifier = outcome.identifier ?? entry.identifier;
      entry.message = outcome.message;
      entry.model = outcome.model && type?.withoutWriteOnly(outcome.model);
    } else if (outcome.errorCode === 'Cancelled') {
      entry.status = 'CANCEL_COMPLETE';
    } else {
      entry.status = 'FAILED';
      entry.message = outcome.message;
      entry.errorCode = PROGRESS_ERROR_CODES.has(outcome.errorCode)
        ? outcome.errorCode
        : 'GeneralServiceException';
    }
  }

  /** Why hooks refuse the operation; undefined when they do not. */
  async function askHooks(
    request: AwsRequest,
    entry: ResourceRequest,
    { action, type, model, previousModel }: HandlerRequest,
  ) {
    const verdict = await hooks.run({
      operation: 'CLOUD_CONTROL',
      action: action as ResourceRequest['operation'],
      targetName: type.typeName,
      logicalId: `${type.typeName.replace(/::/g, '-')}-${entry.token}`,
      hooksRequestToken: entry.hooksToken,
      properties: action === 'DELETE' ? {} : model,
      previousProperties: action === 'DELETE' ? model : previousModel,
      region: request.region,
      accountId: request.accountId,
    });
    entry.hookResults = verdict.results;
    return verdict.refusedBy.length > 0
      ? `The following hook(s) failed: [${verdict.refusedBy.join(', ')}]`
      : undefined;
  }

  const operations: Record<string, (request: AwsRequest) => Promise<Structure>> = {
    async CreateResource(request) {
      const type = typeFor(request.input.TypeName, 'CREATE');
      const model = parseModel(request.input.DesiredState);
      refuseInvalid(type, model);
      return begin(request, 'CREATE', call(request, type, 'CREATE', model), clock.now());
    },

    async UpdateResource(request) {
      const { TypeName, Identifier, PatchDocument } = request.input;
      const type = typeFor(TypeName, 'UPDATE');
      const key = type.identifierModel(Identifier);
      const before = type.withoutReadOnly(await read(request, type, Identifier));
      const after = applyPatch(before, PatchDocument);
      refuseInvalid(type, after);
      const fixed = type.createOnlyChanges(before, after);
      if (fixed.length > 0) {
        throw new AwsError(
          'NotUpdatableException',
          `Invalid patch update: createOnlyProperties [${fixed.join(', ')}] cannot be updated`,
        );
      }
      const handlerRequest = {
        ...call(request, type, 'UPDATE', { ...after, ...key }),
        previousModel: { ...before, ...key },
      };
      return begin(request, 'UPDATE', handlerRequest, clock.now());
    },

    async DeleteResource(request) {
      const { TypeName, Identifier } = request.input;
      const type = typeFor(TypeName, 'DELETE');
      return begin(
        request,
        'DELETE',
        call(request, type, 'DELETE', type.identifierModel(Identifier)),
        clock.now(),
      );
    },

    async GetResource(request) {
      const { TypeName, Identifier } = request.input;
      const type = typeFor(TypeName, 'READ');
      const model = type.withoutWriteOnly(await read(request, type, Identifier));
      return { TypeName, ResourceDescription: { Identifier, Properties: JSON.stringify(model) } };
    },

    async ListResources(request) {
      const { TypeName, ResourceModel, NextToken } = request.input;
      const type = typeFor(TypeName, 'LIST');
      const filter = ResourceModel === undefined ? {} : parseModel(ResourceModel);
      const outcome = await resourceHandler({ ...call(request, type, 'LIST', filter), nextToken: NextToken });
      if (outcome.status === 'FAILED') throw exception(outcome);
      return {
        TypeName,
        ResourceDescriptions: (outcome.models ?? []).map((model) => ({
          Identifier: type.identifier(model),
          Properties: JSON.stringify(type.withoutWriteOnly(model)),
        })),
        NextToken: outcome.nextToken,
      };
    },

    async GetResourceRequestStatus({ input }) {
      const entry = requests.get(input.RequestToken);
      return { ProgressEvent: progressEvent(entry), HooksProgressEvent: hookEvents(entry) };
    },

    async ListResourceRequests({ input }) {
      const { Operations, OperationStatuses } = input.ResourceRequestStatusFilter ?? {};
      const found = requests
        .list()
        .filter(
          ({ operation, status }) =>
            (!Operations || Operations.includes(operation)) &&
            (!OperationStatuses || OperationStatuses.includes(status)),
        );
      const start = Number(input.NextToken ?? 0);
      const end = start + (input.MaxResults ?? 20);
      return {
        ResourceRequestStatusSummaries: found.slice(start, end).map(progressEvent),
        ...(end < found.length && { NextToken: String(end) }),
      };
    },

    async CancelResourceRequest({ input }) {
      const entry = requests.get(input.RequestToken);
      if (entry.status === 'IN_PROGRESS' || entry.status === 'PENDING') {
        entry.status = 'CANCEL_IN_PROGRESS';
        entry.cancel.abort();
      } else if (entry.status !== 'CANCEL_IN_PROGRESS') {
        throw new AwsError(
          'ConcurrentModificationException',
          `The request ${entry.token} is in the status ${entry.status} and cannot be cancelled.`,
          500,
        );
      }
      return { ProgressEvent: progressEvent(entry) };
    },
  };

  return {
    service: {
      signingName: 'cloudcontrolapi',
      async handle(request) {
        const operation = operations[request.operation];
        if (operation) return operation(request);
        throw new AwsError(
          'NotImplemented',
          `The local AWS has no Cloud Control operation ${request.operation}.`,
          501,
        );
      },
      reset: () => requests.clear(),
    },
    settled: async (requestToken) => requests.get(requestToken).running,
  };
}

/** The exception of a handler's failure. */
function exception({ errorCode, message }: { errorCode: string; message: string }): AwsError {
  const [name, status] = EXCEPTIONS[errorCode] ?? [
    /Exception$/.test(errorCode) ? errorCode : `${errorCode}Exception`,
    400,
  ];
  return new AwsError(name, message, status);
}

function parseModel(text: string): Structure {
  try {
    const model = JSON.parse(text);
    if (typeof model === 'object' && model !== null && !Array.isArray(model)) return model;
  } catch {
    // Refused below, like JSON that is no object.
  }
  throw new AwsError('ValidationException', 'The model is not a JSON object.');
}

/** @throws AwsError ValidationException when a model holds what only the type may set, or what the schema forbids. */
function refuseInvalid(type: ResourceType, model: Structure): void {
  const readOnly = type.readOnlyIn(model);
  if (readOnly.length > 0) {
    throw new AwsError('ValidationException', `readOnlyProperties [${readOnly.join(', ')}] cannot be set.`);
  }
  const violations = type.violations(model);
  if (violations.length > 0)
    throw new AwsError('ValidationException', `Model validation failed (${violations.join('; ')})`);
}
