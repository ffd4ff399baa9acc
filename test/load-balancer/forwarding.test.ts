import {
  type Action,
  DeregisterTargetsCommand,
  ModifyRuleCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { HttpRequest } from '../../local/service';
import { type Answer, Fixture, type LoadBalancerFixture, hostIs } from './fixture';

const BLUE = '10.0.0.1';
const GREEN = '10.0.0.2';

function weighted(weights: [string, number][], sticky?: number): Action {
  return {
    Type: 'forward',
    ForwardConfig: {
      TargetGroups: weights.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })),
      TargetGroupStickinessConfig: sticky ? { Enabled: true, DurationSeconds: sticky } : { Enabled: false },
    },
  };
}

/** The cookies that a client keeps after this answer, as it sends them back. */
function cookiesOf(answer: Answer): string {
  return (answer.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]).join('; ');
}

describe('forwarding', () => {
  let fixture: Fixture;
  let loadBalancer: LoadBalancerFixture;
  let hosts = 0;
  beforeAll(async () => {
    fixture = await Fixture.start();
    loadBalancer = await fixture.loadBalancer();
  });
  afterAll(() => fixture.close());

  /** A new host whose rule performs the action. */
  async function host(action: Action): Promise<{ name: string; rule: string }> {
    const name = `h${++hosts}.example.com`;
    return { name, rule: await fixture.rule(loadBalancer.https, [hostIs(name)], action) };
  }

  describe('weights', () => {
    test.each<[number, number, Record<string, number>]>([
      [100, 0, { [BLUE]: 20 }],
      [95, 5, { [BLUE]: 19, [GREEN]: 1 }],
      [50, 50, { [BLUE]: 10, [GREEN]: 10 }],
      [0, 1, { [GREEN]: 20 }],
    ])('%i to %i share 20 requests exactly', async (blue, green, expected) => {
      const groups = [await fixture.targetGroup([BLUE]), await fixture.targetGroup([GREEN])];
      const { name } = await host(
        weighted([
          [groups[0]!, blue],
          [groups[1]!, green],
        ]),
      );
      expect(await fixture.tally(name, 20)).toEqual(expected);
    });

    test('a shift is seen by the next request, without anybody reporting it', async () => {
      const groups = [await fixture.targetGroup([BLUE]), await fixture.targetGroup([GREEN])];
      const { name, rule } = await host(
        weighted([
          [groups[0]!, 100],
          [groups[1]!, 0],
        ]),
      );
      for (const [blue, green, expected] of [
        [100, 0, BLUE],
        [0, 100, GREEN],
        [100, 0, BLUE],
      ] as const) {
        await fixture.elb.send(
          new ModifyRuleCommand({
            RuleArn: rule,
            Actions: [
              weighted([
                [groups[0]!, blue],
                [groups[1]!, green],
              ]),
            ],
          }),
        );
        expect((await fixture.request(name)).body).toBe(expected);
      }
    });

    test('every one of many simultaneous requests after a shift sees it', async () => {
      const groups = [await fixture.targetGroup([BLUE]), await fixture.targetGroup([GREEN])];
      const { name, rule } = await host(
        weighted([
          [groups[0]!, 1],
          [groups[1]!, 0],
        ]),
      );
      const before = Array.from({ length: 50 }, () => fixture.request(name));
      await fixture.elb.send(
        new ModifyRuleCommand({
          RuleArn: rule,
          Actions: [
            weighted([
              [groups[0]!, 0],
              [groups[1]!, 1],
            ]),
          ],
        }),
      );
      const after = Array.from({ length: 50 }, () => fixture.request(name));
      expect((await Promise.all(before)).every(({ status }) => status === 200)).toBe(true);
      expect(new Set((await Promise.all(after)).map(({ body }) => body))).toEqual(new Set([GREEN]));
    });

    test('an empty target group answers 503 for its share; the other does not step in', async () => {
      const { name } = await host(
        weighted([
          [await fixture.targetGroup([BLUE]), 1],
          [await fixture.targetGroup([]), 1],
        ]),
      );
      const answers = [await fixture.request(name), await fixture.request(name)];
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 503]);
    });

    test('without any weight above zero the answer is 503', async () => {
      const { name } = await host(weighted([[await fixture.targetGroup([BLUE]), 0]]));
      expect((await fixture.request(name)).status).toBe(503);
    });
  });

  describe('targets', () => {
    test('take turns', async () => {
      const group = await fixture.targetGroup(['10.0.1.1', '10.0.1.2', '10.0.1.3']);
      const { name } = await host({ Type: 'forward', TargetGroupArn: group });
      expect(await fixture.tally(name, 9)).toEqual({ '10.0.1.1': 3, '10.0.1.2': 3, '10.0.1.3': 3 });
    });

    test.each<[string, (string | undefined)[], Record<string, number>]>([
      ['only the healthy one', ['healthy', 'unhealthy', 'initial'], { '10.0.2.1': 4 }],
      ['not the draining one', ['healthy', 'healthy', 'draining'], { '10.0.2.1': 2, '10.0.2.2': 2 }],
      [
        'all of them when none is healthy',
        ['unhealthy', 'initial', undefined],
        { '10.0.2.1': 2, '10.0.2.2': 1, '10.0.2.3': 1 },
      ],
      ['none when all are draining', ['draining', 'unused', 'draining'], { 503: 4 }],
    ])('%s', async (_, states, expected) => {
      const addresses = ['10.0.2.1', '10.0.2.2', '10.0.2.3'];
      const group = await fixture.targetGroup(addresses);
      for (const [index, state] of states.entries()) {
        if (state) fixture.network.states.set(`${addresses[index]}:8080`, state as 'healthy');
        else fixture.network.states.delete(`${addresses[index]}:8080`);
      }
      const { name } = await host({ Type: 'forward', TargetGroupArn: group });
      const seen: Record<string, number> = {};
      for (let index = 0; index < 4; index++) {
        const { status, body } = await fixture.request(name);
        const key = status === 200 ? body : String(status);
        seen[key] = (seen[key] ?? 0) + 1;
      }
      expect(seen).toEqual(expected);
    });

    test('registered and deregistered are seen at once', async () => {
      const group = await fixture.targetGroup([]);
      const { name } = await host({ Type: 'forward', TargetGroupArn: group });
      expect((await fixture.request(name)).status).toBe(503);
      await fixture.target(group, BLUE);
      expect((await fixture.request(name)).body).toBe(BLUE);
      await fixture.elb.send(
        new DeregisterTargetsCommand({ TargetGroupArn: group, Targets: [{ Id: BLUE }] }),
      );
      expect((await fixture.request(name)).status).toBe(503);
    });

    test('where nobody listens: 502', async () => {
      const { name } = await host({
        Type: 'forward',
        TargetGroupArn: await fixture.targetGroup(['10.0.3.1']),
      });
      fixture.network.containers.delete('10.0.3.1:8080');
      const { status, headers } = await fixture.request(name);
      expect([status, headers.server]).toEqual([502, 'awselb/2.0']);
    });

    test('without an answer within the idle timeout of 60 virtual seconds: 504', async () => {
      const { name } = await host({
        Type: 'forward',
        TargetGroupArn: await fixture.targetGroup(['10.0.3.2']),
      });
      const asked = new Promise<void>((resolve) => {
        fixture.network.containers.set('10.0.3.2:8080', () => {
          resolve();
          return new Promise(() => {});
        });
      });
      const answer = fixture.request(name);
      await asked;
      await fixture.clock.advance(59_000);
      expect(await Promise.race([answer, Promise.resolve('still waiting')])).toBe('still waiting');
      await fixture.clock.advance(1_000);
      expect((await answer).status).toBe(504);
    });
  });

  test('the target sees the request as sent, and who sent it', async () => {
    const { name } = await host({ Type: 'forward', TargetGroupArn: await fixture.targetGroup(['10.0.4.1']) });
    const seen = new Promise<HttpRequest>((resolve) => {
      fixture.network.containers.set('10.0.4.1:8080', async (request) => {
        resolve(request);
        return { status: 201, headers: { 'x-answer': 'yes' }, body: Buffer.from('made') };
      });
    });
    const answer = await fixture.request(name, {
      method: 'POST',
      path: '/orders?id=1',
      headers: { 'x-forwarded-for': '198.51.100.1', 'x-local-source-ip': '203.0.113.9', 'x-own': 'kept' },
      body: 'content',
    });
    const { method, path, query, headers, body } = await seen;
    expect({ method, path, query, body: body.toString() }).toEqual({
      method: 'POST',
      path: '/orders',
      query: 'id=1',
      body: 'content',
    });
    expect(headers).toMatchObject({
      host: name,
      'x-own': 'kept',
      'x-forwarded-for': '198.51.100.1, 203.0.113.9',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '443',
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    });
    expect(Object.keys(headers)).not.toContain('x-local-source-ip');
    expect([answer.status, answer.headers['x-answer'], answer.body]).toEqual([201, 'yes', 'made']);
  });

  describe('stickiness', () => {
    const ADDRESSES = ['10.0.5.1', '10.0.5.2', '10.0.5.3'];

    test('without it no cookie is set', async () => {
      const { name } = await host({ Type: 'forward', TargetGroupArn: await fixture.targetGroup(ADDRESSES) });
      expect((await fixture.request(name)).headers['set-cookie']).toBeUndefined();
    });

    test('of target groups outlasts a shift of weights, until it expires', async () => {
      const groups = [await fixture.targetGroup([BLUE]), await fixture.targetGroup([GREEN])];
      const { name, rule } = await host(
        weighted(
          [
            [groups[0]!, 1],
            [groups[1]!, 0],
          ],
          60,
        ),
      );
      const first = await fixture.request(name);
      await fixture.elb.send(
        new ModifyRuleCommand({
          RuleArn: rule,
          Actions: [
            weighted(
              [
                [groups[0]!, 0],
                [groups[1]!, 1],
              ],
              60,
            ),
          ],
        }),
      );
      const headers = { cookie: cookiesOf(first) };
      expect((await fixture.request(name, { headers })).body).toBe(BLUE);
      expect((await fixture.request(name)).body).toBe(GREEN);
      await fixture.clock.advance(61_000);
      expect((await fixture.request(name, { headers })).body).toBe(GREEN);
    });

    test('of the load balancer binds a client to one target, and others take turns', async () => {
      const group = await fixture.targetGroup(ADDRESSES, {
        'stickiness.enabled': 'true',
        'stickiness.type': 'lb_cookie',
        'stickiness.lb_cookie.duration_seconds': '60',
      });
      const { name } = await host({ Type: 'forward', TargetGroupArn: group });
      const first = await fixture.request(name);
      const headers = { cookie: cookiesOf(first) };
      for (let index = 0; index < 4; index++) {
        expect((await fixture.request(name, { headers })).body).toBe(first.body);
      }
      expect((await fixture.request(name)).body).not.toBe(first.body);
      fixture.network.states.set(`${first.body}:8080`, 'unhealthy');
      expect((await fixture.request(name, { headers })).body).not.toBe(first.body);
      fixture.network.states.set(`${first.body}:8080`, 'healthy');
    });

    test('of the application begins with the application’s own cookie', async () => {
      const group = await fixture.targetGroup(ADDRESSES, {
        'stickiness.enabled': 'true',
        'stickiness.type': 'app_cookie',
        'stickiness.app_cookie.cookie_name': 'SESSION',
      });
      const { name } = await host({ Type: 'forward', TargetGroupArn: group });
      expect((await fixture.request(name)).headers['set-cookie']).toBeUndefined();
      for (const ip of ADDRESSES) {
        fixture.network.containers.set(`${ip}:8080`, async () => ({
          status: 200,
          headers: { 'Set-Cookie': 'SESSION=1; Path=/' },
          body: ip,
        }));
      }
      const first = await fixture.request(name);
      const headers = { cookie: cookiesOf(first) };
      expect(headers.cookie).toMatch(/^SESSION=1; AWSALBAPP-0=/);
      for (let index = 0; index < 4; index++) {
        expect((await fixture.request(name, { headers })).body).toBe(first.body);
      }
      const withoutSession = { cookie: headers.cookie.replace('SESSION=1; ', '') };
      expect((await fixture.request(name, { headers: withoutSession })).body).not.toBe(first.body);
    });
  });
});
