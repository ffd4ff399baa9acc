import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Exemption } from '../engine/exemptions';
import type { Profile } from '../engine/policy';
import { type GuardFile, GuardRules } from '../guard/guard-rules';
import type { Rule } from '../engine/rule';
import { isObject } from '../engine/scope';
import * as vocabulary from '../engine/vocabulary';
import { DEFAULT_PROFILE, PROFILES } from '../profiles';
import { EXEMPTIONS_SCHEMA, profileSchema } from '../profiles/schema';
import { rules as builtIn } from '../rules';
import { readBytes, readJson } from './files';
import { UsageError } from './usage-error';
import { validate } from './validation';

/** A module of own rules: a function that gets the vocabulary of rules and returns the rules. */
export type RuleModule = (rules: typeof vocabulary) => readonly Rule[];

/**
 * The catalogue with own rules added.
 *
 * @param modules paths of CommonJS files, or names of packages, that export a RuleModule.
 * @param guard Guard rules, which stand beside.
 * @throws UsageError when a module cannot be loaded or an id is taken.
 */
export function loadCatalogue(modules: readonly string[], guard?: GuardRules): readonly Rule[] {
  const catalogue = [...builtIn, ...(guard?.rules ?? [])];
  for (const name of modules) {
    for (const rule of loadRules(name)) {
      if (catalogue.some(({ id }) => id === rule.id))
        throw new UsageError(`Rules ${name}: the id ${rule.id} is taken. Choose another one.`);
      catalogue.push(rule);
    }
  }
  return catalogue;
}

/**
 * The rules of one module.
 *
 * @throws UsageError when it cannot be loaded.
 */
export function loadRules(name: string): readonly Rule[] {
  const rules = loadModule(name);
  for (const rule of rules)
    if (typeof rule.id !== 'string' || typeof rule.check !== 'function' || !Array.isArray(rule.targets))
      throw new UsageError(
        `Rules ${name}: every rule needs id, targets and check. Declare rules with defineRule.`,
      );
  return rules;
}

function loadModule(name: string): readonly Rule[] {
  const path = /^[./]/.test(name) ? resolve(name) : require.resolve(name, { paths: [process.cwd()] });
  let loaded: unknown;
  try {
    loaded = require(path);
  } catch (error) {
    throw new UsageError(`Rules ${name} cannot be loaded: ${(error as Error).message.split('\n')[0]}.`);
  }
  const create = isObject(loaded) && typeof loaded['default'] === 'function' ? loaded['default'] : loaded;
  if (typeof create !== 'function')
    throw new UsageError(`Rules ${name}: the module has to export a function that returns rules.`);
  return (create as RuleModule)(vocabulary);
}

/**
 * Guard rules of files, and of folders with everything below.
 *
 * @param paths undefined where nobody asks for Guard.
 * @throws UsageError when there is no such file; GuardError when it cannot be judged by them.
 */
export async function loadGuardRules(paths: readonly string[] | undefined): Promise<GuardRules | undefined> {
  return paths === undefined ? undefined : GuardRules.load(await readGuardFiles(paths));
}

/**
 * Files of Guard rules, as texts.
 *
 * @throws UsageError when a path cannot be read, or a folder has none.
 */
export async function readGuardFiles(paths: readonly string[]): Promise<readonly GuardFile[]> {
  const files: GuardFile[] = [];
  for (const path of paths) {
    const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
    const names = isFolder ? (await readdir(path, { recursive: true })).sort() : [];
    const found = isFolder ? names.filter((name) => /\.(guard|ruleset)$/.test(name)) : [''];
    if (found.length === 0)
      throw new UsageError(`Guard rules ${path}: the folder has no file that ends in .guard or .ruleset.`);
    for (const name of found) {
      const bytes = await readBytes(join(path, name), 'Guard rules');
      // The hook knows nothing of the folders of the machine that bundled it.
      files.push({
        name: join(basename(resolve(path)), name).replaceAll('\\', '/'),
        text: bytes.toString('utf8'),
      });
    }
  }
  return files;
}

/**
 * A profile by the name of a built-in one, or by the path of a file.
 *
 * @throws UsageError when there is none, or it is not valid for the catalogue.
 */
export async function loadProfile(name: string | undefined, catalogue: readonly Rule[]): Promise<Profile> {
  const known = PROFILES[name ?? DEFAULT_PROFILE];
  if (known !== undefined) return known;
  const path = name ?? DEFAULT_PROFILE;
  if (/^[a-z-]+$/.test(path)) {
    throw new UsageError(
      `There is no profile called ${path}. Use ${Object.keys(PROFILES).join(', ')}, or the path of a file.`,
    );
  }
  const document = await readJson(path, 'Profile');
  await validate(document, profileSchema(catalogue), `Profile ${path}`);
  return document as Profile;
}

/**
 * The central exemptions of a file.
 *
 * @throws UsageError when it cannot be read or is not valid.
 */
export async function loadExemptions(path: string | undefined): Promise<readonly Exemption[]> {
  if (path === undefined) return [];
  const document = await readJson(path, 'Exemptions');
  await validate(document, EXEMPTIONS_SCHEMA, `Exemptions ${path}`);
  return (document as { exemptions: readonly Exemption[] }).exemptions;
}

/**
 * Parameter values of a file, in any of the forms that the AWS CLI and CodePipeline take.
 *
 * @throws UsageError when it has none of these forms.
 */
export async function loadParameters(path: string | undefined): Promise<Readonly<Record<string, string>>> {
  if (path === undefined) return {};
  const document = await readJson(path, 'Parameters');
  const content = isObject(document) && isObject(document['Parameters']) ? document['Parameters'] : document;
  const entries = Array.isArray(content)
    ? content.map((entry: unknown) =>
        isObject(entry) ? [entry['ParameterKey'], entry['ParameterValue']] : [],
      )
    : Object.entries(isObject(content) ? content : {});
  const isComplete = entries.every(
    ([key, value]) => typeof key === 'string' && value !== undefined && typeof value !== 'object',
  );
  if (!isComplete || (!Array.isArray(content) && !isObject(content))) {
    throw new UsageError(
      `Parameters ${path}: expected {"Name": "value"} or [{"ParameterKey": …, "ParameterValue": …}].`,
    );
  }
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
}
