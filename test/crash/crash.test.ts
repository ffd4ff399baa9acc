/** A part of the matrix: points spread over operations, kinds of faults and the calls of the operations. */
import { Account } from './account';
import { withBundle } from '../support/bundle';
import { FAULT_NAMES, FAULTS, type Fault } from './faults';
import { nameOf, pointsOf, type Point } from './matrix';
import { OPERATION_NAMES } from './operations';
import { measure, runRound, type Reference, type Round } from './round';

let account: Account;
let reference: Reference;

beforeAll(async () => {
  account = await withBundle((bundle) => Account.open(bundle));
  reference = await measure(account);
}, 300_000);
afterAll(() => account.close());

/**
 * One point for each operation, so that each kind of fault meets every seventh operation; the calls of different faults and
 * operations lie apart. `npm run crash` has all points.
 */
function roundOfAll(): Round {
  const points = OPERATION_NAMES.map((operation, place) => {
    const index = place % FAULT_NAMES.length;
    const all = pointsOf(reference.calls, { operations: [operation], faults: [FAULT_NAMES[index]!] });
    const share = ((index + 1) * 0.618 + place * 0.414) % 1;
    return all[Math.floor(share * all.length)];
  });
  return Object.fromEntries(points.map((point) => [point!.operation, point]));
}

test('deletes everything it has made when nothing disturbs it', () => {
  expect(reference.after.delete).toEqual(reference.before);
});

test('every operation comes to its end, or fails and leaves nothing', async () => {
  const round = roundOfAll();
  const verdicts = await runRound(account, round, reference);
  expect(
    verdicts.map(
      ({ point, result, detail }) => `${nameOf(point)}: ${result} ${isLasting(point) ? '' : detail}`,
    ),
  ).toEqual(
    Object.values(round).map((point) =>
      expect.stringMatching(
        `^${point.operation}, .*: ${isLasting(point) ? '(clean failure|same end)' : 'same end'} $`,
      ),
    ),
  );
}, 300_000);

function isLasting({ fault }: Point): boolean {
  const { lasting }: Fault = FAULTS[fault];
  return lasting === true;
}

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
