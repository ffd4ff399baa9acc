/** Reads that do not show yet what was written a moment ago, as the APIs of AWS may answer for a few seconds. */
import { Account } from '../crash/account';
import { withBundle } from '../crash/bundle';
import { OPERATION_NAMES, type OperationName } from '../crash/operations';
import { Life, measure, type Reference } from '../crash/round';

let account: Account;
let reference: Reference;
beforeAll(async () => {
  account = await withBundle((bundle) => Account.open(bundle));
  reference = await measure(account);
}, 240_000);
afterAll(() => account.close());

const SERVICES = [
  'acm',
  'application-autoscaling',
  'ec2',
  'ecs',
  'elasticloadbalancing',
  'logs',
  'monitoring',
  'route53',
];

/** The move is left out: it takes as long as the others together, with the same kinds of calls. */
const LIFE: readonly OperationName[] = OPERATION_NAMES.filter((name) => name !== 'update-move');

test.each(SERVICES)(
  '%s: the first two reads after each write are late; every operation succeeds',
  async (service) => {
    await account.reset();
    const { faults } = account.aws;
    const life = new Life(account);
    for (const name of LIFE) {
      faults.add({ kind: 'staleRead', service, times: 2, extensionsOnly: true });
      expect([name, await life.run(name)]).toMatchObject([name, { status: 'SUCCESS' }]);
      faults.clear();
      expect(await account.observe()).toEqual(reference.after[name]);
    }
  },
  240_000,
);
