/** The record of every AWS call that reached the endpoint. Inputs and outputs are not in it: they may hold secrets. */
import type { Caller } from '../service';

/** One AWS API call. */
export interface Call {
  /** Position in the log, from 1. */
  readonly sequence: number;
  /** Virtual milliseconds since the epoch at which it came in. */
  readonly time: number;
  /** Real milliseconds since the epoch at which it came in. */
  readonly realTime: number;
  readonly service: string;
  readonly operation: string;
  /** The extension's invocation that made it; absent for other clients. */
  readonly caller?: Caller;
  /** HTTP status; 0 when the connection was cut before an answer. */
  readonly status: number;
  readonly errorCode?: string;
  /** Real milliseconds from request to answer. */
  readonly durationMs: number;
}

/** Every member that is set must be equal. */
export interface CallFilter {
  readonly service?: string;
  readonly operation?: string;
  /** Operation of the calling extension: CREATE, READ, … */
  readonly callerOperation?: string;
  readonly typeName?: string;
  readonly invocationId?: string;
  readonly errorCode?: string;
  /** Only calls after this sequence number. */
  readonly after?: number;
}

export class CallLog {
  private calls: Call[] = [];
  private sequence = 0;

  /** Record a call that has ended. */
  add(call: Omit<Call, 'sequence'>): void {
    this.calls.push({ sequence: ++this.sequence, ...call });
  }

  /** The calls that match, in the order in which they ended. */
  list(filter: CallFilter = {}): readonly Call[] {
    return this.calls.filter((call) => matches(call, filter));
  }

  /** Forget all calls; sequence numbers go on. */
  clear(): void {
    this.calls = [];
  }
}

function matches(call: Call, filter: CallFilter): boolean {
  const is = <T>(wanted: T | undefined, actual: T | undefined) => wanted === undefined || wanted === actual;
  return (
    is(filter.service, call.service) &&
    is(filter.operation, call.operation) &&
    is(filter.callerOperation, call.caller?.operation) &&
    is(filter.typeName, call.caller?.typeName) &&
    is(filter.invocationId, call.caller?.invocationId) &&
    is(filter.errorCode, call.errorCode) &&
    call.sequence > (filter.after ?? 0)
  );
}
