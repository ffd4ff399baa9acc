/** The result of a crash matrix, as text and as JSON. */
import { FAULT_NAMES } from './faults';
import { nameOf } from './matrix';
import { OPERATION_NAMES } from './operations';
import type { Verdict } from './round';

/** Figures of a whole run. */
export interface Summary {
  /** Points whose fault came. */
  readonly points: number;
  readonly diverged: number;
  /** Points that left resources behind; they do not count as diverged as well. */
  readonly leaked: number;
  /** Points whose call did not come. */
  readonly notReached: number;
}

export function summarise(verdicts: readonly Verdict[]): Summary {
  const count = (result: Verdict['result']) => verdicts.filter((verdict) => verdict.result === result).length;
  const notReached = count('not reached');
  return {
    points: verdicts.length - notReached,
    diverged: count('diverged'),
    leaked: count('leaked'),
    notReached,
  };
}

/** The line that the command ends with. */
export function lastLine({ points, diverged, leaked }: Summary): string {
  return `crash: ${points} points, ${diverged} diverged, ${leaked} leaked`;
}

/** Points that failed with what is wrong about each. */
export function failuresAsText(verdicts: readonly Verdict[]): string {
  return failures(verdicts)
    .map(({ point, result, detail }) => `${nameOf(point)}: ${result}\n${indent(detail)}\n`)
    .join('\n');
}

/** For each operation and fault: how many ended the same, and how many in a clean failure. */
export function tableAsText(verdicts: readonly Verdict[]): string {
  const rows = OPERATION_NAMES.flatMap((operation) =>
    FAULT_NAMES.flatMap((fault) => {
      const own = verdicts.filter(({ point }) => point.operation === operation && point.fault === fault);
      const { points, diverged, leaked } = summarise(own);
      const clean = own.filter(({ result }) => result === 'clean failure').length;
      const same = points - clean - diverged - leaked;
      return own.length > 0 ? [[operation, fault, points, same, clean, diverged, leaked].map(String)] : [];
    }),
  );
  const header = ['operation', 'fault', 'points', 'same end', 'clean failure', 'diverged', 'leaked'];
  const table = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table
    .map((row) =>
      row
        .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join('  '),
    )
    .map((row) => `${row.trimEnd()}\n`)
    .join('');
}

/** Summary, points with their results, and failures with what is wrong. */
export function asJson(verdicts: readonly Verdict[]): string {
  const points = verdicts.map(({ point: { operation, fault, call }, result, detail }) => ({
    operation,
    fault,
    call: call.number,
    action: `${call.service}:${call.operation}`,
    result,
    ...(detail && { detail }),
  }));
  return `${JSON.stringify({ ...summarise(verdicts), verdicts: points }, undefined, 2)}\n`;
}

function failures(verdicts: readonly Verdict[]): Verdict[] {
  return verdicts.filter(({ result }) => result === 'diverged' || result === 'leaked');
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
