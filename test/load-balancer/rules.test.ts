import {
  CreateRuleCommand,
  DeleteRuleCommand,
  type RuleCondition,
  SetRulePrioritiesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { marked } from '../../local/guards/elasticloadbalancing/regular-expressions';
import { Fixture, type LoadBalancerFixture, hostIs } from './fixture';
import { eventually } from '../support/eventually';

const HIT = {
  Type: 'fixed-response',
  FixedResponseConfig: { StatusCode: '200', MessageBody: 'hit' },
} as const;

const path = (...Values: string[]): RuleCondition => ({
  Field: 'path-pattern',
  PathPatternConfig: { Values },
});
const header = (HttpHeaderName: string, ...Values: string[]): RuleCondition => ({
  Field: 'http-header',
  HttpHeaderConfig: { HttpHeaderName, Values },
});
const query = (...Values: { Key?: string; Value: string }[]): RuleCondition => ({
  Field: 'query-string',
  QueryStringConfig: { Values },
});
const method = (...Values: string[]): RuleCondition => ({
  Field: 'http-request-method',
  HttpRequestMethodConfig: { Values },
});
const source = (...Values: string[]): RuleCondition => ({
  Field: 'source-ip',
  SourceIpConfig: { Values },
});
const from = (address: string) => ({ headers: { 'x-local-source-ip': address } });

describe('listener rules', () => {
  let fixture: Fixture;
  let loadBalancer: LoadBalancerFixture;
  beforeAll(async () => {
    fixture = await Fixture.start();
    loadBalancer = await fixture.loadBalancer();
  });
  afterAll(() => fixture.close());

  test.each<[string, RuleCondition[], string, Parameters<Fixture['request']>[1], boolean]>([
    ['a host', [hostIs('a.example.com')], 'a.example.com', {}, true],
    ['a host with a port', [hostIs('a.example.com')], 'a.example.com:8080', {}, true],
    ['a host in other case', [hostIs('A.example.com')], 'a.EXAMPLE.com', {}, true],
    ['another host', [hostIs('a.example.com')], 'b.example.com', {}, false],
    ['a host by wildcard', [hostIs('*.example.com')], 'x.y.example.com', {}, true],
    ['a wildcard does not match the apex', [hostIs('*.example.com')], 'example.com', {}, false],
    ['a dot is only a dot', [hostIs('a.example.com')], 'a-example.com', {}, false],
    ['one character', [hostIs('api-?.example.com')], 'api-7.example.com', {}, true],
    ['not two characters', [hostIs('api-?.example.com')], 'api-17.example.com', {}, false],
    ['any of several hosts', [hostIs('a.example.com', 'b.example.com')], 'b.example.com', {}, true],
    [
      'a host in the short form',
      [{ Field: 'host-header', Values: ['c.example.com'] }],
      'c.example.com',
      {},
      true,
    ],
    ['a path', [path('/img/*')], 'h', { path: '/img/logo.png' }, true],
    ['a path in the short form', [{ Field: 'path-pattern', Values: ['/s'] }], 'h', { path: '/s' }, true],
    ['a path in other case', [path('/img/*')], 'h', { path: '/IMG/logo.png' }, false],
    ['a path without its query', [path('/img')], 'h', { path: '/img?size=1' }, true],
    ['a longer path', [path('/img')], 'h', { path: '/img/logo.png' }, false],
    ['a path beside regular-expression characters', [path('/a+b')], 'h', { path: '/aab' }, false],
    ['a header', [header('X-Version', 'v2')], 'h', { headers: { 'x-version': 'V2' } }, true],
    [
      'a header by wildcard',
      [header('User-Agent', '*Chrome*')],
      'h',
      { headers: { 'user-agent': 'Mozilla Chrome/99' } },
      true,
    ],
    ['a header that is absent', [header('X-Version', '*')], 'h', {}, false],
    ['a parameter', [query({ Key: 'version', Value: 'v2' })], 'h', { path: '/?a=1&version=v2' }, true],
    [
      'a parameter in other case',
      [query({ Key: 'version', Value: 'v2' })],
      'h',
      { path: '/?Version=V2' },
      true,
    ],
    [
      'a parameter with another value',
      [query({ Key: 'version', Value: 'v2' })],
      'h',
      { path: '/?version=v1' },
      false,
    ],
    ['a value under any key', [query({ Value: '*beta*' })], 'h', { path: '/?x=my-beta-1' }, true],
    [
      'any of several parameters',
      [query({ Key: 'a', Value: '1' }, { Key: 'b', Value: '2' })],
      'h',
      { path: '/?b=2' },
      true,
    ],
    ['an escaped asterisk', [query({ Key: 'q', Value: '\\*' })], 'h', { path: '/?q=*' }, true],
    [
      'an escaped asterisk is no wildcard',
      [query({ Key: 'q', Value: '\\*' })],
      'h',
      { path: '/?q=x' },
      false,
    ],
    ['a method', [method('POST', 'PUT')], 'h', { method: 'PUT' }, true],
    ['another method', [method('GET')], 'h', { method: 'HEAD' }, false],
    ['a source in range', [source('10.1.0.0/16', '192.0.2.1/32')], 'h', from('10.1.2.3'), true],
    ['a source out of range', [source('10.1.0.0/16')], 'h', from('10.2.0.1'), false],
    ['an IPv6 source', [source('2001:db8::/32')], 'h', from('2001:db8::7'), true],
    ['the own address', [source('127.0.0.0/8')], 'h', {}, true],
    [
      'X-Forwarded-For is not the source',
      [source('10.0.0.0/8')],
      'h',
      { headers: { 'x-forwarded-for': '10.0.0.1' } },
      false,
    ],
    [
      'all of several conditions',
      [path('/x'), method('GET'), header('A', '1')],
      'h',
      { path: '/x', headers: { a: '1' } },
      true,
    ],
    ['all but one condition', [path('/x'), method('GET'), header('A', '1')], 'h', { path: '/x' }, false],
  ])('%s', async (_, conditions, host, request, matches) => {
    const rule = await fixture.rule(loadBalancer.https, conditions, HIT);
    const answer = await fixture.request(host, request);
    await fixture.elb.send(new DeleteRuleCommand({ RuleArn: rule }));
    expect(answer.status).toBe(matches ? 200 : 404);
  });

  /** Of the header Cookie. */
  const cookie = (...RegexValues: string[]): RuleCondition => ({
    Field: 'http-header',
    HttpHeaderConfig: { HttpHeaderName: 'Cookie', RegexValues },
  });
  const pathLike = (...RegexValues: string[]): RuleCondition => ({
    Field: 'path-pattern',
    PathPatternConfig: { RegexValues },
  });
  const hostLike = (...RegexValues: string[]): RuleCondition => ({
    Field: 'host-header',
    HostHeaderConfig: { RegexValues },
  });
  const two = { headers: { cookie: 'b=2; a=1' } };
  const PART = 'a part';

  test.each<[string, RuleCondition, Parameters<Fixture['request']>[1], boolean | typeof PART]>([
    ['the whole of a header', cookie('^(.*; )?a=1(;.*)?$'), two, true],
    ['a part of it', cookie('a=1'), two, PART],
    ['one of two', cookie('x', '.*a=1'), two, true],
    ['the beginning', cookie('^a=1'), two, false],
    ['an alternative', cookie('a=1|b=2.*'), two, true],
    ['a header that is absent', cookie('.*'), {}, false],
    ['a path', pathLike('^/v[12]/.*$'), { path: '/v1/x' }, true],
    ['a part of a path', pathLike('/v[12]/'), { path: '/a/v1/x' }, PART],
    ['a host', hostLike('^H[0-9]?$'), {}, true],
  ])('a regular expression: %s', async (_, condition, request, matches) => {
    const rule = await fixture.rule(loadBalancer.https, marked([condition]), HIT);
    for (const isAnywhere of [true, false]) {
      fixture.answers.give({ 'elasticloadbalancing.regular-expressions-match-anywhere': isAnywhere });
      const { status } = await fixture.request('h', request);
      const expected = matches === PART ? isAnywhere : matches;
      expect([isAnywhere, status]).toEqual([isAnywhere, expected ? 200 : 404]);
    }
    fixture.answers.reset();
    await fixture.elb.send(new DeleteRuleCommand({ RuleArn: rule }));
  });

  test('the lowest priority decides, however the rules were made, and a swap is seen at once', async () => {
    const answers = (text: string) => ({
      ...HIT,
      FixedResponseConfig: { StatusCode: '200', MessageBody: text },
    });
    const late = await fixture.rule(loadBalancer.https, [path('/p*')], answers('1000'), 1000);
    const early = await fixture.rule(loadBalancer.https, [path('/p*')], answers('200'), 200);
    expect((await fixture.request('h', { path: '/p' })).body).toBe('200');
    await fixture.elb.send(
      new SetRulePrioritiesCommand({ RulePriorities: [{ RuleArn: early, Priority: 2000 }] }),
    );
    expect((await fixture.request('h', { path: '/p' })).body).toBe('1000');
    await fixture.elb.send(new DeleteRuleCommand({ RuleArn: late }));
    expect((await fixture.request('h', { path: '/p' })).body).toBe('200');
  });

  test('a new rule that nobody reports is seen within about a second', async () => {
    await fixture.request('h', { path: '/late' });
    await fixture.elb.send(
      new CreateRuleCommand({
        ListenerArn: loadBalancer.https,
        Priority: 3000,
        Conditions: [path('/late')],
        Actions: [HIT],
      }),
    );
    await eventually('the rule is in force', async () => {
      const { status } = await fixture.request('h', { path: '/late' });
      return status === 200;
    });
  });
});
