/** A role that was made a moment ago cannot be assumed yet: IAM needs seconds, sometimes a minute, to make it known. */
import { Account } from '../crash/account';
import { withBundle } from '../support/bundle';
import { Life } from '../crash/round';

let account: Account;
beforeAll(async () => {
  account = await withBundle((bundle) => Account.open(bundle));
}, 120_000);
afterAll(() => account.close());

test.each([
  ['create', 'CreateService', []],
  ['update-in-place', 'UpdateService', ['create']],
] as const)('%s waits for a role that %s cannot assume for a minute', async (name, operation, earlier) => {
  await account.reset();
  const life = new Life(account);
  for (const before of earlier) await life.run(before);
  const begin = account.aws.clock.now();
  account.aws.faults.add({
    kind: 'roleNotAssumable',
    operation,
    seconds: 60,
    times: Number.MAX_SAFE_INTEGER,
  });

  expect(await life.run(name)).toMatchObject({ status: 'SUCCESS' });
  expect(account.aws.clock.now() - begin).toBeGreaterThan(60_000);
});

test('a role that can never be assumed: the creation fails with what Amazon ECS says, and leaves nothing', async () => {
  await account.reset();
  const before = await account.observe();
  const life = new Life(account);
  account.aws.faults.add({
    kind: 'roleNotAssumable',
    operation: 'CreateService',
    times: Number.MAX_SAFE_INTEGER,
  });

  const outcome = await life.run('create');
  expect(outcome).toMatchObject({
    status: 'FAILED',
    errorCode: 'InvalidRequest',
    message: expect.stringContaining('Unable to assume role') as string,
  });
  expect(await life.react('create', outcome)).toMatchObject({ status: 'SUCCESS' });
  expect(await account.observe()).toEqual(before);
});

test('a parameter that no new role explains fails at once, and names its property', async () => {
  await account.reset();
  const before = await account.observe();
  const life = new Life(account);
  account.aws.faults.add({
    kind: 'refuse',
    operation: 'CreateService',
    times: Number.MAX_SAFE_INTEGER,
    error: { code: 'InvalidParameterException', message: 'All subnets must belong to the same VPC.' },
  });

  const outcome = await life.run('create');
  expect(outcome).toMatchObject({
    status: 'FAILED',
    errorCode: 'InvalidRequest',
    message: expect.stringMatching(
      /^NetworkConfiguration\/Subnets: ecs:CreateService: .*one VPC\.$/,
    ) as string,
  });
  expect(account.aws.calls.list({ errorCode: 'InvalidParameterException' })).toHaveLength(1);
  expect(await life.react('create', outcome)).toMatchObject({ status: 'SUCCESS' });
  expect(await account.observe()).toEqual(before);
});
