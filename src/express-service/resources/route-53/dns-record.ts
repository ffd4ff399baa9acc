import {
  DescribeLoadBalancersCommand,
  type LoadBalancer as ElbLoadBalancer,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { allOf } from '../../../core/all-of';
import type { Component, Scope } from '../../composition/component';
import { gone, type Part } from '../../composition/part';
import { HandlerError } from '../../../core/failure';
import {
  answersAs,
  HOST_STATE_ACTIONS,
  leadTo,
  ownershipRecordOf,
  removeHostRecords,
  routingAt,
} from './host-records';
import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { isAmong, isSameHost, type ManagedHost } from '../../memory/hosts';
import { routingMembers, routingOf, type Routing, type RoutingMembers } from '../../properties/dns';
import { threeWay } from '../../../core/three-way';
import type { ObservedCertificate } from '../certificate-manager/certificate';
import { validationRecordOf } from '../certificate-manager/managed-certificates';
import type { ObservedHealthCheck } from './health-check';
import { done, wait, type Outcome } from '../../../core/outcome';
import { unless } from '../../../aws/sdk-errors';
import { sessionValue } from '../../../aws/session';
import { managedHosts, regionalHostsInUse, stateOf, type ObservedHostNames } from './host-names';
import { hasIpv6, isManagedLoadBalancer } from '../../properties/load-balancer-settings';
import type { ServiceSpec } from '../../specification';
import type { ObservedListenerRule } from '../elastic-load-balancing/service-rule';
import type { ObservedLoadBalancer } from '../elastic-load-balancing/load-balancer';
import type { ObservedServiceSecurityGroup } from '../ec2/service-security-group';
import type { ServiceRules } from '../../properties/web-acl-rules';
import type { ObservedWebAclAssociation } from '../waf/web-acl-association';

/** The records of a host that belong to the service. */
export interface ObservedHostRecords {
  readonly host: ManagedHost;
  /** The A record; undefined when it is absent. */
  readonly ipv4?: ResourceRecordSet;
  /** The AAAA record, where it is an alias. */
  readonly ipv6?: ResourceRecordSet;
  /** Whether the hosted zone was deleted, and the records with it. */
  readonly isWithoutZone?: true;
}

/** The DNS records of the service. */
export interface ObservedDnsRecord {
  /** One for each host of which there are records: present and former ones. */
  readonly hosts: readonly ObservedHostRecords[];
}

type Needs = {
  HostNames: ObservedHostNames;
  Certificate: ObservedCertificate;
  LoadBalancer: ObservedLoadBalancer;
  HealthCheck: ObservedHealthCheck;
  ListenerRule: ObservedListenerRule;
  WebAclAssociation: ObservedWebAclAssociation;
  WebAclRules?: ServiceRules;
};

/** What is kept while the load balancer becomes active: its ARN. */
interface Token {
  readonly loadBalancerArn: string;
}

/** As CloudFormation writes a record. */
interface RecordProperties extends RoutingMembers {
  readonly HostedZoneId: string;
  readonly Name: string;
  readonly Type: 'A' | 'AAAA' | 'TXT';
  readonly AliasTarget?: {
    readonly DNSName: string;
    readonly HostedZoneId: string;
    readonly EvaluateTargetHealth: boolean;
  };
  readonly HealthCheckId?: string;
  readonly TTL?: string;
  readonly ResourceRecords?: readonly string[];
}

const RECORD_SET = 'AWS::Route53::RecordSet';

/** Where the domains of a service are on record, and where they lead. */
interface Found {
  readonly ServiceSecurityGroup: ObservedServiceSecurityGroup;
  readonly LoadBalancer: ObservedLoadBalancer;
}

/** Seconds between looks at a load balancer, which takes two or three minutes. */
const SECONDS_BETWEEN_LOOKS = 15;
/** Seconds until another look at a host whose records somebody has changed a moment ago. */
const SECONDS_AFTER_CHANGE = 2;

/** The alias records of the hosts, once the load balancer answers requests (see host-records.ts). */
export const dnsRecord: Component<ObservedDnsRecord, Needs, RecordProperties, Token> = {
  kind: 'DnsRecord',
  needs: [
    'HostNames',
    'Certificate',
    'LoadBalancer',
    'HealthCheck',
    'ListenerRule',
    'WebAclAssociation',
    'WebAclRules',
  ],
  staysWhileJoining: true,
  per: 'additional load balancer',
  permissions: {
    observe: [],
    apply: [
      ...HOST_STATE_ACTIONS,
      'acm:DescribeCertificate',
      'elasticloadbalancing:DescribeLoadBalancers',
      'route53:ChangeResourceRecordSets',
    ],
    remove: [...HOST_STATE_ACTIONS, 'route53:ChangeResourceRecordSets'],
  },

  /**
   * The health of targets is not evaluated: Route 53 would want a healthy one in every target group of the load balancer, of
   * which one at least is empty, and others are those of other services (Amazon Route 53 API reference, AliasTarget,
   * EvaluateTargetHealth). See target-group-health-checks.ts.
   */
  desired({ identity, spec, previousSpec, refer }, { LoadBalancer }, current) {
    const type = RECORD_SET;
    const AliasTarget = {
      DNSName: refer('LoadBalancer', 'DNSName'),
      HostedZoneId: refer('LoadBalancer', 'CanonicalHostedZoneID'),
      EvaluateTargetHealth: false,
    };
    return managedHosts({ spec }).flatMap((host) => {
      const { hostName, hostedZoneId: HostedZoneId } = host;
      const found = current?.hosts.find((each) => isSameHost(each.host, host));
      const routing = threeWay<Routing | undefined>({
        desired: routingAt({ spec }, host),
        previous: previousSpec && routingAt({ spec: previousSpec }, host),
        live: routingOf(found?.ipv4),
      });
      const chosenBy = routing && {
        ...routingMembers(routing, identity.region),
        HealthCheckId: refer('HealthCheck', 'HealthCheckId'),
      };
      const ownership = ownershipRecordOf({ identity }, host, routing);
      const { Name, TTL, ResourceRecords } = ownership;
      return [
        ...aliasTypes(spec, LoadBalancer).map((aliasType) => ({
          name: aliasType === 'A' ? hostName : `${hostName} ${aliasType}`,
          type,
          properties: { HostedZoneId, Name: hostName, Type: aliasType, AliasTarget, ...chosenBy },
        })),
        {
          name: Name,
          type,
          properties: {
            HostedZoneId,
            ...ownership,
            TTL: String(TTL),
            ResourceRecords: ResourceRecords.map(({ Value }) => Value),
          },
        },
      ];
    });
  },

  /** The alias records of each host: one, or two where the load balancer has IPv6 addresses. */
  parts({ identity }, observed, found) {
    const { ServiceSecurityGroup: group, LoadBalancer } = found as Partial<Found>;
    const named = (group?.domains ?? []).filter(({ hostedZoneId }) => hostedZoneId !== undefined);
    return [...named, ...regionalHostsInUse(found, identity)].flatMap(({ hostName }) => {
      const records = observed?.hosts.find(({ host }) => host.hostName === hostName);
      if (records?.isWithoutZone) return [withoutZone(records.host.hostedZoneId)];
      const aliases = [
        records?.ipv4,
        ...(records?.ipv6 || hasIpv6(LoadBalancer?.ipAddressType) ? [records?.ipv6] : []),
      ];
      return aliases.map((alias) => (alias?.AliasTarget ? { type: RECORD_SET } : gone(RECORD_SET)));
    });
  },

  async observe(_scope, { HostNames }) {
    const hosts = (HostNames?.hosts ?? []).flatMap(({ host, state }): ObservedHostRecords[] => {
      if (state.kind === 'without zone') return [{ host, isWithoutZone: true }];
      if (state.kind !== 'managed') return [];
      const { ipv4, ipv6 } = state.records;
      return [{ host, ipv4, ipv6 }];
    });
    return hosts.length > 0 ? { hosts } : undefined;
  },

  async apply(scope, { HostNames, Certificate, LoadBalancer }, current) {
    if (LoadBalancer.state !== 'active' && !seenActive(scope).has(LoadBalancer.arn)) {
      const active = await isActive(scope, LoadBalancer.arn);
      if (active.status === 'wait') return active;
    }
    const wanted = managedHosts(scope);
    const there = current?.hosts ?? [];
    const withoutZone = there.filter(({ isWithoutZone }) => isWithoutZone);
    const possible = wanted.filter((host) => !withoutZone.some((each) => isAmong(each.host, [host])));
    const records = Object.values(scope.desired);
    const aliasAt = (host: ManagedHost, type: 'A' | 'AAAA') => {
      const alias = records.find(({ Name, Type }) => Name === host.hostName && Type === type);
      return alias && recordOf(alias);
    };
    const isLed = ({ host, ipv4, ipv6 }: ObservedHostRecords) =>
      answersAs(ipv4, aliasAt(host, 'A')) &&
      // One that somebody has made beside the A record stays as long as it leads to addresses.
      (answersAs(ipv6, aliasAt(host, 'AAAA')) ||
        (!aliasAt(host, 'AAAA') && hasIpv6(LoadBalancer.ipAddressType)));
    const missing = possible.filter(
      (host) => !there.some((each) => isAmong(each.host, [host]) && isLed(each)),
    );
    const led = await allOf(
      missing.map(async (host) => {
        const aliases = [aliasAt(host, 'A'), aliasAt(host, 'AAAA')].filter((alias) => alias !== undefined);
        const ownership = ownershipRecordOf(scope, host, routingOf(aliases[0]));
        const validation = await validationAt(scope, host, Certificate);
        return leadTo(scope, host, stateOf(HostNames, host), { aliases, ownership, validation });
      }),
    );
    const changed = missing.find((_host, index) => !led[index]);
    if (changed) return wait(`the DNS records of ${changed.hostName}`, SECONDS_AFTER_CHANGE);
    const others = there.filter(({ host }) => !isAmong(host, missing));
    const made = missing.map((host) => ({ host, ipv4: aliasAt(host, 'A'), ipv6: aliasAt(host, 'AAAA') }));
    return done({ hosts: [...made, ...others] });
  },

  poll(scope, { loadBalancerArn }) {
    return isActive(scope, loadBalancerArn);
  },

  async prune(scope, _needs, { hosts }) {
    const wanted = managedHosts(scope);
    const former = hosts.filter(({ host }) => !isAmong(host, wanted));
    await allOf(former.map(({ host }) => removeHostRecords(scope, host)));
    return done(undefined);
  },

  async remove(scope, _found, { hosts }) {
    await allOf(hosts.map(({ host }) => removeHostRecords(scope, host)));
    return done(undefined);
  },
};

/** The alias records that the hosts get. Of a load balancer that the author looks after its own IpAddressType decides. */
function aliasTypes(
  { loadBalancer }: ServiceSpec,
  observed: ObservedLoadBalancer | undefined,
): readonly ('A' | 'AAAA')[] {
  const type = isManagedLoadBalancer(loadBalancer) ? loadBalancer.ipAddressType : observed?.ipAddressType;
  return hasIpv6(type) ? ['A', 'AAAA'] : ['A'];
}

/** The record that validates the certificate of a host that Regions share: another one may have deleted it meanwhile. */
async function validationAt(
  scope: Scope,
  host: ManagedHost,
  certificates: ObservedCertificate | undefined,
): Promise<ResourceRecordSet | undefined> {
  if (!routingAt(scope, host)) return undefined;
  const used = certificates?.managed.find((each) => !each.isObsolete && isSameHost(each.host, host));
  return used && validationRecordOf(scope, used.arn);
}

/** As Route 53 takes it. */
function recordOf({
  HostedZoneId: _,
  TTL: _none,
  ResourceRecords: _nor,
  ...record
}: RecordProperties): ResourceRecordSet {
  return record;
}

/** A record whose hosted zone was deleted: nothing can make it again there. */
function withoutZone(hostedZoneId: string): Part {
  return {
    type: RECORD_SET,
    status: 'DELETED',
    reason: `Hosted zone ${hostedZoneId} was deleted, and the record with it; name another zone in HostedZoneId`,
  };
}

/** ARNs of load balancers that this invocation has seen active. */
const seenActive = sessionValue((_: Scope) => new Set<string>());

async function isActive(scope: Scope, loadBalancerArn: string): Promise<Outcome<void, Token>> {
  const answer = await unless(
    scope.clients.elasticLoadBalancing.send(
      new DescribeLoadBalancersCommand({ LoadBalancerArns: [loadBalancerArn] }),
    ),
    'LoadBalancerNotFoundException',
  );
  const progress = progressOf(answer?.LoadBalancers?.[0], loadBalancerArn);
  if (progress.status === 'done') seenActive(scope).add(loadBalancerArn);
  return progress;
}

function progressOf(found: ElbLoadBalancer | undefined, arn: string): Outcome<void, Token> {
  const name = found?.LoadBalancerName ?? arn;
  const code = found?.State?.Code;
  if (code === 'provisioning') {
    return wait(`load balancer ${name} to become active`, SECONDS_BETWEEN_LOOKS, {
      token: { loadBalancerArn: arn },
    });
  }
  if (found && code !== 'failed') return done(undefined);
  throw new HandlerError(
    'NotStabilized',
    `load balancer ${name} could not be provisioned: ${found?.State?.Reason ?? 'it was deleted'}`,
    { remedy: 'Delete it if it exists, and try again' },
  );
}
