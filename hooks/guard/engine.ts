import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { GuardError } from './guard-error';

/** The package of AWS that ships cfn-guard for Linux and macOS; an optional dependency. */
const PACKAGE = '@cdklabs/cdk-validator-cfnguard';

/** Folders of that package, as Node.js names the system and its processor. */
const SYSTEMS: Readonly<Record<string, string>> = { linux: 'ubuntu', darwin: 'macos' };
const PROCESSORS: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };

/** What cfn-guard says about one document. Rules that had nothing to judge are not applicable. */
export interface GuardReport {
  readonly not_compliant: readonly { readonly Rule: GuardRuleReport }[];
  readonly not_applicable: readonly string[];
  readonly compliant: readonly string[];
}

/** A rule that a document breaks, with the clauses that do not hold, in the nesting of the rule. */
export interface GuardRuleReport {
  readonly name: string;
  readonly messages: { readonly custom_message: string | null };
  readonly checks: readonly unknown[];
}

/**
 * The cfn-guard of a package that is installed for a system, whichever this process runs on.
 *
 * @param architecture as Node.js names it: x64 or arm64.
 * @param from files from which the package is looked for, in this order.
 */
export function packagedEngine(
  platform: string,
  architecture: string,
  from: readonly string[],
): string | undefined {
  const [system, processor] = [SYSTEMS[platform], PROCESSORS[architecture]];
  if (system === undefined || processor === undefined) return undefined;
  for (const file of from) {
    try {
      const manifest = createRequire(file).resolve(`${PACKAGE}/package.json`);
      const engine = join(dirname(manifest), 'bin', system, processor, 'cfn-guard');
      if (existsSync(engine)) return engine;
    } catch {
      continue;
    }
  }
  return undefined;
}

/**
 * The cfn-guard that this process can run: the one beside the bundle (so in a function of AWS Lambda), the one of the
 * package, or the one on the PATH.
 *
 * @throws GuardError when there is none.
 */
export function findEngine(): string {
  const beside = join(__dirname, 'cfn-guard');
  if (existsSync(beside)) return beside;
  const packaged = packagedEngine(process.platform, process.arch, [join(process.cwd(), 'x'), __filename]);
  if (packaged !== undefined) return packaged;
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const installed = folders.map((folder) => join(folder, 'cfn-guard')).find((path) => existsSync(path));
  if (installed !== undefined) return installed;
  throw new GuardError(
    `Guard rules need cfn-guard, which is not installed. Install it (npm install ${PACKAGE}, or cargo install cfn-guard), or leave --guard out.`,
  );
}

/** cfn-guard ends with this code when a rule is broken, which is an answer. */
const BROKEN_RULES = 19;

/**
 * Judge documents by rules, in one run of cfn-guard.
 *
 * @param rules texts of files of rules.
 * @param documents texts of JSON documents.
 * @returns the reports in the order of the documents, and what cfn-guard wrote to its error output.
 * @throws GuardError when cfn-guard cannot be run, takes too long, or does not answer.
 */
export async function runEngine(
  engine: string,
  rules: readonly string[],
  documents: readonly string[],
  milliseconds: number,
): Promise<{ readonly reports: readonly GuardReport[]; readonly complaints: string }> {
  const options = [
    'validate',
    '--payload',
    '--output-format',
    'json',
    '--show-summary',
    'none',
    '--structured',
  ];
  // Whoever has no Guard rules does not wait until this is loaded.
  const { spawn } = await import('node:child_process');
  const { code, out, complaints } = await new Promise<Ended>((resolve, reject) => {
    const child = spawn(engine, options, {
      stdio: 'pipe',
      signal: AbortSignal.timeout(Math.max(1, Math.round(milliseconds))),
    });
    const [out, complaints]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
    child.on('error', ({ name, message }) => {
      const what =
        name === 'AbortError' ? `gave no answer within ${milliseconds} ms` : `cannot be run: ${message}`;
      reject(new GuardError(`cfn-guard ${what}.`));
    });
    child.on('close', (code) =>
      resolve({ code, out: Buffer.concat(out).toString(), complaints: Buffer.concat(complaints).toString() }),
    );
    // An engine that ends early closes its input; how it ended says more.
    child.stdin.on('error', () => undefined);
    child.stdin.end(JSON.stringify({ rules, data: documents }));
  });
  // A broken file of rules is a complaint with a code of its own, and told by whoever asked.
  if (code !== 0 && code !== BROKEN_RULES && complaints === '')
    throw new GuardError(`cfn-guard ended with ${code} and said nothing.`);
  return { reports: parse(out, complaints, documents.length), complaints };
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly complaints: string;
}

function parse(out: string, complaints: string, count: number): readonly GuardReport[] {
  let reports: unknown;
  try {
    reports = JSON.parse(out);
  } catch {
    reports = undefined;
  }
  if (Array.isArray(reports) && reports.length === count) return reports as GuardReport[];
  const said = complaints.trim().split('\n')[0];
  throw new GuardError(`cfn-guard gave no report for every template${said ? ` and said: ${said}` : ''}.`);
}
