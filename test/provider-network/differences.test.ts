/** The parts of the network half that decide without a call to AWS. */
import { certificateFlaw } from '../../src/express-service/resources/certificate-manager/certificate';
import { rulePlaces } from '../../src/express-service/resources/elastic-load-balancing/rule-places';
import { rulesTo } from '../../src/express-service/resources/ec2/security-group-rules';
import { hostsOf, hostTagKey } from '../../src/express-service/memory/hosts';
import { keyOf, loadBalancerName, loadBalancerNumber } from '../../src/express-service/exposures';
import { choosePlace, sharingKey } from '../../src/express-service/sharing/shared-load-balancer';
import type { Scope } from '../../src/express-service/composition/component';
import { identityOf } from '../../src/express-service/identity/identity';
import type { Exposure } from '../../src/express-service/exposures';
import { tagChanges } from '../../src/express-service/identity/tags';

describe('services share a load balancer', () => {
  const subnets = [
    { id: 'subnet-1', availabilityZone: 'a', public: true },
    { id: 'subnet-2', availabilityZone: 'b', public: true },
  ];
  const network = {
    vpcId: 'vpc-1',
    loadBalancer: { scheme: 'internet-facing', subnets, followsDefaultVpc: false },
  } as const;
  const on = (loadBalancer: object) => ({
    ...network,
    loadBalancer: { ...network.loadBalancer, ...loadBalancer },
  });
  const key = sharingKey(network, {});

  test('when their subnets are the same, in whatever order', () => {
    expect(sharingKey(on({ subnets: [...subnets].reverse() }), {})).toBe(key);
  });

  test('when nothing is said of their settings, in so many words or not', () => {
    expect(sharingKey(network, { webAclArn: undefined })).toBe(key);
  });

  test('in the default VPC, whatever subnets are added to it', () => {
    const followsDefaultVpc = true;
    expect(sharingKey(on({ followsDefaultVpc, subnets: subnets.slice(1) }), {})).toBe(
      sharingKey(on({ followsDefaultVpc }), {}),
    );
  });

  test.each([
    ['VPC', { ...network, vpcId: 'vpc-2' }, {}],
    ['scheme', on({ scheme: 'internal' }), {}],
    ['subnets', on({ subnets: subnets.slice(1) }), {}],
    ['setting', network, { webAclArn: 'arn:aws:wafv2:us-east-1:123456789012:regional/webacl/a/1' }],
  ])('not with another %s', (_title, other, settings) => {
    expect(sharingKey(other, settings)).not.toBe(key);
  });
});

describe('the place of a service', () => {
  const KEY = '0123456789';
  const services = (count: number) => Array.from({ length: count }, (_, index) => `sg-service-${index}`);
  const group = (number: number, count: number, differing: object = {}) => ({
    id: `sg-${number}`,
    name: loadBalancerName(KEY, number),
    vpcId: 'vpc-1',
    sharingKey: KEY,
    serviceGroupIds: services(count),
    ...differing,
  });
  const loadBalancer = (number: number, differing: object = {}) => ({
    name: loadBalancerName(KEY, number),
    securityGroupIds: [`sg-${number}`],
    failed: false,
    ...differing,
  });

  test.each([
    ['the first load balancer when there is none', [], [], 0, 1],
    ['one with room', [group(1, 24)], [loadBalancer(1)], 0, 1],
    ['the next one when it is full', [group(1, 25)], [loadBalancer(1)], 0, 2],
    [
      'the first with room of several',
      [group(1, 25), group(2, 3), group(3, 1)],
      [1, 2, 3].map((n) => loadBalancer(n)),
      0,
      2,
    ],
    ['one of which only the security group is there', [group(1, 0)], [], 0, 1],
    [
      'a later one than that which turned out to be full',
      [group(1, 5), group(2, 5)],
      [loadBalancer(1), loadBalancer(2)],
      1,
      2,
    ],
    ['none whose security group is somebody else’s', [group(1, 0, { sharingKey: undefined })], [], 0, 2],
    ['none that lacks its security group', [], [loadBalancer(1)], 0, 2],
    [
      'none with another security group',
      [group(1, 0)],
      [loadBalancer(1, { securityGroupIds: ['sg-9'] })],
      0,
      2,
    ],
    ['none that failed', [group(1, 0)], [loadBalancer(1, { failed: true })], 0, 2],
    ['one beside a group of the same name in another VPC', [group(1, 25, { vpcId: 'vpc-2' })], [], 0, 1],
  ])('is %s', (_title, groups, loadBalancers, after, expected) => {
    const name = choosePlace({ key: KEY, vpcId: 'vpc-1', groups, loadBalancers }, after);
    expect(name).toBe(loadBalancerName(KEY, expected));
    expect(loadBalancerNumber(name)).toBe(expected);
    expect(keyOf(name)).toBe(KEY);
  });

  test('has a name that ELB takes', () => {
    expect(loadBalancerName(KEY, 9999)).toMatch(/^(?!internal-)[a-z0-9-]{1,32}$/);
  });
});

describe('the priority of a rule', () => {
  const identity = identityOf(
    { partition: 'aws', region: 'us-east-1', accountId: '123456789012' },
    'default',
    'one',
  );
  const free = (exposure: Exposure, taken: readonly string[], pathPatterns: readonly string[] = []) =>
    rulePlaces(exposure).free({ identity, spec: { pathPatterns } } as unknown as Scope, [
      { Priority: 'default' },
      ...taken.map((Priority) => ({ Priority })),
    ]);
  const protocolVersion = 'HTTP1';
  const shared: Exposure = { kind: 'shared', loadBalancerName: 'ecs-express-1', protocolVersion };
  const listenerArn = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/own/1/2';
  const own: Exposure = { kind: 'external', listenerArn, protocolVersion };

  test.each([
    ['all 25 without rules', [], 25],
    ['24 beside one service', ['1000'], 24],
    ['all but those of rules that were added by hand', ['2000', '2500'], 24],
    ['none when all are taken', Array.from({ length: 25 }, (_, index) => String((index + 1) * 1000)), 0],
  ])('is one of 25 on a shared load balancer: %s', (_title, priorities, count) => {
    const places = free(shared, priorities);
    expect(places).toHaveLength(count);
    for (const place of places) expect(place % 1000).toBe(0);
    expect(places.map(String).filter((place) => priorities.includes(place))).toEqual([]);
  });

  test.each([
    ['behind all others without paths', [], 26_000, 49_999],
    ['late for short paths', ['/*'], 926, 950],
    ['earlier for longer ones', ['/api/*'], 826, 850],
    ['early for very long ones', [`/${'a'.repeat(60)}`], 1, 25],
    ['late when one of several is short', ['/api/v1/orders/*', '/a'], 901, 925],
  ])('is on a listener of the author’s %s', (_title, patterns, first, last) => {
    const [priority] = free(own, [], patterns);
    expect(priority).toBeGreaterThanOrEqual(first);
    expect(priority).toBeLessThanOrEqual(last);
  });

  test('is a later one when those of a length are taken, and an earlier one only then', () => {
    const range = (first: number, last: number) =>
      Array.from({ length: last - first + 1 }, (_, index) => String(first + index));
    expect(free(own, range(826, 850), ['/api/*'])[0]).toBe(851);
    expect(free(own, range(826, 975), ['/api/*'])[0]).toBe(825);
    expect(free(own, range(1, 975), ['/api/*'])).toEqual([]);
  });

  test('is on a listener of the author’s never that of a place on a shared load balancer', () => {
    const places = new Set(free(shared, []));
    for (const patterns of [[], ['/api/*']]) {
      expect(free(own, [], patterns).filter((priority) => places.has(priority))).toEqual([]);
    }
  });
});

test.each([
  ['a port', { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, UserIdGroupPairs: [{ GroupId: 'sg-1' }] }, [80]],
  [
    'not a range',
    { IpProtocol: 'tcp', FromPort: 80, ToPort: 90, UserIdGroupPairs: [{ GroupId: 'sg-1' }] },
    [],
  ],
  [
    'not another protocol',
    { IpProtocol: 'udp', FromPort: 53, ToPort: 53, UserIdGroupPairs: [{ GroupId: 'sg-1' }] },
    [],
  ],
  [
    'not another group',
    { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, UserIdGroupPairs: [{ GroupId: 'sg-2' }] },
    [],
  ],
])('ports that a security group rule opens to a group: %s', (_title, permission, expected) => {
  expect(rulesTo([permission], 'sg-1').map(({ port }) => port)).toEqual(expected);
});

describe('a certificate', () => {
  const issued = (DomainName: string, ...SubjectAlternativeNames: string[]) => ({
    Status: 'ISSUED' as const,
    DomainName,
    SubjectAlternativeNames,
  });

  test.each([
    ['covers its own name', issued('a.example.com'), 'a.example.com', undefined],
    ['covers a further name', issued('example.com', 'a.example.com'), 'a.example.com', undefined],
    ['covers one label with an asterisk', issued('*.example.com'), 'a.example.com', undefined],
    [
      'covers no two labels with an asterisk',
      issued('*.example.com'),
      'a.b.example.com',
      'does not cover a.b.example.com',
    ],
    [
      'covers not the domain itself with an asterisk',
      issued('*.example.com'),
      'example.com',
      'does not cover example.com',
    ],
    [
      'must be issued',
      { ...issued('a.example.com'), Status: 'EXPIRED' as const },
      'a.example.com',
      'is EXPIRED, not ISSUED',
    ],
    ['must exist', undefined, 'a.example.com', 'does not exist'],
  ])('%s', (_title, certificate, hostName, flaw) => {
    expect(certificateFlaw(certificate, hostName)).toBe(flaw);
  });
});

test('hosts are kept in tags, however long they are', () => {
  const hosts = [
    { hostName: `${'a.'.repeat(120)}example.com`, hostedZoneId: 'Z1' },
    { hostName: 'b.example.com', hostedZoneId: 'Z1' },
    { hostName: 'b.example.com', hostedZoneId: 'Z2' },
  ];
  const tags = Object.fromEntries(hosts.map((host) => [hostTagKey(host), host.hostName]));
  expect(hostsOf({ ...tags, team: 'a' })).toEqual(expect.arrayContaining(hosts));
  expect(hostsOf(tags)).toHaveLength(hosts.length);
  for (const key of Object.keys(tags)) expect(key.length).toBeLessThanOrEqual(128);
});

test.each([
  ['nothing when all is so already', { a: '1', foreign: 'x' }, { a: '1' }, [], { set: {}, remove: [] }],
  ['what is missing or differs', { a: '1' }, { a: '2', b: '3' }, [], { set: { a: '2', b: '3' }, remove: [] }],
  ['what the author has taken away', { a: '1', b: '2' }, { a: '1' }, ['b', 'c'], { set: {}, remove: ['b'] }],
  ['not what is wanted again', { a: '1' }, { a: '1' }, ['a'], { set: {}, remove: [] }],
])('tags change: %s', (_title, current, desired, removed, expected) => {
  expect(tagChanges(current as Record<string, string>, desired as Record<string, string>, removed)).toEqual(
    expected,
  );
});
