/**
 * What a Network Load Balancer does: it leads connections, and flows of datagrams, to targets. It does not read what they carry.
 */
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Transport } from '../security-groups';
import type { TaskNetwork } from '../service';
import { nextTargetGroup, targetGroupsOf } from './actions';
import { type ClientRequest, LOAD_BALANCER_HEADER, SOURCE_IP_HEADER } from './client-request';
import type { ActionContext, Connect, Decision } from './decision';
import type { ClientResponse } from './forward';
import type { RoutingListener, RoutingTargetGroup, Target } from './routing-table';
import { identify, usableTargets } from './target-selection';

const REFUSE: Decision = { type: 'refuse' };

/** How a client comes to a listener: one of TCP_UDP takes connections, and datagrams of those who say so. */
export function transportOf({ listener: wanted }: ClientRequest, { protocol }: RoutingListener): Transport {
  const isDatagram = protocol === 'UDP' || (protocol === 'TCP_UDP' && wanted.protocol === 'UDP');
  return isDatagram ? 'udp' : 'tcp';
}

export class Connections {
  /** Targets of the connections that are open, by the ARN of the listener. */
  private readonly targets = new WeakMap<object, Map<string, Target>>();

  /** The target of a connection that is open: it stays, whatever becomes of weights, health and security groups. */
  established({ connection }: ClientRequest, { arn }: RoutingListener): Connect | undefined {
    const target = this.targets.get(connection)?.get(arn);
    return target && { type: 'connect', target };
  }

  /**
   * Lead a new connection to one of the target groups by weight, and there to a healthy target. A target group without targets
   * gets its share too, and refuses it.
   */
  readonly open = async ([action]: readonly Action[], context: ActionContext): Promise<Decision> => {
    const { request, ruleArn, rotation, table, network, loadBalancer, listener } = context;
    const arn = action && nextTargetGroup(rotation, ruleArn, targetGroupsOf(action))?.TargetGroupArn;
    if (!arn) return REFUSE;
    const target = chooseTarget(await table.targetGroup(arn), context);
    if (!target) return REFUSE;
    const securityGroups = network.securityGroupsOf(target.ip);
    const transport = transportOf(request, listener);
    if (securityGroups && !loadBalancer.reaches(target, securityGroups, transport)) return REFUSE;
    const open = this.targets.get(request.connection) ?? new Map<string, Target>();
    this.targets.set(request.connection, open.set(listener.arn, target));
    return { type: 'connect', target };
  };
}

/** The next target in turn or, where clients are sticky, the one to which the client's address leads. */
function chooseTarget(
  group: RoutingTargetGroup,
  { request, network, rotation }: ActionContext,
): Target | undefined {
  const usable = usableTargets(group, network);
  if (group.attributes['stickiness.enabled'] !== 'true') return rotation.next(group.arn, usable, identify);
  const sum = [...request.sourceIp].reduce(
    (total, letter) => (total * 31 + letter.charCodeAt(0)) % 65_521,
    7,
  );
  return usable[sum % usable.length];
}

/** Give a target what comes over its connection. @returns undefined when nobody listens there, which ends the connection. */
export async function passOn(
  { protocol: protocolVersion, method, path, query, headers: sent, body }: ClientRequest,
  { ip, port }: Target,
  network: TaskNetwork,
): Promise<ClientResponse | undefined> {
  const { [LOAD_BALANCER_HEADER]: _to, [SOURCE_IP_HEADER]: _from, ...headers } = sent;
  const response = await network.request(ip, port, { protocolVersion, method, path, query, headers, body });
  return response && { ...response, setCookies: [] };
}
