/**
 * What the rules cost in processor time, beside cfn-guard and bare Node, everything in one run on this machine:
 * `tsx bench/governance.ts` prints the rows as a table. Processor time, of all threads, is the same however busy
 * the machine is.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { columns } from '../conformance/columns';
import { CONTROLS, guardBinary } from '../conformance/control-tower';
import { parseTemplate } from '../src/cloudformation/template/document';
import { Exemptions } from '../hooks/engine/exemptions';
import { templateInput } from '../hooks/engine/inputs';
import { policyOf } from '../hooks/engine/policy';
import { report } from '../hooks/engine/report';
import { PROFILES } from '../hooks/profiles';
import { rules } from '../hooks/rules';
import { templateOf } from './governance-template';

/** One figure, with what it is compared with and what is aimed at. Times are processor times. */
export interface GovernanceRow {
  readonly what: string;
  /** Milliseconds (medians), mebibytes or a ratio, as `unit` says; absent when it could not be measured. */
  readonly figure?: number;
  readonly unit: 'ms' | 'MiB' | '×';
  /** What it is compared with, in the same unit. */
  readonly peer?: { readonly name: string; readonly figure?: number };
  readonly aim?: { readonly text: string; readonly isMet: boolean };
}

const ROOT = join(__dirname, '..');
const COMMAND_LINE = join(ROOT, 'hooks/bin/org-ecs.js');
const HOOK = join(ROOT, 'build/HookFunction/index.js');
/** Resources of a template, how often it is judged before and while time is taken, and the most milliseconds that are aimed at. */
const SIZES: readonly {
  readonly size: number;
  readonly warmUp: number;
  readonly rounds: number;
  readonly most?: number;
}[] = [
  { size: 1, warmUp: 60, rounds: 41, most: 5 },
  { size: 50, warmUp: 60, rounds: 41 },
  { size: 500, warmUp: 60, rounds: 41, most: 20 },
  { size: 5000, warmUp: 20, rounds: 15 },
];
const PROCESS_ROUNDS = 9;

/** Services whose controls cfn-guard runs; together 37 controls. */
const GUARD_FOLDERS = ['ecs', 'elasticloadbalancing', 'waf', 'cloudwatch'];

/**
 * Measure; takes about half a minute.
 *
 * @throws Error when the hook has not been built, or when a measured process does not end as it should.
 */
export async function measureGovernance(): Promise<GovernanceRow[]> {
  if (!existsSync(HOOK)) throw new Error(`${HOOK} does not exist. Run "npm run build" first.`);
  const folder = await mkdtemp(join(tmpdir(), 'governance-bench-'));
  try {
    const files = await writeTemplates(folder);
    return [
      ...(await measureWarm()),
      ...measureCommandLine(files),
      ...(await measureHook(folder)),
      ...(await measureMemory(files[500].json, folder)),
      measureOther('checkov', [
        ...['--framework', 'cloudformation', '--quiet', '--compact', '-f'],
        files[500].json,
      ]),
      { what: 'cdk-nag (judges CDK applications, not templates)', unit: 'ms' },
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Templates of each number of resources, in JSON and in YAML, as files. */
async function writeTemplates(folder: string) {
  const write = async (size: number): Promise<{ readonly json: string; readonly yaml: string }> => {
    const paths = { json: join(folder, `${size}.json`), yaml: join(folder, `${size}.yml`) };
    const template = templateOf(size);
    await writeFile(paths.json, template);
    await writeFile(paths.yaml, stringify(JSON.parse(template)));
    return paths;
  };
  return { 500: await write(500), 5000: await write(5000), 10000: await write(10_000) } as const;
}

type Files = Awaited<ReturnType<typeof writeTemplates>>;

/** The whole catalogue in this process, from text to findings, once the code is compiled. */
async function measureWarm(): Promise<GovernanceRow[]> {
  const policy = policyOf(PROFILES['org-default']!, rules);
  const medians: number[] = [];
  for (const { size, warmUp, rounds } of SIZES) {
    const text = templateOf(size);
    const figures: number[] = [];
    for (let round = 0; round < warmUp + rounds; round++) {
      const start = process.cpuUsage();
      const { content } = await parseTemplate(text);
      report(templateInput(content), policy, new Exemptions());
      const { user, system } = process.cpuUsage(start);
      figures.push((user + system) / 1000);
    }
    medians.push(median(figures.slice(warmUp)));
  }
  const [, fifty, fiveHundred, fiveThousand] = medians as [number, number, number, number];
  const bytes = Math.round(templateOf(500).length / 1000);
  return [
    ...SIZES.map(({ size, most }, index): GovernanceRow => ({
      what: `${rules.length} rules, ${size} resource${size === 1 ? '' : 's'}${size === 500 ? ` (${bytes} KB)` : ''}, warm`,
      figure: medians[index],
      unit: 'ms',
      aim: most === undefined ? undefined : { text: `≤ ${most} ms`, isMet: medians[index]! <= most },
    })),
    linear('time of 500 resources by that of 50', fiveHundred / fifty, 12),
    linear('time of 5000 resources by that of 500', fiveThousand / fiveHundred, 12),
  ];
}

function linear(what: string, ratio: number, most: number): GovernanceRow {
  return { what, figure: ratio, unit: '×', aim: { text: `linear: ≤ ${most}`, isMet: ratio <= most } };
}

/** The command line and cfn-guard as whole processes on the same files, in turn, and the command line on larger ones. */
function measureCommandLine(files: Files): GovernanceRow[] {
  const check = (template: string) => (): number =>
    run(process.execPath, [COMMAND_LINE, 'check', template, '--format', 'json'], [0, 1]);
  const guard = (template: string) => (): number =>
    run(
      guardBinary(),
      [
        'validate',
        ...GUARD_FOLDERS.flatMap((service) => ['--rules', join(CONTROLS, service)]),
        ...['--data', template, '--output-format', 'json', '--show-summary', 'none', '--structured'],
      ],
      [0, 19],
    );
  const byNpx = (template: string) => (): number =>
    run('npx', ['org-ecs', 'check', template, '--format', 'json'], [0, 1]);
  const { json, yaml } = files[500];
  const [ofJson, guardOfJson, npxOfJson, ofYaml, guardOfYaml, of5000, of10000, yamlOf5000] = inTurn([
    ...[check(json), guard(json), byNpx(json), check(yaml), guard(yaml)],
    ...[check(files[5000].json), check(files[10000].json), check(files[5000].yaml)],
  ]) as [number, number, number, number, number, number, number, number];
  const beside = (what: string, figure: number, peer: number, most?: number): GovernanceRow => ({
    what: `whole process, ${rules.length} rules, ${what}`,
    figure,
    unit: 'ms',
    peer: { name: 'native cfn-guard, 37 controls', figure: peer },
    aim:
      most === undefined
        ? { text: 'less', isMet: figure < peer }
        : { text: `less, and ≤ ${most} ms`, isMet: figure < peer && figure <= most },
  });
  return [
    beside('500 resources in JSON', ofJson, guardOfJson),
    beside('500 resources in YAML', ofYaml, guardOfYaml, 200),
    beside('500 resources in JSON, by npx', npxOfJson, guardOfJson),
    { what: 'whole process, 5000 resources in JSON', figure: of5000, unit: 'ms' },
    { what: 'whole process, 10000 resources in JSON', figure: of10000, unit: 'ms' },
    { what: 'whole process, 5000 resources in YAML', figure: yamlOf5000, unit: 'ms' },
    // What a process costs before its first resource is in no difference.
    linear(
      'time of one resource more after 5000 by that after 500',
      (of10000 - of5000) / 5000 / ((of5000 - ofJson) / 4500),
      1.2,
    ),
  ];
}

const HOOK_EVENT = {
  clientRequestToken: 'token',
  awsAccountId: '111122223333',
  region: 'eu-west-1',
  stackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/shop/1',
  hookTypeName: 'Org::Governance::Hook',
  actionInvocationPoint: 'CREATE_PRE_PROVISION',
  requestData: {
    targetName: 'AWS::ECS::Service',
    targetType: 'AWS::ECS::Service',
    targetLogicalId: 'Web',
    targetModel: { resourceProperties: {} },
  },
  requestContext: { invocation: 1, callbackContext: null },
};

/** A fresh process that loads the hook's bundle and answers one event, and one that does nothing, in turn; and memory. */
async function measureHook(folder: string): Promise<GovernanceRow[]> {
  const program = join(folder, 'hook.cjs');
  await writeFile(
    program,
    `require(${JSON.stringify(HOOK)}).handler(${JSON.stringify(HOOK_EVENT)}).then((answer) => {
      if (answer.clientRequestToken !== 'token') process.exitCode = 1;
    })`,
  );
  const [hook, bare] = inTurn([
    () => run(process.execPath, [program], [0]),
    () => run(process.execPath, ['-e', '0'], [0]),
  ]) as [number, number];
  return [
    {
      what: 'hook, cold: new process, one event',
      figure: hook,
      unit: 'ms',
      peer: { name: 'node -e 0', figure: bare },
      aim: { text: '≤ 1.3 × bare Node', isMet: hook <= 1.3 * bare },
    },
    await memory('peak memory of the hook, one event', [program], folder),
  ];
}

async function measureMemory(template: string, folder: string): Promise<GovernanceRow[]> {
  const command = [COMMAND_LINE, 'check', template, '--format', 'json'];
  return [await memory('peak memory of the whole process, 500 resources', command, folder)];
}

async function memory(what: string, command: readonly string[], folder: string): Promise<GovernanceRow> {
  const preload = join(folder, 'peak-memory.cjs');
  await writeFile(
    preload,
    `process.on('exit', () => require('node:fs').writeSync(2, 'peak ' + process.resourceUsage().maxRSS));`,
  );
  const peak = (...command: readonly string[]): number => {
    const { stderr } = spawnSync(process.execPath, ['--require', preload, ...command], {
      encoding: 'utf8',
      // What it prints is larger than the buffer that there would be for it.
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return Number(/peak (\d+)/.exec(stderr)![1]) / 1024;
  };
  return {
    what,
    figure: peak(...command),
    unit: 'MiB',
    peer: { name: 'node -e 0', figure: peak('-e', '0') },
  };
}

/** A tool that this project does not install; measured where somebody has it. */
function measureOther(tool: string, commandArguments: readonly string[]): GovernanceRow {
  const isInstalled = spawnSync(tool, ['--version']).error === undefined;
  return {
    what: `${tool}, whole process, 500 resources`,
    figure: isInstalled ? run(tool, commandArguments, [0, 1]) : undefined,
    unit: 'ms',
  };
}

/** Medians of measurements that take turns, after one of each that does not count. */
function inTurn(measurements: readonly (() => number)[]): number[] {
  const rounds = Array.from({ length: PROCESS_ROUNDS + 1 }, () => measurements.map((measure) => measure()));
  const counted = rounds.slice(1);
  return measurements.map((_, index) => median(counted.map((figures) => figures[index]!)));
}

/** Milliseconds of processor time of a process and of those that it starts. */
function run(command: string, commandArguments: readonly string[], exitCodes: readonly number[]): number {
  // bash tells the time of all processes that have ended, to the millisecond; user and system, as the last line.
  const script = 'TIMEFORMAT="%3U %3S"; time "$@" > /dev/null';
  const { status, stderr } = spawnSync('bash', ['-c', script, 'bash', command, ...commandArguments], {
    encoding: 'utf8',
  });
  if (status === null || !exitCodes.includes(status))
    throw new Error(`${command} ended with code ${status}: ${stderr}`);
  const [user, system] = stderr.trim().split('\n').at(-1)!.split(' ').map(Number);
  return (user! + system!) * 1000;
}

function median(figures: readonly number[]): number {
  return [...figures].sort((left, right) => left - right)[Math.floor(figures.length / 2)]!;
}

/** The rows as a table for people. */
export function formatGovernanceRows(rows: readonly GovernanceRow[]): string {
  const show = (figure: number | undefined, unit: string): string =>
    figure === undefined ? 'not installed' : `${figure.toFixed(figure < 10 ? 2 : 0)} ${unit}`;
  return columns([
    ['governance (medians of processor time)', 'ours', 'beside', 'aim'],
    ...rows.map(({ what, figure, unit, peer, aim }) => [
      what,
      show(figure, unit),
      peer === undefined ? '' : `${show(peer.figure, unit)} ${peer.name}`,
      aim === undefined ? '' : `${aim.text}: ${aim.isMet ? 'met' : 'missed'}`,
    ]),
  ]);
}

if (require.main === module)
  measureGovernance().then(
    (rows) => console.log(formatGovernanceRows(rows)),
    (error: unknown) => {
      process.stderr.write(`bench failed: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    },
  );
