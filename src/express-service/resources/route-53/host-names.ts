import type { ApplyScope, Component, Scope } from '../../composition/component';
import { allOf } from '../../../core/all-of';
import { domainPath, domainsOf } from '../../properties/domains';
import { HandlerError } from '../../../core/failure';
import {
  checkZone,
  HOST_STATE_ACTIONS,
  hostState,
  noZone,
  release,
  routingAt,
  type HostState,
} from './host-records';
import { checkBeside, hostOfOtherRegion } from './routing-policies';
import { isDeepStrictEqual } from 'node:util';
import type { Identity } from '../../identity/identity';
import {
  isAmong,
  isManagedHost,
  isSameHost,
  regionalHosts,
  type Host,
  type ManagedHost,
} from '../../memory/hosts';
import { done, LIMIT, wait, waitedFor } from '../../../core/outcome';
import { isSdkError } from '../../../aws/sdk-errors';
import {
  hasIpv6,
  isManagedLoadBalancer,
  loadBalancerArnOf,
  type IpAddressType,
} from '../../properties/load-balancer-settings';
import { survey, SURVEY_PERMISSIONS } from '../../sharing/survey';
import type { ServiceSpec } from '../../specification';
import type { ObservedServiceSecurityGroup } from '../ec2/service-security-group';

/** Whose the hosts of the service are. */
export interface ObservedHostNames {
  /** Those whose records are made here, former ones too, without those that nobody has. */
  readonly hosts: readonly ObservedHost[];
}

/** A host, and whose it is. */
export interface ObservedHost {
  readonly host: ManagedHost;
  readonly state: HostState;
}

/** What to do when another service has the host: how this one takes its place, too, while the host is answered. */
const REPLACING =
  'Choose another host name. To replace that service and lose no request, add this one under another logical id and with another DomainName, exchange the DomainName of the two in one update of the stack, and remove the other one after that';

type Needs = {
  ServiceSecurityGroup: ObservedServiceSecurityGroup;
};

/**
 * Seconds for which an update waits for another service to give a host up, and those between two looks: in a stack update
 * in which services exchange their hosts, all are updated at the same time.
 */
const PATIENCE_SECONDS = 120;
const SECONDS_BETWEEN_LOOKS = 5;

/**
 * The host names that the service answers at, before anything answers there. Those that it gives up are offered to other
 * services, and those that another service gives up are waited for.
 */
export const hostNames: Component<ObservedHostNames, Needs> = {
  kind: 'HostNames',
  needs: ['ServiceSecurityGroup'],
  per: 'additional load balancer',
  permissions: {
    observe: [...HOST_STATE_ACTIONS],
    apply: [
      ...HOST_STATE_ACTIONS,
      ...SURVEY_PERMISSIONS,
      'route53:ChangeResourceRecordSets',
      'route53:GetHostedZone',
    ],
    remove: [],
  },

  async observe(scope, { ServiceSecurityGroup }) {
    const wanted = managedHosts(scope);
    const known = (ServiceSecurityGroup?.hosts ?? []).filter(isManagedHost);
    const fresh = wanted.filter((host) => !isAmong(host, known));
    const [observed] = await Promise.all([
      Promise.all([...known, ...fresh].map((host) => observeHost(scope, host))),
      Promise.all(fresh.map((host) => checkZoneOf(scope, host))),
    ]);
    const hosts = observed.filter(({ state }) => state.kind !== 'free');
    return hosts.length > 0 ? { hosts } : undefined;
  },

  async apply(scope, _needs, current = { hosts: [] }) {
    const wanted = managedHosts(scope);
    const hosts = await allOf(
      current.hosts.map(async ({ host, state }): Promise<ObservedHost> => {
        const isReleased = !isAmong(host, wanted);
        if (state.kind !== 'managed' || state.isReleased === isReleased) return { host, state };
        const ownership = await release(scope, host, state.records.ownership, isReleased);
        return { host, state: { ...state, isReleased, records: { ...state.records, ownership } } };
      }),
    );
    const held = hosts.find(({ host, state }) => isAmong(host, wanted) && isHeld(state));
    if (!held) return done({ hosts });
    return wait(
      `${held.host.hostName}, which ${ownerOf(held.state)} has not given up yet`,
      SECONDS_BETWEEN_LOOKS,
      { limit: { ...LIMIT, what: whatIsHeld(held.host) } },
    );
  },

  /** Their records go with dns-record.ts. */
  async remove() {
    return done(undefined);
  },
};

/** Regional names that the service has: not those that it has given up. */
export function regionalHostsInUse(
  { ServiceSecurityGroup: group, HostNames: names }: Partial<Needs & { HostNames: ObservedHostNames }>,
  { region }: Identity,
): readonly ManagedHost[] {
  const isReleased = (host: ManagedHost) => {
    const state = names && stateOf(names, host);
    return state?.kind === 'managed' && state.isReleased;
  };
  return group ? regionalHosts(group, region).filter((host) => !isReleased(host)) : [];
}

/** Hosts that the specification asks for and whose records are made here. */
export function managedHosts({ spec }: Pick<Scope, 'spec'>): readonly ManagedHost[] {
  if (!spec) return [];
  return domainsOf(spec)
    .filter(isManagedHost)
    .map(({ hostName, hostedZoneId }) => ({ hostName, hostedZoneId }));
}

/** Whose a host is. */
export function stateOf({ hosts }: ObservedHostNames, host: Host): HostState {
  return hosts.find((each) => isSameHost(each.host, host))?.state ?? { kind: 'free' };
}

/** @throws HandlerError ResourceConflict when the service wants a host that somebody else keeps. */
async function observeHost(scope: Scope, host: ManagedHost): Promise<ObservedHost> {
  const isWanted = isAmong(host, managedHosts(scope));
  const state = await lookAt(scope, host, isWanted);
  // What is no longer wanted and belongs to others is none of the service's business.
  if (!isWanted) return { host, state: isOfOthers(state) ? { kind: 'free' } : state };
  if (state.kind === 'foreign' || (isHeld(state) && !isPatient(scope as ApplyScope, host))) {
    throw conflict(host, state, pathOf(scope, host, 'DomainName'), scope);
  }
  if (hasForeignIpv6(state) && (await gainsIpv6(scope as ApplyScope))) {
    throw conflict(host, { kind: 'foreign' }, pathOf(scope, host, 'DomainName'), scope);
  }
  if (state.kind !== 'managed' || !keepsRouting(scope as ApplyScope, host)) {
    checkBeside(host, state.beside ?? [], routingAt(scope, host), {
      region: scope.identity.region,
      domainPath: pathOf(scope, host, 'DomainName'),
    });
  }
  return { host, state };
}

async function lookAt(scope: Scope, host: ManagedHost, isWanted: boolean): Promise<HostState> {
  try {
    return await hostState(scope, host);
  } catch (error) {
    if (!isSdkError(error, 'NoSuchHostedZone')) throw error;
    // With the zone its records are gone. Only a host that the service is to get needs one.
    if (isWanted && !hadBefore(scope as ApplyScope, host)) {
      throw noZone(host.hostedZoneId, pathOf(scope, host, 'HostedZoneId'), error);
    }
    return { kind: 'without zone' };
  }
}

/**
 * Whether the hosts come to have AAAA records. Those that have had them before get them back as they get A records back: a
 * record that somebody has changed by hand would else fail every update, and its rollback too.
 */
async function gainsIpv6(scope: ApplyScope): Promise<boolean> {
  const { loadBalancers } = await survey(scope);
  const typeIn = ({ loadBalancer: spec }: ServiceSpec) =>
    'listenerArn' in spec
      ? (loadBalancers.find(({ LoadBalancerArn }) => LoadBalancerArn === loadBalancerArnOf(spec.listenerArn))
          ?.IpAddressType as IpAddressType | undefined)
      : isManagedLoadBalancer(spec)
        ? spec.ipAddressType
        : undefined;
  const { spec, previousSpec } = scope;
  return hasIpv6(typeIn(spec)) && !(previousSpec && hasIpv6(typeIn(previousSpec)));
}

function hasForeignIpv6(state: HostState): boolean {
  return 'records' in state && state.records.isIpv6Foreign === true;
}

/** Whether Route 53 has been choosing the records of a host as it is to choose them. */
function keepsRouting({ spec, previousSpec }: ApplyScope, host: ManagedHost): boolean {
  return (
    previousSpec !== undefined &&
    isDeepStrictEqual(routingAt({ spec: previousSpec }, host), routingAt({ spec }, host))
  );
}

/** Whether this update leaves a host as it is. */
function hadBefore({ previousSpec }: ApplyScope, host: ManagedHost): boolean {
  return previousSpec !== undefined && isAmong(host, domainsOf(previousSpec));
}

/** Whether a host that another service has is waited for. A new service has not been promised anything. */
export function isPatient({ previousSpec, time }: ApplyScope, host: Host): boolean {
  return previousSpec !== undefined && waitedFor(time, whatIsHeld(host)) < PATIENCE_SECONDS;
}

/** Name of the wait for a host. */
export function whatIsHeld({ hostName }: Host): string {
  return `host ${hostName}`;
}

function isOfOthers({ kind }: HostState): boolean {
  return kind === 'other service' || kind === 'foreign';
}

function isHeld(state: HostState): boolean {
  return state.kind === 'other service' && !state.isReleased;
}

function ownerOf(state: HostState): string | undefined {
  return state.kind === 'other service' ? state.owner : undefined;
}

/** @throws HandlerError InvalidRequest when the zone cannot hold the records of a host that is new to the service. */
function checkZoneOf(scope: Scope, host: ManagedHost): Promise<void> {
  const domain = domainsOf(scope.spec!).find((each) => isSameHost(each, host));
  return checkZone(
    scope,
    { ...host, certificateArn: domain?.certificateArn },
    {
      HostedZoneId: pathOf(scope, host, 'HostedZoneId'),
      CertificateArn: pathOf(scope, host, 'CertificateArn'),
    },
  );
}

/** Path of a property of a host that the specification asks for. */
export function pathOf(
  { spec }: Scope,
  host: Host,
  property: 'DomainName' | 'HostedZoneId' | 'CertificateArn',
): string {
  const all = domainsOf(spec!);
  return domainPath(
    all.findIndex((domain) => isSameHost(domain, host)),
    all,
    property,
  );
}

function conflict(host: ManagedHost, state: HostState, propertyPath: string, scope: Scope): HandlerError {
  const { hostName } = host;
  if (state.kind === 'other service') {
    return (
      hostOfOtherRegion(host, state, routingAt(scope, host), scope.identity) ??
      hostOfAnother({ hostName }, state.owner, propertyPath)
    );
  }
  return new HandlerError(
    'ResourceConflict',
    `${hostName} has DNS records that do not belong to this service`,
    { propertyPath, remedy: 'Choose another host name, or delete the records first' },
  );
}

/** The error for a host that another service has. */
export function hostOfAnother({ hostName }: Host, owner: string, propertyPath: string): HandlerError {
  const problem = `${hostName} belongs to ${owner}`;
  return new HandlerError('ResourceConflict', problem, { propertyPath, remedy: REPLACING });
}
