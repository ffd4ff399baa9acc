/** What a kind of exposure is to everybody who does not ask which one it is. */
import type { Exposure } from './exposure';

/** An attribute of a component, by the name of its kind. */
export interface AttributeOfKind {
  readonly kind: string;
  readonly attribute: string;
}

/** What ECS is given of a load balancer, beside the target groups. */
export interface Attachment {
  /** Where all requests are sent from. */
  readonly productionListenerRule: AttributeOfKind;
  /** Where test requests are sent from; undefined where there is no such thing. */
  readonly testListenerRule?: AttributeOfKind;
  /** Minutes that a deployment waits after it has moved requests, beside its bake times. */
  readonly minutesPerShift: number;
}

/** A kind of exposure; one file each. */
export interface ExposureKind<Any extends Exposure> {
  readonly kind: Any['kind'];
  /** Where it is, in the tag that records it: one word. */
  location(exposure: Any): string;
  /** The exposure at a location; undefined when the location is one of another kind. */
  at(location: string, protocolVersion: NonNullable<Exposure['protocolVersion']>): Any | undefined;
  /** What names its target groups, beside the protocol version. */
  key(exposure: Any): string;
  /** How messages name it. */
  title(exposure: Any): string;
  /** Name of its load balancer, whoever looks after it; undefined when there is none. */
  loadBalancerName(exposure: Any): string | undefined;
  /** Undefined when ECS sends no requests to the service. */
  readonly attachment?: Attachment;
}
