/**
 * The process of a handler dies at an AWS call, before or after its effect, and CloudFormation invokes the handler again
 * with the last event that is on record: the end is the same as without the death.
 *
 * Every `STEP`-th call of each operation is a point of death here; with CRASH_STEP=1 all of them are.
 */
import type { Structure } from '../../local/service';
import { Driver, type Crash } from './driver';

/** Points of death are this many calls apart. */
const STEP = Number(process.env.CRASH_STEP ?? 9);
/** Identifiers that AWS draws at random or counts, and times: two runs differ in them. */
const DRAWN =
  /(?<=[/-])[0-9a-f]{16,32}\b|\b(sg|rtb|subnet|vpc)-[0-9a-f]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b\d{17,}\b|\d{4}-\d\d-\d\dT[\d:.]+Z|(?<=certificate\/).*|(?<=scalable-target\/)\w+|\bZ[A-Z0-9]{8,}|[A-Z0-9]{21}\b/g;

let driver: Driver;
let model: Structure;
/** Calls that each operation makes when it is not disturbed, and what is there afterwards. */
const undisturbed: Record<string, { calls: number; state: unknown }> = {};

/** What an observer sees: the model and all resources, without what is drawn at random. */
async function state(): Promise<unknown> {
  const inventory = (await driver.inventory()).map((line) => line.replace(DRAWN, '*')).sort();
  const outcome = await driver.read(model.ServiceArn);
  const read = outcome.status === 'SUCCESS' ? JSON.stringify(outcome.model).replace(DRAWN, '*') : outcome.errorCode;
  return { inventory, read };
}

const image = (tag: string) => ({
  PrimaryContainer: { Image: `example/hello:${tag}`, ContainerPort: tag === '2' ? 8080 : 80 },
});

/** The operations, each from the state that the one before leaves. */
const OPERATIONS: Record<string, (crash?: Crash) => Promise<unknown>> = {
  CREATE: async (crash) => {
    model = Driver.modelOf(await driver.create(driver.model(image('1')), { crash }));
  },
  UPDATE: async (crash) => {
    Driver.modelOf(await driver.update(model, driver.model(image('2')), { crash }));
  },
  DELETE: async (crash) => {
    expect(await driver.delete(model.ServiceArn, { crash })).toMatchObject({ status: 'SUCCESS' });
  },
};

beforeAll(async () => {
  driver = await Driver.start();
  for (const [name, run] of Object.entries(OPERATIONS)) {
    driver.aws.calls.clear();
    await run();
    undisturbed[name] = { calls: driver.actions(name).length, state: await state() };
  }
}, 120_000);
afterAll(() => driver.close());

/** Points of death, so that over all points each effect is as frequent; polls at the end are alike, one is enough. */
function pointsOf(calls: number): Crash[] {
  const points: Crash[] = [];
  for (let call = 1; call <= calls; call += STEP) {
    points.push({ call, effect: points.length % 2 === 0 ? 'after' : 'before' });
  }
  return points;
}

test('a service that lives through deaths at many calls of its operations is the same in the end', async () => {
  const diverged: string[] = [];
  const queues = Object.keys(OPERATIONS).map((name) => ({ name, points: pointsOf(undisturbed[name]!.calls) }));
  const rounds = Math.max(...queues.map(({ points }) => points.length));
  let deaths = 0;
  for (let round = 0; round < rounds; round++) {
    for (const { name, points } of queues) {
      const crash = points[round];
      const where = `${name} at call ${crash?.call}, ${crash?.effect} its effect`;
      try {
        await OPERATIONS[name]!(crash);
        if (crash) deaths++;
        expect({ where, ...(await state() as object) }).toEqual({ where, ...(undisturbed[name]!.state as object) });
      } catch (error) {
        diverged.push(`${where}: ${(error as Error).message}`);
        await driver.reset();
        break;
      }
    }
  }
  expect(diverged).toEqual([]);
  expect(deaths).toBeGreaterThanOrEqual(10);
}, 600_000);
