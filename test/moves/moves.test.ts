/**
 * Hard updates under steady requests, one after the other: none loses an answer, and each ends as if the service had been
 * made so.
 */
import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { issueCertificate } from '../../local/account';
import { requestHost } from '../../local/http-request';
import { requestHttp2 } from '../support/http2-request';
import type { Structure } from '../../local/service';
import { giveIpv6Blocks, makePrivateSubnets, makeWebAcl, TYPE_NAME } from '../support/account';
import { Driver } from '../support/driver';
import { inventoryOf } from './inventory';
import { whileRequested, type Send } from './steady-requests';

const HOST = 'hello.apps.example.com';
const OTHER_HOST = 'www.hello.apps.example.com';
const NEIGHBOUR = 'neighbour.apps.example.com';

let driver: Driver;
let hostedZoneId: string;
let beginning: string[];
let model: Structure;
/** Properties of the services that are made undisturbed, by the name of a place, and what the account then holds. */
const undisturbed: Record<string, { readonly properties: Structure; readonly inventory: string[] }> = {};

beforeAll(async () => {
  driver = await Driver.start();
  hostedZoneId = driver.aws.registry.typeConfiguration(TYPE_NAME)!.HostedZoneId;
  const { privateSubnetIds } = await makePrivateSubnets(driver.aws);
  const TestTraffic = { HttpHeader: { Name: 'X-Test', Values: ['on'] } };
  await giveIpv6Blocks(driver.aws, await defaultSubnets());
  const places: Record<string, Structure> = {
    private: { NetworkConfiguration: { Subnets: privateSubnetIds } },
    'with test requests': { TestTraffic },
    'private, with test requests': { TestTraffic, NetworkConfiguration: { Subnets: privateSubnetIds } },
    'with a web ACL': { WebAclArn: await makeWebAcl(driver.aws, 'acl') },
    'at another host, with its own certificate': { DomainName: OTHER_HOST },
    'with a certificate of the author’s': {
      CertificateArn: await issueCertificate(driver.aws, hostedZoneId, HOST),
    },
    'with IPv6 addresses': { LoadBalancerConfiguration: { IpAddressType: 'dualstack' } },
    'with HTTP/2': { TargetGroupConfiguration: { ProtocolVersion: 'HTTP2' } },
    public: {},
  };
  beginning = await inventoryOf(driver);
  // Another service on the load balancer that is left and joined: it must not notice.
  await create({ ServiceName: 'neighbour' });
  for (const [place, properties] of Object.entries(places)) {
    if (model) await remove(model);
    model = await create(properties);
    undisturbed[place] = { properties, inventory: await inventoryOf(driver) };
  }
}, 600_000);
afterAll(() => driver.close());

async function defaultSubnets(): Promise<string[]> {
  const ec2 = new EC2Client(driver.aws.clientOptions());
  const { Subnets = [] } = await ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'default-for-az', Values: ['true'] }] }),
  );
  ec2.destroy();
  return Subnets.map(({ SubnetId }) => SubnetId!);
}

async function create(properties: Structure): Promise<Structure> {
  return Driver.modelOf(await driver.create(driver.model(properties)));
}

async function remove({ ServiceArn }: Structure): Promise<void> {
  expect(await driver.delete(ServiceArn)).toMatchObject({ status: 'SUCCESS' });
}

/** Update the service while hosts are requested. */
async function update(properties: Structure, hosts: readonly string[], send?: Send): Promise<void> {
  let operation = () => driver.update(model, driver.model(properties));
  const lost: Record<string, readonly string[]> = {};
  for (const host of hosts) {
    const within = operation;
    operation = async () => {
      const { result, answers } = await whileRequested(driver.aws, host, hostedZoneId, within, send);
      lost[host] = answers.lost;
      expect(answers.total).toBeGreaterThan(10);
      return result;
    };
  }
  model = Driver.modelOf(await operation());
  expect(lost).toEqual(Object.fromEntries(hosts.map((host) => [host, []])));
}

/** Sends test requests. */
const asTest: Send = (url, host, { headers }) =>
  requestHost(url, host, { headers: { ...headers, 'x-test': 'on' } });

const image = (Image: string, ContainerPort = 80) => ({ PrimaryContainer: { Image, ContainerPort } });

test.each<[change: string, place: string, properties: Structure, host?: string, send?: Send]>([
  ['the port', 'public', image('example/hello:1', 8080)],
  ['image and port at once', 'public', image('example/hello:2', 9090)],
  ['the health check path', 'public', { ...image('example/hello:2', 9090), HealthCheckPath: '/ready' }],
  ['the addresses of the load balancer', 'with IPv6 addresses', image('example/hello:2', 9090)],
  ['the addresses and the scheme at once', 'private', {}],
  ['the scheme, back to IPv6 addresses', 'with IPv6 addresses', {}],
  ['the addresses back, with image and port', 'public', image('example/hello:2', 9090)],
  ['the scheme', 'private', { ...image('example/hello:2', 9090), HealthCheckPath: '/ready' }],
  ['the scheme back, with image, port and health check path', 'public', {}],
  ['the web ACL', 'with a web ACL', {}],
  ['the web ACL and the scheme at once', 'private', {}],
  ['the protocol version and the scheme at once', 'with HTTP/2', {}, HOST, requestHttp2],
  ['the protocol version', 'public', {}, HOST, requestHttp2],
  ['certificate and image at once', 'with a certificate of the author’s', image('example/hello:2')],
  ['certificate and image back', 'public', {}],
  ['test requests', 'with test requests', {}],
  ['the scheme, with test requests', 'private, with test requests', {}, HOST, asTest],
  [
    'the scheme back, with test requests and another image',
    'with test requests',
    image('example/hello:2'),
    HOST,
    asTest,
  ],
  ['the scheme, and no test requests any more', 'private', {}],
  ['the scheme back, and test requests at once', 'with test requests', {}],
  ['the protocol version, and no test requests any more', 'with HTTP/2', {}, HOST, requestHttp2],
  ['the protocol version back', 'public', {}, HOST, requestHttp2],
  // Nobody is answered at the new host before it is there, and nobody at the former one when it is not.
  ['the domain, and with it the certificate', 'at another host, with its own certificate', {}, NEIGHBOUR],
  ['the port, at another host', 'at another host, with its own certificate', image('x', 8080), OTHER_HOST],
])(
  'an update of %s ends %s, and loses no answer',
  async (_change, place, properties, host = HOST, send) => {
    const { properties: of, inventory } = undisturbed[place]!;
    await update({ ...of, ...properties }, [...new Set([NEIGHBOUR, host])], send);
    expect(await inventoryOf(driver)).toEqual(inventory);
    expect(Driver.modelOf(await driver.read(model.ServiceArn))).toEqual(model);
  },
  300_000,
);

test('in the end nothing is left', async () => {
  await remove(model);
  await remove({ ServiceArn: 'arn:aws:ecs:us-east-1:123456789012:service/default/neighbour' });
  expect(await inventoryOf(driver)).toEqual(beginning);
});
