/** A service that is reached at several load balancers at once. */
import { CloudWatchClient, DescribeAlarmsCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeServicesCommand, ECSClient, type Service } from '@aws-sdk/client-ecs';
import {
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Structure } from '../../local/service';
import { requestHost } from '../../local/http-request';
import { inventoryOf } from '../moves/inventory';
import { whileRequested, type Send } from '../moves/steady-requests';
import { changes } from '../properties/life-of-a-property';
import { makePrivateSubnets, TYPE_NAME } from '../support/account';
import { Driver } from '../support/driver';

let driver: Driver;
let ecs: ECSClient;
let cloudWatch: CloudWatchClient;
let elb: ElasticLoadBalancingV2Client;
let hostedZoneId: string;
let subnets: readonly string[];
let beginning: string[];
let model: Structure;

beforeAll(async () => {
  driver = await Driver.start();
  ecs = new ECSClient(driver.aws.clientOptions());
  cloudWatch = new CloudWatchClient(driver.aws.clientOptions());
  elb = new ElasticLoadBalancingV2Client(driver.aws.clientOptions());
  hostedZoneId = driver.aws.registry.typeConfiguration(TYPE_NAME)!.HostedZoneId;
  const { privateSubnetIds } = await makePrivateSubnets(driver.aws);
  subnets = [...privateSubnetIds].sort();
  beginning = await inventoryOf(driver);
}, 60_000);
afterAll(async () => {
  ecs.destroy();
  cloudWatch.destroy();
  elb.destroy();
  await driver.close();
});

const HOST = 'hello.apps.example.com';
const INTERNAL = 'hello-internal.apps.example.com';
const STREAM = 'stream.apps.example.com';

const internal = (more: Structure = {}): Structure => ({
  Name: 'internal',
  LoadBalancerConfiguration: { Scheme: 'internal', Subnets: subnets, ...more },
});
const stream = (more: Structure = {}): Structure => ({
  Name: 'stream',
  DomainName: STREAM,
  LoadBalancerConfiguration: { Type: 'network', Listener: { Protocol: 'TCP', Port: 7000 } },
  ...more,
});
const additional = (...AdditionalLoadBalancers: Structure[]): Structure => ({ AdditionalLoadBalancers });

const connect: Send = (url, host, { headers }) =>
  requestHost(url, host, { headers: { ...headers, connection: 'close', 'x-forwarded-port': '7000' } });

/** Update the service while hosts are requested. @returns the images that have answered the clients of each. */
async function update(
  template: Structure,
  clients: readonly (readonly [string, Send?])[],
): Promise<string[][]> {
  const images: string[][] = [];
  const lost: string[] = [];
  const operation = clients.reduce(
    (within, [host, send], index) =>
      async () => {
        const { result, answers } = await whileRequested(driver.aws, host, hostedZoneId, within, send);
        images[index] = [...new Set(answers.bodies.map((body) => JSON.parse(body).image as string))];
        lost.push(...answers.lost.map((text) => `${host}: ${text}`));
        return result;
      },
    () => driver.update(model, template),
  );
  const outcome = await operation();
  expect(lost).toEqual([]);
  model = Driver.modelOf(outcome);
  return images;
}

async function service(): Promise<Service> {
  const { services } = await ecs.send(new DescribeServicesCommand({ services: ['hello'] }));
  return services![0]!;
}

/** READ answers what the last operation did, and an update to the same template changes nothing. */
async function isStable(template: Structure): Promise<void> {
  expect(Driver.modelOf(await driver.read(model.ServiceArn))).toEqual(model);
  driver.aws.calls.clear();
  const unchanged = await driver.update({ ...template, ServiceArn: model.ServiceArn }, template);
  expect(Driver.modelOf(unchanged)).toEqual(model);
  expect(changes(driver)).toEqual([]);
}

async function create(properties: Structure): Promise<Structure> {
  const template = driver.model(properties);
  model = Driver.modelOf(await driver.create(template));
  return template;
}

async function remove(): Promise<void> {
  expect(await driver.delete(model.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
  expect(await inventoryOf(driver)).toEqual(beginning);
}

/** What a service may have, by name, and what the account holds of one that is made so. */
const PLACES: Readonly<Record<string, () => Structure>> = {
  'one load balancer': () => ({}),
  'an internal one beside': () => additional(internal()),
  'another internal one beside': () => additional(internal({ HttpRedirect: false })),
  'others, both': () => ({
    LoadBalancerConfiguration: { HttpRedirect: false },
    ...additional(internal({ HttpRedirect: false })),
  }),
  'a Network Load Balancer beside': () => additional(stream()),
  'two on one load balancer': () => additional({ Name: 'second', PathPatterns: ['/second/*'] }),
};

describe('an update', () => {
  const undisturbed: Record<string, readonly string[]> = {};
  beforeAll(async () => {
    for (const [place, properties] of Object.entries(PLACES).reverse()) {
      await create(properties());
      undisturbed[place] = await inventoryOf(driver);
      if (place !== 'one load balancer') await remove();
    }
  }, 120_000);

  // One after the other; each begins with the place before.
  test.each<
    [change: string, place: string, image: number, clients: (readonly [string, Send?])[], images: number[]]
  >([
    ['another load balancer', 'an internal one beside', 1, [[HOST]], [1]],
    ['the image', 'an internal one beside', 2, [[HOST], [INTERNAL]], [1, 2]],
    ['what the internal one cannot change', 'another internal one beside', 2, [[HOST], [INTERNAL]], [2]],
    ['what neither can change, and the image', 'others, both', 3, [[HOST], [INTERNAL]], [2, 3]],
    ['one load balancer less, and the image', 'one load balancer', 4, [[HOST]], [3, 4]],
    ['another load balancer, and the image', 'a Network Load Balancer beside', 5, [[HOST]], [4, 5]],
    ['the image behind both', 'a Network Load Balancer beside', 6, [[HOST], [STREAM, connect]], [5, 6]],
    ['one instead of another', 'two on one load balancer', 6, [[HOST]], [6]],
  ])(
    'of %s: %s, and no answer is lost',
    async (_change, place, image, clients, images) => {
      const template = driver.model({
        PrimaryContainer: { Image: `example/hello:${image}` },
        ...PLACES[place]!(),
      });
      const answered = await update(template, clients);
      expect(answered).toEqual(clients.map(() => images.map((each) => `example/hello:${each}`)));
      expect(await inventoryOf(driver)).toEqual(undisturbed[place]);
      await isStable(template);
    },
    300_000,
  );

  test('that fails is rolled back to where it came from', async () => {
    const place = 'two on one load balancer';
    const before = driver.model({ PrimaryContainer: { Image: 'example/hello:6' }, ...PLACES[place]!() });
    const failing = {
      ...before,
      PrimaryContainer: { Image: 'example/hello:exits' },
      ...additional(internal()),
    };
    expect(await driver.update(model, failing)).toMatchObject({
      status: 'FAILED',
      errorCode: 'NotStabilized',
    });
    await update(before, [[HOST]]);
    expect(await inventoryOf(driver)).toEqual(undisturbed[place]);
    await isStable(before);
    await remove();
  });
});

test('READ answers what the template says, and how the service is reached', async () => {
  const template = await create(additional(internal()));
  expect(model.AdditionalLoadBalancers).toEqual([internal()]);
  const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}));
  const { DNSName } = LoadBalancers.find(({ Scheme }) => Scheme === 'internal')!;
  expect(model.AdditionalLoadBalancerDnsNames).toEqual([DNSName]);
  expect(model.ActiveConfigurations[0].IngressPaths).toEqual([
    { AccessType: 'PUBLIC', Endpoint: `https://${HOST}` },
    { AccessType: 'PRIVATE', Endpoint: `https://${INTERNAL}` },
  ]);
  await isStable(template);
  await remove();
});

test('requests of each go to the port that it names, through a way of its own', async () => {
  const withPort = (port: number) => ({
    PrimaryContainer: { PortMappings: [{ Name: 'metrics', ContainerPort: port }] },
    ...additional(internal(), { Name: 'metrics', ContainerPort: port }),
  });
  await create(withPort(9090));
  const { loadBalancers, networkConfiguration } = await service();
  expect(loadBalancers!.map(({ containerPort }) => containerPort)).toEqual([80, 80, 9090]);
  expect(networkConfiguration!.awsvpcConfiguration!.securityGroups).toHaveLength(3);
  await update(driver.model(withPort(9091)), [[HOST], [INTERNAL], ['hello-metrics.apps.example.com']]);
  expect((await service()).loadBalancers!.map(({ containerPort }) => containerPort)).toEqual([80, 80, 9091]);
  await remove();
});

test('what somebody has changed of it by hand stays, and goes with it', async () => {
  const template = await create(additional(internal()));
  const AlarmName = 'default/hello/internal/RollbackAlarm';
  const { MetricAlarms } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [AlarmName] }));
  const { Metrics, ComparisonOperator, EvaluationPeriods } = MetricAlarms![0]!;
  await cloudWatch.send(
    new PutMetricAlarmCommand({ AlarmName, Metrics, ComparisonOperator, EvaluationPeriods, Threshold: 42 }),
  );
  await update({ ...template, PrimaryContainer: { Image: 'example/hello:2' } }, [[INTERNAL]]);
  const { MetricAlarms: after } = await cloudWatch.send(
    new DescribeAlarmsCommand({ AlarmNames: [AlarmName] }),
  );
  expect(after![0]).toMatchObject({ Threshold: 42 });
  await remove();
});

test('services share what their additional load balancers agree on, and the last one takes it along', async () => {
  const names = ['one', 'two'];
  const arns: string[] = [];
  for (const ServiceName of names) {
    const made = Driver.modelOf(
      await driver.create(driver.model({ ServiceName, ...additional(internal()) })),
    );
    arns.push(made.ServiceArn);
  }
  const loadBalancers = (await inventoryOf(driver)).filter((each) => each.includes('::LoadBalancer '));
  expect(loadBalancers).toHaveLength(2);
  for (const arn of arns) expect(await driver.delete(arn)).toMatchObject({ status: 'SUCCESS' });
  expect(await inventoryOf(driver)).toEqual(beginning);
});

test('a host that another service has is refused where the template names it, and nothing is made', async () => {
  await create({ DomainName: 'taken.apps.example.com' });
  const before = await inventoryOf(driver);
  const second = driver.model({
    ServiceName: 'second',
    ...additional({ ...internal(), DomainName: 'taken.apps.example.com' }),
  });
  expect(await driver.create(second)).toMatchObject({
    status: 'FAILED',
    errorCode: 'ResourceConflict',
    message: expect.stringMatching(
      /^AdditionalLoadBalancers\/0\/DomainName: taken\.apps\.example\.com belongs to/,
    ),
  });
  await driver.delete('arn:aws:ecs:us-east-1:123456789012:service/default/second');
  expect(await inventoryOf(driver)).toEqual(before);
  await remove();
});

test('more load balancers than ECS takes while some of them move are refused, and nothing is changed', async () => {
  const all = (HttpRedirect: boolean) =>
    additional(...['a', 'b', 'c'].map((Name) => ({ Name, LoadBalancerConfiguration: { HttpRedirect } })));
  const template = await create(all(true));
  const before = await inventoryOf(driver);
  expect(await driver.update(model, driver.model(all(false)))).toMatchObject({
    status: 'FAILED',
    errorCode: 'InvalidRequest',
    message: expect.stringMatching(
      /^AdditionalLoadBalancers: cannot change together: .* here 7 in all, and ECS takes 5/,
    ),
  });
  expect(await inventoryOf(driver)).toEqual(before);
  await isStable(template);
  await remove();
});
