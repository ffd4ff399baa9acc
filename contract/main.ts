/**
 * Runs the official contract suite of the CloudFormation CLI against the built bundle and the local AWS, without any
 * AWS account. `npm run contract`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startLocalAws } from '../local';
import { type ContractProject, type ContractResult, runCfnTest } from './cfn-test';
import { prepareHook } from './hook';
import { type HandlerFailure, startLambdaFront } from './lambda-front';
import { prepareResource } from './resource';
import { startTlsFront } from './tls-front';

const ROOT = join(__dirname, '..');
const VENV = join(ROOT, '.venv');
const DIRECTORY = join(ROOT, 'build', 'contract');

const USAGE = `Usage: npm run contract [-- NAME…]

Runs \`cfn test\`, the official contract suite, on the resource type and on the registry's form of the hook, or on those
named (resource, hook): their built bundles, and a local AWS. Prints one line for each test and ends each suite with
"NAME: N passed, N failed, N skipped". What the suite printed is kept in build/contract/.

Exit code: 0 when no test failed, 1 when one did or the suite could not run, 2 when the arguments are wrong.
`;

/** One suite: what `cfn test` is run on. */
interface Suite {
  readonly name: string;
  readonly prepare: (aws: Awaited<ReturnType<typeof startLocalAws>>) => Promise<ContractProject>;
}

const SUITES: readonly Suite[] = [
  { name: 'resource', prepare: prepareResource },
  { name: 'hook', prepare: prepareHook },
];

/** Runs one suite in a local AWS of its own. Returns whether no test failed. */
async function run({ name, prepare }: Suite): Promise<boolean> {
  const aws = await startLocalAws();
  const sts = await startTlsFront(aws.endpoint, join(VENV, 'bin', 'python'));
  let failures: HandlerFailure[] = [];
  const lambda = await startLambdaFront(aws, (failure) => failures.push(failure));
  const report = (result: ContractResult) => {
    show(result, failures);
    failures = [];
  };
  try {
    const project = await prepare(aws);
    const region = aws.clientOptions().region;
    const endpoints = { lambda: lambda.url, sts, region };
    const finished = await runCfnTest(VENV, join(DIRECTORY, name), project, endpoints, report);
    await mkdir(DIRECTORY, { recursive: true });
    await writeFile(join(DIRECTORY, `${name}.log`), finished.output);
    const count = (outcome: ContractResult['outcome']) =>
      finished.results.filter((result) => result.outcome === outcome).length;
    const ran = finished.results.length > 0;
    if (!ran) process.stdout.write(`cfn test ran no test. It printed:\n${finished.output}\n`);
    process.stdout.write(
      `${name}: ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped\n`,
    );
    return ran && finished.exitCode === 0;
  } finally {
    await lambda.close();
    await sts.close();
    await aws.close();
  }
}

/** One line for each test; for a failed one also why, and what the handlers reported meanwhile. */
function show({ name, outcome, seconds, reason }: ContractResult, failures: readonly HandlerFailure[]): void {
  const time = outcome === 'skipped' ? '' : ` (${seconds.toFixed(1)} s)`;
  const because = outcome === 'skipped' ? `: ${reason}` : '';
  process.stdout.write(`${outcome.padEnd(7)} ${name}${time}${because}\n`);
  if (outcome !== 'failed') return;
  const reported = failures.map(
    ({ action, errorCode, message }) => `The ${action} handler failed with ${errorCode}: ${message}`,
  );
  process.stdout.write(`${indent([...reported, reason].join('\n'))}\n`);
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ');
}

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.find((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown !== undefined) {
    const help = unknown === '--help';
    (help ? process.stdout : process.stderr).write(
      help ? USAGE : `contract: there is no suite ${unknown}.\n\n${USAGE}`,
    );
    return help ? 0 : 2;
  }
  let passed = true;
  for (const suite of SUITES.filter(({ name }) => names.length === 0 || names.includes(name))) {
    passed = (await run(suite)) && passed;
  }
  return passed ? 0 : 1;
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: Error) => {
    process.stderr.write(`contract: ${error.message}\n`);
    process.exitCode = 1;
  },
);
