/** What people do by hand to what the resource type has made. */
import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  ReplaceRouteCommand,
  CreateRouteTableCommand,
  AssociateRouteTableCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
} from '@aws-sdk/client-ec2';
import {
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeleteRuleCommand,
  DeleteTargetGroupCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  ChangeResourceRecordSetsCommand,
  DeleteHostedZoneCommand,
  ListResourceRecordSetsCommand,
} from '@aws-sdk/client-route-53';
import {
  AssociateWebACLCommand,
  CreateWebACLCommand,
  GetWebACLForResourceCommand,
} from '@aws-sdk/client-wafv2';
import { leadOut } from '../support/account';
import { Account } from './account';
import { loadBalancersOf, permissionsOf, recordsOf } from './looks';

let account: Account;
beforeAll(async () => {
  account = await Account.open();
});
afterAll(() => account.close());
beforeEach(() => account.reset());

const elb = () => account.clients().elasticLoadBalancing;

describe('what was deleted by hand is made again by the next update, and nothing is left at the end', () => {
  test.each<[string, (made: any) => Promise<unknown>]>([
    ['the rule', ({ ListenerRule }) => elb().send(new DeleteRuleCommand({ RuleArn: ListenerRule.arn }))],
    [
      'the HTTPS listener',
      ({ Listeners }) => elb().send(new DeleteListenerCommand({ ListenerArn: Listeners.httpsArn })),
    ],
    [
      'the HTTP listener',
      ({ Listeners }) => elb().send(new DeleteListenerCommand({ ListenerArn: Listeners.httpArn })),
    ],
    [
      'the load balancer',
      ({ LoadBalancer }) => elb().send(new DeleteLoadBalancerCommand({ LoadBalancerArn: LoadBalancer.arn })),
    ],
    [
      'a target group, with the rule',
      async ({ ListenerRule, TargetGroups }) => {
        await elb().send(new DeleteRuleCommand({ RuleArn: ListenerRule.arn }));
        await elb().send(new DeleteTargetGroupCommand({ TargetGroupArn: TargetGroups.arns[1] }));
      },
    ],
  ])('%s', async (_title, deleteByHand) => {
    const made: any = await account.apply('one');
    await deleteByHand(made);
    await account.apply('one');
    const read: any = await account.read('one');
    expect(read).toMatchObject({
      ListenerRule: { hostNames: made.ListenerRule.hostNames },
      Listeners: { httpsArn: expect.any(String), httpArn: expect.any(String) },
      DnsRecord: { hosts: [{ ipv4: { AliasTarget: { DNSName: read.LoadBalancer.dnsName } } }] },
    });
    expect(read.TargetGroups.members).toHaveLength(2);

    await deleteByHand(read);
    await account.remove('one');
    expect(await account.left()).toEqual([]);
    expect(await recordsOf(account)).toEqual([]);
  });
});

test('a hosted zone that was deleted keeps nothing from being deleted', async () => {
  await account.apply('one', { certificate: 'own' });
  const { route53 } = account.clients();
  const { ResourceRecordSets = [] } = await route53.send(
    new ListResourceRecordSetsCommand({ HostedZoneId: account.hostedZoneId }),
  );
  const Changes = ResourceRecordSets.filter(({ Type }) => Type !== 'NS' && Type !== 'SOA').map(
    (ResourceRecordSet) => ({ Action: 'DELETE' as const, ResourceRecordSet }),
  );
  await route53.send(
    new ChangeResourceRecordSetsCommand({ HostedZoneId: account.hostedZoneId, ChangeBatch: { Changes } }),
  );
  await route53.send(new DeleteHostedZoneCommand({ Id: account.hostedZoneId }));
  await account.remove('one');
  expect(await account.left()).toEqual([]);
});

describe('a web ACL', () => {
  async function createWebAcl(name: string): Promise<string> {
    const { Summary } = await account.clients().wafv2.send(
      new CreateWebACLCommand({
        Name: name,
        Scope: 'REGIONAL',
        DefaultAction: { Allow: {} },
        VisibilityConfig: {
          SampledRequestsEnabled: false,
          CloudWatchMetricsEnabled: false,
          MetricName: name,
        },
      }),
    );
    return Summary!.ARN!;
  }

  async function webAclOf(loadBalancerArn: string): Promise<string | undefined> {
    const { WebACL } = await account
      .clients()
      .wafv2.send(new GetWebACLForResourceCommand({ ResourceArn: loadBalancerArn }));
    return WebACL?.ARN;
  }

  test('protects the load balancer of those who have the same one', async () => {
    const webAclArn = await createWebAcl('strict');
    const bare: any = await account.apply('bare');
    const one: any = await account.apply('one', { webAclArn });
    const two: any = await account.apply('two', { webAclArn });
    expect(await loadBalancersOf(account)).toHaveLength(2);
    expect(two.LoadBalancer.arn).toBe(one.LoadBalancer.arn);
    expect(await webAclOf(one.LoadBalancer.arn)).toBe(webAclArn);
    expect(await webAclOf(bare.LoadBalancer.arn)).toBeUndefined();
    expect(await account.read('one')).toMatchObject({ WebAclAssociation: { webAclArn } });

    await account.apply('one', { webAclArn });
    expect(account.cost.operations.filter((name) => !/^(Describe|List|Get)/.test(name))).toEqual([]);
  });

  test('that does not exist is told', async () => {
    const webAclArn = (await createWebAcl('strict')).replace(
      /[^/]+$/,
      '00000000-0000-0000-0000-000000000000',
    );
    await expect(account.apply('one', { webAclArn })).rejects.toMatchObject({
      code: 'InvalidRequest',
      propertyPath: 'WebAclArn',
    });
    await account.remove('one');
    expect((await account.left()).filter((resource) => !resource.includes('webacl'))).toEqual([]);
  });

  test('that was associated by hand stays', async () => {
    const webAclArn = await createWebAcl('by-hand');
    const one: any = await account.apply('one');
    // AWS WAF has come to know the web ACL.
    await account.aws.clock.sleep(180_000);
    await account
      .clients()
      .wafv2.send(new AssociateWebACLCommand({ WebACLArn: webAclArn, ResourceArn: one.LoadBalancer.arn }));
    await account.apply('one', { containerPort: 9090 });
    expect(await webAclOf(one.LoadBalancer.arn)).toBe(webAclArn);
  });

  test('that a service gets moves it away from those without one', async () => {
    const webAclArn = await createWebAcl('strict');
    const bare: any = await account.apply('bare');
    await account.apply('one');
    const one: any = await account.apply('one', { webAclArn });
    expect(one.LoadBalancer.arn).not.toBe(bare.LoadBalancer.arn);
    expect(await webAclOf(one.LoadBalancer.arn)).toBe(webAclArn);
    expect(await webAclOf(bare.LoadBalancer.arn)).toBeUndefined();
    expect(await permissionsOf(account, bare.LoadBalancerSecurityGroup.id)).toMatchObject({
      egress: [`8080 to ${bare.ServiceSecurityGroup.id}`],
    });
    await account.remove('one');
    await account.remove('bare');
    expect((await account.left()).filter((resource) => !resource.includes('webacl'))).toEqual([]);
  });
});

describe('a service that is to run in other subnets', () => {
  interface Subnets {
    readonly ids: string[];
    readonly vpcId: string;
    readonly routeTableId: string;
  }

  /** Private subnets, one in each of the zones, in a VPC of their own unless one is given. */
  async function subnets(cidr: string, zones = ['a', 'b', 'c'], vpc?: string): Promise<Subnets> {
    const { ec2 } = account.clients();
    const vpcId = vpc ?? (await ec2.send(new CreateVpcCommand({ CidrBlock: `${cidr}.0.0/16` }))).Vpc!.VpcId!;
    const ids: string[] = [];
    const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId: vpcId }));
    for (const zone of zones) {
      const { Subnet } = await ec2.send(
        new CreateSubnetCommand({
          VpcId: vpcId,
          AvailabilityZone: `us-east-1${zone}`,
          CidrBlock: `${cidr}.${zone.charCodeAt(0) + (vpc ? 100 : 0)}.0/24`,
        }),
      );
      ids.push(Subnet!.SubnetId!);
      await ec2.send(
        new AssociateRouteTableCommand({
          RouteTableId: RouteTable!.RouteTableId,
          SubnetId: Subnet!.SubnetId,
        }),
      );
    }
    await leadOut(ec2, RouteTable!.RouteTableId!, ids[0]!);
    return { ids, vpcId, routeTableId: RouteTable!.RouteTableId! };
  }

  async function makePublic({ vpcId, routeTableId }: Subnets): Promise<void> {
    const { ec2 } = account.clients();
    const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
    const { InternetGatewayId } = InternetGateway!;
    await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId, VpcId: vpcId }));
    await ec2.send(
      new ReplaceRouteCommand({
        RouteTableId: routeTableId,
        DestinationCidrBlock: '0.0.0.0/0',
        GatewayId: InternetGatewayId,
      }),
    );
  }

  test('moves to a load balancer there; until then the former one reaches a further zone too', async () => {
    const {
      ids: [a, b, c],
    } = await subnets('10.1');
    const before: any = await account.apply('one', { subnetIds: [a!, b!] });
    expect(before.LoadBalancer.scheme).toBe('internal');
    const after: any = await account.apply('one', { subnetIds: [a!, b!, c!] });
    expect(after.LoadBalancer.arn).not.toBe(before.LoadBalancer.arn);
    expect(account.cost.operations).toContain('SetSubnets');
    const read: any = await account.read('one');
    expect(Object.values(read.LoadBalancer.subnets).sort()).toEqual([a, b, c].sort());
    expect(await loadBalancersOf(account)).toHaveLength(1);
  });

  test('of another VPC is refused', async () => {
    const { ids: one } = await subnets('10.1');
    const { ids: other } = await subnets('10.2');
    await account.apply('one', { subnetIds: one });
    await expect(account.apply('one', { subnetIds: other })).rejects.toMatchObject({
      code: 'NotUpdatable',
      propertyPath: 'NetworkConfiguration/Subnets',
    });
  });

  test('that have become public moves to an internet-facing load balancer', async () => {
    const former = await subnets('10.1');
    const before: any = await account.apply('one', { subnetIds: former.ids });
    await makePublic(former);
    const after: any = await account.apply('one', { subnetIds: former.ids });
    expect([before, after].map(({ LoadBalancer }) => LoadBalancer.scheme)).toEqual([
      'internal',
      'internet-facing',
    ]);
    expect(await loadBalancersOf(account)).toHaveLength(1);
  });

  test('of the other kind in zones that its load balancer cannot reach is refused', async () => {
    const former = await subnets('10.1', ['a', 'b']);
    await account.apply('one', { subnetIds: former.ids });
    const others = await subnets('10.1', ['b', 'c'], former.vpcId);
    await makePublic(others);
    const before = await account.left();
    await expect(account.apply('one', { subnetIds: others.ids })).rejects.toMatchObject({
      code: 'NotUpdatable',
      propertyPath: 'NetworkConfiguration/Subnets',
      message: expect.stringContaining('is not in us-east-1c'),
    });
    expect(await account.left()).toEqual(before);
  });
});
