/** From the first service of an account to the last: what is made, read, changed and removed. */
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { DescribeAlarmsCommand, CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { createRole } from '../../local/account';
import type { Structure } from '../../local/service';
import { readOnlyProperties } from '../../schema/org-ecs-expressservice.json';
import { Driver } from '../support/driver';

/** A bound on what is measured, so that calls do not creep in. */
const CALLS_OF_SECOND_SERVICE = 35;

let driver: Driver;
let ecs: ECSClient;
let before: string[];
beforeAll(async () => {
  driver = await Driver.start();
  await createRole(driver.aws, 'other', 'ecs.amazonaws.com');
  ecs = new ECSClient(driver.aws.clientOptions());
  before = await driver.inventory();
});
afterAll(() => driver.close());
beforeEach(() => driver.aws.calls.clear());

/** Actions that change something. */
const changes = (actions: readonly string[]) =>
  actions.filter((action) => !/:(Describe|Get|List)/.test(action));

async function service(name: string) {
  const { services } = await ecs.send(new DescribeServicesCommand({ services: [name], include: ['TAGS'] }));
  return services![0]!;
}

/** Paths of a value and of its members, those of lists apart. */
function membersOf(path: string, value: unknown): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path];
  return [path, ...Object.entries(value).flatMap(([name, member]) => membersOf(`${path}/${name}`, member))];
}

let model: Structure;

describe('the first service', () => {
  test('is made from an image and two roles', async () => {
    model = Driver.modelOf(await driver.create(driver.model({ Tags: [{ Key: 'team', Value: 'web' }] })));
    expect(model).toMatchObject({
      ServiceArn: 'arn:aws:ecs:us-east-1:123456789012:service/default/hello',
      Cluster: 'default',
      ServiceName: 'hello',
      PrimaryContainer: { Image: 'example/hello:1', ContainerPort: 80 },
      Cpu: '1024',
      Memory: '2048',
      CpuArchitecture: 'X86_64',
      HealthCheckPath: '/',
      ScalingTarget: {
        MinTaskCount: 1,
        MaxTaskCount: 20,
        AutoScalingMetric: 'AVERAGE_CPU',
        AutoScalingTargetValue: 60,
      },
      LogRetentionInDays: 30,
      DomainName: 'hello.apps.example.com',
      Endpoint: 'https://hello.apps.example.com',
      Status: { StatusCode: 'ACTIVE' },
      Tags: [{ Key: 'team', Value: 'web' }],
    });
    expect(model.NetworkConfiguration.SecurityGroups).toBeUndefined();
    expect(model.PrimaryContainer).not.toHaveProperty('AwsLogsConfiguration');
  });

  test('has attributes for alarms, rules of security groups and DNS records of other resources', () => {
    const { ECSManagedResourceArns, ...attributes } = model;
    const { IngressPath, ServiceSecurityGroups } = ECSManagedResourceArns;
    const lastPart = (arn: string) => arn.split('/').at(-1);
    expect(attributes).toMatchObject({
      Name: 'hello',
      ClusterName: 'default',
      LoadBalancerFullName: IngressPath.LoadBalancerArn.split('loadbalancer/')[1],
      LoadBalancerDnsName: expect.stringMatching(/^ecs-express-.+\.elb\.amazonaws\.com$/),
      LoadBalancerCanonicalHostedZoneId: expect.stringMatching(/^Z[A-Z0-9]+$/),
      TargetGroupFullNames: IngressPath.TargetGroupArns.map((arn: string) => arn.split(':').at(-1)),
      ServiceSecurityGroupIds: ServiceSecurityGroups.map(lastPart),
      LoadBalancerSecurityGroupIds: IngressPath.LoadBalancerSecurityGroups.map(lastPart),
    });
  });

  test('has no value below its read-only properties that Fn::GetAtt cannot return', () => {
    const attributes = readOnlyProperties.map((pointer) => pointer.replace('/properties/', ''));
    const returned = Object.entries(model)
      .filter(([name]) => attributes.includes(name))
      .flatMap(([name, value]) => membersOf(name, value));
    expect(returned).toContain('ECSManagedResourceArns/IngressPath/ListenerArn');
    expect(returned.filter((path) => !attributes.includes(path))).toEqual([]);
  });

  test('reads as it was created', async () => {
    expect(Driver.modelOf(await driver.read(model.ServiceArn))).toEqual(model);
  });

  test('has every resource that its model names', async () => {
    const { IngressPath, AutoScaling, ...lists } = model.ECSManagedResourceArns;
    expect(Object.keys(AutoScaling)).toEqual(['ScalableTarget', 'ApplicationAutoScalingPolicies']);
    const named = [IngressPath, lists].flatMap((group) => Object.values(group)).flat() as string[];
    const inventory = await driver.inventory();
    // The inventory has ARNs or, of security groups and log groups, the last part.
    const isThere = (arn: string) =>
      inventory.some(
        (line) =>
          line.endsWith(` ${arn}`) ||
          arn.endsWith(`/${line.split(' ')[1]}`) ||
          arn.endsWith(`:${line.split(' ')[1]}`),
      );
    expect(named).toHaveLength(10);
    expect(named.filter((arn) => !isThere(arn))).toEqual([]);
  });

  test('runs as Express Mode would run it', async () => {
    expect(await service('hello')).toMatchObject({
      status: 'ACTIVE',
      desiredCount: 1,
      runningCount: 1,
      availabilityZoneRebalancing: 'ENABLED',
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE', base: 1, weight: 1 }],
      enableECSManagedTags: true,
      healthCheckGracePeriodSeconds: 300,
      propagateTags: 'SERVICE',
      deploymentConfiguration: {
        strategy: 'CANARY',
        alarms: { alarmNames: ['default/hello/RollbackAlarm'], enable: true, rollback: true },
        deploymentCircuitBreaker: { enable: true, rollback: true },
      },
    });
  });

  test('its alarm counts failures of either target group', async () => {
    const { MetricAlarms } = await new CloudWatchClient(driver.aws.clientOptions()).send(
      new DescribeAlarmsCommand({ AlarmNames: ['default/hello/RollbackAlarm'] }),
    );
    expect(MetricAlarms![0]).toMatchObject({
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 1,
      EvaluationPeriods: 3,
      DatapointsToAlarm: 2,
      TreatMissingData: 'notBreaching',
    });
    const expressions = MetricAlarms![0]!.Metrics!.flatMap(({ Expression }) => Expression ?? []);
    expect(expressions).toEqual([
      'IF(FILL(failures1, 0) < 5, 0, 100 * FILL(failures1, 0) / FILL(requests1, 1))',
      'IF(FILL(failures2, 0) < 5, 0, 100 * FILL(failures2, 0) / FILL(requests2, 1))',
      'MAX([rate1, rate2])',
    ]);
  });
});

describe('the second service', () => {
  let second: Structure;

  test('shares the load balancer', async () => {
    const others = await driver.inventory();
    second = Driver.modelOf(await driver.create(driver.model({ ServiceName: 'second' })));
    const path = (of: Structure) => of.ECSManagedResourceArns.IngressPath;
    expect(path(second).ListenerArn).toBe(path(model).ListenerArn);
    expect(path(second).ListenerRuleArn).not.toBe(path(model).ListenerRuleArn);
    const made = (await driver.inventory()).filter((line) => !others.includes(line));
    expect(made.filter((line) => /LoadBalancer |Listener |Cluster /.test(line))).toEqual([]);
  });

  test('takes few calls apart from looks at its deployment', () => {
    const polls = /:(Describe|List)ServiceDeployments$/;
    const actions = driver.actions('CREATE');
    expect(actions.filter((action) => !polls.test(action)).length).toBeLessThanOrEqual(
      CALLS_OF_SECOND_SERVICE,
    );
  });

  test('goes without a trace, and without touching the first', async () => {
    const first = await service('hello');
    expect(await driver.delete(second.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
    expect(await service('hello')).toEqual(first);
    expect((await driver.inventory()).filter((line) => /second/.test(line))).toEqual([]);
    expect(Driver.modelOf(await driver.read(model.ServiceArn))).toEqual(model);
  });

  test('is then unknown to READ, UPDATE and DELETE', async () => {
    const notFound = { status: 'FAILED', errorCode: 'NotFound' };
    expect(await driver.read(second.ServiceArn)).toMatchObject(notFound);
    expect(await driver.update(second, driver.model({ ServiceName: 'second' }))).toMatchObject(notFound);
    expect(await driver.delete(second.ServiceArn)).toMatchObject(notFound);
  });

  test('its name can be used again', async () => {
    const again = Driver.modelOf(await driver.create(driver.model({ ServiceName: 'second' })));
    expect(again.ServiceArn).toBe(second.ServiceArn);
    expect(await driver.delete(again.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
  });
});

describe('an update', () => {
  const next = () => ({ ServiceName: 'hello', Tags: [{ Key: 'team', Value: 'web' }] });

  test('of nothing changes nothing', async () => {
    const updated = Driver.modelOf(await driver.update(model, driver.model(next())));
    expect(changes(driver.actions())).toEqual([]);
    expect(driver.invocations).toBe(1);
    expect(updated).toEqual(model);
  });

  test('of the image is a canary deployment', async () => {
    const image = { PrimaryContainer: { Image: 'example/hello:2' } };
    const updated = Driver.modelOf(await driver.update(model, driver.model({ ...next(), ...image })));
    expect(changes(driver.actions())).toEqual(['ecs:RegisterTaskDefinition', 'ecs:UpdateService']);
    expect(updated.PrimaryContainer.Image).toBe('example/hello:2');
    expect(updated.ActiveConfigurations).toHaveLength(1);
    expect(updated.ActiveConfigurations[0].PrimaryContainer.Image).toBe('example/hello:2');
    model = updated;
  });

  test.each<[string, Structure, string[]]>([
    [
      'the environment',
      {
        PrimaryContainer: {
          Image: 'example/hello:2',
          Environment: [
            { Name: 'B', Value: '2' },
            { Name: 'A', Value: '1' },
          ],
        },
      },
      ['ecs:RegisterTaskDefinition', 'ecs:UpdateService'],
    ],
    [
      'the order of the environment',
      {
        PrimaryContainer: {
          Image: 'example/hello:2',
          Environment: [
            { Name: 'A', Value: '1' },
            { Name: 'B', Value: '2' },
          ],
        },
      },
      [],
    ],
    [
      'an empty command',
      {
        PrimaryContainer: {
          Image: 'example/hello:2',
          Command: [],
          Environment: [
            { Name: 'A', Value: '1' },
            { Name: 'B', Value: '2' },
          ],
        },
      },
      [],
    ],
    ['back to the plain image', {}, ['ecs:RegisterTaskDefinition', 'ecs:UpdateService']],
    [
      'the number of tasks',
      { ScalingTarget: { MinTaskCount: 2, MaxTaskCount: 4 } },
      ['application-autoscaling:RegisterScalableTarget'],
    ],
    [
      'the scaling metric',
      {
        ScalingTarget: {
          MinTaskCount: 2,
          MaxTaskCount: 4,
          AutoScalingMetric: 'REQUEST_COUNT_PER_TARGET',
          AutoScalingTargetValue: 500,
        },
      },
      ['application-autoscaling:PutScalingPolicy'],
    ],
    [
      'the retention',
      { LogRetentionInDays: 7 },
      [
        'logs:PutRetentionPolicy',
        'application-autoscaling:RegisterScalableTarget',
        'application-autoscaling:PutScalingPolicy',
      ],
    ],
    ['the retention back', {}, ['logs:PutRetentionPolicy']],
    [
      'the infrastructure role',
      { InfrastructureRoleArn: 'arn:aws:iam::123456789012:role/other' },
      ['ecs:UpdateService'],
    ],
    [
      'the architecture and the size of a task',
      { CpuArchitecture: 'ARM64', Cpu: '512', Memory: '1024' },
      ['ecs:RegisterTaskDefinition', 'ecs:UpdateService'],
    ],
    [
      'the port',
      { PrimaryContainer: { Image: 'example/hello:2', ContainerPort: 8080 } },
      expect.arrayContaining([
        'ecs:RegisterTaskDefinition',
        'ecs:UpdateService',
        'ec2:AuthorizeSecurityGroupIngress',
        'ec2:RevokeSecurityGroupIngress',
      ]) as never,
    ],
    [
      'the cluster written as an ARN',
      {
        Cluster: 'arn:aws:ecs:us-east-1:123456789012:cluster/default',
        PrimaryContainer: { Image: 'example/hello:2', ContainerPort: 8080 },
      },
      [],
    ],
  ])('of %s', async (_name, properties, expected) => {
    const wanted = driver.model({ ...next(), PrimaryContainer: { Image: 'example/hello:2' }, ...properties });
    const updated = Driver.modelOf(await driver.update(model, wanted));
    expect(changes(driver.actions())).toEqual(expected);
    driver.aws.calls.clear();
    expect(Driver.modelOf(await driver.update(updated, wanted))).toEqual(updated);
    expect(changes(driver.actions())).toEqual([]);
    expect(Driver.modelOf(await driver.read(model.ServiceArn))).toEqual(updated);
    model = updated;
  });

  test('of tags adds, changes and removes them, those of the stack too', async () => {
    const wanted = driver.model({
      ...next(),
      PrimaryContainer: { Image: 'example/hello:2', ContainerPort: 8080 },
      Tags: [{ Key: 'cost', Value: '1' }],
    });
    const updated = Driver.modelOf(await driver.update(model, wanted, { stackTags: { stack: 'a' } }));
    // The stack's tags are no tags of the resource: in drift detection they would be differences.
    expect(updated.Tags).toEqual([{ Key: 'cost', Value: '1' }]);
    expect((await service('hello')).tags).toEqual(
      expect.arrayContaining([
        { key: 'cost', value: '1' },
        { key: 'stack', value: 'a' },
      ]),
    );
    expect(changes(driver.actions())).not.toContain('ecs:UpdateService');
    model = updated;
  });

  test('leaves what was changed by hand', async () => {
    await ecs.send(
      new UpdateServiceCommand({ service: 'hello', desiredCount: 3, healthCheckGracePeriodSeconds: 60 }),
    );
    const wanted = driver.model({
      ServiceName: 'hello',
      PrimaryContainer: { Image: 'example/hello:3', ContainerPort: 8080 },
      Tags: model.Tags,
    });
    model = Driver.modelOf(await driver.update(model, wanted));
    expect(await service('hello')).toMatchObject({ desiredCount: 3, healthCheckGracePeriodSeconds: 60 });
  });

  test.each([
    ['ServiceName', { ServiceName: 'other' }],
    ['Cluster', { Cluster: 'other' }],
  ])('of %s is refused', async (property, properties) => {
    const outcome = await driver.update(model, driver.model(properties));
    expect(outcome).toMatchObject({
      status: 'FAILED',
      errorCode: 'NotUpdatable',
      message: expect.stringContaining(`${property}: `),
    });
    expect(driver.actions()).toEqual([]);
  });
});

test('when the last service goes, nothing is left', async () => {
  expect(await driver.delete(model.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
  const left = (await driver.inventory()).filter((line) => !before.includes(line));
  expect(left).toEqual([]);
  const { taskDefinition } = await ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: 'default-hello:1' }),
  );
  expect(taskDefinition!.status).toBe('INACTIVE');
});
