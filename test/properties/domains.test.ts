/** Host names and paths, end to end. */
import { ACMClient, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import {
  CreateRuleCommand,
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
  type Rule,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
  type Change,
} from '@aws-sdk/client-route-53';
import { issueCertificate } from '../../local/account';
import { requestHost } from '../../local/http-request';
import type { Structure } from '../../local/service';
import { whileRequested } from '../moves/steady-requests';
import { TYPE_NAME } from '../support/account';
import { Driver } from '../support/driver';
import { testProperties } from './life-of-a-property';

let driver: Driver;
let elb: ElasticLoadBalancingV2Client;
let route53: Route53Client;
let acm: ACMClient;
/** Hosted zone of example.org; that of apps.example.com is in the configuration of the type. */
let otherZone: string;

beforeAll(async () => {
  driver = await Driver.start();
  const options = driver.aws.clientOptions();
  elb = new ElasticLoadBalancingV2Client(options);
  route53 = new Route53Client(options);
  acm = new ACMClient(options);
  const { HostedZone } = await route53.send(
    new CreateHostedZoneCommand({ Name: 'example.org', CallerReference: 'other' }),
  );
  otherZone = HostedZone!.Id!.replace('/hostedzone/', '');
});
afterAll(async () => {
  for (const client of [elb, route53, acm]) client.destroy();
  await driver.close();
});

const arnOf = (serviceName: string) => `arn:aws:ecs:us-east-1:123456789012:service/default/${serviceName}`;
const baseZone = () => driver.aws.registry.typeConfiguration(TYPE_NAME)!.HostedZoneId as string;

async function ruleOf(serviceName: string): Promise<Rule> {
  const { ECSManagedResourceArns } = Driver.modelOf(await driver.read(arnOf(serviceName)));
  const { Rules } = await elb.send(
    new DescribeRulesCommand({ RuleArns: [ECSManagedResourceArns.IngressPath.ListenerRuleArn] }),
  );
  return Rules![0]!;
}

function valuesOf({ Conditions = [] }: Rule, field: string): string[] {
  return Conditions.filter(({ Field }) => Field === field)
    .flatMap(
      ({ HostHeaderConfig, PathPatternConfig }) => (HostHeaderConfig ?? PathPatternConfig)?.Values ?? [],
    )
    .sort();
}

/** Hosts that lead somewhere, by the service that they belong to. */
async function recordsOf(serviceName: string): Promise<string[]> {
  const zones = await Promise.all(
    [baseZone(), otherZone].map(async (HostedZoneId) => {
      const { ResourceRecordSets = [] } = await route53.send(
        new ListResourceRecordSetsCommand({ HostedZoneId }),
      );
      return ResourceRecordSets;
    }),
  );
  const records = zones.flat();
  const owned = records.filter(({ ResourceRecords }) =>
    ResourceRecords?.some(({ Value }) => Value === `"${arnOf(serviceName)}"`),
  );
  const hosts = owned.map(({ Name }) => Name!.replace('_org-ecs-express.', ''));
  return records
    .filter(({ Name, AliasTarget }) => AliasTarget && hosts.includes(Name!))
    .map(({ Name }) => Name!);
}

async function matchedBy(serviceName: string): Promise<Structure> {
  const rule = await ruleOf(serviceName);
  const mine = (host: string) => host.replace(`${serviceName}.`, 'service.');
  return {
    hosts: valuesOf(rule, 'host-header').map(mine),
    records: (await recordsOf(serviceName)).map(mine).sort(),
    paths: valuesOf(rule, 'path-pattern'),
  };
}

const www = { DomainName: 'www.apps.example.com' };

testProperties(
  () => driver,
  [
    [
      'AdditionalDomains',
      {
        get set() {
          return { AdditionalDomains: [www, { DomainName: 'a.example.org', HostedZoneId: otherZone }] };
        },
        held: {
          hosts: ['a.example.org', 'service.apps.example.com', 'www.apps.example.com'],
          records: ['a.example.org.', 'service.apps.example.com.', 'www.apps.example.com.'],
        },
        get changed() {
          return { AdditionalDomains: [{ DomainName: 'b.example.org', HostedZoneId: otherZone }] };
        },
        changedHeld: {
          hosts: ['b.example.org', 'service.apps.example.com'],
          records: ['b.example.org.', 'service.apps.example.com.'],
        },
        defaultHeld: { hosts: ['service.apps.example.com'], records: ['service.apps.example.com.'] },
        defaultRead: { AdditionalDomains: undefined },
      },
    ],
    [
      'PathPatterns',
      {
        set: { PathPatterns: ['/api/*', '*.png'] },
        held: { paths: ['*.png', '/api/*'] },
        changed: { PathPatterns: ['/v?/*'] },
        changedHeld: { paths: ['/v?/*'] },
        defaultHeld: { paths: [] },
        defaultRead: { PathPatterns: undefined },
      },
    ],
  ],
  matchedBy,
);

const status = async (host: string, path = '/') =>
  (await requestHost(driver.aws.dataPlaneUrl, host, { path })).status;

test('a service answers at its paths alone', async () => {
  const template = driver.model({ ServiceName: 'paths', PathPatterns: ['/api/*'] });
  const { ServiceArn } = Driver.modelOf(await driver.create(template));
  const host = 'paths.apps.example.com';
  expect(await status(host, '/api/1')).toBe(200);
  expect(await status(host, '/other')).toBe(404);

  Driver.modelOf(await driver.update({ ...template, ServiceArn }, { ...template, PathPatterns: ['/other'] }));
  expect(await status(host, '/api/1')).toBe(404);
  expect(await status(host, '/other')).toBe(200);
});

test('an additional domain with a certificate of its own follows a canary', async () => {
  const hosts = ['canary.apps.example.com', 'canary.example.org'];
  const template = driver.model({
    ServiceName: 'canary',
    AdditionalDomains: [{ DomainName: hosts[1], HostedZoneId: otherZone }],
    DeploymentConfiguration: { CanaryConfiguration: { CanaryPercent: 20 } },
  });
  const { ServiceArn } = Driver.modelOf(await driver.create(template));
  const renewed = { ...template, PrimaryContainer: { Image: 'example/hello:2' } };
  const shares = await sharesDuring(hosts, () => driver.update({ ...template, ServiceArn }, renewed));
  for (const { total, renewed, lost } of shares) {
    expect(lost).toBe(0);
    expect(total).toBeGreaterThan(50);
    expect(renewed / total).toBeCloseTo(0.2, 1);
  }
  expect(await driver.delete(ServiceArn)).toMatchObject({ status: 'SUCCESS' });
  expect(await recordsOf('canary')).toEqual([]);
});

/** Answers at each host while an update sends a part of the traffic to the new image. */
async function sharesDuring(
  hosts: readonly string[],
  update: () => Promise<unknown>,
): Promise<{ total: number; renewed: number; lost: number }[]> {
  const shares = hosts.map(() => ({ total: 0, renewed: 0, lost: 0 }));
  const { clock, dataPlaneUrl } = driver.aws;
  const { RuleArn } = await ruleOf('canary');
  const weights = async () => {
    const { Rules } = await elb.send(new DescribeRulesCommand({ RuleArns: [RuleArn!] }));
    return Rules![0]!.Actions![0]!.ForwardConfig!.TargetGroups!.map(({ Weight }) => Weight!);
  };
  let ended = false;
  const updating = update().finally(() => (ended = true));
  while (!ended) {
    await clock.work(async () => {
      const isSplit = (await weights()).every((weight) => weight > 0);
      for (const [index, host] of hosts.entries()) {
        const answer = await requestHost(dataPlaneUrl, host);
        const share = shares[index]!;
        if (answer.status !== 200) share.lost += 1;
        if (!isSplit) continue;
        share.total += 1;
        if (answer.body.includes('example/hello:2')) share.renewed += 1;
      }
    });
    await clock.sleep(2000);
  }
  await updating;
  return shares;
}

test('domains change without a lost answer at those that stay, and certificates with them', async () => {
  const first = { DomainName: 'first.example.org', HostedZoneId: otherZone };
  const template = driver.model({ ServiceName: 'changing', AdditionalDomains: [first, www] });
  const { ServiceArn } = Driver.modelOf(await driver.create(template));
  const changed = {
    ...template,
    DomainName: 'first.example.org',
    HostedZoneId: otherZone,
    AdditionalDomains: [www, { DomainName: 'second.example.org', HostedZoneId: otherZone }],
  };
  const { answers, result } = await whileRequested(driver.aws, 'first.example.org', otherZone, () =>
    driver.update({ ...template, ServiceArn }, changed),
  );
  expect(answers.lost).toEqual([]);
  expect(Driver.modelOf(result)).toMatchObject({
    DomainName: 'first.example.org',
    Endpoint: 'https://first.example.org',
    AdditionalDomains: changed.AdditionalDomains,
  });
  expect((await matchedBy('changing')).hosts).toEqual([
    'first.example.org',
    'second.example.org',
    'www.apps.example.com',
  ]);
  const { CertificateArn } = Driver.modelOf(await driver.read(ServiceArn)).ECSManagedResourceArns.IngressPath;
  const { Certificate } = await acm.send(new DescribeCertificateCommand({ CertificateArn }));
  expect(Certificate).toMatchObject({ DomainName: 'first.example.org', Status: 'ISSUED' });
  expect(await driver.delete(ServiceArn)).toMatchObject({ status: 'SUCCESS' });
});

test('two services exchange their domains in one stack update without a lost answer', async () => {
  const [red, blue] = ['red.apps.example.com', 'blue.apps.example.com'];
  const template = (ServiceName: string, DomainName: string) => driver.model({ ServiceName, DomainName });
  const make = async (name: string, domain: string) => {
    const properties = template(name, domain);
    const { ServiceArn } = Driver.modelOf(await driver.create(properties));
    return { ...properties, ServiceArn };
  };
  const one = await make('one', red!);
  const two = await make('two', blue!);
  const { answers, result } = await whileRequested(driver.aws, red!, baseZone(), () =>
    Promise.all([driver.update(one, template('one', blue!)), driver.update(two, template('two', red!))]),
  );
  expect(result.map((outcome) => Driver.modelOf(outcome).DomainName)).toEqual([blue, red]);
  expect(answers.lost).toEqual([]);
  expect(await recordsOf('one')).toEqual([`${blue}.`]);
  expect(await recordsOf('two')).toEqual([`${red}.`]);
});

test('a domain that another service keeps is refused, and that service keeps it', async () => {
  const keeper = driver.model({ ServiceName: 'keeper' });
  Driver.modelOf(await driver.create(keeper));
  const template = driver.model({ ServiceName: 'taker' });
  const { ServiceArn } = Driver.modelOf(await driver.create(template));
  const taking = { ...template, AdditionalDomains: [{ DomainName: 'keeper.apps.example.com' }] };
  expect(await driver.update({ ...template, ServiceArn }, taking)).toMatchObject({
    status: 'FAILED',
    errorCode: 'ResourceConflict',
    message: expect.stringContaining('AdditionalDomains/0/DomainName: keeper.apps.example.com belongs to'),
  });
  Driver.modelOf(await driver.update({ ...taking, ServiceArn }, template));
  expect(await matchedBy('taker')).toMatchObject({ hosts: ['service.apps.example.com'] });
  expect(await recordsOf('keeper')).toEqual(['keeper.apps.example.com.']);
});

describe('domains that the author looks after', () => {
  let CertificateArn: string;
  beforeAll(async () => {
    CertificateArn = await issueCertificate(driver.aws, otherZone, '*.example.org');
  });
  const template = (ServiceName: string, DomainName: string) =>
    driver.model({ ServiceName, DomainName, CertificateArn });
  const make = async (name: string, domain: string) => {
    const { ServiceArn } = Driver.modelOf(await driver.create(template(name, domain)));
    return { ...template(name, domain), ServiceArn };
  };

  test('are exchanged by two services in one stack update', async () => {
    const [green, grey] = ['green.example.org', 'grey.example.org'];
    const [three, four] = [await make('three', green), await make('four', grey)];
    const outcomes = await Promise.all([
      driver.update(three, template('three', grey)),
      driver.update(four, template('four', green)),
    ]);
    expect(outcomes.map((outcome) => Driver.modelOf(outcome).DomainName)).toEqual([grey, green]);
    expect(await matchedBy('three')).toMatchObject({ hosts: [grey] });
    expect(await matchedBy('four')).toMatchObject({ hosts: [green] });
  });

  test('are refused when another service keeps them, and the service goes on as before', async () => {
    await make('five', 'black.example.org');
    const taker = await make('six', 'white.example.org');
    const taking = template('six', 'black.example.org');
    const begin = driver.aws.clock.now();
    expect(await driver.update(taker, taking)).toMatchObject({
      status: 'FAILED',
      errorCode: 'ResourceConflict',
      message: expect.stringContaining(`DomainName: black.example.org belongs to ${arnOf('five')}`),
    });
    expect(driver.aws.clock.now() - begin).toBeGreaterThan(100_000);
    Driver.modelOf(
      await driver.update({ ...taking, ServiceArn: taker.ServiceArn }, template('six', 'white.example.org')),
    );
    expect(await matchedBy('six')).toMatchObject({ hosts: ['white.example.org'] });
    expect(await matchedBy('five')).toMatchObject({ hosts: ['black.example.org'] });
    const refused = await driver.create(template('seven', 'white.example.org'));
    expect(refused).toMatchObject({
      errorCode: 'ResourceConflict',
      message: expect.stringContaining(`DomainName: white.example.org belongs to ${arnOf('six')}`),
    });
  });
});

test('a host with hundreds of names below it is found, and given up', async () => {
  const host = 'crowded.apps.example.com';
  // They come before the ownership record of the host: `_` is sorted after digits.
  const below = Array.from({ length: 301 }, (_, index) => `${index}.${host}`);
  const Changes = below.map((Name): Change => ({
    Action: 'CREATE',
    ResourceRecordSet: { Name, Type: 'A', TTL: 60, ResourceRecords: [{ Value: '192.0.2.1' }] },
  }));
  await route53.send(
    new ChangeResourceRecordSetsCommand({ HostedZoneId: baseZone(), ChangeBatch: { Changes } }),
  );
  const records = async () => {
    const names = [host, `_org-ecs-express.${host}`];
    const firsts = names.map(async (StartRecordName) => {
      const { ResourceRecordSets = [] } = await route53.send(
        new ListResourceRecordSetsCommand({ HostedZoneId: baseZone(), StartRecordName, MaxItems: 1 }),
      );
      return ResourceRecordSets.map(({ Name }) => Name!.replace(/\.$/, ''));
    });
    return (await Promise.all(firsts)).flat().filter((name) => names.includes(name));
  };
  const { ServiceArn } = Driver.modelOf(await driver.create(driver.model({ ServiceName: 'crowded' })));
  expect(await records()).toEqual([host, `_org-ecs-express.${host}`]);
  expect(await driver.delete(ServiceArn)).toMatchObject({ status: 'SUCCESS' });
  expect(await records()).toEqual([]);
});

describe('what was added to the rule by hand', () => {
  async function addByHand(serviceName: string, values: { hosts?: string[]; paths?: string[] }) {
    const rule = await ruleOf(serviceName);
    const hosts = [...valuesOf(rule, 'host-header'), ...(values.hosts ?? [])];
    const paths = [...valuesOf(rule, 'path-pattern'), ...(values.paths ?? [])];
    const Conditions = [
      { Field: 'host-header', HostHeaderConfig: { Values: hosts } },
      ...(paths.length > 0 ? [{ Field: 'path-pattern', PathPatternConfig: { Values: paths } }] : []),
      { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['GET'] } },
    ];
    await elb.send(new ModifyRuleCommand({ RuleArn: rule.RuleArn, Conditions }));
  }

  /** A rule that comes before the service's. */
  async function addRuleByHand(serviceName: string): Promise<Rule> {
    const { RuleArn, Actions } = await ruleOf(serviceName);
    const { Rules } = await elb.send(
      new CreateRuleCommand({
        ListenerArn: RuleArn!.replace(':listener-rule/', ':listener/').replace(/\/[^/]+$/, ''),
        Priority: 3,
        Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/further'] } }],
        Actions,
      }),
    );
    return Rules![0]!;
  }

  test('stays over an update, and is seen as drift', async () => {
    const template = driver.model({ ServiceName: 'extended', PathPatterns: ['/a'] });
    const { ServiceArn } = Driver.modelOf(await driver.create(template));
    await addByHand('extended', { hosts: ['hand.example.org'], paths: ['/hand'] });
    const further = await addRuleByHand('extended');
    const changed = { ...template, PathPatterns: ['/b'] };
    const model = Driver.modelOf(await driver.update({ ...template, ServiceArn }, changed));
    expect(model).toMatchObject({
      PathPatterns: ['/b', '/hand'],
      AdditionalDomains: [{ DomainName: 'hand.example.org' }],
    });
    const rule = await ruleOf('extended');
    expect(valuesOf(rule, 'host-header')).toEqual(['extended.apps.example.com', 'hand.example.org']);
    expect(valuesOf(rule, 'path-pattern')).toEqual(['/b', '/hand']);
    expect(rule.Conditions).toContainEqual(
      expect.objectContaining({ HttpRequestMethodConfig: { Values: ['GET'] } }),
    );

    // A rule of somebody's own is not the service's, though it leads to the same tasks.
    const { Rules } = await elb.send(new DescribeRulesCommand({ RuleArns: [further.RuleArn!] }));
    expect(Rules).toEqual([further]);

    // With these there is no room for two more.
    const full = { ...changed, AdditionalDomains: [{ DomainName: 'more.apps.example.com' }] };
    expect(await driver.update({ ...changed, ServiceArn }, full)).toMatchObject({
      status: 'FAILED',
      errorCode: 'InvalidRequest',
      message: expect.stringContaining('AdditionalDomains: with what was added to the listener rule by hand'),
    });
  });
});
