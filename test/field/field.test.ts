/**
 * Templates written after public reports by people who do this job, each with the answer that is right. A file in rows/
 * has one row or several; all rows share one AWS.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BASE_DOMAIN, INPUTS } from './inputs';
import { StackAccount } from '../support/stack-account';
import type { Row } from './row';

const ROWS: readonly Row[] = readdirSync(join(__dirname, 'rows'))
  .sort()
  .flatMap((file) => (require(join(__dirname, 'rows', file)) as { rows: readonly Row[] }).rows);

let account: StackAccount;
beforeAll(async () => {
  account = await StackAccount.open(INPUTS, BASE_DOMAIN);
});
afterAll(() => account?.close());

test('every input is deployed by a row', () => {
  const deployed = new Set(ROWS.flatMap(({ inputs }) => inputs));
  expect(readdirSync(INPUTS).sort()).toEqual([...deployed].sort());
});

test.each(ROWS.map((row) => [row.inputs.join(', '), row.right, row] as const))(
  '%s: %s',
  async (_inputs, _right, { shows }) => {
    let left: string[] = [];
    try {
      await shows(account);
    } finally {
      left = await account.clear();
    }
    expect(left).toEqual([]);
  },
);
