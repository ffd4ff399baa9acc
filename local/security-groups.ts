/** What security groups let through. */
import { BlockList, isIP } from 'node:net';
import {
  paginateDescribeSecurityGroups,
  type EC2Client,
  type IpPermission,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';

/** One end of a connection: its address, and the security groups of its network interface, if it has one here. */
export interface Peer {
  /** Undefined when it is not known, as that of a load balancer: then only ranges of all addresses contain it. */
  readonly address?: string;
  readonly securityGroups: readonly string[];
}

/** What carries a connection, as rules of security groups name it. */
export type Transport = 'tcp' | 'udp';

/** The rules of all security groups of a Region, as they were when they were read. */
export class SecurityGroups {
  private readonly groups: ReadonlyMap<string, SecurityGroup>;

  constructor(groups: readonly SecurityGroup[]) {
    this.groups = new Map(groups.map((group) => [group.GroupId!, group]));
  }

  /** Whether the inbound rules of `to` let `from` connect to a port. */
  letIn(from: Peer, to: Peer, port: number, protocol: Transport = 'tcp'): boolean {
    const inbound = this.rules(to, ({ IpPermissions }) => IpPermissions);
    return inbound.some((rule) => permits(rule, from, port, protocol));
  }

  /** Whether the outbound rules of `from` and the inbound rules of `to` let a connection to a port be made. */
  connect(from: Peer, to: Peer, port: number, protocol: Transport = 'tcp'): boolean {
    return this.letOut(from, to, port, protocol) && this.letIn(from, to, port, protocol);
  }

  /** Whether the outbound rules of `from` let it connect to a port of `to`. */
  letOut(from: Peer, to: Peer, port: number, protocol: Transport = 'tcp'): boolean {
    const outbound = this.rules(from, ({ IpPermissionsEgress }) => IpPermissionsEgress);
    return outbound.some((rule) => permits(rule, to, port, protocol));
  }

  private rules(
    { securityGroups }: Peer,
    direction: (group: SecurityGroup) => IpPermission[] | undefined,
  ): IpPermission[] {
    return securityGroups.flatMap((id) => direction(this.groups.get(id) ?? {}) ?? []);
  }
}

/** Read all security groups of a Region. */
export async function readSecurityGroups(client: EC2Client): Promise<SecurityGroups> {
  const groups: SecurityGroup[] = [];
  for await (const page of paginateDescribeSecurityGroups({ client }, {}))
    groups.push(...(page.SecurityGroups ?? []));
  return new SecurityGroups(groups);
}

function permits(rule: IpPermission, peer: Peer, port: number, protocol: Transport): boolean {
  const { IpProtocol, FromPort, ToPort, UserIdGroupPairs = [] } = rule;
  // -1 is every protocol, and then every port.
  if (IpProtocol !== '-1' && !(IpProtocol === protocol && FromPort! <= port && port <= ToPort!)) return false;
  return (
    UserIdGroupPairs.some(({ GroupId }) => peer.securityGroups.includes(GroupId!)) || isIn(peer.address, rule)
  );
}

function isIn(address: string | undefined, { IpRanges = [], Ipv6Ranges = [] }: IpPermission): boolean {
  const cidrs = [...IpRanges.map(({ CidrIp }) => CidrIp!), ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6!)];
  if (address === undefined) return cidrs.some((cidr) => cidr.endsWith('/0'));
  if (isIP(address) === 0) return false;
  const ranges = new BlockList();
  for (const cidr of cidrs) {
    const [network, prefix] = cidr.split('/') as [string, string];
    ranges.addSubnet(network, Number(prefix), family(network));
  }
  return ranges.check(address, family(address));
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
