/** Metrics and cooldowns of the scaling, end to end. */
import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
  ListTagsForResourceCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import type { Structure } from '../../local/service';
import { Driver } from '../support/driver';
import { testProperties } from './life-of-a-property';

let driver: Driver;
let autoScaling: ApplicationAutoScalingClient;
beforeAll(async () => {
  driver = await Driver.start();
  autoScaling = new ApplicationAutoScalingClient(driver.aws.clientOptions());
});
afterAll(async () => {
  autoScaling.destroy();
  await driver.close();
});

/**
 * The scaling of a service: configurations of its policies by what follows the service in their names, numbers of tasks
 * and tags, and its scheduled actions by name.
 */
async function scalingHeld(serviceName: string): Promise<Structure> {
  const ResourceId = `service/default/${serviceName}`;
  const [{ ScalingPolicies }, { ScheduledActions }, { ScalableTargets }] = await Promise.all([
    autoScaling.send(new DescribeScalingPoliciesCommand({ ServiceNamespace: 'ecs', ResourceId })),
    autoScaling.send(new DescribeScheduledActionsCommand({ ServiceNamespace: 'ecs', ResourceId })),
    autoScaling.send(
      new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs', ResourceIds: [ResourceId] }),
    ),
  ]);
  const { Tags } = await autoScaling.send(
    new ListTagsForResourceCommand({ ResourceARN: ScalableTargets![0]!.ScalableTargetARN }),
  );
  const policies = ScalingPolicies!.map(({ PolicyName, TargetTrackingScalingPolicyConfiguration: held }) => [
    PolicyName!.replace(`default/${serviceName}/`, ''),
    held,
  ]);
  const actions = ScheduledActions!.map(({ ScheduledActionName, ...action }) => [
    ScheduledActionName,
    action,
  ]);
  return {
    ...Object.fromEntries(policies),
    scheduled: Object.fromEntries(actions),
    target: { ...ScalableTargets![0], tags: Tags },
  };
}

const cpu = { PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' } };
const memory = {
  PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageMemoryUtilization' },
};
const scaling = (ScalingTarget: Structure) => ({ ScalingTarget });
const backlog = (QueueName: string) =>
  scaling({ AutoScalingMetric: 'SQS_BACKLOG_PER_TASK', AutoScalingTargetValue: 10, QueueName });

/** A policy that follows a queue: messages by tasks, of which each gives values of its CPU. */
const backlogHeld = (queueName: string, tasks: string) => ({
  PredefinedMetricSpecification: undefined,
  CustomizedMetricSpecification: {
    Metrics: [
      {
        Id: 'messages',
        MetricStat: {
          Metric: {
            Namespace: 'AWS/SQS',
            MetricName: 'ApproximateNumberOfMessagesVisible',
            Dimensions: [{ Name: 'QueueName', Value: queueName }],
          },
          Stat: 'Sum',
        },
        ReturnData: false,
      },
      {
        Id: 'tasks',
        MetricStat: {
          Metric: {
            Namespace: 'AWS/ECS',
            MetricName: 'CPUUtilization',
            Dimensions: [{ Name: 'ClusterName', Value: 'default' }, { Name: 'ServiceName' }],
          },
          Stat: 'SampleCount',
        },
        ReturnData: false,
      },
      { Id: 'backlog', Expression: `FILL(messages, 0) / ${tasks}`, ReturnData: true },
    ],
  },
});

testProperties(
  () => driver,
  [
    [
      'ScalingTarget: AdditionalMetrics, ScaleInCooldown and ScaleOutCooldown',
      {
        set: scaling({
          AdditionalMetrics: [{ AutoScalingMetric: 'AVERAGE_MEMORY', AutoScalingTargetValue: 70 }],
          ScaleInCooldown: 600,
        }),
        held: {
          TargetTracking: { ...cpu, TargetValue: 60, ScaleInCooldown: 600, ScaleOutCooldown: undefined },
          'TargetTracking/AVERAGE_MEMORY': { ...memory, TargetValue: 70, ScaleInCooldown: 600 },
        },
        changed: scaling({
          AutoScalingMetric: 'AVERAGE_MEMORY',
          AutoScalingTargetValue: 80,
          AdditionalMetrics: [
            { AutoScalingMetric: 'REQUEST_COUNT_PER_TARGET', AutoScalingTargetValue: 1000 },
            { AutoScalingMetric: 'AVERAGE_CPU', AutoScalingTargetValue: 50 },
          ],
          ScaleInCooldown: 60,
          ScaleOutCooldown: 0,
        }),
        changedHeld: {
          TargetTracking: { ...memory, TargetValue: 80, ScaleInCooldown: 60, ScaleOutCooldown: 0 },
          'TargetTracking/AVERAGE_MEMORY': undefined,
          'TargetTracking/AVERAGE_CPU': { ...cpu, TargetValue: 50, ScaleOutCooldown: 0 },
          'TargetTracking/REQUEST_COUNT_PER_TARGET': { TargetValue: 1000, ScaleInCooldown: 60 },
        },
        changedRead: scaling({
          AutoScalingMetric: 'AVERAGE_MEMORY',
          AdditionalMetrics: [
            { AutoScalingMetric: 'AVERAGE_CPU', AutoScalingTargetValue: 50 },
            { AutoScalingMetric: 'REQUEST_COUNT_PER_TARGET', AutoScalingTargetValue: 1000 },
          ],
          ScaleInCooldown: 60,
          ScaleOutCooldown: 0,
        }),
        defaultHeld: {
          TargetTracking: {
            ...cpu,
            TargetValue: 60,
            ScaleInCooldown: undefined,
            ScaleOutCooldown: undefined,
          },
          'TargetTracking/AVERAGE_CPU': undefined,
          'TargetTracking/REQUEST_COUNT_PER_TARGET': undefined,
        },
        defaultRead: scaling({
          AdditionalMetrics: undefined,
          ScaleInCooldown: undefined,
          ScaleOutCooldown: undefined,
        }),
      },
    ],
    [
      'ScalingTarget on a queue',
      {
        set: backlog('orders'),
        held: { TargetTracking: { ...backlogHeld('orders', 'FILL(tasks, 1)'), TargetValue: 10 } },
        changed: {
          ...backlog('returns'),
          Monitoring: { MetricConfigurations: [{ MetricNames: ['CPUUtilization'], ResolutionSeconds: 20 }] },
        },
        // Each task gives three values a minute then.
        changedHeld: {
          TargetTracking: { ...backlogHeld('returns', '(FILL(tasks, 3) / 3)'), TargetValue: 10 },
        },
        defaultHeld: { TargetTracking: { ...cpu, TargetValue: 60 } },
        defaultRead: scaling({ AutoScalingMetric: 'AVERAGE_CPU', QueueName: undefined }),
      },
    ],
    [
      'ScalingTarget/AdditionalMetrics on a queue',
      {
        set: scaling({ AdditionalMetrics: [backlog('orders.fifo').ScalingTarget] }),
        held: { 'TargetTracking/SQS_BACKLOG_PER_TASK': backlogHeld('orders.fifo', 'FILL(tasks, 1)') },
        changed: scaling({ AdditionalMetrics: [backlog('other').ScalingTarget] }),
        changedHeld: { 'TargetTracking/SQS_BACKLOG_PER_TASK': backlogHeld('other', 'FILL(tasks, 1)') },
        defaultHeld: { 'TargetTracking/SQS_BACKLOG_PER_TASK': undefined },
        defaultRead: scaling({ AdditionalMetrics: undefined }),
      },
    ],
    [
      'ScalingTarget by metrics that are measured every 20 seconds',
      {
        set: {
          Monitoring: { MetricConfigurations: [{ MetricNames: ['CPUUtilization'], ResolutionSeconds: 20 }] },
          ...scaling({
            AdditionalMetrics: [{ AutoScalingMetric: 'AVERAGE_MEMORY', AutoScalingTargetValue: 70 }],
          }),
        },
        held: {
          TargetTracking: {
            PredefinedMetricSpecification: {
              PredefinedMetricType: 'ECSServiceAverageCPUUtilizationHighResolution',
            },
          },
          'TargetTracking/AVERAGE_MEMORY': memory,
        },
        changed: {},
        changedHeld: { TargetTracking: cpu },
        defaultHeld: { TargetTracking: cpu },
        defaultRead: scaling({ AutoScalingMetric: 'AVERAGE_CPU' }),
      },
    ],
    [
      'ScalingTarget/ScheduledActions',
      {
        set: scaling({
          ScheduledActions: [
            { Name: 'morning', Schedule: 'cron(0 7 * * ? *)', Timezone: 'Europe/Berlin', MinTaskCount: 5 },
            {
              Name: 'launch',
              Schedule: 'at(2027-01-31T06:00:00)',
              StartTime: '2027-01-01T00:00:00Z',
              EndTime: '2027-02-01T00:00:00Z',
              MinTaskCount: 10,
              MaxTaskCount: 40,
            },
          ],
        }),
        held: {
          scheduled: {
            morning: {
              Schedule: 'cron(0 7 * * ? *)',
              Timezone: 'Europe/Berlin',
              ScalableTargetAction: { MinCapacity: 5 },
            },
            launch: {
              Schedule: 'at(2027-01-31T06:00:00)',
              StartTime: new Date('2027-01-01T00:00:00Z'),
              EndTime: new Date('2027-02-01T00:00:00Z'),
              ScalableTargetAction: { MinCapacity: 10, MaxCapacity: 40 },
            },
          },
        },
        read: scaling({
          ScheduledActions: [
            {
              Name: 'launch',
              Schedule: 'at(2027-01-31T06:00:00)',
              StartTime: '2027-01-01T00:00:00Z',
              EndTime: '2027-02-01T00:00:00Z',
              MinTaskCount: 10,
              MaxTaskCount: 40,
            },
            { Name: 'morning', Schedule: 'cron(0 7 * * ? *)', Timezone: 'Europe/Berlin', MinTaskCount: 5 },
          ],
        }),
        changed: scaling({
          ScheduledActions: [
            { Name: 'morning', Schedule: 'cron(0 8 * * ? *)', Timezone: 'UTC', MaxTaskCount: 3 },
          ],
        }),
        changedHeld: {
          scheduled: {
            morning: {
              Schedule: 'cron(0 8 * * ? *)',
              Timezone: 'UTC',
              ScalableTargetAction: { MaxCapacity: 3 },
            },
            launch: undefined,
          },
        },
        defaultHeld: { scheduled: { morning: undefined } },
        defaultRead: scaling({ ScheduledActions: undefined }),
      },
    ],
    [
      'Tags, on the scalable target',
      {
        set: { Tags: [{ Key: 'team', Value: 'web' }] },
        held: { target: { tags: { team: 'web' } } },
        changed: { Tags: [{ Key: 'team', Value: 'api' }] },
        changedHeld: { target: { tags: { team: 'api' } } },
        defaultHeld: { target: { tags: { team: undefined } } },
        defaultRead: { Tags: undefined },
      },
    ],
  ],
  scalingHeld,
);

test('cooldowns and policies that somebody has set by hand survive an update', async () => {
  const template = driver.model({ ServiceName: 'by-hand' });
  const { ServiceArn } = Driver.modelOf(await driver.create(template));
  for (const name of ['default/by-hand/TargetTracking', 'own']) {
    await autoScaling.send(
      new PutScalingPolicyCommand({
        ServiceNamespace: 'ecs',
        ResourceId: 'service/default/by-hand',
        ScalableDimension: 'ecs:service:DesiredCount',
        PolicyName: name,
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: {
          ...(cpu as object),
          TargetValue: 60,
          ScaleInCooldown: 42,
        },
      }),
    );
  }
  const changed = { ...template, ScalingTarget: { AutoScalingTargetValue: 50 } };
  Driver.modelOf(await driver.update({ ...template, ServiceArn }, changed));
  expect(await scalingHeld('by-hand')).toMatchObject({
    TargetTracking: { TargetValue: 50, ScaleInCooldown: 42 },
    own: { TargetValue: 60, ScaleInCooldown: 42 },
  });
});

test('a queue that somebody has chosen by hand survives an update, until the template names another one', async () => {
  const template = driver.model({ ServiceName: 'queue-by-hand', ...backlog('orders') });
  const { ServiceArn } = Driver.modelOf(await driver.create(template));
  const { TargetTracking } = await scalingHeld('queue-by-hand');
  await autoScaling.send(
    new PutScalingPolicyCommand({
      ServiceNamespace: 'ecs',
      ResourceId: 'service/default/queue-by-hand',
      ScalableDimension: 'ecs:service:DesiredCount',
      PolicyName: 'default/queue-by-hand/TargetTracking',
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: JSON.parse(
        JSON.stringify(TargetTracking).replace('orders', 'urgent'),
      ),
    }),
  );
  const changed = { ...template, ScalingTarget: { ...template.ScalingTarget, ScaleInCooldown: 60 } };
  const model = Driver.modelOf(await driver.update({ ...template, ServiceArn }, changed));
  expect(model.ScalingTarget).toMatchObject({ QueueName: 'urgent', ScaleInCooldown: 60 });

  const other = { ...changed, ScalingTarget: { ...changed.ScalingTarget, QueueName: 'returns' } };
  const outcome = await driver.update({ ...changed, ServiceArn }, other);
  expect(outcome.message).toContain(
    "ScalingTarget/QueueName was changed by hand from orders to urgent; the template's value returns applies",
  );
  expect(Driver.modelOf(outcome).ScalingTarget).toMatchObject({ QueueName: 'returns' });
});

test('numbers of tasks that a scheduled action has set are no drift, and survive an update', async () => {
  const ScheduledActions = [{ Name: 'morning', Schedule: 'cron(0 7 * * ? *)', MinTaskCount: 5 }];
  const template = driver.model({
    ServiceName: 'scheduled',
    ScalingTarget: { MinTaskCount: 2, MaxTaskCount: 8, ScheduledActions },
  });
  const { ServiceArn } = Driver.modelOf(await driver.create(template));
  await autoScaling.send(
    new RegisterScalableTargetCommand({
      ServiceNamespace: 'ecs',
      ResourceId: 'service/default/scheduled',
      ScalableDimension: 'ecs:service:DesiredCount',
      MinCapacity: 5,
    }),
  );
  const read = async () => Driver.modelOf(await driver.read(ServiceArn)).ScalingTarget;
  expect(await read()).toMatchObject({ MinTaskCount: 2, MaxTaskCount: 8 });

  const changed = { ...template, LogRetentionInDays: 7 };
  Driver.modelOf(await driver.update({ ...template, ServiceArn }, changed));
  expect(await scalingHeld('scheduled')).toMatchObject({ target: { MinCapacity: 5, MaxCapacity: 8 } });
  expect(await read()).toMatchObject({ MinTaskCount: 2, MaxTaskCount: 8 });
});

test('a scalable target has its tags also when the answer to its first registration was lost', async () => {
  driver.aws.faults.add({ kind: 'lostResponse', operation: 'RegisterScalableTarget', nth: 1 });
  const Tags = [{ Key: 'team', Value: 'web' }];
  Driver.modelOf(await driver.create(driver.model({ ServiceName: 'lost', Tags })));
  driver.aws.faults.clear();
  expect(await scalingHeld('lost')).toMatchObject({
    target: { MinCapacity: 1, tags: { team: 'web', 'org-ecs-express:service': expect.any(String) } },
  });
});

test('a service that nothing wakes is made with a warning', async () => {
  const template = driver.model({
    ServiceName: 'asleep',
    ScalingTarget: { MinTaskCount: 0, MaxTaskCount: 1 },
  });
  const outcome = await driver.create(template);
  expect(outcome).toMatchObject({
    status: 'SUCCESS',
    message:
      'ScalingTarget/MinTaskCount is 0: a service without tasks answers 503, has no metric that raises their number again, and does not try a new image; its number of tasks has to be raised by hand or by a ScheduledAction',
  });
  const awake = { ...template, ScalingTarget: { MinTaskCount: 1, MaxTaskCount: 1 } };
  expect(await driver.update(Driver.modelOf(outcome), awake)).toMatchObject({
    status: 'SUCCESS',
    message: undefined,
  });
});
