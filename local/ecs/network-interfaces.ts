/** Network interfaces of tasks: one in a subnet of the service for each task. */
import type { Structure } from '../service';
import type { EcsContext } from './context';
import type { NetworkInterface, ServiceRevision, Subnet } from './state';

/** AWS keeps the first four addresses of a subnet and the last one for itself. */
const RESERVED = { first: 4, last: 1 };

/**
 * Make a network interface in that subnet of the revision which holds the fewest of its tasks, so that tasks spread
 * over Availability Zones.
 *
 * @returns undefined when that subnet has no free address.
 */
export function createNetworkInterface(
  context: EcsContext,
  revision: ServiceRevision,
): NetworkInterface | undefined {
  const { subnets = [], securityGroups = [] }: Structure =
    revision.settings.networkConfiguration.awsvpcConfiguration;
  const held = (id: string) => [...revision.tasks].filter((task) => holds(task.networkInterface, id)).length;
  const id: string = subnets.reduce((best: string, other: string) =>
    held(other) < held(best) ? other : best,
  );
  const subnet = context.state.subnets.get(id)!;
  const address = freeAddress(context, subnet);
  if (address === undefined) return undefined;
  const digits = context.identifiers.hexadecimal();
  return {
    id: `eni-${digits.slice(0, 17)}`,
    attachmentId: context.identifiers.uuid(),
    subnetId: id,
    availabilityZone: subnet.availabilityZone,
    address,
    macAddress: `0a:${digits.slice(0, 10).match(/../g)!.join(':')}`,
    securityGroups: securityGroups.length > 0 ? securityGroups : [subnet.defaultSecurityGroup!],
    status: 'PRECREATED',
  };
}

/** A network interface as an entry of `attachments` of a task. */
export function describeAttachment(networkInterface: NetworkInterface): Structure {
  const { attachmentId, status, subnetId, id, macAddress, address } = networkInterface;
  const details = {
    subnetId,
    networkInterfaceId: id,
    macAddress,
    privateDnsName: `ip-${address.replaceAll('.', '-')}.ec2.internal`,
    privateIPv4Address: address,
  };
  return {
    id: attachmentId,
    type: 'ElasticNetworkInterface',
    status,
    details: Object.entries(details).map(([name, value]) => ({ name, value })),
  };
}

function holds({ subnetId, status }: NetworkInterface, id: string): boolean {
  return subnetId === id && status !== 'DELETED';
}

/** The lowest address of the subnet that no task holds. */
function freeAddress({ state }: EcsContext, { cidrBlock }: Subnet): string | undefined {
  const [network, prefix] = cidrBlock.split('/') as [string, string];
  const base = network.split('.').reduce((value, octet) => value * 256 + Number(octet), 0);
  const size = 2 ** (32 - Number(prefix));
  for (let offset = RESERVED.first; offset < size - RESERVED.last; offset++) {
    const value = base + offset;
    const address = [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
    if (!state.addresses.has(address)) return address;
  }
  return undefined;
}
