import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import {
  ACMClient,
  DeleteCertificateCommand,
  DescribeCertificateCommand,
  ListCertificatesCommand,
  RequestCertificateCommand,
} from '@aws-sdk/client-acm';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteSecurityGroupCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import {
  AddListenerCertificatesCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteLoadBalancerCommand,
  DeleteRuleCommand,
  DeleteTargetGroupCommand,
  DescribeListenerCertificatesCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyRuleCommand,
  RegisterTargetsCommand,
  RemoveListenerCertificatesCommand,
  SetRulePrioritiesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  Route53Client,
  type Change,
} from '@aws-sdk/client-route-53';
import {
  AssociateWebACLCommand,
  CreateWebACLCommand,
  DeleteWebACLCommand,
  DisassociateWebACLCommand,
  GetWebACLForResourceCommand,
  ListResourcesForWebACLCommand,
  WAFV2Client,
} from '@aws-sdk/client-wafv2';
import { startLocalAws, type LocalAws } from '../../local';

let aws: LocalAws;
let elb: ElasticLoadBalancingV2Client;
let ec2: EC2Client;
let ecs: ECSClient;
let scaling: ApplicationAutoScalingClient;
let acm: ACMClient;
let route53: Route53Client;
let waf: WAFV2Client;

/** A default VPC with its subnets, in the order of their zones. */
let vpc: string;
let subnets: string[];

beforeAll(async () => {
  aws = await startLocalAws({
    clock: 'manual',
    limits: {
      rulesPerLoadBalancer: 3,
      certificatesPerLoadBalancer: 2,
      targetGroupsPerLoadBalancer: 4,
      targetGroupsPerRegion: 8,
      loadBalancersPerRegion: 4,
    },
  });
  const options = { ...aws.clientOptions(), maxAttempts: 1 };
  elb = new ElasticLoadBalancingV2Client(options);
  ec2 = new EC2Client(options);
  ecs = new ECSClient(options);
  scaling = new ApplicationAutoScalingClient(options);
  acm = new ACMClient(options);
  route53 = new Route53Client(options);
  waf = new WAFV2Client(options);
});
afterAll(() => aws.close());
beforeEach(async () => {
  await aws.reset();
  const found = (await ec2.send(new DescribeSubnetsCommand({}))).Subnets!;
  found.sort((a, b) => a.AvailabilityZone!.localeCompare(b.AvailabilityZone!));
  subnets = found.map(({ SubnetId }) => SubnetId!);
  vpc = found[0].VpcId!;
});

async function loadBalancer(name = 'alb', more: object = {}): Promise<string> {
  const { LoadBalancers } = await elb.send(
    new CreateLoadBalancerCommand({ Name: name, Subnets: subnets.slice(0, 2), ...more }),
  );
  return LoadBalancers![0].LoadBalancerArn!;
}

async function securityGroup(name: string): Promise<string> {
  return (await ec2.send(new CreateSecurityGroupCommand({ GroupName: name, Description: name, VpcId: vpc })))
    .GroupId!;
}

async function targetGroup(name: string, more: object = {}): Promise<string> {
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({
      Name: name,
      Protocol: 'HTTP',
      Port: 80,
      VpcId: vpc,
      TargetType: 'ip',
      ...more,
    }),
  );
  return TargetGroups![0].TargetGroupArn!;
}

const NOT_FOUND = { Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode: '404' } };
const forwardTo = (TargetGroupArn: string) => ({ Type: 'forward' as const, TargetGroupArn });
const host = (value: string) => [{ Field: 'host-header', HostHeaderConfig: { Values: [value] } }];

async function listener(LoadBalancerArn: string, more: object = {}): Promise<string> {
  const { Listeners } = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn,
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [NOT_FOUND],
      ...more,
    }),
  );
  return Listeners![0].ListenerArn!;
}

async function rule(ListenerArn: string, Priority: number, action: object = NOT_FOUND): Promise<string> {
  const { Rules } = await elb.send(
    new CreateRuleCommand({
      ListenerArn,
      Priority,
      Conditions: host(`h${Priority}.example.com`),
      Actions: [action as typeof NOT_FOUND],
    }),
  );
  return Rules![0].RuleArn!;
}

/** A certificate of which the DNS records exist and the time to validate has passed. */
async function issuedCertificate(DomainName: string): Promise<string> {
  const { CertificateArn } = await acm.send(
    new RequestCertificateCommand({ DomainName, ValidationMethod: 'DNS' }),
  );
  await createValidationRecord(CertificateArn!);
  await acm.send(new DescribeCertificateCommand({ CertificateArn }));
  await aws.clock.advance(60_000);
  return CertificateArn!;
}

let zone: string | undefined;
beforeEach(() => (zone = undefined));

async function hostedZone(): Promise<string> {
  zone ??= (await route53.send(new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: '1' })))
    .HostedZone!.Id!;
  return zone;
}

async function change(...Changes: Change[]): Promise<void> {
  await route53.send(
    new ChangeResourceRecordSetsCommand({ HostedZoneId: await hostedZone(), ChangeBatch: { Changes } }),
  );
}

async function createValidationRecord(CertificateArn: string): Promise<void> {
  const { Certificate } = await acm.send(new DescribeCertificateCommand({ CertificateArn }));
  const { Name, Value } = Certificate!.DomainValidationOptions![0].ResourceRecord!;
  await change({
    Action: 'UPSERT',
    ResourceRecordSet: { Name, Type: 'CNAME', TTL: 60, ResourceRecords: [{ Value }] },
  });
}

async function status(CertificateArn: string): Promise<string> {
  return (await acm.send(new DescribeCertificateCommand({ CertificateArn }))).Certificate!.Status!;
}

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

  test('without security groups it gets the default one of the VPC', async () => {
    await loadBalancer();
    const [made] = (await elb.send(new DescribeLoadBalancersCommand({}))).LoadBalancers!;
    expect(made.SecurityGroups).toEqual([expect.stringMatching(/^sg-/)]);
  });

  test('it is provisioning for two minutes', async () => {
    const LoadBalancerArns = [await loadBalancer()];
    const state = async () =>
      (await elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns }))).LoadBalancers![0].State!.Code;
    expect(await state()).toBe('provisioning');
    await aws.clock.advance(119_000);
    expect(await state()).toBe('provisioning');
    await aws.clock.advance(1_000);
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

describe('listeners', () => {
  test('the same creation again returns the existing listener; another on the port is refused', async () => {
    const arn = await loadBalancer();
    const made = await listener(arn);
    expect(await listener(arn)).toBe(made);
    await expect(
      listener(arn, { DefaultActions: [{ ...NOT_FOUND, FixedResponseConfig: { StatusCode: '503' } }] }),
    ).rejects.toMatchObject({ name: 'DuplicateListenerException' });
    const other = await listener(arn, { Port: 81 });
    await expect(elb.send(new ModifyListenerCommand({ ListenerArn: other, Port: 80 }))).rejects.toMatchObject(
      { name: 'DuplicateListenerException' },
    );
  });

  test('HTTPS needs one certificate, which ACM has issued', async () => {
    const arn = await loadBalancer();
    const https = (...certificates: string[]) =>
      listener(arn, {
        Protocol: 'HTTPS',
        Port: 443,
        Certificates: certificates.map((CertificateArn) => ({ CertificateArn })),
      });
    await expect(https()).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining('A certificate must be specified'),
    });
    const unknown = 'arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000';
    await expect(https(unknown)).rejects.toMatchObject({ name: 'CertificateNotFoundException' });
    const { CertificateArn } = await acm.send(
      new RequestCertificateCommand({ DomainName: 'a.example.com', ValidationMethod: 'DNS' }),
    );
    await expect(https(CertificateArn!)).rejects.toMatchObject({
      name: 'UnsupportedCertificate',
      message: expect.stringContaining('its status is PENDING_VALIDATION'),
    });
    const issued = await issuedCertificate('b.example.com');
    await expect(https(issued, issued)).rejects.toMatchObject({
      message: expect.stringContaining('Up to 1 certificates'),
    });
    expect(await https(issued)).toContain(':listener/app/alb/');
    await expect(listener(arn, { Certificates: [{ CertificateArn: issued }] })).rejects.toMatchObject({
      name: 'InvalidConfigurationRequestException',
    });
  });

  test('further certificates: once each, within the quota, and never instead of the default', async () => {
    const [standard, one, two, three] = [
      await issuedCertificate('a.example.com'),
      await issuedCertificate('b.example.com'),
      await issuedCertificate('c.example.com'),
      await issuedCertificate('d.example.com'),
    ];
    const certificates = (...arns: string[]) => arns.map((CertificateArn) => ({ CertificateArn }));
    const ListenerArn = await listener(await loadBalancer(), {
      Protocol: 'HTTPS',
      Port: 443,
      Certificates: certificates(standard),
    });
    const present = async () =>
      (await elb.send(new DescribeListenerCertificatesCommand({ ListenerArn }))).Certificates!.map(
        ({ CertificateArn }) => CertificateArn,
      );
    for (const arn of [one, two, two])
      await elb.send(new AddListenerCertificatesCommand({ ListenerArn, Certificates: certificates(arn) }));
    expect(await present()).toEqual([standard, one, two]);
    await expect(
      elb.send(new AddListenerCertificatesCommand({ ListenerArn, Certificates: certificates(three) })),
    ).rejects.toMatchObject({ name: 'TooManyCertificatesException' });
    await expect(
      elb.send(new RemoveListenerCertificatesCommand({ ListenerArn, Certificates: certificates(standard) })),
    ).rejects.toMatchObject({ name: 'OperationNotPermittedException' });
    await elb.send(new ModifyListenerCommand({ ListenerArn, Certificates: certificates(one) }));
    expect(await present()).toEqual([one, two]);
    const [shown] = (await elb.send(new DescribeListenersCommand({ ListenerArns: [ListenerArn] })))
      .Listeners!;
    expect(shown.Certificates).toEqual(certificates(one));
  });
});

describe('rules', () => {
  test.each([0, 50_001])('priority %d is refused', async (priority) => {
    const made = await listener(await loadBalancer());
    await expect(rule(made, priority)).rejects.toMatchObject({ name: 'ValidationError' });
  });

  test('a priority is used once', async () => {
    const made = await listener(await loadBalancer());
    await rule(made, 1);
    await expect(rule(made, 1)).rejects.toMatchObject({ name: 'PriorityInUseException' });
  });

  test('the quota counts the rules of all listeners of a load balancer, default rules apart', async () => {
    const arn = await loadBalancer();
    const [one, other] = [await listener(arn), await listener(arn, { Port: 81 })];
    await rule(one, 1);
    await rule(one, 2);
    await rule(other, 1);
    await expect(rule(other, 2)).rejects.toMatchObject({ name: 'TooManyRulesException' });
  });

  test('at most five condition values', async () => {
    const ListenerArn = await listener(await loadBalancer());
    const Conditions = [
      { Field: 'host-header', HostHeaderConfig: { Values: ['a', 'b', 'c', 'd', 'e', 'f'] } },
    ];
    await expect(
      elb.send(new CreateRuleCommand({ ListenerArn, Priority: 1, Conditions, Actions: [NOT_FOUND] })),
    ).rejects.toMatchObject({ message: "A rule can only have '5' condition values" });
  });

  test('the default rule can be neither modified nor deleted; a rule that is gone is not found', async () => {
    const ListenerArn = await listener(await loadBalancer());
    const [{ RuleArn }] = (await elb.send(new DescribeRulesCommand({ ListenerArn }))).Rules!;
    await expect(elb.send(new DeleteRuleCommand({ RuleArn }))).rejects.toMatchObject({
      name: 'OperationNotPermittedException',
    });
    await expect(elb.send(new ModifyRuleCommand({ RuleArn, Actions: [NOT_FOUND] }))).rejects.toMatchObject({
      name: 'OperationNotPermittedException',
    });
    const made = await rule(ListenerArn, 1);
    await elb.send(new DeleteRuleCommand({ RuleArn: made }));
    await expect(elb.send(new DeleteRuleCommand({ RuleArn: made }))).rejects.toMatchObject({
      name: 'RuleNotFoundException',
    });
  });

  test('two rules can change places, but not take the place of a third', async () => {
    const ListenerArn = await listener(await loadBalancer());
    const [one, two] = [await rule(ListenerArn, 1), await rule(ListenerArn, 2)];
    await rule(ListenerArn, 3);
    const move = (...pairs: [string, number][]) =>
      elb.send(
        new SetRulePrioritiesCommand({
          RulePriorities: pairs.map(([RuleArn, Priority]) => ({ RuleArn, Priority })),
        }),
      );
    await move([one, 2], [two, 1]);
    const { Rules } = await elb.send(new DescribeRulesCommand({ RuleArns: [one] }));
    expect(Rules![0].Priority).toBe('2');
    await expect(move([one, 3])).rejects.toMatchObject({ name: 'PriorityInUseException' });
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
      (await elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] }))).TargetGroups![0]
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
    await expect(rule(made, 2, forward(arns[4]))).rejects.toMatchObject({
      name: 'TooManyUniqueTargetGroupsPerLoadBalancerException',
    });
    for (const name of ['f', 'g', 'h']) await targetGroup(name);
    await expect(targetGroup('i')).rejects.toMatchObject({ name: 'TooManyTargetGroupsException' });
    await elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: arns[4] }));
    await targetGroup('i');
  });

  test('an unknown target group is named', async () => {
    const made = await listener(await loadBalancer());
    const arn = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/none/0123456789abcdef';
    await expect(rule(made, 1, forwardTo(arn))).rejects.toMatchObject({
      name: 'TargetGroupNotFoundException',
      message: expect.stringContaining(arn),
    });
  });

  test('targets are unused until a load balancer forwards to them', async () => {
    const TargetGroupArn = await targetGroup('group');
    await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: '172.31.0.9', Port: 80 }] }));
    const { TargetHealthDescriptions } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
    expect(TargetHealthDescriptions![0].TargetHealth).toMatchObject({
      State: 'unused',
      Reason: 'Target.NotInUse',
    });
  });
});

/** A service whose one task runs, is registered and has been healthy for long. */
async function service(name: string, TargetGroupArn: string, group: string): Promise<void> {
  await ecs.send(new CreateClusterCommand({ clusterName: 'cluster' }));
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: name,
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [
        { name: 'Main', image: 'example/app:v1', portMappings: [{ containerPort: 80 }] },
      ],
    }),
  );
  await ecs.send(
    new CreateServiceCommand({
      cluster: 'cluster',
      serviceName: name,
      taskDefinition: taskDefinition!.taskDefinitionArn,
      desiredCount: 1,
      launchType: 'FARGATE',
      loadBalancers: [{ targetGroupArn: TargetGroupArn, containerName: 'Main', containerPort: 80 }],
      networkConfiguration: {
        awsvpcConfiguration: { subnets: subnets.slice(0, 2), securityGroups: [group] },
      },
    }),
  );
}

describe('services', () => {
  test('their targets become healthy in the time of the health check', async () => {
    const TargetGroupArn = await targetGroup('group');
    await rule(await listener(await loadBalancer()), 1, forwardTo(TargetGroupArn));
    await service('app', TargetGroupArn, await securityGroup('app'));
    const states = async () => {
      const { TargetHealthDescriptions } = await elb.send(
        new DescribeTargetHealthCommand({ TargetGroupArn }),
      );
      return TargetHealthDescriptions!.map(({ TargetHealth }) => TargetHealth!.State);
    };
    const seen = new Set<string>();
    for (let minute = 0; minute < 20; minute++) {
      for (const state of await states()) seen.add(state!);
      await aws.clock.advance(15_000);
    }
    expect([...seen]).toEqual(['initial', 'healthy']);
  });

  test('the security group of a running task cannot be deleted', async () => {
    const TargetGroupArn = await targetGroup('group');
    await rule(await listener(await loadBalancer()), 1, forwardTo(TargetGroupArn));
    const GroupId = await securityGroup('app');
    await service('app', TargetGroupArn, GroupId);
    await aws.clock.advance(60_000);
    await expect(ec2.send(new DeleteSecurityGroupCommand({ GroupId }))).rejects.toMatchObject({
      name: 'DependencyViolation',
    });
    await ecs.send(new DeleteServiceCommand({ cluster: 'cluster', service: 'app', force: true }));
    await aws.clock.advance(3_600_000);
    await ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
  });

  test('only what exists can be a scalable target', async () => {
    const TargetGroupArn = await targetGroup('group');
    await rule(await listener(await loadBalancer()), 1, forwardTo(TargetGroupArn));
    await service('app', TargetGroupArn, await securityGroup('app'));
    const register = (ResourceId: string) =>
      scaling.send(
        new RegisterScalableTargetCommand({
          ServiceNamespace: 'ecs',
          ScalableDimension: 'ecs:service:DesiredCount',
          ResourceId,
          MinCapacity: 1,
          MaxCapacity: 3,
        }),
      );
    await register('service/cluster/app');
    await register('service/cluster/app');
    const { ScalableTargets } = await scaling.send(
      new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs' }),
    );
    expect(ScalableTargets).toMatchObject([{ ResourceId: 'service/cluster/app', MaxCapacity: 3 }]);
    for (const unknown of ['service/cluster/none', 'service/none/app']) {
      await expect(register(unknown)).rejects.toMatchObject({
        name: 'ValidationException',
        message: `ECS service doesn't exist: ${unknown}`,
      });
    }
    await expect(register('app')).rejects.toMatchObject({
      message: expect.stringContaining('service/<cluster>/<service>'),
    });
  });
});

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
    expect(RouteTables![0].Routes).toContainEqual(
      expect.objectContaining({
        DestinationCidrBlock: '0.0.0.0/0',
        GatewayId: expect.stringMatching(/^igw-/),
      }),
    );
  });
});

describe('certificates', () => {
  test('the same token gives the same certificate within an hour', async () => {
    const request = (IdempotencyToken?: string) =>
      acm.send(new RequestCertificateCommand({ DomainName: 'a.example.com', IdempotencyToken }));
    const { CertificateArn } = await request('token');
    expect(await request('token')).toMatchObject({ CertificateArn });
    expect(await request('other')).not.toMatchObject({ CertificateArn });
    await aws.clock.advance(3_600_000);
    expect(await request('token')).not.toMatchObject({ CertificateArn });
  });

  test('it is issued a minute after its validation record exists', async () => {
    const { CertificateArn } = await acm.send(
      new RequestCertificateCommand({ DomainName: 'a.example.com', ValidationMethod: 'DNS' }),
    );
    await aws.clock.advance(3_600_000);
    expect(await status(CertificateArn!)).toBe('PENDING_VALIDATION');
    await createValidationRecord(CertificateArn!);
    expect(await status(CertificateArn!)).toBe('PENDING_VALIDATION');
    expect(
      (await acm.send(new ListCertificatesCommand({ CertificateStatuses: ['ISSUED'] })))
        .CertificateSummaryList,
    ).toEqual([]);
    await aws.clock.advance(60_000);
    expect(await status(CertificateArn!)).toBe('ISSUED');
    expect(
      (await acm.send(new ListCertificatesCommand({ CertificateStatuses: ['ISSUED'] })))
        .CertificateSummaryList,
    ).toHaveLength(1);
  });

  test('it cannot be deleted while a listener has it', async () => {
    const CertificateArn = await issuedCertificate('a.example.com');
    const LoadBalancerArn = await loadBalancer();
    await listener(LoadBalancerArn, { Protocol: 'HTTPS', Port: 443, Certificates: [{ CertificateArn }] });
    await expect(acm.send(new DeleteCertificateCommand({ CertificateArn }))).rejects.toMatchObject({
      name: 'ResourceInUseException',
    });
    const { Certificate } = await acm.send(new DescribeCertificateCommand({ CertificateArn }));
    expect(Certificate!.InUseBy).toEqual([LoadBalancerArn]);
    await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }));
    await acm.send(new DeleteCertificateCommand({ CertificateArn }));
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

  test('load balancer and web ACL of an association must exist', async () => {
    const acl = await webAcl('acl');
    const ResourceArn = await loadBalancer();
    await expect(
      waf.send(new AssociateWebACLCommand({ WebACLArn: `${acl.ARN}x`, ResourceArn })),
    ).rejects.toMatchObject(nonexistent);
    await expect(
      waf.send(new AssociateWebACLCommand({ WebACLArn: acl.ARN, ResourceArn: `${ResourceArn}x` })),
    ).rejects.toMatchObject(nonexistent);
  });

  test('a load balancer has one web ACL, which cannot be deleted before it is disassociated', async () => {
    const [one, other] = [await webAcl('one'), await webAcl('other')];
    const ResourceArn = await loadBalancer();
    await waf.send(new AssociateWebACLCommand({ WebACLArn: one.ARN, ResourceArn }));
    await waf.send(new AssociateWebACLCommand({ WebACLArn: other.ARN, ResourceArn }));
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
    await waf.send(new AssociateWebACLCommand({ WebACLArn: acl.ARN, ResourceArn: LoadBalancerArn }));
    await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }));
    expect((await waf.send(new ListResourcesForWebACLCommand({ WebACLArn: acl.ARN }))).ResourceArns).toEqual(
      [],
    );
  });
});

describe('DNS records', () => {
  const record = (Action: Change['Action'], value: string, more: object = {}): Change => ({
    Action,
    ResourceRecordSet: {
      Name: 'a.example.com',
      Type: 'A',
      TTL: 60,
      ResourceRecords: [{ Value: value }],
      ...more,
    },
  });
  const invalid = (words: RegExp) => ({ name: 'InvalidChangeBatch', message: expect.stringMatching(words) });

  test('CREATE of a record that exists is refused, UPSERT is not', async () => {
    await change(record('CREATE', '192.0.2.1'));
    await expect(change(record('CREATE', '192.0.2.2'))).rejects.toMatchObject(
      invalid(/name='a.example.com.', type='A'\] but it already exists/),
    );
    await change(record('UPSERT', '192.0.2.2'));
  });

  test('DELETE needs the values of the record', async () => {
    await expect(change(record('DELETE', '192.0.2.1'))).rejects.toMatchObject(
      invalid(/but it was not found/),
    );
    await change(record('CREATE', '192.0.2.1'));
    await expect(change(record('DELETE', '192.0.2.2'))).rejects.toMatchObject(
      invalid(/do not match the current values/),
    );
    await change(record('DELETE', '192.0.2.1'));
  });

  test('one batch may delete a record and create it anew, and is carried out as a whole or not at all', async () => {
    await change(record('CREATE', '192.0.2.1'));
    await change(record('DELETE', '192.0.2.1'), record('CREATE', '192.0.2.2'));
    await expect(change(record('DELETE', '192.0.2.2'), record('DELETE', '192.0.2.2'))).rejects.toMatchObject(
      invalid(/was not found/),
    );
    await change(record('DELETE', '192.0.2.2'));
  });

  test('a CNAME stands alone', async () => {
    await change(record('CREATE', '192.0.2.1'));
    await expect(change(record('CREATE', 'b.example.com', { Type: 'CNAME' }))).rejects.toMatchObject(
      invalid(/conflicts with other records/),
    );
  });
});

describe('namespaces of Cloud Map', () => {
  /** Call with the AWS CLI, since no SDK client of Cloud Map is installed. */
  async function discovery(...args: string[]): Promise<string> {
    const env = {
      ...process.env,
      AWS_ENDPOINT_URL: aws.endpoint,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_DEFAULT_REGION: 'us-east-1',
    };
    const { stdout } = await promisify(execFile)(
      join(__dirname, '../../.venv/bin/aws'),
      ['servicediscovery', ...args, '--output', 'text'],
      { env },
    );
    return stdout.trim();
  }

  test('one that has services cannot be deleted', async () => {
    await discovery('create-http-namespace', '--name', 'apps');
    const namespace = await discovery('list-namespaces', '--query', 'Namespaces[0].Id');
    const id = await discovery(
      'create-service',
      '--name',
      'app',
      '--namespace-id',
      namespace,
      '--query',
      'Service.Id',
    );
    await expect(discovery('delete-namespace', '--id', namespace)).rejects.toMatchObject({
      stderr: expect.stringMatching(/ResourceInUse.*contains services/),
    });
    await discovery('delete-service', '--id', id);
    await discovery('delete-namespace', '--id', namespace);
  });
});
