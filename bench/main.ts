/** `npm run bench`: what operations cost in AWS calls, and what the runtime costs in time, beside its peers. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startLocalAws, type LocalAws } from '../local';
import { createHostedZone, createRole, issueCertificate } from '../local/account';
import { measureAddedSeconds, type OperationTime } from './added-seconds';
import { EXPOSURES, measureExposure, type ExposureCost } from './exposures';
import { formatGovernanceRows, measureGovernance } from './governance';
import { lowerBound } from './lower-bounds';
import { measureOperations, PRESENT, type OperationCost } from './operations';
import { measureRuntime, type RuntimeFigures } from './runtime';
import { measureVersions, type VersionsCost } from './versions';

const USAGE = `Usage: npm run bench [-- --format text|json] [--only <part>]

Measures on the local AWS, and prints for each operation on Org::ECS::ExpressService: AWS calls, the fewest that it can do
with and the ratio, polls, the longest chain of dependent calls, and handler invocations, beside 1 to 1,000 services that
are there already; the virtual seconds that it lasts, those of them that AWS itself did not need, and what they were spent
on; the same for a life in each exposure; what going back takes with versions and without; milliseconds for each invocation
beside the stock library's, and the start of the built bundle beside bare Node's; then the governance rules beside native
cfn-guard. What the fewest calls are, and why, is in bench/lower-bounds.ts; what an added second is, in
bench/added-seconds.ts.

Options
  --format   text (default) or json
  --only     one of operations, seconds, exposures, versions, runtime, governance; all by default
  --help     this text

Exit codes: 0 measured, 1 a measurement failed, 2 the options are wrong.
`;

const BUNDLE = join(__dirname, '..', 'build', 'TypeFunction', 'handlers.js');
const BASE_DOMAIN = 'example.com';

/** What this project aims at; a miss is shown, not hidden. */
const MOST_TIMES_LOWER_BOUND = 1.15;
const MOST_GROWTH = 1.1;
const MOST_ADDED_SECONDS = 15;

/** An account as a platform team sets it up, and the properties that every service in it has. */
interface Account {
  readonly aws: LocalAws;
  readonly properties: Record<string, unknown>;
  readonly hostedZoneId: string;
}

async function inAccount<Result>(run: (account: Account) => Promise<Result>): Promise<Result> {
  const aws = await startLocalAws({ clock: 'jump' });
  try {
    // Before the certificate, whose issuance gives IAM the time to make them known.
    const properties = {
      PrimaryContainer: { Image: 'bench:1' },
      ExecutionRoleArn: await createRole(aws, 'execution', 'ecs-tasks.amazonaws.com'),
      InfrastructureRoleArn: await createRole(aws, 'infrastructure', 'ecs.amazonaws.com'),
    };
    const hostedZoneId = await createHostedZone(aws, BASE_DOMAIN);
    aws.registry.setTypeConfiguration('Org::ECS::ExpressService', {
      BaseDomain: BASE_DOMAIN,
      HostedZoneId: hostedZoneId,
      CertificateArn: await issueCertificate(aws, hostedZoneId, `*.${BASE_DOMAIN}`),
      // What a web ACL costs is a figure of its own.
      WebAclByDefault: false,
    });
    return await run({ aws, properties, hostedZoneId });
  } finally {
    await aws.close();
  }
}

function addedSeconds({ aws, properties }: Account): Promise<OperationTime[]> {
  return measureAddedSeconds(aws, properties, `not.covered.${BASE_DOMAIN}`);
}

/** Seconds as AWS's users see them, on the virtual clock. */
function addedTable(times: readonly OperationTime[]): string {
  const header = ['operation', 'seconds', 'of AWS', 'added', 'at most', '', 'spent on'];
  const rows = times.map(({ operation, seconds, added, most, spentOn }) => [
    operation,
    seconds.toFixed(0),
    (seconds - added).toFixed(0),
    added.toFixed(0),
    most.toFixed(0),
    verdict(added <= MOST_ADDED_SECONDS),
    Object.entries(spentOn)
      .sort(([, one], [, other]) => other - one)
      .map(([what, spent]) => `${spent.toFixed(0)} s: ${what}`)
      .join(', '),
  ]);
  return `${table([header, ...rows])}\n\nAim: at most ${MOST_ADDED_SECONDS} seconds beside what AWS itself takes.`;
}

/** A life in each exposure, beside that of the others. */
function exposureTable(costs: readonly ExposureCost[]): string {
  const header = ['exposure', 'operation', 'calls', 'polls', 'chain', 'invocations', 'seconds', 'added', ''];
  const rows = costs.map(({ exposure, operation, calls, polls, chain, invocations, seconds, added }) => [
    exposure,
    operation,
    ...[calls, polls, chain, invocations, seconds, added].map((figure) => figure.toFixed(0)),
    verdict(added <= MOST_ADDED_SECONDS),
  ]);
  return table([header, ...rows]);
}

/** Going back, and a change of weights alone. */
function versionsTable(costs: readonly VersionsCost[]): string {
  const rows = costs.map(({ update, seconds, calls, writes, chain }) => [
    update,
    ...[seconds, calls, writes, chain].map((figure) => figure?.toFixed(0) ?? ''),
  ]);
  return table([['going back', 'seconds', 'calls', 'that write', 'chain'], ...rows]);
}

function operationTable(costs: readonly OperationCost[]): string {
  const header = ['operation', 'beside', 'calls', 'fewest', 'ratio', 'polls', 'chain', 'invocations', ''];
  const rows = costs.map(({ operation, present, calls, polls, chain, invocations }) => {
    const fewest = lowerBound(operation);
    const ratio = fewest === undefined ? undefined : calls / fewest;
    return [
      operation,
      String(present),
      String(calls),
      String(fewest ?? ''),
      ratio?.toFixed(2) ?? '',
      String(polls),
      String(chain),
      String(invocations),
      ratio === undefined ? '' : verdict(ratio <= MOST_TIMES_LOWER_BOUND),
    ];
  });
  return `${table([header, ...rows])}\n\nAim: at most ${MOST_TIMES_LOWER_BOUND} times the fewest calls.\n\n${growthTable(costs)}`;
}

/** Calls beside the most services, in relation to those beside the fewest. */
function growthTable(costs: readonly OperationCost[]): string {
  const [fewest, most] = [PRESENT[0]!, PRESENT.at(-1)!];
  const callsOf = (operation: string, present: number) =>
    costs.find((cost) => cost.operation === operation && cost.present === present)!.calls;
  const operations = [
    ...new Set(costs.filter(({ present }) => present > 0).map(({ operation }) => operation)),
  ];
  const rows = operations
    // A page of a list grows until it is full; it never takes more calls than that.
    .filter((operation) => lowerBound(operation) !== undefined)
    .map((operation) => {
      const growth = callsOf(operation, most) / callsOf(operation, fewest);
      return [operation, `${((growth - 1) * 100).toFixed(0)} %`, verdict(growth <= MOST_GROWTH)];
    });
  const title = `more calls beside ${most} services than beside ${fewest} (aim: at most ${((MOST_GROWTH - 1) * 100).toFixed(0)} %)`;
  return table([[title, '', ''], ...rows]);
}

function verdict(isMet: boolean): string {
  return isMet ? 'met' : 'missed';
}

function runtimeTable(figures: RuntimeFigures): string {
  return table([
    ['milliseconds (median)', 'ours', 'peer', ''],
    ['one invocation', figures.runtimeInvocation, figures.stockInvocation, 'stock library'].map(cell),
    ['process start', figures.bundleStart, figures.nodeStart, 'node with nothing to do'].map(cell),
  ]);
}

function cell(value: string | number): string {
  return typeof value === 'number' ? value.toFixed(1) : value;
}

/** Columns as wide as their widest cell; the first is aligned left, the others right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((text, column) => (column === 0 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** One part of the measurements: how it is made, and how it is told as text. */
interface Part<Figures> {
  readonly measure: (progress: (text: string) => void) => Promise<Figures>;
  readonly format: (figures: Figures) => string;
}

function part<Figures>(measure: Part<Figures>['measure'], format: Part<Figures>['format']): Part<unknown> {
  return { measure, format } as Part<unknown>;
}

/** In the order in which they are made and told. */
const PARTS: Readonly<Record<string, Part<unknown>>> = {
  operations: part(
    (progress) =>
      inAccount(({ aws, properties, hostedZoneId }) =>
        measureOperations(aws, properties, hostedZoneId, progress),
      ),
    operationTable,
  ),
  seconds: part(() => inAccount(addedSeconds), addedTable),
  exposures: part(async (progress) => {
    const exposures: ExposureCost[] = [];
    for (const exposure of Object.keys(EXPOSURES)) {
      progress(exposure);
      exposures.push(
        ...(await inAccount(({ aws, properties }) => measureExposure(aws, exposure, properties))),
      );
    }
    return exposures;
  }, exposureTable),
  versions: part(() => inAccount(({ aws, properties }) => measureVersions(aws, properties)), versionsTable),
  runtime: part(() => measureRuntime(BUNDLE), runtimeTable),
  governance: part(measureGovernance, formatGovernanceRows),
};

async function main(): Promise<number> {
  let format: string;
  let parts: readonly (readonly [string, Part<unknown>])[];
  try {
    const { values } = parseArgs({
      options: {
        format: { type: 'string', default: 'text' },
        only: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    if (values.help) {
      process.stdout.write(USAGE);
      return 0;
    }
    format = values.format;
    if (!['text', 'json'].includes(format)) throw new Error(`--format is "${format}"; give text or json`);
    const { only } = values;
    parts = Object.entries(PARTS).filter(([name]) => only === undefined || name === only);
    if (parts.length === 0)
      throw new Error(`--only is "${only}"; give one of ${Object.keys(PARTS).join(', ')}`);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  const progress = (text: string) => process.stderr.write(`${text} …\n`);
  const figures: Record<string, unknown> = {};
  for (const [name, { measure }] of parts) {
    progress(name);
    figures[name] = await measure(progress);
  }
  process.stdout.write(
    format === 'json'
      ? `${JSON.stringify(figures, undefined, 2)}\n`
      : `\n${parts.map(([name, { format: told }]) => told(figures[name])).join('\n\n')}\n`,
  );
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`bench failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
