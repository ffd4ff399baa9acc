import {
  paginateDescribeRouteTables,
  paginateDescribeSubnets,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
  type RouteTable,
  type Subnet as Ec2Subnet,
} from '@aws-sdk/client-ec2';
import type { Clients } from './clients';
import { HandlerError } from './errors';
import { allItems } from './pages';
import type { ServiceSpec } from './spec';

/** A subnet that tasks may run in. */
export interface Subnet {
  readonly id: string;
  readonly availabilityZone: string;
  /** Whether its route table leads to an internet gateway. */
  readonly public: boolean;
}

/** Where a service runs. */
export interface Network {
  readonly vpcId: string;
  /** In two Availability Zones at least, sorted by id. */
  readonly subnets: readonly Subnet[];
  /** Whether the service can be reached from the internet: all its subnets are public, or none is. */
  readonly access: 'PUBLIC' | 'PRIVATE';
}

/** IAM actions that {@link discoverNetwork} calls. */
export const NETWORK_PERMISSIONS: readonly string[] = [
  'ec2:DescribeRouteTables',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
  'ec2:DescribeVpcs',
];

/** What the specification says of the network. */
export type NetworkSpec = Pick<ServiceSpec, 'subnetIds' | 'additionalSecurityGroupIds'>;

/**
 * Look up where a service is to run: in the subnets that are given, or in the public ones of the default VPC. Three
 * calls in all, of which two follow one another; one more when the default VPC and security groups are used together.
 *
 * @throws HandlerError InvalidRequest naming NetworkConfiguration/Subnets or SecurityGroups when these cannot be used
 *   together.
 */
export async function discoverNetwork(clients: Clients, spec: NetworkSpec): Promise<Network> {
  const groups = securityGroupVpcs(clients, spec.additionalSecurityGroupIds);
  // Looked at below; until then its failure must not count as unhandled.
  groups.catch(() => undefined);
  const network = spec.subnetIds.length
    ? await givenNetwork(clients, spec.subnetIds)
    : await defaultNetwork(clients);
  checkSecurityGroups(spec.additionalSecurityGroupIds, await groups, network.vpcId);
  return network;
}

/** The subnets that are public or private alike, with their zones; the rules of {@link discoverNetwork} as pure logic. */
export function networkOf(subnets: readonly Ec2Subnet[], routeTables: readonly RouteTable[]): Network {
  const vpcIds = [...new Set(subnets.map(({ VpcId }) => VpcId!))];
  if (vpcIds.length > 1) {
    throw invalidSubnets(
      `the subnets are in ${vpcIds.length} VPCs: ${listOf(subnets, ({ VpcId }) => VpcId!)}`,
      'Name subnets of one VPC',
    );
  }
  const zones = [...new Set(subnets.map(({ AvailabilityZone }) => AvailabilityZone!))];
  if (zones.length < 2) {
    throw invalidSubnets(
      `the subnets are all in the Availability Zone ${zones[0]}`,
      'Name subnets in at least two Availability Zones: an Application Load Balancer needs two',
    );
  }
  const described = subnets
    .map((subnet) => ({
      id: subnet.SubnetId!,
      availabilityZone: subnet.AvailabilityZone!,
      public: isPublic(subnet.SubnetId!, routeTables),
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const publicOnes = described.filter((subnet) => subnet.public);
  if (publicOnes.length > 0 && publicOnes.length < described.length) {
    const privateOnes = described.filter((subnet) => !subnet.public);
    throw invalidSubnets(
      `the subnets are public and private: ${idsOf(publicOnes)} have a route to an internet gateway, ${idsOf(privateOnes)} have none`,
      'Name only public subnets for a service that the internet reaches, or only private ones',
    );
  }
  return { vpcId: vpcIds[0]!, subnets: described, access: publicOnes.length > 0 ? 'PUBLIC' : 'PRIVATE' };
}

/**
 * Whether a subnet is public: its own route table, or else the main one of its VPC, has a route to an internet
 * gateway (Amazon VPC User Guide, "Subnet types").
 */
export function isPublic(subnetId: string, routeTables: readonly RouteTable[]): boolean {
  const associated = (matches: (association: NonNullable<RouteTable['Associations']>[number]) => boolean) =>
    routeTables.find(({ Associations }) => Associations?.some(matches));
  const table =
    associated(({ SubnetId }) => SubnetId === subnetId) ?? associated(({ Main }) => Main === true);
  return (table?.Routes ?? []).some(
    ({ GatewayId, State }) => GatewayId?.startsWith('igw-') && State !== 'blackhole',
  );
}

/** One subnet of each Availability Zone: an Application Load Balancer takes no more. */
export function oneSubnetPerZone(subnets: readonly Subnet[]): readonly Subnet[] {
  const zones = new Set<string>();
  return subnets.filter(
    ({ availabilityZone }) => !zones.has(availabilityZone) && zones.add(availabilityZone),
  );
}

async function givenNetwork(clients: Clients, subnetIds: readonly string[]): Promise<Network> {
  const subnets = await describeSubnets(clients, 'subnet-id', subnetIds);
  const unknown = subnetIds.filter((id) => !subnets.some(({ SubnetId }) => SubnetId === id));
  if (unknown.length > 0) {
    throw invalidSubnets(
      `no subnet ${unknown.join(', ')} exists in this account and Region`,
      'Name subnets that exist',
    );
  }
  const vpcIds = [...new Set(subnets.map(({ VpcId }) => VpcId!))];
  return networkOf(subnets, vpcIds.length === 1 ? await describeRouteTables(clients, vpcIds[0]!) : []);
}

async function defaultNetwork(clients: Clients): Promise<Network> {
  const { Vpcs = [] } = await clients.ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }),
  );
  const vpcId = Vpcs[0]?.VpcId;
  if (!vpcId) {
    throw invalidSubnets(
      'is missing, and there is no default VPC in this account and Region',
      'Name subnets in at least two Availability Zones',
    );
  }
  const [subnets, routeTables] = await Promise.all([
    describeSubnets(clients, 'vpc-id', [vpcId]),
    describeRouteTables(clients, vpcId),
  ]);
  const publicOnes = subnets.filter(({ SubnetId }) => isPublic(SubnetId!, routeTables));
  if (new Set(publicOnes.map(({ AvailabilityZone }) => AvailabilityZone)).size < 2) {
    throw invalidSubnets(
      `is missing, and the default VPC ${vpcId} has no public subnets in two Availability Zones`,
      'Name subnets in at least two Availability Zones',
    );
  }
  return networkOf(publicOnes, routeTables);
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
    throw new HandlerError(
      'InvalidRequest',
      vpc === undefined
        ? `no security group ${id} exists in this account and Region`
        : `${id} is in ${vpc}, but the subnets are in ${vpcId}`,
      {
        propertyPath: `NetworkConfiguration/SecurityGroups/${index}`,
        remedy: `Name a security group of ${vpcId}`,
      },
    );
  }
}

/** `subnet-1 (vpc-a), subnet-2 (vpc-b)` */
function listOf(subnets: readonly Ec2Subnet[], detail: (subnet: Ec2Subnet) => string): string {
  return subnets.map((subnet) => `${subnet.SubnetId} (${detail(subnet)})`).join(', ');
}

function idsOf(subnets: readonly Subnet[]): string {
  return subnets.map(({ id }) => id).join(', ');
}

function invalidSubnets(problem: string, remedy: string): HandlerError {
  return new HandlerError('InvalidRequest', problem, {
    propertyPath: 'NetworkConfiguration/Subnets',
    remedy,
  });
}
