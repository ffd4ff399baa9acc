/** `npm run bench`: what operations cost in AWS calls, and what the runtime costs in time, beside its peers. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startLocalAws } from '../local';
import { createHostedZone, issueCertificate } from '../local/account';
import { formatGovernanceRows, measureGovernance } from './governance';
import { measureOperations, type OperationCost } from './operations';
import { measureRuntime, type RuntimeFigures } from './runtime';

const USAGE = `Usage: npm run bench [-- --format text|json]

Measures on the local AWS, and prints for each operation on Org::ECS::ExpressService: AWS calls, polls, the longest
chain of dependent calls, and handler invocations; then milliseconds for each invocation beside the stock library's, and
the start of the built bundle beside bare Node's; then the governance rules beside native cfn-guard.

Options
  --format   text (default) or json
  --help     this text

Exit codes: 0 measured, 1 a measurement failed, 2 the options are wrong.
`;

const BUNDLE = join(__dirname, '..', 'build', 'TypeFunction', 'handlers.js');
const BASE_DOMAIN = 'example.com';
const PROPERTIES = {
  PrimaryContainer: { Image: 'bench:1' },
  ExecutionRoleArn: 'arn:aws:iam::123456789012:role/execution',
  InfrastructureRoleArn: 'arn:aws:iam::123456789012:role/infrastructure',
};

/** What this project aims at; a miss is shown, not hidden. */
const AIMS = {
  'create, second service': { calls: 30, chain: 8 },
} as Readonly<Record<string, { readonly calls: number; readonly chain: number }>>;

async function operations(onProgress: (text: string) => void): Promise<OperationCost[]> {
  const aws = await startLocalAws({ clock: 'jump' });
  try {
    const hostedZoneId = await createHostedZone(aws, BASE_DOMAIN);
    aws.registry.setTypeConfiguration('Org::ECS::ExpressService', {
      BaseDomain: BASE_DOMAIN,
      HostedZoneId: hostedZoneId,
      CertificateArn: await issueCertificate(aws, hostedZoneId, `*.${BASE_DOMAIN}`),
    });
    return await measureOperations(aws, PROPERTIES, onProgress);
  } finally {
    await aws.close();
  }
}

function operationTable(costs: readonly OperationCost[]): string {
  const header = ['operation', 'calls', 'polls', 'chain', 'invocations', 'aim'];
  const rows = costs.map(({ operation, calls, polls, chain, invocations }) => {
    const aim = AIMS[operation];
    const verdict = aim
      ? `calls ≤ ${aim.calls}, chain ≤ ${aim.chain}: ${calls <= aim.calls && chain <= aim.chain ? 'met' : 'missed'}`
      : '';
    return [operation, calls, polls, chain, invocations, verdict].map(String);
  });
  return table([header, ...rows]);
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

async function main(): Promise<number> {
  let format: string;
  try {
    const { values } = parseArgs({
      options: { format: { type: 'string', default: 'text' }, help: { type: 'boolean' } },
    });
    if (values.help) {
      process.stdout.write(USAGE);
      return 0;
    }
    format = values.format;
    if (!['text', 'json'].includes(format)) throw new Error(`--format is "${format}"; give text or json`);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  const progress = (text: string) => process.stderr.write(`${text} …\n`);
  const costs = await operations(progress);
  progress('runtime');
  const runtime = await measureRuntime(BUNDLE);
  progress('governance');
  const governance = await measureGovernance();
  process.stdout.write(
    format === 'json'
      ? `${JSON.stringify({ operations: costs, runtime, governance }, undefined, 2)}\n`
      : `\n${operationTable(costs)}\n\n${runtimeTable(runtime)}\n\n${formatGovernanceRows(governance)}\n`,
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
