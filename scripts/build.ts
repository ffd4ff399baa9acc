/**
 * Bundles what Lambda runs: one minified CommonJS file for each function, with everything it needs and nothing else.
 * `npm run build`; `cfn submit` calls it too (see `.rpdk-config`).
 */
import { existsSync } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { SDK_V2_ALIASES } from '../src/runtime/sdk-v2-aliases';

const ROOT = join(__dirname, '..');

/** A Lambda function of this repository. Paths are relative to the root of the repository. */
export interface FunctionBundle {
  /** Logical id in `template.yml`. */
  readonly name: string;
  readonly source: string;
  readonly bundle: string;
}

/** The provider of the resource type, and the governance hook. */
export const FUNCTIONS: readonly FunctionBundle[] = [
  { name: 'TypeFunction', source: 'src/handlers.ts', bundle: 'build/TypeFunction/handlers.js' },
  { name: 'HookFunction', source: 'hooks/adapters/lambda-hook.ts', bundle: 'build/HookFunction/index.js' },
];

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
    alias: Object.fromEntries(
      Object.entries(SDK_V2_ALIASES).map(([module, stand]) => [module, join(ROOT, stand)]),
    ),
    legalComments: 'none',
    logLevel: 'silent',
    metafile: true,
    write: false,
  });
  const inputs = Object.keys(metafile.inputs);
  const forbidden = inputs.find((input) => input.includes('node_modules/aws-sdk/'));
  if (forbidden) {
    throw new Error(
      `${source}: the bundle holds SDK v2 (${forbidden}). Use an SDK v3 client, or add the module to SDK_V2_ALIASES.`,
    );
  }
  const [{ contents }] = outputFiles;
  if (contents.length > maximumBytes) {
    throw new Error(
      `${source}: the bundle has ${contents.length} bytes, more than ${maximumBytes}. Largest inputs: ${largest(metafile)}.`,
    );
  }
  await rm(outfile, { force: true });
  await writeBundle(outfile, contents);
  return { raw: contents.length, gzip: gzipSync(contents).length };
}
