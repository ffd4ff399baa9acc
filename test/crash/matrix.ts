/** The points at which operations are disturbed: every call of the undisturbed operation, and every kind of fault. */
import type { Call } from '../../local/endpoint/call-log';
import { FAULT_NAMES, FAULTS, type Fault, type FaultName } from './faults';
import { OPERATION_NAMES, type OperationName } from './operations';

/** A call of an undisturbed operation. */
export interface UndisturbedCall {
  /** Its number within the operation, from 1. */
  readonly number: number;
  /** Signing name of the service. */
  readonly service: string;
  /** Operation of the service. */
  readonly operation: string;
  /** Which call of this service and operation it is, counted from 1. */
  readonly occurrence: number;
  /** Whether no call of its invocation comes after it. */
  readonly last: boolean;
  /** Whether its invocation repeats the one before, call by call: another look at what is waited for. */
  readonly repeated: boolean;
}

/** Calls of every operation. */
export type UndisturbedCalls = Readonly<Partial<Record<OperationName, readonly UndisturbedCall[]>>>;

/** One fault at one call. */
export interface Point {
  readonly operation: OperationName;
  readonly fault: FaultName;
  readonly call: UndisturbedCall;
}

/** Which points of all; every one when nothing is chosen. */
export interface Choice {
  readonly operations?: readonly OperationName[];
  readonly faults?: readonly FaultName[];
  /** Number of a call. */
  readonly call?: number;
  /** Take every n-th point of an operation and fault. */
  readonly step?: number;
  /** Also calls of invocations that repeat the one before. */
  readonly repeated?: boolean;
}

/** @param calls of one operation, as the log of calls has them. */
export function undisturbedCalls(calls: readonly Call[]): UndisturbedCall[] {
  const occurrences = new Map<string, number>();
  const sequences = new Map<string, string[]>();
  const name = ({ service, operation }: Call) => `${service}:${operation}`;
  for (const call of calls) {
    const { invocationId } = call.caller!;
    sequences.set(invocationId, [...(sequences.get(invocationId) ?? []), name(call)]);
  }
  const invocations = [...sequences.keys()];
  const sequence = (index: number) => [...(sequences.get(invocations[index]!) ?? [])].sort().join();
  return calls.map((call, index) => {
    const occurrence = (occurrences.get(name(call)) ?? 0) + 1;
    occurrences.set(name(call), occurrence);
    const { invocationId } = call.caller!;
    const place = invocations.indexOf(invocationId);
    return {
      number: index + 1,
      service: call.service,
      operation: call.operation,
      occurrence,
      last: calls.slice(index + 1).every(({ caller }) => caller!.invocationId !== invocationId),
      repeated: place > 0 && sequence(place) === sequence(place - 1),
    };
  });
}

/** The points that are chosen, in the order of operations, faults and calls. */
export function pointsOf(calls: UndisturbedCalls, choice: Choice = {}): Point[] {
  const { operations = OPERATION_NAMES, faults = FAULT_NAMES, step = 1 } = choice;
  return operations.flatMap((operation) =>
    faults.flatMap((fault) => {
      const at: Fault['at'] = FAULTS[fault].at;
      return (calls[operation] ?? [])
        .filter(({ repeated }) => choice.repeated || !repeated)
        .filter(({ last }) => last || at === 'every call')
        .filter(({ number }) => choice.call === undefined || choice.call === number)
        .filter((_call, index) => index % step === 0)
        .map((call): Point => ({ operation, fault, call }));
    }),
  );
}

/** How a point is named to the reader: `create, call 12 (ec2:CreateSecurityGroup), lost-response`. */
export function nameOf({ operation, fault, call }: Point): string {
  return `${operation}, call ${call.number} (${call.service}:${call.operation}), ${fault}`;
}
