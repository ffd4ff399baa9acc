import { AllocateAddressCommand } from '@aws-sdk/client-ec2';
import {
  CreateRuleCommand,
  DeleteLoadBalancerCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  SetSecurityGroupsCommand,
  SetSubnetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { giveIpv6Blocks } from '../../support/account';
import {
  NOT_FOUND,
  aws,
  ec2,
  elb,
  forwardTo,
  host,
  issuedCertificate,
  listener,
  loadBalancer,
  securityGroup,
  subnets,
  targetGroup,
  useLocalAws,
} from './fixture';

useLocalAws();

const network = (more: object = {}, name = 'nlb') => loadBalancer(name, { Type: 'network', ...more });
const group = (name: string, more: object = {}) => targetGroup(name, { Protocol: 'TCP', ...more });
const described = async () => (await elb.send(new DescribeLoadBalancersCommand({}))).LoadBalancers!;

describe('load balancers', () => {
  test('one zone is enough, and the ARN and the DNS name tell the type', async () => {
    const LoadBalancerArn = await network({ Subnets: [subnets[0]] });
    expect(LoadBalancerArn).toContain(':loadbalancer/net/nlb/');
    const [made] = await described();
    expect(made).toMatchObject({
      Type: 'network',
      DNSName: expect.stringMatching(/^nlb-\w+\.elb\.us-east-1\./),
    });
    expect(made!.SecurityGroups ?? []).toEqual([]);
    const Subnets = [subnets[1]!];
    await elb.send(new SetSubnetsCommand({ LoadBalancerArn, Subnets }));
    expect((await described())[0]!.AvailabilityZones).toMatchObject([{ SubnetId: subnets[1] }]);
  });

  test('security groups are for those that were made with some', async () => {
    const SecurityGroups = [await securityGroup('one')];
    const set = async (LoadBalancerArn: string) =>
      elb.send(new SetSecurityGroupsCommand({ LoadBalancerArn, SecurityGroups }));
    await set(await network({ SecurityGroups }, 'with'));
    await expect(set(await network({}, 'without'))).rejects.toMatchObject({
      name: 'InvalidConfigurationRequestException',
      message:
        'You cannot set security groups on a Network Load Balancer which was created without any security groups.',
    });
  });

  test('an Elastic IP address for each subnet is held until the load balancer goes', async () => {
    const { AllocationId, PublicIp } = await ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
    const static_ = { Subnets: undefined, SubnetMappings: [{ SubnetId: subnets[0], AllocationId }] };
    const LoadBalancerArn = await network(static_);
    expect((await described())[0]!.AvailabilityZones).toMatchObject([
      { SubnetId: subnets[0], LoadBalancerAddresses: [{ AllocationId, IpAddress: PublicIp }] },
    ]);
    await expect(network(static_, 'other')).rejects.toMatchObject({
      name: 'ResourceInUseException',
      message: 'The allocation IDs are not available for use',
    });
    await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }));
    await network(static_, 'other');
  });

  test.each<[what: string, input: () => object, code: string, words: RegExp]>([
    [
      'an address of an internal load balancer',
      () => ({ Subnets: undefined, Scheme: 'internal', SubnetMappings: [mapping('eipalloc-1')] }),
      'InvalidConfigurationRequestException',
      /internet-facing Network Load Balancers only/,
    ],
    [
      'an address of an Application Load Balancer',
      () => ({
        Type: 'application',
        Subnets: undefined,
        SubnetMappings: [mapping('eipalloc-1'), { SubnetId: subnets[1] }],
      }),
      'InvalidConfigurationRequestException',
      /internet-facing Network Load Balancers only/,
    ],
    [
      'an address that is not there',
      () => ({ Subnets: undefined, SubnetMappings: [mapping('eipalloc-0123456789abcdef0')] }),
      'AllocationIdNotFoundException',
      /eipalloc-0123456789abcdef0/,
    ],
    [
      'subnets and subnet mappings',
      () => ({ SubnetMappings: [mapping('eipalloc-1')] }),
      'ValidationError',
      /either subnets or subnet mappings, but not both/,
    ],
  ])('%s is refused', async (_what, input, name, words) => {
    await expect(network(input())).rejects.toMatchObject({ name, message: expect.stringMatching(words) });
  });

  test('attributes of the other type are refused', async () => {
    const modify = async (LoadBalancerArn: string, Key: string, Value: string) =>
      elb.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes: [{ Key, Value }] }));
    const arn = await network();
    await modify(arn, 'load_balancing.cross_zone.enabled', 'true');
    await expect(modify(arn, 'idle_timeout.timeout_seconds', '30')).rejects.toMatchObject({
      message:
        "Load balancer attribute key 'idle_timeout.timeout_seconds' is not supported on load balancers with type 'network'",
    });
  });
});

const mapping = (AllocationId: string) => ({ SubnetId: subnets[0], AllocationId });

describe('listeners', () => {
  test('forward by weight, and have no rules', async () => {
    const arn = await network();
    const [one, other] = [await group('one'), await group('other')];
    const weighted = (...weights: number[]) => [
      {
        Type: 'forward' as const,
        ForwardConfig: {
          TargetGroups: [one, other].map((TargetGroupArn, index) => ({
            TargetGroupArn,
            Weight: weights[index],
          })),
        },
      },
    ];
    const ListenerArn = await listener(arn, { Protocol: 'TCP', DefaultActions: weighted(999, 0) });
    expect(ListenerArn).toContain(':listener/net/nlb/');
    await elb.send(new ModifyListenerCommand({ ListenerArn, DefaultActions: weighted(0, 999) }));
    const [shown] = (await elb.send(new DescribeListenersCommand({ ListenerArns: [ListenerArn] })))
      .Listeners!;
    expect(shown!.DefaultActions).toMatchObject(weighted(0, 999));
    expect(shown!.SslPolicy).toBeUndefined();
    await expect(
      elb.send(new ModifyListenerCommand({ ListenerArn, DefaultActions: weighted(0, 1000) })),
    ).rejects.toMatchObject({ message: expect.stringContaining('from 0 to 999') });
    await expect(
      elb.send(
        new CreateRuleCommand({ ListenerArn, Priority: 1, Conditions: host('a'), Actions: [NOT_FOUND] }),
      ),
    ).rejects.toMatchObject({ message: 'Rules are unsupported for Network Load Balancer listeners' });
  });

  test.each<[listener: string, targetGroup: string, isCompatible: boolean]>([
    ['TCP', 'TCP', true],
    ['TCP', 'TCP_UDP', true],
    ['TCP', 'UDP', false],
    ['TCP', 'HTTP', false],
    ['UDP', 'UDP', true],
    ['UDP', 'TCP', false],
    ['TCP_UDP', 'TCP_UDP', true],
    ['TCP_UDP', 'UDP', false],
  ])('a listener of %s forwards to a target group of %s: %s', async (Protocol, of, isCompatible) => {
    const arn = await group('targets', { Protocol: of });
    const made = listener(await network(), { Protocol, DefaultActions: [forwardTo(arn)] });
    if (isCompatible) await made;
    else await expect(made).rejects.toMatchObject({ name: 'IncompatibleProtocolsException' });
  });

  test('TLS needs a certificate, the others take none', async () => {
    const arn = await network();
    const DefaultActions = [forwardTo(await group('targets'))];
    const tls = { Protocol: 'TLS', Port: 443, DefaultActions };
    await expect(listener(arn, tls)).rejects.toMatchObject({
      message: 'A certificate must be specified for TLS listeners',
    });
    const Certificates = [{ CertificateArn: await issuedCertificate('a.example.com') }];
    const ListenerArn = await listener(arn, {
      ...tls,
      Certificates,
      SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
    });
    const other = [{ CertificateArn: await issuedCertificate('b.example.com') }];
    await elb.send(new ModifyListenerCommand({ ListenerArn, Certificates: other }));
    const shown = await elb.send(new DescribeListenersCommand({ ListenerArns: [ListenerArn] }));
    expect(shown.Listeners).toMatchObject([
      { Certificates: other, SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06' },
    ]);
    const refusal = { name: 'InvalidConfigurationRequestException' };
    await expect(listener(arn, { Protocol: 'TCP', DefaultActions, Certificates })).rejects.toMatchObject(
      refusal,
    );
    await expect(
      listener(arn, { Protocol: 'TCP', DefaultActions, SslPolicy: 'ELBSecurityPolicy-2016-08' }),
    ).rejects.toMatchObject(refusal);
  });

  test('HTTP, and an answer of their own, are refused', async () => {
    const arn = await network();
    const DefaultActions = [forwardTo(await targetGroup('targets'))];
    await expect(listener(arn, { DefaultActions })).rejects.toThrow(
      /Listener protocol 'HTTP' must be one of/,
    );
    await expect(listener(arn, { Protocol: 'TCP' })).rejects.toThrow(/'fixed-response'/);
  });

  test('UDP is refused beside IPv6 addresses', async () => {
    await giveIpv6Blocks(aws, subnets.slice(0, 2));
    const arn = await network({ IpAddressType: 'dualstack' });
    const DefaultActions = [forwardTo(await group('targets', { Protocol: 'UDP' }))];
    await expect(listener(arn, { Protocol: 'UDP', DefaultActions })).rejects.toThrow(/'dualstack'/);
  });
});

describe('target groups', () => {
  const attributes = async (TargetGroupArn: string) =>
    Object.fromEntries(
      (await elb.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn }))).Attributes!.map(
        ({ Key, Value }) => [Key, Value],
      ),
    );
  const modify = (TargetGroupArn: string, Key: string, Value: string) =>
    elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes: [{ Key, Value }] }));

  test('are checked by TCP, or by HTTP with a path and codes', async () => {
    const [tcp, http] = [await group('tcp'), await group('http', { HealthCheckProtocol: 'HTTP' })];
    const TargetGroupArns = [http, tcp];
    const shown = async () =>
      (await elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns }))).TargetGroups!;
    const [byHttp, byTcp] = await shown();
    expect(byHttp).toMatchObject({ HealthCheckPath: '/', Matcher: { HttpCode: '200-399' } });
    expect(byTcp).toMatchObject({ HealthCheckProtocol: 'TCP' });
    expect(byTcp!.HealthCheckPath).toBeUndefined();
    await elb.send(
      new ModifyTargetGroupCommand({
        TargetGroupArn: tcp,
        HealthCheckProtocol: 'HTTPS',
        HealthCheckPath: '/health',
        Matcher: { HttpCode: '200' },
      }),
    );
    expect((await shown())[1]).toMatchObject({ HealthCheckPath: '/health', Matcher: { HttpCode: '200' } });
  });

  test.each<[string, object, RegExp]>([
    ['a check by UDP', { HealthCheckProtocol: 'UDP' }, /must be one of 'HTTP, HTTPS, TCP'/],
    ['a path of a check by TCP', { HealthCheckPath: '/health' }, /path is not supported/],
    ['codes of a check by TCP', { Matcher: { HttpCode: '200' } }, /Matcher is not supported/],
    ['a protocol version', { ProtocolVersion: 'HTTP2' }, /protocol version/],
    ['a check by TCP of HTTP', { Protocol: 'HTTP', HealthCheckProtocol: 'TCP' }, /one of 'HTTP, HTTPS'/],
  ])('%s is refused', async (_what, more, words) => {
    await expect(group('targets', more)).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringMatching(words),
    });
  });

  test('have attributes of their own', async () => {
    const [tcp, udp] = [await group('tcp'), await group('udp', { Protocol: 'UDP' })];
    expect(await attributes(tcp)).toMatchObject({
      'deregistration_delay.timeout_seconds': '300',
      'deregistration_delay.connection_termination.enabled': 'false',
      'preserve_client_ip.enabled': 'false',
      'proxy_protocol_v2.enabled': 'false',
      'stickiness.type': 'source_ip',
    });
    expect(await attributes(udp)).toMatchObject({ 'preserve_client_ip.enabled': 'true' });
    await modify(tcp, 'proxy_protocol_v2.enabled', 'true');
    await modify(tcp, 'stickiness.enabled', 'true');
    await expect(modify(udp, 'preserve_client_ip.enabled', 'false')).rejects.toThrow(/cannot be disabled/);
    await expect(modify(tcp, 'slow_start.duration_seconds', '30')).rejects.toThrow(/is not supported/);
    const http = await targetGroup('http');
    await expect(modify(http, 'proxy_protocol_v2.enabled', 'true')).rejects.toThrow(/is not supported/);
  });
});
