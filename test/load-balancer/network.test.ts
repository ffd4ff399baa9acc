/** Network Load Balancers: whole connections go to targets. */
import { Agent } from 'node:http';
import type { IpPermission } from '@aws-sdk/client-ec2';
import { type Action, ModifyListenerCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { requestHttp2 } from '../support/http2-request';
import { Fixture } from './fixture';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await Fixture.start();
});
afterAll(() => fixture.close());

type Protocol = 'TCP' | 'TLS' | 'UDP' | 'TCP_UDP';

let addresses = 0;
const address = () => `10.0.9.${++addresses}`;

function weighted(...weights: [string, number][]): Action {
  return {
    Type: 'forward',
    ForwardConfig: {
      TargetGroups: weights.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })),
    },
  };
}

/** A listener that forwards to two target groups of one target each. */
async function pair(
  blueWeight: number,
  greenWeight: number,
  protocol: Protocol = 'TCP',
  ...groups: string[]
) {
  const [blue, green] = [address(), address()];
  const of = protocol === 'TLS' ? 'TCP' : protocol;
  const [one, other] = [
    await fixture.targetGroup([blue], {}, undefined, of),
    await fixture.targetGroup([green], {}, undefined, of),
  ];
  const { arn, dnsName } = await fixture.networkLoadBalancer(...groups);
  const action = (first: number, second: number) => weighted([one, first], [other, second]);
  const ListenerArn = await fixture.listener(arn, protocol, 7000, action(blueWeight, greenWeight));
  const shift = (first: number, second: number) =>
    fixture.elb.send(new ModifyListenerCommand({ ListenerArn, DefaultActions: [action(first, second)] }));
  return { dnsName, blue, green, ListenerArn, shift };
}

/** What a connection gets: the body of the answer, or the error by which it ends. */
const connect = (dnsName: string, headers: Record<string, string> = {}, agent?: Agent) =>
  fixture.request(dnsName, { headers: { 'x-forwarded-port': '7000', ...headers }, agent }).then(
    ({ body }) => body,
    ({ code }) => code as string,
  );

test('new connections go to the target groups by weight', async () => {
  const { dnsName, blue, green } = await pair(90, 10);
  const seen: Record<string, number> = {};
  for (let index = 0; index < 20; index++) {
    const body = await connect(dnsName, { connection: 'close' });
    seen[body] = (seen[body] ?? 0) + 1;
  }
  expect(seen).toEqual({ [blue]: 18, [green]: 2 });
});

describe('a connection that is open', () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  afterAll(() => agent.destroy());

  test('stays with its target when the weights change, until the target goes', async () => {
    const { dnsName, blue, green, shift } = await pair(1, 0);
    expect(await connect(dnsName, {}, agent)).toBe(blue);
    await shift(0, 1);
    fixture.network.states.set(`${blue}:8080`, 'draining');
    expect(await connect(dnsName, {}, agent)).toBe(blue);
    expect(await connect(dnsName, { connection: 'close' }, new Agent())).toBe(green);
    fixture.network.containers.delete(`${blue}:8080`);
    expect(await connect(dnsName, {}, agent)).toBe('ECONNRESET');
    expect(await connect(dnsName, {}, agent)).toBe(green);
  });

  test('carries HTTP/2 as well as anything else', async () => {
    const { dnsName, blue } = await pair(1, 0);
    const { body } = await requestHttp2(fixture.plane.url, dnsName);
    expect(body.toString()).toBe(blue);
  });
});

test('only healthy targets get connections; where none is, all that are not leaving do', async () => {
  const [well, ill] = [address(), address()];
  const TargetGroupArn = await fixture.targetGroup([well, ill], {}, undefined, 'TCP');
  const { arn, dnsName } = await fixture.networkLoadBalancer();
  await fixture.listener(arn, 'TCP', 7000, { Type: 'forward', TargetGroupArn });
  const state = (ip: string, to: 'healthy' | 'unhealthy') => fixture.network.states.set(`${ip}:8080`, to);
  const twice = async () => [
    await connect(dnsName, { connection: 'close' }),
    await connect(dnsName, { connection: 'close' }),
  ];
  state(ill, 'unhealthy');
  expect(await twice()).toEqual([well, well]);
  state(well, 'unhealthy');
  expect((await twice()).sort()).toEqual([well, ill].sort());
});

test('a target group without targets refuses its share', async () => {
  const ip = address();
  const { arn, dnsName } = await fixture.networkLoadBalancer();
  const groups = [
    await fixture.targetGroup([ip], {}, undefined, 'TCP'),
    await fixture.targetGroup([], {}, undefined, 'TCP'),
  ];
  await fixture.listener(arn, 'TCP', 7000, weighted([groups[0]!, 1], [groups[1]!, 1]));
  const seen = [
    await connect(dnsName, { connection: 'close' }),
    await connect(dnsName, { connection: 'close' }),
  ];
  expect(seen.sort()).toEqual([ip, 'ECONNRESET']);
});

test('sticky clients keep their target by their address', async () => {
  const TargetGroupArn = await fixture.targetGroup(
    [address(), address(), address()],
    { 'stickiness.enabled': 'true', 'stickiness.type': 'source_ip' },
    undefined,
    'TCP',
  );
  const { arn, dnsName } = await fixture.networkLoadBalancer();
  await fixture.listener(arn, 'TCP', 7000, { Type: 'forward', TargetGroupArn });
  const from = (ip: string) => connect(dnsName, { connection: 'close', 'x-local-source-ip': ip });
  const first = await from('203.0.113.1');
  expect([await from('203.0.113.1'), await from('203.0.113.1')]).toEqual([first, first]);
  expect(await from('203.0.113.2')).not.toBe(first);
});

describe('security groups', () => {
  const open = (IpProtocol: string): IpPermission => ({
    IpProtocol,
    FromPort: 7000,
    ToPort: 7000,
    IpRanges: [{ CidrIp: '203.0.113.0/24' }],
  });
  const inside = { 'x-local-source-ip': '203.0.113.9' };
  const datagram = { ...inside, 'x-forwarded-proto': 'udp' };

  test.each<[Protocol, string, Record<string, string>, isAdmitted: boolean]>([
    ['TCP', 'tcp', inside, true],
    ['TCP', 'tcp', { 'x-local-source-ip': '198.51.100.1' }, false],
    ['TCP', 'udp', inside, false],
    ['UDP', 'udp', datagram, true],
    ['UDP', 'tcp', datagram, false],
    ['TCP_UDP', 'tcp', inside, true],
    ['TCP_UDP', 'tcp', datagram, false],
    ['TCP_UDP', 'udp', datagram, true],
  ])('of a listener of %s that let %s in, with %j: %s', async (protocol, opened, headers, isAdmitted) => {
    const group = await fixture.securityGroup([open(opened)]);
    const { dnsName, blue } = await pair(1, 0, protocol, group);
    expect(await connect(dnsName, { ...headers, connection: 'close' })).toBe(
      isAdmitted ? blue : 'ECONNRESET',
    );
  });

  test('those of the target count, too', async () => {
    const { dnsName, blue } = await pair(1, 0, 'TCP', await fixture.securityGroup([open('tcp')]));
    fixture.network.securityGroups.set(blue, [await fixture.securityGroup([open('tcp')])]);
    fixture.plane.invalidate();
    expect(await connect(dnsName, { ...inside, connection: 'close' })).toBe('ECONNRESET');
  });
});

test('a host is found by the certificates of listeners of TLS', async () => {
  const { blue, ListenerArn } = await pair(1, 0, 'TLS');
  await pair(1, 0);
  await fixture.certificate(ListenerArn, 'stream.example.net');
  expect(await connect('stream.example.net')).toBe(blue);
  expect(await connect('other.example.net')).toMatch(/No load balancer serves the host/);
});

test('a client that connects with TLS gets a certificate for its host', async () => {
  const { dnsName, blue, ListenerArn } = await pair(1, 0, 'TLS');
  await fixture.certificate(ListenerArn, 'a.example.com');
  const to = async (host: string) =>
    (
      await fixture.request(host, {
        headers: { 'x-local-load-balancer': dnsName, 'x-forwarded-port': '7000', connection: 'close' },
      })
    ).body;
  expect(await to('a.example.com')).toBe(blue);
  expect(await to('b.example.com')).toMatch(/No certificate of TLS:7000/);
});
