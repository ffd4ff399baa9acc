import { type Action, ModifyListenerCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { Fixture, type LoadBalancerFixture, NOT_FOUND, hostIs } from './fixture';

const TO_HTTPS: Action = {
  Type: 'redirect',
  RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' },
};

describe('arrival and actions', () => {
  let fixture: Fixture;
  let loadBalancer: LoadBalancerFixture;
  beforeAll(async () => {
    fixture = await Fixture.start();
    loadBalancer = await fixture.loadBalancer();
    await fixture.listener(loadBalancer.arn, 'HTTP', 80, TO_HTTPS);
    await fixture.listener(loadBalancer.arn, 'HTTPS', 8443, {
      ...NOT_FOUND,
      FixedResponseConfig: { StatusCode: '403', MessageBody: 'test listener' },
    });
  });
  afterAll(() => fixture.close());

  test.each<[string, Record<string, string>, number]>([
    ['HTTPS on the standard port by default', {}, 404],
    ['the HTTP listener by protocol', { 'x-forwarded-proto': 'http' }, 301],
    ['the HTTP listener by port', { 'x-forwarded-port': '80' }, 301],
    ['any listener by port', { 'x-forwarded-port': '8443' }, 403],
    ['no listener on that port', { 'x-forwarded-port': '9' }, 421],
  ])('a request arrives at %s', async (_, headers, status) => {
    expect((await fixture.request(loadBalancer.dnsName, { headers })).status).toBe(status);
  });

  test('a request for a listener that does not exist is told which do', async () => {
    const { body } = await fixture.request(loadBalancer.dnsName, { headers: { 'x-forwarded-port': '9' } });
    expect(body).toContain('HTTPS:443, HTTP:80, HTTPS:8443');
  });

  test.each<[string, Action['RedirectConfig'], string]>([
    [
      'the same URL elsewhere',
      { StatusCode: 'HTTP_301', Protocol: 'HTTPS', Port: '443' },
      'https://r.example.com:443/a/b?c=d&e',
    ],
    [
      'parts kept',
      {
        StatusCode: 'HTTP_302',
        Host: 'www.#{host}',
        Port: '#{port}',
        Path: '/new/#{path}',
        Query: '#{query}&from=#{protocol}',
      },
      'https://www.r.example.com:443/new/a/b?c=d&e&from=https',
    ],
    [
      'a fixed place',
      {
        StatusCode: 'HTTP_302',
        Protocol: 'HTTP',
        Host: 'other.example.org',
        Port: '80',
        Path: '/',
        Query: '',
      },
      'http://other.example.org:80/',
    ],
  ])('a redirect leads to %s', async (_, RedirectConfig, location) => {
    await fixture.rule(loadBalancer.https, [hostIs('r.example.com')], { Type: 'redirect', RedirectConfig });
    const answer = await fixture.request('r.example.com', { path: '/a/b?c=d&e' });
    await fixture.deleteRules(loadBalancer.https);
    expect(answer.headers.location).toBe(location);
    expect(answer.status).toBe(RedirectConfig?.StatusCode === 'HTTP_302' ? 302 : 301);
  });

  test('a fixed response has its status, type and text', async () => {
    await fixture.rule(loadBalancer.https, [hostIs('f.example.com')], {
      Type: 'fixed-response',
      FixedResponseConfig: {
        StatusCode: '418',
        ContentType: 'application/json',
        MessageBody: '{"short":true}',
      },
    });
    const { status, headers, body } = await fixture.request('f.example.com');
    expect([status, headers['content-type'], body]).toEqual([
      418,
      'application/json; charset=utf-8',
      '{"short":true}',
    ]);
  });

  test('a changed default action is seen at once', async () => {
    const headers = { 'x-forwarded-port': '81' };
    const ListenerArn = await fixture.listener(loadBalancer.arn, 'HTTP', 81, NOT_FOUND);
    expect((await fixture.request(loadBalancer.dnsName, { headers })).status).toBe(404);
    const gone: Action = { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '410' } };
    await fixture.elb.send(
      new ModifyListenerCommand({ ListenerArn, Protocol: 'HTTP', DefaultActions: [gone] }),
    );
    expect((await fixture.request(loadBalancer.dnsName, { headers })).status).toBe(410);
  });

  describe('with a second load balancer', () => {
    let second: LoadBalancerFixture;
    beforeAll(async () => {
      second = await fixture.loadBalancer();
      await fixture.rule(second.https, [hostIs('*.second.example.com')], {
        ...NOT_FOUND,
        FixedResponseConfig: { StatusCode: '202', MessageBody: 'second' },
      });
    });

    test.each([
      ['a host-header rule names the host', () => 'a.second.example.com', 202],
      ['the host is its DNS name', () => second.dnsName.toUpperCase(), 404],
      ['nothing names the host', () => 'nobody.example.com', 421],
    ])('%s', async (_, host, status) => {
      expect((await fixture.request(host())).status).toBe(status);
    });

    test('the redirect listener is found through the rules of the other listener', async () => {
      await fixture.rule(loadBalancer.https, [hostIs('both.example.com')], NOT_FOUND);
      const { headers } = await fixture.request('both.example.com', {
        headers: { 'x-forwarded-proto': 'http' },
      });
      expect(headers.location).toBe('https://both.example.com:443/');
    });
  });
});
