/** What security groups let through. */
import { BlockList, isIP } from 'node:net';
import {
  paginateDescribeSecurityGroups,
  paginateGetManagedPrefixListEntries,
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

  /** @param prefixLists ranges of prefix lists, by their ids. */
  constructor(
    groups: readonly SecurityGroup[],
    private readonly prefixLists: ReadonlyMap<string, readonly string[]>,
  ) {
    this.groups = new Map(groups.map((group) => [group.GroupId!, group]));
  }

  /** Whether the inbound rules of `to` let `from` connect to a port. */
  letIn(from: Peer, to: Peer, port: number, protocol: Transport = 'tcp'): boolean {
    const inbound = this.rules(to, ({ IpPermissions }) => IpPermissions);
    return inbound.some((rule) => this.permits(rule, from, port, protocol));
  }

  /** Whether the outbound rules of `from` and the inbound rules of `to` let a connection to a port be made. */
  connect(from: Peer, to: Peer, port: number, protocol: Transport = 'tcp'): boolean {
    return this.letOut(from, to, port, protocol) && this.letIn(from, to, port, protocol);
  }

  /** Whether the outbound rules of `from` let it connect to a port of `to`. */
  letOut(from: Peer, to: Peer, port: number, protocol: Transport = 'tcp'): boolean {
    const outbound = this.rules(from, ({ IpPermissionsEgress }) => IpPermissionsEgress);
    return outbound.some((rule) => this.permits(rule, to, port, protocol));
  }

  private permits(rule: IpPermission, peer: Peer, port: number, protocol: Transport): boolean {
    const { IpProtocol, FromPort, ToPort, UserIdGroupPairs = [], IpRanges = [], Ipv6Ranges = [] } = rule;
    // -1 is every protocol, and then every port.
    if (IpProtocol !== '-1' && !(IpProtocol === protocol && FromPort! <= port && port <= ToPort!))
      return false;
    if (UserIdGroupPairs.some(({ GroupId }) => peer.securityGroups.includes(GroupId!))) return true;
    const cidrs = [
      ...IpRanges.map(({ CidrIp }) => CidrIp!),
      ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6!),
      ...prefixListIds(rule).flatMap((id) => this.prefixLists.get(id) ?? []),
    ];
    return isIn(peer.address, cidrs);
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
  const ids = groups.flatMap((group) => rulesOf(group).flatMap(prefixListIds));
  const ranges = await readPrefixLists(client, [...new Set(ids)]);
  return new SecurityGroups(groups, ranges);
}

/** The ranges of prefix lists, by their ids. */
async function readPrefixLists(
  client: EC2Client,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const ranges = new Map<string, string[]>();
  for (const PrefixListId of ids) {
    const cidrs: string[] = [];
    for await (const { Entries = [] } of paginateGetManagedPrefixListEntries({ client }, { PrefixListId }))
      cidrs.push(...Entries.map(({ Cidr }) => Cidr!));
    ranges.set(PrefixListId, cidrs);
  }
  return ranges;
}

function rulesOf({ IpPermissions = [], IpPermissionsEgress = [] }: SecurityGroup): IpPermission[] {
  return [...IpPermissions, ...IpPermissionsEgress];
}

function prefixListIds({ PrefixListIds = [] }: IpPermission): string[] {
  return PrefixListIds.map(({ PrefixListId }) => PrefixListId!);
}

function isIn(address: string | undefined, cidrs: readonly string[]): boolean {
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
