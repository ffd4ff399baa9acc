/** `npm run crash`: every AWS call of every operation goes wrong in every way, and the end is looked at. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { withBundle } from '../support/bundle';
import { FAULT_NAMES, FAULTS } from './faults';
import type { Choice } from './matrix';
import { OPERATION_NAMES, OPERATIONS } from './operations';
import { runMatrix } from './pool';
import { asJson, failuresAsText, lastLine, summarise, tableAsText } from './report';
import type { Verdict } from './round';

/** Milliseconds between two lines of progress. */
const PROGRESS_MILLISECONDS = 5_000;

const USAGE = `Usage: npm run crash [-- OPTIONS]

Runs operations of Org::ECS::ExpressService on the local AWS, once for each AWS call of the undisturbed operation and each
kind of fault at that call, and then what CloudFormation does about it: it invokes the handler again with the event on
record, and after a failure it deletes what it was creating, brings back the template before, or deletes again. Then
everything in the account, as its own services list it, has to be as after the undisturbed operation; or, after a failure,
as it was before the operation. Resources of somebody else stand beside, and have to stay as they are.

Options
  --operation NAME   only this operation; may be repeated
${list(OPERATIONS)}
  --fault NAME       only this kind of fault; may be repeated
${list(FAULTS)}
  --call N           only the n-th call of each operation
  --step N           only every n-th point of each operation and fault
  --repeated         also calls of invocations that repeat the one before call by call, as looks at what is waited for do
  --workers N        processes to run in; default one for each processor
  --format FORMAT    text (default), or json: a document on standard output, everything else on standard error
  --help             this text

Exit codes: 0 nothing diverged and nothing leaked, 1 something did, 2 the options are wrong, 3 the matrix could not be run.
`;

function list(table: Readonly<Record<string, { readonly description: string }>>): string {
  return Object.entries(table)
    .map(([name, { description }]) => `${' '.repeat(21)}${name}: ${description}`)
    .join('\n');
}

interface Options {
  readonly choice: Choice;
  readonly workers: number;
  readonly format: 'text' | 'json';
  readonly help: boolean;
}

/** @throws Error that says which option is wrong. */
function parse(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      operation: { type: 'string', multiple: true },
      fault: { type: 'string', multiple: true },
      call: { type: 'string' },
      step: { type: 'string' },
      repeated: { type: 'boolean' },
      workers: { type: 'string' },
      format: { type: 'string', default: 'text' },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    choice: {
      operations: values.operation?.map((name) => oneOf('--operation', name, OPERATION_NAMES)),
      faults: values.fault?.map((name) => oneOf('--fault', name, FAULT_NAMES)),
      call: number('--call', values.call),
      step: number('--step', values.step),
      repeated: values.repeated,
    },
    workers: number('--workers', values.workers) ?? availableParallelism(),
    format: oneOf('--format', values.format, ['text', 'json'] as const),
    help: values.help,
  };
}

function oneOf<Name extends string>(option: string, given: string, names: readonly Name[]): Name {
  const name = names.find((known) => known === given);
  if (name === undefined) throw new Error(`${option} is "${given}"; give one of ${names.join(', ')}.`);
  return name;
}

function number(option: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const value = Number(given);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`${option} is "${given}"; give a whole number from 1.`);
  return value;
}

/** Prints how far the run has come, now and then, and each failure as it comes. */
function progress(): (verdict: Verdict, total: number) => void {
  const start = performance.now();
  const verdicts: Verdict[] = [];
  let printed = start;
  return (verdict, total) => {
    verdicts.push(verdict);
    const failure = failuresAsText([verdict]);
    if (failure) process.stderr.write(`${failure}\n`);
    const now = performance.now();
    if (now - printed < PROGRESS_MILLISECONDS) return;
    printed = now;
    const { diverged, leaked } = summarise(verdicts);
    const minutes = ((now - start) * (total - verdicts.length)) / verdicts.length / 60_000;
    process.stderr.write(
      `${verdicts.length} of ${total} points, ${diverged} diverged, ${leaked} leaked, ${minutes.toFixed(1)} minutes left\n`,
    );
  };
}

async function main(args: readonly string[]): Promise<number> {
  let options: Options;
  try {
    options = parse(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const { choice, workers, format } = options;
  try {
    const verdicts = await withBundle((bundle) =>
      runMatrix({ bundle, choice, workers, onVerdict: progress() }),
    );
    const summary = summarise(verdicts);
    process.stdout.write(
      format === 'json' ? asJson(verdicts) : `${failuresAsText(verdicts)}\n${tableAsText(verdicts)}\n`,
    );
    (format === 'json' ? process.stderr : process.stdout).write(`${lastLine(summary)}\n`);
    return summary.diverged + summary.leaked === 0 ? 0 : 1;
  } catch (error) {
    process.stderr.write(`crash: the matrix could not be run: ${(error as Error).message}\n`);
    return 3;
  }
}

void main(process.argv.slice(2)).then((code) => (process.exitCode = code));
