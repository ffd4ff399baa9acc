/** Routing policies and health checks of Route 53, and what its name servers answer. */
import { CloudWatchClient, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateHealthCheckCommand,
  DeleteHealthCheckCommand,
  GetHealthCheckCommand,
  UpdateHealthCheckCommand,
  type Change,
  type HealthCheckConfig,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { aws, change, route53, useLocalAws } from './fixture';

useLocalAws();

const HOST = 'a.example.com';

/** An alias record that leads to the load balancer of a name. */
function record(target: string, members: Partial<ResourceRecordSet> = {}): ResourceRecordSet {
  const AliasTarget = {
    DNSName: `${target}.elb.amazonaws.com`,
    HostedZoneId: 'Z2P70J7EXAMPLE',
    EvaluateTargetHealth: false,
  };
  return { Name: HOST, Type: 'A', AliasTarget, ...members };
}

const created = (ResourceRecordSet: ResourceRecordSet): Change => ({ Action: 'CREATE', ResourceRecordSet });
const deleted = (ResourceRecordSet: ResourceRecordSet): Change => ({ Action: 'DELETE', ResourceRecordSet });

const simple = record('simple');
const latency = (Region: ResourceRecordSet['Region'], SetIdentifier: string = Region!) =>
  record(SetIdentifier, { Region, SetIdentifier });
const failover = (Failover: ResourceRecordSet['Failover'], SetIdentifier: string = Failover!) =>
  record(SetIdentifier, { Failover, SetIdentifier });
const weighted = (Weight: number, SetIdentifier: string) => record(SetIdentifier, { Weight, SetIdentifier });

/** What stands there, what is to stand beside it, and what is said of it. */
const TOGETHER: readonly (readonly [string, ResourceRecordSet, ResourceRecordSet, string | undefined])[] = [
  ['latency of two Regions', latency('us-east-1'), latency('us-west-2'), undefined],
  ['a pair of failover', failover('PRIMARY'), failover('SECONDARY'), undefined],
  ['weights', weighted(1, 'one'), weighted(0, 'two'), undefined],
  ['latency beside simple', simple, latency('us-east-1'), 'a non-latency-based set exists'],
  ['simple beside latency', latency('us-east-1'), simple, 'other RRSets exist with the same name and type'],
  ['weighted beside latency', latency('us-east-1'), weighted(1, 'one'), 'a non-weighted set exists'],
  ['a Region twice', latency('us-east-1', 'one'), latency('us-east-1', 'two'), 'same name, type and Region'],
  ['two primaries', failover('PRIMARY', 'one'), failover('PRIMARY', 'two'), 'same name, type and Failover'],
  ['a policy without SetIdentifier', weighted(1, 'one'), record('two', { Weight: 1 }), 'SetIdentifier'],
];

describe('records of one name', () => {
  test.each(TOGETHER)('%s', async (_name, there, beside, problem) => {
    await change(created(there));
    const together = change(created(beside));
    if (problem === undefined) await together;
    else
      await expect(together).rejects.toMatchObject({
        name: 'InvalidChangeBatch',
        message: expect.stringContaining(problem),
      });
  });

  test('a batch deletes one policy and creates another, and leaves records of other names', async () => {
    const other = { ...latency('us-east-1'), Name: 'b.example.com' };
    await change(created(latency('us-east-1')), created(other));
    await change(deleted(latency('us-east-1')), created(simple));
    expect(await aws.resolver.resolve(HOST, 'us-east-1')).toEqual({ target: 'simple.elb.amazonaws.com' });
    expect(await aws.resolver.resolve('b.example.com', 'us-east-1')).toMatchObject({
      setIdentifier: 'us-east-1',
    });

    aws.answers.give({ 'route-53.batch-changes-policy': false });
    await expect(change(deleted(simple), created(latency('us-east-1')))).rejects.toMatchObject({
      name: 'InvalidChangeBatch',
    });
  });
});

describe('answers', () => {
  /** Health checks that are as they are told to be. */
  async function check(reference: string, isHealthy: boolean): Promise<string> {
    const config: HealthCheckConfig = { Type: 'CALCULATED', HealthThreshold: 0, Inverted: !isHealthy };
    const { HealthCheck } = await route53.send(
      new CreateHealthCheckCommand({ CallerReference: reference, HealthCheckConfig: config }),
    );
    return HealthCheck!.Id!;
  }

  const pair = {
    latency: [latency('us-east-1'), latency('us-west-2')],
    failover: [failover('PRIMARY'), failover('SECONDARY')],
    weighted: [weighted(3, 'three'), weighted(1, 'one')],
  };

  /** Health of the two records, and what four clients of us-west-2 are told. */
  const ANSWERS: readonly (readonly [keyof typeof pair, readonly [boolean, boolean], string])[] = [
    ['latency', [true, true], 'us-west-2 us-west-2 us-west-2 us-west-2'],
    ['latency', [true, false], 'us-east-1 us-east-1 us-east-1 us-east-1'],
    ['latency', [false, false], 'us-west-2 us-west-2 us-west-2 us-west-2'],
    ['failover', [true, true], 'PRIMARY PRIMARY PRIMARY PRIMARY'],
    ['failover', [false, true], 'SECONDARY SECONDARY SECONDARY SECONDARY'],
    ['failover', [false, false], 'PRIMARY PRIMARY PRIMARY PRIMARY'],
    ['weighted', [true, true], 'one three three three'],
    ['weighted', [false, true], 'one one one one'],
  ];
  test.each(ANSWERS)('%s, healthy %s: %s', async (policy, health, expected) => {
    for (const [index, each] of pair[policy].entries()) {
      const HealthCheckId = await check(`check ${index}`, health[index]!);
      await change(created({ ...each, HealthCheckId }));
    }
    const answers: (string | undefined)[] = [];
    for (let client = 0; client < 4; client++) {
      answers.push((await aws.resolver.resolve(HOST, 'us-west-2'))?.setIdentifier);
    }
    expect(answers.sort().join(' ')).toBe(expected);
  });
});

describe('health checks', () => {
  const create = (CallerReference: string, HealthCheckConfig: HealthCheckConfig) =>
    route53.send(new CreateHealthCheckCommand({ CallerReference, HealthCheckConfig }));

  test('a CallerReference is taken once', async () => {
    const config: HealthCheckConfig = { Type: 'CALCULATED', HealthThreshold: 1, ChildHealthChecks: [] };
    const { HealthCheck } = await create('one', config);
    expect((await create('one', config)).HealthCheck!.Id).toBe(HealthCheck!.Id);
    const taken = { name: 'HealthCheckAlreadyExists' };
    await expect(create('one', { ...config, HealthThreshold: 2 })).rejects.toMatchObject(taken);
    await route53.send(new DeleteHealthCheckCommand({ HealthCheckId: HealthCheck!.Id! }));
    await expect(create('one', config)).rejects.toMatchObject(taken);
  });

  test('one that follows an alarm keeps its settings until it is updated', async () => {
    const cloudWatch = new CloudWatchClient(aws.clientOptions());
    const put = (EvaluationPeriods: number) =>
      cloudWatch.send(
        new PutMetricAlarmCommand({
          AlarmName: 'alarm',
          MetricName: 'HealthyHostCount',
          Namespace: 'AWS/ApplicationELB',
          ComparisonOperator: 'LessThanThreshold',
          Statistic: 'Maximum',
          Period: 60,
          Threshold: 1,
          EvaluationPeriods,
        }),
      );
    await put(1);
    const AlarmIdentifier = { Region: 'us-east-1' as const, Name: 'alarm' };
    const { HealthCheck } = await create('one', { Type: 'CLOUDWATCH_METRIC', AlarmIdentifier });
    const HealthCheckId = HealthCheck!.Id!;
    const periods = async () => {
      const { HealthCheck: now } = await route53.send(new GetHealthCheckCommand({ HealthCheckId }));
      return now!.CloudWatchAlarmConfiguration!.EvaluationPeriods;
    };
    await put(5);
    expect(await periods()).toBe(1);
    await route53.send(new UpdateHealthCheckCommand({ HealthCheckId, AlarmIdentifier }));
    expect(await periods()).toBe(5);
    cloudWatch.destroy();
  });
});
