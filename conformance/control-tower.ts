import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PACKAGE = dirname(require.resolve('@cdklabs/cdk-validator-cfnguard/package.json'));

/** Folder of AWS Control Tower's proactive controls as Guard rules, one folder for each service. */
export const CONTROLS = join(PACKAGE, 'rules/control-tower/cfn-guard');

/** What Control Tower says about a template: the worst of its controls; skip when none finds anything to judge. */
export type GuardAnswer = 'PASS' | 'FAIL' | 'SKIP';

/** A control: where its rule is, and by which name Guard reports it. */
export interface Control {
  readonly file: string;
  readonly ruleName: string;
}

/**
 * The native cfn-guard binary for this machine, from the package that ships it.
 *
 * @throws Error on systems for which there is none.
 */
export function guardBinary(): string {
  const system = { linux: 'ubuntu', darwin: 'macos' }[process.platform as string];
  const architecture = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string];
  if (system === undefined || architecture === undefined)
    throw new Error(`There is no cfn-guard for ${process.platform} ${process.arch}. Use Linux or macOS.`);
  return join(PACKAGE, 'bin', system, architecture, 'cfn-guard');
}

/** All controls by id, e.g. `CT.ECS.PR.9`. */
export async function readControls(): Promise<ReadonlyMap<string, Control>> {
  const files = (await readdir(CONTROLS, { recursive: true })).filter((file) => file.endsWith('.guard'));
  return new Map(
    await Promise.all(
      files.map(async (name): Promise<[string, Control]> => {
        const file = join(CONTROLS, name);
        const source = await readFile(file, 'utf8');
        const id = /\[(CT\.[\w.-]+)\]/.exec(source)?.[1] ?? name;
        const ruleName = /^rule (\w+) when is_cfn_template/m.exec(source)?.[1];
        if (ruleName === undefined) throw new Error(`${name} declares no rule for templates.`);
        return [id, { file, ruleName }];
      }),
    ),
  );
}

interface GuardReport {
  readonly name: string;
  readonly not_compliant: readonly { readonly Rule: { readonly name: string } }[];
  readonly compliant: readonly string[];
}

/**
 * Judge templates by Control Tower's rules, in one run of cfn-guard.
 *
 * @returns for each template the answer of each control that found something to judge, by the control's rule name.
 */
export async function runGuard(
  templates: readonly object[],
  controls: readonly Control[],
): Promise<ReadonlyMap<string, Exclude<GuardAnswer, 'SKIP'>>[]> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  try {
    await Promise.all(
      templates.map((template, index) => writeFile(join(folder, `${index}.json`), JSON.stringify(template))),
    );
    const rules = controls.flatMap(({ file }) => ['--rules', file]);
    const output = ['--output-format', 'json', '--show-summary', 'none', '--structured'];
    const { stdout } = await run(guardBinary(), ['validate', ...rules, '--data', folder, ...output], {
      maxBuffer: 1 << 30,
    }).catch((error: { code?: unknown; stdout?: string }) => {
      // 19 says that a rule failed, which is an answer.
      if (error.code === 19 && error.stdout !== undefined) return { stdout: error.stdout };
      throw new Error(`cfn-guard ended with ${String(error.code)}.`);
    });
    const answers = templates.map(() => new Map<string, 'PASS' | 'FAIL'>());
    for (const { name, compliant, not_compliant } of JSON.parse(stdout) as GuardReport[]) {
      const answer = answers[Number(/(\d+)\.json$/.exec(name)![1])]!;
      for (const rule of compliant) answer.set(rule, 'PASS');
      for (const { Rule } of not_compliant) answer.set(Rule.name, 'FAIL');
    }
    return answers;
  } finally {
    await rm(folder, { recursive: true });
  }
}
