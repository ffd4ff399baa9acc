/** A worker process of `npm run crash`: an account of its own, in which it runs one round after the other. */
import { Account } from './account';
import type { OperationName } from './operations';
import { livesOf, measure, runRound, type Reference, type Round, type Verdict } from './round';

/** What the parent process asks for. */
export type Request =
  | { readonly kind: 'open'; readonly bundle: string; readonly operations?: readonly OperationName[] }
  | { readonly kind: 'round'; readonly round: Round };

/** What the worker answers. */
export type Answer =
  | { readonly kind: 'opened'; readonly reference: Reference }
  | { readonly kind: 'verdicts'; readonly verdicts: readonly Verdict[] }
  | { readonly kind: 'failed'; readonly message: string };

let account: Account;
let reference: Reference;

async function answer(request: Request): Promise<Answer> {
  if (request.kind === 'round') {
    return { kind: 'verdicts', verdicts: await runRound(account, request.round, reference) };
  }
  account = await Account.open(request.bundle);
  reference = await measure(account, livesOf(request.operations));
  return { kind: 'opened', reference };
}

process.on('message', (request: Request) => {
  void answer(request)
    .catch((error: unknown): Answer => ({ kind: 'failed', message: (error as Error).message }))
    .then((reply) => process.send!(reply));
});
