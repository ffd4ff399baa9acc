/**
 * The permissions in the schema: CloudFormation's execution role is made from them, so a missing one breaks an operation,
 * and one too many is a power that nobody needs.
 */
import { ECSClient, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { CreateWebACLCommand, WAFV2Client } from '@aws-sdk/client-wafv2';
import schema from '../../schema/org-ecs-expressservice.json';
import type { Structure } from '../../local/service';
import { handlerPermissions, type HandlerName } from '../../src/permissions';
import { Driver } from './driver';

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
  'logs:CreateLogGroup': ['logs:TagResource'],
  'acm:RequestCertificate': ['acm:AddTagsToCertificate'],
  'wafv2:AssociateWebACL': ['elasticloadbalancing:SetWebAcl'],
  'wafv2:GetWebACLForResource': ['wafv2:GetWebACL'],
};

/** Actions that only a race with another service or a growing network needs; test/provider-network has them. */
const ONLY_IN_RACES: readonly string[] = [
  'ec2:DeleteSecurityGroup',
  'elasticloadbalancing:CreateListener',
  'elasticloadbalancing:DeleteLoadBalancer',
  'elasticloadbalancing:DeleteRule',
  'elasticloadbalancing:SetSubnets',
];

/** Actions that only a listener which the author looks after needs; test/own-listener has them. */
const ONLY_ON_OWN_LISTENERS: readonly string[] = ['ec2:CreateTags', 'ec2:DeleteTags'];

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
  const { Summary } = await new WAFV2Client(driver.aws.clientOptions()).send(
    new CreateWebACLCommand({
      Name: 'acl',
      Scope: 'REGIONAL',
      DefaultAction: { Allow: {} },
      VisibilityConfig: { SampledRequestsEnabled: false, CloudWatchMetricsEnabled: false, MetricName: 'acl' },
    }),
  );
  const WebAclArn = Summary!.ARN;
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
  await update('second', { ScalingTarget: { AdditionalMetrics, ScheduledActions } });
  await update('second', {});
  await update('first', image('example/hello:exits'));
  const changed = {
    DomainName: 'first.apps.example.com',
    ...image('example/hello:3', { ContainerPort: 81 }),
  };
  await update('first', changed);
  // To a load balancer of its own.
  await update('first', { ...changed, LoadBalancerConfiguration: { IdleTimeoutSeconds: 30 } });
  Driver.modelOf(await driver.read(models.first!.ServiceArn));
  // While a deployment by hand is under way.
  await new ECSClient(driver.aws.clientOptions()).send(
    new UpdateServiceCommand({ service: 'third', forceNewDeployment: true }),
  );
  await update('third', image('example/hello:2'));
  await update('third', {
    DomainName: 'www.other.apps.example.com',
    LogGroupDeletionPolicy: 'Retain',
    ScalingTarget: { ScheduledActions },
  });
  await driver.list();
  for (const name of ['third', 'first', 'second']) {
    expect(await driver.delete(models[name]!.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
  }
}

test.each(HANDLERS)('%s: the schema lists what the components say', (handler) => {
  expect(listed[handler]).toEqual(handlerPermissions()[handler]);
});

test.each(HANDLERS)('%s: every call is permitted', (handler) => {
  expect(used[handler].size).toBeGreaterThan(0);
  expect([...used[handler]].filter((action) => !listed[handler].includes(action))).toEqual([]);
});

test.each(HANDLERS)('%s: every permission is used', (handler) => {
  // One reconciler serves CREATE and UPDATE, so that what only the other one does in a test is permitted to both.
  const sharing: readonly HandlerName[] =
    handler === 'create' || handler === 'update' ? ['create', 'update'] : [handler];
  const needed = new Set(
    sharing.flatMap((name) => [...used[name], ...ONLY_IN_RACES, ...ONLY_ON_OWN_LISTENERS]),
  );
  expect(listed[handler].filter((action) => !needed.has(action))).toEqual([]);
});
