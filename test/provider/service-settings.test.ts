import {
  desiredSettings as planned,
  INITIAL_SETTINGS,
  settingsChanges,
  type ActualSettings,
  type SettingsReferences,
  type DeployedSettings,
} from '../../src/express-service/deployments/service-settings';
import { specified } from '../../src/core/property-values';
import { resolvedSettings, SERVICE } from '../../src/express-service/properties/ecs-service';
import type { ServiceSpec } from '../../src/express-service/specification';

/** What is given here has no references. */
const desiredSettings = (...given: Parameters<typeof planned>) => planned(...given) as DeployedSettings;

const role = 'arn:aws:iam::123456789012:role/infrastructure';
const spec = {
  infrastructureRoleArn: role,
  subnetIds: ['subnet-1', 'subnet-2'],
  additionalSecurityGroupIds: ['sg-own'],
} as unknown as ServiceSpec;
const references = {
  taskDefinitionArn: 'task-definition:1',
  serviceSecurityGroupIds: ['sg-made'],
  receivers: [{ containerPort: 80, targetGroupArns: ['blue', 'green'], listenerRuleArn: 'rule' }],
  network: {
    vpcId: 'vpc-1',
    access: 'PUBLIC',
    subnets: ['subnet-1', 'subnet-2'].map((id) => ({ id, availabilityZone: id, public: true })),
  },
} as const satisfies SettingsReferences;
const desired = desiredSettings(spec, references);

/** A service as it runs, with changes to its network and load balancer. */
function actual({ network = {}, loadBalancer = {}, advanced = {}, ...rest }: any = {}): ActualSettings {
  const current = structuredClone(desired) as any;
  Object.assign(current, rest);
  Object.assign(current.networkConfiguration.awsvpcConfiguration, network);
  for (const each of current.loadBalancers) {
    Object.assign(each, loadBalancer);
    Object.assign(each.advancedConfiguration, advanced);
  }
  return current;
}

test('tasks get the group that was made, the author’s own, and an address in public subnets', () => {
  expect(desired.networkConfiguration.awsvpcConfiguration).toEqual({
    subnets: ['subnet-1', 'subnet-2'],
    securityGroups: ['sg-made', 'sg-own'],
    assignPublicIp: 'ENABLED',
  });
});

test('each receiver of requests has its two target groups, its rule, and the role that shifts the traffic', () => {
  const joining = {
    containerPort: 80,
    targetGroupArns: ['new-blue', 'new-green'],
    listenerRuleArn: 'new-rule',
  };
  const receivers = [...references.receivers, joining];
  const common = { containerName: 'Main', containerPort: 80 };
  expect(desiredSettings(spec, { ...references, receivers }).loadBalancers).toEqual([
    {
      ...common,
      targetGroupArn: 'blue',
      advancedConfiguration: {
        alternateTargetGroupArn: 'green',
        productionListenerRule: 'rule',
        roleArn: role,
      },
    },
    {
      ...common,
      targetGroupArn: 'new-blue',
      advancedConfiguration: {
        alternateTargetGroupArn: 'new-green',
        productionListenerRule: 'new-rule',
        roleArn: role,
      },
    },
  ]);
});

test('tasks in private subnets get no address', () => {
  const network = { ...references.network, access: 'PRIVATE' as const };
  const { networkConfiguration } = desiredSettings(spec, { ...references, network });
  expect(networkConfiguration.awsvpcConfiguration.assignPublicIp).toBe('DISABLED');
});

describe('subnets and security groups that were changed by hand', () => {
  const live = actual({ network: { subnets: ['subnet-1'], securityGroups: ['sg-made', 'sg-by-hand'] } });
  const network = (previous?: Pick<ServiceSpec, 'subnetIds' | 'additionalSecurityGroupIds'>) =>
    desiredSettings(spec, references, { madeGroupIds: ['sg-made'], previous, live }).networkConfiguration
      .awsvpcConfiguration;

  test('stay when the template says the same as before', () => {
    expect(network(spec)).toMatchObject({
      subnets: ['subnet-1'],
      securityGroups: ['sg-made', 'sg-by-hand'],
    });
  });

  test('give way to what the template changes', () => {
    expect(network({ subnetIds: ['subnet-1'], additionalSecurityGroupIds: ['sg-before'] })).toMatchObject({
      subnets: ['subnet-1', 'subnet-2'],
      securityGroups: ['sg-made', 'sg-own', 'sg-by-hand'],
    });
  });
});

test.each<[string, object]>([
  ['as it is', {}],
  ['with subnets in another order', { network: { subnets: ['subnet-2', 'subnet-1'] } }],
  ['with security groups in another order', { network: { securityGroups: ['sg-own', 'sg-made'] } }],
  [
    'with the target groups swapped by a deployment',
    { loadBalancer: { targetGroupArn: 'green' }, advanced: { alternateTargetGroupArn: 'blue' } },
  ],
  ['with another number of tasks', { desiredCount: 7 }],
])('a service %s needs no change', (_name, changes) => {
  expect(settingsChanges(desired, actual(changes), false)).toEqual({});
});

test.each<[string, object, (keyof typeof desired)[]]>([
  ['another task definition', { taskDefinition: 'task-definition:2' }, ['taskDefinition']],
  [
    'a subnet too many',
    { network: { subnets: ['subnet-1', 'subnet-2', 'subnet-3'] } },
    ['networkConfiguration'],
  ],
  ['a security group too few', { network: { securityGroups: ['sg-made'] } }, ['networkConfiguration']],
  ['no public addresses', { network: { assignPublicIp: 'DISABLED' } }, ['networkConfiguration']],
  ['another port', { loadBalancer: { containerPort: 81 } }, ['loadBalancers']],
  ['another rule', { advanced: { productionListenerRule: 'other' } }, ['loadBalancers']],
  ['another role', { advanced: { roleArn: 'other' } }, ['loadBalancers']],
  ['another target group', { loadBalancer: { targetGroupArn: 'other' } }, ['loadBalancers']],
  ['another second target group', { advanced: { alternateTargetGroupArn: 'other' } }, ['loadBalancers']],
  ['another container', { loadBalancer: { containerName: 'other' } }, ['loadBalancers']],
  ['no load balancer', { loadBalancers: [] }, ['loadBalancers']],
  [
    'a load balancer too many',
    { loadBalancers: [desired.loadBalancers[0], { ...desired.loadBalancers[0], targetGroupArn: 'other' }] },
    ['loadBalancers'],
  ],
  [
    'another task definition and another port',
    { taskDefinition: 'task-definition:2', loadBalancer: { containerPort: 81 } },
    ['taskDefinition', 'loadBalancers'],
  ],
])('a service with %s changes in that alone, to what is desired', (_name, changes, changed) => {
  expect(settingsChanges(desired, actual(changes), false)).toEqual(
    Object.fromEntries(changed.map((name) => [name, desired[name]])),
  );
});

test('a capacity provider strategy is left alone unless one is desired', () => {
  const strategy = [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }];
  const spot = actual({ capacityProviderStrategy: strategy });
  expect(settingsChanges(desired, spot, false)).toEqual({});
  expect(settingsChanges({ ...desired, capacityProviderStrategy: strategy }, spot, false)).toEqual({});
  expect(settingsChanges({ ...desired, capacityProviderStrategy: strategy }, actual(), false)).toEqual({
    capacityProviderStrategy: strategy,
  });
});

test.each<[string, string[], boolean]>([
  ['some of its subnets', ['subnet-1'], false],
  ['other subnets', ['subnet-9'], true],
  ['no subnets', [], true],
])('a service that follows the default VPC and runs in %s', (_name, subnets, changes) => {
  const found = settingsChanges(desired, actual({ network: { subnets } }), true);
  expect('networkConfiguration' in found).toBe(changes);
});

test('a new service deploys by canary, and rolls back by circuit breaker and alarm', () => {
  const settings = resolvedSettings({
    desired: specified(SERVICE, {}),
    initial: {},
    madeAlarmNames: ['alarm'],
  });
  expect({ ...INITIAL_SETTINGS, ...settings }).toEqual({
    availabilityZoneRebalancing: 'ENABLED',
    deploymentConfiguration: {
      strategy: 'CANARY',
      canaryConfiguration: { canaryPercent: 5, canaryBakeTimeInMinutes: 3 },
      bakeTimeInMinutes: 3,
      maximumPercent: 200,
      minimumHealthyPercent: 100,
      deploymentCircuitBreaker: {
        enable: true,
        rollback: true,
        resetOnHealthyTask: true,
        thresholdConfiguration: { type: 'BOUNDED_PERCENT', value: 50 },
      },
      alarms: { alarmNames: ['alarm'], enable: true, rollback: true },
    },
    enableECSManagedTags: true,
    enableExecuteCommand: false,
    platformVersion: 'LATEST',
    healthCheckGracePeriodSeconds: 300,
    propagateTags: 'SERVICE',
    schedulingStrategy: 'REPLICA',
  });
});
