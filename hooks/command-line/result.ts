import type { ExemptionNotice } from '../engine/exemptions';
import type { Finding } from '../engine/report';
import type { Rule } from '../engine/rule';
import type { Notice } from '../engine/template';

/** A finding in a file. */
export interface LocatedFinding extends Finding {
  /** Path as it was given, with `/` between folders. */
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  /** Counts from 1. */
  readonly column: number;
  /** The baseline holds the same finding, so that it does not count. */
  readonly isKnown: boolean;
}

/** Rule id of the finding that a file is no template. */
export const UNREADABLE = 'TEMPLATE';

/** Something that keeps a file from being judged whole, or that is odd about its text. */
export interface LocatedNotice extends Notice {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What a check found in all its inputs; formats turn it into text. */
export interface CheckResult {
  readonly profile: string;
  /** The rules that are on. */
  readonly rules: readonly Rule[];
  readonly files: readonly string[];
  readonly findings: readonly LocatedFinding[];
  readonly notices: readonly LocatedNotice[];
  readonly exemptionNotices: readonly ExemptionNotice[];
  readonly summary: CheckSummary;
}

/** The check in numbers. */
export interface CheckSummary {
  readonly files: number;
  readonly resources: number;
  /** Pairs of rule and resource that pass. */
  readonly passed: number;
  /** Findings because of which a deployment would be refused. */
  readonly refused: number;
  /** Other findings that are certain. */
  readonly warnings: number;
  /** Findings that could not be decided and do not refuse. */
  readonly indeterminate: number;
  /** Findings that an exemption or the baseline covers. */
  readonly exempt: number;
  /** Files that are no templates. */
  readonly unreadable: number;
}

/** What a finding amounts to. */
export function outcomeOf(finding: LocatedFinding): 'refused' | 'warning' | 'indeterminate' | 'exempt' {
  if (finding.exemption !== undefined || finding.isKnown) return 'exempt';
  if (finding.refused) return 'refused';
  return finding.status === 'fail' ? 'warning' : 'indeterminate';
}
