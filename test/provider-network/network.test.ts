import {
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteSubnetCommand,
  DescribeManagedPrefixListsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  AssociateRouteTableCommand,
  CreateManagedPrefixListCommand,
  CreateRouteTableCommand,
  DeleteVpcCommand,
  type SubnetIpv6CidrBlockAssociation,
} from '@aws-sdk/client-ec2';
import { createClients } from '../../src/aws/clients';
import { loadBalancerSpec } from '../../src/express-service/properties/load-balancer-settings';
import { discoverNetwork } from '../../src/express-service/network/network';
import { clientConfiguration } from '../../src/aws/client-configuration';
import { isPublic, networkOf, oneSubnetPerZone } from '../../src/express-service/network/subnets';
import { giveIpv6Blocks, leadOut } from '../support/account';
import { Account } from './account';

const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

describe('a subnet is public', () => {
  const INTERNET = { GatewayId: 'igw-1', State: 'active' } as const;
  const LOCAL = { GatewayId: 'local', State: 'active' } as const;
  const main = (...Routes: object[]) => ({ Associations: [{ Main: true }], Routes });
  const own = (...Routes: object[]) => ({ Associations: [{ SubnetId: 'subnet-1', Main: false }], Routes });

  test.each([
    ['when the main route table leads to an internet gateway', [main(LOCAL, INTERNET)], true],
    ['not when the main route table stays in the VPC', [main(LOCAL)], false],
    ['when its own route table leads to an internet gateway', [main(LOCAL), own(INTERNET)], true],
    ['not when its own route table does not, though the main one does', [main(INTERNET), own(LOCAL)], false],
    ['not when the internet gateway is gone', [main({ GatewayId: 'igw-1', State: 'blackhole' })], false],
    ['not through a NAT gateway', [main({ NatGatewayId: 'nat-1', State: 'active' })], false],
    ['not through an egress-only gateway', [main({ EgressOnlyInternetGatewayId: 'eigw-1' })], false],
    ['not without any route table', [], false],
  ])('%s', (_title, routeTables, expected) => {
    expect(isPublic('subnet-1', routeTables)).toBe(expected);
  });
});

test('a load balancer gets one subnet of each zone', () => {
  const subnet = (id: string, availabilityZone: string) => ({ id, availabilityZone, public: true });
  expect(
    oneSubnetPerZone([subnet('a1', 'a'), subnet('a2', 'a'), subnet('b1', 'b')]).map(({ id }) => id),
  ).toEqual(['a1', 'b1']);
});

test('a load balancer with IPv6 addresses gets, where a zone has several subnets of tasks, one with an IPv6 CIDR block', () => {
  const subnet = (SubnetId: string, AvailabilityZone: string, ...blocks: string[]) => ({
    SubnetId,
    VpcId: 'vpc-1',
    AvailabilityZone,
    Ipv6CidrBlockAssociationSet: blocks.map(
      (State) => ({ Ipv6CidrBlockState: { State } }) as SubnetIpv6CidrBlockAssociation,
    ),
  });
  const subnets = [
    subnet('subnet-1', 'a', 'disassociated'),
    subnet('subnet-2', 'b', 'associated'),
    subnet('subnet-3', 'a', 'associated'),
  ];
  const loadBalancerWith = (IpAddressType: 'ipv4' | 'dualstack') =>
    networkOf(
      {
        subnetIds: subnets.map(({ SubnetId }) => SubnetId),
        additionalSecurityGroupIds: [],
        loadBalancer: loadBalancerSpec({ IpAddressType }, undefined),
      },
      { subnets, routeTables: [] },
    ).loadBalancer!.subnets.map(({ id }) => id);
  expect(loadBalancerWith('ipv4')).toEqual(['subnet-1', 'subnet-2']);
  expect(loadBalancerWith('dualstack')).toEqual(['subnet-2', 'subnet-3']);
});

describe('on the wire', () => {
  let account: Account;
  let defaultVpc: string;
  let publicSubnets: string[];
  /** Subnets without an internet gateway: two of the default VPC, and one of another. */
  let privateSubnets: string[];
  let foreignSubnet: string;
  let foreignVpc: string;

  const ec2 = () => account.clients().ec2;
  const discover = (
    subnetIds: readonly string[],
    additionalSecurityGroupIds: readonly string[] = [],
    configuration: Parameters<typeof loadBalancerSpec>[0] = {},
  ) => {
    const loadBalancer = loadBalancerSpec(configuration, undefined);
    return discoverNetwork(account.clients(), { subnetIds, additionalSecurityGroupIds, loadBalancer });
  };
  /** The network, and the ids of the subnets. */
  const ids = async (...wish: Parameters<typeof discover>) => {
    const { subnets, access, loadBalancer } = await discover(...wish);
    const idsOf = (of: readonly { readonly id: string }[] = []) => of.map(({ id }) => id);
    return {
      access,
      tasks: idsOf(subnets),
      scheme: loadBalancer?.scheme,
      loadBalancer: idsOf(loadBalancer?.subnets),
    };
  };

  beforeAll(async () => {
    account = await Account.open();
    const { Vpcs = [] } = await ec2().send(
      new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }),
    );
    defaultVpc = Vpcs[0]!.VpcId!;
    const { Subnets = [] } = await ec2().send(new DescribeSubnetsCommand({}));
    publicSubnets = Subnets.map(({ SubnetId }) => SubnetId!).sort();
    privateSubnets = [];
    const { RouteTable } = await ec2().send(new CreateRouteTableCommand({ VpcId: defaultVpc }));
    for (const [AvailabilityZone, CidrBlock] of [
      ['us-east-1a', '172.31.200.0/24'],
      ['us-east-1b', '172.31.201.0/24'],
    ]) {
      const { Subnet } = await ec2().send(
        new CreateSubnetCommand({ VpcId: defaultVpc, AvailabilityZone, CidrBlock }),
      );
      privateSubnets.push(Subnet!.SubnetId!);
      await ec2().send(
        new AssociateRouteTableCommand({
          RouteTableId: RouteTable!.RouteTableId,
          SubnetId: Subnet!.SubnetId,
        }),
      );
    }
    await leadOut(ec2(), RouteTable!.RouteTableId!, publicSubnets[0]!);
    const { Vpc } = await ec2().send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
    foreignVpc = Vpc!.VpcId!;
    const { Subnet } = await ec2().send(
      new CreateSubnetCommand({
        VpcId: foreignVpc,
        AvailabilityZone: 'us-east-1b',
        CidrBlock: '10.0.0.0/24',
      }),
    );
    foreignSubnet = Subnet!.SubnetId!;
  });
  afterAll(() => account.close());

  test('without subnets it is the public ones of the default VPC', async () => {
    const network = await discover([]);
    expect(network).toMatchObject({ vpcId: defaultVpc, access: 'PUBLIC' });
    expect(network.subnets.map(({ id }) => id)).toEqual(publicSubnets);
  });

  test('subnets without an internet gateway make a private service', async () => {
    const subnets = privateSubnets
      .map((id, index) => ({ id, availabilityZone: `us-east-1${'ab'[index]}`, public: false }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(await discover(privateSubnets)).toEqual({
      vpcId: defaultVpc,
      access: 'PRIVATE',
      subnets,
      loadBalancer: { scheme: 'internal', subnets, followsDefaultVpc: false },
    });
  });

  test.each([
    [
      'that do not exist',
      () => [publicSubnets[0]!, 'subnet-0123456789abcdef0'],
      'NetworkConfiguration/Subnets: no subnet subnet-0123456789abcdef0 exists in this account and Region',
    ],
    ['of two VPCs', () => [publicSubnets[0]!, foreignSubnet], 'the subnets are in 2 VPCs'],
    ['of one zone', () => [foreignSubnet], 'the subnets are all in the Availability Zone us-east-1b'],
    [
      'that are public and private',
      () => [...publicSubnets, ...privateSubnets],
      'the subnets are public and private',
    ],
  ])('subnets %s are refused', async (_title, subnets, message) => {
    await expect(discover(subnets())).rejects.toMatchObject({
      code: 'InvalidRequest',
      propertyPath: 'NetworkConfiguration/Subnets',
      message: expect.stringContaining(message),
    });
  });

  test('the refusal of mixed subnets says which are which', async () => {
    const [first] = publicSubnets;
    await expect(discover([first!, ...privateSubnets])).rejects.toMatchObject({
      message: expect.stringMatching(
        new RegExp(`${first} have a route to an internet gateway, .*${privateSubnets[0]}.* have none`),
      ),
    });
  });

  test('security groups must exist and be of the same VPC', async () => {
    const create = async (VpcId: string) => {
      const { GroupId } = await ec2().send(
        new CreateSecurityGroupCommand({ GroupName: 'database', Description: 'Database', VpcId }),
      );
      return GroupId!;
    };
    const fitting = await create(defaultVpc);
    const foreign = await create(foreignVpc);
    await expect(discover([], [fitting])).resolves.toMatchObject({ vpcId: defaultVpc });
    await expect(discover([], [fitting, foreign])).rejects.toMatchObject({
      code: 'InvalidRequest',
      propertyPath: 'NetworkConfiguration/SecurityGroups/1',
      message: expect.stringContaining(
        `${foreign} is in ${foreignVpc}, but the subnets are in ${defaultVpc}`,
      ),
    });
    await expect(discover([], ['sg-0123456789abcdef0'])).rejects.toMatchObject({
      propertyPath: 'NetworkConfiguration/SecurityGroups/0',
      message: expect.stringContaining('no security group sg-0123456789abcdef0 exists'),
    });
  });

  describe('prefix lists that may reach the load balancer', () => {
    const CLOUDFRONT = 'com.amazonaws.global.cloudfront.origin-facing';
    let cloudFront: string;
    let offices: string;
    const path = 'LoadBalancerConfiguration/AllowedPrefixListIds';
    const allowed = (AllowedPrefixListIds: string[], more: Parameters<typeof loadBalancerSpec>[0] = {}) =>
      discover([], [], { AllowedPrefixListIds, ...more });

    beforeAll(async () => {
      const { PrefixLists } = await ec2().send(
        new DescribeManagedPrefixListsCommand({
          Filters: [{ Name: 'prefix-list-name', Values: [CLOUDFRONT] }],
        }),
      );
      cloudFront = PrefixLists![0]!.PrefixListId!;
      const { PrefixList } = await ec2().send(
        new CreateManagedPrefixListCommand({
          PrefixListName: 'offices',
          AddressFamily: 'IPv4',
          MaxEntries: 20,
        }),
      );
      offices = PrefixList!.PrefixListId!;
    });

    test.each<[string, () => ReturnType<typeof allowed>]>([
      ['of Amazon CloudFront, at one port', () => allowed([cloudFront], { HttpRedirect: false })],
      ['of the account, at two ports', () => allowed([offices], { AllowedCidrs: ['192.0.2.0/24'] })],
      ['beside as many ranges of the other family', () => allowed([offices], { AllowedCidrs: ['::/0'] })],
    ])('%s are taken', async (_title, look) => {
      await expect(look()).resolves.toMatchObject({ vpcId: defaultVpc });
    });

    test.each<[string, () => ReturnType<typeof allowed>, string]>([
      [
        'that are not there',
        () => allowed([offices, 'pl-0123456789abcdef0']),
        `${path}: no prefix list pl-0123456789abcdef0 exists in this account and Region. Name prefix lists`,
      ],
      [
        'that need too many rules',
        () => allowed([cloudFront]),
        `${path}: needs 110 IPv4 rules, but a security group takes 60: ${CLOUDFRONT} counts as 55, each for 443 and 80. Join ranges, or set HttpRedirect to false`,
      ],
      [
        'that need too many with ranges',
        () => allowed([cloudFront, offices], { AllowedCidrs: ['192.0.2.0/24'], HttpRedirect: false }),
        `offices counts as 20, AllowedCidrs are 1.`,
      ],
      [
        'that need too many rules of a Network Load Balancer',
        () => allowed([offices], { Type: 'network', Listener: { Protocol: 'TCP_UDP', TestPort: 81 } }),
        `${path}: needs 80 IPv4 rules, but a security group takes 60: offices counts as 20, each for TCP_UDP on 80 and 81`,
      ],
    ])('%s are refused', async (_title, look, message) => {
      await expect(look()).rejects.toMatchObject({
        code: 'InvalidRequest',
        propertyPath: path,
        message: expect.stringContaining(message),
      });
    });
  });

  describe('a load balancer apart from its tasks', () => {
    /** Public subnets of the zones a and b, in which the private ones are. */
    const publicPair = () => ['us-east-1a', 'us-east-1b'].map(inZone).sort();
    const inZone = (zone: string) => publicSubnets.find((id) => zones.get(id) === zone)!;
    let zones: ReadonlyMap<string, string>;
    beforeAll(async () => {
      const { Subnets = [] } = await ec2().send(new DescribeSubnetsCommand({}));
      zones = new Map(Subnets.map(({ SubnetId, AvailabilityZone }) => [SubnetId!, AvailabilityZone!]));
    });

    test('stands in public subnets before private tasks', async () => {
      expect(await ids(privateSubnets, [], { Subnets: publicPair() })).toEqual({
        access: 'PRIVATE',
        tasks: [...privateSubnets].sort(),
        scheme: 'internet-facing',
        loadBalancer: publicPair(),
      });
    });

    test('may be internal before public tasks', async () => {
      expect(await ids(publicSubnets, [], { Scheme: 'internal' })).toEqual({
        access: 'PUBLIC',
        tasks: publicSubnets,
        scheme: 'internal',
        loadBalancer: publicSubnets,
      });
    });

    test('lets tasks run in one zone', async () => {
      const [task] = privateSubnets;
      expect(await ids([task!], [], { Subnets: publicPair() })).toMatchObject({ tasks: [task] });
    });

    test('keeps tasks of the default VPC in its zones', async () => {
      expect(await ids([], [], { Subnets: privateSubnets })).toEqual({
        access: 'PUBLIC',
        tasks: publicPair(),
        scheme: 'internal',
        loadBalancer: [...privateSubnets].sort(),
      });
    });

    test.each([
      [
        'is internet-facing before private tasks without subnets of its own',
        () => discover(privateSubnets, [], { Scheme: 'internet-facing' }),
        'LoadBalancerConfiguration/Scheme',
        "is internet-facing, but the tasks' subnets",
      ],
      [
        'is internet-facing in private subnets',
        () => discover([], [], { Scheme: 'internet-facing', Subnets: privateSubnets }),
        'LoadBalancerConfiguration/Subnets',
        'have no route to an internet gateway',
      ],
      [
        'has public and private subnets and no scheme',
        () => discover([], [], { Subnets: [inZone('us-east-1a'), privateSubnets[1]!] }),
        'LoadBalancerConfiguration/Subnets',
        'the subnets are public and private',
      ],
      [
        'has subnets that do not exist',
        () => discover(privateSubnets, [], { Subnets: [publicPair()[0]!, 'subnet-0123456789abcdef0'] }),
        'LoadBalancerConfiguration/Subnets',
        'no subnet subnet-0123456789abcdef0 exists in this account and Region',
      ],
      [
        'has subnets outside the default VPC, where its tasks are',
        () => discover([], [], { Subnets: [publicPair()[0]!, foreignSubnet] }),
        'LoadBalancerConfiguration/Subnets',
        'exists in the default VPC vpc-',
      ],
      [
        'has subnets of another VPC than the tasks',
        () => discover(privateSubnets, [], { Subnets: [publicPair()[0]!, foreignSubnet] }),
        'LoadBalancerConfiguration/Subnets',
        "but the tasks' subnets are in vpc-",
      ],
      [
        'has subnets of one zone',
        () => discover([privateSubnets[0]!], [], { Subnets: [privateSubnets[0]!] }),
        'LoadBalancerConfiguration/Subnets',
        'the subnets are all in the Availability Zone us-east-1a',
      ],
      [
        'has two subnets of a zone',
        () => discover(privateSubnets, [], { Subnets: [...publicPair(), privateSubnets[0]!] }),
        'LoadBalancerConfiguration/Subnets',
        'two of the subnets are in us-east-1a',
      ],
      [
        'has no subnet where tasks run',
        () => discover(publicSubnets, [], { Subnets: privateSubnets }),
        'LoadBalancerConfiguration/Subnets',
        'tasks run in us-east-1c',
      ],
    ])('is refused when it %s', async (_title, look, propertyPath, message) => {
      await expect(look()).rejects.toMatchObject({
        code: 'InvalidRequest',
        propertyPath,
        message: expect.stringContaining(message),
      });
    });
  });

  describe('a load balancer with IPv6 addresses', () => {
    const dualstack = { IpAddressType: 'dualstack' } as const;
    const withoutPublicIpv4 = { IpAddressType: 'dualstack-without-public-ipv4' } as const;
    const [subnets, addresses] = ['Subnets', 'IpAddressType'].map(
      (name) => `LoadBalancerConfiguration/${name}`,
    );
    /** Public subnets, of which the second one gets an IPv6 CIDR block in the end. */
    let [withBlock, later]: string[] = [];
    beforeAll(async () => {
      [withBlock, later] = publicSubnets;
      await giveIpv6Blocks(account.aws, [withBlock!, privateSubnets[0]!]);
    });

    test.each<[string, () => Promise<unknown>, string, () => string]>([
      [
        'of the default VPC has no IPv6 CIDR block',
        () => discover([], [], dualstack),
        addresses!,
        () => `is dualstack, but the tasks' subnets ${publicSubnets.slice(1).join(', ')} have no IPv6 CIDR`,
      ],
      [
        'of the tasks has none',
        () => discover([withBlock!, later!], [], withoutPublicIpv4),
        addresses!,
        () => `is dualstack-without-public-ipv4, but the tasks' subnets ${later} have no IPv6 CIDR block`,
      ],
      [
        'of its own has none',
        () => discover([withBlock!], [], { ...dualstack, Subnets: [withBlock!, later!] }),
        subnets!,
        () =>
          `${later} have no IPv6 CIDR block, which a load balancer with the IpAddressType dualstack needs`,
      ],
      [
        'of an internal one has none',
        () => discover(privateSubnets, [], dualstack),
        addresses!,
        () => `is dualstack, but the tasks' subnets ${privateSubnets[1]} have no IPv6 CIDR block`,
      ],
    ])('is refused when a subnet %s', async (_title, look, propertyPath, message) => {
      await expect(look()).rejects.toMatchObject({
        code: 'InvalidRequest',
        propertyPath,
        message: expect.stringContaining(message()),
      });
    });

    test.each<[string, () => Promise<unknown>]>([
      ['by its Scheme', () => discover([], [], { ...withoutPublicIpv4, Scheme: 'internal' })],
      ['by its subnets', () => discover(privateSubnets, [], withoutPublicIpv4)],
    ])('has public ones, so that one that is internal %s is refused', async (_title, look) => {
      await expect(look()).rejects.toMatchObject({
        code: 'InvalidRequest',
        propertyPath: addresses,
        message: expect.stringContaining('but the load balancer is internal'),
      });
    });

    test('stands in subnets that all have a block, whatever those of the tasks have', async () => {
      await giveIpv6Blocks(account.aws, [later!]);
      const named = { Subnets: [withBlock!, later!] };
      for (const type of [dualstack, withoutPublicIpv4]) {
        expect(await ids([withBlock!, later!], [], type)).toMatchObject({ scheme: 'internet-facing' });
        expect(await ids([], [], { ...type, ...named })).toMatchObject({ loadBalancer: named.Subnets });
      }
      await giveIpv6Blocks(account.aws, [privateSubnets[1]!]);
      expect(await ids(privateSubnets, [], dualstack)).toMatchObject({ scheme: 'internal' });
    });
  });

  describe('without subnets', () => {
    test('the default VPC must have public ones in two zones', async () => {
      for (const SubnetId of publicSubnets.slice(1)) {
        await ec2().send(new DeleteSubnetCommand({ SubnetId }));
      }
      await expect(discover([])).rejects.toMatchObject({
        code: 'InvalidRequest',
        propertyPath: 'NetworkConfiguration/Subnets',
        message: expect.stringContaining(`the default VPC ${defaultVpc} has no public subnets in two`),
      });
    });

    test('there must be a default VPC', async () => {
      const client = createClients(clientConfiguration('eu-north-1', CREDENTIALS)).ec2;
      const { Vpcs = [] } = await client.send(new DescribeVpcsCommand({}));
      const { Subnets = [] } = await client.send(new DescribeSubnetsCommand({}));
      for (const { SubnetId } of Subnets) await client.send(new DeleteSubnetCommand({ SubnetId }));
      for (const { VpcId } of Vpcs) await client.send(new DeleteVpcCommand({ VpcId }));
      const clients = createClients(clientConfiguration('eu-north-1', CREDENTIALS));
      const loadBalancer = loadBalancerSpec({}, undefined);
      await expect(
        discoverNetwork(clients, { subnetIds: [], additionalSecurityGroupIds: [], loadBalancer }),
      ).rejects.toMatchObject({
        code: 'InvalidRequest',
        propertyPath: 'NetworkConfiguration/Subnets',
        message: expect.stringContaining('there is no default VPC'),
      });
    });
  });
});
