/**
 * How fast the rules are, beside cfn-guard and bare Node, everything in one run on this machine:
 * `tsx bench/governance.ts` prints the rows as a table.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { columns } from '../conformance/columns';
import { CONTROLS, guardBinary } from '../conformance/control-tower';
import { parseTemplate } from '../hooks/engine/document';
import { Exemptions } from '../hooks/engine/exemptions';
import { templateInput } from '../hooks/engine/inputs';
import { policyOf } from '../hooks/engine/policy';
import { report } from '../hooks/engine/report';
import { PROFILES } from '../hooks/profiles';
import { rules } from '../hooks/rules';
import { templateOf } from './governance-template';

/** One figure, with what it is compared with and what is aimed at. */
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
/** Resources of a template, and how often it is judged before and while time is taken. */
const SIZES = [
  { size: 1, warmUp: 60, rounds: 41 },
  { size: 50, warmUp: 60, rounds: 41 },
  { size: 500, warmUp: 60, rounds: 41 },
  { size: 5000, warmUp: 3, rounds: 9 },
] as const;
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
    const template = join(folder, 'template.json');
    await writeFile(template, templateOf(500));
    const yaml = join(folder, 'template.yml');
    await writeFile(yaml, stringify(JSON.parse(templateOf(500))));
    const large = join(folder, 'large.json');
    await writeFile(large, templateOf(5000));
    return [
      ...(await measureWarm()),
      ...measureProcesses(template),
      ...measureCommandLine(template, yaml, large),
      ...measureColdStart(),
      ...(await measureMemory(template, folder)),
      measureOther('checkov', ['--framework', 'cloudformation', '--quiet', '--compact', '-f', template]),
      { what: 'cdk-nag (judges CDK applications, not templates)', unit: 'ms' },
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The whole catalogue in this process, from text to findings, once the code is compiled. */
async function measureWarm(): Promise<GovernanceRow[]> {
  const policy = policyOf(PROFILES['org-default']!, rules);
  const medians: number[] = [];
  for (const { size, warmUp, rounds } of SIZES) {
    const text = templateOf(size);
    const figures: number[] = [];
    for (let round = 0; round < warmUp + rounds; round++) {
      const start = performance.now();
      const { content } = await parseTemplate(text);
      report(templateInput(content), policy, new Exemptions());
      figures.push(performance.now() - start);
    }
    medians.push(median(figures.slice(warmUp)));
  }
  const [, fifty, fiveHundred, fiveThousand] = medians as [number, number, number, number];
  const bytes = Math.round(templateOf(500).length / 1000);
  const linear = (what: string, ratio: number): GovernanceRow => ({
    what,
    figure: ratio,
    unit: '×',
    aim: { text: 'linear: ≤ 12', isMet: ratio <= 12 },
  });
  return [
    ...SIZES.map(({ size }, index): GovernanceRow => ({
      what: `${rules.length} rules, ${size} resource${size === 1 ? '' : 's'}${size === 500 ? ` (${bytes} KB)` : ''}, warm`,
      figure: medians[index],
      unit: 'ms',
      aim: size === 500 ? { text: '≤ 20 ms', isMet: fiveHundred <= 20 } : undefined,
    })),
    linear('time of 500 resources by that of 50', fiveHundred / fifty),
    linear('time of 5000 resources by that of 500', fiveThousand / fiveHundred),
  ];
}

/** The command line and cfn-guard as whole processes on the same file, in turn. */
function measureProcesses(template: string): GovernanceRow[] {
  const guardArguments = [
    'validate',
    ...GUARD_FOLDERS.flatMap((service) => ['--rules', join(CONTROLS, service)]),
    ...['--data', template, '--output-format', 'json', '--show-summary', 'none', '--structured'],
  ];
  const [ours, guard] = alternate(
    () => run(process.execPath, [COMMAND_LINE, 'check', template, '--format', 'json'], [0, 1]),
    () => run(guardBinary(), guardArguments, [0, 19]),
  );
  return [
    {
      what: `whole process, ${rules.length} rules, 500 resources`,
      figure: ours,
      unit: 'ms',
      peer: { name: 'native cfn-guard, 37 controls', figure: guard },
      aim: { text: 'faster', isMet: ours < guard },
    },
  ];
}

/** The command line on the same template as YAML, on one ten times as large, and as npx starts it. */
function measureCommandLine(json: string, yaml: string, large: string): GovernanceRow[] {
  const check = (template: string) => (): number =>
    run(process.execPath, [COMMAND_LINE, 'check', template, '--format', 'json'], [0, 1]);
  const [ofYaml, ofJson] = alternate(check(yaml), check(json));
  const [ofLarge, byNpx] = alternate(check(large), () =>
    run('npx', ['org-ecs', 'check', json, '--format', 'json'], [0, 1]),
  );
  const row = (what: string, figure: number, aim?: GovernanceRow['aim']): GovernanceRow => ({
    what,
    figure,
    unit: 'ms',
    peer: { name: '500 resources in JSON', figure: ofJson },
    aim,
  });
  return [
    row('whole process, 500 resources in YAML', ofYaml, { text: '≤ 200 ms', isMet: ofYaml <= 200 }),
    row('whole process, 5000 resources in JSON', ofLarge),
    row('whole process by npx, 500 resources in JSON', byNpx),
  ];
}

/** A fresh process that loads the hook's bundle and answers one event, and one that does nothing, in turn. */
function measureColdStart(): GovernanceRow[] {
  const event = {
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
  const code = `require(${JSON.stringify(HOOK)}).handler(${JSON.stringify(event)}).then((answer) => {
    if (answer.clientRequestToken !== 'token') process.exitCode = 1;
  })`;
  const [hook, bare] = alternate(
    () => run(process.execPath, ['-e', code], [0]),
    () => run(process.execPath, ['-e', '0'], [0]),
  );
  return [
    {
      what: 'hook, cold: new process, one event',
      figure: hook,
      unit: 'ms',
      peer: { name: 'node -e 0', figure: bare },
      aim: { text: '≤ 2 × bare Node', isMet: hook <= 2 * bare },
    },
  ];
}

async function measureMemory(template: string, folder: string): Promise<GovernanceRow[]> {
  const preload = join(folder, 'peak-memory.cjs');
  await writeFile(
    preload,
    `process.on('exit', () => require('node:fs').writeSync(2, 'peak ' + process.resourceUsage().maxRSS));`,
  );
  const peak = (...command: string[]): number => {
    const { stderr } = spawnSync(process.execPath, ['--require', preload, ...command], {
      encoding: 'utf8',
      // What it prints is larger than the buffer that there would be for it.
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return Number(/peak (\d+)/.exec(stderr)![1]) / 1024;
  };
  return [
    {
      what: 'peak memory of the whole process, 500 resources',
      figure: peak(COMMAND_LINE, 'check', template, '--format', 'json'),
      unit: 'MiB',
      peer: { name: 'node -e 0', figure: peak('-e', '0') },
    },
  ];
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

/** Medians of two measurements that take turns, after one of each that does not count. */
function alternate(first: () => number, second: () => number): [number, number] {
  const figures: [number, number][] = [];
  for (let round = 0; round <= PROCESS_ROUNDS; round++) figures.push([first(), second()]);
  const counted = figures.slice(1);
  return [median(counted.map(([left]) => left)), median(counted.map(([, right]) => right))];
}

/** Milliseconds from the start of a process to its end. */
function run(command: string, commandArguments: readonly string[], exitCodes: readonly number[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(command, commandArguments, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const milliseconds = performance.now() - start;
  if (status === null || !exitCodes.includes(status))
    throw new Error(`${command} ended with code ${status}: ${stderr}`);
  return milliseconds;
}

function median(figures: readonly number[]): number {
  return [...figures].sort((left, right) => left - right)[Math.floor(figures.length / 2)]!;
}

/** The rows as a table for people. */
export function formatGovernanceRows(rows: readonly GovernanceRow[]): string {
  const show = (figure: number | undefined, unit: string): string =>
    figure === undefined ? 'not installed' : `${figure.toFixed(figure < 10 ? 2 : 0)} ${unit}`;
  return columns([
    ['governance (medians)', 'ours', 'beside', 'aim'],
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
