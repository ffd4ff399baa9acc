/** How long an invocation may still work. */

/** What Lambda passes beside the event, as far as the runtime reads it. */
export interface LambdaContext {
  readonly awsRequestId?: string;
  /** Milliseconds until Lambda kills this invocation. */
  getRemainingTimeInMillis?(): number;
}

/** The end of an invocation's time. */
export interface Deadline {
  /** Milliseconds a handler may still work; what delivery of logs and the answer need is already taken off. Never negative. */
  remainingMilliseconds(): number;
  /** Milliseconds that the invocation has taken so far. */
  spentMilliseconds(): number;
}

/** Kept back from a handler, so that its answer and its logs still arrive. Our own choice. */
export const DELIVERY_MILLISECONDS = 3_000;

/**
 * Deadline of an invocation that begins now: the earlier of Lambda's own and the limit of the protocol.
 *
 * @param limitMilliseconds how long CloudFormation waits for the answer.
 * @param context Lambda's context; absent in tests.
 */
export function startDeadline(limitMilliseconds: number, context?: LambdaContext): Deadline {
  const start = performance.now();
  const end = start + limitMilliseconds;
  return {
    spentMilliseconds: () => performance.now() - start,
    remainingMilliseconds() {
      const left = Math.min(
        end - performance.now(),
        context?.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY,
      );
      return Math.max(0, left - DELIVERY_MILLISECONDS);
    },
  };
}
