/** A worker process of `npm run claims`: an account of its own, in which it runs one scenario after the other. */
import { Account } from '../crash/account';
import { runScenario, type Verdict } from './scenario';
import { SHEETS } from './sheets';

/** What the parent process asks for: to open an account, or to run the scenario under the n-th sheet. */
export type Request = { readonly bundle: string } | { readonly sheet: number };

/** What the worker answers. */
export type Answer = { readonly verdict?: Verdict } | { readonly failure: string };

let account: Account;

async function answer(request: Request): Promise<Answer> {
  if ('sheet' in request) return { verdict: await runScenario(account, SHEETS[request.sheet]!) };
  account = await Account.open(request.bundle, { isPunctual: true });
  return {};
}

process.on('message', (request: Request) => {
  void answer(request)
    .catch((error: Error): Answer => ({ failure: error.stack ?? error.message }))
    .then((reply) => process.send!(reply));
});
