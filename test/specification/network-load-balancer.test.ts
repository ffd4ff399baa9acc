/** What a template may say of a Network Load Balancer. */
import { identityOf } from '../../src/express-service/identity/identity';
import { wantedHealthCheck } from '../../src/express-service/properties/target-group-settings';
import type { ResourceModel, TypeConfigurationModel } from '../../src/express-service/model';
import { specificationOf, type ServiceSpec } from '../../src/express-service/specification';

const location = { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' };
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const BASE = {
  BaseDomain: 'example.com',
  HostedZoneId: 'Z0BASE',
  CertificateArn: 'wildcard',
  WebAclArn: 'acl',
};

function specify(properties: object, configuration: object = BASE): ServiceSpec {
  return specificationOf({
    model: {
      InfrastructureRoleArn: role('infrastructure'),
      ExecutionRoleArn: role('execution'),
      PrimaryContainer: { Image: 'example/game:1' },
      LoadBalancerConfiguration: { Type: 'network' },
      ...properties,
    } as ResourceModel,
    configuration: configuration as TypeConfigurationModel,
    identity: identityOf(location, 'default', 'game'),
    tags: {},
  });
}

const network = (more: object) => ({ LoadBalancerConfiguration: { Type: 'network', ...more } });
const listener = (more: object) => network({ Listener: more });
const targets = (more: object) => ({ TargetGroupConfiguration: more });
const checks = (HealthCheck: object) => targets({ HealthCheck });
const deployment = (more: object) => ({ DeploymentConfiguration: more });
const HOST = { DomainName: 'a.example.com' };

test('by default it takes TCP at port 80, checks tasks by TCP, and has a record in the base domain', () => {
  const { domain, loadBalancer, targetGroup, webAclArn } = specify({});
  expect(loadBalancer).toEqual({
    kind: 'network',
    ipAddressType: 'ipv4',
    subnetIds: [],
    allowedCidrs: ['0.0.0.0/0', '::/0'],
    allowedPrefixListIds: [],
    allocationIds: [],
    crossZone: false,
    listener: { protocol: 'TCP', port: 80 },
  });
  expect(domain).toMatchObject({ hostName: 'game.example.com', hostedZoneId: 'Z0BASE' });
  expect(domain).not.toHaveProperty('certificateArn');
  expect(targetGroup.healthCheck).not.toHaveProperty('HealthCheckPath');
  expect(targetGroup.attributes).toEqual({ 'deregistration_delay.timeout_seconds': expect.any(Number) });
  expect(webAclArn).toBeUndefined();
});

test('without a base domain it is reached at its own name', () => {
  const { domain, additionalDomains } = specify({}, {});
  expect([domain, ...additionalDomains]).toEqual([undefined]);
});

test.each<[string, object, object]>([
  ['a host', HOST, { protocol: 'TLS', port: 443 }],
  ['a certificate', { CertificateArn: 'own' }, { protocol: 'TLS', port: 443 }],
  ['a host, and TCP', { ...HOST, ...listener({ Protocol: 'TCP' }) }, { protocol: 'TCP', port: 80 }],
  ['TLS', listener({ Protocol: 'TLS' }), { protocol: 'TLS', port: 443 }],
  ['a port', listener({ Port: 7000, TestPort: 7001 }), { protocol: 'TCP', port: 7000, testPort: 7001 }],
])('a template that names %s', (_what, properties, expected) => {
  expect(specify(properties).loadBalancer).toMatchObject({ listener: expected });
});

test('with a path tasks are checked by HTTP', () => {
  const { healthCheck } = specify({ HealthCheckPath: '/ping' }).targetGroup;
  expect(healthCheck).toMatchObject({ HealthCheckProtocol: 'HTTP', HealthCheckPath: '/ping', codes: '200' });
});

test.each<[object, object]>([
  [{}, { HealthCheckProtocol: 'TCP' }],
  [checks({ Protocol: 'TCP' }), { HealthCheckProtocol: 'TCP' }],
  [checks({ Protocol: 'HTTP' }), { HealthCheckProtocol: 'HTTP', HealthCheckPath: '/', codes: '200' }],
  [
    { HealthCheckPath: '/ping', ...checks({ Protocol: 'HTTPS', Matcher: '200-299' }) },
    { HealthCheckProtocol: 'HTTPS', HealthCheckPath: '/ping', codes: '200-299' },
  ],
])('%j: tasks are checked by %j', (properties, expected) => {
  const { healthCheck } = specify(properties).targetGroup;
  const { HealthCheckProtocol, HealthCheckPath, codes } = healthCheck;
  expect({ HealthCheckProtocol, HealthCheckPath, codes }).toEqual(expected);
});

test.each<[what: string, before: object, live: object, now: object, expected: object]>([
  [
    'a protocol set by hand stays where the template says the same',
    {},
    { HealthCheckProtocol: 'HTTP', HealthCheckPath: '/', codes: '200-399' },
    checks({ IntervalSeconds: 5 }),
    { HealthCheckProtocol: 'HTTP', HealthCheckPath: '/', codes: '200-399' },
  ],
  [
    'a new path ends checks that were set to TCP by hand',
    { HealthCheckPath: '/a' },
    { HealthCheckProtocol: 'TCP' },
    { HealthCheckPath: '/b' },
    { HealthCheckProtocol: 'HTTP', HealthCheckPath: '/b', codes: '200' },
  ],
  [
    'another protocol brings the path that the template had before',
    { HealthCheckPath: '/a' },
    { HealthCheckProtocol: 'TCP' },
    { HealthCheckPath: '/a', ...checks({ Protocol: 'HTTPS' }) },
    { HealthCheckProtocol: 'HTTPS', HealthCheckPath: '/a', codes: '200' },
  ],
])('%s', (_what, before, live, now, expected) => {
  const [previous, desired] = [before, now].map((properties) => specify(properties).targetGroup);
  const times = { HealthCheckIntervalSeconds: 30, HealthCheckTimeoutSeconds: 5 };
  const { HealthCheckProtocol, HealthCheckPath, codes } = wantedHealthCheck(desired!, previous, {
    ...times,
    ...live,
  });
  expect({ HealthCheckProtocol, HealthCheckPath, codes }).toEqual(expected);
});

const LISTENER = 'LoadBalancerConfiguration/Listener';

test.each<[object, string, RegExp]>([
  [network({ HttpRedirect: false }), 'LoadBalancerConfiguration/HttpRedirect', /Type is network/],
  [network({ IdleTimeoutSeconds: 30 }), 'LoadBalancerConfiguration/IdleTimeoutSeconds', /Type is network/],
  [network({ AccessLogs: { Bucket: 'logs' } }), 'LoadBalancerConfiguration/AccessLogs', /Type is network/],
  [network({ ListenerArn: 'arn' }), 'LoadBalancerConfiguration/ListenerArn', /Type is network/],
  [{ WebAclArn: 'acl' }, 'WebAclArn', /AWS WAF does not protect Network Load Balancers.*Remove it/],
  [{ PathPatterns: ['/a/*'] }, 'PathPatterns', /Type is network/],
  [
    { TestTraffic: { HttpHeader: { Name: 'X-Test', Values: ['on'] } } },
    'TestTraffic',
    /Give LoadBalancerConfiguration\/Listener\/TestPort/,
  ],
  [
    targets({ StickinessDurationSeconds: 60 }),
    'TargetGroupConfiguration/StickinessDurationSeconds',
    /of cookies/,
  ],
  [targets({ ProtocolVersion: 'GRPC' }), 'TargetGroupConfiguration/ProtocolVersion', /of requests/],
  [
    targets({ LoadBalancingAlgorithmType: 'round_robin' }),
    'TargetGroupConfiguration/LoadBalancingAlgorithmType',
    /of requests/,
  ],
  [
    targets({ SlowStartDurationSeconds: 30 }),
    'TargetGroupConfiguration/SlowStartDurationSeconds',
    /requests/,
  ],
  [
    targets({ HealthCheck: { Matcher: '200' } }),
    'TargetGroupConfiguration/HealthCheck/Matcher',
    /Give HealthCheckPath, or remove it/,
  ],
  [
    { HealthCheckPath: '/', ...checks({ Protocol: 'TCP' }) },
    'HealthCheckPath',
    /Protocol is TCP. Remove it, or make .*Protocol HTTP or HTTPS/,
  ],
  [
    checks({ Protocol: 'TCP', Matcher: '200' }),
    'TargetGroupConfiguration/HealthCheck/Matcher',
    /Protocol is TCP/,
  ],
  [
    { ...checks({ Protocol: 'HTTP' }), LoadBalancerConfiguration: {} },
    'TargetGroupConfiguration/HealthCheck/Protocol',
    /of a Network Load Balancer/,
  ],
  [
    { ScalingTarget: { AutoScalingMetric: 'REQUEST_COUNT_PER_TARGET' } },
    'ScalingTarget/AutoScalingMetric',
    /only an Application Load Balancer counts/,
  ],
  [
    network({ IpAddressType: 'dualstack-without-public-ipv4' }),
    'LoadBalancerConfiguration/IpAddressType',
    /Make it ipv4 or dualstack/,
  ],
  [
    network({ IpAddressType: 'dualstack', Listener: { Protocol: 'UDP' } }),
    'LoadBalancerConfiguration/IpAddressType',
    /takes no UDP/,
  ],
  [
    network({ Scheme: 'internal', AllocationIds: ['eipalloc-1'] }),
    'LoadBalancerConfiguration/AllocationIds',
    /are public addresses/,
  ],
  [{ ...listener({ Protocol: 'UDP' }), CertificateArn: 'own' }, 'CertificateArn', /is of TLS/],
  [listener({ Port: 80, TestPort: 80 }), `${LISTENER}/TestPort`, /is 80, as Port/],
  [
    { ...listener({ TestPort: 81 }), ...deployment({ Strategy: 'ROLLING' }) },
    `${LISTENER}/TestPort`,
    /the strategy is ROLLING/,
  ],
  [
    deployment({ LifecycleHooks: [{ TargetType: 'PAUSE', LifecycleStages: ['POST_TEST_TRAFFIC_SHIFT'] }] }),
    'DeploymentConfiguration/LifecycleHooks/0/LifecycleStages',
    /Give LoadBalancerConfiguration\/Listener\/TestPort/,
  ],
  [
    deployment({
      Strategy: 'LINEAR',
      LinearConfiguration: { StepPercent: 3, StepBakeTimeInMinutes: 50 },
    }),
    'DeploymentConfiguration/LinearConfiguration/StepBakeTimeInMinutes',
    /36 times the 10 minutes that ECS waits for a Network Load Balancer 360 = 2/,
  ],
])('refused: %j', (properties, path, words) => {
  expect(() => specify(properties)).toThrow(
    expect.objectContaining({ message: expect.stringMatching(words), propertyPath: path }),
  );
});

const ARN =
  'arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/net/own/0123456789abcdef/0123456789abcdef';
const onListener = (more: object = {}) => network({ ListenerArn: ARN, ...more });

test('on a listener of the author’s nothing but its protocol is asked for, and no name', () => {
  const { domain, additionalDomains, loadBalancer, targetGroup } = specify(onListener());
  expect(loadBalancer).toEqual({ kind: 'networkListener', listenerArn: ARN, listener: { protocol: 'TCP' } });
  expect([domain, ...additionalDomains]).toEqual([undefined]);
  expect(targetGroup.healthCheck).toMatchObject({ HealthCheckProtocol: 'TCP' });
});

test('a host on it is the author’s, unless the template names its zone', () => {
  const named = { ...onListener({ Listener: { Protocol: 'TLS' } }), ...HOST };
  expect(specify(named).domain).toEqual({ hostName: 'a.example.com', written: [] });
  expect(specify({ ...named, HostedZoneId: 'Z0OTHER' }).domain).toMatchObject({ hostedZoneId: 'Z0OTHER' });
  expect(specify({ ...named, HostedZoneId: 'Z0OTHER' }).domain).not.toHaveProperty('certificateArn');
});

test.each<[object, string, RegExp]>([
  [onListener({ Scheme: 'internal' }), 'LoadBalancerConfiguration/Scheme', /together with .*ListenerArn/],
  [onListener({ AllowedCidrs: [] }), 'LoadBalancerConfiguration/AllowedCidrs', /together with .*ListenerArn/],
  [
    onListener({ AllowedPrefixListIds: ['pl-01234567'] }),
    'LoadBalancerConfiguration/AllowedPrefixListIds',
    /together with .*ListenerArn/,
  ],
  [onListener({ CrossZone: true }), 'LoadBalancerConfiguration/CrossZone', /together with .*ListenerArn/],
  [onListener({ Listener: { Port: 80 } }), `${LISTENER}/Port`, /together with .*ListenerArn/],
  [onListener({ Listener: { TestPort: 81 } }), `${LISTENER}/TestPort`, /together with .*ListenerArn/],
  [{ ...onListener(), CertificateArn: 'own' }, 'CertificateArn', /together with .*ListenerArn/],
  [{ ...onListener(), PathPatterns: ['/a'] }, 'PathPatterns', /are of requests/],
  [
    network({ ListenerArn: ARN.replace('/net/', '/app/') }),
    'LoadBalancerConfiguration/ListenerArn',
    /no listener of a Network Load Balancer, and .*Type is network/,
  ],
  [
    { LoadBalancerConfiguration: { ListenerArn: ARN }, ...HOST },
    'LoadBalancerConfiguration/ListenerArn',
    /Give LoadBalancerConfiguration\/Type network/,
  ],
])('refused on a listener of the author’s: %j', (properties, path, words) => {
  expect(() => specify(properties)).toThrow(
    expect.objectContaining({ message: expect.stringMatching(words), propertyPath: path }),
  );
});

test.each([[{ Protocol: 'TLS' }, `${LISTENER}/Protocol`]])(
  'refused where there is no domain: %j',
  (given, path) => {
    expect(() => specify(listener(given), {})).toThrow(expect.objectContaining({ propertyPath: path }));
  },
);

test.each(['AllocationIds', 'CrossZone', 'Listener'])('an Application Load Balancer has no %s', (name) => {
  const given = { AllocationIds: ['eipalloc-1'], CrossZone: true, Listener: {} }[name];
  expect(() => specify({ LoadBalancerConfiguration: { [name]: given } })).toThrow(
    expect.objectContaining({ propertyPath: `LoadBalancerConfiguration/${name}` }),
  );
});

test('a pause at a stage of tests is one where there is a port for them', () => {
  const hooks = [{ TargetType: 'PAUSE', LifecycleStages: ['POST_TEST_TRAFFIC_SHIFT'] }];
  expect(() =>
    specify({ ...listener({ TestPort: 81 }), ...deployment({ LifecycleHooks: hooks }) }),
  ).not.toThrow();
});
