/** What a template may say of lifecycle hooks, and how long they may hold a deployment up. */
import { identityOf } from '../../src/express-service/identity/identity';
import type { ResourceModel, TypeConfigurationModel } from '../../src/express-service/model';
import { specificationOf } from '../../src/express-service/specification';

const ACCOUNT = '123456789012';
const role = (name: string, account = ACCOUNT) => `arn:aws:iam::${account}:role/${name}`;
const HookTargetArn = `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:check`;
const invoke = { HookTargetArn, RoleArn: role('hooks'), LifecycleStages: ['POST_SCALE_UP'] };
const pause = { TargetType: 'PAUSE', LifecycleStages: ['POST_SCALE_UP'] };

function configurationOf(LifecycleHooks: readonly object[], more: object = {}) {
  const { settings } = specificationOf({
    model: {
      InfrastructureRoleArn: role('infrastructure'),
      ExecutionRoleArn: role('execution'),
      PrimaryContainer: { Image: 'example/hello:1' },
      DeploymentConfiguration: { LifecycleHooks, ...more },
    } as ResourceModel,
    configuration: { BaseDomain: 'example.com', HostedZoneId: 'Z0BASE' } as TypeConfigurationModel,
    identity: identityOf({ partition: 'aws', region: 'eu-west-1', accountId: ACCOUNT }, 'default', 'web'),
    tags: {},
  });
  return settings.deploymentConfiguration!;
}

test('goes to ECS in its names, with a timeout that fits into an operation', () => {
  expect(configurationOf([{ ...invoke, HookDetails: { url: 'https://example.com' } }, pause])).toMatchObject({
    lifecycleHooks: [
      {
        targetType: 'AWS_LAMBDA',
        hookTargetArn: HookTargetArn,
        roleArn: role('hooks'),
        lifecycleStages: ['POST_SCALE_UP'],
        hookDetails: { url: 'https://example.com' },
        timeoutConfiguration: { timeoutInMinutes: 60, action: 'ROLLBACK' },
      },
      { targetType: 'PAUSE', timeoutConfiguration: { timeoutInMinutes: 720, action: 'ROLLBACK' } },
    ],
  });
});

const minutes = (TimeoutInMinutes: number) => ({ TimeoutConfiguration: { TimeoutInMinutes } });

test.each<[string, readonly object[], object, string, RegExp]>([
  [
    'a function that is not named',
    [{ ...invoke, HookTargetArn: undefined }],
    {},
    '0/HookTargetArn',
    /is missing/,
  ],
  [
    'a function that nobody may invoke',
    [pause, { ...invoke, RoleArn: undefined }],
    {},
    '1/RoleArn',
    /is missing/,
  ],
  ['a pause with a function', [{ ...pause, HookTargetArn }], {}, '0/HookTargetArn', /TargetType is PAUSE/],
  ['a pause with a role', [{ ...pause, RoleArn: role('hooks') }], {}, '0/RoleArn', /TargetType is PAUSE/],
  [
    'a pause with details',
    [{ ...pause, HookDetails: { a: 'b' } }],
    {},
    '0/HookDetails',
    /TargetType is PAUSE/,
  ],
  ...[
    ['TEST_TRAFFIC_SHIFT', 'POST_SCALE_UP or POST_TEST_TRAFFIC_SHIFT'],
    ['PRODUCTION_TRAFFIC_SHIFT', 'PRE_PRODUCTION_TRAFFIC_SHIFT or POST_PRODUCTION_TRAFFIC_SHIFT'],
  ].map(([stage, others]): [string, readonly object[], object, string, RegExp] => [
    `a pause at ${stage}`,
    [{ ...pause, LifecycleStages: ['PRE_SCALE_UP', stage] }],
    {},
    '0/LifecycleStages',
    new RegExp(`has ${stage}, at which a hook of TargetType PAUSE is not possible. Name ${others}`),
  ]),
  ...['TEST_TRAFFIC_SHIFT', 'POST_TEST_TRAFFIC_SHIFT'].map(
    (stage): [string, readonly object[], object, string, RegExp] => [
      `a function at ${stage} without test requests`,
      [invoke, { ...invoke, LifecycleStages: [stage] }],
      {},
      '1/LifecycleStages',
      new RegExp(`has ${stage}, to which a deployment comes only with test requests. Give TestTraffic`),
    ],
  ),
  [
    'a stage that rolling deployments do not have',
    [{ ...invoke, LifecycleStages: ['PRE_SCALE_UP', 'PRODUCTION_TRAFFIC_SHIFT'] }],
    { Strategy: 'ROLLING' },
    '0/LifecycleStages',
    /has PRODUCTION_TRAFFIC_SHIFT, to which deployments with the strategy ROLLING do not come. Name PRE_SCALE_UP/,
  ],
  [
    'a function that may take more than a day',
    [{ ...invoke, ...minutes(1441) }],
    {},
    '0/TimeoutConfiguration/TimeoutInMinutes',
    /is 1441, more than the 1440 that ECS takes for AWS_LAMBDA/,
  ],
  ['eleven functions', Array(11).fill(invoke), {}, '', /has 11 hooks of type AWS_LAMBDA; ECS takes 10/],
  ['eleven pauses', Array(11).fill({ ...pause, ...minutes(1) }), {}, '', /has 11 hooks of type PAUSE/],
  [
    'a pause of two weeks',
    [{ ...pause, ...minutes(20160) }],
    {},
    '',
    /BakeTimeInMinutes 3 \+ CanaryBakeTimeInMinutes 3 \+ hooks at POST_SCALE_UP 20160 = 20166 minutes.*at most 1980/,
  ],
  [
    'pauses before the steps of LINEAR that are too long together',
    [{ ...pause, LifecycleStages: ['PRE_PRODUCTION_TRAFFIC_SHIFT'], ...minutes(200) }],
    { Strategy: 'LINEAR' },
    '',
    /StepBakeTimeInMinutes after each of 9 steps 54 \+ hooks at PRE_PRODUCTION_TRAFFIC_SHIFT 2000 = 2057 minutes/,
  ],
])('%s is refused', (_what, hooks, more, path, message) => {
  const propertyPath = `DeploymentConfiguration/LifecycleHooks${path && `/${path}`}`;
  expect(() => configurationOf(hooks, more)).toThrow(
    expect.objectContaining({
      code: 'InvalidRequest',
      propertyPath,
      message: expect.stringMatching(message),
    }),
  );
});

test('a role of another account is refused, because AWS passes none', () => {
  expect(() => configurationOf([{ ...invoke, RoleArn: role('hooks', '210987654321') }])).toThrow(
    /DeploymentConfiguration\/LifecycleHooks\/0\/RoleArn: .*account 210987654321.*trusts ecs\.amazonaws\.com/,
  );
});

test('hooks of one stage are waited for at once', () => {
  const long = { ...pause, ...minutes(1900) };
  expect(() => configurationOf([long, long])).not.toThrow();
  expect(() => configurationOf([long, { ...long, LifecycleStages: ['PRE_SCALE_UP'] }])).toThrow(
    /3806 minutes/,
  );
});
