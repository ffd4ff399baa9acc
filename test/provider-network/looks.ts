/** What AWS holds, in words that tests compare. */
import { DescribeSecurityGroupsCommand, type IpPermission } from '@aws-sdk/client-ec2';
import {
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  type LoadBalancer,
  type Rule,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { ListResourceRecordSetsCommand } from '@aws-sdk/client-route-53';
import type { Account } from './account';

/** All load balancers. */
export async function loadBalancersOf(account: Account): Promise<LoadBalancer[]> {
  const { LoadBalancers = [] } = await account
    .clients()
    .elasticLoadBalancing.send(new DescribeLoadBalancersCommand({}));
  return LoadBalancers;
}

/** Rules of a listener, without its default one. */
export async function rulesOf(account: Account, listenerArn: string): Promise<Rule[]> {
  const { Rules = [] } = await account
    .clients()
    .elasticLoadBalancing.send(new DescribeRulesCommand({ ListenerArn: listenerArn }));
  return Rules.filter(({ IsDefault }) => !IsDefault);
}

/** Rules of a security group as `443 from 0.0.0.0/0` and `8080 to sg-1`, sorted. */
export async function permissionsOf(
  account: Account,
  groupId: string,
): Promise<{ ingress: string[]; egress: string[] }> {
  const { SecurityGroups = [] } = await account
    .clients()
    .ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [groupId] }));
  return {
    ingress: inWords('from', SecurityGroups[0]?.IpPermissions),
    egress: inWords('to', SecurityGroups[0]?.IpPermissionsEgress),
  };
}

/** Address and ownership records of the hosted zone, as `A name target`. */
export async function recordsOf(account: Account): Promise<string[]> {
  const { ResourceRecordSets = [] } = await account
    .clients()
    .route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: account.hostedZoneId }));
  return ResourceRecordSets.filter(({ Type }) => ['A', 'AAAA', 'TXT'].includes(Type!)).map(
    ({ Name, Type, AliasTarget, ResourceRecords }) =>
      `${Type} ${Name} ${AliasTarget?.DNSName ?? ResourceRecords?.[0]?.Value}`,
  );
}

function inWords(direction: string, permissions: readonly IpPermission[] = []): string[] {
  return permissions
    .flatMap(({ FromPort, IpRanges = [], Ipv6Ranges = [], UserIdGroupPairs = [] }) =>
      [
        ...IpRanges.map(({ CidrIp }) => CidrIp),
        ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6),
        ...UserIdGroupPairs.map(({ GroupId }) => GroupId),
      ].map((peer) => `${FromPort ?? 'all'} ${direction} ${peer}`),
    )
    .sort();
}
