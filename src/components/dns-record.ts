import {
  DescribeLoadBalancersCommand,
  type LoadBalancer as ElbLoadBalancer,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetHostedZoneCommand, type Change, type ResourceRecordSet } from '@aws-sdk/client-route-53';
import { allOf } from '../all-of';
import type { ApplyScope, Component, Scope } from '../component';
import { HandlerError } from '../errors';
import { isSameHost, type Host } from '../hosts';
import { ownerTagValue } from '../identity';
import { done, wait, type Outcome } from '../outcome';
import { changeRecords, deleteRecords, recordsAt } from '../records';
import { isSdkError, unless } from '../sdk-errors';
import type { ObservedListenerRule } from './listener-rule';
import type { ObservedLoadBalancer } from './load-balancer';
import type { ObservedServiceSecurityGroup } from './service-security-group';
import type { ObservedWebAclAssociation } from './web-acl-association';

/** The records of a host that belong to the service. */
export interface ObservedHostRecords {
  readonly host: Host;
  /** DNS name that the alias record leads to, in lower case without a final dot; undefined when it is absent. */
  readonly target?: string;
}

/** The DNS records of the service. */
export interface ObservedDnsRecord {
  /** One for each host of which there are records: the present one and former ones. */
  readonly hosts: readonly ObservedHostRecords[];
}

interface Needs {
  ServiceSecurityGroup: ObservedServiceSecurityGroup;
  LoadBalancer: ObservedLoadBalancer;
  ListenerRule: ObservedListenerRule;
  WebAclAssociation: ObservedWebAclAssociation;
}

/** Seconds that a change of the ownership record may take to be seen. */
const OWNERSHIP_TTL = 300;
/** Seconds between looks at a load balancer, which takes two or three minutes. */
const SECONDS_BETWEEN_LOOKS = 15;

/**
 * The alias record of the host, once the load balancer answers requests. DNS records cannot be tagged, so that a TXT
 * record beside it, made and deleted in the same change, says which service it belongs to.
 */
export const dnsRecord: Component<ObservedDnsRecord, Needs> = {
  kind: 'DnsRecord',
  needs: ['ServiceSecurityGroup', 'LoadBalancer', 'ListenerRule', 'WebAclAssociation'],
  permissions: {
    observe: ['route53:ListResourceRecordSets'],
    apply: [
      'elasticloadbalancing:DescribeLoadBalancers',
      'route53:ChangeResourceRecordSets',
      'route53:GetHostedZone',
      'route53:ListResourceRecordSets',
    ],
    remove: ['route53:ChangeResourceRecordSets', 'route53:ListResourceRecordSets'],
  },

  async observe(scope, { ServiceSecurityGroup }) {
    const domain = scope.spec?.domain;
    const known = ServiceSecurityGroup?.hosts ?? [];
    const isNew = domain && !known.some((host) => isSameHost(host, domain));
    const [found] = await Promise.all([
      Promise.all((isNew ? [...known, domain] : known).map((host) => observeHost(scope, host))),
      isNew && checkZone(scope, domain),
    ]);
    const hosts = found.filter((records) => records !== undefined);
    return hosts.length > 0 ? { hosts } : undefined;
  },

  async apply(scope, { LoadBalancer }, current) {
    if (LoadBalancer.state !== 'active') {
      const active = await isActive(scope, LoadBalancer.arn);
      if (active.status === 'wait') return active;
    }
    const { hostName, hostedZoneId } = scope.spec.domain;
    const others = current?.hosts.filter(({ host }) => !isSameHost(host, scope.spec.domain)) ?? [];
    const existing = current?.hosts.find(({ host }) => isSameHost(host, scope.spec.domain));
    const target = normalName(LoadBalancer.dnsName);
    if (existing?.target !== target) {
      await changeAlias(scope, LoadBalancer, existing ? 'UPSERT' : 'CREATE');
    }
    return done({ hosts: [{ host: { hostName, hostedZoneId }, target }, ...others] });
  },

  poll(scope, loadBalancerArn) {
    return isActive(scope, loadBalancerArn);
  },

  async prune(scope, _needs, { hosts }) {
    const former = hosts.filter(({ host }) => !isSameHost(host, scope.spec.domain));
    await allOf(former.map(({ host }) => removeRecords(scope, host)));
    return done(undefined);
  },

  async remove(scope, _found, { hosts }) {
    await allOf(hosts.map(({ host }) => removeRecords(scope, host)));
    return done(undefined);
  },
};

/** Name of the record that says whose the records of a host are. */
export function ownershipRecordName(hostName: string): string {
  return `_org-ecs-express.${hostName}`;
}

/** @returns undefined when the service has no record there. */
async function observeHost(scope: Scope, host: Host): Promise<ObservedHostRecords | undefined> {
  const [addresses, ownership] = await lookUp(scope, host);
  const isOwn = ownership?.ResourceRecords?.[0]?.Value === ownershipValue(scope);
  if (isOwn) {
    const target = addresses.find(({ Type }) => Type === 'A')?.AliasTarget?.DNSName;
    return { host, target: target && normalName(target) };
  }
  if (isWanted(scope, host) && (ownership || addresses.length > 0)) throw conflict(host.hostName, ownership);
  return undefined;
}

function isWanted({ spec }: Scope, host: Host): boolean {
  return spec !== undefined && isSameHost(host, spec.domain);
}

/** Records that answer for the host, and the one that says whose they are. */
async function lookUp(
  scope: Scope,
  { hostName, hostedZoneId }: Host,
): Promise<[ResourceRecordSet[], ResourceRecordSet | undefined]> {
  try {
    const [addresses, [ownership]] = await Promise.all([
      recordsAt(scope, hostedZoneId, hostName, ['A', 'AAAA', 'CNAME']),
      recordsAt(scope, hostedZoneId, ownershipRecordName(hostName), ['TXT']),
    ]);
    return [addresses, ownership];
  } catch (error) {
    if (!isSdkError(error, 'NoSuchHostedZone')) throw error;
    // With the zone its records are gone; one that is to get records must exist.
    if (isWanted(scope, { hostName, hostedZoneId })) throw noZone(hostedZoneId, error);
    return [[], undefined];
  }
}

/** @throws HandlerError InvalidRequest when the hosted zone does not hold the host. */
async function checkZone({ clients }: Scope, { hostName, hostedZoneId }: Host): Promise<void> {
  let name: string | undefined;
  try {
    const { HostedZone } = await clients.route53.send(new GetHostedZoneCommand({ Id: hostedZoneId }));
    name = HostedZone?.Name;
  } catch (error) {
    if (isSdkError(error, 'NoSuchHostedZone')) throw noZone(hostedZoneId, error);
    throw error;
  }
  const zone = normalName(name ?? '');
  if (hostName !== zone && !hostName.endsWith(`.${zone}`)) {
    throw new HandlerError('InvalidRequest', `hosted zone ${hostedZoneId} holds ${zone}, not ${hostName}`, {
      propertyPath: 'HostedZoneId',
      remedy: `Name the hosted zone that holds ${hostName}`,
    });
  }
}

async function changeAlias(
  scope: ApplyScope,
  { dnsName, canonicalHostedZoneId }: ObservedLoadBalancer,
  Action: 'CREATE' | 'UPSERT',
): Promise<void> {
  const { domain } = scope.spec;
  const records: ResourceRecordSet[] = [
    {
      Name: domain.hostName,
      Type: 'A',
      AliasTarget: { HostedZoneId: canonicalHostedZoneId, DNSName: dnsName, EvaluateTargetHealth: false },
    },
    {
      Name: ownershipRecordName(domain.hostName),
      Type: 'TXT',
      TTL: OWNERSHIP_TTL,
      ResourceRecords: [{ Value: ownershipValue(scope) }],
    },
  ];
  const changes = records.map((ResourceRecordSet): Change => ({ Action, ResourceRecordSet }));
  try {
    await changeRecords(scope, domain.hostedZoneId, changes);
  } catch (error) {
    if (!isSdkError(error, 'InvalidChangeBatch')) throw error;
    // Either an earlier attempt, whose answer was lost, has made the records, or somebody else a moment ago.
    const made = await observeHost(scope, domain);
    if (made?.target !== normalName(dnsName)) throw error;
  }
}

/** Delete what the service has at a host. */
async function removeRecords(scope: Scope, host: Host): Promise<void> {
  const [addresses, ownership] = await lookUp(scope, host);
  if (!ownership || ownership.ResourceRecords?.[0]?.Value !== ownershipValue(scope)) return;
  const alias = addresses.filter(({ Type }) => Type === 'A');
  await deleteRecords(scope, host.hostedZoneId, [...alias, ownership]);
}

async function isActive({ clients }: Scope, loadBalancerArn: string): Promise<Outcome<void>> {
  const answer = await unless(
    clients.elasticLoadBalancing.send(
      new DescribeLoadBalancersCommand({ LoadBalancerArns: [loadBalancerArn] }),
    ),
    'LoadBalancerNotFoundException',
  );
  return progressOf(answer?.LoadBalancers?.[0], loadBalancerArn);
}

function progressOf(found: ElbLoadBalancer | undefined, arn: string): Outcome<void> {
  const name = found?.LoadBalancerName ?? arn;
  const code = found?.State?.Code;
  if (code === 'provisioning') {
    return wait(`load balancer ${name} to become active`, SECONDS_BETWEEN_LOOKS, arn);
  }
  if (found && code !== 'failed') return done(undefined);
  throw new HandlerError(
    'NotStabilized',
    `load balancer ${name} could not be provisioned: ${found?.State?.Reason ?? 'it was deleted'}`,
    { remedy: 'Delete it if it exists, and try again' },
  );
}

/** Value of the TXT record, in the quotes that Route 53 wants. */
function ownershipValue({ identity }: Scope): string {
  return `"${ownerTagValue(identity)}"`;
}

/** In lower case, without the final dot and without the prefix that the Route 53 console adds for IPv6. */
function normalName(name: string): string {
  return name
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^dualstack\./, '');
}

function conflict(hostName: string, ownership: ResourceRecordSet | undefined): HandlerError {
  const owner = ownership?.ResourceRecords?.[0]?.Value?.replaceAll('"', '');
  return new HandlerError(
    'ResourceConflict',
    owner
      ? `${hostName} belongs to ${owner}`
      : `${hostName} has DNS records that do not belong to this service`,
    { propertyPath: 'DomainName', remedy: 'Choose another host name, or delete the records first' },
  );
}

function noZone(hostedZoneId: string, cause: unknown): HandlerError {
  return new HandlerError('InvalidRequest', `hosted zone ${hostedZoneId} does not exist`, {
    propertyPath: 'HostedZoneId',
    remedy: 'Name a public hosted zone of this account',
    cause,
  });
}
