/** Moves that are cut short, fail, are rolled back or end in a deletion, in each of their phases. */
import type { Structure } from '../../local/service';
import { Driver, TYPE_NAME, type Crash } from '../provider/driver';
import { inventoryOf, makePrivateSubnets } from './account';
import { whileRequested } from './steady-requests';

const HOST = 'hello.apps.example.com';

/** Of the calls of a move, one in this many is a point of death. */
const STEP = 60;

let driver: Driver;
let privateSubnets: string[];
let beginning: string[];
let model: Structure;
let inPublic: string[];

beforeAll(async () => {
  driver = await Driver.start();
  privateSubnets = await makePrivateSubnets(driver);
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

async function update(to: Structure, crash?: Crash): Promise<void> {
  model = Driver.modelOf(await driver.update(model, to, { crash }));
}

/** Clients request the service all the while. */
async function losesNothing(operation: () => Promise<void>): Promise<void> {
  const { HostedZoneId } = driver.aws.registry.typeConfiguration(TYPE_NAME)!;
  const { answers } = await whileRequested(driver.aws, HOST, HostedZoneId, operation);
  expect(answers.lost).toEqual([]);
}

/** Calls of a move after whose effect its process dies. Of calls that look for the same thing again and again one is enough. */
function pointsOf(actions: readonly string[]): Crash[] {
  return actions
    .flatMap((action, index) => (action === actions[index - 1] ? [] : [index + 1]))
    .filter((_call, index) => index % STEP === 0)
    .map((call) => ({ call, effect: 'after' }));
}

test('a move that is cut short and invoked again ends as an undisturbed one does', async () => {
  driver.aws.calls.clear();
  await update(privateModel());
  const there = { points: pointsOf(driver.actions('UPDATE')), inventory: await inventoryOf(driver) };
  driver.aws.calls.clear();
  await update(publicModel());
  const back = { points: pointsOf(driver.actions('UPDATE')), inventory: inPublic };
  expect(await inventoryOf(driver)).toEqual(inPublic);
  expect(there.points.length).toBeGreaterThan(2);

  const rounds = Math.max(there.points.length, back.points.length);
  await losesNothing(async () => {
    for (let round = 0; round < rounds; round++) {
      for (const [{ points, inventory }, to] of [
        [there, privateModel()],
        [back, publicModel()],
      ] as const) {
        const crash = points[round];
        await update(to, crash);
        expect({ crash, inventory: await inventoryOf(driver) }).toEqual({ crash, inventory });
      }
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

/** Calls that begin the phases of a move: the n-th one of the operation is refused. */
const PHASES: readonly (readonly [phase: string, operation: string, nth: number])[] = [
  ['its load balancer is made', 'CreateLoadBalancer', 1],
  ['its rule is made', 'CreateRule', 1],
  ['tasks join it', 'UpdateService', 1],
  ['the placements change roles', 'CreateTags', 2],
  ['the rule gets its requests', 'ModifyRule', 1],
  ['the DNS record leads to it', 'ChangeResourceRecordSets', 1],
  ['the former rule gets no more requests', 'ModifyRule', 2],
  ['tasks leave the former one', 'UpdateService', 2],
  ['the former load balancer is deleted', 'DeleteLoadBalancer', 1],
  ['its record is deleted', 'DeleteTags', 1],
];

async function failsWhen(operation: string, nth: number): Promise<void> {
  const { faults } = driver.aws;
  faults.add({ kind: 'accessDenied', operation, nth, times: 1000, callerOperation: 'UPDATE' });
  const outcome = await driver.update(model, privateModel()).finally(() => faults.clear());
  expect(outcome).toMatchObject({ status: 'FAILED', errorCode: 'AccessDenied' });
}

test.each(PHASES)(
  'a move that fails when %s is rolled back',
  async (_phase, operation, nth) => {
    await losesNothing(async () => {
      await failsWhen(operation, nth);
      await update(publicModel());
    });
    expect(await inventoryOf(driver)).toEqual(inPublic);
  },
  300_000,
);

test.each(PHASES.filter((_phase, index) => index % 3 === 2))(
  'a service that is deleted when %s leaves nothing',
  async (_phase, operation, nth) => {
    await failsWhen(operation, nth);
    expect(await driver.delete(model.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
    expect(await inventoryOf(driver)).toEqual(beginning);
    await create();
  },
  300_000,
);
