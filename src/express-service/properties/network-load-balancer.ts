/** What a template says of a Network Load Balancer. Pure: no call to AWS. */
import { invalid } from '../../core/failure';
import { valueAt } from '../../core/group';
import type { Properties } from '../../cloudformation/extension';
import { LoadBalancerConfiguration, type Inputs, type NetworkListener } from '../model';
import { allowedSources, type AllowedSources, type RulesOfSource } from './allowed-sources';
import type { Attributes } from './elb-attributes';
import { strategyOfModel, type StrategyInputs } from './strategies';
import { networkHealthCheckProtocol } from './target-group-settings';

/** A Network Load Balancer, which the service has for itself. */
export interface NetworkLoadBalancerSpec extends AllowedSources {
  readonly kind: 'network';
  /** Undefined means: as its subnets are. */
  readonly scheme?: NonNullable<Input['Scheme']>;
  readonly ipAddressType: NonNullable<Input['IpAddressType']>;
  /** Empty means: the tasks' subnets. */
  readonly subnetIds: readonly string[];
  /** Of Elastic IP addresses, sorted; empty means that AWS chooses the addresses. */
  readonly allocationIds: readonly string[];
  readonly crossZone: boolean;
  readonly listener: NetworkListenerSpec;
}

/** A listener of a Network Load Balancer, both of which the author looks after. */
export interface ExternalNetworkListenerSpec {
  readonly kind: 'networkListener';
  readonly listenerArn: string;
  readonly listener: { readonly protocol: NetworkProtocol; readonly testPort?: undefined };
}

/** Where it takes connections. */
export interface NetworkListenerSpec {
  readonly protocol: NetworkProtocol;
  readonly port: number;
  /** Port at which new tasks are tested; undefined means that there is none. */
  readonly testPort?: number;
}

/** As ELB names it. */
export type NetworkProtocol = NonNullable<Properties<NetworkListener>['Protocol']>;

/** What carries a connection, as rules of security groups name it. */
export type Transport = 'tcp' | 'udp';

/** Protocol of the target groups behind a listener: TLS is ended by the load balancer. */
export type TargetProtocol = Exclude<NetworkProtocol, 'TLS'>;

type Input = Properties<LoadBalancerConfiguration>;

/** What else of a template matters. */
export type NetworkInputs = Partial<Inputs>;

const PATH = 'LoadBalancerConfiguration';
const LISTENER = `${PATH}/Listener`;
const HEALTH_CHECK = 'TargetGroupConfiguration/HealthCheck';

/** Properties that no other load balancer has. */
export const OF_NETWORK_LOAD_BALANCER = ['AllocationIds', 'CrossZone', 'Listener'] as const;

/** What carries the connections of a protocol. */
const TRANSPORTS: Readonly<Record<NetworkProtocol, readonly Transport[]>> = {
  TCP: ['tcp'],
  TLS: ['tcp'],
  UDP: ['udp'],
  TCP_UDP: ['tcp', 'udp'],
};

/** Properties of Application Load Balancers, which read requests: why there are none here, and what to do. */
const OF_APPLICATION_LOAD_BALANCER: readonly (readonly [path: string, why: string, remedy: string])[] = [
  [`${PATH}/HttpRedirect`, 'is of HTTP', 'Remove it'],
  [`${PATH}/IdleTimeoutSeconds`, 'is of an Application Load Balancer', 'Remove it'],
  [`${PATH}/AccessLogs`, 'are of requests', 'Remove it'],
  ['WebAclArn', 'is of requests: AWS WAF does not protect Network Load Balancers', 'Remove it'],
  ['WebAcl', 'is of requests: AWS WAF does not protect Network Load Balancers', 'Remove it'],
  ['PathPatterns', 'are of requests', 'Remove it'],
  ['RequiredHttpHeader', 'is of requests', 'Remove it'],
  ['Authentication', 'is of requests', 'Remove it'],
  ['TestTraffic', 'tells requests apart', `Give ${LISTENER}/TestPort instead`],
  ['TargetGroupConfiguration/StickinessDurationSeconds', 'is of cookies', 'Remove it'],
  ['TargetGroupConfiguration/LoadBalancingAlgorithmType', 'is of requests', 'Remove it'],
  ['TargetGroupConfiguration/SlowStartDurationSeconds', 'is of requests', 'Remove it'],
  ['TargetGroupConfiguration/ProtocolVersion', 'is of requests', 'Remove it'],
];

/**
 * The Network Load Balancer that a template asks for.
 *
 * @throws HandlerError InvalidRequest.
 */
export function networkLoadBalancer(
  given: Omit<Input, 'Type'>,
  model: NetworkInputs,
): NetworkLoadBalancerSpec {
  checkOthers({ ...model, LoadBalancerConfiguration: given });
  const { DEFAULTS } = LoadBalancerConfiguration;
  const { Scheme: scheme, IpAddressType: ipAddressType = DEFAULTS.IpAddressType } = given;
  const { CrossZone: crossZone = DEFAULTS.CrossZone } = given;
  const listener = listenerSpec(given.Listener ?? {}, model);
  checkAddresses(ipAddressType, listener.protocol);
  if (scheme === 'internal' && given.AllocationIds) {
    throw invalid(
      `${PATH}/AllocationIds`,
      'are public addresses, and Scheme is internal',
      'Remove them, or make Scheme internet-facing',
    );
  }
  return {
    kind: 'network',
    scheme,
    ipAddressType,
    subnetIds: given.Subnets ?? [],
    ...allowedSources(given, networkRulesOfSource(listener)),
    allocationIds: [...(given.AllocationIds ?? [])].sort(),
    crossZone,
    listener,
  };
}

/** Rules of its security group that each of those who may reach a Network Load Balancer needs. */
export function networkRulesOfSource({ port, testPort, protocol }: NetworkListenerSpec): RulesOfSource {
  const ports = testPort === undefined ? [port] : [port, testPort];
  return {
    count: ports.length * TRANSPORTS[protocol].length,
    what: `${protocol} on ${ports.join(' and ')}`,
    remedy: 'Join ranges',
  };
}

/**
 * The listener of the author's that a template names.
 *
 * @throws HandlerError InvalidRequest.
 */
export function externalNetworkListener(
  listenerArn: string,
  given: Omit<Input, 'Type' | 'ListenerArn'>,
  model: NetworkInputs,
): ExternalNetworkListenerSpec {
  if (!listenerArn.includes(':listener/net/')) {
    throw invalid(
      `${PATH}/ListenerArn`,
      `is no listener of a Network Load Balancer, and ${PATH}/Type is network`,
      'Name a listener of a Network Load Balancer, or remove Type',
    );
  }
  checkOthers({ ...model, LoadBalancerConfiguration: given });
  const { Listener: { Protocol: protocol = 'TCP', Port, TestPort } = {}, ...others } = given;
  const authors = { ...others, 'Listener/Port': Port, 'Listener/TestPort': TestPort };
  const paths = Object.entries(authors).flatMap(([name, value]) =>
    value == null ? [] : [`${PATH}/${name}`],
  );
  const [path] = [...paths, ...certificatePaths(model)];
  if (path) {
    throw invalid(
      path,
      `cannot be given together with ${PATH}/ListenerArn: it is the author who looks after that listener and its load balancer`,
      `Remove ${path}, and set it on your load balancer; or remove ListenerArn`,
    );
  }
  return { kind: 'networkListener', listenerArn, listener: { protocol } };
}

/** Protocol of the target groups of a listener. */
export function targetProtocol(protocol: NetworkProtocol): TargetProtocol {
  return protocol === 'TLS' ? 'TCP' : protocol;
}

/** What carries the connections of a listener. */
export function transportsOf(protocol: NetworkProtocol): readonly Transport[] {
  return TRANSPORTS[protocol];
}

/** What has to reach the tasks behind a listener: the connections, and health checks, which are never datagrams. */
export function transportsToTasks(protocol: NetworkProtocol): readonly Transport[] {
  return [...new Set<Transport>(['tcp', ...TRANSPORTS[protocol]])];
}

/** Name of the attribute (ELB API reference, LoadBalancerAttribute). */
const CROSS_ZONE = 'load_balancing.cross_zone.enabled';

/** Whether connections go to tasks in all zones, as ELB has it. */
export function crossZoneAttributes(crossZone: boolean): Attributes {
  return { [CROSS_ZONE]: crossZone };
}

/** What {@link crossZoneAttributes} says. */
export function crossZoneOf({ [CROSS_ZONE]: crossZone }: Attributes): boolean {
  return crossZone === true;
}

function listenerSpec(
  { Protocol, Port, TestPort: testPort }: Properties<NetworkListener>,
  model: NetworkInputs,
): NetworkListenerSpec {
  const isNamed = model.DomainName != null || model.CertificateArn != null;
  const protocol = Protocol ?? (isNamed ? 'TLS' : 'TCP');
  const port = Port ?? (protocol === 'TLS' ? 443 : 80);
  const [certificate] = certificatePaths(model);
  if (protocol !== 'TLS' && certificate) {
    throw invalid(
      certificate,
      `is of TLS, and ${LISTENER}/Protocol is ${protocol}`,
      `Remove it, or make ${LISTENER}/Protocol TLS`,
    );
  }
  if (testPort === undefined) return { protocol, port };
  const strategy = strategyOfModel(model as StrategyInputs);
  if (!strategy.shiftsTraffic) {
    throw invalid(
      `${LISTENER}/TestPort`,
      `is of strategies that move connections to the new tasks; the strategy is ${strategy.name}, which tests none`,
      'Remove it, or make Strategy BLUE_GREEN, LINEAR or CANARY',
    );
  }
  if (testPort === port) {
    throw invalid(`${LISTENER}/TestPort`, `is ${port}, as Port`, 'Give another port');
  }
  return { protocol, port, testPort };
}

function certificatePaths({ CertificateArn, AdditionalDomains = [] }: NetworkInputs): string[] {
  return [
    ...(CertificateArn != null ? ['CertificateArn'] : []),
    ...AdditionalDomains.flatMap((domain, index) =>
      domain.CertificateArn != null ? [`AdditionalDomains/${index}/CertificateArn`] : [],
    ),
  ];
}

/** Source: ELB API reference, CreateListener and CreateLoadBalancer. */
function checkAddresses(ipAddressType: NonNullable<Input['IpAddressType']>, protocol: NetworkProtocol): void {
  const path = `${PATH}/IpAddressType`;
  if (ipAddressType === 'dualstack-without-public-ipv4') {
    throw invalid(
      path,
      `is ${ipAddressType}, which no Network Load Balancer has`,
      'Make it ipv4 or dualstack',
    );
  }
  if (ipAddressType === 'ipv4' || !TRANSPORTS[protocol].includes('udp')) return;
  throw invalid(
    path,
    `is ${ipAddressType}, with which a Network Load Balancer takes no UDP, and ${LISTENER}/Protocol is ${protocol}`,
    'Make it ipv4, or use another protocol',
  );
}

/** @throws HandlerError InvalidRequest at the first property that is of an Application Load Balancer. */
function checkOthers(model: NetworkInputs): void {
  const found = OF_APPLICATION_LOAD_BALANCER.find(([path]) => valueAt(model, path.split('/')) != null);
  if (found) {
    const [path, why, remedy] = found;
    throw invalid(path, `${why}, and ${PATH}/Type is network`, remedy);
  }
  checkHealthCheck(model);
}

/** What a check by a connection does without (ELB API reference, CreateTargetGroup). */
const OF_REQUESTS = ['HealthCheckPath', `${HEALTH_CHECK}/Matcher`] as const;

/** @throws HandlerError InvalidRequest at the first property of requests where tasks are checked by a connection. */
function checkHealthCheck(model: NetworkInputs): void {
  const given = model.TargetGroupConfiguration?.HealthCheck?.Protocol ?? undefined;
  if (networkHealthCheckProtocol(given, model.HealthCheckPath) !== 'TCP') return;
  const path = OF_REQUESTS.find((each) => valueAt(model, each.split('/')) != null);
  if (!path) return;
  throw given
    ? invalid(
        path,
        `is of health checks by HTTP and HTTPS, and ${HEALTH_CHECK}/Protocol is TCP`,
        `Remove it, or make ${HEALTH_CHECK}/Protocol HTTP or HTTPS`,
      )
    : invalid(
        path,
        'is of health checks by HTTP; without HealthCheckPath they are by TCP',
        'Give HealthCheckPath, or remove it',
      );
}
