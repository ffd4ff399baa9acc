/** Requests to a load balancer that has a web ACL. */
import {
  AssociateWebACLCommand,
  CreateWebACLCommand,
  WAFV2Client,
  type Rule,
  type Statement,
} from '@aws-sdk/client-wafv2';
import { Fixture, hostIs } from './fixture';

let fixture: Fixture;
let waf: WAFV2Client;
beforeAll(async () => {
  fixture = await Fixture.start();
  waf = new WAFV2Client(fixture.motoOptions);
});
afterAll(async () => {
  waf.destroy();
  await fixture.close();
});

const VisibilityConfig = { SampledRequestsEnabled: false, CloudWatchMetricsEnabled: false, MetricName: 'm' };
const rule = (Priority: number, statement: Statement, more: Partial<Rule> = {}): Rule => ({
  Name: `rule-${Priority}`,
  Priority,
  Action: { Block: {} },
  Statement: statement,
  VisibilityConfig,
  ...more,
});

const host = (
  SearchString: string,
  PositionalConstraint: 'EXACTLY' | 'STARTS_WITH' = 'EXACTLY',
): Statement => ({
  ByteMatchStatement: {
    SearchString: Buffer.from(SearchString),
    PositionalConstraint,
    FieldToMatch: { SingleHeader: { Name: 'Host' } },
    TextTransformations: [{ Priority: 0, Type: 'LOWERCASE' }],
  },
});
const pattern = (RegexString: string): Statement => ({
  RegexMatchStatement: {
    RegexString,
    FieldToMatch: { SingleHeader: { Name: 'host' } },
    TextTransformations: [{ Priority: 0, Type: 'NONE' }],
  },
});
const label = (Key: string): Statement => ({ LabelMatchStatement: { Scope: 'LABEL', Key } });
const commonRuleSet = (override?: 'Count'): Statement => ({
  ManagedRuleGroupStatement: {
    VendorName: 'AWS',
    Name: 'AWSManagedRulesCommonRuleSet',
    ...(override && {
      RuleActionOverrides: [{ Name: 'SizeRestrictions_BODY', ActionToUse: { [override]: {} } }],
    }),
  },
});

/** A load balancer that answers 200 for the host, behind these rules. */
async function behind(name: string, Rules: Rule[], more: object = {}): Promise<void> {
  const { arn, https } = await fixture.loadBalancer();
  const TargetGroupArn = await fixture.targetGroup(['10.0.0.9']);
  await fixture.rule(https, [hostIs(name)], { Type: 'forward', TargetGroupArn });
  await fixture.certificate(https, name);
  const { Summary } = await waf.send(
    new CreateWebACLCommand({
      Name: name.replaceAll('.', '-'),
      Scope: 'REGIONAL',
      DefaultAction: { Allow: {} },
      VisibilityConfig,
      Rules,
      ...more,
    }),
  );
  await waf.send(new AssociateWebACLCommand({ ResourceArn: arn, WebACLArn: Summary!.ARN }));
  fixture.plane.invalidate();
}

const LARGE = 'x'.repeat(8193);
const status = async (name: string, body?: string) =>
  (await fixture.request(name, body === undefined ? {} : { method: 'POST', body })).status;

test.each<[what: string, rules: Rule[], expected: number]>([
  ['a host', [rule(0, host('0.example.com'))], 403],
  ['another host', [rule(0, host('other.example.com'))], 200],
  ['the beginning of a host', [rule(0, host('1', 'STARTS_WITH'))], 200],
  ['a regular expression', [rule(0, pattern('^[0-9]\\.example\\.com$'))], 403],
  ['what is not so', [rule(0, { NotStatement: { Statement: host('other.example.com') } })], 403],
  ['two things at once', [rule(0, { AndStatement: { Statements: [pattern('example'), host('x')] } })], 200],
  ['one of two', [rule(0, { OrStatement: { Statements: [pattern('example'), host('x')] } })], 403],
  ['a rule that counts', [rule(0, pattern('example'), { Action: { Count: {} } })], 200],
  [
    'a label of a rule before',
    [
      rule(0, pattern('example'), { Action: { Count: {} }, RuleLabels: [{ Name: 'mine' }] }),
      rule(1, label('mine')),
    ],
    403,
  ],
  [
    'a label of a rule after',
    [
      rule(0, label('mine')),
      rule(1, pattern('example'), { Action: { Count: {} }, RuleLabels: [{ Name: 'mine' }] }),
    ],
    200,
  ],
  [
    'what is allowed before it',
    [rule(1, pattern('example')), rule(0, pattern('com'), { Action: { Allow: {} } })],
    200,
  ],
])('%s', async (what, rules, expected) => {
  const name = `${CASES.push(what) - 1}.example.com`;
  await behind(name, rules);
  expect(await status(name)).toBe(expected);
});
const CASES: string[] = [];

test('a body of more than 8 KB is blocked by the common rule set, or gets a label', async () => {
  await behind('a.example.com', [
    rule(0, commonRuleSet(), { Action: undefined, OverrideAction: { None: {} } }),
  ]);
  expect([await status('a.example.com', LARGE), await status('a.example.com', LARGE.slice(1))]).toEqual([
    403, 200,
  ]);
  const group = rule(0, commonRuleSet('Count'), { Action: undefined, OverrideAction: { None: {} } });
  await behind('b.example.com', [group]);
  expect(await status('b.example.com', LARGE)).toBe(200);
  const labelled = (name: string) => label(`awswaf:managed:aws:core-rule-set:${name}`);
  await behind('c.example.com', [group, rule(1, labelled('SizeRestrictions_Body'))]);
  await behind('d.example.com', [group, rule(1, labelled('SizeRestrictions_BODY'))]);
  const statuses = async () => [await status('c.example.com', LARGE), await status('d.example.com', LARGE)];
  expect(await statuses()).toEqual([403, 200]);
  fixture.answers.give({ 'wafv2.body-label': false });
  expect(await statuses()).toEqual([200, 403]);
  fixture.answers.reset();
});

test('what is blocked is answered as the rule says', async () => {
  const CustomResponse = { ResponseCode: 451, CustomResponseBodyKey: 'page' };
  const CustomResponseBodies = { page: { ContentType: 'APPLICATION_JSON' as const, Content: '{"no":1}' } };
  await behind('e.example.com', [rule(0, pattern('example'), { Action: { Block: { CustomResponse } } })], {
    CustomResponseBodies,
  });
  const { status: code, headers, body } = await fixture.request('e.example.com');
  expect([code, headers['content-type'], body]).toEqual([451, 'application/json', '{"no":1}']);
});
