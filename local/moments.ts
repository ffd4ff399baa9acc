/**
 * When AWS has ready what takes it time. Whoever waits for it waits in vain from that moment on: `npm run bench` tells by
 * these how long that is.
 */

/** What the local AWS takes time for. */
export type Awaited =
  'certificate' | 'load balancer' | 'service deployment' | 'deleted service' | 'network interfaces';

/** A moment at which something is ready, or gone. */
export interface Moment {
  readonly what: Awaited;
  /** ARN of the resource; of network interfaces the id of the security group that they held. */
  readonly resource: string;
  /** Virtual milliseconds since the epoch; may be ahead. */
  readonly time: number;
}

export class Moments {
  private moments: Moment[] = [];

  /** @param time at which it is ready, in virtual milliseconds. */
  add(what: Awaited, resource: string, time: number): void {
    this.moments.push({ what, resource, time });
  }

  list(): readonly Moment[] {
    return this.moments;
  }

  reset(): void {
    this.moments = [];
  }
}
