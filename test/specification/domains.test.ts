/** What a template says of host names, paths and target groups, and which requests the listener rule then matches. */
import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { domainTagKeys, domainTags, domainsOfTags, hostsOf } from '../../src/express-service/memory/hosts';
import { identityOf } from '../../src/express-service/identity/identity';
import type { ResourceModel, TypeConfigurationModel } from '../../src/express-service/model';
import {
  finalConditions,
  hostNamesIn,
  matchTheSame,
  pathsIn,
  UNUSED_HOST,
  widenedConditions,
} from '../../src/express-service/properties/rule-conditions';
import { specificationOf, type ServiceSpec } from '../../src/express-service/specification';

const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const certificate = (id: string) => `arn:aws:acm:eu-west-1:123456789012:certificate/${id}`;

function specify(properties: object, configuration: object = {}): ServiceSpec {
  const location = { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' };
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
      HostedZoneId: 'Z0BASE',
      ...configuration,
    } as TypeConfigurationModel,
    identity: identityOf(location, 'default', 'web'),
    tags: {},
  });
}

const additional = (...domains: object[]) => ({ AdditionalDomains: domains });
const healthCheck = (HealthCheck: object, ProtocolVersion?: string) => ({
  TargetGroupConfiguration: { HealthCheck, ProtocolVersion },
});
const listener =
  'arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/own/0123456789abcdef/0123456789abcdef';

test.each<[string, object, string]>([
  [
    'a domain without a hosted zone',
    additional({ DomainName: 'a.example.org' }),
    'AdditionalDomains/0/HostedZoneId',
  ],
  [
    'the host of the endpoint again',
    additional({ DomainName: 'web.example.com' }),
    'AdditionalDomains/0/DomainName',
  ],
  [
    'a domain twice',
    additional({ DomainName: 'a.example.com' }, { DomainName: 'a.example.com' }),
    'AdditionalDomains/1/DomainName',
  ],
  [
    'a host name that is too long for a load balancer',
    additional({ DomainName: `${'a.'.repeat(60)}example.com` }),
    'AdditionalDomains/0/DomainName',
  ],
  [
    'more paths than there is room for beside the hosts',
    { ...additional({ DomainName: 'a.example.com' }), PathPatterns: ['/1', '/2', '/3', '/4'] },
    'PathPatterns',
  ],
  ['seven wildcards', { PathPatterns: ['/*/*/*/*', '/???'] }, 'PathPatterns'],
  [
    'a status that load balancers do not accept',
    healthCheck({ Matcher: '200-599' }),
    'TargetGroupConfiguration/HealthCheck/Matcher',
  ],
  [
    'a range that ends before it begins',
    healthCheck({ Matcher: '300-200' }),
    'TargetGroupConfiguration/HealthCheck/Matcher',
  ],
  [
    'an HTTP status for gRPC',
    healthCheck({ Matcher: '200' }, 'GRPC'),
    'TargetGroupConfiguration/HealthCheck/Matcher',
  ],
  ['a gRPC code for HTTP', healthCheck({ Matcher: '12' }), 'TargetGroupConfiguration/HealthCheck/Matcher'],
  [
    'a timeout that is as long as the interval',
    healthCheck({ IntervalSeconds: 10, TimeoutSeconds: 10 }),
    'TargetGroupConfiguration/HealthCheck/TimeoutSeconds',
  ],
  [
    'a timeout that is as long as the default interval',
    healthCheck({ TimeoutSeconds: 30 }),
    'TargetGroupConfiguration/HealthCheck/TimeoutSeconds',
  ],
])('%s is refused', (_title, properties, path) => {
  expect(() => specify(properties)).toThrow(
    expect.objectContaining({ code: 'InvalidRequest', propertyPath: path }),
  );
});

test.each<[string, object, object]>([
  ['nobody gives one', {}, { hostedZoneId: undefined, certificateArn: undefined }],
  ['the author gives the zone', { HostedZoneId: 'Z0OWN' }, { hostedZoneId: 'Z0OWN' }],
  [
    'the author gives a certificate',
    { CertificateArn: certificate('a') },
    { certificateArn: certificate('a') },
  ],
])(
  'on a listener of the author’s, records and certificate of a host are the author’s, too: %s',
  (_title, given, expected) => {
    const LoadBalancerConfiguration = { ListenerArn: listener };
    const spec = specify(
      { DomainName: 'shared.example.com', LoadBalancerConfiguration, ...given },
      { CertificateArn: certificate('wildcard') },
    );
    expect(spec.domain).toMatchObject(expected);
  },
);

test('the default host has its records in the zone of the base domain, whoever looks after the listener', () => {
  const { domain } = specify({ LoadBalancerConfiguration: { ListenerArn: listener } });
  expect(domain).toMatchObject({ hostName: 'web.example.com', hostedZoneId: 'Z0BASE' });
});

test('domains are recorded in tags, in their order, with what the template says of them', () => {
  const spec = specify(
    {
      DomainName: 'z.example.com',
      ...additional(
        { DomainName: 'a.example.org', HostedZoneId: 'Z0OTHER', CertificateArn: certificate('a') },
        { DomainName: 'b.example.com' },
      ),
    },
    { CertificateArn: certificate('wildcard') },
  );
  const tags = domainTags(spec);
  expect(domainsOfTags(tags)).toEqual([spec.domain, ...spec.additionalDomains]);
  expect(Object.keys(tags).every((key) => key.length <= 128)).toBe(true);

  // What is left of a former domain is its host.
  const later = domainTags(specify({}));
  const left = Object.fromEntries(Object.entries(tags).filter(([key]) => !domainTagKeys(tags).includes(key)));
  expect(domainsOfTags({ ...left, ...later }).map(({ hostName }) => hostName)).toEqual(['web.example.com']);
  expect(hostsOf({ ...left, ...later })).toHaveLength(4);
});

describe('the conditions of the rule', () => {
  const hosts = (...Values: string[]): RuleCondition => ({
    Field: 'host-header',
    // As ELB describes them.
    Values,
    HostHeaderConfig: { Values },
  });
  const paths = (...Values: string[]): RuleCondition => ({
    Field: 'path-pattern',
    Values,
    PathPatternConfig: { Values },
  });
  const get: RuleCondition = { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['GET'] } };
  const WEB = 'web.example.com';
  const former = (...names: string[]) => [WEB, ...names];

  interface Case {
    readonly live: RuleCondition[];
    readonly before?: object;
    readonly now?: object;
    readonly known?: readonly string[];
    /** Hosts and paths meanwhile, and in the end. */
    readonly widened: readonly [string[], string[]];
    readonly final: readonly [string[], string[]];
  }

  test.each<[string, Case]>([
    [
      'a host in place of another',
      {
        live: [hosts('old.example.com')],
        known: former('old.example.com'),
        widened: [[WEB, 'old.example.com'], []],
        final: [[WEB], []],
      },
    ],
    [
      'a host beside one that was added by hand',
      {
        live: [hosts('hand.example.org')],
        widened: [[WEB, 'hand.example.org'], []],
        final: [[WEB, 'hand.example.org'], []],
      },
    ],
    [
      'former hosts for which there is no room',
      {
        live: [hosts('1.a', '2.a', '3.a'), paths('/a')],
        known: former('1.a', '2.a', '3.a'),
        before: { PathPatterns: ['/a'] },
        now: { PathPatterns: ['/a'], ...additional({ DomainName: 'b.example.com' }) },
        widened: [[WEB, 'b.example.com', '1.a'], ['/a']],
        final: [[WEB, 'b.example.com'], ['/a']],
      },
    ],
    [
      'a rule that begins to serve',
      {
        live: [hosts(UNUSED_HOST)],
        before: { PathPatterns: ['/a'] },
        widened: [[WEB], ['/a']],
        final: [[WEB], ['/a']],
      },
    ],
    [
      'paths in place of others',
      {
        live: [hosts(WEB), paths('/a')],
        before: { PathPatterns: ['/a'] },
        now: { PathPatterns: ['/b'] },
        widened: [[WEB], ['/b', '/a']],
        final: [[WEB], ['/b']],
      },
    ],
    [
      'some paths instead of all',
      {
        live: [hosts(WEB)],
        before: {},
        now: { PathPatterns: ['/b'] },
        widened: [[WEB], []],
        final: [[WEB], ['/b']],
      },
    ],
    [
      'all paths instead of some',
      {
        live: [hosts(WEB), paths('/a', '/hand')],
        before: { PathPatterns: ['/a'] },
        now: {},
        widened: [[WEB], []],
        final: [[WEB], []],
      },
    ],
    [
      'paths beside one that was added by hand',
      {
        live: [hosts(WEB), paths('/a', '/hand')],
        before: { PathPatterns: ['/a'] },
        now: { PathPatterns: ['/b'] },
        widened: [[WEB], ['/b', '/hand', '/a']],
        final: [[WEB], ['/b', '/hand']],
      },
    ],
    [
      'paths that were restricted by hand',
      {
        live: [hosts(WEB), paths('/hand')],
        before: {},
        now: {},
        widened: [[WEB], ['/hand']],
        final: [[WEB], ['/hand']],
      },
    ],
  ])('%s', (_title, { live, before, now = before ?? {}, known = former(), widened, final }) => {
    const states = {
      spec: specify(now),
      previousSpec: before && specify(before),
      knownHostNames: known,
      live: [...live, get],
    };
    for (const [conditions, [hostNames, patterns]] of [
      [widenedConditions(states), widened],
      [finalConditions(states), final],
    ] as const) {
      expect([...hostNamesIn(conditions)].sort()).toEqual([...hostNames].sort());
      expect([...pathsIn(conditions)].sort()).toEqual([...patterns].sort());
      expect(conditions).toContainEqual(get);
      // ELB takes values once.
      expect(conditions.every(({ Values }) => Values === undefined)).toBe(true);
    }
  });

  test('conditions by regular expressions are somebody’s own', () => {
    const regular: RuleCondition = {
      Field: 'path-pattern',
      PathPatternConfig: { RegexValues: ['^/[0-9]+$'] },
    };
    const states = { spec: specify({}), knownHostNames: [WEB], live: [hosts(WEB), regular] };
    expect(finalConditions(states)).toEqual([
      { Field: 'host-header', HostHeaderConfig: { Values: [WEB] } },
      regular,
    ]);
  });

  test('the order of values does not matter', () => {
    expect(matchTheSame([hosts('a', 'b'), get], [get, hosts('b', 'a')])).toBe(true);
    expect(matchTheSame([hosts('a', 'b')], [hosts('a', 'c')])).toBe(false);
  });
});
