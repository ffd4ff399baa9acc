import type { CheckResult } from '../command-line/result';

/** For programs, and as the baseline of later checks. */
export function json({ profile, findings, notices, exemptionNotices, summary }: CheckResult): string {
  return JSON.stringify({ profile, findings, notices, exemptionNotices, summary }, null, 2) + '\n';
}
