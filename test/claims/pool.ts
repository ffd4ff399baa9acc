/** Worker processes among which the scenarios are divided. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Verdict } from './scenario';
import type { Answer, Request } from './worker';

/**
 * Run the scenario under each of these sheets.
 *
 * @param sheets indices of the sheets.
 * @param onVerdict told of each verdict as it comes.
 * @throws Error when a worker process fails.
 */
export async function runScenarios(
  bundle: string,
  sheets: readonly number[],
  workers: number,
  onVerdict: (verdict: Verdict) => void,
): Promise<Verdict[]> {
  const left = [...sheets];
  const verdicts: Verdict[] = [];
  const processes = Array.from({ length: Math.min(workers, sheets.length) }, () =>
    fork(join(__dirname, 'worker.ts')),
  );

  function ask(worker: (typeof processes)[number], request: Request): Promise<Verdict | undefined> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null) => reject(new Error(`A worker process ended with code ${code}.`));
      worker.once('exit', ended);
      worker.once('message', (answer: Answer) => {
        worker.off('exit', ended);
        if ('failure' in answer) reject(new Error(answer.failure));
        else resolve(answer.verdict);
      });
      worker.send(request);
    });
  }

  try {
    await Promise.all(
      processes.map(async (worker) => {
        await ask(worker, { bundle });
        for (let sheet = left.shift(); sheet !== undefined; sheet = left.shift()) {
          const verdict = (await ask(worker, { sheet }))!;
          verdicts.push(verdict);
          onVerdict(verdict);
        }
      }),
    );
    return verdicts;
  } finally {
    for (const worker of processes) worker.kill('SIGKILL');
  }
}
