/** `npm run soak`: services created, updated and deleted at random by separate processes; what must hold, and how often it was checked. */
import { parseArgs } from 'node:util';
import { soak, type SoakOptions, type SoakReport } from './soak';

const USAGE = `Usage: npm run soak [-- options]

Creates, updates and deletes services at random in one VPC of a local AWS, all at the same time, with handlers in separate
processes. Reads what must hold through list calls, and requests the services through their load balancers, while they are
at it and whenever it is quiet. The last line is "soak: S services, O operations, V violations".

Options
  --services N     how many services there are at most (default 100)
  --operations N   random operations on each, between its creation and its deletion (default 2)
  --seed N         the same number, the same choices (default: another one each time)
  --format         text (default) or json
  --help           this text

Exit codes: 0 no violation, 1 a violation or the soak could not run, 2 the options are wrong.
`;

type Options = Pick<SoakOptions, 'services' | 'operations' | 'seed'> & { readonly format: string };

/** @throws Error naming the option that is wrong. */
function optionsOf(argv: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      services: { type: 'string', default: '100' },
      operations: { type: 'string', default: '2' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      format: { type: 'string', default: 'text' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return 'help';
  const { format } = values;
  if (!['text', 'json'].includes(format)) throw new Error(`--format is "${format}"; give text or json`);
  return {
    services: wholeNumber('services', values.services, 1),
    operations: wholeNumber('operations', values.operations, 0),
    seed: wholeNumber('seed', values.seed, 0),
    format,
  };
}

function wholeNumber(option: string, text: string, least: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least) return number;
  throw new Error(`--${option} is "${text}"; give a whole number, ${least} or more`);
}

function textOf({ findings, operations, mostLoadBalancers, seed }: SoakReport): string {
  const lines = findings.map(
    ({ invariant, checks, violations }) =>
      `${violations.length === 0 ? 'held    ' : 'violated'} ${String(checks).padStart(6)} checks  ${invariant}`,
  );
  const { CREATE, UPDATE, DELETE } = operations;
  return [
    ...lines,
    `${CREATE} creations, ${UPDATE} updates, ${DELETE} deletions; up to ${mostLoadBalancers} load balancers; seed ${seed}`,
  ].join('\n');
}

async function main(argv: readonly string[]): Promise<number> {
  let options: Options | 'help';
  try {
    options = optionsOf(argv);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  if (options === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  const start = performance.now();
  const report = await soak({ ...options, onProgress: (line) => process.stderr.write(`${line}\n`) });
  const seconds = Math.round((performance.now() - start) / 1000);
  const violations = report.findings.reduce((sum, finding) => sum + finding.violations.length, 0);
  const operations = Object.values(report.operations).reduce((sum, count) => sum + count, 0);
  process.stdout.write(
    options.format === 'json'
      ? `${JSON.stringify({ ...report, seconds, violations }, undefined, 2)}\n`
      : `${textOf(report)}\nsoak: ${report.services} services, ${operations} operations, ${violations} violations\n`,
  );
  return violations === 0 ? 0 : 1;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`soak failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
