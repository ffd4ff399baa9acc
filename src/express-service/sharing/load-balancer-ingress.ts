/** Who may reach a shared load balancer, as the rules of its security group say it. Pure: no call to AWS. */
import type { IpPermission, SecurityGroup } from '@aws-sdk/client-ec2';
import { ipVersionOf } from '../../aws/cidr';
import { portsOpen, type SharedLoadBalancerSpec } from '../properties/load-balancer-settings';
import {
  transportsOf,
  type NetworkLoadBalancerSpec,
  type Transport,
} from '../properties/network-load-balancer';

/** Who may reach the load balancer; an internal one has private addresses, which only what routes into the VPC reaches. */
export type Ingress = Pick<SharedLoadBalancerSpec, 'allowedCidrs' | 'httpRedirect'>;

const HTTPS_PORT = 443;
const HTTP_PORT = 80;

/** A rule of a security group that lets a range of addresses in at a port, as CloudFormation writes it. */
export interface IngressRule {
  readonly IpProtocol: Transport;
  readonly FromPort: number;
  readonly ToPort: number;
  readonly CidrIp?: string;
  readonly CidrIpv6?: string;
}

/** The rules that let in whom a specification names. */
export function ingressRules({ allowedCidrs, httpRedirect }: Ingress): IngressRule[] {
  return portsOpen(httpRedirect).flatMap((port) => rulesAt('tcp', port, allowedCidrs));
}

/** The rules that let in whom a specification names, at the ports of a Network Load Balancer. */
export function networkIngressRules({ allowedCidrs, listener }: NetworkLoadBalancerSpec): IngressRule[] {
  const { port, testPort, protocol } = listener;
  const ports = testPort === undefined ? [port] : [port, testPort];
  return ports.flatMap((each) =>
    transportsOf(protocol).flatMap((transport) => rulesAt(transport, each, allowedCidrs)),
  );
}

function rulesAt(IpProtocol: Transport, port: number, cidrs: readonly string[]): IngressRule[] {
  return cidrs.map((cidr) => ({
    IpProtocol,
    FromPort: port,
    ToPort: port,
    ...(ipVersionOf(cidr) === 4 ? { CidrIp: cidr } : { CidrIpv6: cidr }),
  }));
}

/** Rules that let ranges of addresses in, one for each range, port and protocol. */
export function ingressRulesOf({ IpPermissions = [] }: Pick<SecurityGroup, 'IpPermissions'>): IngressRule[] {
  return IpPermissions.flatMap((permission) => {
    const { IpProtocol, FromPort = 0, ToPort = 0 } = permission;
    return rangesOf(permission).map((cidr) => ({
      IpProtocol: IpProtocol as Transport,
      FromPort,
      ToPort,
      ...(ipVersionOf(cidr) === 4 ? { CidrIp: cidr } : { CidrIpv6: cidr }),
    }));
  });
}

/** Rules as EC2 takes them. */
export function ingressPermissions(rules: readonly IngressRule[]): IpPermission[] {
  return rules.map(({ CidrIp, CidrIpv6, ...rule }) => ({
    ...rule,
    ...(CidrIp !== undefined && { IpRanges: [{ CidrIp }] }),
    ...(CidrIpv6 !== undefined && { Ipv6Ranges: [{ CidrIpv6 }] }),
  }));
}

/** Whom the rules of a security group let in: by HTTPS, and whether anybody by HTTP. */
export function ingressOf({ IpPermissions = [] }: Pick<SecurityGroup, 'IpPermissions'>): Ingress {
  const https = IpPermissions.filter((permission) => opens(permission, HTTPS_PORT));
  return {
    allowedCidrs: [...new Set(https.flatMap(rangesOf))].sort(),
    httpRedirect: IpPermissions.some((permission) => opens(permission, HTTP_PORT)),
  };
}

function rangesOf({ IpRanges = [], Ipv6Ranges = [] }: IpPermission): string[] {
  return [...IpRanges.map(({ CidrIp }) => CidrIp!), ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6!)];
}

function opens({ IpProtocol, FromPort = 0, ToPort = 0 }: IpPermission, port: number): boolean {
  return IpProtocol === '-1' || (IpProtocol === 'tcp' && FromPort <= port && port <= ToPort);
}
