/** A part of the matrix: of every operation and kind of fault one point, spread over the calls of the operation. */
import { Account } from './account';
import { withBundle } from '../support/bundle';
import { FAULT_NAMES, FAULTS, type Fault, type FaultName } from './faults';
import { nameOf, pointsOf } from './matrix';
import { OPERATION_NAMES } from './operations';
import { measure, runRound, type Reference, type Round } from './round';

let account: Account;
let reference: Reference;

beforeAll(async () => {
  account = await withBundle((bundle) => Account.open(bundle));
  reference = await measure(account);
}, 120_000);
afterAll(() => account.close());

/** One point for each operation; the calls of different faults and operations lie apart. */
function roundOf(fault: FaultName): Round {
  const points = OPERATION_NAMES.map((operation, place) => {
    const all = pointsOf(reference.calls, { operations: [operation], faults: [fault] });
    const share = ((FAULT_NAMES.indexOf(fault) + 1) * 0.618 + place * 0.414) % 1;
    return all[Math.floor(share * all.length)];
  });
  return Object.fromEntries(points.map((point) => [point!.operation, point]));
}

test('deletes everything it has made when nothing disturbs it', () => {
  expect(reference.after.delete).toEqual(reference.before);
});

test.each(FAULT_NAMES)(
  '%s: every operation comes to its end, or fails and leaves nothing',
  async (fault) => {
    const { lasting }: Fault = FAULTS[fault];
    const verdicts = await runRound(account, roundOf(fault), reference);
    expect(
      verdicts.map(({ point, result, detail }) => `${nameOf(point)}: ${result} ${lasting ? '' : detail}`),
    ).toEqual(
      OPERATION_NAMES.map((operation) =>
        expect.stringMatching(`^${operation}, .*: ${lasting ? '(clean failure|same end)' : 'same end'} $`),
      ),
    );
  },
  120_000,
);

test('notices what is left, what is missing, and what has changed', async () => {
  await account.reset();
  const before = await account.observe();
  const [point] = pointsOf(reference.calls, { operations: ['create'], faults: ['lost-response'] });
  const altered: Reference = {
    ...reference,
    after: { ...reference.after, create: before },
  };
  const [verdict] = await runRound(account, { create: point }, altered);
  expect(verdict!.result).toBe('leaked');
  expect(verdict!.detail).toContain('should not be there: AWS::ElasticLoadBalancingV2::LoadBalancer');
});
