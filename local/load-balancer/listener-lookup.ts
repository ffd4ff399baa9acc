import type { ClientRequest } from './client-request';
import type { Arrival } from './decision';
import type { RoutingListener, RoutingLoadBalancer } from './routing-table';

/**
 * The listener that a request arrives at.
 *
 * In AWS, DNS and the connection's port decide that. Here the client may name the load balancer that it is connected to.
 * Such a client expects a certificate for its host, too. Otherwise the Host header decides: it is the DNS name of a load balancer, or a name that a host-header rule of one of
 * its listeners names, or one that a Network Load Balancer, which has no such rules, has a certificate for. With only one load balancer every other name arrives there, as it would for a client that connects
 * to its address.
 * @returns the listener, or why the request arrives nowhere.
 */
export function findListener(
  loadBalancers: readonly RoutingLoadBalancer[],
  request: ClientRequest,
): Arrival | { readonly problem: string } {
  const { loadBalancer: connected, host } = request;
  const loadBalancer =
    connected === undefined
      ? (named(loadBalancers, host) ??
        loadBalancers.find((candidate) => namesHost(candidate, request)) ??
        loadBalancers.find((candidate) => isNetworkFor(candidate, host)) ??
        (loadBalancers.length === 1 ? loadBalancers[0] : undefined))
      : named(loadBalancers, connected);
  if (!loadBalancer) {
    if (connected !== undefined) return { problem: `There is no load balancer ${connected}.` };
    return {
      problem:
        `No load balancer serves the host "${request.host}": it is neither the DNS name of a load balancer nor named by a ` +
        'host-header rule or by a certificate of a Network Load Balancer. Send the Host header of a service that exists.',
    };
  }
  const listener = chooseListener(loadBalancer.listeners, request);
  if (listener && connected !== undefined && !isCertified(listener, host)) {
    return {
      problem: `No certificate of ${listener.protocol}:${listener.port} of ${loadBalancer.dnsName} is for ${host}.`,
    };
  }
  if (listener) return { loadBalancer, listener };
  const ports =
    loadBalancer.listeners.map(({ protocol, port }) => `${protocol}:${port}`).join(', ') || 'none';
  return {
    problem: `Load balancer ${loadBalancer.dnsName} has no listener for this request; its listeners: ${ports}.`,
  };
}

function named(loadBalancers: readonly RoutingLoadBalancer[], name: string): RoutingLoadBalancer | undefined {
  return loadBalancers.find(({ dnsName }) => dnsName.toLowerCase() === name.toLowerCase());
}

function namesHost(loadBalancer: RoutingLoadBalancer, request: ClientRequest): boolean {
  return loadBalancer.listeners.some(({ rules }) => rules.some((rule) => rule.namesHost(request)));
}

function isNetworkFor({ type, listeners }: RoutingLoadBalancer, host: string): boolean {
  return (
    type === 'network' &&
    listeners.some((listener) => listener.certifiedNames !== undefined && isCertified(listener, host))
  );
}

/** The listener on the port asked for, else of the protocol asked for, else HTTPS before HTTP; lowest port first. */
function chooseListener(
  listeners: readonly RoutingListener[],
  { listener: { port, protocol } }: ClientRequest,
): RoutingListener | undefined {
  if (port !== undefined) return listeners.find((listener) => listener.port === port);
  const byPort = [...listeners].sort((a, b) => a.port - b.port);
  if (protocol !== undefined)
    return byPort.find((listener) => listener.protocol.split('_').includes(protocol));
  return byPort.find((listener) => listener.protocol === 'HTTPS') ?? byPort[0];
}

/** Whether a client that connects to a listener for a host gets a certificate for it; `*` stands for one label. */
function isCertified({ certifiedNames }: RoutingListener, host: string): boolean {
  const wildcard = host.toLowerCase().replace(/^[^.]+/, '*');
  return certifiedNames?.some((name) => [host.toLowerCase(), wildcard].includes(name.toLowerCase())) ?? true;
}
