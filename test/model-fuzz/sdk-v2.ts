/**
 * Import this first, where neither a bundler nor jest stands between: modules of SDK v2, which the CloudFormation library
 * requires, become what stands in for them.
 */
import Module from 'node:module';
import { join } from 'node:path';
import { SDK_V2_ALIASES } from '../../src/cloudformation/extension/sdk-v2-aliases';

const ROOT = join(__dirname, '..', '..');

type Resolve = (request: string, ...rest: unknown[]) => string;

const modules = Module as unknown as { _resolveFilename: Resolve };
const resolveFilename = modules._resolveFilename;
modules._resolveFilename = (request, ...rest) => {
  const alias = SDK_V2_ALIASES[request];
  return alias ? join(ROOT, alias) : resolveFilename(request, ...rest);
};
