import {
  AuthorizeSecurityGroupIngressCommand,
  DeleteSecurityGroupCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import { DeleteLoadBalancerCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  AssociateWebACLCommand,
  CreateWebACLCommand,
  DeleteWebACLCommand,
  DisassociateWebACLCommand,
  GetWebACLForResourceCommand,
  ListResourcesForWebACLCommand,
} from '@aws-sdk/client-wafv2';
import { aws, ec2, elb, loadBalancer, securityGroup, subnets, useLocalAws, vpc, waf } from './fixture';

useLocalAws();

describe('security groups', () => {
  const deletion = (GroupId: string) => ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
  const inUse = { name: 'DependencyViolation' };

  test('one that a load balancer has cannot be deleted, nor for a minute after the load balancer has gone', async () => {
    const group = await securityGroup('a');
    const LoadBalancerArn = await loadBalancer('alb', { SecurityGroups: [group] });
    await expect(deletion(group)).rejects.toMatchObject(inUse);
    await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }));
    await expect(deletion(group)).rejects.toMatchObject(inUse);
    await aws.clock.advance(60_000);
    await deletion(group);
  });

  test('told that a deleted load balancer holds none, one can be deleted at once', async () => {
    const group = await securityGroup('a');
    const LoadBalancerArn = await loadBalancer('alb', { SecurityGroups: [group] });
    aws.answers.give({ 'ec2.deleted-load-balancer-holds-groups': false });
    await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }));
    await deletion(group);
  });

  test('two of a VPC cannot have names that differ in case alone', async () => {
    await securityGroup('default/CaseApi/Tasks');
    await expect(securityGroup('default/caseapi/tasks')).rejects.toMatchObject({
      name: 'InvalidGroup.Duplicate',
      message: `The security group 'default/caseapi/tasks' already exists for VPC '${vpc}'`,
    });
    await securityGroup('default/caseapi-2/tasks');
  });

  test('one that a rule of another refers to cannot be deleted', async () => {
    const [group, other] = [await securityGroup('a'), await securityGroup('b')];
    const permission = {
      GroupId: other,
      IpPermissions: [
        { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, UserIdGroupPairs: [{ GroupId: group }] },
      ],
    };
    await ec2.send(new AuthorizeSecurityGroupIngressCommand(permission));
    await expect(deletion(group)).rejects.toMatchObject(inUse);
    await expect(ec2.send(new AuthorizeSecurityGroupIngressCommand(permission))).rejects.toMatchObject({
      name: 'InvalidPermission.Duplicate',
    });
    await ec2.send(new RevokeSecurityGroupIngressCommand(permission));
    await deletion(group);
  });

  test.each<[what: string, command: () => any, words: string]>([
    [
      'subnet',
      () => new DescribeSubnetsCommand({ SubnetIds: [...subnets, 'subnet-0123456789abcdef0'] }),
      "The subnet ID 'subnet-0123456789abcdef0' does not exist",
    ],
    [
      'VPC',
      () => new DescribeVpcsCommand({ VpcIds: [vpc, 'vpc-0123456789abcdef0'] }),
      'VpcID vpc-0123456789abcdef0 does not exist.',
    ],
    [
      'security group',
      () => new DescribeSecurityGroupsCommand({ GroupIds: ['sg-0123456789abcdef0'] }),
      "The security group 'sg-0123456789abcdef0' does not exist",
    ],
  ])('a %s that does not exist is named', async (_what, command, message) => {
    await expect(ec2.send(command())).rejects.toMatchObject({ message });
  });

  test('the default VPC reaches the internet', async () => {
    const { RouteTables } = await ec2.send(
      new DescribeRouteTablesCommand({ Filters: [{ Name: 'vpc-id', Values: [vpc] }] }),
    );
    expect(RouteTables![0]!.Routes).toContainEqual(
      expect.objectContaining({
        DestinationCidrBlock: '0.0.0.0/0',
        GatewayId: expect.stringMatching(/^igw-/),
      }),
    );
  });
});

describe('web ACLs', () => {
  async function webAcl(Name: string) {
    const { Summary } = await waf.send(
      new CreateWebACLCommand({
        Name,
        Scope: 'REGIONAL',
        DefaultAction: { Allow: {} },
        VisibilityConfig: {
          SampledRequestsEnabled: false,
          CloudWatchMetricsEnabled: false,
          MetricName: Name,
        },
      }),
    );
    return Summary!;
  }
  const nonexistent = { name: 'WAFNonexistentItemException' };
  const unavailable = { name: 'WAFUnavailableEntityException' };
  const associate = (WebACLArn: string | undefined, ResourceArn: string) =>
    waf.send(new AssociateWebACLCommand({ WebACLArn, ResourceArn }));
  /** AWS WAF knows what was made before. */
  const propagation = () => aws.clock.advance(180_000);

  test('one that is new is unavailable for minutes', async () => {
    const ResourceArn = await loadBalancer();
    await propagation();
    const { ARN } = await webAcl('acl');
    await expect(associate(ARN, ResourceArn)).rejects.toMatchObject(unavailable);
    await aws.clock.advance(179_000);
    await expect(associate(ARN, ResourceArn)).rejects.toMatchObject(unavailable);
    await aws.clock.advance(1_000);
    await associate(ARN, ResourceArn);
  });

  test('told that a new one is available, it can be associated at once', async () => {
    const ResourceArn = await loadBalancer();
    await propagation();
    aws.answers.give({ 'wafv2.new-web-acl-unavailable': false });
    await associate((await webAcl('acl')).ARN, ResourceArn);
  });

  test.each([
    [true, unavailable],
    [false, nonexistent],
  ])('a load balancer that is provisioning is not known yet (%s)', async (holds, refusal) => {
    const { ARN } = await webAcl('acl');
    await propagation();
    aws.answers.give({ 'wafv2.new-load-balancer-unavailable': holds });
    const ResourceArn = await loadBalancer();
    await expect(associate(ARN, ResourceArn)).rejects.toMatchObject(refusal);
    await propagation();
    await associate(ARN, ResourceArn);
  });

  test('load balancer and web ACL of an association must exist', async () => {
    const acl = await webAcl('acl');
    const ResourceArn = await loadBalancer();
    await expect(associate(`${acl.ARN}x`, ResourceArn)).rejects.toMatchObject(nonexistent);
    await expect(associate(acl.ARN, `${ResourceArn}x`)).rejects.toMatchObject(nonexistent);
  });

  test('a load balancer has one web ACL, which cannot be deleted before it is disassociated', async () => {
    const [one, other] = [await webAcl('one'), await webAcl('other')];
    const ResourceArn = await loadBalancer();
    await propagation();
    await associate(one.ARN, ResourceArn);
    await associate(other.ARN, ResourceArn);
    expect((await waf.send(new ListResourcesForWebACLCommand({ WebACLArn: one.ARN }))).ResourceArns).toEqual(
      [],
    );
    expect((await waf.send(new GetWebACLForResourceCommand({ ResourceArn }))).WebACL!.Name).toBe('other');
    const deletion = () =>
      waf.send(
        new DeleteWebACLCommand({
          Name: 'other',
          Scope: 'REGIONAL',
          Id: other.Id,
          LockToken: other.LockToken,
        }),
      );
    await expect(deletion()).rejects.toMatchObject({ name: 'WAFAssociatedItemException' });
    await waf.send(new DisassociateWebACLCommand({ ResourceArn }));
    await deletion();
  });

  test('a load balancer that is deleted leaves its web ACL', async () => {
    const acl = await webAcl('acl');
    const LoadBalancerArn = await loadBalancer();
    await propagation();
    await associate(acl.ARN, LoadBalancerArn);
    await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }));
    expect((await waf.send(new ListResourcesForWebACLCommand({ WebACLArn: acl.ARN }))).ResourceArns).toEqual(
      [],
    );
  });
});
