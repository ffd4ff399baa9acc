import {
  CreateManagedPrefixListCommand,
  ModifyManagedPrefixListCommand,
  RevokeSecurityGroupIngressCommand,
  type IpPermission,
} from '@aws-sdk/client-ec2';
import { requestHttp2 } from '../support/http2-request';
import { Fixture, NOT_FOUND } from './fixture';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await Fixture.start();
});
afterAll(() => fixture.close());

const tcp = (FromPort: number, ToPort: number, ...cidrs: string[]): IpPermission => ({
  IpProtocol: 'tcp',
  FromPort,
  ToPort,
  IpRanges: cidrs.map((CidrIp) => ({ CidrIp })),
});

/** Status of a request, or the error of the connection. */
function connect(host: string, sourceIp: string, protocol: string): Promise<number | string> {
  const headers = { 'x-local-source-ip': sourceIp, 'x-forwarded-proto': protocol };
  return fixture.request(host, { headers }).then(
    ({ status }) => status,
    ({ code }) => code,
  );
}

const ANYWHERE = '0.0.0.0/0';

test.each<[string, IpPermission[], sourceIp: string, protocol: string, admitted: boolean]>([
  ['a port that is open to all', [tcp(443, 443, ANYWHERE)], '203.0.113.9', 'https', true],
  ['a port that no rule opens', [tcp(443, 443, ANYWHERE)], '203.0.113.9', 'http', false],
  ['a range of ports', [tcp(80, 443, ANYWHERE)], '203.0.113.9', 'http', true],
  ['an address in a range', [tcp(443, 443, '198.51.100.0/24')], '198.51.100.7', 'https', true],
  ['an address outside of it', [tcp(443, 443, '198.51.100.0/24')], '203.0.113.9', 'https', false],
  [
    'an address in one of several ranges',
    [tcp(443, 443, '192.0.2.0/24', '198.51.100.0/24')],
    '198.51.100.7',
    'https',
    true,
  ],
  [
    'all protocols',
    [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '203.0.113.9/32' }] }],
    '203.0.113.9',
    'http',
    true,
  ],
  [
    'an IPv6 address',
    [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, Ipv6Ranges: [{ CidrIpv6: '2001:db8::/32' }] }],
    '2001:db8::1',
    'https',
    true,
  ],
])('%s', async (_name, permissions, sourceIp, protocol, admitted) => {
  const { arn, dnsName } = await fixture.loadBalancer(await fixture.securityGroup(permissions));
  await fixture.listener(arn, 'HTTP', 80, NOT_FOUND);
  expect(await connect(dnsName, sourceIp, protocol)).toBe(admitted ? 404 : 'ECONNRESET');
});

test('several security groups let in what any of them does', async () => {
  const groups = [
    await fixture.securityGroup([tcp(443, 443, '192.0.2.0/24')]),
    await fixture.securityGroup([tcp(443, 443, '198.51.100.0/24')]),
  ];
  const { dnsName } = await fixture.loadBalancer(...groups);
  expect(await connect(dnsName, '192.0.2.1', 'https')).toBe(404);
  expect(await connect(dnsName, '198.51.100.1', 'https')).toBe(404);
  expect(await connect(dnsName, '203.0.113.1', 'https')).toBe('ECONNRESET');
});

test('a prefix list lets in who is in it, also when that changes', async () => {
  const { PrefixList } = await fixture.ec2.send(
    new CreateManagedPrefixListCommand({
      PrefixListName: 'offices',
      AddressFamily: 'IPv4',
      MaxEntries: 5,
      Entries: [{ Cidr: '192.0.2.0/24' }],
    }),
  );
  const PrefixListId = PrefixList!.PrefixListId!;
  const { dnsName } = await fixture.loadBalancer(
    await fixture.securityGroup([
      { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, PrefixListIds: [{ PrefixListId }] },
    ]),
  );
  expect(await connect(dnsName, '192.0.2.1', 'https')).toBe(404);
  expect(await connect(dnsName, '198.51.100.1', 'https')).toBe('ECONNRESET');
  await fixture.ec2.send(
    new ModifyManagedPrefixListCommand({
      PrefixListId,
      CurrentVersion: 1,
      PrefixListName: 'offices',
      AddEntries: [{ Cidr: '198.51.100.0/24' }],
      RemoveEntries: [{ Cidr: '192.0.2.0/24' }],
    }),
  );
  fixture.plane.invalidate();
  expect(await connect(dnsName, '192.0.2.1', 'https')).toBe('ECONNRESET');
  expect(await connect(dnsName, '198.51.100.1', 'https')).toBe(404);
});

test('a rule that is revoked lets nobody in any more, by HTTP/2 neither', async () => {
  const permission = tcp(443, 443, '127.0.0.0/8');
  const GroupId = await fixture.securityGroup([permission]);
  const { dnsName } = await fixture.loadBalancer(GroupId);
  expect(await requestHttp2(fixture.plane.url, dnsName)).toMatchObject({ status: 404 });
  await fixture.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: [permission] }));
  fixture.plane.invalidate();
  await expect(requestHttp2(fixture.plane.url, dnsName)).rejects.toThrow();
  expect(await connect(dnsName, '127.0.0.1', 'https')).toBe('ECONNRESET');
});
