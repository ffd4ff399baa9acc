/** Creating, describing and deleting load balancers. */
import {
  DescribeInternetGatewaysCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
  type Subnet,
} from '@aws-sdk/client-ec2';
import {
  CreateLoadBalancerCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  type CreateLoadBalancerCommandInput,
  type LoadBalancer,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { DisassociateWebACLCommand, WAFV2Client } from '@aws-sdk/client-wafv2';
import { AwsError } from '../../service';
import type { DefaultVpc } from '../default-vpc';
import { output, regional, type GuardContext, type ServiceGuard } from '../guard';
import type { LoadBalancerTimes } from '../load-balancer-times';
import type { Inventory } from './inventory';
import { checkName } from './names';
import { checkAttributes, checkNewGroups, checkStaticAddresses } from './network-load-balancers';

export function loadBalancers(
  { limits, motoOptions }: GuardContext,
  inventory: Inventory,
  times: LoadBalancerTimes,
  defaultVpc: DefaultVpc,
): ServiceGuard['operations'] {
  const ec2 = regional(EC2Client, motoOptions);
  const waf = regional(WAFV2Client, motoOptions);

  async function subnets(
    region: string,
    input: Pick<CreateLoadBalancerCommandInput, 'Subnets' | 'SubnetMappings'>,
  ): Promise<Subnet[]> {
    const { Subnets = [], SubnetMappings = [] } = input;
    if (Subnets.length > 0 && SubnetMappings.length > 0) {
      throw new AwsError(
        'ValidationError',
        'You must specify either subnets or subnet mappings, but not both',
      );
    }
    const ids = [...Subnets, ...SubnetMappings.map(({ SubnetId }) => SubnetId!)];
    if (ids.length === 0) throw new AwsError('ValidationError', 'At least one subnet must be specified');
    const found = await ec2(region)
      .send(new DescribeSubnetsCommand({ SubnetIds: [...new Set(ids)] }))
      .catch((error: Error) => {
        throw new AwsError('SubnetNotFound', error.message);
      });
    return found.Subnets!;
  }

  function checkZones(kind: string, found: readonly Subnet[]): void {
    const zones = new Set(found.map(({ AvailabilityZone }) => AvailabilityZone));
    if (new Set(found.map(({ VpcId }) => VpcId)).size > 1) {
      throw new AwsError('InvalidConfigurationRequest', 'The subnets must all be in the same VPC');
    }
    if (zones.size < found.length) {
      throw new AwsError(
        'InvalidConfigurationRequest',
        'A load balancer cannot be attached to multiple subnets in the same Availability Zone',
      );
    }
    if (kind === 'application' && zones.size < 2) {
      throw new AwsError(
        'ValidationError',
        'At least two subnets in two different Availability Zones must be specified',
      );
    }
  }

  /** What the addresses of a load balancer want of its kind, its scheme and its subnets. */
  function checkAddresses(
    { Type, Scheme, IpAddressType }: Pick<LoadBalancer, 'Type' | 'Scheme' | 'IpAddressType'>,
    chosen: readonly Subnet[],
  ): void {
    if (IpAddressType === 'ipv4') return;
    const isOfAll = IpAddressType === 'dualstack';
    if (!isOfAll && (Type !== 'application' || Scheme !== 'internet-facing')) {
      throw new AwsError(
        'InvalidConfigurationRequest',
        `The IP address type '${IpAddressType}' is supported by internet-facing Application Load Balancers only`,
      );
    }
    const isAssociated = ({ Ipv6CidrBlockAssociationSet: blocks = [] }: Subnet) =>
      blocks.some(({ Ipv6CidrBlockState }) => Ipv6CidrBlockState?.State === 'associated');
    if (chosen.every(isAssociated)) return;
    throw new AwsError('ValidationError', 'You must specify subnets with an associated IPv6 CIDR block.');
  }

  async function checkInternetGateway(region: string, vpc: string): Promise<void> {
    await defaultVpc.connect(region);
    const { InternetGateways = [] } = await ec2(region).send(
      new DescribeInternetGatewaysCommand({ Filters: [{ Name: 'attachment.vpc-id', Values: [vpc] }] }),
    );
    if (InternetGateways.length === 0)
      throw new AwsError('InvalidSubnet', `VPC ${vpc} has no internet gateway`);
  }

  /** The security groups that the load balancer gets: those asked for, or the VPC's default one. */
  async function securityGroups(region: string, wanted: readonly string[], vpc: string): Promise<string[]> {
    const Filters = wanted.length
      ? [{ Name: 'group-id', Values: [...wanted] }]
      : [
          { Name: 'group-name', Values: ['default'] },
          { Name: 'vpc-id', Values: [vpc] },
        ];
    const { SecurityGroups = [] } = await ec2(region).send(new DescribeSecurityGroupsCommand({ Filters }));
    const missing = wanted.find((id) => !SecurityGroups.some(({ GroupId }) => GroupId === id));
    if (missing) throw new AwsError('InvalidSecurityGroup', `The security group '${missing}' does not exist`);
    const foreign = SecurityGroups.find(({ VpcId }) => VpcId !== vpc);
    if (foreign) {
      throw new AwsError(
        'InvalidConfigurationRequest',
        `One or more security groups are invalid: ${foreign.GroupId} is not in ${vpc}`,
      );
    }
    return SecurityGroups.map(({ GroupId }) => GroupId!);
  }

  /** The input, checked, with the defaults of ELB, which moto leaves out. */
  async function withDefaults(
    region: string,
    input: CreateLoadBalancerCommandInput,
  ): Promise<CreateLoadBalancerCommandInput> {
    const { Type = 'application', Scheme = 'internet-facing', IpAddressType = 'ipv4' } = input;
    checkName('Load balancer', input.Name!);
    const chosen = await subnets(region, input);
    checkZones(Type, chosen);
    checkAddresses({ Type, Scheme, IpAddressType }, chosen);
    const vpc = chosen[0]!.VpcId!;
    const groups = input.SecurityGroups ?? [];
    const isOpen = Type !== 'application' && groups.length === 0;
    const SecurityGroups = isOpen ? undefined : await securityGroups(region, groups, vpc);
    if (Scheme === 'internet-facing') await checkInternetGateway(region, vpc);
    await checkStaticAddresses(ec2(region), { ...input, Type, Scheme });
    return { ...input, Type, Scheme, IpAddressType, SecurityGroups };
  }

  const inTime = (balancer: LoadBalancer): LoadBalancer => ({
    ...balancer,
    State: { Code: times.isProvisioning(balancer.LoadBalancerArn!) ? 'provisioning' : 'active' },
  });

  return {
    async CreateLoadBalancer({ region, input }) {
      const wanted = await withDefaults(region, input as CreateLoadBalancerCommandInput);
      const existing = await inventory.loadBalancers(region);
      const namesake = existing.find(({ LoadBalancerName }) => LoadBalancerName === wanted.Name);
      if (namesake) {
        if (isSame(namesake, wanted)) return { LoadBalancers: [inTime(namesake)] };
        throw new AwsError(
          'DuplicateLoadBalancerName',
          `A load balancer with the same name '${wanted.Name}' exists, but with different settings`,
        );
      }
      if (existing.length >= limits.loadBalancersPerRegion) {
        throw new AwsError(
          'TooManyLoadBalancers',
          'The quota for the number of load balancers has been reached',
        );
      }
      const answer = await inventory.client(region).send(new CreateLoadBalancerCommand(wanted));
      for (const { LoadBalancerArn } of answer.LoadBalancers!) times.created(LoadBalancerArn!);
      return { LoadBalancers: answer.LoadBalancers!.map(inTime) };
    },

    async DescribeLoadBalancers({ region, input }) {
      if (!times.anyProvisioning()) return undefined;
      const answer = await inventory.client(region).send(new DescribeLoadBalancersCommand(input));
      return { ...output(answer), LoadBalancers: answer.LoadBalancers!.map(inTime) };
    },

    async SetSubnets({ region, input }) {
      const found = await inventory.loadBalancer(region, input.LoadBalancerArn);
      const chosen = await subnets(region, input);
      checkZones(found.Type!, chosen);
      checkAddresses({ ...found, ...input }, chosen);
      return undefined;
    },

    async SetIpAddressType({ region, input }) {
      const found = await inventory.loadBalancer(region, input.LoadBalancerArn);
      const Subnets = found.AvailabilityZones!.map(({ SubnetId }) => SubnetId!);
      checkAddresses({ ...found, ...input }, await subnets(region, { Subnets }));
      return undefined;
    },

    async SetSecurityGroups({ region, input }) {
      const found = await inventory.loadBalancer(region, input.LoadBalancerArn);
      checkNewGroups(found);
      await securityGroups(region, input.SecurityGroups, found.VpcId!);
      return undefined;
    },

    async ModifyLoadBalancerAttributes({ region, input }) {
      checkAttributes(await inventory.loadBalancer(region, input.LoadBalancerArn), input.Attributes);
      return undefined;
    },

    async DeleteLoadBalancer({ region, input }) {
      const { LoadBalancerArn } = input;
      const found = (await inventory.loadBalancers(region)).find(
        (other) => other.LoadBalancerArn === LoadBalancerArn,
      );
      if (!found) return undefined;
      const { Attributes = [] } = await inventory
        .client(region)
        .send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }));
      if (Attributes.some(({ Key, Value }) => Key === 'deletion_protection.enabled' && Value === 'true')) {
        throw new AwsError(
          'OperationNotPermitted',
          `Load balancer '${LoadBalancerArn}' cannot be deleted because deletion protection is enabled`,
        );
      }
      await waf(region).send(new DisassociateWebACLCommand({ ResourceArn: LoadBalancerArn }));
      times.deleted(LoadBalancerArn, found.SecurityGroups ?? []);
      return undefined;
    },
  };
}

/** Whether a load balancer has the settings that a creation asks for; tags do not matter. */
function isSame(balancer: LoadBalancer, wanted: CreateLoadBalancerCommandInput): boolean {
  const { Subnets = [], SubnetMappings = [] } = wanted;
  const subnets = [...Subnets, ...SubnetMappings.map(({ SubnetId }) => SubnetId)];
  const zones = balancer.AvailabilityZones ?? [];
  const addresses = zones.flatMap(({ LoadBalancerAddresses = [] }) => LoadBalancerAddresses);
  return (
    balancer.Type === wanted.Type &&
    balancer.Scheme === wanted.Scheme &&
    balancer.IpAddressType === wanted.IpAddressType &&
    ids(zones.map(({ SubnetId }) => SubnetId)) === ids(subnets) &&
    ids(allocations(addresses)) === ids(allocations(SubnetMappings)) &&
    ids(balancer.SecurityGroups) === ids(wanted.SecurityGroups)
  );
}

function allocations(list: readonly { AllocationId?: string }[]): string[] {
  return list.flatMap(({ AllocationId }) => AllocationId ?? []);
}

function ids(values: readonly (string | undefined)[] = []): string {
  return [...values].sort().join(' ');
}
