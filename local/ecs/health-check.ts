/** The health of a task over time, as one check sees it. */

/** Requests that a load balancer sends to a container again and again, as the container writes them down. */
export interface RepeatedRequest {
  /** Name of the container. */
  readonly container: string;
  /** Virtual milliseconds between two of them. */
  readonly interval: number;
  /** When the first one arrives. */
  readonly first: number;
  readonly message: string;
}

/** A check of a task's health: when it turns, in virtual milliseconds; Infinity for never. The later turn counts. */
export interface HealthCheck {
  readonly healthyAt: number;
  readonly unhealthyAt: number;
  /** What to say of a task that is stopped for it. */
  readonly failure: string;
  /** The registered target that is checked; absent for a container's own health check. */
  readonly target?: {
    readonly targetGroupArn: string;
    readonly port: number;
    /** Path that the load balancer requests; empty where it requests none. */
    readonly path: string;
    /** Code of TargetHealth for a check that fails, e.g. `Target.ResponseCodeMismatch`. */
    readonly reason: string;
    readonly description: string;
    /** What arrives at the container; absent when nothing does. */
    readonly requests?: RepeatedRequest;
  };
}

/** Whether a health check has succeeded, and has not failed since. */
export function isHealthy({ healthyAt, unhealthyAt }: HealthCheck, time: number): boolean {
  return healthyAt <= time && !(healthyAt < unhealthyAt && unhealthyAt <= time);
}

/** Whether a health check has failed, and has not succeeded since. */
export function isUnhealthy({ healthyAt, unhealthyAt }: HealthCheck, time: number): boolean {
  return unhealthyAt <= time && !(unhealthyAt <= healthyAt && healthyAt <= time);
}
