/**
 * The permissions in the schema: CloudFormation's execution role is made from them, so a missing one breaks an operation,
 * and one too many is a power that nobody needs.
 */
import {
  CreateSecurityGroupCommand,
  DescribeManagedPrefixListsCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { ECSClient, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeleteListenerCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import schema from '../../schema/org-ecs-expressservice.json';
import type { Structure } from '../../local/service';
import { handlerPermissions, type HandlerName } from '../../src/express-service/permissions';
import { makeWebAcl, TYPE_NAME } from '../support/account';
import { Driver } from '../support/driver';

const HANDLERS = ['create', 'read', 'update', 'delete', 'list'] as const satisfies readonly HandlerName[];
const listed: Record<HandlerName, readonly string[]> = {
  create: schema.handlers.create.permissions,
  read: schema.handlers.read.permissions,
  update: schema.handlers.update.permissions,
  delete: schema.handlers.delete.permissions,
  list: schema.handlers.list.permissions,
};

/** Actions that AWS checks for a call beside the one of the call's name. Source: the Service Authorization Reference. */
const IMPLIED: Readonly<Record<string, readonly string[]>> = {
  'application-autoscaling:RegisterScalableTarget': [
    'application-autoscaling:TagResource',
    'iam:CreateServiceLinkedRole',
  ],
  'cloudwatch:PutMetricAlarm': ['cloudwatch:TagResource'],
  'ec2:CreateSecurityGroup': ['ec2:CreateTags'],
  'ecs:CreateCluster': ['ecs:TagResource', 'iam:CreateServiceLinkedRole'],
  'ecs:CreateService': ['ecs:TagResource', 'iam:PassRole'],
  'ecs:RegisterTaskDefinition': ['ecs:TagResource', 'iam:PassRole'],
  'elasticloadbalancing:CreateLoadBalancer': ['elasticloadbalancing:AddTags'],
  'elasticloadbalancing:CreateListener': ['elasticloadbalancing:AddTags'],
  'elasticloadbalancing:CreateRule': ['elasticloadbalancing:AddTags'],
  'elasticloadbalancing:CreateTargetGroup': ['elasticloadbalancing:AddTags'],
  'iam:CreateRole': ['iam:TagRole'],
  'logs:CreateLogGroup': ['logs:TagResource'],
  'acm:RequestCertificate': ['acm:AddTagsToCertificate'],
  'servicediscovery:CreateHttpNamespace': ['servicediscovery:TagResource'],
  'wafv2:AssociateWebACL': ['elasticloadbalancing:SetWebAcl'],
  'wafv2:GetWebACLForResource': ['wafv2:GetWebACL'],
};

/**
 * Permissions of each handler that the operations below do not need, with what does. CREATE and UPDATE have the same list,
 * for one reconciler serves both; what the other one needs is no exception.
 */
const NEEDED_ELSEWHERE: Readonly<Record<HandlerName, Readonly<Record<string, string>>>> = {
  create: {
    'elasticloadbalancing:SetSubnets':
      'subnets in a further zone: test/provider-network/hand-made-changes.test.ts',
  },
  read: {},
  update: {
    'elasticloadbalancing:SetSubnets':
      'subnets in a further zone: test/provider-network/hand-made-changes.test.ts',
  },
  delete: {},
  list: {},
};

const used = {} as Record<HandlerName, Set<string>>;
let driver: Driver;

beforeAll(async () => {
  driver = await Driver.start();
  await runEverything();
  for (const handler of HANDLERS) {
    const called = driver.actions(handler.toUpperCase());
    used[handler] = new Set(called.flatMap((action) => [action, ...(IMPLIED[action] ?? [])]));
  }
});
afterAll(() => driver.close());

/** Operations that between them need every permission. */
async function runEverything(): Promise<void> {
  const WebAclArn = await makeWebAcl(driver.aws, 'acl');
  // A host that the wildcard certificate does not cover needs a certificate of its own.
  const service = (ServiceName: string, more: Structure = {}) =>
    driver.model({ ServiceName, WebAclArn, DomainName: `www.${ServiceName}.apps.example.com`, ...more });
  const tags = (...keys: string[]) => keys.map((Key) => ({ Key, Value: 'x' }));
  const image = (Image: string, more: Structure = {}) => ({ PrimaryContainer: { Image, ...more } });
  const models: Record<string, Structure> = {};
  const update = async (name: string, more: Structure) => {
    const outcome = await driver.update(models[name]!, service(name, more));
    if (outcome.status === 'SUCCESS') models[name] = outcome.model!;
  };

  for (const name of ['first', 'second', 'third']) {
    models[name] = Driver.modelOf(await driver.create(service(name, { Tags: tags('a', 'b') })));
  }
  await withMadeRole();
  driver.aws.faults.add({ kind: 'lostResponse', operation: 'RegisterTaskDefinition' });
  const changing = update('first', {
    Tags: tags('a', 'c'),
    LogRetentionInDays: 7,
    HealthCheckPath: '/h',
    TargetGroupConfiguration: { DeregistrationDelaySeconds: 30 },
    ...image('example/hello:2'),
  });
  await driver.aws.clock.sleep(180_000);
  Driver.modelOf(await driver.read(models.first!.ServiceArn));
  await changing;
  const AdditionalMetrics = [{ AutoScalingMetric: 'AVERAGE_MEMORY', AutoScalingTargetValue: 70 }];
  const ScheduledActions = [{ Name: 'night', Schedule: 'cron(0 22 * * ? *)', MinTaskCount: 0 }];
  const latency = (EvaluationPeriods: number) => ({
    DnsConfiguration: { RoutingPolicy: 'LATENCY', HealthCheck: { EvaluationPeriods } },
  });
  await update('second', { ScalingTarget: { AdditionalMetrics, ScheduledActions }, ...latency(1) });
  await update('second', { ServiceConnectConfiguration: {}, ...latency(2) });
  Driver.modelOf(await driver.read(models.second!.ServiceArn));
  await update('first', image('example/hello:exits'));
  const changed = {
    DomainName: 'first.apps.example.com',
    ...image('example/hello:3', { ContainerPort: 81 }),
  };
  await update('first', changed);
  // To a load balancer of its own.
  await update('first', { ...changed, LoadBalancerConfiguration: { IdleTimeoutSeconds: 30 } });
  // And to another one: nobody is left on the first.
  const AllowedPrefixListIds = [await prefixListOfCloudFront()];
  const closed = { IdleTimeoutSeconds: 40, AllowedPrefixListIds, HttpRedirect: false };
  await update('first', { ...changed, LoadBalancerConfiguration: closed });
  Driver.modelOf(await driver.read(models.first!.ServiceArn));
  // While a deployment by hand is under way.
  await new ECSClient(driver.aws.clientOptions()).send(
    new UpdateServiceCommand({ service: 'third', forceNewDeployment: true }),
  );
  await update('third', {
    ServiceConnectConfiguration: { Namespace: 'former' },
    ...latency(1),
    ...image('example/hello:2'),
  });
  await update('third', {
    DomainName: 'www.other.apps.example.com',
    LogGroupDeletionPolicy: 'Retain',
    ScalingTarget: { ScheduledActions },
  });
  const behindNetwork = (Listener: Structure) =>
    driver.model({ ServiceName: 'fourth', LoadBalancerConfiguration: { Type: 'network', Listener } });
  const beside = { AdditionalLoadBalancers: [{ Name: 'web' }] };
  const before = { ...behindNetwork({ TestPort: 81 }), ...beside };
  const { ServiceArn } = Driver.modelOf(await driver.create(before));
  await driver.update({ ...before, ServiceArn }, behindNetwork({}));
  expect(await driver.delete(ServiceArn)).toMatchObject({ status: 'SUCCESS' });
  await onListenerOfTheAuthors();
  await inVersions();
  await driver.list();
  await deleteHttpListeners();
  for (const name of ['third', 'first', 'second']) {
    expect(await driver.delete(models[name]!.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
  }
}

/** A task role that is made, changed, and taken back. */
async function withMadeRole(): Promise<void> {
  const configuration = driver.aws.registry.typeConfiguration(TYPE_NAME);
  const configure = (PermissionsBoundaryArn?: string) =>
    driver.aws.registry.setTypeConfiguration(TYPE_NAME, { ...configuration, PermissionsBoundaryArn });
  const managed = (name: string) => `arn:aws:iam::aws:policy/${name}`;
  const role = (properties: Structure) => driver.model({ ServiceName: 'permitted', ...properties });
  const Statement = [{ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: '*' }];
  const TaskPolicy = { Version: '2012-10-17', Statement };
  const first = role({ TaskPolicy, EnableExecuteCommand: true, Tags: [{ Key: 'a', Value: 'x' }] });
  const { ServiceArn } = Driver.modelOf(await driver.create(first));
  configure(managed('PowerUserAccess'));
  const second = role({
    TaskPolicyArns: [managed('AmazonS3ReadOnlyAccess')],
    Tags: [{ Key: 'b', Value: 'x' }],
  });
  Driver.modelOf(await driver.update({ ...first, ServiceArn }, second));
  const third = role({ TaskPolicyArns: [managed('AmazonSQSReadOnlyAccess')] });
  Driver.modelOf(await driver.update({ ...second, ServiceArn }, third));
  configure();
  Driver.modelOf(await driver.read(ServiceArn));
  Driver.modelOf(await driver.update({ ...third, ServiceArn }, role({})));
  const last = { ...first, TaskPolicyArns: [managed('AmazonS3ReadOnlyAccess')] };
  Driver.modelOf(await driver.update({ ...role({}), ServiceArn }, last));
  expect(await driver.delete(ServiceArn)).toMatchObject({ status: 'SUCCESS' });
}

/** Two versions, of which none is kept, and an event bus that is told. */
async function inVersions(): Promise<void> {
  const version = (tag: string) =>
    driver.model({
      ServiceName: 'versions',
      PrimaryContainer: { Image: `example/hello:${tag}` },
      DeploymentConfiguration: { Strategy: 'VERSIONED' },
      VersionTraffic: { HttpHeaderName: 'x-version' },
      Standby: { Count: 0, TaskCount: 0 },
      EventBusName: 'default',
    });
  const { ServiceArn } = Driver.modelOf(await driver.create(version('1')));
  Driver.modelOf(await driver.update({ ...version('1'), ServiceArn }, version('2')));
  Driver.modelOf(await driver.read(ServiceArn));
  await driver.list();
  expect(await driver.delete(ServiceArn)).toMatchObject({ status: 'SUCCESS' });
}

async function prefixListOfCloudFront(): Promise<string> {
  const ec2 = new EC2Client(driver.aws.clientOptions());
  const Values = ['com.amazonaws.global.cloudfront.origin-facing'];
  const { PrefixLists } = await ec2.send(
    new DescribeManagedPrefixListsCommand({ Filters: [{ Name: 'prefix-list-name', Values }] }),
  );
  return PrefixLists![0]!.PrefixListId!;
}

/** A Network Load Balancer that nobody else uses. */
async function onListenerOfTheAuthors(): Promise<void> {
  const elb = new ElasticLoadBalancingV2Client(driver.aws.clientOptions());
  const ec2 = new EC2Client(driver.aws.clientOptions());
  const { Subnets = [] } = await ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'default-for-az', Values: ['true'] }] }),
  );
  const { VpcId } = Subnets[0]!;
  const { GroupId } = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: 'own', Description: 'Own', VpcId }),
  );
  const { LoadBalancers } = await elb.send(
    new CreateLoadBalancerCommand({
      Name: 'own',
      Type: 'network',
      Subnets: Subnets.map(({ SubnetId }) => SubnetId!),
      SecurityGroups: [GroupId!],
    }),
  );
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({ Name: 'own', Protocol: 'TCP', Port: 1, VpcId, TargetType: 'ip' }),
  );
  const { TargetGroupArn } = TargetGroups![0]!;
  const { Listeners } = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn,
      Protocol: 'TCP',
      Port: 7000,
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    }),
  );
  const LoadBalancerConfiguration = { Type: 'network', ListenerArn: Listeners![0]!.ListenerArn };
  const template = driver.model({ ServiceName: 'fifth', LoadBalancerConfiguration });
  const { ServiceArn } = Driver.modelOf(await driver.create(template));
  expect(await driver.delete(ServiceArn)).toMatchObject({ status: 'SUCCESS' });
}

/** By hand. The mark that closes a load balancer is a rule on its HTTP listener, which the one who leaves makes again. */
async function deleteHttpListeners(): Promise<void> {
  const elb = new ElasticLoadBalancingV2Client(driver.aws.clientOptions());
  const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}));
  for (const { LoadBalancerArn } of LoadBalancers) {
    const { Listeners = [] } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn }));
    for (const { ListenerArn, Protocol } of Listeners) {
      if (Protocol === 'HTTP') await elb.send(new DeleteListenerCommand({ ListenerArn }));
    }
  }
}

test.each(HANDLERS)('%s: the schema lists what the components say', (handler) => {
  expect(listed[handler]).toEqual(handlerPermissions()[handler]);
});

test.each(HANDLERS)('%s: every call is permitted', (handler) => {
  expect(used[handler].size).toBeGreaterThan(0);
  expect([...used[handler]].filter((action) => !listed[handler].includes(action))).toEqual([]);
});

test.each(HANDLERS)('%s: every permission is used, or a test that needs it is known', (handler) => {
  const converging: readonly HandlerName[] = ['create', 'update'];
  const handlers = converging.includes(handler) ? converging : [handler];
  const needed = new Set(handlers.flatMap((name) => [...used[name]]));
  const unused = listed[handler].filter((action) => !needed.has(action));
  expect(unused.sort()).toEqual(Object.keys(NEEDED_ELSEWHERE[handler]).sort());
});
