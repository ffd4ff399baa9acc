/** A process that dies after AWS calls that change something. `npm run crash` takes every call, and other faults too. */
import { Account, BASE_DOMAIN, crashAt, Killed, type Crash, type Wish } from './account';

let account: Account;
beforeAll(async () => {
  // Long enough to be waited for.
  account = await Account.open({
    certificateValidation: 20_000,
    loadBalancerProvisioning: 20_000,
    networkInterfaceRelease: 20_000,
  });
});
afterAll(() => account.close());

const WISH: Wish = { certificate: 'own' };
/** With hosts that come and go. */
const changed = (): Wish => ({
  certificate: 'own',
  containerPort: 9090,
  hostName: `other.${BASE_DOMAIN}`,
  additionalDomains: [{ hostName: `further.${BASE_DOMAIN}`, hostedZoneId: account.hostedZoneId }],
  pathPatterns: ['/api/*'],
});

/** Share of the points that are reached in any case. */
const MOST = 0.8;

/** Of the calls that write, every third one is the last: between two of them nothing changes. */
const STEP = 3;

function crashes(operations: readonly string[]): Crash[] {
  return operations
    .flatMap((name, index) => (/^(Describe|List|Get)/.test(name) ? [] : [crashAt(operations, index)]))
    .filter((_crash, index) => index % STEP === 0);
}

/** What is observed of a service, with what differs from run to run made equal. */
async function stateOf(serviceName: string): Promise<unknown> {
  const text = JSON.stringify(await account.read(serviceName));
  return JSON.parse(
    text
      .replace(/sg-[0-9a-f]+/g, 'sg')
      .replace(/certificate\/[0-9a-f-]+/g, 'certificate')
      .replace(/"org-ecs-express:operation":"[0-9a-f]+"/g, '"operation":""')
      .replace(/(app|targetgroup)\/([^/"]+)\/[0-9a-f]+/g, '$1/$2')
      .replace(/(listener|listener-rule)\/app\/([^/"]+)[/0-9a-f]+/g, '$1/$2')
      .replace(/-\d+(\.us-east-1\.elb)/g, '$1')
      .replace(/Z[A-Z0-9]{12,}|[A-Z0-9]{20,}/g, 'ZONE')
      .replace(/(vpc|subnet)-[0-9a-f]+/g, '$1'),
  );
}

/**
 * How many processes have died. A call that is repeated until it succeeds may come fewer times than in the undisturbed
 * operation: such a point is not reached, and the operation comes to its end.
 */
let deaths = 0;
beforeEach(() => (deaths = 0));

async function dies(operation: Promise<unknown>): Promise<void> {
  const error = await operation.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) return;
  expect(error).toBeInstanceOf(Killed);
  deaths += 1;
}

test('a creation that is started again ends like one that was not interrupted, or leaves nothing', async () => {
  await account.reset();
  await account.apply('one', WISH);
  const points = crashes(account.cost.operations);
  const undisturbed = await stateOf('one');
  await account.remove('one');
  expect(await account.left()).toEqual([]);
  expect(points.length).toBeGreaterThan(12 / STEP);

  for (const crash of points) {
    await dies(account.apply('one', WISH, crash));
    await account.apply('one', WISH);
    expect({ crash, state: await stateOf('one') }).toEqual({ crash, state: undisturbed });
    await account.remove('one');
    expect({ crash, left: await account.left() }).toEqual({ crash, left: [] });

    await dies(account.apply('one', WISH, crash));
    await account.remove('one');
    expect({ crash, left: await account.left() }).toEqual({ crash, left: [] });
  }
  expect(deaths).toBeGreaterThan(points.length * 2 * MOST);
}, 600_000);

test('an update that is started again ends like one that was not interrupted', async () => {
  await account.reset();
  await account.apply('one', WISH);
  await account.apply('one', changed());
  const points = crashes(account.cost.operations);
  const undisturbed = await stateOf('one');
  await account.remove('one');

  for (const crash of points) {
    await account.apply('one', WISH);
    await dies(account.apply('one', changed(), crash));
    await account.apply('one', changed());
    expect({ crash, state: await stateOf('one') }).toEqual({ crash, state: undisturbed });
    await account.remove('one');
    expect({ crash, left: await account.left() }).toEqual({ crash, left: [] });
  }
  expect(deaths).toBeGreaterThan(points.length * MOST);
}, 600_000);

test('a deletion that is started again leaves nothing', async () => {
  await account.reset();
  await account.apply('one', WISH);
  await account.remove('one');
  const points = crashes(account.cost.operations);

  for (const crash of points) {
    await account.apply('one', WISH);
    await dies(account.remove('one', crash));
    await account.remove('one');
    expect({ crash, left: await account.left() }).toEqual({ crash, left: [] });
  }
  expect(deaths).toBeGreaterThan(points.length * MOST);
}, 600_000);
