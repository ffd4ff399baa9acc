/** Services behind a Network Load Balancer: from their first deployment to their deletion, and to other load balancers and back. */
import { CreateManagedPrefixListCommand, AllocateAddressCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { requestHost } from '../../local/http-request';
import type { Structure } from '../../local/service';
import { whileRequested, type Answers, type Send } from '../moves/steady-requests';
import { Driver } from '../support/driver';

let driver: Driver;
let elb: ElasticLoadBalancingV2Client;
let beginning: string[];
beforeAll(async () => {
  driver = await Driver.start();
  elb = new ElasticLoadBalancingV2Client(driver.aws.clientOptions());
});
beforeEach(async () => {
  await driver.reset();
  beginning = await driver.inventory();
});
afterAll(async () => {
  elb.destroy();
  await driver.close();
});

const HOST = 'game.apps.example.com';

/** The smallest template of a service behind a Network Load Balancer. */
function game(loadBalancer: Structure = {}, properties: Structure = {}): Structure {
  const model = driver.model({
    ServiceName: 'game',
    LoadBalancerConfiguration: { Type: 'network', ...loadBalancer },
  });
  const { PrimaryContainer, DeploymentConfiguration, ...others } = properties;
  return {
    ...model,
    ...others,
    PrimaryContainer: { ...model.PrimaryContainer, ...PrimaryContainer },
    DeploymentConfiguration: {
      ...model.DeploymentConfiguration,
      BakeTimeInMinutes: 1,
      ...DeploymentConfiguration,
    },
  };
}

/** Each request is a connection of its own. */
const connect =
  (port: number): Send =>
  (url, host, { headers }) =>
    requestHost(url, host, {
      headers: { ...headers, connection: 'close', 'x-forwarded-port': String(port) },
    });

async function answer(model: Structure, port: number): Promise<Structure> {
  const { body } = await connect(port)(driver.aws.dataPlaneUrl, model.LoadBalancerDnsName, { headers: {} });
  return JSON.parse(body.toString());
}

async function removed(serviceArn: string): Promise<void> {
  expect(await driver.delete(serviceArn)).toMatchObject({ status: 'SUCCESS' });
  expect(await driver.inventory()).toEqual(beginning);
}

const create = async (template: Structure) => Driver.modelOf(await driver.create(template));
const update = async (before: Structure, ServiceArn: string, template: Structure) =>
  driver.update({ ...before, ServiceArn }, template);

const images = (answers: Answers) => [
  ...new Set(answers.bodies.map((body) => JSON.parse(body).image as string)),
];

test('an image makes a service that READ tells as the template does', async () => {
  const model = await create(game());
  const types = model.ManagedResources.map(({ ResourceType }: Structure) => ResourceType);
  expect(types.sort()).toEqual([
    'AWS::ApplicationAutoScaling::ScalableTarget',
    'AWS::ApplicationAutoScaling::ScalingPolicy',
    'AWS::CloudWatch::Alarm',
    'AWS::EC2::SecurityGroup',
    'AWS::EC2::SecurityGroup',
    'AWS::EC2::SecurityGroupEgress',
    'AWS::EC2::SecurityGroupIngress',
    'AWS::ECS::Cluster',
    'AWS::ECS::Service',
    'AWS::ECS::TaskDefinition',
    'AWS::ElasticLoadBalancingV2::Listener',
    'AWS::ElasticLoadBalancingV2::LoadBalancer',
    'AWS::ElasticLoadBalancingV2::TargetGroup',
    'AWS::ElasticLoadBalancingV2::TargetGroup',
    'AWS::Logs::LogGroup',
    'AWS::Route53::RecordSet',
  ]);
  expect(model).toMatchObject({
    Endpoint: `tcp://${HOST}:80`,
    DomainName: HOST,
    LoadBalancerConfiguration: {
      Type: 'network',
      Scheme: 'internet-facing',
      AllowedCidrs: ['0.0.0.0/0', '::/0'],
      CrossZone: false,
      Listener: { Protocol: 'TCP', Port: 80 },
    },
    ManagedResources: expect.not.arrayContaining([
      expect.objectContaining({ StatusReason: expect.anything() }),
    ]),
  });
  expect(model).not.toHaveProperty('HealthCheckPath');
  expect(model.TargetGroupConfiguration).not.toHaveProperty('ProtocolVersion');
  expect(Driver.modelOf(await driver.read(model.ServiceArn))).toEqual(model);
  expect(await answer(model, 80)).toMatchObject({ image: 'example/hello:1' });

  const { ServiceArn, ...again } = model;
  // Cloud Control gives all that READ answers back.
  expect(Driver.modelOf(await driver.update(model, again))).toEqual(model);
  driver.aws.calls.clear();
  expect(Driver.modelOf(await driver.update(model, again))).toEqual(model);
  expect(driver.actions().filter((action) => !/:(Describe|Get|List)/.test(action))).toEqual([]);
  await removed(ServiceArn);
});

test.each<[string, Structure]>([
  ['BLUE_GREEN', {}],
  ['LINEAR', { LinearConfiguration: { StepPercent: 50, StepBakeTimeInMinutes: 1 } }],
  ['CANARY', { CanaryConfiguration: { CanaryPercent: 5, CanaryBakeTimeInMinutes: 1 } }],
  ['ROLLING', {}],
])(
  '%s: a new image loses no connection, one that exits changes nothing',
  async (Strategy, settings) => {
    const template = (Image: string) =>
      game({}, { PrimaryContainer: { Image }, DeploymentConfiguration: { Strategy, ...settings } });
    const [first, second, broken] = ['1', '2', 'exits'].map((tag) => template(`example/hello:${tag}`));
    const { ServiceArn } = await create(first!);
    const good = await whileRequested(
      driver.aws,
      HOST,
      driver.hostedZoneId,
      () => update(first!, ServiceArn, second!),
      connect(80),
    );
    expect(good.result).toMatchObject({ status: 'SUCCESS' });
    expect(good.answers.lost).toEqual([]);
    expect(images(good.answers)).toEqual(['example/hello:1', 'example/hello:2']);

    const bad = await update(second!, ServiceArn, broken!);
    expect(bad).toMatchObject({ status: 'FAILED', errorCode: 'NotStabilized' });
    const back = Driver.modelOf(await update(broken!, ServiceArn, second!));
    expect(await answer(back, 80)).toMatchObject({ image: 'example/hello:2' });
    await removed(ServiceArn);
  },
  60_000,
);

describe('where AWS answers otherwise', () => {
  test('deployments wait more often, or less', async () => {
    driver.aws.answers.give({
      'ecs.network-load-balancer-delays-shifts-alone': false,
      'ecs.network-load-balancer-delays-each-step': false,
      'ecs.network-load-balancer-delays-rollbacks': false,
    });
    const [first, second] = ['1', '2'].map((tag) =>
      game({}, { PrimaryContainer: { Image: `example/hello:${tag}` } }),
    );
    const { ServiceArn } = await create(first!);
    const updated = Driver.modelOf(await update(first!, ServiceArn, second!));
    expect(await answer(updated, 80)).toMatchObject({ image: 'example/hello:2' });
    await removed(ServiceArn);
  });

  test('a listener of UDP is refused, in words that say so', async () => {
    driver.aws.answers.give({ 'ecs.network-listeners-of-every-protocol': false });
    expect(await driver.create(game({ Listener: { Protocol: 'UDP' } }))).toMatchObject({
      status: 'FAILED',
      message: expect.stringContaining('has the protocol UDP'),
    });
  });
});

test('new tasks are tested at another port', async () => {
  const listener = { Listener: { Port: 7000, TestPort: 7001 } };
  const template = (Image: string, loadBalancer: Structure = listener) =>
    game(loadBalancer, { PrimaryContainer: { Image }, DeploymentConfiguration: { Strategy: 'BLUE_GREEN' } });
  const model = await create(template('example/hello:1'));
  const { ServiceArn } = model;
  expect(model.LoadBalancerConfiguration.Listener).toEqual({ Protocol: 'TCP', Port: 7000, TestPort: 7001 });
  const seen = new Set<string>();
  const { result } = await whileRequested(
    driver.aws,
    HOST,
    driver.hostedZoneId,
    () => update(template('example/hello:1'), ServiceArn, template('example/hello:2')),
    async (url, host, options) => {
      const [production, tested] = await Promise.all(
        [7000, 7001].map((port) => connect(port)(url, host, options)),
      );
      seen.add([production!, tested!].map(({ body }) => JSON.parse(body.toString()).image.at(-1)).join());
      return production!;
    },
  );
  expect(result).toMatchObject({ status: 'SUCCESS' });
  expect([...seen]).toEqual(['1,1', '1,2', '2,2']);

  const without = Driver.modelOf(
    await update(
      template('example/hello:2'),
      ServiceArn,
      template('example/hello:2', { Listener: { Port: 7000 } }),
    ),
  );
  expect(without.LoadBalancerConfiguration.Listener).toEqual({ Protocol: 'TCP', Port: 7000 });
  const { Listeners } = await elb.send(
    new DescribeListenersCommand({
      LoadBalancerArn: without.ECSManagedResourceArns.IngressPath.LoadBalancerArn,
    }),
  );
  expect(Listeners).toHaveLength(1);
  await removed(ServiceArn);
}, 60_000);

test('port, ranges, cross-zone balancing and health check change in place', async () => {
  const ec2 = new EC2Client(driver.aws.clientOptions());
  const { PrefixList } = await ec2.send(
    new CreateManagedPrefixListCommand({
      PrefixListName: 'players',
      AddressFamily: 'IPv4',
      MaxEntries: 10,
      Entries: [{ Cidr: '198.51.100.0/24' }],
    }),
  );
  const AllowedPrefixListIds = [PrefixList!.PrefixListId!];
  const before = game({ AllowedCidrs: ['203.0.113.0/24'] });
  const after = game(
    { AllowedPrefixListIds, CrossZone: true, Listener: { Port: 81 } },
    { HealthCheckPath: '/health' },
  );
  const { ServiceArn, LoadBalancerDnsName } = await create(before);
  const changed = Driver.modelOf(await update(before, ServiceArn, after));
  expect(changed).toMatchObject({
    LoadBalancerDnsName,
    Endpoint: `tcp://${HOST}:81`,
    HealthCheckPath: '/health',
    LoadBalancerConfiguration: {
      AllowedPrefixListIds,
      CrossZone: true,
      Listener: { Protocol: 'TCP', Port: 81 },
    },
  });
  expect(changed.LoadBalancerConfiguration).not.toHaveProperty('AllowedCidrs');
  expect(Driver.modelOf(await driver.read(ServiceArn))).toEqual(changed);
  const back = Driver.modelOf(await update(after, ServiceArn, before));
  expect(back.LoadBalancerConfiguration).not.toHaveProperty('AllowedPrefixListIds');
  expect(back).not.toHaveProperty('HealthCheckPath');
  await removed(ServiceArn);
});

test.each<[string, Structure, Structure, string]>([
  ['TLS where the host is named', {}, { DomainName: `www.${HOST}` }, `tls://www.${HOST}:443`],
  ['TCP_UDP', { Listener: { Protocol: 'TCP_UDP', Port: 53 } }, {}, `tcp_udp://${HOST}:53`],
])('%s', async (_what, loadBalancer, properties, Endpoint) => {
  const model = await create(game(loadBalancer, properties));
  expect(model).toMatchObject({ Endpoint });
  const [, protocol, host, port] = /^(\w+):\/\/(.*):(\d+)$/.exec(Endpoint)!;
  const sent = await requestHost(driver.aws.dataPlaneUrl, host!, {
    headers: {
      connection: 'close',
      'x-local-load-balancer': model.LoadBalancerDnsName,
      'x-forwarded-port': port!,
      ...(protocol!.includes('udp') && { 'x-forwarded-proto': 'udp' }),
    },
  });
  expect(JSON.parse(sent.body)).toMatchObject({ image: 'example/hello:1' });
  await removed(model.ServiceArn);
});

test('static addresses are those of the subnets, and stay with one load balancer', async () => {
  const ec2 = new EC2Client(driver.aws.clientOptions());
  const before = game();
  const { ServiceArn } = await create(before);
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({}));
  const AllocationIds = await Promise.all(
    LoadBalancers![0]!.AvailabilityZones!.map(
      async () => (await ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }))).AllocationId!,
    ),
  );
  AllocationIds.sort();
  const few = game({ AllocationIds: AllocationIds.slice(1) });
  expect(await update(before, ServiceArn, few)).toMatchObject({
    errorCode: 'InvalidRequest',
    message: expect.stringMatching(/^LoadBalancerConfiguration\/AllocationIds: has 5 addresses/),
  });
  const fixed = game({ AllocationIds });
  const moved = Driver.modelOf(await update(before, ServiceArn, fixed));
  expect(moved.LoadBalancerConfiguration).toMatchObject({ AllocationIds });
  expect(Driver.modelOf(await driver.read(ServiceArn))).toEqual(moved);

  const other = game({ AllocationIds, Listener: { Protocol: 'UDP' } });
  expect(await update(fixed, ServiceArn, other)).toMatchObject({
    errorCode: 'NotUpdatable',
    message: expect.stringMatching(/another one cannot have at the same time/),
  });
  expect(Driver.modelOf(await update(other, ServiceArn, fixed))).toMatchObject({
    LoadBalancerConfiguration: { AllocationIds },
  });
  await removed(ServiceArn);
  ec2.destroy();
}, 60_000);

test('a service moves from an Application Load Balancer to a Network Load Balancer and back', async () => {
  const DeploymentConfiguration = { Strategy: 'ROLLING', BakeTimeInMinutes: 0 };
  const web = driver.model({ ServiceName: 'game', DeploymentConfiguration });
  const made = await create(web);
  const { ServiceArn } = made;
  const tls = game({ Listener: { Protocol: 'TLS' } }, { DeploymentConfiguration });
  const there = await whileRequested(
    driver.aws,
    HOST,
    driver.hostedZoneId,
    () => update(web, ServiceArn, tls),
    connect(443),
  );
  expect(there.answers.lost).toEqual([]);
  expect(Driver.modelOf(there.result)).toMatchObject({
    Endpoint: `tls://${HOST}:443`,
    LoadBalancerConfiguration: { Type: 'network' },
  });
  const back = await whileRequested(
    driver.aws,
    HOST,
    driver.hostedZoneId,
    () => update(tls, ServiceArn, web),
    connect(443),
  );
  expect(back.answers.lost).toEqual([]);
  expect(Driver.modelOf(back.result)).toMatchObject({
    Endpoint: `https://${HOST}`,
    LoadBalancerConfiguration: { Type: 'application' },
  });
  await removed(ServiceArn);
}, 60_000);
