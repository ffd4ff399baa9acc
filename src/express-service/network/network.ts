/** The network that a service runs in, looked up in AWS. */
import {
  paginateDescribeRouteTables,
  paginateDescribeSubnets,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
  type RouteTable,
  type Subnet as Ec2Subnet,
} from '@aws-sdk/client-ec2';
import type { Clients } from '../../aws/clients';
import { invalid } from '../../core/failure';
import { allItems } from '../../aws/pages';
import { lookUpPrefixLists } from './prefix-lists';
import {
  loadBalancerSubnetIds,
  networkOf,
  TASKS,
  type Network,
  type NetworkSpec,
  type Surroundings,
} from './subnets';

export { isPublic, oneSubnetPerZone, type Network, type Subnet } from './subnets';

/** IAM actions that {@link discoverNetwork} calls. */
export const NETWORK_PERMISSIONS: readonly string[] = [
  'ec2:DescribeManagedPrefixLists',
  'ec2:DescribeRouteTables',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
  'ec2:DescribeVpcs',
];

/**
 * Look up where a service is to run: its tasks in the subnets that are given, or in the public ones of the default VPC;
 * its load balancer in subnets of its own, or in those of the tasks. Three calls in all, of which two follow one another;
 * one more when the default VPC and security groups are used together, one where clients of the VPC are let in, and one where
 * prefix lists are.
 *
 * @throws HandlerError InvalidRequest naming the property whose subnets, security groups or prefix lists cannot be used.
 */
export async function discoverNetwork(clients: Clients, spec: NetworkSpec): Promise<Network> {
  const groups = securityGroupVpcs(clients, spec.additionalSecurityGroupIds);
  const prefixLists = lookUpPrefixLists(clients, spec.loadBalancer);
  // Looked at below; until then a failure must not count as unhandled.
  for (const look of [groups, prefixLists]) look.catch(() => undefined);
  const surroundings = spec.subnetIds.length ? await givenSubnets(clients, spec) : await defaultVpc(clients);
  const network = networkOf(spec, surroundings);
  checkSecurityGroups(spec.additionalSecurityGroupIds, await groups, network.vpcId);
  await prefixLists;
  const { endpoint } = spec.serviceConnect ?? {};
  return endpoint && !endpoint.allowedSecurityGroupIds
    ? { ...network, cidrBlocks: await cidrBlocks(clients, network.vpcId) }
    : network;
}

/** All blocks of IPv4 addresses of a VPC, sorted. */
async function cidrBlocks(clients: Clients, vpcId: string): Promise<string[]> {
  const { Vpcs = [] } = await clients.ec2.send(new DescribeVpcsCommand({ VpcIds: [vpcId] }));
  const { CidrBlock, CidrBlockAssociationSet = [] } = Vpcs[0] ?? {};
  const associated = CidrBlockAssociationSet.filter(
    ({ CidrBlockState: state }) => (state?.State ?? 'associated') === 'associated',
  );
  const blocks = [CidrBlock, ...associated.map((each) => each.CidrBlock)];
  return [...new Set(blocks.flatMap((block) => block ?? []))].sort();
}

async function givenSubnets(clients: Clients, spec: NetworkSpec): Promise<Surroundings> {
  const ids = [...new Set([...spec.subnetIds, ...loadBalancerSubnetIds(spec)])];
  const subnets = await describeSubnets(clients, 'subnet-id', ids);
  const vpcIds = [...new Set(subnets.map(({ VpcId }) => VpcId!))];
  return {
    subnets,
    // Subnets of several VPCs are refused, whatever their routes are.
    routeTables: vpcIds.length === 1 ? await describeRouteTables(clients, vpcIds[0]!) : [],
  };
}

async function defaultVpc(clients: Clients): Promise<Surroundings> {
  const { Vpcs = [] } = await clients.ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }),
  );
  const vpcId = Vpcs[0]?.VpcId;
  if (!vpcId) {
    throw invalid(
      TASKS,
      'is missing, and there is no default VPC in this account and Region',
      'Name subnets in at least two Availability Zones',
    );
  }
  const [subnets, routeTables] = await Promise.all([
    describeSubnets(clients, 'vpc-id', [vpcId]),
    describeRouteTables(clients, vpcId),
  ]);
  return { subnets, routeTables };
}

function describeSubnets(clients: Clients, filter: string, values: readonly string[]): Promise<Ec2Subnet[]> {
  // A filter, not SubnetIds: an id that does not exist then leaves a gap instead of failing the whole call.
  const Filters = [{ Name: filter, Values: [...values] }];
  return allItems(paginateDescribeSubnets({ client: clients.ec2 }, { Filters }), ({ Subnets }) => Subnets);
}

function describeRouteTables(clients: Clients, vpcId: string): Promise<RouteTable[]> {
  const Filters = [{ Name: 'vpc-id', Values: [vpcId] }];
  return allItems(
    paginateDescribeRouteTables({ client: clients.ec2 }, { Filters }),
    ({ RouteTables }) => RouteTables,
  );
}

/** VPC of each security group that exists, by its id. */
async function securityGroupVpcs(
  clients: Clients,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const { SecurityGroups = [] } = await clients.ec2.send(
    new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'group-id', Values: [...ids] }] }),
  );
  return new Map(SecurityGroups.map(({ GroupId, VpcId }) => [GroupId!, VpcId!]));
}

function checkSecurityGroups(ids: readonly string[], vpcs: ReadonlyMap<string, string>, vpcId: string): void {
  for (const [index, id] of ids.entries()) {
    const vpc = vpcs.get(id);
    if (vpc === vpcId) continue;
    throw invalid(
      `NetworkConfiguration/SecurityGroups/${index}`,
      vpc === undefined
        ? `no security group ${id} exists in this account and Region`
        : `${id} is in ${vpc}, but the subnets are in ${vpcId}`,
      `Name a security group of ${vpcId}`,
    );
  }
}
