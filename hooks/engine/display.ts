import { Computed, type Resolved } from './scope';
import { Unknown } from './unknown';

const LONGEST = 60;
const SECRET_NAME = /passw|secret|token|credential|api_?key|private_?key|access_?key/i;
const SECRET_VALUE = /\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN|\b(gh[pousr]_|xox[abprs]-)[A-Za-z0-9-]{10,}|:\/\/[^/\s:@]+:[^/\s@]+@/;

/** Whether a name is one that credentials go by, e.g. DB_PASSWORD. */
export function isCredentialName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** Whether a text looks like a credential: an access key, a private key, a token, a URL with a password. */
export function isCredentialValue(text: string): boolean {
  return SECRET_VALUE.test(text);
}

/** A value as it may be shown in messages: short, and masked when it is or may be a secret. */
export function display(value: Resolved, path: string, isSecret: boolean): string {
  if (value === undefined) return 'not set';
  if (value instanceof Unknown) return 'not known';
  if (value instanceof Computed || typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object';
  const text = String(value);
  if (isSecret || isCredentialName(path) || isCredentialValue(text)) return '"****"';
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
  return typeof value === 'string' ? `"${shown}"` : shown;
}
