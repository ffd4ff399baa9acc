/** AWS throttles three calls of ten, of every service and operation, all the time. */
import { Account } from '../crash/account';
import { withBundle } from '../support/bundle';
import { OPERATION_NAMES } from '../crash/operations';
import { Life, measure } from '../crash/round';

let account: Account;
beforeAll(async () => {
  account = await withBundle((bundle) => Account.open(bundle));
}, 120_000);
afterAll(() => account.close());

test('every operation comes to the same end as without throttling', async () => {
  const reference = await measure(account);
  await account.reset();
  const life = new Life(account);
  for (const name of OPERATION_NAMES) {
    const { faults } = account.aws;
    faults.add({ kind: 'throttle', share: 0.3, times: Number.MAX_SAFE_INTEGER, extensionsOnly: true });
    expect([name, await life.run(name)]).toMatchObject([name, { status: 'SUCCESS' }]);
    faults.clear();
    expect(await account.observe()).toEqual(reference.after[name]);
  }
}, 240_000);
