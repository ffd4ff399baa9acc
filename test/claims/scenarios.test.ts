/**
 * The life of a service where AWS answers otherwise than inferred; `npm run claims` runs it under every answer. Under the
 * inferred answers all other suites run.
 */
import { Account } from '../crash/account';
import { withBundle } from '../support/bundle';
import { runScenario } from './scenario';
import { SHEETS, type Sheet } from './sheets';
import { STEPS } from './steps';

let account: Account;
beforeAll(async () => {
  account = await withBundle((bundle) => Account.open(bundle, { isPunctual: true }));
}, 120_000);
afterAll(() => account.close());

const named = (name: string): Sheet => SHEETS.find((sheet) => sheet.name === name)!;

test('where none of the open claims holds, a service lives as well', async () => {
  const { faults, allowed, minutes } = await runScenario(account, named('none of the claims'));
  expect(faults).toEqual([]);
  expect(allowed).toEqual([]);
  expect(Object.keys(minutes)).toEqual(STEPS.map(({ name }) => name));
}, 300_000);

test('a failure that no answer allows is a fault', async () => {
  const sheet = { ...named('not ecs.shift-keeps-stickiness'), causes: [] };
  const { faults } = await runScenario(account, sheet);
  expect(faults).toContainEqual(expect.stringMatching(/^another port.*: failed: .*group stickiness/));
}, 300_000);
