/** Hard updates under steady requests: none loses an answer, and each ends as if the service had been made so. */
import type { Structure } from '../../local/service';
import { Driver, TYPE_NAME } from '../provider/driver';
import { inventoryOf, makePrivateSubnets, makeWebAcl } from './account';
import { whileRequested } from './steady-requests';

const HOST = 'hello.apps.example.com';
const NEIGHBOUR = 'neighbour.apps.example.com';

let driver: Driver;
let hostedZoneId: string;
let privateSubnets: string[];
let webAcl: string;
let beginning: string[];

beforeAll(async () => {
  driver = await Driver.start();
  hostedZoneId = driver.aws.registry.typeConfiguration(TYPE_NAME)!.HostedZoneId;
  privateSubnets = await makePrivateSubnets(driver);
  webAcl = await makeWebAcl(driver, 'acl');
  beginning = await inventoryOf(driver);
  // Another service on the load balancer that is left and joined: it must not notice.
  await create({ ServiceName: 'neighbour' });
}, 60_000);
afterAll(() => driver.close());

// Of a test that has failed.
afterEach(() => driver.delete('arn:aws:ecs:us-east-1:123456789012:service/default/hello'));

async function create(properties: Structure): Promise<Structure> {
  return Driver.modelOf(await driver.create(driver.model(properties)));
}

async function remove({ ServiceArn }: Structure): Promise<void> {
  expect(await driver.delete(ServiceArn)).toMatchObject({ status: 'SUCCESS' });
}

/** Run an operation while two hosts are requested: that of the service, and the neighbour's. */
async function requested<Result>(host: string, operation: () => Promise<Result>) {
  const requests = (of: string, run: () => Promise<any>) => whileRequested(driver.aws, of, hostedZoneId, run);
  const neighbour = await requests(NEIGHBOUR, () => requests(host, operation));
  expect(neighbour.answers.lost).toEqual([]);
  return neighbour.result as Awaited<ReturnType<typeof whileRequested<Result>>>;
}

interface Move {
  readonly from?: () => Structure;
  readonly to: () => Structure;
  /** The host that is requested; by default the one of the service's name. */
  readonly host?: string;
}

const image = (Image: string, ContainerPort = 80) => ({ PrimaryContainer: { Image, ContainerPort } });
const isPrivate = () => ({ NetworkConfiguration: { Subnets: privateSubnets } });
const hasWebAcl = () => ({ WebAclArn: webAcl });

const MOVES: readonly (readonly [string, Move])[] = [
  ['the port', { to: () => image('example/hello:1', 8080) }],
  ['image and port at once', { to: () => image('example/hello:2', 8080) }],
  ['the health check path', { to: () => ({ HealthCheckPath: '/ready' }) }],
  ['public to private', { to: isPrivate }],
  ['private to public', { from: isPrivate, to: () => ({}) }],
  [
    'public to private, with another image and port',
    { to: () => ({ ...isPrivate(), ...image('example/hello:2', 8080) }) },
  ],
  ['a web ACL', { to: hasWebAcl }],
  ['no web ACL any more', { from: hasWebAcl, to: () => ({}) }],
  [
    'the certificate',
    {
      from: () => ({ DomainName: 'www.hello.apps.example.com' }),
      to: () => ({ DomainName: 'www.hello.apps.example.com', HealthCheckPath: '/other' }),
      host: 'www.hello.apps.example.com',
    },
  ],
];

test.each(MOVES)(
  '%s',
  async (_name, { from = () => ({}), to, host = HOST }) => {
    const undisturbed = await create(to());
    const expected = await inventoryOf(driver);
    await remove(undisturbed);

    const before = await create(from());
    const hello = await requested(host, () => driver.update(before, driver.model(to())));
    const after = Driver.modelOf(hello.result);
    expect(hello.answers.lost).toEqual([]);
    expect(hello.answers.total).toBeGreaterThan(100);
    expect(await inventoryOf(driver)).toEqual(expected);
    expect(Driver.modelOf(await driver.read(after.ServiceArn))).toEqual(after);
    await remove(after);
  },
  180_000,
);

test('in the end nothing is left', async () => {
  await remove({ ServiceArn: 'arn:aws:ecs:us-east-1:123456789012:service/default/neighbour' });
  expect(await inventoryOf(driver)).toEqual(beginning);
});
