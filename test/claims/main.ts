/** `npm run claims`: what is claimed about AWS, and the resource type under every other answer to what is not confirmed. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { CLAIMS, OPEN_CLAIMS, type Claim } from '../../local/claims';
import { withBundle } from '../support/bundle';
import { runScenarios } from './pool';
import type { Verdict } from './scenario';
import { SHEETS } from './sheets';
import { STEPS } from './steps';

const USAGE = `Usage: npm run claims [-- OPTIONS]

Prints the claims of the local AWS about AWS by state, and those that are not confirmed: the switches. Then one service
lives its life under the inferred answers, under each other answer by itself, and under all of them at once, while clients
request it without pause:
${STEPS.map(({ name }) => `  - ${name}`).join('\n')}
Nothing may hang, leak, or lose an answer; what fails names its cause.

Options
  --only TEXT   only scenarios whose name contains the text; may be repeated
  --workers N   processes to run in; default one for each processor
  --list        claims and switches alone, no scenario
  --help        this text

Exit codes: 0 no scenario failed, 1 one did, 2 the options are wrong, 3 the scenarios could not be run.
`;

const STATES: readonly Claim['state'][] = ['confirmed', 'inferred', 'unverified'];

function counts(): string {
  const [confirmed, inferred, unverified] = STATES.map(
    (state) => CLAIMS.filter((claim) => claim.state === state).length,
  );
  return `${CLAIMS.length} claims (${confirmed} confirmed, ${inferred} inferred, ${unverified} unverified)`;
}

function listing(): string {
  const width = Math.max(...CLAIMS.map(({ id }) => id.length));
  return [
    ...STATES.flatMap((state) => [
      `${state}:`,
      ...CLAIMS.filter((claim) => claim.state === state).map(
        ({ id, statement }) => `  ${id.padEnd(width)}  ${statement}`,
      ),
    ]),
    '',
    'switches, with what the local AWS does when they are off:',
    ...OPEN_CLAIMS.map(({ id, otherwise }) => `  ${id.padEnd(width)}  ${otherwise}`),
  ].join('\n');
}

function asText({ sheet, faults, allowed, minutes }: Verdict): string {
  const total = Object.values(minutes).reduce((sum, each) => sum + each, 0);
  return [
    `${faults.length === 0 ? 'ok    ' : 'FAILED'} ${sheet} (${Math.round(total)} virtual minutes)`,
    ...faults.map((fault) => `         ${fault}`),
    ...allowed.map((line) => `       as the answers allow, ${line}`),
  ].join('\n');
}

async function main(args: readonly string[]): Promise<number> {
  let options: { only: string[]; workers: number; list: boolean; help: boolean };
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', multiple: true, default: [] },
        workers: { type: 'string', default: String(availableParallelism()) },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const workers = Number(values.workers);
    if (!Number.isInteger(workers) || workers < 1)
      throw new Error(`--workers is "${values.workers}"; give a whole number from 1.`);
    options = { ...values, workers };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const { only, workers } = options;
  process.stdout.write(`${listing()}\n\n`);
  const chosen = SHEETS.map((_sheet, index) => index).filter(
    (index) => only.length === 0 || only.some((text) => SHEETS[index]!.name.includes(text)),
  );
  try {
    const verdicts = await withBundle((bundle) =>
      runScenarios(bundle, options.list ? [] : chosen, workers, (verdict) =>
        process.stdout.write(`${asText(verdict)}\n`),
      ),
    );
    const failed = verdicts.filter(({ faults }) => faults.length > 0).length;
    process.stdout.write(`\nclaims: ${counts()}, ${verdicts.length} scenarios, ${failed} failed\n`);
    return failed === 0 ? 0 : 1;
  } catch (error) {
    process.stderr.write(`claims: the scenarios could not be run: ${(error as Error).message}\n`);
    return 3;
  }
}

void main(process.argv.slice(2)).then((code) => (process.exitCode = code));
