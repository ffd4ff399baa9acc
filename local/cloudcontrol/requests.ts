/** Requests of Cloud Control: operations that run in the background, and what is known of them. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { HookResult } from '../extension/hook-handler';
import { AwsError, type Structure } from '../service';

export type OperationName = 'CREATE' | 'UPDATE' | 'DELETE';

/** One operation that a client has asked for. */
export interface ResourceRequest {
  readonly token: string;
  readonly hooksToken: string;
  readonly operation: OperationName;
  readonly typeName: string;
  readonly clientToken: string;
  /** The client's input, to tell a repeated call from another one with the same token. */
  readonly input: Structure;
  readonly cancel: AbortController;
  identifier?: string;
  status: 'PENDING' | 'IN_PROGRESS' | 'SUCCESS' | 'FAILED' | 'CANCEL_IN_PROGRESS' | 'CANCEL_COMPLETE';
  message?: string;
  errorCode?: string;
  model?: Structure;
  updatedAt: Date;
  hookResults: readonly HookResult[];
  running?: Promise<void>;
}

const RUNNING = new Set(['PENDING', 'IN_PROGRESS', 'CANCEL_IN_PROGRESS']);

export class ResourceRequests {
  private readonly requests = new Map<string, ResourceRequest>();

  /**
   * Record a new operation, or find the one that the same client token has started.
   *
   * @throws AwsError ClientTokenConflictException when the token was used for another operation.
   */
  open(
    operation: OperationName,
    input: Structure,
    now: number,
  ): { request: ResourceRequest; repeated: boolean } {
    const clientToken: string = input.ClientToken ?? randomUUID();
    const earlier = [...this.requests.values()].find((request) => request.clientToken === clientToken);
    if (earlier) {
      if (earlier.operation === operation && isDeepStrictEqual(earlier.input, input))
        return { request: earlier, repeated: true };
      throw new AwsError(
        'ClientTokenConflictException',
        `The client token ${clientToken} was used for another request; use a new one.`,
      );
    }
    const request: ResourceRequest = {
      token: randomUUID(),
      hooksToken: randomUUID(),
      operation,
      typeName: input.TypeName,
      clientToken,
      input,
      cancel: new AbortController(),
      identifier: input.Identifier,
      status: 'IN_PROGRESS',
      updatedAt: new Date(now),
      hookResults: [],
    };
    this.refuseSecond(request);
    this.requests.set(request.token, request);
    return { request, repeated: false };
  }

  /** @throws AwsError RequestTokenNotFoundException */
  get(token: string): ResourceRequest {
    const request = this.requests.get(token);
    if (request) return request;
    throw new AwsError('RequestTokenNotFoundException', `Request with token ${token} was not found.`, 404);
  }

  /** Newest first. */
  list(): ResourceRequest[] {
    return [...this.requests.values()].reverse();
  }

  clear(): void {
    for (const request of this.requests.values()) request.cancel.abort();
    this.requests.clear();
  }

  private refuseSecond({ typeName, identifier }: ResourceRequest): void {
    const running = this.list().find(
      (other) =>
        identifier !== undefined &&
        other.typeName === typeName &&
        other.identifier === identifier &&
        RUNNING.has(other.status),
    );
    if (running) {
      throw new AwsError(
        'ConcurrentOperationException',
        `An operation on ${typeName} ${identifier} is running: request token ${running.token}.`,
        409,
      );
    }
  }
}

/** A request in the form of the API's ProgressEvent. */
export function progressEvent(request: ResourceRequest): Structure {
  const { token, hooksToken, operation, typeName, identifier, status, message, errorCode, model, updatedAt } =
    request;
  return {
    TypeName: typeName,
    Identifier: identifier,
    RequestToken: token,
    HooksRequestToken: hooksToken,
    Operation: operation,
    OperationStatus: status,
    EventTime: updatedAt,
    ...(model && { ResourceModel: JSON.stringify(model) }),
    StatusMessage: message,
    ErrorCode: errorCode,
  };
}

/** The hooks that were asked, in the form of the API's HookProgressEvent. */
export function hookEvents(request: ResourceRequest): Structure[] {
  return request.hookResults.map((result) => ({
    HookTypeName: result.hook.typeName,
    HookTypeVersionId: '00000001',
    InvocationPoint: result.invocationPoint,
    HookStatus: result.status,
    HookEventTime: new Date(result.invokedAt),
    HookStatusMessage: result.reason,
    FailureMode: result.hook.failureMode,
  }));
}
