/**
 * What a step towards the desired state comes to. Waiting is a value: nothing in the provider sleeps, the handler
 * returns IN_PROGRESS and is invoked again. A failure is a thrown {@link HandlerError}.
 */
export type Outcome<Value, Token = never> = Done<Value> | Wait<Token>;

/** The step has come to its end; `value` is what AWS holds now. */
export interface Done<Value> {
  readonly status: 'done';
  readonly value: Value;
}

/**
 * AWS needs time.
 *
 * @typeParam Token of the kind that waits; `never` where it has none.
 */
export interface Wait<Token = never> {
  readonly status: 'wait';
  /** What is waited for, in words for a stack event, e.g. `certificate hello.example.com to be issued`. */
  readonly reason: string;
  /** Seconds until it is worth another look. */
  readonly seconds: number;
  /**
   * What `Component.poll` needs to take that look without observing everything again, e.g. the ARN of a service
   * deployment: plain JSON, which is kept in the callback context.
   */
  readonly token?: Token;
  /** When it is given up; {@link LIMIT} unless told otherwise. */
  readonly limit?: WaitLimit;
}

/** The end of a wait that brings nothing. */
export interface WaitLimit {
  /** Seconds for which one operation waits for this, over all its invocations. */
  readonly seconds: number;
  /** Names what is waited for, where {@link Wait.reason} changes meanwhile; default: the reason. */
  readonly what?: string;
  /** What is wrong when it has not come, as a sentence; default: that it has not come. */
  readonly problem?: string;
  /** Property that is to be changed, if any. */
  readonly propertyPath?: string;
  /** What to do when it has not come, as a sentence. */
  readonly remedy: string;
}

/** What a wait without a limit of its own has: nothing else that is waited for takes AWS more than a few minutes. */
export const LIMIT: WaitLimit = {
  seconds: 60 * 60,
  remedy:
    'Look at the AWS Health Dashboard and at what else changes these resources, then try the operation again',
};

/** From when until when something is waited for, in seconds since the operation began. Plain JSON. */
export interface WaitTime {
  readonly since: number;
  /** When it is given up. */
  readonly until: number;
}

/** How long an operation has been going on, and what it waits for. Plain JSON. */
export interface OperationTime {
  /**
   * Seconds since the operation began: those that its invocations took, and the delays between them that were asked for.
   * No clock is read, so that a delay counts as what it was, however fast the time of a test passes.
   */
  readonly elapsedSeconds: number;
  /** What the last invocation ended waiting for. */
  readonly waits: Readonly<Record<string, WaitTime>>;
}

/** The time of an operation that has no past: of READ and LIST, and of every first invocation. */
export const BEGINNING: OperationTime = { elapsedSeconds: 0, waits: {} };

/**
 * Seconds for which an operation has been waiting for something; 0 when it does not yet.
 *
 * @param what as in {@link WaitLimit.what}, or the reason.
 */
export function waitedFor({ elapsedSeconds, waits }: OperationTime, what: string): number {
  return elapsedSeconds - (waits[what]?.since ?? elapsedSeconds);
}

/**
 * Seconds until another look at something that may be there at once or take minutes: as many as it has been waited for.
 *
 * @param waited seconds so far; see {@link waitedFor}.
 * @param bounds in seconds.
 */
export function secondsToNextLook(
  waited: number,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  return Math.min(most, Math.max(least, Math.ceil(waited)));
}

/** From when until when something is waited for that the operation ends an invocation with. */
export function waitTime(
  { elapsedSeconds, waits }: OperationTime,
  { reason, limit }: Wait<unknown>,
): WaitTime {
  const since = waits[limit?.what ?? reason]?.since ?? elapsedSeconds;
  return { since, until: since + (limit ?? LIMIT).seconds };
}

/** The step has come to its end with `value`. */
export function done<Value>(value: Value): Done<Value> {
  return { status: 'done', value };
}

/**
 * AWS needs time; look again in `seconds`.
 *
 * Every wait ends. One whose end is to be told in its own words has a `limit`; a component that has to do something at the
 * end, or looks for the cause, asks {@link waitedFor} before it waits on.
 */
export function wait<Token = never>(
  reason: string,
  seconds: number,
  options: Pick<Wait<Token>, 'token' | 'limit'> = {},
): Wait<Token> {
  return { status: 'wait', reason, seconds, ...options };
}
