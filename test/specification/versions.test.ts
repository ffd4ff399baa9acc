/** What a template may say of versions, and what makes one version another one. */
import { Answers } from '../../local/claims/answers';
import type { ClientRequest } from '../../local/load-balancer/client-request';
import { conditionsTest } from '../../local/load-balancer/conditions';
import type { ApplyScope } from '../../src/express-service/composition/component';
import { identityOf } from '../../src/express-service/identity/identity';
import {
  AwsLogsConfiguration,
  HealthCheck,
  PrimaryContainer,
  ResourceModel,
  TargetGroupHealthCheck,
  type TypeConfigurationModel,
} from '../../src/express-service/model';
import { reachConditions, reachIn } from '../../src/express-service/properties/version-reach';
import { specificationOf, type ServiceSpec } from '../../src/express-service/specification';
import { inVersions } from '../../src/express-service/versions';

const location = { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' };
const identity = identityOf(location, 'default', 'web');
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const listenerArn = (kind: string) =>
  `arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/${kind}/own/0123456789abcdef/0123456789abcdef`;

const IMAGE = { PrimaryContainer: { Image: 'example/web:1' } };
const VERSIONED = { Strategy: 'VERSIONED' };

function specify({ DeploymentConfiguration = VERSIONED, ...properties }: Partial<Given> = {}): ServiceSpec {
  return specificationOf({
    model: {
      InfrastructureRoleArn: role('infrastructure'),
      ExecutionRoleArn: role('execution'),
      ...IMAGE,
      DeploymentConfiguration,
      ...properties,
    } as unknown as ResourceModel,
    configuration: { BaseDomain: 'example.com', HostedZoneId: 'Z0BASE' } as TypeConfigurationModel,
    identity,
    tags: {},
  });
}

/** Properties of a template. */
type Given = Record<string, unknown>;

const network = (more: object) => ({ LoadBalancerConfiguration: { Type: 'network', ...more } });
const deployment = (more: object) => ({ DeploymentConfiguration: { ...VERSIONED, ...more } });
const traffic = (shares: Readonly<Record<string, number>>) => ({
  Traffic: Object.entries(shares).map(([Version, Weight]) => ({ Version, Weight })),
});
const header = (HttpHeaderName: string) => ({ VersionTraffic: { HttpHeaderName } });
const FIVE = { v1: 1, v2: 1, v3: 1, v4: 1, v5: 1 };
const secret = 'a-value-of-16-characters';

test.each<[string, Given, string, RegExp]>([
  [
    'behind a Network Load Balancer',
    network({}),
    'DeploymentConfiguration/Strategy',
    /listener rules of an Application Load Balancer/,
  ],
  [
    'at a listener of a Network Load Balancer',
    network({ ListenerArn: listenerArn('net') }),
    'DeploymentConfiguration/Strategy',
    /listener rules of an Application Load Balancer/,
  ],
  [
    'without a load balancer',
    { LoadBalancerConfiguration: { Type: 'none' }, InfrastructureRoleArn: undefined },
    'DeploymentConfiguration/Strategy',
    /listener rules of an Application Load Balancer/,
  ],
  [
    'beside other load balancers',
    { AdditionalLoadBalancers: [{ Name: 'internal', LoadBalancerConfiguration: { Scheme: 'internal' } }] },
    'AdditionalLoadBalancers',
    /has one load balancer/,
  ],
  [
    'beside test requests',
    { TestTraffic: { HttpHeader: { Name: 'X-Test', Values: ['on'] } } },
    'TestTraffic',
    /VersionTraffic/,
  ],
  [
    'in a namespace',
    { ServiceConnectConfiguration: { Namespace: 'shop', ClientAlias: { Port: 80 } } },
    'ServiceConnectConfiguration',
    /Service Connect/,
  ],
  [
    'beside a routing policy',
    { DnsConfiguration: { RoutingPolicy: 'LATENCY' } },
    'DnsConfiguration/RoutingPolicy',
    /health checks/,
  ],
  [
    'with sticky sessions',
    { TargetGroupConfiguration: { StickinessDurationSeconds: 60 } },
    'TargetGroupConfiguration/StickinessDurationSeconds',
    /does not follow the weights/,
  ],
  ['with no weight above 0', traffic({ v1: 0, v2: 0 }), 'Traffic', /gives no version a weight/],
  [
    'with a label that is there twice',
    {
      Traffic: [
        { Version: 'v1', Weight: 1 },
        { Version: 'v1', Weight: 2 },
      ],
    },
    'Traffic/1/Version',
    /"v1" appears twice/,
  ],
  [
    'with five versions beside the one of the template, that nothing reaches',
    { Version: 'v6', ...traffic(FIVE) },
    'Traffic',
    /v6 is none of them.*or give VersionTraffic/,
  ],
  [
    'with more versions on standby than a rule forwards to, that nothing reaches',
    { Standby: { Count: 5 } },
    'Standby/Count',
    /is 5, .*Make it at most 4, or give VersionTraffic/,
  ],
  [
    'in two kinds of steps',
    deployment({ CanaryConfiguration: {}, LinearConfiguration: {} }),
    'DeploymentConfiguration/LinearConfiguration',
    /beside CanaryConfiguration/,
  ],
  [
    'in steps that last longer than CloudFormation waits',
    deployment({ LinearConfiguration: { StepPercent: 3, StepBakeTimeInMinutes: 600 } }),
    'DeploymentConfiguration/LinearConfiguration/StepBakeTimeInMinutes',
    /33 hours|minutes/,
  ],
  ['by the host', header('Host'), 'VersionTraffic/HttpHeaderName', /is Host, .*Choose another header/],
  ['by cookies as a header', header('cookie'), 'VersionTraffic/HttpHeaderName', /Give CookieName/],
  [
    'by the header that all requests must have',
    { ...header('x-secret'), RequiredHttpHeader: { Name: 'X-Secret', Values: [secret] } },
    'VersionTraffic/HttpHeaderName',
    /as RequiredHttpHeader\/Name/,
  ],
  [
    'by a header for which a rule has no room',
    { ...header('x-version'), PathPatterns: ['/a', '/b', '/c', '/d'] },
    'VersionTraffic',
    /has room for 5, and what all requests must meet is 5.*Give fewer/,
  ],
])('versions %s are refused', (_what, properties, propertyPath, message) => {
  expect(() => specify(properties)).toThrow(
    expect.objectContaining({
      code: 'InvalidRequest',
      propertyPath,
      message: expect.stringMatching(message),
    }),
  );
});

test.each<[string, unknown]>([
  ['Version', 'v1'],
  ['Traffic', [{ Version: 'v1', Weight: 1 }]],
  ['VersionTraffic', { HttpHeaderName: 'x-version' }],
  ['Standby', { Count: 2 }],
])('%s is refused with each other strategy', (name, value) => {
  for (const Strategy of ['ROLLING', 'BLUE_GREEN', 'LINEAR', 'CANARY', undefined]) {
    expect(() => specify({ DeploymentConfiguration: { Strategy }, [name]: value })).toThrow(
      `${name}: is of the strategy VERSIONED; the strategy is ${Strategy ?? 'CANARY'}`,
    );
  }
});

test.each<[string, Given]>([
  ['five versions, the one of the template among them', { Version: 'v5', ...traffic(FIVE) }],
  ['five versions beside one that is reached', { Version: 'v6', ...traffic(FIVE), ...header('x-version') }],
  ['eleven on standby that are reached', { Standby: { Count: 11 }, ...header('x-version') }],
  [
    'a listener of an Application Load Balancer',
    { LoadBalancerConfiguration: { ListenerArn: listenerArn('app') }, DomainName: 'a.example.org' },
  ],
])('%s: taken', (_what, properties) => {
  expect(specify(properties).versions).toMatchObject({ label: expect.any(String) });
});

describe('labels', () => {
  const known = [
    { id: 'other', number: 2, state: 'ready', label: 'v2' },
    { id: 'failed', number: 3, state: 'new', label: 'v3' },
  ] as const;
  /** What becomes of a template in a service that has versions. */
  const among = (properties: Given) => {
    const scope = { identity, spec: specify(properties), network: undefined } as unknown as ApplyScope;
    return inVersions(scope, known);
  };

  test.each<[string, Given, string, RegExp]>([
    [
      'one of something else',
      { Version: 'v2' },
      'Version',
      /v2 is the label of a version that runs something else/,
    ],
    [
      'one that there is not',
      { Version: 'v4', ...traffic({ v4: 1, v3: 1 }) },
      'Traffic/1/Version',
      /there is no version v3; there are v4, v2/,
    ],
  ])('%s is refused', async (_what, properties, propertyPath, message) => {
    await expect(among(properties)).rejects.toMatchObject({
      code: 'InvalidRequest',
      propertyPath,
      message: expect.stringMatching(message),
    });
  });

  test('that of a version that was never healthy is free', async () => {
    const { versions } = await among({ Version: 'v3' });
    expect(versions!.map(({ label, number }) => `${label} ${number}`)).toEqual(['v3 3', 'v2 2', 'v3 3']);
  });
});

const id = (properties: Given) => specify(properties).versions!.id;
const container = (more: object) => ({ PrimaryContainer: { ...IMAGE.PrimaryContainer, ...more } });
const subnets = (...Subnets: string[]) => ({ NetworkConfiguration: { Subnets } });
const checks = (HealthCheck: object) => ({ TargetGroupConfiguration: { HealthCheck } });

test.each<[string, Given]>([
  ['another image', container({ Image: 'example/web:2' })],
  ['a variable of the environment', container({ Environment: [{ Name: 'A', Value: '1' }] })],
  ['another command', container({ Command: ['serve'] })],
  ['another port', container({ ContainerPort: 8080 })],
  ['a sidecar', { SidecarContainers: [{ Name: 'proxy', Image: 'example/proxy:1' }] }],
  ['another size', { Cpu: '512', Memory: '1024' }],
  ['subnets', subnets('subnet-1', 'subnet-2')],
  ['a security group', { NetworkConfiguration: { SecurityGroups: ['sg-1'] } }],
  ['another path of the health check', { HealthCheckPath: '/health' }],
  ['other times of the health check', checks({ IntervalSeconds: 10 })],
  ['another execution role', { ExecutionRoleArn: role('other') }],
  ['a task role', { TaskRoleArn: role('task') }],
  ['capacity providers', { CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE_SPOT', Weight: 1 }] }],
  ['ECS Exec', { EnableExecuteCommand: true, TaskRoleArn: role('task') }],
  ['another platform version', { PlatformVersion: '1.4.0' }],
  ['a deployment that is asked for', { ForceNewDeployment: { Nonce: '1' } }],
])('%s makes another version', (_what, properties) => {
  expect(id(properties)).not.toBe(id({}));
});

test.each<[string, Given]>([
  ['a label', { Version: 'v7' }],
  ['weights', { Version: 'v7', ...traffic({ v7: 1 }) }],
  ['ways to reach it', header('x-version')],
  ['what stands by', { Standby: { Count: 3, TaskCount: 0 } }],
  ['tags', { Tags: [{ Key: 'team', Value: 'shop' }] }],
  ['scaling', { ScalingTarget: { MinTaskCount: 3, MaxTaskCount: 9, AutoScalingTargetValue: 50 } }],
  ['steps', deployment({ LinearConfiguration: {}, BakeTimeInMinutes: 30 })],
  ['alarms', deployment({ Alarms: { AlarmNames: ['errors'] } })],
  ['the time that logs are kept', { LogRetentionInDays: 7 }],
  ['the grace period', { HealthCheckGracePeriodSeconds: 10 }],
  ['a host', { DomainName: 'shop.example.com' }],
  ['the role that ECS has for load balancers', { InfrastructureRoleArn: role('other') }],
  ['other attributes of the target groups', { TargetGroupConfiguration: { DeregistrationDelaySeconds: 5 } }],
  ['the event bus', { EventBusName: 'deployments' }],
])('%s makes no other version', (_what, properties) => {
  expect(id(properties)).toBe(id({}));
});

const { Cpu, Memory, CpuArchitecture, HealthCheckPath, PlatformVersion, EnableExecuteCommand } =
  ResourceModel.DEFAULTS;
const ENVIRONMENT = [
  { Name: 'A', Value: '1' },
  { Name: 'B', Value: '2' },
];
const HEALTH_CHECK = { Command: ['CMD', 'true'] };

test.each<[string, Given, Given]>([
  ['size and architecture', { Cpu, Memory, CpuArchitecture }, {}],
  ['the path of the health check', { HealthCheckPath }, {}],
  ['times of the health check', checks({ ...TargetGroupHealthCheck.DEFAULTS }), {}],
  ['the codes of the health check', checks({ Matcher: '200' }), {}],
  ['the platform version', { PlatformVersion }, {}],
  ['ECS Exec', { EnableExecuteCommand }, {}],
  ['the container', container({ ...PrimaryContainer.DEFAULTS }), {}],
  ['logs', container({ AwsLogsConfiguration: { ...AwsLogsConfiguration.DEFAULTS } }), {}],
  [
    'times of the health check of the container',
    container({ HealthCheck: { ...HEALTH_CHECK, ...HealthCheck.DEFAULTS } }),
    container({ HealthCheck: HEALTH_CHECK }),
  ],
  ['an empty list', container({ Environment: [] }), {}],
  ['an empty group', { NetworkConfiguration: {}, TargetGroupConfiguration: {} }, {}],
  [
    'the environment in another order',
    container({ Environment: ENVIRONMENT.toReversed() }),
    container({ Environment: ENVIRONMENT }),
  ],
  ['subnets in another order', subnets('subnet-2', 'subnet-1'), subnets('subnet-1', 'subnet-2')],
  [
    'security groups in another order',
    { NetworkConfiguration: { SecurityGroups: ['sg-2', 'sg-1'] } },
    { NetworkConfiguration: { SecurityGroups: ['sg-1', 'sg-2'] } },
  ],
])('%s: a template that says the same in other words is the same version', (_what, one, other) => {
  expect(id(one)).toBe(id(other));
});

/** A request of the service's host. */
const request = (headers: Record<string, string>, query = ''): ClientRequest =>
  ({ host: 'web.example.com', path: '/', query, headers, method: 'GET' }) as unknown as ClientRequest;
const cookies = (cookie: string) => request({ cookie });
const REACH = { httpHeaderName: 'x-version', queryStringKey: 'version', cookieName: 'version' };

describe.each([
  ['anywhere', true],
  ['as a whole', false],
])('where a regular expression has to match the value %s', (_how, holds) => {
  const answers = new Answers({ 'elasticloadbalancing.regular-expressions-match-anywhere': holds });

  test.each<[string, ClientRequest, string[]]>([
    ['a header', request({ 'x-version': 'v1.2' }), ['header']],
    ['a header of another version', request({ 'x-version': 'v1.20' }), []],
    ['a parameter', request({}, 'a=b&version=v1.2'), ['query-string']],
    ['a cookie alone', cookies('version=v1.2'), ['cookie']],
    ['a cookie before others', cookies('version=v1.2; a=b'), ['cookie']],
    ['a cookie behind others', cookies('a=b; version=v1.2'), ['cookie']],
    ['a cookie between others', cookies('a=b; version=v1.2; c=d'), ['cookie']],
    ['a cookie of a longer name', cookies('a=b; my-version=v1.2'), []],
    ['a cookie with a longer label', cookies('version=v1.20; a=b'), []],
    ['a cookie with another character for the dot', cookies('version=v1-2'), []],
  ])('%s asks for the version', (_what, sent, expected) => {
    const ways = Object.entries(reachConditions(REACH, 'v1.2'));
    const met = ways.filter(([, condition]) => conditionsTest([condition], answers)(sent));
    expect(met.map(([way]) => way)).toEqual(expected);
  });
});

test('the longest cookie and label fit into what ELB takes of an expression', () => {
  const { cookie } = reachConditions({ cookieName: 'c'.repeat(40) }, `a${'.'.repeat(30)}b`);
  // API reference of HttpHeaderConditionConfig.
  expect(cookie!.HttpHeaderConfig!.RegexValues![0]!.length).toBeLessThanOrEqual(128);
});

test('READ tells from the rules how a version is reached', () => {
  expect(reachIn(Object.values(reachConditions(REACH, 'v1.2')), 'v1.2')).toEqual(REACH);
});
