/** Schemas of AWS's own resource types, as cfn-lint brings them; they tell the known types and their create-only properties. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ResourceType } from './resource-type';

const LIBRARY = join(__dirname, '..', '..', '.venv', 'lib');

let folder: string | undefined;
let index: Record<string, string> | undefined;
const types = new Map<string, ResourceType>();

/** A resource type of AWS, or undefined when AWS has no type of this name. */
export function awsResourceType(typeName: string): ResourceType | undefined {
  index ??= readIndex();
  const file = Object.hasOwn(index, typeName) ? index[typeName] : undefined;
  if (!file) return undefined;
  let type = types.get(typeName);
  if (!type) {
    type = new ResourceType(JSON.parse(readFileSync(join(folder!, 'resources', `${file}.json`), 'utf8')));
    types.set(typeName, type);
  }
  return type;
}

function readIndex(): Record<string, string> {
  const python = existsSync(LIBRARY)
    ? readdirSync(LIBRARY).find((name) => name.startsWith('python3'))
    : undefined;
  folder = join(LIBRARY, python ?? 'python3', 'site-packages', 'cfnlint', 'data', 'schemas');
  const path = join(folder, 'providers', 'us-east-1.json');
  if (!existsSync(path)) {
    throw new Error(
      'cfn-lint is not installed in .venv: run `node scripts/setup.mjs` in the repository first.',
    );
  }
  return JSON.parse(readFileSync(path, 'utf8'));
}
