/** The extensions of this repository, as they are registered in the local AWS: their schemas and built bundles. */
import { join } from 'node:path';
import type { Lambda } from '../lambda';
import { readResourceTypeSchemas, type Registry } from '../registry';

const ROOT = join(__dirname, '..', '..');
const TYPE_BUNDLE = join(ROOT, 'build', 'TypeFunction', 'handlers.js');
const HOOK_BUNDLE = join(ROOT, 'build', 'HookFunction', 'index.js');

/** Names as in `template.yml`. */
export const TYPE_FUNCTION = 'TypeFunction';
export const TEST_ENTRYPOINT = 'TestEntrypoint';
export const GOVERNANCE_FUNCTION = 'GovernanceFunction';

/**
 * Register all resource types of `schema/` and the function of the governance hook, with the bundles that `npm run build`
 * writes. A bundle is loaded at the first invocation, so it may be built later. The hook is not activated: a stack with
 * an `AWS::CloudFormation::LambdaHook` does that.
 */
export function registerRepository({ lambda, registry }: { lambda: Lambda; registry: Registry }): void {
  lambda.register({ name: TYPE_FUNCTION, bundle: TYPE_BUNDLE, handler: 'entrypoint' });
  lambda.register({ name: TEST_ENTRYPOINT, bundle: TYPE_BUNDLE, handler: 'testEntrypoint' });
  lambda.register({ name: GOVERNANCE_FUNCTION, bundle: HOOK_BUNDLE, handler: 'handler' });
  for (const schema of readResourceTypeSchemas(join(ROOT, 'schema')))
    registry.registerResourceType(schema, TYPE_FUNCTION);
}
