/** Who may reach a shared load balancer, as the rules of its security group say it. Pure: no call to AWS. */
import type { IpPermission, SecurityGroup } from '@aws-sdk/client-ec2';
import { ipVersionOf } from '../../aws/cidr';
import type { AllowedSources } from '../properties/allowed-sources';
import { portsOpen, type SharedLoadBalancerSpec } from '../properties/load-balancer-settings';
import {
  transportsOf,
  type NetworkLoadBalancerSpec,
  type Transport,
} from '../properties/network-load-balancer';

/** Who may reach the load balancer; an internal one has private addresses, which only what routes into the VPC reaches. */
export type Ingress = AllowedSources & Pick<SharedLoadBalancerSpec, 'httpRedirect'>;

const HTTPS_PORT = 443;
const HTTP_PORT = 80;

/** A rule of a security group that lets a range of addresses, or those of a prefix list, in at a port, as CloudFormation writes it. */
export interface IngressRule {
  readonly IpProtocol: Transport;
  readonly FromPort: number;
  readonly ToPort: number;
  readonly CidrIp?: string;
  readonly CidrIpv6?: string;
  readonly SourcePrefixListId?: string;
}

/** Whom a rule lets in. */
type Source = Pick<IngressRule, 'CidrIp' | 'CidrIpv6' | 'SourcePrefixListId'>;

/** The rules that let in whom a specification names. */
export function ingressRules({ httpRedirect, ...sources }: Ingress): IngressRule[] {
  return portsOpen(httpRedirect).flatMap((port) => rulesAt('tcp', port, sources));
}

/** The rules that let in whom a specification names, at the ports of a Network Load Balancer. */
export function networkIngressRules({ listener, ...sources }: NetworkLoadBalancerSpec): IngressRule[] {
  const { port, testPort, protocol } = listener;
  const ports = testPort === undefined ? [port] : [port, testPort];
  return ports.flatMap((each) =>
    transportsOf(protocol).flatMap((transport) => rulesAt(transport, each, sources)),
  );
}

function rulesAt(
  IpProtocol: Transport,
  port: number,
  { allowedCidrs, allowedPrefixListIds }: AllowedSources,
): IngressRule[] {
  const sources = [
    ...allowedCidrs.map((cidr) => (ipVersionOf(cidr) === 4 ? { CidrIp: cidr } : { CidrIpv6: cidr })),
    ...allowedPrefixListIds.map((SourcePrefixListId) => ({ SourcePrefixListId })),
  ];
  return sources.map((source) => ({ IpProtocol, FromPort: port, ToPort: port, ...source }));
}

/** Whom rules let in. */
export function sourcesIn(rules: readonly Source[]): AllowedSources {
  const cidrs = rules.flatMap(({ CidrIp, CidrIpv6 }) => CidrIp ?? CidrIpv6 ?? []);
  const prefixLists = rules.flatMap(({ SourcePrefixListId }) => SourcePrefixListId ?? []);
  return {
    allowedCidrs: [...new Set(cidrs)].sort(),
    allowedPrefixListIds: [...new Set(prefixLists)].sort(),
  };
}

/** Rules that let ranges of addresses and prefix lists in, one for each of them, port and protocol. */
export function ingressRulesOf({ IpPermissions = [] }: Pick<SecurityGroup, 'IpPermissions'>): IngressRule[] {
  return IpPermissions.flatMap((permission) => {
    const { IpProtocol, FromPort = 0, ToPort = 0 } = permission;
    return sourcesOf(permission).map((source) => ({
      IpProtocol: IpProtocol as Transport,
      FromPort,
      ToPort,
      ...source,
    }));
  });
}

/** Rules as EC2 takes them. */
export function ingressPermissions(rules: readonly IngressRule[]): IpPermission[] {
  return rules.map(({ CidrIp, CidrIpv6, SourcePrefixListId, ...rule }) => ({
    ...rule,
    ...(CidrIp !== undefined && { IpRanges: [{ CidrIp }] }),
    ...(CidrIpv6 !== undefined && { Ipv6Ranges: [{ CidrIpv6 }] }),
    ...(SourcePrefixListId !== undefined && { PrefixListIds: [{ PrefixListId: SourcePrefixListId }] }),
  }));
}

/** Whom the rules of a security group let in: by HTTPS, and whether anybody by HTTP. */
export function ingressOf({ IpPermissions = [] }: Pick<SecurityGroup, 'IpPermissions'>): Ingress {
  const https = IpPermissions.filter((permission) => opens(permission, HTTPS_PORT));
  return {
    ...sourcesIn(https.flatMap(sourcesOf)),
    httpRedirect: IpPermissions.some((permission) => opens(permission, HTTP_PORT)),
  };
}

function sourcesOf({ IpRanges = [], Ipv6Ranges = [], PrefixListIds = [] }: IpPermission): Source[] {
  return [
    ...IpRanges.map(({ CidrIp }) => ({ CidrIp })),
    ...Ipv6Ranges.map(({ CidrIpv6 }) => ({ CidrIpv6 })),
    ...PrefixListIds.map(({ PrefixListId }) => ({ SourcePrefixListId: PrefixListId })),
  ];
}

function opens({ IpProtocol, FromPort = 0, ToPort = 0 }: IpPermission, port: number): boolean {
  return IpProtocol === '-1' || (IpProtocol === 'tcp' && FromPort <= port && port <= ToPort);
}
