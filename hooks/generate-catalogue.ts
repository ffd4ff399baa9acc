// Writes hooks/rules/catalogue.ts, which exports the rule of every file below hooks/rules: the bundles hold what is
// imported, and nobody has to keep the list. This comes before all that reads the rules.
// With --check it writes nothing and fails when the file is stale.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ruleFiles } from './rule-files';

const CATALOGUE = join(__dirname, 'rules/catalogue.ts');

function catalogue(): string {
  const lines = ruleFiles().map((file) => `export { rule as ${exportName(file)} } from './${file}';`);
  return ['// Generated from the files beside it by `npm run generate`; do not edit.', ...lines, ''].join(
    '\n',
  );
}

/** `containers/not-privileged` as `containersNotPrivileged`. */
function exportName(file: string): string {
  return file.replaceAll(/[/-]([a-z0-9])/g, (_, first: string) => first.toUpperCase());
}

const isCheck = process.argv.includes('--check');
const content = catalogue();
if (!existsSync(CATALOGUE) || readFileSync(CATALOGUE, 'utf8') !== content) {
  process.stdout.write(`${isCheck ? 'stale' : 'written'}: hooks/rules/catalogue.ts\n`);
  if (isCheck) process.exitCode = 1;
  else writeFileSync(CATALOGUE, content);
}
