/** Services of two Regions that share a host name: their records, health checks and certificates, and what Route 53 answers. */
import {
  ChangeResourceRecordSetsCommand,
  DeleteHealthCheckCommand,
  ListHealthChecksCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
  UpdateHealthCheckCommand,
  type HealthCheck,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import type { Structure } from '../../local/service';
import { takeInventory } from '../../local/inventory';
import { whileRequested } from '../moves/steady-requests';
import { changes } from '../properties/life-of-a-property';
import {
  ACCOUNT_ID,
  BASE_DOMAIN,
  giveIpv6Blocks,
  makePrivateSubnets,
  REGION,
  TYPE_NAME,
} from '../support/account';
import { Driver } from '../support/driver';

const OTHER = 'us-west-2';
const REGIONS = [REGION, OTHER];
const HOST = `hello.${BASE_DOMAIN}`;

let driver: Driver;
let route53: Route53Client;
let beginning: string[];
/** Models by Region. */
const models: Record<string, Structure> = {};
/** Templates by Region. */
const templates: Record<string, Structure> = {};

beforeAll(async () => {
  driver = await Driver.start();
  route53 = new Route53Client(driver.aws.clientOptions());
  const { registry } = driver.aws;
  const { CertificateArn: _, ...configuration } = registry.typeConfiguration(TYPE_NAME)!;
  registry.setTypeConfiguration(TYPE_NAME, configuration);
  registry.setTypeConfiguration(TYPE_NAME, configuration, { accountId: ACCOUNT_ID, region: OTHER });
  beginning = await inventory();
}, 60_000);
afterAll(async () => {
  route53.destroy();
  await driver.close();
});

const dns = (RoutingPolicy: string, more: Structure = {}): Structure => ({
  DnsConfiguration: { RoutingPolicy, ...more },
});

/** What both Regions hold. */
async function inventory(): Promise<string[]> {
  const all = await Promise.all(
    [REGION, OTHER].map((region) => takeInventory({ ...driver.aws.clientOptions(), region })),
  );
  return [...new Set(all.flat())].filter((item) => !item.includes('NetworkInterface')).sort();
}

async function create(region: string, properties: Structure): Promise<void> {
  const template = driver.model(properties);
  models[region] = Driver.modelOf(await driver.create(template, { region }));
  templates[region] = template;
}

async function update(region: string, properties: Structure): Promise<void> {
  const template = driver.model(properties);
  const previous = { ...templates[region], ServiceArn: models[region]!.ServiceArn };
  models[region] = Driver.modelOf(await driver.update(previous, template));
  templates[region] = template;
}

async function refusedUpdate(region: string, properties: Structure): Promise<string | undefined> {
  const previous = { ...templates[region], ServiceArn: models[region]!.ServiceArn };
  const { status, message } = await driver.update(previous, driver.model(properties));
  expect(status).toBe('FAILED');
  return message;
}

async function remove(region: string): Promise<void> {
  expect(await driver.delete(models[region]!.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
}

/** READ answers what the last operation did, and an update to the same template changes nothing. */
async function isStable(region: string): Promise<void> {
  const model = models[region]!;
  expect(Driver.modelOf(await driver.read(model.ServiceArn))).toEqual(model);
  driver.aws.calls.clear();
  await update(region, templates[region]!);
  expect(models[region]).toEqual(model);
  expect(changes(driver)).toEqual([]);
}

/** Records of the shared host and of what stands below it, as Route 53 holds them. */
async function records(): Promise<ResourceRecordSet[]> {
  const { ResourceRecordSets = [] } = await route53.send(
    new ListResourceRecordSetsCommand({ HostedZoneId: driver.hostedZoneId }),
  );
  return ResourceRecordSets.filter(({ Name }) => `.${Name}`.endsWith(`.${HOST}.`));
}

/** Names of the records in short: what is below the host, the type, and the SetIdentifier. */
async function names(): Promise<string[]> {
  const all = await records();
  return all.map(({ Name, Type, SetIdentifier }) =>
    [Name!.replace(`${HOST}.`, '@').replace(/_[0-9a-f]{32}/, '_acm'), Type, SetIdentifier ?? '-'].join(' '),
  );
}

async function healthChecks(): Promise<HealthCheck[]> {
  const { HealthChecks = [] } = await route53.send(new ListHealthChecksCommand({}));
  return HealthChecks;
}

async function recordOf(region: string): Promise<ResourceRecordSet> {
  const record = (await records()).find(
    ({ Type, SetIdentifier }) => Type === 'A' && SetIdentifier === `hello-${region}`,
  );
  return record!;
}

function dnsOf(region: string): Structure {
  return models[region]!.DnsConfiguration;
}

/** Regions that clients of all Regions are led to, in the order of {@link REGIONS}. */
async function ledTo(name = HOST): Promise<(string | undefined)[]> {
  const answers = await Promise.all(REGIONS.map((region) => driver.aws.resolver.resolve(name, region)));
  return answers.map((answer) => REGIONS.find((region) => answer?.target.split('.').includes(region)));
}

describe('refused before anything is made', () => {
  const CASES: readonly (readonly [string, () => Structure, string])[] = [
    [
      'a member of another policy',
      () => dns('LATENCY', { Weight: 1 }),
      'DnsConfiguration/Weight: is of the RoutingPolicy WEIGHTED, and that is LATENCY. Remove it, or make RoutingPolicy WEIGHTED',
    ],
    [
      'a policy without what it needs',
      () => dns('FAILOVER'),
      'DnsConfiguration/Failover: is missing, and RoutingPolicy is FAILOVER. Give Failover',
    ],
    [
      'what only records of several Regions have',
      () => dns('SIMPLE', { SetIdentifier: 'one' }),
      'DnsConfiguration/SetIdentifier: is of records that share a name with others, and RoutingPolicy is SIMPLE',
    ],
    [
      'a host whose records are the author’s',
      () => ({
        ...dns('LATENCY'),
        DomainName: 'hello.example.org',
        CertificateArn: `arn:aws:acm:${REGION}:${ACCOUNT_ID}:certificate/0`,
      }),
      'DnsConfiguration/RoutingPolicy: is LATENCY, and no record is made for the service: HostedZoneId is missing',
    ],
    [
      'a service without a load balancer',
      () => ({
        ...dns('LATENCY'),
        InfrastructureRoleArn: undefined,
        LoadBalancerConfiguration: { Type: 'none' },
      }),
      'DnsConfiguration: is of a load balancer',
    ],
    [
      'the Regional name as a host of the template',
      () => ({ ...dns('LATENCY'), AdditionalDomains: [{ DomainName: `${REGION}.${HOST}` }] }),
      `AdditionalDomains/0/DomainName: the service answers at ${REGION}.${HOST} already: it is its Regional name`,
    ],
    [
      'a Regional name that no certificate is issued for',
      () => ({ ...dns('LATENCY'), DomainName: `${'a'.repeat(40)}.${BASE_DOMAIN}` }),
      'DomainName: ACM issues no certificate for a host name of more than 64 characters',
    ],
    [
      'a name that leaves no room in a TXT record',
      () => ({ ...dns('LATENCY'), ServiceName: 'a'.repeat(250), DomainName: HOST }),
      'ServiceName: is too long',
    ],
  ];
  test.each(CASES)('%s', async (_name, properties, message) => {
    const { status, message: said } = await driver.create(driver.model(properties()));
    expect(status).toBe('FAILED');
    expect(said).toContain(message);
  });
});

describe('two Regions', () => {
  test('share a host by records of their own, and have a Regional name each', async () => {
    await create(REGION, dns('LATENCY'));
    await create(OTHER, dns('LATENCY'));
    expect(await names()).toEqual([
      `@ A hello-${REGION}`,
      `@ A hello-${OTHER}`,
      '_acm.@ CNAME -',
      `_org-ecs-express.@ TXT hello-${REGION}`,
      `_org-ecs-express.@ TXT hello-${OTHER}`,
      ...REGIONS.flatMap((region) => [
        `${region}.@ A -`,
        `_acm.${region}.@ CNAME -`,
        `_org-ecs-express.${region}.@ TXT -`,
      ]),
    ]);
    expect(await recordOf(OTHER)).toMatchObject({
      Region: OTHER,
      AliasTarget: { EvaluateTargetHealth: false },
    });
    expect(await ledTo()).toEqual(REGIONS);
    expect(await ledTo(`${OTHER}.${HOST}`)).toEqual([OTHER, OTHER]);
    for (const region of REGIONS) await isStable(region);
  });

  test('have a health check for each target group, and one that records name', async () => {
    const { HealthCheckId } = await recordOf(REGION);
    const all = await healthChecks();
    const calculated = all.find(({ Id }) => Id === HealthCheckId)!;
    const { ChildHealthChecks = [] } = calculated.HealthCheckConfig!;
    expect(calculated.HealthCheckConfig).toMatchObject({ Type: 'CALCULATED', HealthThreshold: 1 });
    const children = ChildHealthChecks.map((child) => all.find(({ Id }) => Id === child)!);
    expect(children.map(({ HealthCheckConfig }) => HealthCheckConfig!.AlarmIdentifier)).toEqual(
      ['1', '2'].map((group) => ({ Region: REGION, Name: `default/hello/HealthAlarm${group}` })),
    );
    const groups = models[REGION]!.TargetGroupFullNames;
    expect(
      children.map(({ CloudWatchAlarmConfiguration: alarm }) => ({
        metric: `${alarm!.Namespace} ${alarm!.MetricName}`,
        group: alarm!.Dimensions!.find(({ Name }) => Name === 'TargetGroup')!.Value,
      })),
    ).toEqual(groups.map((group: string) => ({ metric: 'AWS/ApplicationELB HealthyHostCount', group })));
    const managed = models[REGION]!.ManagedResources.map(({ ResourceType }: Structure) => ResourceType);
    expect(managed.filter((type: string) => type === 'AWS::Route53::HealthCheck')).toHaveLength(3);
    expect(managed.filter((type: string) => type === 'AWS::Route53::RecordSet')).toHaveLength(2);
  });

  const BESIDE: readonly (readonly [string, Structure, string | undefined, string])[] = [
    [
      'another service of the Region',
      { ServiceName: 'second', DomainName: HOST, ...dns('LATENCY') },
      REGION,
      `${HOST} belongs to arn:aws:ecs:${REGION}:`,
    ],
    [
      'a simple record',
      { ServiceName: 'third', DomainName: HOST },
      'eu-west-1',
      'DnsConfiguration/RoutingPolicy',
    ],
    [
      'another policy',
      { ServiceName: 'third', DomainName: HOST, ...dns('WEIGHTED', { Weight: 1 }) },
      'eu-west-1',
      `DnsConfiguration/RoutingPolicy: record hello-${REGION} of ${HOST} has the routing policy LATENCY, and all records of a name have one policy. Make RoutingPolicy LATENCY`,
    ],
    [
      'a SetIdentifier that is taken',
      { ServiceName: 'third', DomainName: HOST, ...dns('LATENCY', { SetIdentifier: `hello-${OTHER}` }) },
      'eu-west-1',
      `DnsConfiguration/SetIdentifier: ${HOST} belongs to arn:aws:ecs:${OTHER}:`,
    ],
  ];
  test.each(BESIDE)('refuse %s beside them', async (_name, properties, region, message) => {
    const configuration = driver.aws.registry.typeConfiguration(TYPE_NAME)!;
    driver.aws.registry.setTypeConfiguration(TYPE_NAME, configuration, {
      accountId: ACCOUNT_ID,
      region: region!,
    });
    const before = await names();
    const outcome = await driver.create(driver.model(properties), { region });
    expect(outcome.status).toBe('FAILED');
    expect(outcome.message).toContain(message);
    await driver.delete(outcome.identifier!);
    expect(await names()).toEqual(before);
  });

  test('do not leave the policy that they share', async () => {
    expect(await refusedUpdate(REGION, {})).toContain(
      `DnsConfiguration/RoutingPolicy: record hello-${OTHER} of ${HOST} has the routing policy LATENCY, and Route 53 has no simple record beside it. To make ${HOST} a simple record, take the host from the others first`,
    );
    expect(await refusedUpdate(OTHER, dns('WEIGHTED', { Weight: 5 }))).toContain(
      'all records of a name have one policy',
    );
    for (const region of REGIONS) await isStable(region);
  });

  test('leave each other alone when one goes', async () => {
    const before = (await records()).filter(
      ({ Name, SetIdentifier }) => SetIdentifier !== `hello-${OTHER}` && !Name!.includes(OTHER),
    );
    // As another Region may have left it, had both gone at the same moment.
    const validation = before.find(({ Name, Type }) => Type === 'CNAME' && !Name!.includes(REGION))!;
    const Changes = [{ Action: 'DELETE' as const, ResourceRecordSet: validation }];
    await route53.send(
      new ChangeResourceRecordSetsCommand({ HostedZoneId: driver.hostedZoneId, ChangeBatch: { Changes } }),
    );
    await remove(OTHER);
    expect(await records()).toEqual(before);
    expect(await healthChecks()).toHaveLength(3);
    expect(await ledTo()).toEqual([REGION, REGION]);
    await isStable(REGION);
  });
});

describe('one Region', () => {
  const POLICIES: readonly (readonly [string, Structure, Structure])[] = [
    ['WEIGHTED', dns('WEIGHTED', { Weight: 5 }), { Weight: 5 }],
    ['FAILOVER', dns('FAILOVER', { Failover: 'PRIMARY' }), { Failover: 'PRIMARY' }],
    ['SIMPLE', {}, {}],
    [
      'WEIGHTED with a SetIdentifier',
      dns('WEIGHTED', { Weight: 0, SetIdentifier: 'mine' }),
      { Weight: 0, SetIdentifier: 'mine' },
    ],
    ['LATENCY', dns('LATENCY', { HealthCheck: { EvaluationPeriods: 3 } }), { Region: REGION }],
  ];
  test.each(POLICIES)('goes on to the policy %s without a lost answer', async (_name, properties, record) => {
    const { answers } = await whileRequested(driver.aws, HOST, driver.hostedZoneId, () =>
      update(REGION, properties),
    );
    expect(answers.lost).toEqual([]);
    const [address] = await records();
    expect(address).toMatchObject(record);
    const { RoutingPolicy = 'SIMPLE' } = properties.DnsConfiguration ?? {};
    expect(dnsOf(REGION)).toMatchObject(properties.DnsConfiguration ?? { RoutingPolicy });
    expect(await healthChecks()).toHaveLength(RoutingPolicy === 'SIMPLE' ? 0 : 3);
    await isStable(REGION);
  });

  test('keeps what people have switched by hand, and makes again what they have deleted', async () => {
    await update(REGION, dns('WEIGHTED', { Weight: 5 }));
    const record = await recordOf(REGION);
    const Changes = [{ Action: 'UPSERT' as const, ResourceRecordSet: { ...record, Weight: 50 } }];
    await route53.send(
      new ChangeResourceRecordSetsCommand({ HostedZoneId: driver.hostedZoneId, ChangeBatch: { Changes } }),
    );
    await route53.send(
      new UpdateHealthCheckCommand({ HealthCheckId: record.HealthCheckId!, Inverted: true }),
    );
    const child = (await healthChecks()).find(({ HealthCheckConfig }) => HealthCheckConfig!.AlarmIdentifier)!;
    await route53.send(new DeleteHealthCheckCommand({ HealthCheckId: child.Id! }));

    const { DnsConfiguration, ManagedResources } = Driver.modelOf(
      await driver.read(models[REGION]!.ServiceArn),
    );
    expect(DnsConfiguration).toMatchObject({ Weight: 50, HealthCheck: { Inverted: true } });
    expect(ManagedResources.filter(({ Status }: Structure) => Status !== 'ACTIVE')).toEqual([
      expect.objectContaining({ ResourceType: 'AWS::Route53::HealthCheck', Status: 'DELETED' }),
    ]);

    await update(REGION, templates[REGION]!);
    expect(dnsOf(REGION)).toMatchObject({ Weight: 50, HealthCheck: { Inverted: true } });
    expect(await healthChecks()).toHaveLength(3);
    await isStable(REGION);

    await update(REGION, dns('WEIGHTED', { Weight: 6, HealthCheck: { Disabled: true } }));
    expect(dnsOf(REGION)).toMatchObject({ Weight: 6, HealthCheck: { Inverted: true, Disabled: true } });
  });

  test('is told what to do where Route 53 takes no other policy in one change', async () => {
    driver.aws.answers.give({ 'route-53.batch-changes-policy': false });
    const before = await recordOf(REGION);
    expect(await refusedUpdate(REGION, {})).toMatch(
      /^DnsConfiguration: .*cannot be created as other RRSets exist.*take the host away from the service by another DomainName/,
    );
    expect(await recordOf(REGION)).toEqual(before);
    await update(REGION, { DomainName: `other.${BASE_DOMAIN}` });
    await update(REGION, {});
    expect(dnsOf(REGION)).toEqual({ RoutingPolicy: 'SIMPLE' });
    driver.aws.answers.reset();
  });

  test('leaves nothing', async () => {
    await update(REGION, dns('LATENCY'));
    await remove(REGION);
    expect(await inventory()).toEqual(beginning);
  });
});

test('of two Regions that want to be the primary at the same moment one is', async () => {
  const template = driver.model(dns('FAILOVER', { Failover: 'PRIMARY' }));
  const outcomes = await Promise.all(REGIONS.map((region) => driver.create(template, { region })));
  const failed = outcomes.filter(({ status }) => status === 'FAILED');
  expect(failed).toHaveLength(1);
  expect(failed[0]!.message).toMatch(
    /^DnsConfiguration\/Failover: record hello-\S+ of \S+ is the PRIMARY one already.* Make Failover SECONDARY/,
  );
  const [primary] = await records();
  // As CloudFormation does after a failure.
  await driver.delete(failed[0]!.identifier!);
  expect((await records())[0]).toEqual(primary);
  const loser = REGIONS[outcomes.indexOf(failed[0]!)]!;
  const winner = REGIONS.find((region) => region !== loser)!;
  await create(loser, dns('FAILOVER', { Failover: 'SECONDARY' }));
  expect(await ledTo()).toEqual([winner, winner]);
  for (const { identifier } of outcomes) await driver.delete(identifier!);
  expect(await inventory()).toEqual(beginning);
});

test('records of both kinds of addresses change together', async () => {
  const { publicSubnetIds } = await makePrivateSubnets(driver.aws);
  await giveIpv6Blocks(driver.aws, publicSubnetIds);
  const made = await inventory();
  const LoadBalancerConfiguration = { IpAddressType: 'dualstack', Subnets: [...publicSubnetIds] };
  await create(REGION, { LoadBalancerConfiguration });
  for (const [properties, setIdentifier] of [
    [dns('LATENCY'), `hello-${REGION}`],
    [{}, undefined],
  ] as const) {
    const { answers } = await whileRequested(driver.aws, HOST, driver.hostedZoneId, () =>
      update(REGION, { ...properties, LoadBalancerConfiguration }),
    );
    expect(answers.lost).toEqual([]);
    const addresses = (await records()).filter(({ Name, Type }) => Name === `${HOST}.` && /^A/.test(Type!));
    expect(addresses.map(({ Type, SetIdentifier }) => [Type, SetIdentifier])).toEqual([
      ['A', setIdentifier],
      ['AAAA', setIdentifier],
    ]);
  }
  await isStable(REGION);
  await remove(REGION);
  expect(await inventory()).toEqual(made);
});

test('each load balancer of a service has records and health checks of its own', async () => {
  await create(REGION, {
    ...dns('LATENCY'),
    LoadBalancerConfiguration: { Type: 'network', Listener: { Protocol: 'TCP', Port: 7000 } },
    AdditionalLoadBalancers: [{ Name: 'web', ...dns('WEIGHTED', { Weight: 1 }) }],
  });
  const followed = (await healthChecks()).flatMap(
    ({ CloudWatchAlarmConfiguration: alarm }) => alarm?.Namespace ?? [],
  );
  expect(followed.sort()).toEqual([
    ...Array(2).fill('AWS/ApplicationELB'),
    ...Array(2).fill('AWS/NetworkELB'),
  ]);
  expect(models[REGION]!.AdditionalLoadBalancers[0].DnsConfiguration).toEqual({
    RoutingPolicy: 'WEIGHTED',
    Weight: 1,
  });
  for (const name of [
    HOST,
    `${REGION}.${HOST}`,
    `hello-web.${BASE_DOMAIN}`,
    `${REGION}.hello-web.${BASE_DOMAIN}`,
  ]) {
    expect(await ledTo(name)).toEqual([REGION, REGION]);
  }
  await isStable(REGION);
  await remove(REGION);
  expect(await inventory()).toEqual(beginning);
});
