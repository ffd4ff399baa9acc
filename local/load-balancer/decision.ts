import type { Clock } from '../clock';
import type { HttpResponse, ProtocolVersion, TaskNetwork } from '../service';
import type { ClientRequest } from './client-request';
import type { Rotation } from './rotation';
import type { RoutingListener, RoutingLoadBalancer, RoutingTable, Target } from './routing-table';

/** Where a request arrived. */
export interface Arrival {
  readonly loadBalancer: RoutingLoadBalancer;
  readonly listener: RoutingListener;
}

/** The load balancer sends the request on to a target. */
export interface Forward extends Arrival {
  readonly type: 'forward';
  readonly target: Target;
  /** How the target group speaks to it. */
  readonly protocolVersion: ProtocolVersion;
  /** Headers that tell the target who has signed in, in place of the client's own; undefined where nobody has to. */
  readonly claims?: Readonly<Record<string, string>>;
  /** `Set-Cookie` headers to add to the target's answer, given the names of the cookies that it sets itself. */
  readonly cookies: (setByTarget: ReadonlySet<string>) => string[];
}

/** The load balancer answers by itself. */
export interface Respond {
  readonly type: 'respond';
  readonly response: HttpResponse;
}

/** The connection of the request leads to a target, which gets whatever comes over it. */
export interface Connect {
  readonly type: 'connect';
  readonly target: Target;
}

/** The client is not connected: the load balancer's security groups do not let it in, or there is no target for it. */
export interface Refuse {
  readonly type: 'refuse';
}

/** What the load balancer does with a request. */
export type Decision = Forward | Respond | Connect | Refuse;

/** What the actions of a rule work on. */
export interface ActionContext extends Arrival {
  readonly request: ClientRequest;
  readonly ruleArn: string;
  readonly table: RoutingTable;
  readonly rotation: Rotation;
  readonly network: TaskNetwork;
  readonly clock: Clock;
}
