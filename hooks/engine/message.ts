import type { JudgedProblem, Verdict } from './evaluate';

/** Longest message that every kind of hook invocation delivers whole (Cloud Control cuts there). */
export const MAXIMUM_MESSAGE_LENGTH = 1024;

/**
 * What a finding says: rule and place first, then what was found, why it matters and what to do.
 *
 * @param within logical id of the resource that holds the template of the resource.
 */
export function describe(
  { active: { rule }, resource }: Verdict,
  problem: JudgedProblem,
  within?: string,
): string {
  const name = [within, resource.logicalId].filter(Boolean).join('/');
  const type = resource.type === '' ? '' : ` (${resource.type})`;
  return `${rule.id}${name === '' ? '' : ` ${name}`}${type}${placeOf(resource.logicalId, problem)} ${objectionOf(problem)} ${rule.remedy}`;
}

function placeOf(logicalId: string, { at }: JudgedProblem): string {
  const owner = at.resource === '' || at.resource === logicalId ? '' : ` resource ${at.resource}`;
  return at.path === '' ? owner : `${owner} ${at.path}`;
}

function objectionOf({ status, at, because, given }: JudgedProblem): string {
  const assumption =
    given.length === 0
      ? ''
      : ` when ${given.slice(0, 3).join(' and ')}${given.length > 3 ? ' and more' : ''}`;
  if (status === 'indeterminate' && at.unknown !== undefined) {
    const written = at.found.startsWith('!') ? `(${at.found}) ` : '';
    return `${written}cannot be judged${assumption}, because ${at.unknown}; the objection would be: ${because}.`;
  }
  const found = at.path === '' ? 'is refused' : `is ${at.found}`;
  return `${found}${assumption}: ${because}.`;
}

/**
 * Put several messages into one that fits. The rule ids lead, so that they survive however much is cut; what does not
 * fit is counted.
 *
 * @param ruleIds the rules concerned, most important first.
 * @param limit length in characters.
 */
export function join(
  ruleIds: readonly string[],
  messages: readonly string[],
  limit = MAXIMUM_MESSAGE_LENGTH,
): string {
  const ids = [...new Set(ruleIds)];
  let text = messages.length > 1 ? truncate(`${ids.join(', ')}: `, limit) : '';
  for (const [index, message] of messages.entries()) {
    const left = messages.length - index;
    const note = left > 1 ? ` (and ${left - 1} more)` : '';
    const separator = index === 0 ? '' : ' | ';
    const room = limit - text.length - separator.length - note.length;
    if (index > 0 && message.length > room) {
      const rest = ` (and ${left} more)`;
      return truncate(text, limit - rest.length) + rest;
    }
    text += separator + truncate(message, room);
  }
  return text;
}

/** Cut a text to a length in characters, with an ellipsis in place of what is missing. */
export function truncate(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return limit <= 0 ? '' : `${text.slice(0, limit - 1)}…`;
}
