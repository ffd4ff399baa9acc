import { CreateSubnetCommand, CreateVpcCommand } from '@aws-sdk/client-ec2';
import {
  DeleteLoadBalancerCommand,
  DeleteRuleCommand,
  DeleteTargetGroupCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyRuleCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  RegisterTargetsCommand,
  SetIpAddressTypeCommand,
  SetSecurityGroupsCommand,
  SetSubnetsCommand,
  type IpAddressType,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { giveIpv6Blocks } from '../../support/account';
import {
  aws,
  ec2,
  elb,
  forwardTo,
  listener,
  loadBalancer,
  rule,
  subnets,
  targetGroup,
  useLocalAws,
} from './fixture';

useLocalAws();

describe('load balancers', () => {
  test('the same creation again returns the existing load balancer', async () => {
    const arn = await loadBalancer();
    expect(await loadBalancer()).toBe(arn);
    expect((await elb.send(new DescribeLoadBalancersCommand({}))).LoadBalancers).toHaveLength(1);
  });

  test('two creations at the same time make one load balancer', async () => {
    const [one, other] = await Promise.all([loadBalancer(), loadBalancer()]);
    expect(one).toBe(other);
  });

  test.each<[what: string, input: () => object, code: string, words: RegExp]>([
    [
      'another with the same name',
      () => ({ Name: 'alb', Scheme: 'internal' }),
      'DuplicateLoadBalancerNameException',
      /'alb' exists, but with different settings/,
    ],
    ['a long name', () => ({ Name: 'a'.repeat(33) }), 'ValidationError', /cannot be longer than '32'/],
    [
      'a name with other characters',
      () => ({ Name: 'a_b' }),
      'ValidationError',
      /alphanumeric characters and hyphens/,
    ],
    [
      'a name that ends with a hyphen',
      () => ({ Name: 'a-' }),
      'ValidationError',
      /cannot begin or end with '-'/,
    ],
    [
      'a name that begins with internal-',
      () => ({ Name: 'internal-a' }),
      'ValidationError',
      /cannot begin with 'internal-'/,
    ],
    ['no subnet', () => ({ Name: 'b', Subnets: [] }), 'ValidationError', /At least one subnet/],
    [
      'one zone',
      () => ({ Name: 'b', Subnets: [subnets[0]] }),
      'ValidationError',
      /At least two subnets in two different Availability Zones/,
    ],
    [
      'an unknown subnet',
      () => ({ Name: 'b', Subnets: [subnets[0], 'subnet-0123456789abcdef0'] }),
      'SubnetNotFoundException',
      /subnet-0123456789abcdef0/,
    ],
    [
      'an unknown security group',
      () => ({ Name: 'b', SecurityGroups: ['sg-0123456789abcdef0'] }),
      'InvalidSecurityGroupException',
      /sg-0123456789abcdef0/,
    ],
  ])('%s is refused', async (_what, input, code, words) => {
    await loadBalancer();
    await expect(loadBalancer('alb', input())).rejects.toMatchObject({
      name: code,
      message: expect.stringMatching(words),
    });
  });

  test('an internet-facing load balancer needs an internet gateway', async () => {
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
    const made = await Promise.all(
      ['a', 'b'].map((letter, index) =>
        ec2.send(
          new CreateSubnetCommand({
            VpcId: Vpc!.VpcId,
            CidrBlock: `10.0.${index}.0/24`,
            AvailabilityZone: `us-east-1${letter}`,
          }),
        ),
      ),
    );
    const Subnets = made.map(({ Subnet }) => Subnet!.SubnetId!);
    await expect(loadBalancer('alb', { Subnets })).rejects.toMatchObject({
      name: 'InvalidSubnetException',
      message: `VPC ${Vpc!.VpcId} has no internet gateway`,
    });
    await expect(loadBalancer('alb', { Subnets, Scheme: 'internal' })).resolves.toContain(
      'loadbalancer/app/alb',
    );
    await expect(loadBalancer('other', { Subnets: [Subnets[0], subnets[1]] })).rejects.toMatchObject({
      name: 'InvalidConfigurationRequestException',
    });
  });

  describe('with IPv6 addresses', () => {
    const dualstack = { IpAddressType: 'dualstack' };
    const withoutPublicIpv4 = { IpAddressType: 'dualstack-without-public-ipv4' };
    const noBlock = {
      name: 'ValidationError',
      message: 'You must specify subnets with an associated IPv6 CIDR block.',
    };
    const setType = async (LoadBalancerArn: string, IpAddressType: IpAddressType) =>
      elb.send(new SetIpAddressTypeCommand({ LoadBalancerArn, IpAddressType }));

    test.each([
      ['dualstack', dualstack],
      ['dualstack, internal', { ...dualstack, Scheme: 'internal' }],
      ['dualstack-without-public-ipv4', withoutPublicIpv4],
    ])('%s needs an IPv6 CIDR block in each subnet', async (_what, type) => {
      await expect(loadBalancer('alb', type)).rejects.toMatchObject(noBlock);
      await giveIpv6Blocks(aws, subnets.slice(0, 1));
      await expect(loadBalancer('alb', type)).rejects.toMatchObject(noBlock);
      await giveIpv6Blocks(aws, subnets.slice(1, 2));
      const LoadBalancerArn = await loadBalancer('alb', type);
      expect((await elb.send(new DescribeLoadBalancersCommand({}))).LoadBalancers).toMatchObject([type]);
      const Subnets = subnets.slice(1, 3);
      await expect(elb.send(new SetSubnetsCommand({ LoadBalancerArn, Subnets }))).rejects.toMatchObject(
        noBlock,
      );
    });

    test('it has no internal form without public IPv4 addresses', async () => {
      await giveIpv6Blocks(aws, subnets.slice(0, 2));
      const refusal = { name: 'InvalidConfigurationRequestException' };
      const internal = { Scheme: 'internal' };
      await expect(loadBalancer('alb', { ...withoutPublicIpv4, ...internal })).rejects.toMatchObject(refusal);
      const arn = await loadBalancer('alb', internal);
      await expect(setType(arn, 'dualstack-without-public-ipv4')).rejects.toMatchObject(refusal);
    });

    test('its type may change', async () => {
      const arn = await loadBalancer();
      await expect(setType(arn, 'dualstack')).rejects.toMatchObject(noBlock);
      await giveIpv6Blocks(aws, subnets.slice(0, 2));
      await setType(arn, 'dualstack-without-public-ipv4');
      expect((await elb.send(new DescribeLoadBalancersCommand({}))).LoadBalancers).toMatchObject([
        withoutPublicIpv4,
      ]);
    });
  });

  test('without security groups it gets the default one of the VPC', async () => {
    await loadBalancer();
    const [made] = (await elb.send(new DescribeLoadBalancersCommand({}))).LoadBalancers!;
    expect(made!.SecurityGroups).toEqual([expect.stringMatching(/^sg-/)]);
  });

  test('its subnets and security groups are checked when they change, too', async () => {
    const LoadBalancerArn = await loadBalancer();
    const set = (Subnets: string[]) => elb.send(new SetSubnetsCommand({ LoadBalancerArn, Subnets }));
    await set(subnets.slice(1, 3));
    await expect(set([subnets[0]!])).rejects.toMatchObject({ name: 'ValidationError' });
    const SecurityGroups = ['sg-0123456789abcdef0'];
    await expect(
      elb.send(new SetSecurityGroupsCommand({ LoadBalancerArn, SecurityGroups })),
    ).rejects.toMatchObject({ name: 'InvalidSecurityGroupException' });
  });

  test('it is provisioning for two minutes', async () => {
    const LoadBalancerArns = [await loadBalancer()];
    const state = async () =>
      (await elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns }))).LoadBalancers![0]!.State!.Code;
    expect(await state()).toBe('provisioning');
    await aws.clock.advance(119_000);
    expect(await state()).toBe('provisioning');
    await aws.clock.advance(1_000);
    expect(await state()).toBe('active');
    aws.answers.give({ 'elasticloadbalancing.provisioning-takes-minutes': false });
    LoadBalancerArns.splice(0, 1, await loadBalancer('other'));
    expect(await state()).toBe('active');
  });

  test('the quota of a Region holds', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await loadBalancer(name);
    await expect(loadBalancer('e')).rejects.toMatchObject({ name: 'TooManyLoadBalancersException' });
  });

  test('deletion protection holds, and deletion of what is gone succeeds', async () => {
    const LoadBalancerArn = await loadBalancer();
    const protect = (Value: string) =>
      elb.send(
        new ModifyLoadBalancerAttributesCommand({
          LoadBalancerArn,
          Attributes: [{ Key: 'deletion_protection.enabled', Value }],
        }),
      );
    await protect('true');
    await expect(elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }))).rejects.toMatchObject({
      name: 'OperationNotPermittedException',
    });
    await protect('false');
    await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }));
    await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }));
  });
});

describe('target groups', () => {
  test('the same creation again returns the existing target group; another of the name is refused', async () => {
    const arn = await targetGroup('group');
    expect(await targetGroup('group')).toBe(arn);
    await expect(targetGroup('group', { Port: 81 })).rejects.toMatchObject({
      name: 'DuplicateTargetGroupNameException',
    });
  });

  test('one serves at most one load balancer, and is in use as long as a rule forwards to it', async () => {
    const arn = await targetGroup('group');
    const [first, second] = [
      await listener(await loadBalancer('one')),
      await listener(await loadBalancer('two')),
    ];
    const made = await rule(first, 1, forwardTo(arn));
    await expect(rule(second, 1, forwardTo(arn))).rejects.toMatchObject({
      name: 'TargetGroupAssociationLimitException',
    });
    await expect(elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: arn }))).rejects.toMatchObject({
      name: 'ResourceInUseException',
    });
    await elb.send(new DeleteRuleCommand({ RuleArn: made }));
    expect(
      (await elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] }))).TargetGroups![0]!
        .LoadBalancerArns ?? [],
    ).toEqual([]);
    await rule(second, 1, forwardTo(arn));
  });

  test('quotas for a load balancer and for a Region', async () => {
    const made = await listener(await loadBalancer());
    const arns = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => targetGroup(name)));
    const forward = (...list: string[]) => ({
      Type: 'forward',
      ForwardConfig: { TargetGroups: list.map((TargetGroupArn) => ({ TargetGroupArn, Weight: 1 })) },
    });
    await rule(made, 1, forward(...arns.slice(0, 4)));
    await expect(rule(made, 2, forward(arns[4]!))).rejects.toMatchObject({
      name: 'TooManyUniqueTargetGroupsPerLoadBalancerException',
    });
    for (const name of ['f', 'g', 'h']) await targetGroup(name);
    await expect(targetGroup('i')).rejects.toMatchObject({ name: 'TooManyTargetGroupsException' });
    await elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: arns[4] }));
    await targetGroup('i');
  });

  test.each(['/?query={__typename}', '/a b', '/grün', 'health'])(
    'the path of a health check may not be %s',
    async (HealthCheckPath) => {
      const refused = {
        name: 'ValidationError',
        message: expect.stringContaining(HealthCheckPath) as string,
      };
      await expect(targetGroup('group', { HealthCheckPath })).rejects.toMatchObject(refused);
      const TargetGroupArn = await targetGroup('group', { HealthCheckPath: '/a-z/A.Z/0_9?a=b&c=%20~+#@:' });
      const change = new ModifyTargetGroupCommand({ TargetGroupArn, HealthCheckPath });
      await expect(elb.send(change)).rejects.toMatchObject(refused);
    },
  );

  test('an unknown target group is named', async () => {
    const made = await listener(await loadBalancer());
    const arn = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/none/0123456789abcdef';
    await expect(rule(made, 1, forwardTo(arn))).rejects.toMatchObject({
      name: 'TargetGroupNotFoundException',
      message: expect.stringContaining(arn),
    });
  });

  test('of gRPC are checked for the code of a method that is not implemented, unless told otherwise', async () => {
    const TargetGroupArn = await targetGroup('group', { ProtocolVersion: 'GRPC' });
    const described = async () =>
      (await elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [TargetGroupArn] })))
        .TargetGroups![0];
    expect(await described()).toMatchObject({
      ProtocolVersion: 'GRPC',
      HealthCheckPath: '/AWS.ALB/healthcheck',
      Matcher: { GrpcCode: '12' },
    });
    await elb.send(new ModifyTargetGroupCommand({ TargetGroupArn, Matcher: { GrpcCode: '0-5' } }));
    expect((await described())!.Matcher).toEqual({ GrpcCode: '0-5' });
  });

  test('have sticky targets only behind rules that bind clients to one of their target groups', async () => {
    const made = await listener(await loadBalancer());
    const [one, two] = [await targetGroup('one'), await targetGroup('two')];
    const stick = (TargetGroupArn: string, Value: string) =>
      elb.send(
        new ModifyTargetGroupAttributesCommand({
          TargetGroupArn,
          Attributes: [{ Key: 'stickiness.enabled', Value }],
        }),
      );
    const weighted = (Enabled: boolean) => ({
      Type: 'forward' as const,
      ForwardConfig: {
        TargetGroups: [one, two].map((TargetGroupArn) => ({ TargetGroupArn, Weight: 1 })),
        TargetGroupStickinessConfig: { Enabled, DurationSeconds: 60 },
      },
    });
    await stick(one, 'true');
    await expect(rule(made, 1, weighted(false))).rejects.toMatchObject({
      name: 'InvalidLoadBalancerActionException',
    });
    const bound = await rule(made, 1, weighted(true));
    await stick(two, 'true');
    await stick(one, 'false');
    await stick(two, 'false');
    await elb.send(new ModifyRuleCommand({ RuleArn: bound, Actions: [weighted(false)] }));
    await expect(stick(one, 'true')).rejects.toMatchObject({ name: 'InvalidConfigurationRequestException' });
    aws.answers.give({ 'elasticloadbalancing.sticky-targets-need-sticky-rule': false });
    await stick(one, 'true');
  });

  test('start slowly for 30 to 900 seconds, and with round robin only', async () => {
    const TargetGroupArn = await targetGroup('group');
    const give = (seconds: string, algorithm?: string) =>
      elb.send(
        new ModifyTargetGroupAttributesCommand({
          TargetGroupArn,
          Attributes: [
            { Key: 'slow_start.duration_seconds', Value: seconds },
            ...(algorithm ? [{ Key: 'load_balancing.algorithm.type', Value: algorithm }] : []),
          ],
        }),
      );
    await expect(give('29')).rejects.toMatchObject({ name: 'ValidationError' });
    await expect(give('901')).rejects.toMatchObject({ name: 'ValidationError' });
    await give('30');
    const refused = { name: 'InvalidConfigurationRequestException' };
    await expect(give('30', 'least_outstanding_requests')).rejects.toMatchObject(refused);
    await give('0', 'least_outstanding_requests');
    await expect(give('30')).rejects.toMatchObject(refused);
    await give('900', 'round_robin');
  });

  test('targets are unused until a load balancer forwards to them', async () => {
    const TargetGroupArn = await targetGroup('group');
    await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: '172.31.0.9', Port: 80 }] }));
    const { TargetHealthDescriptions } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
    expect(TargetHealthDescriptions![0]!.TargetHealth).toMatchObject({
      State: 'unused',
      Reason: 'Target.NotInUse',
    });
  });
});
