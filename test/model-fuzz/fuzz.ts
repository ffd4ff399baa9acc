/** Models, valid and broken, against the provider. */
import fc from 'fast-check';
import { startAccount } from './account';
import { models } from './arbitrary';
import { stopAtFirstChange } from './first-change';
import { judge, type Action, type Case } from './judgement';
import { live } from './life';
import { mutate, MUTATION_NAMES } from './mutations';
import type { Structure } from '../../local/service';

export interface FuzzOptions {
  /** Number of models. */
  readonly count: number;
  readonly seed: number;
  /** How many of the accepted models become services. */
  readonly lives: number;
  /** Told after each hundredth model how many there have been. */
  readonly onProgress?: (models: number) => void;
}

/** Something that must not happen. */
export interface Failure {
  /** Which model of the seed, from 0. */
  readonly index: number;
  readonly action: Action;
  /** How the model was broken. */
  readonly mutations: readonly string[];
  readonly problem: string;
  /** The model as JSON, cut when it is long. */
  readonly model: string;
}

export interface FuzzResult {
  readonly models: number;
  readonly accepted: number;
  readonly refused: number;
  /** Services that were created, read and deleted. */
  readonly lives: number;
  /** Of those, the ones that AWS's own answer ended before they ran; nothing is left of them. */
  readonly failedLives: number;
  /** How many models were broken in each way. */
  readonly mutations: Readonly<Record<string, number>>;
  readonly failures: readonly Failure[];
}

interface FuzzCase extends Case {
  readonly mutations: readonly string[];
}

/** Half of the models are left as the schema made them. */
const NUMBER_OF_MUTATIONS = fc.constantFrom(0, 0, 0, 1, 1, 2, 3);
const ACTIONS = fc.constantFrom<Action>(
  'CREATE',
  'CREATE',
  'CREATE',
  'CREATE',
  'UPDATE',
  'UPDATE',
  'READ',
  'DELETE',
);
const MUTATION = fc.tuple(fc.constantFrom(...MUTATION_NAMES), fc.tuple(fc.nat(), fc.nat()));

function cases(base: Structure, words: readonly string[]): fc.Arbitrary<FuzzCase> {
  const valid = models(base, words);
  const model = NUMBER_OF_MUTATIONS.chain((minLength) =>
    fc.tuple(valid, fc.array(MUTATION, { minLength, maxLength: minLength })),
  );
  return fc.tuple(ACTIONS, model, model).map(([action, [valid, changes], [before, changesBefore]]) => ({
    action,
    model: changes.reduce<unknown>((made, [name, choices]) => mutate(made, name, choices), valid),
    mutations: changes.map(([name]) => name),
    ...(action === 'UPDATE' && {
      previous: changesBefore.reduce<unknown>((made, [name, choices]) => mutate(made, name, choices), before),
    }),
  }));
}

const LONGEST_MODEL = 2_000;

/** Run the fuzzer. The same seed makes the same models. */
export async function fuzz({ count, seed, lives, onProgress }: FuzzOptions): Promise<FuzzResult> {
  const account = await startAccount();
  try {
    const made = fc.sample(cases(account.base, account.words), { seed, numRuns: count });
    const failures: Failure[] = [];
    const accepted: FuzzCase[] = [];
    const mutations: Record<string, number> = {};
    const failed = (index: number, problem: string) => {
      const { action, mutations: broken, model } = made[index]!;
      failures.push({
        index,
        action,
        mutations: broken,
        problem,
        model: String(JSON.stringify(model)).slice(0, LONGEST_MODEL),
      });
    };
    const changes = stopAtFirstChange();
    try {
      for (const [index, fuzzCase] of made.entries()) {
        const judgement = await quietly(() => judge(fuzzCase, account, changes));
        if (judgement.problem) failed(index, judgement.problem);
        if (judgement.accepted) accepted.push(fuzzCase);
        for (const name of fuzzCase.mutations) mutations[name] = (mutations[name] ?? 0) + 1;
        if ((index + 1) % 100 === 0) onProgress?.(index + 1);
      }
    } finally {
      changes.restore();
    }
    let failedLives = 0;
    const living = spread(
      accepted.filter(({ action }) => action === 'CREATE'),
      lives,
    );
    for (const fuzzCase of living) {
      const life = await live(fuzzCase.model as Structure, account);
      if (life.problem) failed(made.indexOf(fuzzCase), life.problem);
      if (!life.ran) failedLives++;
    }
    return {
      models: count,
      accepted: accepted.length,
      refused: count - accepted.length,
      lives: living.length,
      failedLives,
      mutations,
      failures,
    };
  } finally {
    await account.close();
  }
}

/** So many items, evenly spread over the list. */
function spread<Item>(items: readonly Item[], number: number): Item[] {
  const step = Math.max(1, items.length / number);
  return Array.from({ length: Math.min(number, items.length) }, (_, n) => items[Math.floor(n * step)]!);
}

/** Do something without the provider's log on standard output. */
async function quietly<Result>(run: () => Promise<Result>): Promise<Result> {
  const { write } = process.stdout;
  process.stdout.write = () => true;
  try {
    return await run();
  } finally {
    process.stdout.write = write;
  }
}
