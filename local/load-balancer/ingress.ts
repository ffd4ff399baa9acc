/** What the security groups of a load balancer let in. */
import { BlockList, isIP } from 'node:net';
import { DescribeSecurityGroupsCommand, type EC2Client, type IpPermission } from '@aws-sdk/client-ec2';

/** Whether a client of this address may connect to this port. */
export type Ingress = (sourceIp: string, port: number) => boolean;

/**
 * Read the inbound rules of security groups. Rules that name other security groups instead of addresses let nobody in
 * here: clients of the data plane are outside the VPC.
 *
 * @param groupIds none lets everybody in, as of a load balancer that has no security groups.
 */
export async function readIngress(ec2: EC2Client, groupIds: readonly string[]): Promise<Ingress> {
  if (groupIds.length === 0) return () => true;
  const { SecurityGroups = [] } = await ec2.send(
    new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'group-id', Values: [...groupIds] }] }),
  );
  const rules = SecurityGroups.flatMap(({ IpPermissions = [] }) => IpPermissions.map(ingress));
  return (sourceIp, port) => rules.some((admits) => admits(sourceIp, port));
}

function ingress({ IpProtocol, FromPort, ToPort, IpRanges = [], Ipv6Ranges = [] }: IpPermission): Ingress {
  const addresses = new BlockList();
  const cidrs = [...IpRanges.map(({ CidrIp }) => CidrIp!), ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6!)];
  for (const cidr of cidrs) {
    const [address, prefix] = cidr.split('/') as [string, string];
    addresses.addSubnet(address, Number(prefix), family(address));
  }
  // -1 is every protocol, and then every port.
  const covers = (port: number) =>
    IpProtocol === '-1' || (IpProtocol === 'tcp' && FromPort! <= port && port <= ToPort!);
  return (sourceIp, port) =>
    covers(port) && isIP(sourceIp) !== 0 && addresses.check(sourceIp, family(sourceIp));
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
