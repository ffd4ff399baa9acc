/** `npm run verify:aws`: looks in a real account whether AWS does what the local AWS claims it does. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { CLAIMS, type ClaimId } from '../local/claims';
import { SEEN_FILE } from '../local/claims/seen';
import type { Experiment, Sightings } from './experiment';
import { EXPERIMENTS, UNSEEN } from './experiments';
import { FAST_POLL_SECONDS, Laboratory, POLL_SECONDS } from './laboratory';
import { costOf } from './prices';
import { remnants, removeAll } from './removal';
import { asText, lastLine, outcomeOf, resultOf, type Outcome } from './report';

const HELP = `Usage: npm run verify:aws -- [options]

Makes resources in an AWS account, looks whether AWS does what the local AWS of this repository claims, and removes the
resources again. Credentials and Region are those of the environment, as for the AWS CLI. Everything that is made has a name
that begins with the prefix; a run first removes what an earlier one, which was interrupted, has left.

  --plan               only print what would be made, how long it takes and roughly what it costs; nothing is called
  --experiment NAME    only this experiment; may be repeated
${list()}
  --remove             only remove what bears the prefix
  --prefix NAME        beginning of all names, 3 to 12 lower-case letters and digits (default orgverify)
  --region NAME        Region (default: that of the environment)
  --endpoint URL       another endpoint for all services, such as that of "npm run local"
  --poll-seconds N     seconds between two looks at what is waited for (default ${POLL_SECONDS}; ${FAST_POLL_SECONDS} with --endpoint, where time may
                       pass faster, and where a look still counts as ${POLL_SECONDS} seconds)
  --result FILE        where the result is written (default build/verify-aws.json). With ${SEEN_FILE},
                       "npm run generate" marks the claims as confirmed or contradicted
  --format FORMAT      text (default) or json: the result on standard output, progress on standard error
  --help               this text

Exit codes: 0 every claim that was looked at is as expected, 1 one is contradicted, 2 an option is wrong, 3 something could
not be looked at or not be removed.
`;

function list(): string {
  return EXPERIMENTS.map(({ name, title }) => `                         ${name}: ${title}`).join('\n');
}

interface Options {
  readonly plan: boolean;
  readonly remove: boolean;
  readonly help: boolean;
  readonly experiments: readonly Experiment[];
  readonly prefix: string;
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
  readonly pollSeconds: number;
  readonly result: string;
  readonly format: 'text' | 'json';
}

const PREFIX = /^[a-z][a-z0-9]{2,11}$/;

/** @throws Error that says which option is wrong. */
function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      plan: { type: 'boolean', default: false },
      experiment: { type: 'string', multiple: true },
      remove: { type: 'boolean', default: false },
      prefix: { type: 'string', default: 'orgverify' },
      region: { type: 'string' },
      endpoint: { type: 'string' },
      'poll-seconds': { type: 'string' },
      result: { type: 'string', default: 'build/verify-aws.json' },
      format: { type: 'string', default: 'text' },
      help: { type: 'boolean', default: false },
    },
  });
  const { plan, remove, help, prefix, region, endpoint, result, format } = values;
  if (!PREFIX.test(prefix)) {
    throw new Error(
      `--prefix is "${prefix}"; give 3 to 12 lower-case letters and digits, beginning with a letter.`,
    );
  }
  const pollSeconds = Number(values['poll-seconds'] ?? (endpoint ? FAST_POLL_SECONDS : POLL_SECONDS));
  if (!(pollSeconds > 0)) {
    throw new Error(`--poll-seconds is "${values['poll-seconds']}"; give a number greater than 0.`);
  }
  if (format !== 'text' && format !== 'json') throw new Error(`--format is "${format}"; give text or json.`);
  const experiments = values.experiment?.map((name) => {
    const known = EXPERIMENTS.find((experiment) => experiment.name === name);
    if (known) return known;
    const names = EXPERIMENTS.map((experiment) => experiment.name).join(', ');
    throw new Error(`--experiment is "${name}"; give one of ${names}.`);
  });
  return {
    plan,
    remove,
    help,
    experiments: experiments ?? EXPERIMENTS,
    prefix,
    region,
    endpoint,
    pollSeconds,
    result,
    format,
  };
}

/** Which claims experiments look at. */
function claimsOf(experiments: readonly Experiment[]) {
  const ids: ReadonlySet<string> = new Set(experiments.flatMap(({ claims }) => claims));
  return CLAIMS.filter(({ id }) => ids.has(id));
}

function planAsText(experiments: readonly Experiment[]): string {
  const minutes = experiments.reduce((sum, experiment) => sum + experiment.minutes, 0);
  const cost = experiments.reduce((sum, experiment) => sum + costOf(experiment), 0);
  const each = experiments.map((experiment) => {
    const uses = experiment.uses.map(({ resource, count }) => `${count} × ${resource}`).join(', ');
    return `  ${experiment.name}: ${experiment.title}
    ${experiment.claims.length} claims, about ${experiment.minutes} minutes, about $${costOf(experiment).toFixed(2)}${uses && ` (${uses})`}`;
  });
  const unseen = Object.entries(UNSEEN).map(([id, reason]) => `  ${id}: ${reason}`);
  return [
    'Experiments, one after the other:',
    ...each,
    '',
    `In all about ${minutes} minutes and $${cost.toFixed(2)} by prices of us-east-1 of 2026-11-28. Security groups, target groups, task`,
    'definitions, clusters, roles, log groups and stacks are made as well; they cost nothing. Everything is removed at the end.',
    ...(unseen.length > 0 ? ['', 'Claims that no experiment looks at:', ...unseen] : []),
  ].join('\n');
}

/** Run experiments one after the other; each ends, whatever becomes of it, with everything removed. */
async function run(
  laboratory: Laboratory,
  experiments: readonly Experiment[],
  tell: (line: string) => void,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const experiment of experiments) {
    tell(`${experiment.name}: ${experiment.title}`);
    let sightings: Sightings = {};
    let reason = 'the experiment gave no answer';
    try {
      sightings = await experiment.run(laboratory);
    } catch (error) {
      reason = `the experiment came to no end: ${(error as Error).name}: ${(error as Error).message}`;
      tell(`${experiment.name}: ${reason}`);
    }
    await removeAll(laboratory, tell);
    for (const claim of claimsOf([experiment])) {
      outcomes.push(outcomeOf(claim, sightings[claim.id as ClaimId], reason));
    }
  }
  return outcomes;
}

async function main(args: readonly string[]): Promise<number> {
  let options: Options;
  try {
    options = optionsOf(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${HELP}`);
    return 2;
  }
  const { experiments, format, result, endpoint } = options;
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (options.plan) {
    process.stdout.write(`${planAsText(experiments)}\n`);
    return 0;
  }
  const tell = (line: string) => void process.stderr.write(`${line}\n`);
  try {
    const laboratory = await Laboratory.open(options);
    tell(`account ${laboratory.accountId}, ${laboratory.region}${endpoint ? `, ${endpoint}` : ''}`);
    if ((await remnants(laboratory)).length > 0) tell('an earlier run has left something');
    await removeAll(laboratory, tell);
    if (options.remove) return 0;
    const outcomes = await run(laboratory, experiments, tell);
    const document = resultOf(outcomes, {
      at: new Date().toISOString(),
      region: laboratory.region,
      ...(endpoint !== undefined && { endpoint }),
    });
    mkdirSync(dirname(result), { recursive: true });
    writeFileSync(result, `${JSON.stringify(document, null, 2)}\n`);
    tell(`written to ${result}`);
    const json = JSON.stringify({ ...document, outcomes }, null, 2);
    process.stdout.write(format === 'json' ? `${json}\n` : `${outcomes.map(asText).join('\n')}\n`);
    (format === 'json' ? process.stderr : process.stdout).write(`${lastLine(outcomes)}\n`);
    if (outcomes.some(({ verdict }) => verdict === 'not seen')) return 3;
    return outcomes.some(({ verdict }) => verdict === 'contradicted') ? 1 : 0;
  } catch (error) {
    tell(`verify: ${(error as Error).name}: ${(error as Error).message}`);
    return 3;
  }
}

void main(process.argv.slice(2)).then((code) => (process.exitCode = code));
