import { callGrpc, requestHttp2 } from '../support/http2-request';
import type { HttpRequest, ProtocolVersion } from '../../local/service';
import { Fixture, hostIs, type LoadBalancerFixture } from './fixture';

let fixture: Fixture;
let loadBalancer: LoadBalancerFixture;
beforeAll(async () => {
  fixture = await Fixture.start();
  loadBalancer = await fixture.loadBalancer();
});
afterAll(() => fixture.close());

let services = 0;

/** A service whose one target answers every request, and what the target has heard. */
async function service(version: ProtocolVersion): Promise<{ host: string; heard: HttpRequest[] }> {
  const [host, address] = [`s${++services}.example.com`, `10.0.9.${services}`];
  const TargetGroupArn = await fixture.targetGroup([address], {}, version);
  await fixture.rule(loadBalancer.https, [hostIs(host)], { Type: 'forward', TargetGroupArn });
  const heard: HttpRequest[] = [];
  fixture.network.containers.set(`${address}:8080`, async (request) => {
    heard.push(request);
    return {
      status: 200,
      headers: { 'set-cookie': 'a=1', 'x-answer': 'yes' },
      body: Buffer.from('\0\0\0\0\x02hi', 'latin1'),
      trailers: { 'grpc-status': '0' },
    };
  });
  return { host, heard };
}

/** Clients, by what they speak. Each returns the HTTP status. */
const CLIENTS = {
  'HTTP/1.1': async (host: string) => (await fixture.request(host)).status,
  'GET by HTTP/2': async (host: string) => (await requestHttp2(fixture.plane.url, host)).status,
  'POST by HTTP/2': async (host: string) =>
    (await requestHttp2(fixture.plane.url, host, { method: 'POST' })).status,
  gRPC: async (host: string) => (await callGrpc(fixture.plane.url, host, '/a.B/C')).status,
} as const;

// ELB guide, "Target groups for your Application Load Balancers", protocol versions.
test.each<[ProtocolVersion, keyof typeof CLIENTS, ProtocolVersion | undefined]>([
  ['HTTP1', 'HTTP/1.1', 'HTTP1'],
  ['HTTP1', 'GET by HTTP/2', 'HTTP1'],
  ['HTTP1', 'gRPC', undefined],
  ['HTTP2', 'HTTP/1.1', undefined],
  ['HTTP2', 'GET by HTTP/2', 'HTTP2'],
  ['HTTP2', 'gRPC', 'GRPC'],
  ['GRPC', 'HTTP/1.1', undefined],
  ['GRPC', 'GET by HTTP/2', undefined],
  ['GRPC', 'POST by HTTP/2', 'GRPC'],
  ['GRPC', 'gRPC', 'GRPC'],
])('a target group of version %s, asked by %s, speaks %s to its targets', async (version, client, spoken) => {
  const { host, heard } = await service(version);
  expect(await CLIENTS[client](host)).toBe(spoken ? 200 : 464);
  expect(heard.map(({ protocolVersion }) => protocolVersion)).toEqual(spoken ? [spoken] : []);
});

test('a request by HTTP/2 arrives with its headers and body, and its answer with cookies and trailers', async () => {
  const { host, heard } = await service('HTTP2');
  const answer = await requestHttp2(fixture.plane.url, host, {
    method: 'POST',
    path: '/orders?id=1',
    headers: { 'x-own': 'kept' },
    body: Buffer.from('content'),
  });
  expect(heard[0]).toMatchObject({
    method: 'POST',
    path: '/orders',
    query: 'id=1',
    headers: { host, 'x-own': 'kept', 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https' },
    body: Buffer.from('content'),
  });
  expect(Object.keys(heard[0]!.headers).filter((name) => name.startsWith(':'))).toEqual([]);
  expect(answer).toMatchObject({
    status: 200,
    headers: { 'x-answer': 'yes', 'set-cookie': ['a=1'] },
    trailers: { 'grpc-status': '0' },
  });
});

test('a gRPC call is answered with a message and a status', async () => {
  const { host, heard } = await service('GRPC');
  expect(await callGrpc(fixture.plane.url, host, '/a.B/C', Buffer.from('question'))).toEqual({
    status: 200,
    grpcStatus: 0,
    message: Buffer.from('hi'),
  });
  expect(heard[0]).toMatchObject({ path: '/a.B/C', body: Buffer.from('\0\0\0\0\x08question', 'latin1') });
});

test('where nothing speaks gRPC there is no status of the call', async () => {
  const { host } = await service('GRPC');
  fixture.network.containers.delete(`10.0.9.${services}:8080`);
  expect(await callGrpc(fixture.plane.url, host, '/a.B/C')).toMatchObject({
    status: 502,
    grpcStatus: undefined,
  });
});
