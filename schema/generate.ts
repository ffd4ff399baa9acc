/**
 * `npm run generate`: writes what follows from the resource type's schema, and from that of its events. With `--check` it writes nothing and fails
 * when a file is stale.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { eventReference } from './event-reference';
import { executionRoleTemplate } from './execution-role';
import { modelSource } from './model-source';
import { propertyReference } from './property-reference';
import { registeredSchema } from './registered-schema';
import type { ResourceSchema } from './resource-schema';

const ROOT = join(__dirname, '..');
const SCHEMA = join(__dirname, 'org-ecs-expressservice.json');

/** Every generated file with what makes it. */
const GENERATORS: ReadonlyArray<readonly [file: string, generate: (schema: ResourceSchema) => string]> = [
  [join(ROOT, 'src', 'express-service', 'model.ts'), modelSource],
  [join(ROOT, 'docs', 'reference', 'properties.md'), propertyReference],
  [join(ROOT, 'docs', 'reference', 'events.md'), eventReference],
  [join(ROOT, 'resource-role.yaml'), executionRoleTemplate],
  [join(ROOT, 'org-ecs-expressservice.json'), registeredSchema],
];

/** Formatted text of each generated file, by path. */
export async function generate(schema: ResourceSchema): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const [file, source] of GENERATORS) {
    files.set(file, await format(source(schema), { ...(await resolveConfig(file)), filepath: file }));
  }
  return files;
}

async function main(check: boolean): Promise<void> {
  const files = await generate(JSON.parse(readFileSync(SCHEMA, 'utf8')) as ResourceSchema);
  const stale = [...files].filter(([file, text]) => read(file) !== text);
  for (const [file, text] of stale) {
    if (check) {
      console.error(`${relative(ROOT, file)} is stale. Run "npm run generate" and commit the result.`);
      process.exitCode = 1;
      continue;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`wrote ${relative(ROOT, file)}`);
  }
}

/** Text of a file; undefined when it does not exist. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

if (require.main === module) {
  void main(process.argv.includes('--check'));
}
