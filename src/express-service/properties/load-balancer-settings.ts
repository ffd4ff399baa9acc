/** What a template says of the load balancer. Pure: no call to AWS. */
import type { LoadBalancerAttribute } from '@aws-sdk/client-elastic-load-balancing-v2';
import { isDeepStrictEqual } from 'node:util';
import { invalid } from '../../core/failure';
import { specified, templateOf } from '../../core/property-values';
import { defined } from '../../core/unset';
import { LoadBalancerConfiguration, type AccessLogs, type NetworkListener } from '../model';
import {
  allowedSources,
  defaultCidrs,
  EVERYBODY,
  type AllowedSources,
  type RulesOfSource,
} from './allowed-sources';
import { attributeList, elbAttributesOf, type Attributes } from './elb-attributes';
import {
  externalNetworkListener,
  networkLoadBalancer,
  networkRulesOfSource,
  OF_NETWORK_LOAD_BALANCER,
  type ExternalNetworkListenerSpec,
  type NetworkInputs,
  type NetworkLoadBalancerSpec,
} from './network-load-balancer';
import { table, type InputRows } from './table';
import { WEB_ACL_ROW } from './web-acl';
import type { Properties } from '../../cloudformation/extension';

/** Names of the bucket of the access logs, and of what says whether they are on (ELB API reference, LoadBalancerAttribute). */
const LOGS_BUCKET = 'access_logs.s3.bucket';
const LOGS_ENABLED = 'access_logs.s3.enabled';

/** With other values the service is on another load balancer, so that no list is merged item by item. */
const LOAD_BALANCER = table<LoadBalancerConfiguration, Attributes>('LoadBalancerConfiguration', {
  Type: {},
  // Whoever names none follows the subnets.
  Scheme: { readInItemsWhenGiven: true },
  IpAddressType: {
    refused: {
      words: /IPv6|ip ?address ?type/i,
      remedy: 'Give each subnet of the load balancer an IPv6 CIDR block, or make it ipv4',
    },
  },
  // Whoever names none follows the tasks.
  Subnets: { whole: true, readWhenGiven: true },
  // Where prefix lists are named, nobody else may reach it.
  AllowedCidrs: { whole: true, default: defaultCidrs },
  AllowedPrefixListIds: { whole: true },
  AllocationIds: {
    whole: true,
    refused: {
      words: /allocation ?ids?|elastic ip/i,
      remedy: 'Give addresses of this Region that nothing else has, one for each subnet',
    },
  },
  CrossZone: {},
  Listener: {
    readInItemsWhenGiven: true,
    members: table<NetworkListener>('NetworkListener', {
      Protocol: { readInItemsWhenGiven: true },
      Port: { readInItemsWhenGiven: true },
      TestPort: {},
    }),
  },
  HttpRedirect: {},
  IdleTimeoutSeconds: { to: 'idle_timeout.timeout_seconds' },
  AccessLogs: {
    inline: true,
    members: table<AccessLogs, Attributes>('AccessLogs', {
      Bucket: { to: LOGS_BUCKET },
      Prefix: { to: 'access_logs.s3.prefix' },
    }),
  },
  ListenerArn: {},
});

export const LOAD_BALANCER_ROWS = {
  LoadBalancerConfiguration: { default: {}, members: LOAD_BALANCER },
  WebAclArn: {},
  WebAcl: WEB_ACL_ROW,
} as const satisfies InputRows<object>;

/** A load balancer that services share, and that is made here. */
export interface SharedLoadBalancerSpec extends AllowedSources {
  readonly kind: 'shared';
  /** Undefined means: as its subnets are. */
  readonly scheme?: Scheme;
  readonly ipAddressType: IpAddressType;
  /** Empty means: the tasks' subnets. */
  readonly subnetIds: readonly string[];
  readonly httpRedirect: boolean;
  /** Undefined means that the template says nothing of any. */
  readonly attributes?: LoadBalancerAttributes;
}

/** A listener that the author looks after. */
export interface ExternalListenerSpec {
  readonly kind: 'external';
  readonly listenerArn: string;
}

/** No load balancer. */
export interface NoLoadBalancerSpec {
  readonly kind: 'none';
}

/** How the service is reached. */
export type LoadBalancerSpec =
  | SharedLoadBalancerSpec
  | ExternalListenerSpec
  | NetworkLoadBalancerSpec
  | ExternalNetworkListenerSpec
  | NoLoadBalancerSpec;

/** A load balancer that is made here. */
export type ManagedLoadBalancerSpec = SharedLoadBalancerSpec | NetworkLoadBalancerSpec;

/** As ELB names it. */
export type Scheme = 'internet-facing' | 'internal';

/** As ELB names it. */
export type IpAddressType = NonNullable<LoadBalancerConfiguration['IpAddressType']>;

/** Attributes of a load balancer. It logs what it is asked when there is a bucket. */
export type LoadBalancerAttributes = Attributes;

const PATH = 'LoadBalancerConfiguration';

const { DEFAULTS } = LoadBalancerConfiguration;

type Input = Properties<LoadBalancerConfiguration>;

/**
 * The load balancer that a template asks for.
 *
 * @param webAclArn that the template gives: the account's default does not count.
 * @param model what else of the template matters. Default: nothing.
 * @throws HandlerError InvalidRequest.
 */
export function loadBalancerSpec(
  given: Input = {},
  webAclArn: string | undefined,
  model: NetworkInputs = {},
): LoadBalancerSpec {
  const { ListenerArn, Type, ...shared } = given;
  if (Type === 'none') return withoutLoadBalancer({ ...shared, ListenerArn });
  if (Type === 'network') {
    return ListenerArn == null
      ? networkLoadBalancer(shared, model)
      : externalNetworkListener(ListenerArn, shared, model);
  }
  const other = OF_NETWORK_LOAD_BALANCER.find((name) => shared[name] !== undefined && shared[name] !== null);
  if (other) {
    throw invalid(
      `${PATH}/${other}`,
      `is of a Network Load Balancer, and ${PATH}/Type is application`,
      `Remove it, or make ${PATH}/Type network`,
    );
  }
  return ListenerArn === undefined
    ? sharedLoadBalancer(shared)
    : externalListener(ListenerArn, shared, webAclArn);
}

function withoutLoadBalancer(excluded: Input): NoLoadBalancerSpec {
  const [other] = Object.keys(defined(excluded));
  if (other === undefined) return { kind: 'none' };
  throw invalid(
    `${PATH}/${other}`,
    `is of a load balancer, and ${PATH}/Type is none`,
    `Remove it, or give ${PATH}/Type another value`,
  );
}

/** ARN of the load balancer that a listener belongs to. */
export function loadBalancerArnOf(listenerArn: string): string {
  return listenerArn.replace(':listener/', ':loadbalancer/').replace(/\/[^/]+$/, '');
}

function externalListener(
  listenerArn: string,
  excluded: Omit<Input, 'ListenerArn' | 'Type'>,
  webAclArn: string | undefined,
): ExternalListenerSpec {
  const others = { ...excluded, WebAclArn: webAclArn };
  const other = Object.entries(others).find(([, value]) => value !== undefined && value !== null)?.[0];
  if (other !== undefined) {
    const path = other === 'WebAclArn' ? other : `${PATH}/${other}`;
    throw invalid(
      path,
      `cannot be given together with ${PATH}/ListenerArn: it is the author who looks after that load balancer`,
      `Remove ${path}, and set it on your load balancer; or remove ListenerArn`,
    );
  }
  if (listenerArn.includes(':listener/net/')) {
    throw invalid(
      `${PATH}/ListenerArn`,
      'is the listener of a Network Load Balancer, which has no rules by which services could share it',
      `Give ${PATH}/Type network, with which the service has the listener for itself; or name an HTTPS listener of an Application Load Balancer`,
    );
  }
  return { kind: 'external', listenerArn };
}

function sharedLoadBalancer(given: Omit<Input, 'ListenerArn' | 'Type'>): SharedLoadBalancerSpec {
  const { Scheme: scheme, Subnets } = given;
  const { IpAddressType: ipAddressType = DEFAULTS.IpAddressType } = given;
  const { HttpRedirect: httpRedirect = DEFAULTS.HttpRedirect } = given;
  const speaksOfAttributes = LOAD_BALANCER.properties.some(
    ({ name, to, isInline }) => (to !== undefined || isInline) && name in defined(given),
  );
  return {
    kind: 'shared',
    scheme,
    ipAddressType,
    subnetIds: Subnets ?? [],
    ...allowedSources(given, sharedRulesOfSource(httpRedirect)),
    httpRedirect,
    attributes: speaksOfAttributes ? (specified(LOAD_BALANCER, given) as LoadBalancerAttributes) : undefined,
  };
}

function sharedRulesOfSource(httpRedirect: boolean): RulesOfSource {
  const ports = portsOpen(httpRedirect);
  return {
    count: ports.length,
    what: ports.join(' and '),
    remedy: httpRedirect
      ? 'Join ranges, or set HttpRedirect to false, which frees half of the rules'
      : 'Join ranges',
  };
}

/** Rules of its security group that each of those who may reach a load balancer needs. */
export function rulesOfSource(spec: ManagedLoadBalancerSpec): RulesOfSource {
  return spec.kind === 'network'
    ? networkRulesOfSource(spec.listener)
    : sharedRulesOfSource(spec.httpRedirect);
}

/** Whether a load balancer is made here. */
export function isManagedLoadBalancer(spec: LoadBalancerSpec): spec is ManagedLoadBalancerSpec {
  return 'allowedCidrs' in spec;
}

/** Whether a load balancer leads connections to the tasks, rather than requests. */
export function leadsConnections(
  spec: LoadBalancerSpec,
): spec is NetworkLoadBalancerSpec | ExternalNetworkListenerSpec {
  return 'listener' in spec;
}

/** Whether the service brings a certificate of each host, as clients expect it. */
export function needsCertificates(spec: LoadBalancerSpec): boolean {
  return !leadsConnections(spec) || (isManagedLoadBalancer(spec) && spec.listener.protocol === 'TLS');
}

/** Whether clients reach a load balancer over IPv6. One that nothing is known of has IPv4 addresses alone, as by default. */
export function hasIpv6(ipAddressType: IpAddressType = DEFAULTS.IpAddressType): boolean {
  return ipAddressType !== 'ipv4';
}

/** Ports at which clients reach a shared load balancer. */
export function portsOpen(httpRedirect: boolean): number[] {
  return httpRedirect ? [443, 80] : [443];
}

/**
 * Settings that differ from the defaults, in a fixed order: services that agree on them may share a load balancer.
 *
 * @returns nothing but JSON; empty when all are as by default. Load balancers are found by it: what it was it has to stay.
 */
export function sharedSettings(spec: SharedLoadBalancerSpec): Readonly<Record<string, unknown>> {
  const { allowedCidrs: cidrs, allowedPrefixListIds: prefixLists, httpRedirect } = spec;
  const { ipAddressType, attributes = {} } = spec;
  const isOpen = cidrs.join() === EVERYBODY.join();
  const { AccessLogs: logs, ...others } = templateOf(LOAD_BALANCER, attributes);
  const special = Object.entries(others).filter(
    ([name, value]) => value !== DEFAULTS[name as keyof typeof DEFAULTS],
  );
  return {
    ...(!isOpen && { cidrs }),
    ...(prefixLists.length > 0 && { prefixLists }),
    ...(httpRedirect !== DEFAULTS.HttpRedirect && { httpRedirect }),
    ...Object.fromEntries(special.map(([name, value]) => [name[0]!.toLowerCase() + name.slice(1), value])),
    ...(ipAddressType !== DEFAULTS.IpAddressType && { ipAddressType }),
    ...(logs && { accessLogs: [logs.Bucket, logs.Prefix ?? ''] }),
  };
}

/** Whether attributes differ from those that ELB gives to a new load balancer. */
export function areSpecial(attributes: LoadBalancerAttributes): boolean {
  return !isDeepStrictEqual(attributes, specified(LOAD_BALANCER, {}));
}

/** Attributes of a load balancer from what ELB lists. */
export function loadBalancerAttributesOf(
  listed: readonly LoadBalancerAttribute[] = [],
): LoadBalancerAttributes {
  const logs = listed.some(({ Key, Value }) => Key === LOGS_ENABLED && Value === 'true');
  return elbAttributesOf(
    LOAD_BALANCER,
    listed.filter(({ Key }) => logs || !Key?.startsWith('access_logs.')),
  );
}

/** Attributes as ELB takes them. */
export function loadBalancerAttributeList(attributes: LoadBalancerAttributes): LoadBalancerAttribute[] {
  return attributeList({ ...(LOGS_BUCKET in attributes && { [LOGS_ENABLED]: true }), ...attributes });
}

/** The bucket that requests are logged to; undefined when they are not. */
export function logsBucketOf(attributes: LoadBalancerAttributes): unknown {
  return attributes[LOGS_BUCKET];
}

/** What a template would say of attributes. */
export function attributeInputOf(attributes: LoadBalancerAttributes): Input {
  return templateOf(LOAD_BALANCER, attributes);
}
