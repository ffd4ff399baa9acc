/** Which subnets tasks and load balancers may use together. Pure: no call to AWS. */
import type { Route, RouteTable, Subnet as Ec2Subnet } from '@aws-sdk/client-ec2';
import { invalid, type HandlerError } from '../../core/failure';
import {
  hasIpv6,
  isManagedLoadBalancer,
  type IpAddressType,
  type ManagedLoadBalancerSpec,
  type Scheme,
} from '../properties/load-balancer-settings';
import type { ServiceSpec } from '../specification';

/** A subnet of tasks or of a load balancer. */
export interface Subnet {
  readonly id: string;
  readonly availabilityZone: string;
  /** Whether its route table leads to an internet gateway. */
  readonly public: boolean;
  /** Whether it has an IPv6 CIDR block. */
  readonly ipv6?: true;
  /** Whether nothing in its route table leads out of the VPC, but to services of AWS by endpoints. */
  readonly isIsolated?: true;
}

/** Where a service runs. */
export interface Network {
  readonly vpcId: string;
  /** Of the tasks; sorted by id. */
  readonly subnets: readonly Subnet[];
  /** Whether tasks get public addresses: all their subnets are public, or none is. */
  readonly access: 'PUBLIC' | 'PRIVATE';
  /** Blocks of IPv4 addresses of the VPC; only where rules are to let them in. */
  readonly cidrBlocks?: readonly string[];
  /** Undefined when it is the author who looks after the load balancer, or there is none. */
  readonly loadBalancer?: LoadBalancerNetwork;
}

/** Where the load balancer of a service stands. */
export interface LoadBalancerNetwork {
  readonly scheme: Scheme;
  /** One of each Availability Zone, two at least, sorted by id; tasks run in no other zones. */
  readonly subnets: readonly Subnet[];
  /** Whether the template names no subnets at all: a subnet that is added to the default VPC changes nothing then. */
  readonly followsDefaultVpc: boolean;
}

/** What the specification says of the network. */
export type NetworkSpec = Pick<
  ServiceSpec,
  'subnetIds' | 'additionalSecurityGroupIds' | 'loadBalancer' | 'serviceConnect'
>;

/** What AWS says of the subnets that may be meant, and of their VPC. */
export interface Surroundings {
  readonly subnets: readonly Ec2Subnet[];
  readonly routeTables: readonly RouteTable[];
}

/** Paths of the properties that name subnets. */
export const TASKS = 'NetworkConfiguration/Subnets';
const LOAD_BALANCER = 'LoadBalancerConfiguration/Subnets';
const IP_ADDRESS_TYPE = 'LoadBalancerConfiguration/IpAddressType';

/**
 * Where a service runs, among the subnets that there are.
 *
 * @throws HandlerError InvalidRequest naming the property whose subnets cannot be used together.
 */
export function networkOf(spec: NetworkSpec, { subnets, routeTables }: Surroundings): Network {
  const all = subnets
    .map((subnet) => ({
      id: subnet.SubnetId!,
      vpcId: subnet.VpcId!,
      availabilityZone: subnet.AvailabilityZone!,
      public: isPublic(subnet.SubnetId!, routeTables),
      ...(hasIpv6Block(subnet) && { ipv6: true as const }),
      ...(isIsolated(subnet.SubnetId!, routeTables) && { isIsolated: true as const }),
    }))
    .sort(byId);
  const named = loadBalancerSubnetIds(spec);
  const given = spec.subnetIds.length > 0;
  const place = given ? 'this account and Region' : `the default VPC ${all[0]?.vpcId ?? ''}`;
  const ownSubnets = chosen(all, named, LOAD_BALANCER, place);
  const tasks = given ? chosen(all, spec.subnetIds, TASKS, place) : defaultSubnets(all, ownSubnets);
  const vpcId = vpcOf(tasks);
  const network = { vpcId, subnets: tasks.map(plain), access: accessOf(tasks) };
  if (!isManagedLoadBalancer(spec.loadBalancer)) return network;
  // One zone is enough for a Network Load Balancer (ELB API reference, CreateLoadBalancer).
  const leastZones = spec.loadBalancer.kind === 'network' ? 1 : 2;
  if (named.length > 0) checkLoadBalancerSubnets(ownSubnets, tasks, vpcId, leastZones);
  else checkZones(tasks, leastZones);
  return {
    ...network,
    loadBalancer: loadBalancerNetwork(spec, spec.loadBalancer, network, ownSubnets.map(plain)),
  };
}

function loadBalancerNetwork(
  { subnetIds }: NetworkSpec,
  { scheme: given, ipAddressType, subnetIds: named, ...others }: ManagedLoadBalancerSpec,
  tasks: Network,
  ownSubnets: readonly Subnet[],
): LoadBalancerNetwork {
  const subnets = named.length > 0 ? ownSubnets : subnetsOfTasks(tasks.subnets, ipAddressType);
  const privateOnes = subnets.filter((subnet) => !subnet.public);
  const followsDefaultVpc = named.length === 0 && subnetIds.length === 0;
  if (given === 'internet-facing' && privateOnes.length > 0) throw noWayIn(privateOnes, named.length > 0);
  if (given === undefined && privateOnes.length > 0 && privateOnes.length < subnets.length) {
    throw mixed(
      LOAD_BALANCER,
      subnets,
      'Name only public subnets, only private ones, or give LoadBalancerConfiguration/Scheme',
    );
  }
  const scheme = given ?? (privateOnes.length > 0 ? 'internal' : 'internet-facing');
  checkAddresses(ipAddressType, scheme, subnets, named.length > 0);
  if ('allocationIds' in others) checkStaticAddresses(others.allocationIds, scheme, subnets);
  return { scheme, subnets, followsDefaultVpc };
}

/** One of the tasks' subnets in each zone; where there is a choice, one that can have the addresses. */
function subnetsOfTasks(subnets: readonly Subnet[], ipAddressType: IpAddressType): readonly Subnet[] {
  const fitting = hasIpv6(ipAddressType) ? subnets.filter(({ ipv6 }) => ipv6) : [];
  return [...oneSubnetPerZone([...fitting, ...subnets])].sort(byId);
}

function byId(one: Subnet, other: Subnet): number {
  return one.id < other.id ? -1 : 1;
}

/** A subnet whose VPC matters. */
interface LocatedSubnet extends Subnet {
  readonly vpcId: string;
}

function plain({ vpcId: _, ...subnet }: LocatedSubnet): Subnet {
  return subnet;
}

/** The subnets that a template names for the load balancer alone. */
export function loadBalancerSubnetIds({ loadBalancer }: NetworkSpec): readonly string[] {
  return isManagedLoadBalancer(loadBalancer) ? loadBalancer.subnetIds : [];
}

/** @throws HandlerError InvalidRequest when one of the subnets is not there. */
function chosen(
  all: readonly LocatedSubnet[],
  ids: readonly string[],
  path: string,
  place: string,
): LocatedSubnet[] {
  const unknown = ids.filter((id) => !all.some((subnet) => subnet.id === id));
  if (unknown.length > 0) {
    throw invalid(path, `no subnet ${unknown.join(', ')} exists in ${place}`, 'Name subnets that exist');
  }
  return all.filter(({ id }) => ids.includes(id));
}

/**
 * The public subnets of the default VPC. Where the load balancer has subnets of its own, those of its zones.
 */
function defaultSubnets(
  all: readonly LocatedSubnet[],
  ownSubnets: readonly LocatedSubnet[],
): LocatedSubnet[] {
  const zones = ownSubnets.map(({ availabilityZone }) => availabilityZone);
  const isServed = ({ availabilityZone }: Subnet) => zones.length === 0 || zones.includes(availabilityZone);
  const publicOnes = all.filter((subnet) => subnet.public && isServed(subnet));
  const needed = zones.length > 0 ? 1 : 2;
  if (new Set(publicOnes.map(({ availabilityZone }) => availabilityZone)).size < needed) {
    throw invalid(
      TASKS,
      `is missing, and the default VPC ${all[0]?.vpcId ?? ''} has no public subnets in ${zones.length > 0 ? zones.join(' or ') : 'two Availability Zones'}`,
      zones.length > 0 ? 'Name the subnets of the tasks' : 'Name subnets in at least two Availability Zones',
    );
  }
  return publicOnes;
}

function vpcOf(tasks: readonly LocatedSubnet[]): string {
  const vpcIds = [...new Set(tasks.map(({ vpcId }) => vpcId))];
  if (vpcIds.length > 1) {
    throw invalid(
      TASKS,
      `the subnets are in ${vpcIds.length} VPCs: ${tasks.map(({ id, vpcId }) => `${id} (${vpcId})`).join(', ')}`,
      'Name subnets of one VPC',
    );
  }
  return vpcIds[0]!;
}

/** Tasks are public or private alike: what AWS gives them an address for, it gives to all of them. */
function accessOf(tasks: readonly Subnet[]): Network['access'] {
  const publicOnes = tasks.filter((subnet) => subnet.public);
  if (publicOnes.length > 0 && publicOnes.length < tasks.length) {
    throw mixed(
      TASKS,
      tasks,
      'Name only public subnets, or only private ones; LoadBalancerConfiguration/Subnets may be of the other kind',
    );
  }
  return publicOnes.length > 0 ? 'PUBLIC' : 'PRIVATE';
}

/** A Network Load Balancer has as many Elastic IP addresses as subnets, or none. @throws HandlerError InvalidRequest. */
function checkStaticAddresses(
  allocationIds: readonly string[],
  scheme: Scheme,
  subnets: readonly Subnet[],
): void {
  const path = 'LoadBalancerConfiguration/AllocationIds';
  if (allocationIds.length === 0) return;
  if (scheme === 'internal') {
    throw invalid(
      path,
      'are public addresses, but the load balancer is internal',
      'Remove them, or name public subnets in LoadBalancerConfiguration/Subnets',
    );
  }
  if (allocationIds.length === subnets.length) return;
  throw invalid(
    path,
    `has ${allocationIds.length} addresses, but the load balancer has ${subnets.length} subnets: ${idsOf(subnets)}`,
    'Give one for each of them',
  );
}

function checkZones(tasks: readonly Subnet[], leastZones: number): void {
  const zones = zonesOf(tasks);
  if (zones.length >= leastZones) return;
  throw invalid(
    TASKS,
    `the subnets are all in the Availability Zone ${zones[0]}`,
    'Name subnets in at least two Availability Zones, which an Application Load Balancer needs, or give it LoadBalancerConfiguration/Subnets',
  );
}

function checkLoadBalancerSubnets(
  subnets: readonly LocatedSubnet[],
  tasks: readonly Subnet[],
  vpcId: string,
  leastZones: number,
): void {
  const foreign = subnets.find((subnet) => subnet.vpcId !== vpcId);
  if (foreign) {
    throw invalid(
      LOAD_BALANCER,
      `${foreign.id} is in ${foreign.vpcId}, but the tasks' subnets are in ${vpcId}`,
      `Name subnets of ${vpcId}`,
    );
  }
  const zones = zonesOf(subnets);
  if (zones.length < leastZones) {
    throw invalid(
      LOAD_BALANCER,
      `the subnets are all in the Availability Zone ${zones[0]}`,
      'Name subnets in at least two Availability Zones: an Application Load Balancer needs two',
    );
  }
  const doubled = subnets.find(
    (subnet, index) =>
      subnets.findIndex(({ availabilityZone }) => availabilityZone === subnet.availabilityZone) !== index,
  );
  if (doubled) {
    throw invalid(
      LOAD_BALANCER,
      `two of the subnets are in ${doubled.availabilityZone}`,
      'Name one subnet of each Availability Zone: an Application Load Balancer takes no more',
    );
  }
  const unserved = zonesOf(tasks).filter((zone) => !zones.includes(zone));
  if (unserved.length > 0) {
    throw invalid(
      LOAD_BALANCER,
      `tasks run in ${unserved.join(' and ')}, where the load balancer would have no subnet and send them no requests`,
      `Name a subnet in ${unserved.join(' and ')} too, or leave the zone out of NetworkConfiguration/Subnets`,
    );
  }
}

/**
 * Which addresses a load balancer may have (ELB user guide of Application Load Balancers, "Update the IP address types": its
 * subnets must have IPv6 CIDR blocks). The API reference says that internal ones must use ipv4; the user guide itself makes
 * one with dualstack.
 *
 * @throws HandlerError InvalidRequest.
 */
function checkAddresses(
  ipAddressType: IpAddressType,
  scheme: Scheme,
  subnets: readonly Subnet[],
  areNamed: boolean,
): void {
  if (!hasIpv6(ipAddressType)) return;
  if (ipAddressType === 'dualstack-without-public-ipv4' && scheme === 'internal') {
    throw invalid(
      IP_ADDRESS_TYPE,
      `is ${ipAddressType}, but the load balancer is internal, and has no public addresses at all`,
      'Make it dualstack, or give the load balancer public subnets and the Scheme internet-facing',
    );
  }
  const without = subnets.filter(({ ipv6 }) => !ipv6);
  if (without.length === 0) return;
  throw areNamed
    ? invalid(
        LOAD_BALANCER,
        `${idsOf(without)} have no IPv6 CIDR block, which a load balancer with the IpAddressType ${ipAddressType} needs`,
        'Associate one with each of them, name other subnets, or make IpAddressType ipv4',
      )
    : invalid(
        IP_ADDRESS_TYPE,
        `is ${ipAddressType}, but the tasks' subnets ${idsOf(without)} have no IPv6 CIDR block`,
        'Associate one with each of them, or name subnets of the same zones that have one in LoadBalancerConfiguration/Subnets',
      );
}

function zonesOf(subnets: readonly Subnet[]): string[] {
  return [...new Set(subnets.map(({ availabilityZone }) => availabilityZone))].sort();
}

function noWayIn(privateOnes: readonly Subnet[], areNamed: boolean): HandlerError {
  const ids = idsOf(privateOnes);
  return areNamed
    ? invalid(
        LOAD_BALANCER,
        `${ids} have no route to an internet gateway, which an internet-facing load balancer needs`,
        'Name public subnets, or make Scheme internal',
      )
    : invalid(
        'LoadBalancerConfiguration/Scheme',
        `is internet-facing, but the tasks' subnets ${ids} have no route to an internet gateway`,
        'Name public subnets of the same zones in LoadBalancerConfiguration/Subnets',
      );
}

function mixed(path: string, subnets: readonly Subnet[], remedy: string): HandlerError {
  const [publicOnes, privateOnes] = [true, false].map((kind) =>
    idsOf(subnets.filter((subnet) => subnet.public === kind)),
  );
  return invalid(
    path,
    `the subnets are public and private: ${publicOnes} have a route to an internet gateway, ${privateOnes} have none`,
    remedy,
  );
}

/**
 * Whether a subnet is public: its own route table, or else the main one of its VPC, has a route to an internet
 * gateway (Amazon VPC User Guide, "Subnet types").
 */
export function isPublic(subnetId: string, routeTables: readonly RouteTable[]): boolean {
  return routesOf(subnetId, routeTables).some(
    ({ GatewayId, State }) => GatewayId?.startsWith('igw-') && State !== 'blackhole',
  );
}

/** Routes that stay in the VPC: to itself, and to gateway endpoints. */
function isIsolated(subnetId: string, routeTables: readonly RouteTable[]): boolean {
  return routesOf(subnetId, routeTables).every(
    ({ GatewayId = '', State }) =>
      GatewayId === 'local' || GatewayId.startsWith('vpce-') || State === 'blackhole',
  );
}

function routesOf(subnetId: string, routeTables: readonly RouteTable[]): readonly Route[] {
  const associated = (matches: (association: NonNullable<RouteTable['Associations']>[number]) => boolean) =>
    routeTables.find(({ Associations }) => Associations?.some(matches));
  const table =
    associated(({ SubnetId }) => SubnetId === subnetId) ?? associated(({ Main }) => Main === true);
  return table?.Routes ?? [];
}

function hasIpv6Block({ Ipv6CidrBlockAssociationSet: blocks = [] }: Ec2Subnet): boolean {
  return blocks.some(({ Ipv6CidrBlockState }) => Ipv6CidrBlockState?.State === 'associated');
}

/** One subnet of each Availability Zone: an Application Load Balancer takes no more. */
export function oneSubnetPerZone(subnets: readonly Subnet[]): readonly Subnet[] {
  const zones = new Set<string>();
  return subnets.filter(
    ({ availabilityZone }) => !zones.has(availabilityZone) && zones.add(availabilityZone),
  );
}

/** Ids of subnets, for messages. */
export function idsOf(subnets: readonly Subnet[]): string {
  return subnets.map(({ id }) => id).join(', ');
}
