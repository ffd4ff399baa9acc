/**
 * Bundles what Lambda runs: one minified CommonJS file for each function, with everything it needs and nothing else.
 * `npm run build`; `cfn submit` calls it too (see `.rpdk-config`).
 */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Metafile, build } from 'esbuild';
import { SDK_V2_ALIASES } from '../src/cloudformation/extension/sdk-v2-aliases';

const ROOT = join(__dirname, '..');

/** A Lambda function of this repository. Paths are relative to the root of the repository. */
export interface FunctionBundle {
  /** Logical id in `template.yml`, or third part of the type's name. */
  readonly name: string;
  readonly source: string;
  readonly bundle: string;
}

/** The provider of the resource type, and the governance hook in its two forms: managed, and of the registry. */
export const FUNCTIONS: readonly FunctionBundle[] = [
  {
    name: 'TypeFunction',
    source: 'src/express-service/handlers.ts',
    bundle: 'build/TypeFunction/handlers.js',
  },
  { name: 'HookFunction', source: 'hooks/adapters/lambda-hook.ts', bundle: 'build/HookFunction/index.js' },
  // Where `cfn submit`, run in hooks/, looks for it.
  {
    name: 'GovernanceHook',
    source: 'hooks/registry/handlers.ts',
    bundle: 'hooks/build/TypeFunction/handlers.js',
  },
];

/**
 * Modules that Lambda's Node.js runtime brings and that only some invocations load: the governance hook reads settings of
 * the organisation with them, where it has any.
 */
const RUNTIME_MODULES = ['@aws-sdk/client-s3', '@aws-sdk/client-ssm'];

/** A bundle may not be larger: a bigger one loads noticeably slower when Lambda starts it. */
const MAXIMUM_BYTES = 2_000_000;

/** Size of a bundle in bytes. */
export interface BundleSize {
  readonly raw: number;
  readonly gzip: number;
}

/**
 * Bundle one function.
 * @param source absolute path of the module that exports the Lambda handlers.
 * @param outfile absolute path of the bundle.
 * @param maximumBytes largest size that is accepted.
 * @throws Error when the source does not compile, when the bundle is too large, or when it holds SDK v2.
 */
export async function bundleFunction(
  source: string,
  outfile: string,
  maximumBytes = MAXIMUM_BYTES,
): Promise<BundleSize> {
  await mkdir(dirname(outfile), { recursive: true });
  const { metafile, outputFiles } = await build({
    entryPoints: [source],
    outfile,
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // The ES modules of the SDK can be reduced to the operations in use; its CommonJS modules cannot.
    mainFields: ['module', 'main'],
    external: RUNTIME_MODULES,
    // The runtime finds its own modules for `require` only.
    supported: { 'dynamic-import': false },
    alias: Object.fromEntries(
      Object.entries(SDK_V2_ALIASES).map(([module, substitute]) => [module, join(ROOT, substitute)]),
    ),
    // The bundle runs on nodejs20.x too, where the SDK would write a notice at each cold start; see local/sdk-notices.ts.
    define: { 'process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED': '"true"' },
    legalComments: 'none',
    logLevel: 'silent',
    metafile: true,
    write: false,
  });
  const forbidden = Object.keys(metafile.inputs).find((input) => input.includes('node_modules/aws-sdk/'));
  if (forbidden) {
    throw new Error(`the bundle holds SDK v2 (${forbidden}); use an SDK v3 client, or extend SDK_V2_ALIASES`);
  }
  const { contents } = outputFiles[0]!;
  if (contents.length > maximumBytes) {
    throw new Error(
      `the bundle has ${contents.length} bytes, more than ${maximumBytes}; its largest inputs are ${largestInputs(metafile)}`,
    );
  }
  await replaceFile(outfile, contents);
  return { raw: contents.length, gzip: gzipSync(contents).length };
}

/** Write a file in one step, so that a process that starts meanwhile finds either the old bundle or the new one. */
async function replaceFile(path: string, contents: Uint8Array): Promise<void> {
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, contents);
  await rename(unfinished, path);
}

/** The five inputs that take up most of the bundle. */
function largestInputs({ outputs }: Metafile): string {
  return Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput)
    .slice(0, 5)
    .map(([path, { bytesInOutput }]) => `${path} (${bytesInOutput})`)
    .join(', ');
}

const USAGE = `Usage: npm run build [-- [--quiet] NAME…]

Bundles the Lambda functions of this repository, or only those named: ${FUNCTIONS.map(({ name }) => name).join(', ')}.
With --quiet, only what goes wrong is said.
`;

/** @returns the process's exit code: 0 built, 1 not built, 2 wrong arguments. */
async function main(options: readonly string[]): Promise<number> {
  const isQuiet = options.includes('--quiet');
  const names = options.filter((option) => option !== '--quiet');
  const unknown = names.find((name) => !FUNCTIONS.some((known) => known.name === name));
  if (unknown !== undefined) {
    const help = unknown === '--help';
    (help ? process.stdout : process.stderr).write(
      help ? USAGE : `build: there is no function ${unknown}.\n\n${USAGE}`,
    );
    return help ? 0 : 2;
  }
  const chosen = FUNCTIONS.filter(({ name }) => names.length === 0 || names.includes(name));
  const results = await Promise.allSettled(
    chosen.map(({ source, bundle }) => bundleFunction(join(ROOT, source), join(ROOT, bundle))),
  );
  for (const [index, result] of results.entries()) {
    const { name, source, bundle } = chosen[index]!;
    if (result.status === 'fulfilled') {
      if (isQuiet) continue;
      const { raw, gzip } = result.value;
      process.stdout.write(`${name}: ${bundle} ${kilobytes(raw)} (${kilobytes(gzip)} gzip)\n`);
    } else {
      process.stderr.write(`${name}: cannot bundle ${source}: ${(result.reason as Error).message}\n`);
    }
  }
  return results.every(({ status }) => status === 'fulfilled') ? 0 : 1;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} kB`;
}

if (require.main === module) {
  void main(process.argv.slice(2)).then((code) => (process.exitCode = code));
}
