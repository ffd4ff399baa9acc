import { display } from '../engine/display';
import type { Resolved } from '../engine/scope';
import { isObject, type Node } from '../engine/scope';
import type { GuardRuleReport } from './engine';

/** A clause of a Guard rule that does not hold. */
export interface GuardObjection {
  /** Path in the document; empty for the document as a whole. */
  readonly path: readonly string[];
  /** What was found there, fit to be shown. */
  readonly found: string;
  /** The rule's own message, or the clause: a phrase without full stop. */
  readonly because: string;
}

/**
 * What a rule objects to, one objection for each place. cfn-guard's own messages quote values, which may be secrets, so
 * they are not used.
 */
export function objectionsOf({ messages, checks }: GuardRuleReport): readonly GuardObjection[] {
  const found = new Map<string, GuardObjection>();
  for (const objection of checks.flatMap((check) => within(check, messages.custom_message ?? ''))) {
    const key = JSON.stringify([objection.path, objection.because]);
    if (!found.has(key)) found.set(key, objection);
  }
  if (found.size > 0) return [...found.values()];
  const because = phrase(messages.custom_message ?? '') || 'a rule that it asks for is broken';
  return [{ path: [], found: 'refused', because }];
}

/** The objections below a node of the report. */
function within(node: Node, message: string): readonly GuardObjection[] {
  if (Array.isArray(node)) return node.flatMap((item) => within(item, message));
  if (!isObject(node)) return [];
  const messages = isObject(node['messages']) ? node['messages'] : undefined;
  const own = String(messages?.['custom_message'] ?? '').trim() || message;
  if (node['context'] !== undefined && messages !== undefined) {
    const place = placeOf(node['check'] ?? node['unresolved']);
    const because = phrase(own) || `it has to satisfy ${phrase(String(node['context']))}`;
    return [{ path: [], found: 'refused', ...place, because }];
  }
  // Of alternatives none holds; the first is what the author thought of first.
  const alternatives = isObject(node['Disjunctions']) ? node['Disjunctions']['checks'] : undefined;
  if (Array.isArray(alternatives)) return alternatives.flatMap((each) => within(each, own)).slice(0, 1);
  return Object.values(node).flatMap((child) => within(child, own));
}

/** Where a check looked: the value it compared, or where a value is missing. */
function placeOf(check: Node): Pick<GuardObjection, 'path' | 'found'> | undefined {
  if (!isObject(check)) return undefined;
  const reached = check['traversed_to'];
  if (isObject(reached)) {
    const missing = String(check['remaining_query'] ?? '');
    const steps = /^[\w.]+$/.test(missing) ? missing.split('.') : [];
    return { path: [...segments(reached['path']), ...steps], found: display(undefined, '', false) };
  }
  if (typeof check['path'] === 'string') {
    const path = segments(check['path']);
    const value = check['value'] as Resolved;
    return { path, found: display(value ?? undefined, path.at(-1) ?? '', false) };
  }
  for (const child of [check['from'], check['value'], ...Object.values(check)]) {
    const place = placeOf(child);
    if (place !== undefined) return place;
  }
  return undefined;
}

function segments(path: Node): string[] {
  return String(path)
    .split('/')
    .filter((step) => step !== '');
}

function phrase(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
}
