import {
  DescribeLoadBalancersCommand,
  type LoadBalancer as ElbLoadBalancer,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { allOf } from '../../../core/all-of';
import type { Component, Scope } from '../../composition/component';
import { gone, type Part } from '../../composition/part';
import { HandlerError } from '../../../core/failure';
import { HOST_STATE_ACTIONS, leadTo, normalName, ownershipRecordOf, removeHostRecords } from './host-records';
import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { isAmong, type ManagedHost } from '../../memory/hosts';
import { done, wait, type Outcome } from '../../../core/outcome';
import { unless } from '../../../aws/sdk-errors';
import { sessionValue } from '../../../aws/session';
import { managedHosts, stateOf, type ObservedHostNames } from './host-names';
import type { ObservedListenerRule } from '../elastic-load-balancing/service-rule';
import type { ObservedLoadBalancer } from '../elastic-load-balancing/load-balancer';
import type { ObservedServiceSecurityGroup } from '../ec2/service-security-group';
import type { ObservedWebAclAssociation } from '../waf/web-acl-association';

/** The records of a host that belong to the service. */
export interface ObservedHostRecords {
  readonly host: ManagedHost;
  /** DNS name that the alias record leads to, in lower case without a final dot; undefined when it is absent. */
  readonly target?: string;
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
  LoadBalancer: ObservedLoadBalancer;
  ListenerRule: ObservedListenerRule;
  WebAclAssociation: ObservedWebAclAssociation;
};

/** What is kept while the load balancer becomes active: its ARN. */
interface Token {
  readonly loadBalancerArn: string;
}

/** As CloudFormation writes a record. */
interface RecordProperties {
  readonly HostedZoneId: string;
  readonly Name: string;
  readonly Type: 'A' | 'TXT';
  readonly AliasTarget?: {
    readonly DNSName: string;
    readonly HostedZoneId: string;
    readonly EvaluateTargetHealth: boolean;
  };
  readonly TTL?: string;
  readonly ResourceRecords?: readonly string[];
}

const RECORD_SET = 'AWS::Route53::RecordSet';

/** Where the domains of a service are on record. */
interface DomainsFound {
  readonly ServiceSecurityGroup: ObservedServiceSecurityGroup;
}

/** Seconds between looks at a load balancer, which takes two or three minutes. */
const SECONDS_BETWEEN_LOOKS = 15;
/** Seconds until another look at a host whose records somebody has changed a moment ago. */
const SECONDS_AFTER_CHANGE = 2;

/** The alias records of the hosts, once the load balancer answers requests (see host-records.ts). */
export const dnsRecord: Component<ObservedDnsRecord, Needs, RecordProperties, Token> = {
  kind: 'DnsRecord',
  needs: ['HostNames', 'LoadBalancer', 'ListenerRule', 'WebAclAssociation'],
  staysWhileJoining: true,
  permissions: {
    observe: [],
    apply: [
      ...HOST_STATE_ACTIONS,
      'elasticloadbalancing:DescribeLoadBalancers',
      'route53:ChangeResourceRecordSets',
    ],
    remove: [...HOST_STATE_ACTIONS, 'route53:ChangeResourceRecordSets'],
  },

  desired({ identity, spec, refer }) {
    const type = RECORD_SET;
    return managedHosts({ spec }).flatMap((host) => {
      const { hostName, hostedZoneId: HostedZoneId } = host;
      const { Name, Type, TTL, ResourceRecords } = ownershipRecordOf({ identity }, host);
      return [
        {
          name: hostName,
          type,
          properties: {
            HostedZoneId,
            Name: hostName,
            Type: 'A' as const,
            AliasTarget: {
              DNSName: refer('LoadBalancer', 'DNSName'),
              HostedZoneId: refer('LoadBalancer', 'CanonicalHostedZoneID'),
              EvaluateTargetHealth: false,
            },
          },
        },
        {
          name: Name,
          type,
          properties: {
            HostedZoneId,
            Name,
            Type,
            TTL: String(TTL),
            ResourceRecords: ResourceRecords.map(({ Value }) => Value),
          },
        },
      ];
    });
  },

  /** One for each host: the alias record. */
  parts: (_scope, observed, found) =>
    ((found as Partial<DomainsFound>).ServiceSecurityGroup?.domains ?? [])
      .filter(({ hostedZoneId }) => hostedZoneId !== undefined)
      .map(({ hostName }) => {
        const records = observed?.hosts.find(({ host }) => host.hostName === hostName);
        if (records?.isWithoutZone) return withoutZone(records.host.hostedZoneId);
        return records?.target === undefined ? gone(RECORD_SET) : { type: RECORD_SET };
      }),

  async observe(_scope, { HostNames }) {
    const hosts = (HostNames?.hosts ?? []).flatMap(({ host, state }): ObservedHostRecords[] => {
      if (state.kind === 'without zone') return [{ host, isWithoutZone: true }];
      return state.kind === 'managed' ? [{ host, target: state.target }] : [];
    });
    return hosts.length > 0 ? { hosts } : undefined;
  },

  async apply(scope, { HostNames, LoadBalancer }, current) {
    if (LoadBalancer.state !== 'active' && !seenActive(scope).has(LoadBalancer.arn)) {
      const active = await isActive(scope, LoadBalancer.arn);
      if (active.status === 'wait') return active;
    }
    const wanted = managedHosts(scope);
    const target = normalName(LoadBalancer.dnsName);
    const there = current?.hosts ?? [];
    const withoutZone = there.filter(({ isWithoutZone }) => isWithoutZone);
    const possible = wanted.filter((host) => !withoutZone.some((each) => isAmong(each.host, [host])));
    const missing = possible.filter(
      (host) => !there.some((each) => isAmong(each.host, [host]) && each.target === target),
    );
    const led = await allOf(
      missing.map((host) =>
        leadTo(scope, host, stateOf(HostNames, host), {
          alias: aliasRecord(scope.desired[host.hostName]!),
          ownership: ownershipRecordOf(scope, host),
        }),
      ),
    );
    const changed = missing.find((_host, index) => !led[index]);
    if (changed) return wait(`the DNS records of ${changed.hostName}`, SECONDS_AFTER_CHANGE);
    const others = there.filter(({ host }) => !isAmong(host, possible));
    return done({ hosts: [...possible.map((host) => ({ host, target })), ...others] });
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

function aliasRecord({ Name, Type, AliasTarget }: RecordProperties): ResourceRecordSet {
  return { Name, Type, AliasTarget };
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
