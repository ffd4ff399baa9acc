/** Metrics and cooldowns of the scaling, end to end. */
import {
  ApplicationAutoScalingClient,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
} from '@aws-sdk/client-application-auto-scaling';
import type { Structure } from '../../local/service';
import { Driver } from '../provider/driver';
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

/** Configurations of a service's scaling policies, by what follows the service in their names. */
async function policies(serviceName: string): Promise<Structure> {
  const { ScalingPolicies } = await autoScaling.send(
    new DescribeScalingPoliciesCommand({
      ServiceNamespace: 'ecs',
      ResourceId: `service/default/${serviceName}`,
    }),
  );
  return Object.fromEntries(
    ScalingPolicies!.map(({ PolicyName, TargetTrackingScalingPolicyConfiguration: configuration }) => [
      PolicyName!.replace(`default/${serviceName}/`, ''),
      configuration,
    ]),
  );
}

const cpu = { PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' } };
const memory = {
  PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageMemoryUtilization' },
};
const scaling = (ScalingTarget: Structure) => ({ ScalingTarget });

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
  ],
  policies,
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
  expect(await policies('by-hand')).toMatchObject({
    TargetTracking: { TargetValue: 50, ScaleInCooldown: 42 },
    own: { TargetValue: 60, ScaleInCooldown: 42 },
  });
});
