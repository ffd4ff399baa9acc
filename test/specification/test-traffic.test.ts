/** What a template may say of test requests, and which requests the conditions of their rule then match. */
import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ClientRequest } from '../../local/load-balancer/client-request';
import { conditionsTest } from '../../local/load-balancer/conditions';
import { identityOf } from '../../src/express-service/identity/identity';
import type { ResourceModel, TypeConfigurationModel } from '../../src/express-service/model';
import {
  conditionsOf,
  ownConditions,
  testRuleConditions,
} from '../../src/express-service/properties/rule-conditions';
import { testTrafficInput } from '../../src/express-service/properties/test-traffic';
import {
  prioritiesBefore,
  rulePlaces,
} from '../../src/express-service/resources/elastic-load-balancing/rule-places';
import { SERVICE_PRIORITIES } from '../../src/express-service/sharing/load-balancer-closing';
import { specificationOf, type ServiceSpec } from '../../src/express-service/specification';

const location = { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' };
const identity = identityOf(location, 'default', 'web');
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;

function specify(properties: object): ServiceSpec {
  return specificationOf({
    model: {
      InfrastructureRoleArn: role('infrastructure'),
      ExecutionRoleArn: role('execution'),
      PrimaryContainer: { Image: 'example/hello:1' },
      ...properties,
    } as ResourceModel,
    configuration: { BaseDomain: 'example.com', HostedZoneId: 'Z0BASE' } as TypeConfigurationModel,
    identity,
    tags: {},
  });
}

const header = (...Values: string[]) => ({ HttpHeader: { Name: 'X-Test', Values } });
const cookie = { Cookie: { Name: 'preview', Value: 'on' } };
const parameters = (...QueryStrings: object[]) => ({ QueryStrings });
const strategy = (Strategy: string) => ({ DeploymentConfiguration: { Strategy } });
const paths = (...PathPatterns: string[]) => ({ PathPatterns });
const hosts = (...names: string[]) => ({
  AdditionalDomains: names.map((name) => ({ DomainName: `${name}.example.com` })),
});

test.each<[string, object, object, string, RegExp]>([
  [
    'with rolling deployments, where none are tested',
    header('on'),
    strategy('ROLLING'),
    'TestTraffic',
    /the strategy is ROLLING, which tests none. Remove it, or make Strategy BLUE_GREEN, LINEAR or CANARY/,
  ],
  ['without a word on the requests', {}, {}, 'TestTraffic', /says nothing of the requests/],
  ['with an empty list', parameters(), {}, 'TestTraffic', /says nothing of the requests/],
  [
    'by the host',
    { HttpHeader: { Name: 'Host', Values: ['a'] } },
    {},
    'TestTraffic/HttpHeader/Name',
    /is Host, for which there is DomainName/,
  ],
  [
    'by cookies as a header',
    { HttpHeader: { Name: 'cookie', Values: ['a'] } },
    {},
    'TestTraffic/HttpHeader/Name',
    /is cookie, for which there is TestTraffic\/Cookie/,
  ],
  [
    'with more values than there is room for beside hosts and paths',
    header('a', 'b', 'c'),
    { ...hosts('www'), ...paths('/api/*') },
    'TestTraffic',
    /has 3 values, which with the 3 of host names and paths are 6, but a listener rule has room for 5/,
  ],
  [
    'by a cookie beside a path',
    cookie,
    paths('/api/*'),
    'TestTraffic',
    /has 4 values, which with the 2 of host names and paths are 6/,
  ],
  [
    'by a cookie and a header',
    { ...cookie, ...header('on') },
    {},
    'TestTraffic',
    /has 5 values, which with the 1 of host names and paths are 6/,
  ],
  [
    'with more wildcards than a rule takes',
    header('*a*', '?b'),
    paths('/*/a/*', '/?/??'),
    'TestTraffic',
    /has 3 wildcards, which with the 5 of host names and paths are 8, but a listener rule has room for 6/,
  ],
])('%s they are refused', (_title, TestTraffic, more, propertyPath, message) => {
  const error = refusal(() => specify({ TestTraffic, ...more }));
  expect(error).toMatchObject({ code: 'InvalidRequest', message: expect.stringMatching(message) });
  expect(error.message).toMatch(new RegExp(`^${propertyPath}:? `));
});

function refusal(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('Nothing was refused.');
}

/** A request of the service's host. */
const request = (headers: Record<string, string> = {}, query = ''): ClientRequest =>
  ({ host: 'web.example.com', path: '/', query, headers, method: 'GET' }) as unknown as ClientRequest;
const cookies = (text: string) => request({ cookie: text });

test.each<[string, object, ClientRequest, boolean]>([
  ['a header', header('on', 'yes'), request({ 'x-test': 'yes' }), true],
  ['a header in another case', header('on'), request({ 'x-test': 'ON' }), true],
  ['a header with a wildcard', header('team-*'), request({ 'x-test': 'team-1' }), true],
  ['another value of a header', header('on'), request({ 'x-test': 'off' }), false],
  ['no header', header('on'), request(), false],
  ['a parameter', parameters({ Key: 'v', Value: 'new' }), request({}, 'a=1&v=new'), true],
  ['a parameter of any name', parameters({ Value: 'new' }), request({}, 'x=new'), true],
  ['the second of two', parameters({ Value: 'a' }, { Value: 'b' }), request({}, 'x=b'), true],
  ['another parameter', parameters({ Key: 'v', Value: 'new' }), request({}, 'w=new'), false],
  ['a cookie alone', cookie, cookies('preview=on'), true],
  ['a cookie before others', cookie, cookies('preview=on; a=1'), true],
  ['a cookie behind others', cookie, cookies('a=1; preview=on'), true],
  ['a cookie between others', cookie, cookies('a=1; preview=on; b=2'), true],
  ['a cookie of a longer name', cookie, cookies('nopreview=on'), false],
  ['a cookie of a longer name behind others', cookie, cookies('a=1; nopreview=on'), false],
  ['a cookie with a longer value', cookie, cookies('preview=only; a=1'), false],
  ['a cookie with another value, beside one with that value', cookie, cookies('preview=off; a=on'), false],
  ['no cookie', cookie, request(), false],
  ['a header alone, where a parameter is asked for too', both(), request({ 'x-test': 'on' }), false],
  ['header and parameter', both(), request({ 'x-test': 'on' }, 'v=new'), true],
])('%s', (_title, TestTraffic, sent, isTest) => {
  const spec = specify({ TestTraffic });
  const rule = testRuleConditions({ production: conditionsOf(spec), desired: spec.testTraffic! });
  expect(conditionsTest(rule)(sent)).toBe(isTest);
  expect(conditionsTest(conditionsOf(spec))(sent)).toBe(true);
  // READ tells what the template says.
  expect(testTrafficInput(spec.testTraffic!)).toEqual(TestTraffic);
});

function both(): object {
  return { ...header('on'), ...parameters({ Key: 'v', Value: 'new' }) };
}

describe('changes by hand', () => {
  const production: RuleCondition[] = [
    { Field: 'host-header', HostHeaderConfig: { Values: ['web.example.com'] } },
    { Field: 'source-ip', SourceIpConfig: { Values: ['192.0.2.0/24'] } },
  ];
  const is = (...Values: string[]): RuleCondition => ({
    Field: 'http-header',
    HttpHeaderConfig: { HttpHeaderName: 'X-Test', Values },
  });
  const method: RuleCondition = {
    Field: 'http-request-method',
    HttpRequestMethodConfig: { Values: ['GET'] },
  };

  test.each<[string, readonly RuleCondition[], RuleCondition, RuleCondition, readonly RuleCondition[]]>([
    ['stay while the template says the same', [is('by hand')], is('on'), is('on'), [is('by hand')]],
    ['stay in other conditions', [is('on'), method], is('on'), is('on'), [is('on'), method]],
    ['give way to what the template says anew', [is('by hand')], is('on'), is('off'), [is('off')]],
    ['that would have everything tested are taken back', [], is('on'), is('on'), [is('on')]],
    [
      'of a rule that has served nobody count for nothing',
      [{ Field: 'host-header', HostHeaderConfig: { Values: ['unused.invalid'] } }, is('by hand')],
      is('on'),
      is('on'),
      [is('on')],
    ],
  ])('%s', (_title, live, before, desired, expected) => {
    const states = { production, live, previous: [before], desired: [desired] };
    expect(testRuleConditions(states)).toEqual([...production, ...expected]);
  });

  test('of the rule for all requests count for test requests, and are not told as theirs', () => {
    const live = testRuleConditions({ production, desired: [is('on')] });
    expect(live).toContainEqual(production[1]);
    expect(ownConditions(live, production)).toEqual([is('on')]);
  });
});

describe('the priority of the rule for test requests', () => {
  const taken = (...priorities: number[]) => priorities.map((priority) => ({ Priority: String(priority) }));

  test.each<[string, number, number[], number | undefined]>([
    ['is right before that of the other rule', 3000, [3000], 2999],
    ['is the next one where somebody has added a rule', 3000, [2999, 2998], 2997],
    ['is none where everything near is taken', 3000, SERVICE_PRIORITIES.flatMap(before), undefined],
    ['is none before the first', 1, [], undefined],
  ])('%s', (_title, priority, others, expected) => {
    expect(prioritiesBefore(priority, taken(...others))[0]).toBe(expected);
  });

  function before(place: number): number[] {
    return Array.from({ length: 24 }, (_, index) => place - 1 - index);
  }

  test('is never a place on a shared load balancer, and nobody else there is after it', () => {
    const byPaths = rulePlaces({ kind: 'external', listenerArn: 'x', protocolVersion: 'HTTP1' }).free;
    const ofOthers = [
      ...SERVICE_PRIORITIES,
      ...byPaths({ identity }, []),
      ...byPaths({ identity, spec: specify(paths('/a')) }, []),
    ];
    const tests = SERVICE_PRIORITIES.flatMap((place) => prioritiesBefore(place));
    expect(tests.filter((priority) => ofOthers.includes(priority))).toEqual([]);
    expect(new Set(tests).size).toBe(tests.length);
  });

  test('is free before the place that a service takes on a listener of the author’s', () => {
    const { free } = rulePlaces({ kind: 'external', listenerArn: 'x', protocolVersion: 'HTTP1' });
    const spec = specify({ TestTraffic: header('on'), ...paths(`/${'a'.repeat(60)}`) });
    const first = free({ identity, spec }, taken(...Array.from({ length: 23 }, (_, index) => index + 2)))[0]!;
    expect(prioritiesBefore(first, taken())).toContain(first - 1);
    expect(first).toBeGreaterThan(1);
  });
});
