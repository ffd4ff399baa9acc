/** What a template may say of rules in the web ACL of its load balancer, and what becomes of it, without a call to AWS. */
import { HandlerError } from '../../src/core/failure';
import { identityOf } from '../../src/express-service/identity/identity';
import type { ResourceModel, TypeConfigurationModel } from '../../src/express-service/model';
import {
  capacityOf,
  rulesOfService,
  serviceRules,
  withServiceRules,
} from '../../src/express-service/properties/web-acl-rules';
import { specificationOf, type ServiceSpec } from '../../src/express-service/specification';

const location = { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' };
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const arn = (name: string) => `arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/${name}/1`;

function specify(properties: object, configuration: object = {}): ServiceSpec {
  return specificationOf({
    model: {
      ExecutionRoleArn: role('execution'),
      InfrastructureRoleArn: role('infrastructure'),
      PrimaryContainer: { Image: 'example/shop:1' },
      ...properties,
    } as ResourceModel,
    configuration: {
      BaseDomain: 'example.com',
      HostedZoneId: 'Z0BASE',
      ...configuration,
    } as TypeConfigurationModel,
    identity: identityOf(location, 'default', 'shop'),
    tags: {},
  });
}

const listener =
  'arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/own/0123456789abcdef/fedcba9876543210';
const SQLI = 'AWSManagedRulesSQLiRuleSet';

test.each<[what: string, properties: object, path: string, words: RegExp]>([
  ['a web ACL of the author’s', { WebAclArn: arn('own') }, 'WebAcl', /together with WebAclArn/],
  [
    'a listener of the author’s',
    { LoadBalancerConfiguration: { ListenerArn: listener } },
    'WebAcl',
    /ListenerArn: it is the author/,
  ],
  [
    'a Network Load Balancer',
    { LoadBalancerConfiguration: { Type: 'network' } },
    'WebAcl',
    /AWS WAF does not protect/,
  ],
  [
    'no load balancer',
    { LoadBalancerConfiguration: { Type: 'none' }, InfrastructureRoleArn: undefined },
    'WebAcl',
    /Type is none/,
  ],
])('beside %s it is refused', (_what, properties, path, words) => {
  expect(refusal({ ...properties, WebAcl: {} })).toMatchObject({
    propertyPath: path,
    message: expect.stringMatching(words),
  });
});

test.each<[WebAcl: object, path: string, words: RegExp]>([
  [{ BlockedCidrs: ['10.0.0.0/33'] }, 'BlockedCidrs/0', /is no range.*Write it like/],
  [{ AllowedCidrs: ['192.0.2.0/24', '10.1.2.3/8'] }, 'AllowedCidrs/1', /Write 10\.0\.0\.0\/8/],
  [{ BlockedCidrs: ['::/0'] }, 'BlockedCidrs/0', /all addresses/],
  [{ CountedRules: [`${SQLI}/SQLi_BODY`] }, 'CountedRules/0', /none of ManagedRuleGroups/],
  [
    { CountedRules: ['AWSManagedRulesCommonRuleSet/SizeRestrictions_BODY'] },
    'CountedRules/0',
    /Give LargeBodies instead/,
  ],
  [{ LargeBodies: true, ManagedRuleGroups: [SQLI] }, 'LargeBodies', /none of ManagedRuleGroups/],
])('%j is refused', (WebAcl, path, words) => {
  const found = { propertyPath: `WebAcl/${path}`, message: expect.stringMatching(words) };
  expect(refusal({ WebAcl })).toMatchObject(found);
  const beside = { AdditionalLoadBalancers: [{ Name: 'partners', WebAcl }] };
  expect(refusal(beside)).toMatchObject({
    ...found,
    propertyPath: `AdditionalLoadBalancers/0/WebAcl/${path}`,
  });
});

test.each<[template: object, configuration: object, expected: object]>([
  [{}, {}, { webAcl: { isNamed: false, isDefault: true } }],
  [{}, { WebAclByDefault: false }, { webAcl: { isNamed: false, isDefault: false } }],
  [{ WebAcl: {} }, { WebAclByDefault: false }, { webAcl: { isNamed: true } }],
  [{ WebAcl: { Enabled: false } }, {}, { webAcl: undefined, webAclArn: undefined }],
  [{}, { WebAclArn: arn('central') }, { webAcl: undefined, webAclArn: arn('central') }],
  [{ WebAcl: {} }, { WebAclArn: arn('central') }, { webAcl: { isNamed: true }, webAclArn: undefined }],
  [
    { WebAcl: { Enabled: false } },
    { WebAclArn: arn('central') },
    { webAcl: undefined, webAclArn: undefined },
  ],
  [{ WebAclArn: arn('own') }, {}, { webAcl: undefined, webAclArn: arn('own') }],
])('a template of %j with the configuration %j', (template, configuration, expected) => {
  expect(specify(template, configuration)).toMatchObject(expected);
});

function refusal(properties: object): unknown {
  try {
    return specify(properties);
  } catch (error) {
    if (error instanceof HandlerError) return error;
    throw error;
  }
}

const owner = (name: string) => identityOf(location, 'default', name);
const rulesFor = (name: string, WebAcl: object) =>
  serviceRules({
    identity: owner(name),
    webAcl: specify({ WebAcl }).webAcl!,
    hostNames: [`${name}.example.com`],
    ipSets: { allowed: [], blocked: [] },
  });
const none = { Rules: [], CustomResponseBodies: {} };

describe('rules', () => {
  test('of a service leave those of others as they are, and everything as it was when they go', () => {
    const shop = withServiceRules(owner('shop'), none, rulesFor('shop', { RateLimit: { Limit: 100 } }));
    const both = withServiceRules(owner('blog'), shop, rulesFor('blog', { BlockPage: { Content: 'No' } }));
    expect(both.Rules.filter((rule) => shop.Rules.includes(rule))).toEqual(shop.Rules);
    expect(new Set(both.Rules.map(({ Priority }) => Priority)).size).toBe(both.Rules.length);
    expect(withServiceRules(owner('blog'), both, undefined)).toEqual(shop);
    expect(withServiceRules(owner('shop'), shop, undefined)).toEqual(none);
  });

  test('are told from others by their names', () => {
    const shop = rulesFor('shop', { LargeBodies: true });
    const both = withServiceRules(
      owner('blog'),
      withServiceRules(owner('shop'), none, shop),
      rulesFor('blog', {}),
    );
    expect(rulesOfService(owner('shop'), both)).toEqual(shop);
    expect(rulesOfService(owner('other'), both)).toBeUndefined();
  });

  test.each<[WebAcl: object, capacity: number]>([
    // Hosts: a regular expression and a transformation. Groups: each its own, and a label. Bodies: three labels.
    [{}, 13 + 925 + 3 + 3],
    [{ ManagedRuleGroups: [] }, 13],
    [{ ManagedRuleGroups: [], RateLimit: { Limit: 10 } }, 13 + 2 + 1],
    [{ LargeBodies: true }, 13 + 925 + 3],
    [{ ManagedRuleGroups: [SQLI], CountedRules: [`${SQLI}/A`] }, 13 + 200 + 1],
  ])('of %j take %i capacity units', (WebAcl, capacity) => {
    expect(capacityOf(withServiceRules(owner('shop'), none, rulesFor('shop', WebAcl)).Rules)).toBe(capacity);
  });

  test('with another choice of rules that count are of another group', () => {
    const counted = rulesFor('shop', { CountedRules: ['AWSManagedRulesCommonRuleSet/A'] });
    const { Rules } = withServiceRules(
      owner('blog'),
      withServiceRules(owner('shop'), none, counted),
      rulesFor('blog', {}),
    );
    const groups = Rules.flatMap(({ Statement }) => Statement?.ManagedRuleGroupStatement?.Name ?? []);
    expect(groups.filter((name) => name === 'AWSManagedRulesCommonRuleSet')).toHaveLength(2);
    expect(groups).toHaveLength(4);
  });
});
