/** Which event bus is told of the versions of a service. */
import { identityOf } from '../../src/express-service/identity/identity';
import type { ResourceModel, TypeConfigurationModel } from '../../src/express-service/model';
import { specificationOf } from '../../src/express-service/specification';

const identity = identityOf(
  { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' },
  'default',
  'web',
);
const arn = (region: string, account = '123456789012') =>
  `arn:aws:events:${region}:${account}:event-bus/deployments`;

function specify(properties: object, configuration: object = {}) {
  const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
  const model = {
    InfrastructureRoleArn: role('infrastructure'),
    ExecutionRoleArn: role('execution'),
    PrimaryContainer: { Image: 'example/hello:1' },
    ...properties,
  };
  return specificationOf({
    model: model as ResourceModel,
    configuration: {
      BaseDomain: 'example.com',
      HostedZoneId: 'Z0',
      ...configuration,
    } as TypeConfigurationModel,
    identity,
    tags: {},
  });
}

const VERSIONED = { DeploymentConfiguration: { Strategy: 'VERSIONED' } };

test.each(['ROLLING', 'BLUE_GREEN', 'LINEAR', 'CANARY'])(
  '%s makes no versions: a bus is refused in the template, and one of the type configuration does not count',
  (Strategy) => {
    const DeploymentConfiguration = { Strategy };
    expect(() => specify({ DeploymentConfiguration, EventBusName: 'deployments' })).toThrow(
      `EventBusName: is of the strategy VERSIONED; the strategy is ${Strategy}. Remove it, or make Strategy VERSIONED.`,
    );
    expect(specify({ DeploymentConfiguration }, { EventBusName: 'deployments' }).eventBus).toBeUndefined();
  },
);

test.each<[string, object, object, unknown]>([
  ['none', {}, {}, undefined],
  [
    'that of the template',
    { EventBusName: 'mine' },
    { EventBusName: 'ours' },
    { name: 'mine', propertyPath: 'EventBusName' },
  ],
  ['that of the type configuration', {}, { EventBusName: 'ours' }, { name: 'ours' }],
  [
    'one of another account',
    { EventBusName: arn('eu-west-1', '210987654321') },
    {},
    { name: arn('eu-west-1', '210987654321'), propertyPath: 'EventBusName' },
  ],
])('is told: %s', (_what, model, configuration, eventBus) => {
  expect(specify({ ...VERSIONED, ...model }, configuration).eventBus).toEqual(eventBus);
});

test.each([
  ['EventBusName', { EventBusName: arn('us-east-1') }, {}],
  ['TypeConfiguration/EventBusName', {}, { EventBusName: arn('us-east-1') }],
])('one of another Region is refused: %s', (path, model, configuration) => {
  expect(() => specify({ ...VERSIONED, ...model }, configuration)).toThrow(
    `${path}: ${arn('us-east-1')} is in another Region than the service. Name an event bus in eu-west-1, and give it a rule whose target is the other one.`,
  );
});
