/** What goes wrong at one AWS call of an operation, as a table. */
import type { FaultRule } from '../../local/faults';
import { MAX_ATTEMPTS } from '../../src/aws/clients';

/** A kind of fault. */
export interface Fault {
  readonly description: string;
  /** What happens to the call; see {@link FaultRule}. */
  readonly rule: Pick<FaultRule, 'kind' | 'times' | 'milliseconds' | 'effect'>;
  /**
   * Where it may happen: at every call, or once for each invocation, at its last call, because all calls of an invocation
   * come to the same.
   */
  readonly at: 'every call' | 'last call of an invocation';
  /** Whether the process of the invocation is gone afterwards, with the answer to it or without. */
  readonly death?: 'before the answer' | 'after the answer';
  /** Whether it goes on until somebody does something about it. Others pass, and an operation survives them. */
  readonly lasting?: true;
}

export const FAULTS = {
  throttle: {
    description: 'the call and the tries after it are throttled until the SDK gives up',
    rule: { kind: 'throttle', times: MAX_ATTEMPTS },
    at: 'every call',
  },
  'server-error': {
    description: 'the call and the tries after it are answered with an internal error until the SDK gives up',
    rule: { kind: 'serverError', times: MAX_ATTEMPTS },
    at: 'every call',
  },
  'connection-reset': {
    description: 'connections are cut before any effect until the SDK gives up',
    rule: { kind: 'connectionReset', times: MAX_ATTEMPTS },
    at: 'every call',
  },
  'lost-response': {
    description: 'the call takes effect, its answer is lost, and the SDK calls again',
    rule: { kind: 'lostResponse' },
    at: 'every call',
  },
  'access-denied': {
    description:
      'from the call on, its action is denied: also to the roll-back, until that has failed for it',
    rule: { kind: 'accessDenied', times: Number.MAX_SAFE_INTEGER },
    at: 'every call',
    lasting: true,
  },
  'killed-before-answer': {
    description:
      'the process dies once the call has taken effect; CloudFormation has the event before on record',
    rule: { kind: 'processKill', effect: 'after' },
    at: 'every call',
    death: 'before the answer',
  },
  'killed-after-answer': {
    description: 'the process dies once its answer is on record; the next invocation begins in a new process',
    rule: { kind: 'latency', milliseconds: 0 },
    at: 'last call of an invocation',
    death: 'after the answer',
  },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];
