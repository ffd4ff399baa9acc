import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Examples, Rule } from './engine/rule';

const FOLDER = join(__dirname, 'rules');

/** What a file below hooks/rules exports. */
export interface RuleModule {
  /** The file, as `<subject>/<what it wants>` without the ending. */
  readonly file: string;
  readonly rule: Rule;
  readonly examples: () => Examples;
}

/**
 * The files that hold a rule, as `<subject>/<what it wants>` below hooks/rules without the ending, in alphabetical order.
 * Whatever lies in a folder of a subject is a rule.
 */
export function ruleFiles(): readonly string[] {
  const subjects = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return subjects
    .flatMap(({ name }) => readdirSync(join(FOLDER, name)).map((file) => `${name}/${file}`))
    .map((file) => file.replace(/\.ts$/, ''))
    .sort();
}

/** The rules with their examples, which no bundle holds. */
export function ruleModules(): readonly RuleModule[] {
  return ruleFiles().map((file) => ({
    file,
    ...(require(join(FOLDER, file)) as Omit<RuleModule, 'file'>),
  }));
}
