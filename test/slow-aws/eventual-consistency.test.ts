/** Reads that do not show yet what was written a moment ago, and calls that are throttled, as the APIs of AWS may answer at any time. */
import { Account } from '../crash/account';
import { withBundle } from '../support/bundle';
import { withoutHistory } from '../crash/observation';
import { OPERATION_NAMES, type OperationName } from '../crash/operations';
import { Life, measure, type Reference } from '../crash/round';

let account: Account;
let reference: Reference;
beforeAll(async () => {
  account = await withBundle((bundle) => Account.open(bundle));
  reference = await measure(account, LIFE);
}, 240_000);
afterAll(() => account.close());

/**
 * One service from its creation to its deletion. The move is left out: it takes as long as the others together, with the same
 * kinds of calls.
 */
const LIFE: readonly OperationName[] = OPERATION_NAMES.slice(0, OPERATION_NAMES.indexOf('delete') + 1).filter(
  (name) => name !== 'update-move',
);

/**
 * Services whose reads may be late. Amazon Route 53 is not among them: its lists hold changes
 * that are pending too.
 */
const SERVICES = [
  ['ec2'],
  ['ecs'],
  ['elasticloadbalancing'],
  ['acm', 'application-autoscaling', 'iam', 'logs', 'monitoring'],
];

test.each(SERVICES.map((services) => [services.join(', '), services] as const))(
  '%s: for twenty seconds two reads after each write are late',
  async (_title, services) => {
    await account.reset();
    const { faults } = account.aws;
    const life = new Life(account);
    for (const name of LIFE) {
      for (const service of services) {
        faults.add({ kind: 'staleRead', service, times: 2, seconds: 20, extensionsOnly: true });
      }
      const outcome = await life.run(name);
      faults.clear();
      expect([name, outcome]).toEqual([name, expect.objectContaining({ status: 'SUCCESS' })]);
      // A task definition that nobody saw yet is registered again; it stays until the service is deleted.
      const expected = reference.after[name];
      expect(withoutHistory(await account.observe(), expected)).toEqual(withoutHistory(expected, expected));
    }
  },
  240_000,
);

test('three calls of ten, of every service and operation, are throttled all the time', async () => {
  await account.reset();
  const { faults } = account.aws;
  const life = new Life(account);
  for (const name of LIFE) {
    faults.add({ kind: 'throttle', share: 0.3, times: Number.MAX_SAFE_INTEGER, extensionsOnly: true });
    expect([name, await life.run(name)]).toMatchObject([name, { status: 'SUCCESS' }]);
    faults.clear();
    expect(await account.observe()).toEqual(reference.after[name]);
  }
}, 240_000);
