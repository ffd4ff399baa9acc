/** Settings of the ECS service, its deployments and its rollback alarm, end to end. */
import { CloudWatchClient, DescribeAlarmsCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateClusterCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  ECSClient,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { createRole } from '../../local/account';
import type { Structure } from '../../local/service';
import { deploymentEnded } from '../support/deployments';
import { Driver } from '../support/driver';
import { testProperties } from './life-of-a-property';

let driver: Driver;
let ecs: ECSClient;
let cloudWatch: CloudWatchClient;
beforeAll(async () => {
  driver = await Driver.start();
  await createRole(driver.aws, 'task', 'ecs-tasks.amazonaws.com');
  ecs = new ECSClient(driver.aws.clientOptions());
  cloudWatch = new CloudWatchClient(driver.aws.clientOptions());
  await cloudWatch.send(
    new PutMetricAlarmCommand({
      AlarmName: 'own',
      Namespace: 'Own',
      MetricName: 'Failures',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
    }),
  );
});
afterAll(async () => {
  ecs.destroy();
  cloudWatch.destroy();
  await driver.close();
});

const madeAlarm = (serviceName: string) => `default/${serviceName}/RollbackAlarm`;

/** A service with the limits of its rollback alarm, which is called `made` in its deployment configuration, and with its monitoring. */
async function runningService(serviceName: string): Promise<Structure> {
  const { services } = await ecs.send(new DescribeServicesCommand({ services: [serviceName] }));
  const { MetricAlarms } = await cloudWatch.send(
    new DescribeAlarmsCommand({ AlarmNames: [madeAlarm(serviceName)] }),
  );
  const [service] = services!;
  const { serviceRevisions } = await ecs.send(
    new DescribeServiceRevisionsCommand({
      serviceRevisionArns: service!.currentServiceRevisions!.map(({ arn }) => arn!),
    }),
  );
  const { monitoring } = serviceRevisions!.at(-1)!;
  const text = JSON.stringify({ ...service, monitoring, rollbackAlarm: MetricAlarms![0] });
  return JSON.parse(text.replaceAll(madeAlarm(serviceName), 'made'));
}

const TaskRoleArn = 'arn:aws:iam::123456789012:role/task';
const monitoring = (MetricNames: string[], ResolutionSeconds: number) => ({
  Monitoring: { MetricConfigurations: [{ MetricNames, ResolutionSeconds }] },
});
const monitored = (metricNames: string[], resolutionSeconds: number) => ({
  metricConfigurations: [{ metricNames, resolutionSeconds }],
});
const fargate = (base: number, weight: number) => ({ capacityProvider: 'FARGATE', base, weight });
const defaultAlarm = { Threshold: 1, EvaluationPeriods: 3, DatapointsToAlarm: 2 };
const breaker = {
  enable: true,
  rollback: true,
  resetOnHealthyTask: true,
  thresholdConfiguration: { type: 'BOUNDED_PERCENT', value: 50 },
};
const defaultDeployment = {
  strategy: 'CANARY',
  canaryConfiguration: { canaryPercent: 5, canaryBakeTimeInMinutes: 3 },
  bakeTimeInMinutes: 3,
  maximumPercent: 200,
  minimumHealthyPercent: 100,
  deploymentCircuitBreaker: breaker,
  alarms: { alarmNames: ['made'], enable: true, rollback: true },
};

testProperties(
  () => driver,
  [
    [
      'CapacityProviderStrategy, PlatformVersion and EnableExecuteCommand',
      {
        set: {
          TaskRoleArn,
          CapacityProviderStrategy: [
            { CapacityProvider: 'FARGATE', Base: 1 },
            { CapacityProvider: 'FARGATE_SPOT', Weight: 1 },
          ],
          PlatformVersion: '1.4.0',
          EnableExecuteCommand: true,
        },
        held: {
          capacityProviderStrategy: [fargate(1, 0), { capacityProvider: 'FARGATE_SPOT', base: 0, weight: 1 }],
          platformVersion: '1.4.0',
          enableExecuteCommand: true,
        },
        changed: {
          TaskRoleArn,
          CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE', Weight: 3 }],
          PlatformVersion: 'LATEST',
          EnableExecuteCommand: false,
        },
        changedHeld: {
          capacityProviderStrategy: [fargate(0, 3)],
          platformVersion: 'LATEST',
          enableExecuteCommand: false,
        },
        defaultHeld: {
          capacityProviderStrategy: [fargate(1, 1)],
          platformVersion: 'LATEST',
          enableExecuteCommand: false,
        },
        defaultRead: {
          CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE', Base: 1, Weight: 1 }],
          PlatformVersion: 'LATEST',
          EnableExecuteCommand: false,
        },
      },
    ],
    [
      'HealthCheckGracePeriodSeconds, AvailabilityZoneRebalancing, PropagateTags and EnableECSManagedTags',
      {
        set: {
          HealthCheckGracePeriodSeconds: 0,
          AvailabilityZoneRebalancing: 'DISABLED',
          PropagateTags: 'TASK_DEFINITION',
          EnableECSManagedTags: false,
        },
        held: {
          healthCheckGracePeriodSeconds: 0,
          availabilityZoneRebalancing: 'DISABLED',
          propagateTags: 'TASK_DEFINITION',
          enableECSManagedTags: false,
        },
        changed: {
          HealthCheckGracePeriodSeconds: 2147483647,
          AvailabilityZoneRebalancing: 'ENABLED',
          PropagateTags: 'NONE',
          EnableECSManagedTags: true,
        },
        changedHeld: {
          healthCheckGracePeriodSeconds: 2147483647,
          availabilityZoneRebalancing: 'ENABLED',
          propagateTags: 'NONE',
          enableECSManagedTags: true,
        },
        defaultHeld: {
          healthCheckGracePeriodSeconds: 300,
          availabilityZoneRebalancing: 'ENABLED',
          propagateTags: 'SERVICE',
          enableECSManagedTags: true,
        },
        defaultRead: {
          HealthCheckGracePeriodSeconds: 300,
          AvailabilityZoneRebalancing: 'ENABLED',
          PropagateTags: 'SERVICE',
          EnableECSManagedTags: true,
        },
      },
    ],
    [
      'Monitoring',
      {
        set: monitoring(['CPUUtilization'], 20),
        held: { monitoring: monitored(['CPUUtilization'], 20) },
        changed: monitoring(['MemoryUtilization', 'CPUUtilization'], 20),
        changedHeld: { monitoring: monitored(['CPUUtilization', 'MemoryUtilization'], 20) },
        changedRead: monitoring(['CPUUtilization', 'MemoryUtilization'], 20),
        // What a service has that has never said anything.
        defaultHeld: { monitoring: monitored(['CPUUtilization', 'MemoryUtilization'], 60) },
        defaultRead: { Monitoring: undefined },
      },
    ],
    [
      'DeploymentConfiguration',
      {
        set: {
          DeploymentConfiguration: {
            CanaryConfiguration: { CanaryPercent: 12.5 },
            Alarms: { AlarmNames: ['own'] },
            RollbackAlarm: { EvaluationPeriods: 1 },
          },
        },
        held: {
          deploymentConfiguration: {
            ...defaultDeployment,
            canaryConfiguration: { canaryPercent: 12.5, canaryBakeTimeInMinutes: 3 },
            alarms: { alarmNames: ['made', 'own'], enable: true, rollback: true },
          },
          rollbackAlarm: { Threshold: 1, EvaluationPeriods: 1, DatapointsToAlarm: 1 },
        },
        changed: {
          DeploymentConfiguration: {
            CanaryConfiguration: { CanaryPercent: 50, CanaryBakeTimeInMinutes: 0 },
            BakeTimeInMinutes: 1,
            MaximumPercent: 150,
            MinimumHealthyPercent: 50,
            DeploymentCircuitBreaker: { Enable: true, Rollback: false },
            Alarms: { Enable: true, Rollback: false },
            RollbackAlarm: { Threshold: 2.5, EvaluationPeriods: 5, DatapointsToAlarm: 3 },
          },
        },
        changedHeld: {
          deploymentConfiguration: {
            strategy: 'CANARY',
            canaryConfiguration: { canaryPercent: 50, canaryBakeTimeInMinutes: 0 },
            bakeTimeInMinutes: 1,
            maximumPercent: 150,
            minimumHealthyPercent: 50,
            deploymentCircuitBreaker: { enable: true, rollback: false },
            alarms: { alarmNames: ['made'], enable: true, rollback: false },
          },
          rollbackAlarm: { Threshold: 2.5, EvaluationPeriods: 5, DatapointsToAlarm: 3 },
        },
        defaultHeld: { deploymentConfiguration: defaultDeployment, rollbackAlarm: defaultAlarm },
        defaultRead: {
          DeploymentConfiguration: {
            CanaryConfiguration: { CanaryPercent: 5, CanaryBakeTimeInMinutes: 3 },
            BakeTimeInMinutes: 3,
            MaximumPercent: 200,
            MinimumHealthyPercent: 100,
            DeploymentCircuitBreaker: { Enable: true, Rollback: true },
            Alarms: { AlarmNames: undefined, Enable: true, Rollback: true },
            RollbackAlarm: defaultAlarm,
          },
        },
      },
    ],
    [
      'DeploymentConfiguration with other strategies',
      {
        set: {
          DeploymentConfiguration: {
            Strategy: 'LINEAR',
            LinearConfiguration: { StepPercent: 12.5 },
            DeploymentCircuitBreaker: { ThresholdConfiguration: { Type: 'COUNT', Value: 4 } },
            LifecycleHooks: [
              {
                TargetType: 'PAUSE',
                LifecycleStages: ['RECONCILE_SERVICE'],
                TimeoutConfiguration: { TimeoutInMinutes: 5, Action: 'CONTINUE' },
              },
            ],
          },
        },
        held: {
          deploymentConfiguration: {
            strategy: 'LINEAR',
            canaryConfiguration: undefined,
            linearConfiguration: { stepPercent: 12.5, stepBakeTimeInMinutes: 6 },
            deploymentCircuitBreaker: { ...breaker, thresholdConfiguration: { type: 'COUNT', value: 4 } },
          },
        },
        changed: {
          DeploymentConfiguration: {
            Strategy: 'ROLLING',
            MinimumHealthyPercent: 50,
            EarlySuccessCriteria: {
              Enable: true,
              HealthyPercent: 80,
              SourceServiceRevisionCleanup: 'DEFERRED',
            },
            DeploymentCircuitBreaker: { ResetOnHealthyTask: false },
          },
        },
        changedHeld: {
          deploymentConfiguration: {
            strategy: 'ROLLING',
            canaryConfiguration: undefined,
            linearConfiguration: undefined,
            earlySuccessCriteria: {
              enable: true,
              healthyPercent: 80,
              sourceServiceRevisionCleanup: 'DEFERRED',
            },
            deploymentCircuitBreaker: { ...breaker, resetOnHealthyTask: false },
          },
        },
        defaultHeld: { deploymentConfiguration: defaultDeployment },
        defaultRead: {
          DeploymentConfiguration: {
            Strategy: 'CANARY',
            LinearConfiguration: undefined,
            EarlySuccessCriteria: undefined,
            LifecycleHooks: undefined,
            CanaryConfiguration: { CanaryPercent: 5, CanaryBakeTimeInMinutes: 3 },
          },
        },
      },
    ],
  ],
  runningService,
);

test('a change of the deployment configuration alone starts no deployment', async () => {
  const template = driver.model({ ServiceName: 'calm' });
  const { ServiceArn } = Driver.modelOf(await driver.create(template));
  const deployments = async () => (await runningService('calm')).deployments.map(({ id }: Structure) => id);
  const before = await deployments();
  const changed = { ...template, DeploymentConfiguration: { BakeTimeInMinutes: 10 } };
  Driver.modelOf(await driver.update({ ...template, ServiceArn }, changed));
  expect(await deployments()).toEqual(before);
});

test.each([true, false])(
  'monitoring that somebody changed survives an update; that ECS deploys it by itself: %s',
  async (holds) => {
    driver.aws.answers.give({ 'ecs.monitoring-makes-a-revision': holds });
    const ServiceName = `monitored-${holds}`;
    const template = driver.model({ ServiceName, ...monitoring(['CPUUtilization'], 60) });
    const { ServiceArn } = Driver.modelOf(await driver.create(template));
    const byHand = monitored(['CPUUtilization'], 20);
    await ecs.send(
      new UpdateServiceCommand({ service: ServiceName, monitoring: byHand, forceNewDeployment: true }),
    );
    await deploymentEnded(driver, ecs, ServiceName);
    const changed = { ...template, LogRetentionInDays: 7 };
    const model = Driver.modelOf(await driver.update({ ...template, ServiceArn }, changed));
    expect(model).toMatchObject(monitoring(['CPUUtilization'], 20));

    const wanted = { ...changed, ...monitoring(['CPUUtilization', 'MemoryUtilization'], 20) };
    const outcome = await driver.update({ ...changed, ServiceArn }, wanted);
    expect(Driver.modelOf(outcome)).toMatchObject(monitoring(['CPUUtilization', 'MemoryUtilization'], 20));
    driver.aws.answers.reset();
  },
);

test('a cluster that does not offer Spot is named before anything is made', async () => {
  await ecs.send(new CreateClusterCommand({ clusterName: 'plain', capacityProviders: ['FARGATE'] }));
  const before = await driver.inventory();
  const CapacityProviderStrategy = [{ CapacityProvider: 'FARGATE_SPOT', Weight: 1 }];
  const outcome = await driver.create(driver.model({ Cluster: 'plain', CapacityProviderStrategy }));
  expect(outcome).toMatchObject({
    status: 'FAILED',
    errorCode: 'InvalidRequest',
    message: expect.stringContaining('CapacityProviderStrategy: '),
  });
  expect(await driver.inventory()).toEqual(before);
});
