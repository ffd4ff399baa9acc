/** What a template may say of the header that requests must have, and what then becomes of the conditions of listener rules. */
import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { identityOf } from '../../src/express-service/identity/identity';
import type { ResourceModel, TypeConfigurationModel } from '../../src/express-service/model';
import { SENSITIVE_PATHS } from '../../src/express-service/properties/rows';
import {
  conditionsOf,
  finalConditions,
  headerNames,
  testRuleConditions,
  widenedConditions,
} from '../../src/express-service/properties/rule-conditions';
import { specificationOf, type ServiceSpec } from '../../src/express-service/specification';

const identity = identityOf(
  { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' },
  'default',
  'web',
);
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

const [A, B, C] = ['a', 'b', 'c'].map((letter) => letter.repeat(32)) as [string, string, string];
const header = (Name: string, ...Values: string[]) => ({ RequiredHttpHeader: { Name, Values } });
const verify = (...values: string[]) => header('X-Origin-Verify', ...values);
const paths = (...PathPatterns: string[]) => ({ PathPatterns });

test.each<[string, object, string, RegExp]>([
  ['Host', header('host', A), 'Name', /is Host. Give DomainName instead/],
  ['a short value', verify('canary-short'), 'Values/0', /has 12 characters. Give 16 to 128/],
  ['a long value', verify(A, 'x'.repeat(129)), 'Values/1', /has 129 characters. Give 16 to 128/],
  [
    'a wildcard',
    verify(`${A}*`),
    'Values/0',
    /has a character that a listener rule would take for something/,
  ],
  ['a space', verify(`${A} `), 'Values/0', /without spaces/],
  [
    'a reference that nobody has resolved',
    verify('{{resolve:secretsmanager:edge}}'),
    'Values/0',
    /is a dynamic reference that nobody has resolved/,
  ],
  [
    'more values than a rule takes',
    { ...verify(A, B, C), ...paths('/a', '/b') },
    'Values',
    /are 3, which with the 3 host names and paths are 6 values, but a listener rule has room for 5/,
  ],
  [
    'a Network Load Balancer',
    { ...verify(A), LoadBalancerConfiguration: { Type: 'network' } },
    '',
    /is of requests, and LoadBalancerConfiguration\/Type is network/,
  ],
  [
    'no load balancer',
    { ...verify(A), InfrastructureRoleArn: undefined, LoadBalancerConfiguration: { Type: 'none' } },
    '',
    /is of a load balancer, and LoadBalancerConfiguration\/Type is none/,
  ],
])('refused is %s', (_title, properties, member, message) => {
  const propertyPath = ['RequiredHttpHeader', member].filter(Boolean).join('/');
  let refusal: unknown;
  try {
    specify(properties);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toMatchObject({ code: 'InvalidRequest', propertyPath });
  expect((refusal as Error).message).toMatch(message);
  expect((refusal as Error).message).not.toMatch(/canary|aaaa|xxxx/);
});

test.each<[string, object, string, RegExp]>([
  [
    'by the same header',
    { HttpHeader: { Name: 'x-origin-verify', Values: ['on'] } },
    'TestTraffic/HttpHeader/Name',
    /the header that RequiredHttpHeader wants of all requests/,
  ],
  [
    'with more values than are left',
    { Cookie: { Name: 'preview', Value: 'on' } },
    'TestTraffic',
    /has 4 values, which with the 2 of host names, paths and RequiredHttpHeader are 6/,
  ],
])('test requests %s are refused', (_title, TestTraffic, propertyPath, message) => {
  expect(() => specify({ ...verify(A), TestTraffic })).toThrow(
    expect.objectContaining({ propertyPath, message: expect.stringMatching(message) }),
  );
});

test('its values are secret, one by one', () => {
  expect(SENSITIVE_PATHS).toContain('RequiredHttpHeader/Values/*');
});

test('it is of the first load balancer alone', () => {
  const { requiredHeader, additionalLoadBalancers } = specify({
    ...verify(A),
    AdditionalLoadBalancers: [{ Name: 'internal' }],
  });
  expect(requiredHeader).toEqual({ name: 'X-Origin-Verify', values: [A] });
  expect(additionalLoadBalancers.internal!.requiredHeader).toBeUndefined();
});

const WEB: RuleCondition = { Field: 'host-header', HostHeaderConfig: { Values: ['web.example.com'] } };
const is = (HttpHeaderName: string, ...Values: string[]): RuleCondition => ({
  Field: 'http-header',
  HttpHeaderConfig: { HttpHeaderName, Values },
});
const HAND = is('X-Hand', 'on');

/** Conditions on headers, as `name=values`, sorted. */
const shown = (conditions: readonly RuleCondition[]) =>
  conditions
    .flatMap(({ HttpHeaderConfig: config }) =>
      config ? [`${config.HttpHeaderName}=${[...config.Values!].sort().map((value) => value[0])}`] : [],
    )
    .sort();

const X = 'X-Origin-Verify';
/** What a rule has, what the template says before and now, and what the rule is to have, meanwhile and in the end. */
test.each<[string, RuleCondition[], object | undefined, object, string[], string[]]>([
  ['is new', [], {}, verify(A), [], [`${X}=a`]],
  ['stays', [is(X, A)], verify(A), verify(A), [`${X}=a`], [`${X}=a`]],
  ['gets a second value', [is(X, A)], verify(A), verify(A, B), [`${X}=a,b`], [`${X}=a,b`]],
  ['loses the first value', [is(X, A, B)], verify(A, B), verify(B), [`${X}=a,b`], [`${X}=b`]],
  ['changes its value at once', [is(X, A)], verify(A), verify(B), [`${X}=a,b`], [`${X}=b`]],
  ['is written in other case', [is(X, A)], verify(A), header('x-origin-verify', A), [`${X}=a`], [`${X}=a`]],
  ['gets another name', [is(X, A)], verify(A), header('X-Edge', A), [`${X}=a`], ['X-Edge=a']],
  ['goes', [is(X, A)], verify(A), {}, [], []],
  ['is not known from before', [is(X, A)], undefined, verify(B), [`${X}=a,b`], [`${X}=b`]],
  ['was changed by hand', [is(X, C)], verify(A), verify(A), [`${X}=c`], [`${X}=c`]],
  ['was given a value by hand', [is(X, A, C)], verify(A), verify(B), [`${X}=a,b,c`], [`${X}=b,c`]],
  ['was taken off by hand', [], verify(A), verify(A), [], []],
  ['was taken off, and changes', [], verify(A), verify(B), [], [`${X}=b`]],
])('a header that %s', (_title, live, before, now, widened, final) => {
  const states = {
    spec: specify(now),
    previousSpec: before && specify(before),
    knownHostNames: ['web.example.com'],
    live: [WEB, HAND, ...live],
  };
  const all = (names: string[]) => ['X-Hand=o', ...names].map((name) => name.toLowerCase()).sort();
  const conditions = [widenedConditions(states), finalConditions(states)].map((each) =>
    shown(each).map((name) => name.toLowerCase()),
  );
  expect(conditions).toEqual([all(widened), all(final)]);
});

test('a rule that has served nobody has it at once', () => {
  const unused: RuleCondition = { Field: 'host-header', HostHeaderConfig: { Values: ['unused.invalid'] } };
  const spec = specify(verify(A));
  const states = { spec, previousSpec: specify({}), knownHostNames: [], live: [unused] };
  expect(shown(widenedConditions(states))).toEqual([`${X}=a`]);
});

test('former values give way to hosts and paths', () => {
  const hosts = ['web', 'www', 'shop'].map((name) => `${name}.example.com`);
  const AdditionalDomains = hosts.slice(1).map((DomainName) => ({ DomainName }));
  const states = {
    spec: specify({ AdditionalDomains, ...verify(C, B) }),
    previousSpec: specify({ AdditionalDomains, ...verify(A, B) }),
    knownHostNames: hosts,
    live: [{ ...WEB, HostHeaderConfig: { Values: hosts } }, is(X, A, B)],
  };
  expect(shown(widenedConditions(states))).toEqual([`${X}=b,c`]);
});

test('more than a rule takes, with what was added by hand, is refused before anything is made', () => {
  const states = {
    spec: specify(verify(A, B, C)),
    knownHostNames: ['web.example.com'],
    live: [WEB, is('X-Hand', 'on', 'off')],
  };
  expect(() => finalConditions(states)).toThrow(
    expect.objectContaining({ propertyPath: 'RequiredHttpHeader/Values' }),
  );
});

test('the rule for test requests has it too, also while its values differ from those of the other rule', () => {
  const before = specify({ ...verify(A), TestTraffic: { HttpHeader: { Name: 'X-Test', Values: ['on'] } } });
  const now = specify({ ...verify(B), TestTraffic: { HttpHeader: { Name: 'X-Test', Values: ['on'] } } });
  const conditions = testRuleConditions({
    production: conditionsOf(now),
    desired: now.testTraffic!,
    previous: before.testTraffic,
    live: [WEB, is(X, A), is('X-Test', 'on')],
    requiredHeaders: headerNames({ spec: now, previousSpec: before }),
  });
  expect(shown(conditions)).toEqual([`${X}=b`, 'X-Test=o']);
});
