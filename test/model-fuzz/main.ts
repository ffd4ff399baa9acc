/** `npm run fuzz:models`: models, valid and broken, through the provider's real entry point. */
import './sdk-v2';
import { parseArgs } from 'node:util';
import { fuzz, type FuzzResult } from './fuzz';

const HELP = `Usage: npm run fuzz:models -- [options]

Sends models that are made from the schema, half of them broken, to the provider's entry point. Every refusal must name
a property and a remedy and come before anything is changed; nothing may fail otherwise. Some of the accepted models
become services in the local AWS, which are created, read and deleted.

  --count N       number of models (default 10000)
  --seed N        the same seed makes the same models (default: a new one each time)
  --lives N       how many accepted models become services (default 150)
  --format FORMAT text or json (default text)
  --help          this text

Exit code: 0 without failures, 1 with failures, 2 when an option is wrong.
`;

interface Options {
  readonly count: number;
  readonly seed: number;
  readonly lives: number;
  readonly format: string;
}

/** @throws Error that says which option is wrong. */
function options(values: Record<string, string | boolean | undefined>): Options {
  const number = (name: string, usual: number) => {
    const value = Number(values[name] ?? usual);
    if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name}: give a whole number.`);
    return value;
  };
  const format = String(values.format ?? 'text');
  if (format !== 'text' && format !== 'json') throw new Error('--format: give text or json.');
  return {
    count: number('count', 10_000),
    seed: number('seed', Date.now() % 2 ** 31),
    lives: number('lives', 150),
    format,
  };
}

function report({ failures, lives, failedLives }: FuzzResult, seed: number): void {
  for (const { index, action, mutations, problem, model } of failures) {
    console.log(
      `\nmodel ${index} of seed ${seed}, ${action}, ${mutations.join(' + ') || 'as the schema made it'}`,
    );
    console.log(`  ${problem}\n  ${model}`);
  }
  console.log(`lives: ${lives} services created, read and deleted, of which AWS refused ${failedLives}`);
}

async function main(): Promise<number> {
  let chosen: Options;
  try {
    const { values } = parseArgs({
      options: {
        count: { type: 'string' },
        seed: { type: 'string' },
        lives: { type: 'string' },
        format: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    chosen = options(values);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${HELP}`);
    return 2;
  }
  const { format, ...fuzzing } = chosen;
  const start = performance.now();
  const onProgress = (models: number) => {
    if (models % 1_000 === 0) process.stderr.write(`${models} models, ${seconds(start)} s\n`);
  };
  if (format === 'text') console.log(`${fuzzing.count} models, seed ${fuzzing.seed}`);
  const result = await fuzz({ ...fuzzing, onProgress });
  const { models, accepted, refused, failures } = result;
  if (format === 'json') {
    console.log(JSON.stringify({ seed: fuzzing.seed, seconds: Number(seconds(start)), ...result }));
  } else report(result, fuzzing.seed);
  console.log(
    `fuzz: ${models} models, ${accepted} accepted, ${refused} refused, ${failures.length} failures`,
  );
  return failures.length > 0 ? 1 : 0;
}

function seconds(start: number): string {
  return ((performance.now() - start) / 1_000).toFixed(1);
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`fuzz:models failed: ${error.message}\n`);
    process.exitCode = 1;
  },
);
