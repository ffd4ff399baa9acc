import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { SDK_V2_ALIASES } from '../../src/cloudformation/extension/sdk-v2-aliases';
import type { Rule } from '../engine/rule';
import { packagedEngine } from '../guard/engine';
import { GuardError } from '../guard/guard-error';
import type { GuardFile } from '../guard/guard-rules';
import { governanceHookSchema } from '../registry/schema';
import { UsageError } from './usage-error';

/** The folder of the hooks' sources, from the bundle of the command line as from its source. */
function sources(): string {
  const candidates = [join(__dirname, '../../hooks'), join(__dirname, '..')];
  const found = candidates.find((folder) => existsSync(join(folder, 'adapters/lambda-handler.ts')));
  if (found === undefined)
    throw new UsageError('The hook is bundled from its sources. Run this in a clone of the repository.');
  return found;
}

/** What an organisation adds to the catalogue. */
export interface OwnRules {
  /** Modules of own rules, as for --rules. */
  readonly modules: readonly string[];
  /** Guard rules, which the managed hook alone can run. */
  readonly guard?: readonly GuardFile[];
}

/**
 * Write the managed hook with own rules as one file for AWS Lambda; with Guard rules also cfn-guard, beside it.
 *
 * @param architecture of the function, as Node.js names it: x64 or arm64.
 * @throws UsageError outside a clone, or when it cannot be bundled; GuardError when there is no cfn-guard to put in.
 */
export async function bundleManagedHook(
  { modules, guard }: OwnRules,
  output: string,
  architecture: string,
): Promise<void> {
  const engine = guard === undefined ? undefined : packagedEngine('linux', architecture, lookups());
  if (guard !== undefined && engine === undefined)
    throw new GuardError(
      `There is no cfn-guard for Linux on ${architecture} to put into the bundle. Install @cdklabs/cdk-validator-cfnguard.`,
    );
  await bundle(output, modules, [
    `const { createHandler } = require(${source('adapters/lambda-handler.ts')});`,
    `exports.handler = createHandler(all, ${JSON.stringify(guard) ?? 'undefined'});`,
  ]);
  if (engine === undefined) return;
  const beside = join(dirname(resolve(output)), 'cfn-guard');
  await copyFile(engine, beside);
  await chmod(beside, 0o755);
}

/**
 * Write the registry hook with own rules as a folder that `cfn submit` takes: bundle, schema, role, project file.
 *
 * @param catalogue the rules of the catalogue and the own ones: the schema names what they judge.
 * @throws UsageError outside a clone, or when it cannot be bundled.
 */
export async function bundleRegistryHook(
  modules: readonly string[],
  catalogue: readonly Rule[],
  folder: string,
): Promise<void> {
  const schema = JSON.stringify(governanceHookSchema(catalogue), null, 2);
  await mkdir(folder, { recursive: true });
  await bundle(join(folder, 'handlers.js'), modules, [
    `const { governanceEntrypoints } = require(${source('registry/governance.ts')});`,
    `Object.assign(exports, governanceEntrypoints(all, ${schema}));`,
  ]);
  await writeFile(join(folder, 'org-ecs-governancehook.json'), schema);
  await copyFile(join(sources(), 'hook-role.yaml'), join(folder, 'hook-role.yaml'));
  const project = JSON.parse(await readFile(join(sources(), '.rpdk-config'), 'utf8')) as {
    settings: Record<string, unknown>;
  };
  // cfn empties its folder first, and writes the function's name behind the command.
  project.settings['buildCommand'] =
    'mkdir -p build/TypeFunction && cp handlers.js build/TypeFunction/ && echo';
  await writeFile(join(folder, '.rpdk-config'), JSON.stringify(project, null, 2));
}

/** Where the package with cfn-guard is looked for: where the command is run, and here. */
function lookups(): string[] {
  return [join(process.cwd(), 'package.json'), join(sources(), 'index.ts')];
}

/** A path in the hooks' sources as a literal. */
function source(name: string): string {
  return JSON.stringify(join(sources(), name));
}

/** Bundle a program in which `all` is the catalogue with own rules. */
async function bundle(output: string, modules: readonly string[], program: readonly string[]): Promise<void> {
  const folder = sources();
  const root = dirname(folder);
  const own = modules.map((name) => JSON.stringify(/^[./]/.test(name) ? resolve(name) : name));
  const entry = [
    `const { rules } = require(${source('rules/index.ts')});`,
    `const vocabulary = require(${source('engine/vocabulary.ts')});`,
    `const own = [${own.map((name) => `require(${name})`).join(', ')}];`,
    'const all = [...rules, ...own.flatMap((module) => (module.default ?? module)(vocabulary))];',
    ...program,
  ];
  // Only whoever bundles needs the bundler.
  const { build } = createRequire(join(folder, 'index.ts'))('esbuild') as typeof import('esbuild');
  await build({
    stdin: { contents: entry.join('\n'), resolveDir: root, loader: 'js' },
    outfile: output,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    external: ['@aws-sdk/client-s3', '@aws-sdk/client-ssm'],
    supported: { 'dynamic-import': false },
    alias: Object.fromEntries(
      Object.entries(SDK_V2_ALIASES).map(([module, substitute]) => [module, join(root, substitute)]),
    ),
    define: { 'process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED': '"true"' },
    legalComments: 'none',
    logLevel: 'silent',
  }).catch((error: Error) => {
    throw new UsageError(`The hook cannot be bundled: ${error.message.split('\n').slice(0, 2).join(' ')}`);
  });
}
