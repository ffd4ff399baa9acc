/** What Network Load Balancers have, and what they lack. */
import { DescribeAddressesCommand, type EC2Client } from '@aws-sdk/client-ec2';
import type {
  Action,
  CreateLoadBalancerCommandInput,
  LoadBalancer,
  LoadBalancerAttribute,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../service';

/** Attributes of Application Load Balancers alone (API reference of LoadBalancerAttribute), by how they begin. */
const APPLICATION_ATTRIBUTES =
  /^(idle_timeout|client_keep_alive|connection_logs|health_check_logs|routing|waf)\./;
/** Attributes of Network Load Balancers alone. */
const NETWORK_ATTRIBUTES = /^(dns_record|secondary_ips)\./;

/** By type of load balancer, attributes that it does not have. */
const UNSUPPORTED: Readonly<Record<string, RegExp>> = {
  application: NETWORK_ATTRIBUTES,
  network: APPLICATION_ATTRIBUTES,
};

/** Whether an ARN is that of a Network Load Balancer, or of something that belongs to one. */
export function isNetwork(arn: string): boolean {
  return arn.includes('/net/');
}

/**
 * Check the Elastic IP addresses that a load balancer is to have.
 *
 * @throws AwsError InvalidConfigurationRequest, AllocationIdNotFound or, for an address that something else has, ResourceInUse.
 */
export async function checkStaticAddresses(
  ec2: EC2Client,
  { Type, Scheme, SubnetMappings = [] }: CreateLoadBalancerCommandInput,
): Promise<void> {
  const AllocationIds = SubnetMappings.flatMap(({ AllocationId }) => AllocationId ?? []);
  if (AllocationIds.length === 0) return;
  if (Type !== 'network' || Scheme !== 'internet-facing') {
    throw new AwsError(
      'InvalidConfigurationRequest',
      'Elastic IP addresses can be specified for internet-facing Network Load Balancers only',
    );
  }
  const { Addresses = [] } = await ec2
    .send(new DescribeAddressesCommand({ AllocationIds: [...new Set(AllocationIds)] }))
    .catch(() => {
      throw new AwsError(
        'AllocationIdNotFound',
        `The allocation IDs '${AllocationIds.join(', ')}' were not found`,
      );
    });
  const isTaken = Addresses.some(({ AssociationId }) => AssociationId);
  if (isTaken || new Set(AllocationIds).size < AllocationIds.length) {
    throw new AwsError('ResourceInUse', 'The allocation IDs are not available for use');
  }
}

/** @throws AwsError for a Network Load Balancer that has had no security groups from the beginning. */
export function checkNewGroups({ Type, SecurityGroups = [] }: LoadBalancer): void {
  if (Type !== 'network' || SecurityGroups.length > 0) return;
  throw new AwsError(
    'InvalidConfigurationRequest',
    'You cannot set security groups on a Network Load Balancer which was created without any security groups.',
  );
}

/** @throws AwsError for an attribute that load balancers of this type do not have. */
export function checkAttributes({ Type }: LoadBalancer, attributes: readonly LoadBalancerAttribute[]): void {
  const unsupported = attributes.find(({ Key }) => UNSUPPORTED[Type ?? 'gateway']?.test(Key!));
  if (!unsupported) return;
  throw new AwsError(
    'InvalidConfigurationRequest',
    `Load balancer attribute key '${unsupported.Key}' is not supported on load balancers with type '${Type}'`,
  );
}

/** Check the protocol of a listener against the addresses of its load balancer. @throws AwsError InvalidConfigurationRequest. */
export function checkListener(
  { IpAddressType }: Pick<LoadBalancer, 'IpAddressType'>,
  protocol: string | undefined,
): void {
  if (IpAddressType !== 'dualstack' || !protocol?.includes('UDP')) return;
  throw new AwsError(
    'InvalidConfigurationRequest',
    `Listeners with protocol '${protocol}' are not supported on load balancers with IP address type 'dualstack'`,
  );
}

/** Check the default actions of a listener of a Network Load Balancer. @throws AwsError InvalidLoadBalancerAction. */
export function checkActions(actions: readonly Action[]): void {
  const other = actions.find(({ Type }) => Type !== 'forward');
  if (!other) return;
  throw new AwsError(
    'InvalidLoadBalancerAction',
    `Actions of type '${other.Type}' are not supported on load balancers of type 'network'`,
  );
}
