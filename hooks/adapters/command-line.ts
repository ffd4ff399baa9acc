import { parseArgs, type ParseArgsConfig } from 'node:util';
import { explainRule, listRules } from '../command-line/catalogue-text';
import { check } from '../command-line/check';
import { loadCatalogue, loadExemptions, loadParameters, loadProfile } from '../command-line/configuration';
import { findTemplates, readStandardInput } from '../command-line/template-files';
import { UsageError } from '../command-line/usage-error';
import { SEVERITIES, type Severity } from '../engine/outcome';
import { policyOf } from '../engine/policy';
import { FORMATS } from '../formats';

const USAGE = `Judge CloudFormation templates by the organisation's rules, as its hooks do.

  org-ecs check PATH...    templates, folders, cdk.out, described change sets, - for standard input
  org-ecs rules            the rules and what the profile does with them
  org-ecs explain RULE     one rule: why, what to do, parameters, equivalents

Options
  --profile NAME|FILE      org-default (default), control-tower, strict, or a file
  --rules FILE|PACKAGE     own rules; may be repeated
  --help                   this text
Options of check
  --format FORMAT          text (default), json, sarif, junit, github
  --parameters FILE        values of template parameters, JSON
  --exemptions FILE        central exemptions, JSON
  --baseline FILE          an earlier result (--format json); what it holds does not count again
  --fail-on SEVERITY       least severity that refuses: critical, high, medium, low, informational
  --account ID, --region NAME, --stack NAME
                           where the template would be deployed

Exit codes: 0 nothing is refused, 1 something is refused, 2 the check could not run,
or a file is no template.
`;

const OPTIONS = {
  profile: { type: 'string' },
  rules: { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
  format: { type: 'string' },
  parameters: { type: 'string' },
  exemptions: { type: 'string' },
  baseline: { type: 'string' },
  'fail-on': { type: 'string' },
  account: { type: 'string' },
  region: { type: 'string' },
  stack: { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

type Options = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>['values'];

/** Where a command writes and reads. */
export interface Streams {
  out(text: string): void;
  error(text: string): void;
  readInput(): Promise<string>;
}

type Command = (operands: readonly string[], options: Options, streams: Streams) => Promise<number>;

const COMMANDS: Readonly<Record<string, Command>> = {
  check: async (paths, options, streams) => {
    if (paths.length === 0)
      throw new UsageError('Name at least one template or folder, or - for standard input.');
    const format = FORMATS[options.format ?? 'text'];
    if (format === undefined)
      throw new UsageError(`There is no format ${options.format}. Use ${Object.keys(FORMATS).join(', ')}.`);
    const catalogue = loadCatalogue(options.rules ?? []);
    const result = await check(await findTemplates(paths, streams.readInput), {
      catalogue,
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
    });
    streams.out(format(result));
    if (result.summary.unreadable > 0) return 2;
    return result.summary.refused > 0 ? 1 : 0;
  },
  rules: async (_, options, streams) => {
    const catalogue = loadCatalogue(options.rules ?? []);
    streams.out(listRules(catalogue, policyOf(await loadProfile(options.profile, catalogue), catalogue)));
    return 0;
  },
  explain: async ([id], options, streams) => {
    if (id === undefined) throw new UsageError('Name a rule, e.g. org-ecs explain NET-01.');
    const catalogue = loadCatalogue(options.rules ?? []);
    streams.out(explainRule(id, catalogue, await loadProfile(options.profile, catalogue)));
    return 0;
  },
};

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
    return await command(operands, values, streams);
  } catch (error) {
    const message =
      error instanceof UsageError ? error.message : `It failed by itself: ${(error as Error).message}`;
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
  });
}
