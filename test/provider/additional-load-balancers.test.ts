/** A service that is reached at several load balancers at once. */
import type { Structure } from '../../local/service';
import { requestHost } from '../../local/http-request';
import { inventoryOf } from '../moves/inventory';
import { whileRequested, type Send } from '../moves/steady-requests';
import { changes } from '../properties/life-of-a-property';
import { makePrivateSubnets, TYPE_NAME } from '../support/account';
import { Driver } from '../support/driver';

let driver: Driver;
let hostedZoneId: string;
let subnets: readonly string[];
let beginning: string[];
let model: Structure;

beforeAll(async () => {
  driver = await Driver.start();
  hostedZoneId = driver.aws.registry.typeConfiguration(TYPE_NAME)!.HostedZoneId;
  const { privateSubnetIds } = await makePrivateSubnets(driver.aws);
  subnets = [...privateSubnetIds].sort();
  beginning = await inventoryOf(driver);
}, 60_000);
afterAll(() => driver.close());

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
const image = (Image: string, more: Structure = {}): Structure => ({ PrimaryContainer: { Image, ...more } });
const ports = (...all: number[]) => ({
  PortMappings: all.map((ContainerPort) => ({ Name: `port-${ContainerPort}`, ContainerPort })),
});

const connect: Send = (url, host, { headers }) =>
  requestHost(url, host, { headers: { ...headers, connection: 'close', 'x-forwarded-port': '7000' } });

/** Update the service while hosts are requested. @returns what the clients of each host have been answered. */
async function update(
  template: Structure,
  hosts: readonly (readonly [string, Send?])[],
): Promise<string[][]> {
  let operation = () => driver.update(model, template);
  const bodies: string[][] = [];
  const lost: string[] = [];
  for (const [index, [host, send]] of hosts.entries()) {
    const within = operation;
    operation = async () => {
      const { result, answers } = await whileRequested(driver.aws, host, hostedZoneId, within, send);
      bodies[index] = [...answers.bodies];
      lost.push(...answers.lost.map((text) => `${host}: ${text}`));
      return result;
    };
  }
  const outcome = await operation();
  expect(lost).toEqual([]);
  model = Driver.modelOf(outcome);
  return bodies;
}

/** READ answers what the last operation did, and an update to the same template changes nothing. */
async function isStable(template: Structure): Promise<void> {
  expect(Driver.modelOf(await driver.read(model.ServiceArn))).toEqual(model);
  driver.aws.calls.clear();
  expect(
    Driver.modelOf(await driver.update({ ...template, ServiceArn: model.ServiceArn }, template)),
  ).toEqual(model);
  expect(changes(driver)).toEqual([]);
}

async function removed(): Promise<void> {
  expect(await driver.delete(model.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
  expect(await inventoryOf(driver)).toEqual(beginning);
}

test('a public and an internal one: READ answers what the template says, and nothing is left in the end', async () => {
  const template = driver.model(additional(internal()));
  model = Driver.modelOf(await driver.create(template));
  expect(model.AdditionalLoadBalancers).toEqual([expect.objectContaining(internal())]);
  expect(model.ActiveConfigurations[0].IngressPaths).toEqual([
    { AccessType: 'PUBLIC', Endpoint: `https://${HOST}` },
    { AccessType: 'PRIVATE', Endpoint: `https://${INTERNAL}` },
  ]);
  await isStable(template);
  await removed();
});

test.each<
  [change: string, before: () => Structure, after: () => Structure, hosts: (readonly [string, Send?])[]]
>([
  [
    'an image',
    () => additional(internal()),
    () => ({ ...image('example/hello:2'), ...additional(internal()) }),
    [[HOST], [INTERNAL]],
  ],
  ['a load balancer more', () => ({}), () => additional(internal()), [[HOST]]],
  [
    'a load balancer more, with an image',
    () => ({}),
    () => ({ ...image('example/hello:2'), ...additional(internal()) }),
    [[HOST]],
  ],
  ['a load balancer less', () => additional(internal()), () => ({}), [[HOST]]],
  ['one instead of another', () => additional(internal()), () => additional(stream()), [[HOST]]],
  [
    'what the additional one cannot change',
    () => additional(internal()),
    () => additional(internal({ HttpRedirect: false })),
    [[HOST], [INTERNAL]],
  ],
  [
    'what neither can change',
    () => additional(internal()),
    () => ({
      LoadBalancerConfiguration: { HttpRedirect: false },
      ...image('example/hello:2'),
      ...additional(internal({ HttpRedirect: false })),
    }),
    [[HOST], [INTERNAL]],
  ],
  [
    'an image behind load balancers of two types',
    () => additional(stream()),
    () => ({ ...image('example/hello:2'), ...additional(stream()) }),
    [[HOST], [STREAM, connect]],
  ],
  [
    'the port of one',
    () => ({ ...image('example/hello:1', ports(9090)), ...additional(internal()) }),
    () => ({
      ...image('example/hello:1', ports(9090)),
      ...additional({ ...internal(), ContainerPort: 9090 }),
    }),
    [[HOST], [INTERNAL]],
  ],
])(
  'an update of %s ends as if the service had been made so, and loses no answer',
  async (_change, before, after, hosts) => {
    const [former, latter] = [before(), after()].map((properties) => driver.model(properties)) as [
      Structure,
      Structure,
    ];
    model = Driver.modelOf(await driver.create(latter));
    const undisturbed = await inventoryOf(driver);
    await removed();
    model = Driver.modelOf(await driver.create(former));
    const bodies = await update(latter, hosts);
    console.log(_change, JSON.stringify(bodies));
    expect(await inventoryOf(driver)).toEqual(undisturbed);
    await isStable(latter);
    await removed();
  },
  300_000,
);
