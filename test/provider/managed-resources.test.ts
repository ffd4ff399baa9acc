/** What READ says of everything that a service is composed of. */
import { CloudWatchClient, DeleteAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, DeleteLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import {
  DeleteListenerCommand,
  DeleteRuleCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { componentsIn } from '../../src/express-service/resources';
import type { Structure } from '../../local/service';
import { Driver } from '../support/driver';

let driver: Driver;
let service: Structure;
beforeAll(async () => {
  driver = await Driver.start();
  service = Driver.modelOf(await driver.create(driver.model()));
});
afterAll(() => driver.close());

/** Resources of a model that are not ACTIVE. */
const inactive = ({ ManagedResources }: Structure) =>
  ManagedResources.filter(({ Status }: Structure) => Status !== 'ACTIVE').map(
    ({ ResourceType, Status, Arn }: Structure) => [ResourceType, Status, ...(Arn ? [Arn] : [])],
  );

test('every kind of component is told of, but for those that are settings or events of others', () => {
  const others = componentsIn(undefined)
    .filter(({ parts }) => !parts)
    .map(({ kind }) => kind);
  expect(others.sort()).toEqual([
    'HostNames',
    'LoadBalancerAttributes',
    'ServiceDeployment',
    'TargetGroupSettings',
    'Traffic',
    'WebAclRules',
  ]);
});

test('everything that was made is ACTIVE, also as it was created', async () => {
  expect(inactive(service)).toEqual([]);
  expect(Driver.modelOf(await driver.read(service.ServiceArn)).ManagedResources).toEqual(
    service.ManagedResources,
  );
  expect(service.ManagedResources.map(({ ResourceType }: Structure) => ResourceType)).toEqual([
    'AWS::ECS::Cluster',
    'AWS::Logs::LogGroup',
    'AWS::ECS::TaskDefinition',
    'AWS::EC2::SecurityGroup',
    'AWS::EC2::SecurityGroup',
    'AWS::EC2::SecurityGroupIngress',
    'AWS::EC2::SecurityGroupEgress',
    'AWS::ElasticLoadBalancingV2::TargetGroup',
    'AWS::ElasticLoadBalancingV2::TargetGroup',
    'AWS::ElasticLoadBalancingV2::LoadBalancer',
    'AWS::ElasticLoadBalancingV2::Listener',
    'AWS::ElasticLoadBalancingV2::Listener',
    'AWS::ElasticLoadBalancingV2::ListenerRule',
    'AWS::Route53::RecordSet',
    'AWS::CloudWatch::Alarm',
    'AWS::ECS::Service',
    'AWS::ApplicationAutoScaling::ScalableTarget',
    'AWS::ApplicationAutoScaling::ScalingPolicy',
  ]);
});

test('ARNs are those of ECSManagedResourceArns', () => {
  const { IngressPath, AutoScaling, ...lists } = service.ECSManagedResourceArns;
  const { CertificateArn: _given, ...ingress } = IngressPath;
  const arns: string[] = [ingress, AutoScaling, lists].flatMap((group) => Object.values<any>(group)).flat();
  const told: string[] = service.ManagedResources.flatMap(({ Arn = [] }: Structure) => Arn);
  expect(arns.filter((arn) => !told.includes(arn))).toEqual([]);
  // These are in no list there.
  expect(told.filter((arn) => !arns.includes(arn))).toEqual([
    'arn:aws:ecs:us-east-1:123456789012:cluster/default',
    expect.stringMatching('^arn:aws:ecs:us-east-1:123456789012:task-definition/default-hello:'),
    expect.stringMatching('^arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/'),
    service.ServiceArn,
  ]);
});

test('what was deleted by hand is DELETED, with a reason, until the next update', async () => {
  const options = driver.aws.clientOptions();
  const { LogGroups, IngressPath } = service.ECSManagedResourceArns;
  const logGroupName = LogGroups[0].split(':log-group:')[1];
  await new CloudWatchLogsClient(options).send(new DeleteLogGroupCommand({ logGroupName }));
  await new CloudWatchClient(options).send(
    new DeleteAlarmsCommand({ AlarmNames: ['default/hello/RollbackAlarm'] }),
  );
  await new ElasticLoadBalancingV2Client(options).send(
    new DeleteRuleCommand({ RuleArn: IngressPath.ListenerRuleArn }),
  );
  await new ApplicationAutoScalingClient(options).send(
    new DeregisterScalableTargetCommand({
      ServiceNamespace: 'ecs',
      ResourceId: 'service/default/hello',
      ScalableDimension: 'ecs:service:DesiredCount',
    }),
  );
  const read = Driver.modelOf(await driver.read(service.ServiceArn));
  expect(inactive(read)).toEqual([
    ['AWS::Logs::LogGroup', 'DELETED', LogGroups[0]],
    ['AWS::ElasticLoadBalancingV2::ListenerRule', 'DELETED'],
    [
      'AWS::CloudWatch::Alarm',
      'DELETED',
      'arn:aws:cloudwatch:us-east-1:123456789012:alarm:default/hello/RollbackAlarm',
    ],
    ['AWS::ApplicationAutoScaling::ScalableTarget', 'DELETED'],
    ['AWS::ApplicationAutoScaling::ScalingPolicy', 'DELETED'],
  ]);
  const reasons = read.ManagedResources.filter(({ Status }: Structure) => Status === 'DELETED').map(
    ({ StatusReason }: Structure) => StatusReason,
  );
  expect(new Set(reasons)).toEqual(new Set(['It was deleted by hand; the next update makes it again']));

  const updated = Driver.modelOf(await driver.update(service, driver.model({ LogRetentionInDays: 7 })));
  expect(inactive(updated)).toEqual([]);
  expect(inactive(Driver.modelOf(await driver.read(service.ServiceArn)))).toEqual([]);
  service = updated;
});

test('a deleted listener takes its rule along', async () => {
  const { ListenerArn } = service.ECSManagedResourceArns.IngressPath;
  const client = new ElasticLoadBalancingV2Client(driver.aws.clientOptions());
  await client.send(new DeleteListenerCommand({ ListenerArn }));
  expect(inactive(Driver.modelOf(await driver.read(service.ServiceArn)))).toEqual([
    ['AWS::ElasticLoadBalancingV2::Listener', 'DELETED'],
    ['AWS::ElasticLoadBalancingV2::ListenerRule', 'DELETED'],
  ]);
  service = Driver.modelOf(await driver.update(service, driver.model({ LogRetentionInDays: 7 })));
  expect(inactive(service)).toEqual([]);
});

test('during a canary two configurations are active, each with its share of the requests', async () => {
  const update = driver.update(
    service,
    driver.model({ LogRetentionInDays: 7, PrimaryContainer: { Image: 'example/hello:2' } }),
  );
  let configurations: Structure[] = [];
  for (let minute = 0; minute < 20 && configurations.length < 2; minute++) {
    await driver.aws.clock.sleep(30_000);
    configurations = Driver.modelOf(await driver.read(service.ServiceArn)).ActiveConfigurations;
    if (!configurations.some(({ TrafficPercent }) => TrafficPercent === 5)) configurations = [];
  }
  const shares = configurations.map(({ PrimaryContainer, TrafficPercent }) => [
    PrimaryContainer.Image,
    TrafficPercent,
  ]);
  expect(Object.fromEntries(shares)).toEqual({ 'example/hello:1': 95, 'example/hello:2': 5 });
  expect(Driver.modelOf(await update).ActiveConfigurations).toMatchObject([{ TrafficPercent: 100 }]);
});
