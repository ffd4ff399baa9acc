/** Why a service deployment ends before it is done, worded as ECS words it. */

/** An end that is not success. Thrown inside a rollout, or the reason of an interruption from outside. */
export class Ending extends Error {
  constructor(
    /** Whether the service goes back to the revision before, or stays as it is. */
    readonly action: 'ROLLBACK' | 'STOP',
    /** The part of `statusReason` after `Service deployment rolled back`, or `stopped`. */
    because: string,
    /** `rolloutStateReason` of the deployment that failed; absent when it did not fail but was called off. */
    readonly rolloutStateReason?: string,
    /** What the service event says, unless it repeats the status reason. */
    readonly eventText?: string,
    /** Whether another deployment takes its place. */
    readonly isSuperseded = false,
  ) {
    super(`Service deployment ${action === 'ROLLBACK' ? 'rolled back' : 'stopped'} ${because}`);
  }
}

const action = (rollback: boolean) => (rollback ? 'ROLLBACK' : 'STOP');

/** Too many tasks failed. */
export function circuitBreakerTriggered(rollback: boolean): Ending {
  return new Ending(
    action(rollback),
    'because the circuit breaker threshold was exceeded.',
    'ECS deployment circuit breaker: tasks failed to start.',
    'tasks failed to start.',
  );
}

/** CloudWatch alarms of the deployment went into ALARM. */
export function alarmsTriggered(names: readonly string[], rollback: boolean): Ending {
  return new Ending(
    action(rollback),
    `because of CloudWatch alarm(s) in ALARM state: ${names.join(', ')}.`,
    'ECS deployment failed: alarm detected.',
    'alarm detected.',
  );
}

/** Listener rules or target groups are not as the deployment needs them. */
export function invalidNetworking(detail: string): Ending {
  return new Ending(
    'ROLLBACK',
    `because of invalid networking configuration. ${detail}`,
    'ECS deployment failed.',
  );
}

/** A lifecycle stage took longer than any may. */
export function stageTimedOut(stage: string): Ending {
  return new Ending('ROLLBACK', `because the lifecycle stage ${stage} timed out.`, 'ECS deployment failed.');
}

/** A pause hook ended in a way that does not let the deployment go on. */
export function pauseHookFailed(stage: string, detail: string): Ending {
  return new Ending('ROLLBACK', `because ${stage} pause hook ${detail}`, 'ECS deployment failed.');
}

/** So did a hook with a Lambda function. */
export function lambdaHookFailed(stage: string, detail: string): Ending {
  return new Ending(
    'ROLLBACK',
    `because ${stage} lifecycle hook(s) failed. ${detail}`,
    'ECS deployment failed.',
  );
}

/** A user called StopServiceDeployment. */
export function stoppedByUser(stopType: 'ROLLBACK' | 'ABORT'): Ending {
  return new Ending(action(stopType === 'ROLLBACK'), 'because of a request to stop the service deployment.');
}

/** The service was updated again. */
export function superseded(): Ending {
  return new Ending('STOP', 'because a new service deployment was started.', undefined, undefined, true);
}

/** The service was deleted. */
export function serviceDeleted(): Ending {
  return new Ending('STOP', 'because the service was deleted.');
}
