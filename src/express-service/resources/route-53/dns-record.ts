import {
  DescribeLoadBalancersCommand,
  type LoadBalancer as ElbLoadBalancer,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { allOf } from '../../../core/all-of';
import type { Component, Scope } from '../../composition/component';
import { HandlerError } from '../../../core/failure';
import { HOST_STATE_ACTIONS, leadTo, normalName, removeHostRecords } from './host-records';
import { isAmong, type ManagedHost } from '../../memory/hosts';
import { done, wait, type Outcome } from '../../../core/outcome';
import { unless } from '../../../aws/sdk-errors';
import { managedHosts, stateOf, type ObservedHostNames } from './host-names';
import type { ObservedListenerRule } from '../elastic-load-balancing/service-rule';
import type { ObservedLoadBalancer } from '../elastic-load-balancing/load-balancer';
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

interface Needs {
  HostNames: ObservedHostNames;
  LoadBalancer: ObservedLoadBalancer;
  ListenerRule: ObservedListenerRule;
  WebAclAssociation: ObservedWebAclAssociation;
}

/** What is kept while the load balancer becomes active: its ARN. */
interface Token {
  readonly loadBalancerArn: string;
}

/** Seconds between looks at a load balancer, which takes two or three minutes. */
const SECONDS_BETWEEN_LOOKS = 15;
/** Seconds until another look at a host whose records somebody has changed a moment ago. */
const SECONDS_AFTER_CHANGE = 2;

/** The alias records of the hosts, once the load balancer answers requests (see host-records.ts). */
export const dnsRecord: Component<ObservedDnsRecord, Needs, Token> = {
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

  async observe(_scope, { HostNames }) {
    const hosts = (HostNames?.hosts ?? []).flatMap(({ host, state }): ObservedHostRecords[] => {
      if (state.kind === 'without zone') return [{ host, isWithoutZone: true }];
      return state.kind === 'managed' ? [{ host, target: state.target }] : [];
    });
    return hosts.length > 0 ? { hosts } : undefined;
  },

  async apply(scope, { HostNames, LoadBalancer }, current) {
    if (LoadBalancer.state !== 'active') {
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
      missing.map((host) => leadTo(scope, host, stateOf(HostNames, host), LoadBalancer)),
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

async function isActive({ clients }: Scope, loadBalancerArn: string): Promise<Outcome<void, Token>> {
  const answer = await unless(
    clients.elasticLoadBalancing.send(
      new DescribeLoadBalancersCommand({ LoadBalancerArns: [loadBalancerArn] }),
    ),
    'LoadBalancerNotFoundException',
  );
  return progressOf(answer?.LoadBalancers?.[0], loadBalancerArn);
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
