/** Rules of a service in the web ACL of its load balancer, as the author of the template, people and clients see them. */
import { DescribeLogGroupsCommand, CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import {
  AssociateWebACLCommand,
  GetIPSetCommand,
  GetLoggingConfigurationCommand,
  GetWebACLCommand,
  ListIPSetsCommand,
  ListWebACLsCommand,
  UpdateIPSetCommand,
  UpdateWebACLCommand,
  WAFV2Client,
  type Rule,
  type WebACL,
} from '@aws-sdk/client-wafv2';
import { requestHost } from '../../local/http-request';
import type { Structure } from '../../local/service';
import { shortHash } from '../../src/express-service/identity/identity';
import { testProperties } from '../properties/life-of-a-property';
import { ACCOUNT_ID, makeWebAcl, REGION, TYPE_NAME } from '../support/account';
import { Driver } from '../support/driver';

let driver: Driver;
let waf: WAFV2Client;
let logs: CloudWatchLogsClient;
beforeAll(async () => {
  driver = await Driver.start();
  waf = new WAFV2Client(driver.aws.clientOptions());
  logs = new CloudWatchLogsClient(driver.aws.clientOptions());
});
afterEach(() => driver.reset());
afterAll(async () => {
  waf.destroy();
  logs.destroy();
  await driver.close();
});

const Scope = 'REGIONAL' as const;
const service = (ServiceName: string, WebAcl?: Structure) =>
  driver.model({ ServiceName, ...(WebAcl && { WebAcl }) });
const create = async (ServiceName: string, WebAcl?: Structure) =>
  Driver.modelOf(await driver.create(service(ServiceName, WebAcl)));
const update = async (before: Structure, WebAcl?: Structure) =>
  driver.update(before, service(before.ServiceName, WebAcl));

/** The only web ACL of the account. */
async function webAcl(): Promise<WebACL & { readonly LockToken: string }> {
  const { WebACLs = [] } = await waf.send(new ListWebACLsCommand({ Scope }));
  expect(WebACLs).toHaveLength(1);
  const { Name, Id } = WebACLs[0]!;
  const { WebACL, LockToken } = await waf.send(new GetWebACLCommand({ Scope, Name, Id }));
  return { ...WebACL!, LockToken: LockToken! };
}

const names = ({ Rules = [] }: WebACL) =>
  [...Rules].sort((a, b) => a.Priority! - b.Priority!).map(({ Name }) => Name!.replace(/[0-9a-f]{12}/, '*'));

/** By hand. */
async function changeRules(change: (rules: Rule[]) => Rule[]): Promise<void> {
  const { Name, Id, LockToken, DefaultAction, VisibilityConfig, CustomResponseBodies, Rules } =
    await webAcl();
  const others = { DefaultAction, VisibilityConfig, CustomResponseBodies };
  await waf.send(new UpdateWebACLCommand({ Scope, Name, Id, LockToken, ...others, Rules: change(Rules!) }));
}

const ask = (name: string, from = '198.51.100.1', body?: string) =>
  requestHost(driver.aws.dataPlaneUrl, `${name}.apps.example.com`, {
    headers: { 'x-local-source-ip': from },
    ...(body !== undefined && { method: 'POST', body }),
  });

const GROUPS = [
  'AWSManagedRulesAmazonIpReputationList',
  'AWSManagedRulesKnownBadInputsRuleSet',
  'AWSManagedRulesCommonRuleSet',
];

const ALL = {
  RateLimit: { Limit: 10, EvaluationWindowSec: 60 },
  AllowedCidrs: ['192.0.2.0/24', '2001:db8:1::/48'],
  BlockedCidrs: ['203.0.113.0/24'],
  CountedRules: ['AWSManagedRulesCommonRuleSet/NoUserAgent_HEADER'],
  BlockPage: { Content: '<h1>No</h1>', ContentType: 'TEXT_HTML' },
  Logging: true,
};

test('it is made with the service, and goes with it', async () => {
  const before = await driver.inventory();
  const made = await create('shop', ALL);
  expect(made.WebAcl).toEqual({
    Enabled: true,
    LargeBodies: false,
    ManagedRuleGroups: [...GROUPS].sort(),
    ...ALL,
  });
  expect(made.WebAclArn).toBeUndefined();
  const acl = await webAcl();
  const { Name, ARN: ResourceArn } = acl;
  expect(names(acl)).toEqual([
    'express-*-hosts',
    'express-*-allowed',
    'express-*-blocked',
    'express-*-rate',
    'AWSManagedRulesAmazonIpReputationList',
    'AWSManagedRulesKnownBadInputsRuleSet',
    expect.stringMatching(/^AWSManagedRulesCommonRuleSet-[0-9a-f]{6}$/),
    'express-*-bodies',
  ]);
  const { LoggingConfiguration } = await waf.send(new GetLoggingConfigurationCommand({ ResourceArn }));
  const { logGroups } = await logs.send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: `aws-waf-logs-${Name}` }),
  );
  expect(LoggingConfiguration).toMatchObject({
    LogDestinationConfigs: [logGroups![0]!.arn!.replace(/:\*$/, '')],
    RedactedFields: [{ SingleHeader: { Name: 'authorization' } }, { SingleHeader: { Name: 'cookie' } }],
  });
  expect(Driver.modelOf(await driver.read(made.ServiceArn)).WebAcl).toEqual(made.WebAcl);
  expect(await driver.delete(made.ServiceArn)).toMatchObject({ message: undefined, status: 'SUCCESS' });
  expect(await driver.inventory()).toEqual(before);
});

const RULES_OF = (ServiceName: string) =>
  `express-${shortHash(`arn:aws:ecs:${REGION}:${ACCOUNT_ID}:service/default/${ServiceName}`, 12)}-`;

/** What the rules of a service are for, and the managed rule groups. */
async function held(ServiceName: string): Promise<Structure> {
  const { Rules = [], CustomResponseBodies = {} } = await webAcl();
  const own = RULES_OF(ServiceName);
  const rules = Rules.flatMap(({ Name }) => (Name!.startsWith(own) ? Name!.slice(own.length) : []));
  const groups = Rules.flatMap(({ Statement }) => Statement?.ManagedRuleGroupStatement?.Name ?? []);
  return { rules, groups, pages: Object.values(CustomResponseBodies).map(({ Content }) => Content) };
}

testProperties(
  () => driver,
  [
    [
      'WebAcl',
      {
        set: { WebAcl: { RateLimit: { Limit: 10 }, BlockPage: { Content: 'No' }, ManagedRuleGroups: [] } },
        held: { rules: ['hosts', 'rate'], groups: [], pages: ['No'] },
        read: {
          WebAcl: { RateLimit: { Limit: 10, EvaluationWindowSec: 300 }, BlockPage: { Content: 'No' } },
        },
        changed: { WebAcl: { BlockedCidrs: ['192.0.2.0/24'], AllowedCidrs: ['2001:db8::/32'] } },
        changedHeld: { rules: ['hosts', 'allowed', 'blocked', 'bodies'], groups: GROUPS, pages: [] },
        // Who has rules keeps those that services have by default.
        defaultHeld: { rules: ['hosts', 'bodies'], groups: GROUPS, pages: [] },
        defaultRead: { WebAcl: { Enabled: true, BlockedCidrs: undefined } },
      },
    ],
    [
      'WebAcl/Enabled',
      {
        set: {
          WebAcl: { BlockedCidrs: ['192.0.2.0/24'], CountedRules: [`${GROUPS[0]}/A`], LargeBodies: true },
        },
        held: { rules: ['hosts', 'blocked'], groups: GROUPS },
        changed: { WebAcl: { Enabled: false } },
        changedHeld: { rules: [], groups: [] },
        defaultHeld: { rules: [], groups: [] },
        defaultRead: { WebAcl: { Enabled: false } },
      },
    ],
  ],
  held,
);

describe('requests', () => {
  test('are blocked and let pass by the rules of their own service alone', async () => {
    const BlockPage = { Content: '<h1>No</h1>' };
    const shop = await create('shop', { BlockedCidrs: ['203.0.113.0/24', '2001:db8:2::/48'], BlockPage });
    await create('blog', { AllowedCidrs: ['203.0.113.9/32'], LargeBodies: true });
    const large = 'x'.repeat(9000);
    const answers = await Promise.all([
      ask('shop'),
      ask('shop', '203.0.113.9'),
      ask('shop', '2001:db8:2::1'),
      ask('blog', '203.0.113.9'),
      ask('shop', undefined, large),
      ask('blog', undefined, large),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 403, 403, 200, 403, 200]);
    expect(answers[1]).toMatchObject({ body: '<h1>No</h1>', headers: { 'content-type': 'text/html' } });
    Driver.modelOf(await update(shop, { LargeBodies: true }));
    expect((await ask('shop', undefined, large)).status).toBe(200);
    expect((await ask('shop', '203.0.113.9')).status).toBe(200);
  });

  test('whose Host names a port are those of the host', async () => {
    await create('shop', { BlockedCidrs: ['203.0.113.0/24'] });
    const { status } = await requestHost(driver.aws.dataPlaneUrl, 'SHOP.apps.example.com:443', {
      headers: { 'x-local-source-ip': '203.0.113.9' },
    });
    expect(status).toBe(403);
  });

  test('are counted by address, within the window', async () => {
    await create('shop', { RateLimit: { Limit: 10, EvaluationWindowSec: 60 } });
    const statuses = async (from: string) => {
      const answers = [];
      for (let count = 0; count < 11; count += 1) answers.push((await ask('shop', from)).status);
      return answers;
    };
    const tenPass = [...Array.from({ length: 10 }, () => 200), 403];
    expect(await statuses('198.51.100.1')).toEqual(tenPass);
    expect(await statuses('198.51.100.2')).toEqual(tenPass);
    await driver.aws.clock.sleep(61_000);
    expect((await ask('shop', '198.51.100.1')).status).toBe(200);
  });
});

describe('what people change', () => {
  test('stays until the template changes it', async () => {
    const named = { BlockedCidrs: ['203.0.113.0/24'], RateLimit: { Limit: 100 } };
    const made = await create('shop', named);
    const byHand: Rule = {
      Name: 'by-hand',
      Priority: 5,
      Action: { Block: {} },
      Statement: { GeoMatchStatement: { CountryCodes: ['AQ'] } },
      VisibilityConfig: {
        SampledRequestsEnabled: true,
        CloudWatchMetricsEnabled: true,
        MetricName: 'by-hand',
      },
    };
    await changeRules((rules) => [
      byHand,
      ...rules.map((rule) => (rule.Name!.endsWith('-rate') ? { ...rule, Action: { Count: {} } } : rule)),
    ]);
    const { IPSets = [] } = await waf.send(new ListIPSetsCommand({ Scope }));
    const { Name, Id } = IPSets[0]!;
    const { LockToken } = await waf.send(new GetIPSetCommand({ Scope, Name, Id }));
    const Addresses = ['203.0.113.0/24', '192.0.2.7/32'];
    await waf.send(new UpdateIPSetCommand({ Scope, Name, Id, LockToken, Addresses }));

    const changed = {
      ...named,
      RateLimit: { Limit: 200 },
      BlockedCidrs: ['203.0.113.0/24', '198.51.100.0/24'],
    };
    const model = Driver.modelOf(
      await driver.update(
        { ...service('shop', named), ServiceArn: made.ServiceArn },
        service('shop', changed),
      ),
    );
    expect(model.WebAcl).toMatchObject({
      RateLimit: { Limit: 200, EvaluationWindowSec: 300 },
      BlockedCidrs: ['192.0.2.7/32', '198.51.100.0/24', '203.0.113.0/24'],
    });
    const { Rules = [] } = await webAcl();
    expect(Rules).toContainEqual(byHand);
    expect(Rules.find((rule) => rule.Name!.endsWith('-rate'))?.Action).toEqual({ Count: {} });
  });

  test('of the rule for hosts is set back, and rules that are all gone are made again', async () => {
    const made = await create('shop', { BlockedCidrs: ['203.0.113.0/24'] });
    const before = (await webAcl()).Rules;
    await changeRules((rules) => rules.filter(({ Name }) => !Name!.startsWith('express-')));
    expect(Driver.modelOf(await driver.read(made.ServiceArn)).WebAcl).toEqual({ Enabled: false });
    Driver.modelOf(await update(made, { BlockedCidrs: ['203.0.113.0/24'] }));
    expect((await webAcl()).Rules).toEqual(before);
  });
});

describe('services of one load balancer', () => {
  test('share a web ACL, in which each has rules of its own', async () => {
    const shop = await create('shop', { RateLimit: { Limit: 100 }, Logging: true });
    const alone = (await webAcl()).Rules;
    const blog = await create('blog', { ManagedRuleGroups: ['AWSManagedRulesSQLiRuleSet'] });
    expect(names(await webAcl())).toEqual([
      'express-*-hosts',
      'express-*-hosts',
      'express-*-rate',
      ...GROUPS,
      'AWSManagedRulesSQLiRuleSet',
      'express-*-bodies',
    ]);
    const other = await create('plain');
    expect(other.WebAcl).toEqual({ Enabled: false });
    expect(await driver.delete(blog.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
    expect((await webAcl()).Rules).toEqual(alone);
    expect(await driver.delete(shop.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
    expect((await webAcl()).Rules).toEqual([]);
    // It goes with the load balancer.
    expect(await driver.delete(other.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
    expect((await driver.inventory()).filter((each) => /WAFv2|aws-waf-logs/.test(each))).toEqual([]);
  });

  test('may come, change and go at the same moment', async () => {
    const made = await Promise.all(
      ['a', 'b', 'c'].map((name) => create(name, { RateLimit: { Limit: 100 } })),
    );
    expect(names(await webAcl()).filter((name) => name.endsWith('-rate'))).toHaveLength(3);
    const [a, b, c] = made as [Structure, Structure, Structure];
    const [updated, deleted] = await Promise.all([
      update(a, { RateLimit: { Limit: 200 } }),
      driver.delete(b.ServiceArn),
      update(c, { Enabled: false }),
    ]);
    expect([updated.status, deleted.status]).toEqual(['SUCCESS', 'SUCCESS']);
    expect(names(await webAcl())).toEqual([
      'express-*-hosts',
      'express-*-rate',
      ...GROUPS,
      'express-*-bodies',
    ]);
    await Promise.all([driver.delete(a.ServiceArn), driver.delete(c.ServiceArn)]);
    expect((await driver.inventory()).filter((each) => /WAFv2/.test(each))).toEqual([]);
  });
});

describe('a service whose template says nothing', () => {
  /** What platform teams have who say nothing of it either. */
  function byDefault(): void {
    const { WebAclByDefault: _, ...others } = driver.aws.registry.typeConfiguration(TYPE_NAME)!;
    driver.aws.registry.setTypeConfiguration(TYPE_NAME, others);
  }
  const internal = { LoadBalancerConfiguration: { Scheme: 'internal' } };

  test('gets rules where it is new and public', async () => {
    byDefault();
    const shop = await create('shop');
    expect(shop.WebAcl).toMatchObject({ Enabled: true, ManagedRuleGroups: [...GROUPS].sort() });
    const hidden = Driver.modelOf(await driver.create({ ...service('hidden'), ...internal }));
    expect(hidden.WebAcl).toEqual({ Enabled: false });
    const off = await create('off', { Enabled: false });
    expect(off.WebAcl).toEqual({ Enabled: false });
    expect(names(await webAcl()).filter((name) => name.endsWith('-hosts'))).toHaveLength(1);
  });

  test('stays without where it was there before, and keeps what it has', async () => {
    const old = await create('old');
    byDefault();
    const { ServiceArn } = old;
    const changed = { ...service('old'), HealthCheckPath: '/health' };
    const model = Driver.modelOf(await driver.update({ ...service('old'), ServiceArn }, changed));
    expect(model.WebAcl).toEqual({ Enabled: false });
    expect((await waf.send(new ListWebACLsCommand({ Scope }))).WebACLs).toEqual([]);
    // Who asks for it gets it, and keeps it when nobody asks any more.
    const asked = { ...changed, WebAcl: { RateLimit: { Limit: 50 } } };
    Driver.modelOf(await driver.update({ ...changed, ServiceArn }, asked));
    const silent = Driver.modelOf(await driver.update({ ...asked, ServiceArn }, changed));
    expect(silent.WebAcl).toMatchObject({ Enabled: true });
    expect(silent.WebAcl.RateLimit).toBeUndefined();
  });

  test('takes its rules along to another load balancer', async () => {
    byDefault();
    const { ServiceArn } = await create('shop');
    const before = await webAcl();
    const elsewhere = { ...service('shop'), LoadBalancerConfiguration: { IdleTimeoutSeconds: 30 } };
    const moved = Driver.modelOf(await driver.update({ ...service('shop'), ServiceArn }, elsewhere));
    expect(moved.WebAcl).toMatchObject({ Enabled: true });
    const after = await webAcl();
    expect(after.Name).not.toBe(before.Name);
    expect(after.Rules).toEqual(before.Rules);
  });

  test('leaves a web ACL alone that somebody else has associated', async () => {
    const old = await create('old');
    const arn = await foreignWebAcl(old);
    byDefault();
    const { ServiceArn } = await create('shop');
    expect(Driver.modelOf(await driver.read(ServiceArn))).toMatchObject({ WebAclArn: arn });
    expect(await driver.create(service('named', {}))).toMatchObject({
      status: 'FAILED',
      errorCode: 'ResourceConflict',
      message: expect.stringMatching(/^WebAcl: .*not made by this resource type.*WebAclArn instead/),
    });
  });
});

/** Associate a web ACL with the load balancer of a service by hand. @returns its ARN. */
async function foreignWebAcl({ ECSManagedResourceArns }: Structure): Promise<string> {
  const WebACLArn = await makeWebAcl(driver.aws, 'central');
  // AWS WAF knows it.
  await driver.aws.clock.sleep(10 * 60_000);
  const ResourceArn = ECSManagedResourceArns.IngressPath.LoadBalancerArn;
  await waf.send(new AssociateWebACLCommand({ ResourceArn, WebACLArn }));
  return WebACLArn;
}

test('more than AWS WAF takes is refused before anything is made', async () => {
  const counted = (rule: string) => ({
    CountedRules: [
      'AWSManagedRulesCommonRuleSet',
      'AWSManagedRulesSQLiRuleSet',
      'AWSManagedRulesLinuxRuleSet',
    ].map((group) => `${group}/${rule}`),
    ManagedRuleGroups: [
      'AWSManagedRulesCommonRuleSet',
      'AWSManagedRulesSQLiRuleSet',
      'AWSManagedRulesLinuxRuleSet',
    ],
  });
  for (const rule of ['A', 'B', 'C', 'D']) await create(rule.toLowerCase(), counted(rule));
  const made = await driver.inventory();
  expect(await driver.create(service('e', counted('E')))).toMatchObject({
    status: 'FAILED',
    errorCode: 'ServiceLimitExceeded',
    message: expect.stringMatching(
      /^WebAcl: .* would have 55\d\d web ACL capacity units, and AWS WAF takes 5000\./,
    ),
  });
  expect(await driver.inventory()).toEqual(made);
});

test('rules that others change at the same moment are made of a fresh look', async () => {
  driver.aws.faults.add({
    kind: 'refuse',
    service: 'wafv2',
    operation: 'UpdateWebACL',
    times: 7,
    error: { code: 'WAFOptimisticLockException', message: 'AWS WAF couldn’t save your changes.' },
  });
  const made = await create('shop', {});
  expect(made.WebAcl).toMatchObject({ Enabled: true });
});
