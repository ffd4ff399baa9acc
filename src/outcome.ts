/**
 * What a step towards the desired state comes to. Waiting is a value: nothing in the provider sleeps, the handler
 * returns IN_PROGRESS and is invoked again. A failure is a thrown {@link HandlerError}.
 */
export type Outcome<Value> = Done<Value> | Wait;

/** The step has come to its end; `value` is what AWS holds now. */
export interface Done<Value> {
  readonly status: 'done';
  readonly value: Value;
}

/** AWS needs time. */
export interface Wait {
  readonly status: 'wait';
  /** What is waited for, in words for a stack event, e.g. `certificate hello.example.com to be issued`. */
  readonly reason: string;
  /** Seconds until it is worth another look. */
  readonly seconds: number;
  /**
   * What {@link Component.poll} needs to take that look without observing everything again, e.g. the ARN of a service
   * deployment. It is kept in the callback context.
   */
  readonly token?: string;
}

/** The step has come to its end with `value`. */
export function done<Value>(value: Value): Done<Value> {
  return { status: 'done', value };
}

/** AWS needs time; look again in `seconds`. */
export function wait(reason: string, seconds: number, token?: string): Wait {
  return token === undefined
    ? { status: 'wait', reason, seconds }
    : { status: 'wait', reason, seconds, token };
}
