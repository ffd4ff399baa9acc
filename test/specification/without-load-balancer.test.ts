/** What a template may say of a service without a load balancer. */
import { identityOf } from '../../src/express-service/identity/identity';
import type { ResourceModel, TypeConfigurationModel } from '../../src/express-service/model';
import { specificationOf, type ServiceSpec } from '../../src/express-service/specification';

const location = { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' };
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;

function specify(properties: object): ServiceSpec {
  return specificationOf({
    model: {
      ExecutionRoleArn: role('execution'),
      PrimaryContainer: { Image: 'example/worker:1' },
      LoadBalancerConfiguration: { Type: 'none' },
      ...properties,
    } as ResourceModel,
    configuration: {
      BaseDomain: 'example.com',
      HostedZoneId: 'Z0BASE',
      WebAclArn: 'acl',
    } as TypeConfigurationModel,
    identity: identityOf(location, 'default', 'worker'),
    tags: {},
  });
}

test('it has no infrastructure role, has no domain, and rolls its deployments', () => {
  const { domain, additionalDomains, infrastructureRoleArn, loadBalancer, settings, webAclArn } = specify({});
  expect({ domain, additionalDomains, infrastructureRoleArn, loadBalancer, webAclArn }).toEqual({
    additionalDomains: [],
    loadBalancer: { kind: 'none' },
  });
  expect(settings.deploymentConfiguration).toMatchObject({ strategy: 'ROLLING' });
  expect(settings).not.toHaveProperty('healthCheckGracePeriodSeconds');
});

const none = (more: object) => ({ LoadBalancerConfiguration: { Type: 'none', ...more } });
const deployment = (more: object) => ({ DeploymentConfiguration: more });
const scaling = (more: object) => ({ ScalingTarget: more });

test.each<[object, string, RegExp]>([
  [none({ Scheme: 'internal' }), 'LoadBalancerConfiguration/Scheme', /Type is none/],
  [none({ HttpRedirect: false }), 'LoadBalancerConfiguration/HttpRedirect', /Type is none/],
  [none({ ListenerArn: 'arn' }), 'LoadBalancerConfiguration/ListenerArn', /Type is none/],
  [{ InfrastructureRoleArn: role('infrastructure') }, 'InfrastructureRoleArn', /Type is none/],
  [{ DomainName: 'a.example.com' }, 'DomainName', /Type is none/],
  [{ AdditionalDomains: [{ DomainName: 'a.example.com' }] }, 'AdditionalDomains', /Type is none/],
  [{ PathPatterns: ['/a/*'] }, 'PathPatterns', /Type is none/],
  [{ TestTraffic: { HttpHeader: { Name: 'X-Test', Values: ['on'] } } }, 'TestTraffic', /Type is none/],
  [{ WebAclArn: 'acl' }, 'WebAclArn', /Type is none/],
  [{ HealthCheckPath: '/ping' }, 'HealthCheckPath', /Type is none/],
  [{ HealthCheckGracePeriodSeconds: 0 }, 'HealthCheckGracePeriodSeconds', /Type is none/],
  [{ TargetGroupConfiguration: {} }, 'TargetGroupConfiguration', /Type is none/],
  [deployment({ RollbackAlarm: { Threshold: 5 } }), 'DeploymentConfiguration/RollbackAlarm', /Type is none/],
  [
    deployment({ Strategy: 'CANARY' }),
    'DeploymentConfiguration/Strategy',
    /step by step.*ROLLING or BLUE_GREEN/,
  ],
  [
    deployment({ Strategy: 'LINEAR' }),
    'DeploymentConfiguration/Strategy',
    /step by step.*ROLLING or BLUE_GREEN/,
  ],
  [
    deployment({ CanaryConfiguration: { CanaryPercent: 5 } }),
    'DeploymentConfiguration/CanaryConfiguration',
    /the strategy is ROLLING/,
  ],
  [deployment({ Alarms: { Enable: true } }), 'DeploymentConfiguration/Alarms/AlarmNames', /no alarm is made/],
  [
    scaling({ AutoScalingMetric: 'REQUEST_COUNT_PER_TARGET', AutoScalingTargetValue: 100 }),
    'ScalingTarget/AutoScalingMetric',
    /only an Application Load Balancer counts/,
  ],
  [
    scaling({
      AdditionalMetrics: [{ AutoScalingMetric: 'REQUEST_COUNT_PER_TARGET', AutoScalingTargetValue: 100 }],
    }),
    'ScalingTarget/AdditionalMetrics',
    /only an Application Load Balancer counts/,
  ],
])('%j is refused at %s', (properties, propertyPath, message) => {
  expect(() => specify(properties)).toThrow(
    expect.objectContaining({ name: 'HandlerError', propertyPath, message: expect.stringMatching(message) }),
  );
});
