import { isCredentialName, isCredentialValue } from './credentials';
import type { Resolved } from './scope';
import { Unknown } from './unknown';

const LONGEST = 60;

/**
 * A value as it may be shown in messages: short, and masked when it is or may be a secret.
 *
 * @param name name of the property or variable that holds it.
 */
export function display(value: Resolved, name: string, isSecret: boolean): string {
  if (value === undefined) return 'not set';
  if (value instanceof Unknown) return 'not known';
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object';
  const text = String(value);
  if (isSecret || isCredentialName(name) || isCredentialValue(text)) return '"****"';
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
  return typeof value === 'string' ? `"${shown}"` : shown;
}
