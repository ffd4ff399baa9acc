/** The extensions of this repository, as they are registered in the local AWS: their schemas and built bundles. */
import { join } from 'node:path';
import type { Lambda } from '../lambda';
import { readResourceTypeSchemas, type Registry } from '../registry';

const ROOT = join(__dirname, '..', '..');
const TYPE_BUNDLE = join(ROOT, 'build', 'TypeFunction', 'handlers.js');

/** Names as in `template.yml`. */
export const TYPE_FUNCTION = 'TypeFunction';
export const TEST_ENTRYPOINT = 'TestEntrypoint';

/**
 * Register all resource types of `schema/` with the bundle that `npm run build` writes. The bundle is loaded at the
 * first invocation, so it may be built later.
 */
export function registerRepository({ lambda, registry }: { lambda: Lambda; registry: Registry }): void {
  lambda.register({ name: TYPE_FUNCTION, bundle: TYPE_BUNDLE, handler: 'entrypoint' });
  lambda.register({ name: TEST_ENTRYPOINT, bundle: TYPE_BUNDLE, handler: 'testEntrypoint' });
  for (const schema of readResourceTypeSchemas(join(ROOT, 'schema'))) registry.registerResourceType(schema, TYPE_FUNCTION);
}
