/** Clients that have followed DNS to a load balancer expect a certificate for the host that they ask for. */
import { LOAD_BALANCER_HEADER } from '../../local/load-balancer/client-request';
import { Fixture, type LoadBalancerFixture, NOT_FOUND } from './fixture';

let fixture: Fixture;
let loadBalancer: LoadBalancerFixture;
beforeAll(async () => {
  fixture = await Fixture.start();
  loadBalancer = await fixture.loadBalancer();
  await fixture.listener(loadBalancer.arn, 'HTTP', 80, NOT_FOUND);
  await fixture.certificate(loadBalancer.https, '*.example.com');
  await fixture.certificate(loadBalancer.https, 'example.org', 'www.example.org');
});
afterAll(() => fixture.close());

const request = (host: string, headers: Record<string, string> = {}) =>
  fixture.request(host, { headers: { [LOAD_BALANCER_HEADER]: loadBalancer.dnsName, ...headers } });

test.each<[host: string, isCertified: boolean]>([
  ['a.example.com', true],
  ['A.Example.COM', true],
  ['a.b.example.com', false],
  ['example.com', false],
  ['example.org', true],
  ['www.example.org', true],
  ['api.example.org', false],
])(
  'the certificates *.example.com and example.org with www.example.org are for %s: %s',
  async (host, isCertified) => {
    const { status, body } = await request(host);
    expect(status).toBe(isCertified ? 404 : 421);
    if (!isCertified)
      expect(body).toContain(`No certificate of HTTPS:443 of ${loadBalancer.dnsName} is for ${host}`);
  },
);

test('a listener of HTTP needs none', async () => {
  expect((await request('api.example.org', { 'x-forwarded-proto': 'http' })).status).toBe(404);
});

test('who has not followed DNS is not asked for one', async () => {
  expect((await fixture.request('api.example.org')).status).toBe(404);
});

test('a certificate that is added is seen at once', async () => {
  expect((await request('late.example.net')).status).toBe(421);
  await fixture.certificate(loadBalancer.https, 'late.example.net');
  expect((await request('late.example.net')).status).toBe(404);
});
