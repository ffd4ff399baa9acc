/** A deleted load balancer holds its security groups until its network interfaces are gone: minutes, sometimes a quarter of an hour. */
import { Account } from '../crash/account';
import { withBundle } from '../support/bundle';
import { OPERATIONS } from '../crash/operations';

const MINUTE = 60_000;

let account: Account;
beforeAll(async () => {
  const limits = { networkInterfaceRelease: 15 * MINUTE };
  account = await withBundle((bundle) => Account.open(bundle, { limits, isPunctual: true }));
}, 120_000);
afterAll(() => account.close());

test('a deletion waits for them, with few calls, and leaves nothing', async () => {
  const before = await account.observe();
  const { identifier } = await account.run('CREATE', OPERATIONS.create.template(account.surroundings));
  account.aws.calls.clear();
  const begin = account.aws.clock.now();

  expect(await account.run('DELETE', { ServiceArn: identifier })).toMatchObject({ status: 'SUCCESS' });
  expect(await account.observe()).toEqual(before);
  expect(account.aws.clock.now() - begin).toBeGreaterThan(15 * MINUTE);
  const waiting = account.aws.calls.list({ callerOperation: 'DELETE', errorCode: 'DependencyViolation' });
  expect(waiting.length).toBeLessThan(100);
  expect(account.aws.calls.list({ callerOperation: 'DELETE' }).length).toBeLessThan(300);
});
