import { writeFile } from 'node:fs/promises';
import type { Rule } from '../engine/rule';
import { readText } from './files';
import { type CheckResult, type LocatedFinding, outcomeOf } from './result';

/** A literal in the place of another one. */
interface Correction {
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

/**
 * Correct what has one literal answer, where a template has a literal of its own there. Nothing else of a template
 * changes, not even its formatting.
 *
 * @returns the difference, as `diff` writes it; empty when there is nothing to correct.
 */
export async function fix(result: CheckResult, catalogue: readonly Rule[]): Promise<string> {
  const fixes = new Map(catalogue.map((rule) => [rule.id, rule.fixes ?? {}]));
  const difference: string[] = [];
  for (const file of new Set(result.findings.map((finding) => finding.file))) {
    if (file === '-') continue;
    const lines = (await readText(file, 'Template')).split('\n');
    const corrections: Correction[] = [];
    for (const finding of result.findings) {
      if (finding.file !== file || finding.status !== 'fail' || outcomeOf(finding) === 'exempt') continue;
      const correction = correctionOf(finding, lines, fixes.get(finding.rule) ?? {});
      if (correction === undefined) continue;
      corrections.push(correction);
      lines[correction.line - 1] = correction.after;
    }
    if (corrections.length === 0) continue;
    await writeFile(file, lines.join('\n'));
    difference.push(`--- ${file}`, `+++ ${file}`, ...corrections.flatMap(hunk));
  }
  return difference.length === 0 ? '' : `${difference.join('\n')}\n`;
}

function correctionOf(
  { path, line, column }: LocatedFinding,
  lines: readonly string[],
  fixes: Readonly<Record<string, string>>,
): Correction | undefined {
  const name = path.slice(path.lastIndexOf('.') + 1);
  const value = fixes[name];
  const before = lines[line - 1];
  if (value === undefined || before === undefined) return undefined;
  // YAML is located at the key, JSON at the value.
  const rest = before.slice(column - 1);
  const match = new RegExp(
    `^((?:["']?${name}["']?\\s*:\\s*)?)("[^"]*"|'[^']*'|[\\w.-]+)(?=\\s*(?:[,}\\]#]|$))`,
  ).exec(rest);
  if (match === null) return undefined;
  const literal = match[2]!;
  const quote = /^["']/.exec(literal)?.[0] ?? '';
  const after = `${before.slice(0, column - 1)}${match[1]}${quote}${value}${quote}${rest.slice(match[0].length)}`;
  return after === before ? undefined : { line, before, after };
}

function hunk({ line, before, after }: Correction): string[] {
  return [`@@ -${line} +${line} @@`, `-${before}`, `+${after}`];
}
