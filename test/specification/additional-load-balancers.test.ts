/** What a template may say of additional load balancers. */
import { identityOf } from '../../src/express-service/identity/identity';
import type { ResourceModel, TypeConfigurationModel } from '../../src/express-service/model';
import { specificationOf, type ServiceSpec } from '../../src/express-service/specification';

const location = { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' };
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const configuration = { BaseDomain: 'example.com', HostedZoneId: 'Z0BASE', WebAclArn: 'acl' };

function specify(properties: object, service = 'shop'): ServiceSpec {
  return specificationOf({
    model: {
      ExecutionRoleArn: role('execution'),
      InfrastructureRoleArn: role('infrastructure'),
      PrimaryContainer: { Image: 'example/shop:1' },
      ...properties,
    } as ResourceModel,
    configuration: configuration as TypeConfigurationModel,
    identity: identityOf(location, 'default', service),
    tags: {},
  });
}

const beside = (...AdditionalLoadBalancers: object[]) => ({ AdditionalLoadBalancers });
const named = (...names: string[]) => beside(...names.map((Name) => ({ Name })));
const groups = (count: number) => ({
  NetworkConfiguration: { SecurityGroups: Array.from({ length: count }, (_, index) => `sg-0000000${index}`) },
});

test('each is specified as if it were the only one, with a host name of its own', () => {
  const { domain, additionalLoadBalancers, pathPatterns } = specify({
    DomainName: 'www.example.com',
    PathPatterns: ['/shop/*'],
    WebAclArn: 'own',
    TestTraffic: { HttpHeader: { Name: 'X-Test', Values: ['on'] } },
    ...beside(
      { Name: 'internal', LoadBalancerConfiguration: { Scheme: 'internal' } },
      {
        Name: 'partners',
        DomainName: 'partners.example.com',
        PathPatterns: ['/api/*'],
        WebAclArn: 'partners',
      },
    ),
  });
  expect({ host: domain!.hostName, pathPatterns }).toEqual({
    host: 'www.example.com',
    pathPatterns: ['/shop/*'],
  });
  expect(
    Object.entries(additionalLoadBalancers).map(([name, spec]) => ({
      name,
      host: spec.domain!.hostName,
      scheme: 'scheme' in spec.loadBalancer && spec.loadBalancer.scheme,
      pathPatterns: spec.pathPatterns,
      webAclArn: spec.webAclArn,
      testTraffic: spec.testTraffic,
    })),
  ).toEqual([
    {
      name: 'internal',
      host: 'shop-internal.example.com',
      scheme: 'internal',
      pathPatterns: [],
      webAclArn: 'acl',
    },
    { name: 'partners', host: 'partners.example.com', pathPatterns: ['/api/*'], webAclArn: 'partners' },
  ]);
});

test('they share the deployments, the tasks and the tags of the service', () => {
  const { additionalLoadBalancers, ...service } = specify({
    DeploymentConfiguration: { Strategy: 'LINEAR' },
    ...named('internal'),
  });
  expect(additionalLoadBalancers.internal).toMatchObject({ settings: service.settings, task: service.task });
});

test.each([
  ['the one that the container has by default', {}, 80],
  ['another one of the container', { PortMappings: [{ Name: 'metrics', ContainerPort: 9090 }] }, 9090],
])('requests go to %s', (_what, container, ContainerPort) => {
  const { additionalLoadBalancers } = specify({
    PrimaryContainer: { Image: 'example/shop:1', ...container },
    ...beside({ Name: 'internal', ContainerPort }),
  });
  expect(additionalLoadBalancers.internal!.containerPort).toBe(ContainerPort);
});

test.each<[object, string, RegExp]>([
  [named('a', 'b', 'a'), 'AdditionalLoadBalancers/2/Name', /"a" appears twice/],
  [
    beside({ Name: 'a', ContainerPort: 9090 }),
    'AdditionalLoadBalancers/0/ContainerPort',
    /9090 is no port of the primary container, which has 80\. Name it in PrimaryContainer\/PortMappings/,
  ],
  [
    beside({ Name: 'a' }, { Name: 'b', LoadBalancerConfiguration: { Type: 'none' } }),
    'AdditionalLoadBalancers/1/LoadBalancerConfiguration/Type',
    /is none, and this is a load balancer/,
  ],
  [
    beside({ Name: 'a', DomainName: 'shop.example.com' }),
    'AdditionalLoadBalancers/0/DomainName',
    /another load balancer of the service answers at shop\.example\.com already/,
  ],
  [
    beside({ Name: 'a', DomainName: 'a.example.org' }),
    'AdditionalLoadBalancers/0/HostedZoneId',
    /nothing says which hosted zone holds a\.example\.org/,
  ],
  [
    beside({ Name: 'a', LoadBalancerConfiguration: { Listener: { Port: 7000 } } }),
    'AdditionalLoadBalancers/0/LoadBalancerConfiguration/Listener',
    /is of a Network Load Balancer/,
  ],
  [
    beside({ Name: 'a', TargetGroupConfiguration: { HealthCheck: { Matcher: '600' } } }),
    'AdditionalLoadBalancers/0/TargetGroupConfiguration/HealthCheck/Matcher',
    /600/,
  ],
  [
    { ...groups(4), ...named('a') },
    'NetworkConfiguration/SecurityGroups',
    /tasks would have 6 security groups, and they take 5\. Name 3 at most, or fewer AdditionalLoadBalancers/,
  ],
  [
    { LoadBalancerConfiguration: { Type: 'none' }, InfrastructureRoleArn: undefined, ...named('a') },
    'AdditionalLoadBalancers',
    /Type is none/,
  ],
])('%j is refused at %s', (properties, propertyPath, message) => {
  let error: unknown;
  try {
    specify(properties);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({
    code: 'InvalidRequest',
    propertyPath,
    message: expect.stringMatching(message),
  });
});

const network = (more: object = {}) => ({ LoadBalancerConfiguration: { Type: 'network' }, ...more });
const checkedBy = (Protocol: string) => ({ TargetGroupConfiguration: { HealthCheck: { Protocol } } });

test('what is said of one is judged by its own type, and not by that of the first', () => {
  const { additionalLoadBalancers } = specify(beside({ Name: 'a', ...network(checkedBy('HTTPS')) }));
  expect(additionalLoadBalancers.a!.targetGroup.healthCheck).toMatchObject({ HealthCheckProtocol: 'HTTPS' });
  expect(() => specify(network(beside({ Name: 'a', ...checkedBy('HTTPS') })))).toThrow(
    /^AdditionalLoadBalancers\/0\/TargetGroupConfiguration\/HealthCheck\/Protocol: is of a Network Load Balancer/,
  );
});

test('bake times leave room for the ten minutes that ECS waits for an additional Network Load Balancer', () => {
  const LinearConfiguration = { StepPercent: 3, StepBakeTimeInMinutes: 55 };
  const slow = { DeploymentConfiguration: { Strategy: 'LINEAR', LinearConfiguration } };
  expect(() => specify({ ...slow, ...named('a') })).not.toThrow();
  expect(() => specify({ ...slow, ...beside({ Name: 'a', ...network() }) })).toThrow(
    /^DeploymentConfiguration\/.*the 10 minutes that ECS waits for a Network Load Balancer/,
  );
});

test('a name for which there is no room in the owner tag is refused', () => {
  expect(() => specify({ DomainName: 'a.example.com', ...named('x'.repeat(20)) }, 's'.repeat(200))).toThrow(
    /^AdditionalLoadBalancers\/0\/Name: is too long: with it the ARN of the service has \d+ characters/,
  );
});
