/** Amazon EventBridge, as ECS uses it: events on the default event bus of the account. */
import type { Clock } from '../clock';
import type { ClientOptions } from '../moto';
import { callMoto, EVENT_BRIDGE } from '../moto/call';
import type { Structure } from '../service';

/** One event of ECS. */
export interface EcsEvent {
  readonly region: string;
  readonly detailType: 'ECS Deployment State Change' | 'ECS Hook State Change' | 'ECS Service Action';
  /** ARN of what the event is about. */
  readonly resource: string;
  readonly detail: Structure;
}

/**
 * Brings events to moto's event bus, one after the other, past the guard that keeps users from events of `aws.`. As long as
 * one is on its way, that is work.
 */
export class EventBus {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly clock: Clock,
    private readonly motoOptions: ClientOptions,
  ) {}

  /** Put an event, at the present time. It is lost when the event bus cannot be reached, as when everything closes. */
  put({ region, detailType, resource, detail }: EcsEvent): void {
    const entry = {
      Source: 'aws.ecs',
      DetailType: detailType,
      Resources: [resource],
      Detail: JSON.stringify(detail),
      Time: Math.floor(this.clock.now() / 1000),
    };
    const put = () => callMoto(this.motoOptions, EVENT_BRIDGE, region, 'PutEvents', { Entries: [entry] });
    this.last = this.clock.work(() => this.last.then(put).catch(() => undefined));
  }
}
