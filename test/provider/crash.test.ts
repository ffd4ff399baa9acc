/**
 * The process of a handler dies after the effect of an AWS call, before it sees the answer, and CloudFormation invokes the
 * handler again with the last event that is on record: the end is the same as without the death.
 *
 * Every eighth call of each operation is a point of death here; `npm run crash` dies at all of them. (Death before a call
 * leaves what death after the call before it leaves.)
 */
import type { Structure } from '../../local/service';
import { Driver, type Crash } from './driver';

/** Points of death are this many calls apart. */
const STEP = Number(process.env.CRASH_STEP ?? 8);

let driver: Driver;
let model: Structure;

/** Parts of identifiers that are drawn at random or counted, so that two runs differ in them. */
const DRAWN: readonly RegExp[] = [
  /(?<=[/-])[0-9a-f]{16,32}\b/g,
  /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g,
  /(?<=SecurityGroup )sg-\w+/g,
  /(?<=task-definition\/default-hello:)\d+/g,
];

/** What an observer sees: all resources, and the model without identifiers and times. */
async function state(): Promise<unknown> {
  const inventory = (await driver.inventory()).map((line) =>
    DRAWN.reduce((text, drawn) => text.replace(drawn, '*'), line),
  );
  const outcome = await driver.read(model.ServiceArn);
  if (outcome.status === 'FAILED') return { inventory: inventory.sort(), read: outcome.errorCode };
  const {
    ECSManagedResourceArns: _arns,
    ActiveConfigurations,
    CreatedAt: _created,
    UpdatedAt: _updated,
    ...read
  } = outcome.model!;
  return { inventory: inventory.sort(), read, activeConfigurations: ActiveConfigurations.length };
}

/** The image and the port, so that an update changes the network half too. */
const container = (Image: string, ContainerPort: number) => ({ PrimaryContainer: { Image, ContainerPort } });

/** The operations, each from the state that the one before leaves. */
const OPERATIONS: Record<string, (crash?: Crash) => Promise<void>> = {
  CREATE: async (crash) => {
    model = Driver.modelOf(await driver.create(driver.model(container('example/hello:1', 80)), { crash }));
  },
  UPDATE: async (crash) => {
    Driver.modelOf(await driver.update(model, driver.model(container('example/hello:2', 8080)), { crash }));
  },
  DELETE: async (crash) => {
    expect(await driver.delete(model.ServiceArn, { crash })).toMatchObject({ status: 'SUCCESS' });
  },
};

/** An operation without a death: the state afterwards, and the calls at which one may come. */
interface Undisturbed {
  readonly state: unknown;
  readonly points: readonly Crash[];
}

/** Points of death. Of calls that look for the same thing again and again one is enough. */
function pointsOf(actions: readonly string[]): Crash[] {
  return actions
    .flatMap((action, index) => (action === actions[index - 1] ? [] : [index + 1]))
    .filter((_call, index) => index % STEP === 0)
    .map((call) => ({ call, effect: 'after' }));
}

const undisturbed: Record<string, Undisturbed> = {};

beforeAll(async () => {
  driver = await Driver.start();
  for (const [name, run] of Object.entries(OPERATIONS)) {
    driver.aws.calls.clear();
    await run();
    undisturbed[name] = { points: pointsOf(driver.actions(name)), state: await state() };
  }
}, 120_000);
afterAll(() => driver.close());

test('an operation that is cut short and invoked again ends as an undisturbed one does', async () => {
  const diverged: string[] = [];
  let deaths = 0;
  const rounds = Math.max(...Object.values(undisturbed).map(({ points }) => points.length));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(OPERATIONS)) {
      const crash = undisturbed[name]!.points[round];
      const where = `${name}, dead at call ${crash?.call} ${crash?.effect} its effect`;
      try {
        await run(crash);
        expect(await state()).toEqual(undisturbed[name]!.state);
        if (crash) deaths++;
      } catch (error) {
        diverged.push(`${where}: ${(error as Error).message}`);
        // The rest of the round has lost its footing; begin the next one with nothing.
        if (name !== 'DELETE') await driver.delete(model.ServiceArn);
        break;
      }
    }
  }
  process.stdout.write(`crash: ${deaths} points, ${diverged.length} diverged\n`);
  expect(diverged).toEqual([]);
  expect(deaths).toBeGreaterThan(15);
}, 1_800_000);
