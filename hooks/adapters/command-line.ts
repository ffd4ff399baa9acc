import { writeFile } from 'node:fs/promises';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import {
  explainRule,
  listRules,
  profileDecisions,
  profileText,
  rulesAsData,
} from '../command-line/catalogue-text';
import { bundleManagedHook, bundleRegistryHook } from '../command-line/bundle';
import { check } from '../command-line/check';
import {
  loadCatalogue,
  loadExemptions,
  loadGuardRules,
  loadParameters,
  loadProfile,
  readGuardFiles,
} from '../command-line/configuration';
import { fix } from '../command-line/fix';
import type { CheckResult } from '../command-line/result';
import { testModule, testText } from '../command-line/rule-tests';
import { findTemplates, readStandardInput } from '../command-line/template-files';
import { UsageError } from '../command-line/usage-error';
import { watch } from '../command-line/watch';
import { SEVERITIES, type Severity } from '../engine/outcome';
import { policyOf } from '../engine/policy';
import type { Rule } from '../engine/rule';
import { FORMATS } from '../formats';
import type { Presentation } from '../formats/presentation';
import { GuardError } from '../guard/guard-error';
import type { GuardRules } from '../guard/guard-rules';

const USAGE = `Judge CloudFormation templates by the organisation's rules, as its hooks do.

  org-ecs check PATH...      templates, folders, cdk.out, described change sets, - for standard input
  org-ecs baseline PATH...   check, and write what is found to --output; a later check --baseline counts only what is new
  org-ecs rules              the rules and what the profile does with them
  org-ecs explain RULE       one rule: why, what to do, parameters, equivalents
  org-ecs profile            what a profile decides, where it differs from the rules themselves
  org-ecs test MODULE...     the examples of own rules get the answers that they promise
  org-ecs plan PATH...       what services stand for, and what that costs a month; see org-ecs plan --help
  org-ecs bundle             the hook for AWS Lambda with own rules (--rules, --guard), written to --output

Options of every command but bundle
  --profile NAME|FILE        org-default (default), control-tower, strict, or a file
  --rules FILE|PACKAGE       own rules; may be repeated
  --guard FILE|FOLDER        rules of AWS CloudFormation Guard, judged beside; may be repeated
  --format FORMAT            text (default) or json; check also sarif, junit, github
  --help                     this text
Options of check and baseline
  --parameters FILE          values of template parameters, JSON
  --exemptions FILE          central exemptions, JSON
  --fail-on SEVERITY         least severity that refuses: critical, high, medium, low, informational
  --account ID, --region NAME, --stack NAME
                             where the template would be deployed
Options of check
  --baseline FILE            an earlier result; what it holds does not count again
  --quiet, --verbose         only what is refused; also what passes
  --explain                  say why the rules are there
  --fix                      correct what has one literal answer, and show the difference
  --watch                    check again whenever a file changes
Options of baseline and bundle
  --output FILE              where the result, or the bundle, is written
Options of bundle
  --registry                 the hook of the CloudFormation registry instead, as a folder for cfn submit
  --architecture NAME        processor of the function, for Guard rules: arm64 (default) or x64

Exit codes: 0 nothing is refused, 1 something is refused, 2 the command could not run, or a file is no template.
`;

const OPTIONS = {
  profile: { type: 'string' },
  rules: { type: 'string', multiple: true },
  guard: { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
  format: { type: 'string' },
  parameters: { type: 'string' },
  exemptions: { type: 'string' },
  baseline: { type: 'string' },
  'fail-on': { type: 'string' },
  account: { type: 'string' },
  region: { type: 'string' },
  stack: { type: 'string' },
  quiet: { type: 'boolean' },
  verbose: { type: 'boolean' },
  explain: { type: 'boolean' },
  fix: { type: 'boolean' },
  watch: { type: 'boolean' },
  output: { type: 'string' },
  registry: { type: 'boolean' },
  architecture: { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

type Options = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>['values'];

/** Where a command writes and reads. */
export interface Streams {
  out(text: string): void;
  error(text: string): void;
  readInput(): Promise<string>;
  /** Whether people read what is written, in a terminal that shows colours. */
  readonly isTerminal?: boolean;
}

interface Command {
  /** The options that it takes besides --help; others are refused, since they would have no effect. */
  readonly options: readonly (keyof Options)[];
  /** How many operands it takes. */
  readonly operands: readonly [least: number, most: number, problem: string];
  run(operands: readonly string[], options: Options, streams: Streams): Promise<number>;
}

const COMMON = ['profile', 'rules', 'guard', 'format'] as const;
const DEPLOYMENT = ['parameters', 'exemptions', 'fail-on', 'account', 'region', 'stack'] as const;
const NO_PATH = 'Name at least one template or folder, or - for standard input.';

const COMMANDS: Readonly<Record<string, Command>> = {
  check: {
    options: [...COMMON, ...DEPLOYMENT, 'baseline', 'quiet', 'verbose', 'explain', 'fix', 'watch'],
    operands: [1, Infinity, NO_PATH],
    run: async (paths, options, streams) => {
      if (options.quiet && options.verbose) throw new UsageError('Choose one of --quiet and --verbose.');
      if (options.watch) {
        await watch(paths, () => checkOnce(paths, options, streams), streams);
        return 0;
      }
      return checkOnce(paths, options, streams);
    },
  },
  baseline: {
    options: [...COMMON, ...DEPLOYMENT, 'output'],
    operands: [1, Infinity, NO_PATH],
    run: async (paths, options, streams) => {
      if (options.output === undefined)
        throw new UsageError('Say with --output where the baseline is written.');
      const result = await judged(paths, options, streams);
      await writeFile(options.output, FORMATS['json']!(result, PLAIN));
      const count = result.findings.length;
      streams.out(
        formatOf(options) === 'json'
          ? `${JSON.stringify({ output: options.output, findings: count })}\n`
          : `${options.output} holds ${count} findings. Next: org-ecs check ${paths.join(' ')} --baseline ${options.output} counts only what is new.\n`,
      );
      return result.summary.unreadable > 0 ? 2 : 0;
    },
  },
  rules: {
    options: COMMON,
    operands: [0, 0, 'org-ecs rules takes no operand.'],
    run: async (_, options, streams) => {
      const { catalogue } = await catalogueOf(options);
      const profile = await loadProfile(options.profile, catalogue);
      streams.out(
        formatOf(options) === 'json'
          ? `${JSON.stringify(rulesAsData(catalogue, profile), null, 2)}\n`
          : listRules(catalogue, policyOf(profile, catalogue)),
      );
      return 0;
    },
  },
  explain: {
    options: COMMON,
    operands: [1, 1, 'Name one rule, e.g. org-ecs explain NET-01.'],
    run: async (operands, options, streams) => {
      const { catalogue } = await catalogueOf(options);
      const profile = await loadProfile(options.profile, catalogue);
      const explained = explainRule(operands[0]!, catalogue, profile);
      const meant = rulesAsData(catalogue, profile).filter(({ id, group }) =>
        [id, group].some((each) => each?.toUpperCase() === operands[0]!.toUpperCase()),
      );
      streams.out(formatOf(options) === 'json' ? `${JSON.stringify(meant, null, 2)}\n` : explained);
      return 0;
    },
  },
  profile: {
    options: COMMON,
    operands: [0, 0, 'Name the profile with --profile.'],
    run: async (_, options, streams) => {
      const { catalogue } = await catalogueOf(options);
      const decisions = profileDecisions(await loadProfile(options.profile, catalogue), catalogue);
      streams.out(
        formatOf(options) === 'json' ? `${JSON.stringify(decisions, null, 2)}\n` : profileText(decisions),
      );
      return 0;
    },
  },
  test: {
    options: ['format'],
    operands: [1, Infinity, 'Name at least one module of own rules.'],
    run: async (modules, options, streams) => {
      const results = modules.flatMap((module) => testModule(module));
      streams.out(formatOf(options) === 'json' ? `${JSON.stringify(results, null, 2)}\n` : testText(results));
      return results.every(({ expected, found }) => expected === found) ? 0 : 1;
    },
  },
  bundle: {
    options: ['rules', 'guard', 'registry', 'architecture', 'output'],
    operands: [0, 0, 'Name the rules with --rules or --guard.'],
    run: async (_, options, streams) => {
      const { rules: modules = [], guard, registry, output, architecture = 'arm64' } = options;
      if ((modules.length === 0 && guard === undefined) || output === undefined)
        throw new UsageError(
          'Name the rules with --rules or --guard, and the bundle with --output, e.g. index.js.',
        );
      if (!ARCHITECTURES.includes(architecture))
        throw new UsageError(`There is no architecture ${architecture}. Use ${ARCHITECTURES.join(' or ')}.`);
      if (registry) {
        if (guard !== undefined)
          throw new UsageError(
            'The registry hook runs no Guard rules: CloudFormation sends it numbers and booleans as texts, which cfn-guard compares otherwise than those of a template. Leave --registry out, and use the managed hook.',
          );
        await bundleRegistryHook(modules, loadCatalogue(modules), output);
        streams.out(`${output} is the registry hook with your rules. Next: cd ${output} && cfn submit\n`);
        return 0;
      }
      // What does not load here would refuse everything there.
      await catalogueOf(options);
      const own = { modules, guard: guard && (await readGuardFiles(guard)) };
      await bundleManagedHook(own, output, architecture);
      const beside = guard === undefined ? '' : ' Zip it with cfn-guard, which lies beside it.';
      streams.out(`${output} is the hook with your rules; its Lambda handler is index.handler.${beside}\n`);
      return 0;
    },
  },
};

/** Processors of AWS Lambda, as Node.js names them. */
const ARCHITECTURES = ['arm64', 'x64'];

const PLAIN: Presentation = { isTerminal: false, detail: 'normal', explain: false };

/** The format of a command that writes text or JSON. */
function formatOf({ format = 'text' }: Options): 'text' | 'json' {
  if (format !== 'text' && format !== 'json')
    throw new UsageError(`This command has no format ${format}. Use text or json.`);
  return format;
}

/** The catalogue with own rules and Guard rules; the latter also as what judges by them. */
async function catalogueOf(options: Options): Promise<{ catalogue: readonly Rule[]; guard?: GuardRules }> {
  const guard = await loadGuardRules(options.guard);
  return { catalogue: loadCatalogue(options.rules ?? [], guard), guard };
}

async function judged(paths: readonly string[], options: Options, streams: Streams): Promise<CheckResult> {
  const { catalogue, guard } = await catalogueOf(options);
  return check(await findTemplates(paths, streams.readInput), {
    catalogue,
    guard,
    profile: await loadProfile(options.profile, catalogue),
    exemptions: await loadExemptions(options.exemptions),
    known: {
      parameters: await loadParameters(options.parameters),
      pseudoParameters: pseudoParameters(options),
    },
    failOn: severityOf(options['fail-on']),
    baseline: options.baseline,
    account: options.account,
    stack: options.stack,
    progress: streams.isTerminal
      ? (done, all) => streams.error(done < all ? `\r${done} of ${all} templates` : '\r\u001b[K')
      : undefined,
  });
}

async function checkOnce(paths: readonly string[], options: Options, streams: Streams): Promise<number> {
  const format = FORMATS[options.format ?? 'text'];
  if (format === undefined)
    throw new UsageError(`There is no format ${options.format}. Use ${Object.keys(FORMATS).join(', ')}.`);
  let result = await judged(paths, options, streams);
  if (options.fix) {
    const difference = await fix(result, loadCatalogue(options.rules ?? []));
    if (difference !== '') {
      streams.error(difference);
      result = await judged(paths, options, streams);
    }
  }
  streams.out(
    format(result, {
      isTerminal: streams.isTerminal ?? false,
      detail: options.quiet ? 'quiet' : options.verbose ? 'verbose' : 'normal',
      explain: options.explain ?? false,
    }),
  );
  if (result.summary.unreadable > 0) return 2;
  return result.summary.refused > 0 ? 1 : 0;
}

function severityOf(name: string | undefined): Severity | undefined {
  if (name === undefined) return undefined;
  const severity = SEVERITIES.find((each) => each === name.toUpperCase());
  if (severity === undefined)
    throw new UsageError(`There is no severity ${name}. Use ${SEVERITIES.join(', ').toLowerCase()}.`);
  return severity;
}

function pseudoParameters({ account, region, stack }: Options): Record<string, string> {
  const values = { 'AWS::AccountId': account, 'AWS::Region': region, 'AWS::StackName': stack };
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/**
 * Run the command line.
 *
 * @param args arguments after the program's name.
 * @returns the exit code: 0 nothing is refused, 1 something is, 2 the command could not run.
 */
export async function run(args: readonly string[], streams: Streams): Promise<number> {
  try {
    const { values, positionals } = parse(args);
    const [name, ...operands] = positionals;
    if (values.help || name === 'help') {
      streams.out(USAGE);
      return 0;
    }
    const command = name === undefined ? undefined : COMMANDS[name];
    if (command === undefined)
      throw new UsageError(name === undefined ? 'Name a command.' : `There is no command ${name}.`);
    const stray = Object.keys(values).find((option) => !command.options.includes(option as keyof Options));
    if (stray !== undefined) throw new UsageError(`org-ecs ${name} does not take --${stray}.`);
    const [least, most, problem] = command.operands;
    if (operands.length < least || operands.length > most) throw new UsageError(problem);
    return await command.run(operands, values, streams);
  } catch (error) {
    const isExplained = error instanceof UsageError || error instanceof GuardError;
    const message = isExplained ? error.message : `It failed by itself: ${(error as Error).message}`;
    streams.error(`org-ecs: ${message}\nSee org-ecs --help.\n`);
    return 2;
  }
}

function parse(args: readonly string[]): { values: Options; positionals: string[] } {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0] + '.');
  }
}

/** Run the command line of this process. */
export async function main(): Promise<void> {
  process.exitCode = await run(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    error: (text) => process.stderr.write(text),
    readInput: readStandardInput,
    isTerminal: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined,
  });
}
