// Writes what follows from the rules: the reference docs/rules.md, the JSON Schemas of profiles and exemptions, and the
// schema of the registry hook.
// With --check it writes nothing and fails when a file is stale.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { LEFT_OUT } from './controls/left-out';
import { CONTROL_LISTS } from './controls/lists';
import { settingsOf } from './engine/policy';
import type { Rule } from './engine/rule';
import { PROFILES } from './profiles';
import { EXEMPTIONS_SCHEMA, profileSchema } from './profiles/schema';
import { governanceHookSchema } from './registry/schema';
import { ruleModules } from './rule-files';
import { rules } from './rules';

const ROOT = join(__dirname, '..');

/** The file of each rule, below hooks/rules and without the ending. */
const FILES = new Map(ruleModules().map(({ rule, file }) => [rule, file]));

/** The generated files by path from the project's root, formatted like all others. */
async function generatedFiles(): Promise<readonly (readonly [name: string, content: string])[]> {
  const files = {
    'docs/rules.md': reference(),
    'docs/controls.md': controlsReference(),
    'hooks/profiles/profile.schema.json': JSON.stringify(profileSchema(rules)),
    'hooks/profiles/exemptions.schema.json': JSON.stringify(EXEMPTIONS_SCHEMA),
    'hooks/schema/org-ecs-governancehook.json': JSON.stringify(governanceHookSchema(rules)),
  };
  const options = await resolveConfig(join(ROOT, 'docs/rules.md'));
  return Promise.all(
    Object.entries(files).map(
      async ([name, content]) => [name, await format(content, { ...options, filepath: name })] as const,
    ),
  );
}

function reference(): string {
  const names = Object.keys(PROFILES);
  const table = rules.map((rule) => {
    const modes = names.map((name) => settingsOf(PROFILES[name]!, rule).mode ?? rule.mode ?? 'fail');
    return `| [${rule.id}](#${rule.id.toLowerCase()}) | ${rule.title} | ${rule.severity.toLowerCase()} | ${modes.join(' | ')} |`;
  });
  return [
    '# Rules',
    '',
    'Generated from the rules by `npx tsx hooks/generate-reference.ts`; do not edit.',
    '',
    'A rule refuses (fail), warns, or is off, by profile. Findings below the severity `refuseFrom` of a profile only warn.',
    '',
    `| Rule | A compliant resource | Severity | ${names.join(' | ')} |`,
    `| --- | --- | --- | ${names.map(() => '---').join(' | ')} |`,
    ...table,
    '',
    ...rules.flatMap(section),
  ].join('\n');
}

/** Every control of others, with the rules that are about it or the reason why none is. */
function controlsReference(): string {
  return [
    '# Controls of others',
    '',
    'Generated from the rules and from `hooks/controls/` by `npx tsx hooks/generate-reference.ts`; do not edit.',
    '',
    ...CONTROL_LISTS.flatMap(({ catalogue, asOf, scope, ids }) => [
      `## ${catalogue}`,
      '',
      `As of ${asOf}. ${scope}`,
      '',
      '| Control | Rules, or why there is none |',
      '| --- | --- |',
      ...ids.map((id) => {
        const equivalent = rules.filter((rule) => rule.equivalents?.[catalogue]?.includes(id));
        const links = equivalent.map((rule) => `[${rule.id}](rules.md#${rule.id.toLowerCase()})`);
        return `| ${id} | ${links.length > 0 ? links.join(', ') : LEFT_OUT[catalogue]?.[id]} |`;
      }),
      '',
    ]),
  ].join('\n');
}

function section(rule: Rule): string[] {
  const equivalents = Object.entries(rule.equivalents ?? {}).map(
    ([catalogue, ids]) => `${catalogue} ${ids.join(', ')}`,
  );
  const parameters = Object.entries(rule.parameters ?? {}).map(
    ([name, { description, default: value }]) =>
      `| \`${name}\` | ${description.replaceAll('|', '\\|')} | \`${JSON.stringify(value)}\` |`,
  );
  return [
    `## ${rule.id}`,
    '',
    `**${rule.title}.** ${rule.rationale}`,
    '',
    `- What to do: ${rule.remedy}`,
    `- Judges: ${rule.targets.map((type) => `\`${type}\``).join(', ')}${rule.level === 'stack' ? '; needs the whole stack' : ''}`,
    ...(equivalents.length > 0 ? [`- Equivalents: ${equivalents.join('; ')}`] : []),
    ...(rule.group === undefined
      ? []
      : [`- Group: ${rule.group}; settings and exemptions of that id count too`]),
    `- Source: <${rule.source}>`,
    `- File: [${FILES.get(rule)}.ts](../hooks/rules/${FILES.get(rule)}.ts)`,
    '',
    ...(parameters.length > 0
      ? ['| Parameter | Meaning | Default |', '| --- | --- | --- |', ...parameters, '']
      : []),
  ];
}

/** Write the files, or only compare them; returns the paths that differed. */
async function generate(isCheck: boolean): Promise<string[]> {
  const stale: string[] = [];
  for (const [name, content] of await generatedFiles()) {
    const path = join(ROOT, name);
    if (existsSync(path) && readFileSync(path, 'utf8') === content) continue;
    stale.push(name);
    if (isCheck) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return stale;
}

async function main(): Promise<void> {
  const isCheck = process.argv.includes('--check');
  const stale = await generate(isCheck);
  for (const name of stale) process.stdout.write(`${isCheck ? 'stale' : 'written'}: ${name}\n`);
  if (isCheck && stale.length > 0) process.exitCode = 1;
}

void main();
