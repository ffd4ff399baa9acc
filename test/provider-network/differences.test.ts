/** The parts of the network half that decide without a call to AWS. */
import { flawOf } from '../../src/components/certificate';
import { freePriorities } from '../../src/components/listener-rule';
import { portsTo } from '../../src/components/security-group-rules';
import { hostsOf, hostTagKey } from '../../src/hosts';
import type { Network } from '../../src/network';
import { choosePlace, keyOf, loadBalancerName, loadBalancerNumber, sharingKey } from '../../src/placement';
import { tagChanges } from '../../src/tags';

describe('services share a load balancer', () => {
  const network: Network = {
    vpcId: 'vpc-1',
    access: 'PUBLIC',
    subnets: [
      { id: 'subnet-1', availabilityZone: 'a', public: true },
      { id: 'subnet-2', availabilityZone: 'b', public: true },
    ],
  };
  const key = sharingKey(network, undefined);

  test('when their subnets are the same, in whatever order', () => {
    expect(sharingKey({ ...network, subnets: [...network.subnets].reverse() }, undefined)).toBe(key);
  });

  test.each([
    ['VPC', { ...network, vpcId: 'vpc-2' }, undefined],
    ['scheme', { ...network, access: 'PRIVATE' }, undefined],
    ['subnets', { ...network, subnets: network.subnets.slice(1) }, undefined],
    ['web ACL', network, 'arn:aws:wafv2:us-east-1:123456789012:regional/webacl/a/1'],
  ] as const)('not with another %s', (_title, other, webAclArn) => {
    expect(sharingKey(other, webAclArn)).not.toBe(key);
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

test.each([
  ['all 25 without rules', [], 25, 1000],
  ['24 beside one service', ['1000'], 24, 2000],
  ['all but those of rules that were added by hand', ['2000', '2500'], 24, 1000],
  [
    'none when all are taken',
    Array.from({ length: 25 }, (_, index) => String((index + 1) * 1000)),
    0,
    undefined,
  ],
])('free priorities: %s', (_title, priorities, count, first) => {
  const free = freePriorities([{ Priority: 'default' }, ...priorities.map((Priority) => ({ Priority }))]);
  expect(free).toHaveLength(count);
  expect(free[0]).toBe(first);
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
  expect(portsTo([permission], 'sg-1')).toEqual(expected);
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
    expect(flawOf(certificate, hostName)).toBe(flaw);
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
