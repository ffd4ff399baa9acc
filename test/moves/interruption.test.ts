/** Moves that are cut short, fail, are rolled back or end in a deletion, in each of their phases. */
import type { Structure } from '../../local/service';
import { makePrivateSubnets, TYPE_NAME } from '../support/account';
import { withBundle } from '../support/bundle';
import { dyingAt } from '../support/death';
import { Driver } from '../support/driver';
import { fromBundle } from '../support/handlers';
import { inventoryOf } from './inventory';
import { whileRequested } from './steady-requests';

const HOST = 'hello.apps.example.com';

let driver: Driver;
let privateSubnets: readonly string[];
let beginning: string[];
let model: Structure;
let inPublic: string[];

beforeAll(async () => {
  driver = await withBundle((path) => Driver.start({ handlers: fromBundle(path) }));
  ({ privateSubnetIds: privateSubnets } = await makePrivateSubnets(driver.aws));
  beginning = await inventoryOf(driver);
  await create();
}, 60_000);
afterAll(() => driver.close());

async function create(): Promise<void> {
  model = Driver.modelOf(await driver.create(publicModel()));
  inPublic = await inventoryOf(driver);
}

const publicModel = () => driver.model();
const privateModel = () => driver.model({ NetworkConfiguration: { Subnets: privateSubnets } });

async function update(to: Structure): Promise<void> {
  model = Driver.modelOf(await driver.update(model, to));
}

/** Clients request the service all the while. */
async function losesNothing(operation: () => Promise<void>): Promise<void> {
  const { HostedZoneId } = driver.aws.registry.typeConfiguration(TYPE_NAME)!;
  const { answers } = await whileRequested(driver.aws, HOST, HostedZoneId, operation);
  expect(answers.lost).toEqual([]);
}

/** A call that begins a phase of a move, known by what it changes. */
interface Phase {
  readonly operation: string;
  readonly when?: (request: { readonly input: Structure }) => boolean;
}

/** Calls on rules that give them this host. A rule that does not serve has `unused.invalid`. */
const rulesOf =
  (host: string) =>
  ({ input }: { input: Structure }) =>
    input.Conditions.some(({ HostHeaderConfig }: Structure) => HostHeaderConfig?.Values.includes(host));

/** Updates of the service that leave its tasks on so many load balancers. */
const on =
  (loadBalancers: number) =>
  ({ input }: { input: Structure }) =>
    input.loadBalancers?.length === loadBalancers;

/** The tag that records which load balancer serves. */
const recordsServing = ({ input }: { input: Structure }) =>
  input.Tags.some(({ Key }: Structure) => Key === 'org-ecs-express:load-balancer');

const PHASES: readonly (readonly [phase: string, call: Phase])[] = [
  ['its load balancer is made', { operation: 'CreateLoadBalancer' }],
  ['its rule is made', { operation: 'CreateRule', when: rulesOf('unused.invalid') }],
  ['tasks join it', { operation: 'UpdateService', when: on(2) }],
  ['the exposures change roles', { operation: 'CreateTags', when: recordsServing }],
  ['the rule gets its requests', { operation: 'ModifyRule', when: rulesOf(HOST) }],
  ['the DNS record leads to it', { operation: 'ChangeResourceRecordSets' }],
  ['the former rule gets no more requests', { operation: 'ModifyRule', when: rulesOf('unused.invalid') }],
  ['tasks leave the former one', { operation: 'UpdateService', when: on(1) }],
  ['the former load balancer is deleted', { operation: 'DeleteLoadBalancer' }],
  ['its record is deleted', { operation: 'DeleteTags' }],
];

test('a move that is cut short in any phase and invoked again ends as an undisturbed one does', async () => {
  await update(privateModel());
  const inPrivate = await inventoryOf(driver);
  await update(publicModel());
  expect(await inventoryOf(driver)).toEqual(inPublic);

  // There and back in turn: both ways have the same phases.
  await losesNothing(async () => {
    for (const [index, [phase, call]] of PHASES.entries()) {
      const [to, inventory] = index % 2 === 0 ? [privateModel(), inPrivate] : [publicModel(), inPublic];
      await dyingAt(driver, call, () => update(to));
      expect({ phase, inventory: await inventoryOf(driver) }).toEqual({ phase, inventory });
    }
  });
}, 600_000);

test('a move whose deployment fails is rolled back to where it came from', async () => {
  const failing = { ...privateModel(), PrimaryContainer: { Image: 'example/hello:exits' } };
  await losesNothing(async () => {
    const outcome = await driver.update(model, failing);
    expect(outcome).toMatchObject({ status: 'FAILED', errorCode: 'NotStabilized' });
    await update(publicModel());
  });
  expect(await inventoryOf(driver)).toEqual(inPublic);
}, 300_000);

async function failsWhen(call: Phase): Promise<void> {
  const { faults } = driver.aws;
  faults.add({ ...call, kind: 'accessDenied', times: 1000, callerOperation: 'UPDATE' });
  const outcome = await driver.update(model, privateModel()).finally(() => faults.clear());
  expect(outcome).toMatchObject({ status: 'FAILED', errorCode: 'AccessDenied' });
}

// Of the others `npm run crash` has the same, without the requests.
test.each(PHASES.filter((_phase, index) => index % 3 === 1))(
  'a move that fails when %s is rolled back',
  async (_phase, call) => {
    await losesNothing(async () => {
      await failsWhen(call);
      await update(publicModel());
    });
    expect(await inventoryOf(driver)).toEqual(inPublic);
  },
  300_000,
);

test.each(PHASES.filter((_phase, index) => index % 3 === 2))(
  'a service that is deleted when %s leaves nothing',
  async (_phase, call) => {
    await failsWhen(call);
    expect(await driver.delete(model.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
    expect(await inventoryOf(driver)).toEqual(beginning);
    await create();
  },
  300_000,
);
