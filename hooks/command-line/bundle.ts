import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from './usage-error';

/** The folder of the hooks' sources, from the bundle of the command line as from its source. */
function sources(): string {
  const candidates = [join(__dirname, '../../hooks'), join(__dirname, '..')];
  const found = candidates.find((folder) => existsSync(join(folder, 'adapters/lambda-handler.ts')));
  if (found === undefined)
    throw new UsageError('The hook is bundled from its sources. Run this in a clone of the repository.');
  return found;
}

/**
 * Write the managed hook with own rules as one file for AWS Lambda.
 *
 * @param modules modules of own rules, as for --rules.
 * @throws UsageError outside a clone, or when it cannot be bundled.
 */
export async function bundleHook(modules: readonly string[], output: string): Promise<void> {
  const folder = sources();
  const path = (name: string): string => JSON.stringify(join(folder, name));
  const own = modules.map((name) => JSON.stringify(/^[./]/.test(name) ? resolve(name) : name));
  const entry = [
    `const { createHandler } = require(${path('adapters/lambda-handler.ts')});`,
    `const { rules } = require(${path('rules/index.ts')});`,
    `const vocabulary = require(${path('engine/vocabulary.ts')});`,
    `const own = [${own.map((name) => `require(${name})`).join(', ')}];`,
    'const made = own.flatMap((module) => (module.default ?? module)(vocabulary));',
    'exports.handler = createHandler([...rules, ...made]);',
  ];
  // Only whoever bundles needs the bundler.
  const { build } = createRequire(join(folder, 'index.ts'))('esbuild') as typeof import('esbuild');
  await build({
    stdin: { contents: entry.join('\n'), resolveDir: dirname(folder), loader: 'js' },
    outfile: output,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['@aws-sdk/client-s3', '@aws-sdk/client-ssm'],
    supported: { 'dynamic-import': false },
    logLevel: 'silent',
  }).catch((error: Error) => {
    throw new UsageError(`The hook cannot be bundled: ${error.message.split('\n').slice(0, 2).join(' ')}`);
  });
}
