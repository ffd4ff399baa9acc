import { join, truncate } from '../engine/message';
import type { Severity } from '../engine/outcome';
import type { Finding, Report, RuleSummary } from '../engine/report';

/** The result of one rule, as the hook protocol lists it. */
export interface HookAnnotation {
  readonly annotationName: string;
  readonly status: 'PASSED' | 'FAILED' | 'SKIPPED';
  readonly statusMessage?: string;
  readonly remediationMessage?: string;
  readonly remediationLink?: string;
  readonly severityLevel: Severity;
}

/** The answer of a managed hook. */
export interface HookAnswer {
  readonly hookStatus: 'SUCCESS' | 'FAILED';
  readonly errorCode?: 'NonCompliant' | 'InternalFailure';
  readonly message: string;
  readonly clientRequestToken: string | null;
  readonly annotations?: readonly HookAnnotation[];
}

/** Longest part of a message, in characters, that says which settings were applied. */
const MAXIMUM_ORIGIN_LENGTH = 256;

/**
 * The answer that follows from a report: refused when at least one finding is.
 *
 * @param origin which settings were applied; it ends the message.
 */
export function answerOf(report: Report, clientRequestToken: string | null, origin?: string): HookAnswer {
  const refused = report.findings.filter((finding) => finding.refused);
  const annotations = report.rules.map((summary) => annotationOf(summary, report.findings));
  const suffix = origin === undefined ? '' : ` (${truncate(origin, MAXIMUM_ORIGIN_LENGTH)})`;
  if (refused.length > 0) {
    const message = messageOf(refused, suffix.length) + suffix;
    return { hookStatus: 'FAILED', errorCode: 'NonCompliant', message, clientRequestToken, annotations };
  }
  const warnings = report.findings.filter(({ exemption }) => exemption === undefined);
  const message =
    warnings.length === 0 ? complianceOf(report) : warningsOf(warnings, report.notices, suffix.length);
  return { hookStatus: 'SUCCESS', message: message + suffix, clientRequestToken, annotations };
}

/** The answer when nothing could be judged. A hook that cannot judge refuses. */
export function failureAnswer(problem: string, clientRequestToken: string | null): HookAnswer {
  return {
    hookStatus: 'FAILED',
    errorCode: 'InternalFailure',
    message: truncate(problem, 1024),
    clientRequestToken,
  };
}

function complianceOf({ findings, notices }: Report): string {
  const exempt = [...new Set(findings.map(({ rule }) => rule))];
  const exemptions = exempt.length === 0 ? '' : `, with exemptions from ${exempt.join(', ')}`;
  if (notices.length === 0)
    return exempt.length === 0 ? 'Complies with all rules.' : `Complies${exemptions}.`;
  return `What can be seen complies${exemptions}. ${unseenOf(notices)}`;
}

/** What nobody has judged, as sentences. */
function unseenOf(notices: Report['notices']): string {
  const [first, ...others] = notices;
  if (first === undefined) return '';
  const rest = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return `Not judged: ${first.resource} (${first.type}), because ${first.because}${rest}.`;
}

function warningsOf(warnings: readonly Finding[], notices: Report['notices'], used: number): string {
  const unseen = notices.length === 0 ? '' : ` ${truncate(unseenOf(notices), MAXIMUM_ORIGIN_LENGTH)}`;
  return `Warnings only. ${messageOf(warnings, 'Warnings only. '.length + unseen.length + used)}${unseen}`;
}

function messageOf(findings: readonly Finding[], used = 0): string {
  return join(
    findings.map(({ rule }) => rule),
    findings.map(({ message }) => message),
    1024 - used,
  );
}

function annotationOf(
  { rule, severity, failed, indeterminate, passed }: RuleSummary,
  all: readonly Finding[],
): HookAnnotation {
  const findings = all.filter((finding) => finding.rule === rule.id);
  const open = findings.filter(({ exemption }) => exemption === undefined);
  const exempt = findings.filter(({ exemption }) => exemption !== undefined);
  const messages = [...open.map(({ message }) => message), ...exempt.map(exemptionOf)];
  return {
    annotationName: rule.id,
    status: failed > 0 ? 'FAILED' : indeterminate > 0 ? 'SKIPPED' : 'PASSED',
    statusMessage: messages.length > 0 ? join([rule.id], messages) : `${rule.title}: ${passed} checked.`,
    remediationMessage: open.length > 0 ? rule.remedy : undefined,
    remediationLink: open.length > 0 ? rule.source : undefined,
    severityLevel: open[0]?.severity ?? severity,
  };
}

/** The use of an exemption: who grants it, why and until when, then what it is an exemption from. */
function exemptionOf({ exemption, message }: Finding): string {
  const { source, owner, reason, expires } = exemption!;
  const by = owner === undefined ? source : `${source}, ${owner}`;
  const until = expires === undefined ? '' : ` until ${expires}`;
  return `Exempt${until} (${by}): ${reason}. ${message}`;
}
