/** What a template says of the load balancer. Pure: no call to AWS. */
import { canonicalCidr, ipVersionOf } from '../../aws/cidr';
import { invalid } from '../../core/failure';
import type { AccessLogs as AccessLogsModel, LoadBalancerConfiguration } from '../model';
import { table, type InputRows } from './table';
import type { Properties } from '../../cloudformation/extension';

/** The load balancer. With other values the service is on another one, so that no list is merged item by item. */
export const LOAD_BALANCER_ROWS = {
  LoadBalancerConfiguration: {
    default: {},
    members: table<LoadBalancerConfiguration>('LoadBalancerConfiguration', {
      Scheme: {},
      Subnets: { whole: true },
      AllowedCidrs: { whole: true },
      HttpRedirect: {},
      IdleTimeoutSeconds: {},
      AccessLogs: { members: table<AccessLogsModel>('AccessLogs', { Bucket: {}, Prefix: {} }) },
      ListenerArn: {},
    }),
  },
  WebAclArn: {},
} as const satisfies InputRows<object>;

/** A load balancer that services share, and that is made here. */
export interface SharedLoadBalancerSpec {
  readonly kind: 'shared';
  /** Undefined means: as its subnets are. */
  readonly scheme?: Scheme;
  /** Empty means: the tasks' subnets. */
  readonly subnetIds: readonly string[];
  /** Sorted, each as EC2 writes it. */
  readonly allowedCidrs: readonly string[];
  readonly httpRedirect: boolean;
  /** Undefined means that the template says nothing. */
  readonly attributes?: LoadBalancerAttributes;
}

/** A listener that the author looks after. */
export interface ExternalListenerSpec {
  readonly kind: 'external';
  readonly listenerArn: string;
}

/** How the service is reached. */
export type LoadBalancerSpec = SharedLoadBalancerSpec | ExternalListenerSpec;

/** As ELB names it. */
export type Scheme = 'internet-facing' | 'internal';

/** What ELB calls attributes of a load balancer; of an undefined one the template says nothing. */
export interface LoadBalancerAttributes {
  readonly idleTimeoutSeconds?: number;
  readonly accessLogs?: AccessLogs;
}

/** Where requests are logged. */
export interface AccessLogs {
  readonly bucket: string;
  readonly prefix?: string;
}

/** Defaults. Source: ECS Express Mode lets everybody in; the idle timeout is ELB's (ELB User Guide). */
export const LOAD_BALANCER_DEFAULTS = {
  AllowedCidrs: ['0.0.0.0/0', '::/0'],
  HttpRedirect: true,
  IdleTimeoutSeconds: 60,
} as const;

/** Rules of a security group for each direction and IP version (Amazon VPC quotas); each range needs one for each port. */
const RULES_OF_SECURITY_GROUP = 60;

const PATH = 'LoadBalancerConfiguration';

type Input = Properties<LoadBalancerConfiguration>;

/**
 * The load balancer that a template asks for.
 *
 * @param webAclArn that the template gives: the account's default does not count.
 * @throws HandlerError InvalidRequest.
 */
export function loadBalancerSpec(given: Input = {}, webAclArn: string | undefined): LoadBalancerSpec {
  const { ListenerArn, ...shared } = given;
  return ListenerArn === undefined
    ? sharedLoadBalancer(shared)
    : externalListener(ListenerArn, shared, webAclArn);
}

/** ARN of the load balancer that a listener belongs to. */
export function loadBalancerArnOf(listenerArn: string): string {
  return listenerArn.replace(':listener/', ':loadbalancer/').replace(/\/[^/]+$/, '');
}

function externalListener(
  listenerArn: string,
  excluded: Omit<Input, 'ListenerArn'>,
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
  return { kind: 'external', listenerArn };
}

function sharedLoadBalancer(given: Omit<Input, 'ListenerArn'>): SharedLoadBalancerSpec {
  const { Scheme: scheme, Subnets, AllowedCidrs, HttpRedirect, IdleTimeoutSeconds, AccessLogs: logs } = given;
  const httpRedirect = HttpRedirect ?? LOAD_BALANCER_DEFAULTS.HttpRedirect;
  const speaksOfAttributes = IdleTimeoutSeconds !== undefined || logs !== undefined;
  return {
    kind: 'shared',
    scheme,
    subnetIds: Subnets ?? [],
    allowedCidrs: allowedCidrs(AllowedCidrs ?? LOAD_BALANCER_DEFAULTS.AllowedCidrs, httpRedirect),
    httpRedirect,
    attributes: speaksOfAttributes
      ? {
          idleTimeoutSeconds: IdleTimeoutSeconds,
          accessLogs: logs && { bucket: logs.Bucket!, prefix: logs.Prefix || undefined },
        }
      : undefined,
  };
}

function allowedCidrs(given: readonly string[], httpRedirect: boolean): string[] {
  const path = `${PATH}/AllowedCidrs`;
  for (const [index, cidr] of given.entries()) {
    const canonical = canonicalCidr(cidr);
    if (canonical === undefined) {
      throw invalid(
        `${path}/${index}`,
        `"${cidr}" is no range of IP addresses`,
        'Write it like 203.0.113.0/24 or 2001:db8::/32',
      );
    }
    // EC2 would answer the canonical form, which CloudFormation would take for drift.
    if (canonical !== cidr)
      throw invalid(`${path}/${index}`, `"${cidr}" means ${canonical}`, `Write ${canonical}`);
  }
  const most = RULES_OF_SECURITY_GROUP / portsOpen(httpRedirect).length;
  for (const version of [4, 6]) {
    const count = given.filter((cidr) => ipVersionOf(cidr) === version).length;
    if (count <= most) continue;
    throw invalid(
      path,
      `has ${count} IPv${version} ranges, but a security group takes ${most} for ${portsOpen(httpRedirect).join(' and ')}`,
      httpRedirect
        ? 'Join ranges, or set HttpRedirect to false, which frees half of the rules'
        : 'Join ranges',
    );
  }
  return [...given].sort();
}

/** Ports at which clients reach a shared load balancer. */
export function portsOpen(httpRedirect: boolean): number[] {
  return httpRedirect ? [443, 80] : [443];
}

/**
 * Settings that differ from the defaults, in a fixed order: services that agree on them may share a load balancer.
 *
 * @returns nothing but JSON; empty when all are as by default.
 */
export function sharedSettings(spec: SharedLoadBalancerSpec): Readonly<Record<string, unknown>> {
  const { allowedCidrs: cidrs, httpRedirect, attributes } = spec;
  const isOpen = cidrs.join() === LOAD_BALANCER_DEFAULTS.AllowedCidrs.join();
  const accessLogs = attributes?.accessLogs;
  return {
    ...(!isOpen && { cidrs }),
    ...(httpRedirect !== LOAD_BALANCER_DEFAULTS.HttpRedirect && { httpRedirect }),
    ...(idleTimeoutOf(attributes) !== LOAD_BALANCER_DEFAULTS.IdleTimeoutSeconds && {
      idleTimeoutSeconds: idleTimeoutOf(attributes),
    }),
    ...(accessLogs && { accessLogs: [accessLogs.bucket, accessLogs.prefix ?? ''] }),
  };
}

/** Whether attributes differ from those that ELB gives to a new load balancer. */
export function areSpecial(attributes: LoadBalancerAttributes | undefined): boolean {
  return (
    idleTimeoutOf(attributes) !== LOAD_BALANCER_DEFAULTS.IdleTimeoutSeconds ||
    attributes?.accessLogs !== undefined
  );
}

function idleTimeoutOf(attributes: LoadBalancerAttributes | undefined): number {
  return attributes?.idleTimeoutSeconds ?? LOAD_BALANCER_DEFAULTS.IdleTimeoutSeconds;
}
