/** Worker processes among which the points of the matrix are divided. */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { OPERATION_NAMES } from './operations';
import { pointsOf, type Choice, type Point } from './matrix';
import type { Round, Verdict } from './round';
import type { Answer, Request } from './worker';

export interface PoolOptions {
  /** Path of the handlers' bundle. */
  readonly bundle: string;
  readonly choice: Choice;
  /** Number of processes. */
  readonly workers: number;
  /** Told of each verdict, and of the number of points in all. */
  readonly onVerdict: (verdict: Verdict, total: number) => void;
}

/**
 * Run all points that are chosen.
 *
 * @returns the verdicts, in the order in which they came.
 * @throws Error when an account cannot be opened, or when an operation fails without having been disturbed.
 */
export async function runMatrix({ bundle, choice, workers, onVerdict }: PoolOptions): Promise<Verdict[]> {
  const processes = Array.from({ length: workers }, () => new Worker());
  try {
    const references = await Promise.all(processes.map((worker) => worker.open(bundle, choice.operations)));
    const points = pointsOf(references[0]!.calls, choice);
    const rounds = new Rounds(points);
    const verdicts: Verdict[] = [];
    await Promise.all(
      processes.map(async (worker) => {
        for (let round = rounds.next(); round; round = rounds.next()) {
          const judged = await worker.run(round);
          rounds.giveBack(round, judged);
          for (const verdict of judged) {
            verdicts.push(verdict);
            onVerdict(verdict, points.length);
          }
        }
      }),
    );
    return verdicts;
  } finally {
    for (const worker of processes) worker.close();
  }
}

/** The points that are still to be run, as rounds with one point for each operation. */
export class Rounds {
  private readonly left: Map<string, Point[]>;

  constructor(points: readonly Point[]) {
    this.left = new Map(
      OPERATION_NAMES.map((name) => [name, points.filter(({ operation }) => operation === name)]),
    );
  }

  /** The next round; undefined when there is none. */
  next(): Round | undefined {
    const points = OPERATION_NAMES.flatMap((name) => this.left.get(name)!.shift() ?? []);
    return points.length > 0
      ? Object.fromEntries(points.map((point) => [point.operation, point]))
      : undefined;
  }

  /** Points of a round that came to an early end are run later. */
  giveBack(round: Round, judged: readonly Verdict[]): void {
    for (const point of Object.values(round)) {
      if (!judged.some((verdict) => verdict.point.operation === point.operation)) {
        this.left.get(point.operation)!.push(point);
      }
    }
  }
}

/** One worker process. */
class Worker {
  private readonly process: ChildProcess = fork(join(__dirname, 'worker.ts'));

  async open(bundle: string, operations: Choice['operations']) {
    const answer = await this.ask({ kind: 'open', bundle, operations });
    if (answer.kind !== 'opened') throw new Error(`A worker answered ${answer.kind} when it was opened.`);
    return answer.reference;
  }

  async run(round: Round): Promise<readonly Verdict[]> {
    const answer = await this.ask({ kind: 'round', round });
    if (answer.kind !== 'verdicts') throw new Error(`A worker answered ${answer.kind} to a round.`);
    return answer.verdicts;
  }

  close(): void {
    this.process.kill('SIGKILL');
  }

  private ask(request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null) => reject(new Error(`A worker process ended with code ${code}.`));
      this.process.once('exit', ended);
      this.process.once('message', (answer: Answer) => {
        this.process.off('exit', ended);
        if (answer.kind === 'failed') reject(new Error(answer.message));
        else resolve(answer);
      });
      this.process.send(request);
    });
  }
}
