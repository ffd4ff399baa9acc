import { isCredentialName, isCredentialValue } from './credentials';
import { intrinsicName } from './intrinsic-name';
import { Computed, isObject, type Node, type Resolved } from './scope';
import { Unknown } from './unknown';

/** Longest value that is shown whole, in characters: an image with registry and digest fits. */
const LONGEST = 240;

const MASKED = '"****"';

/**
 * A value as it may be shown in messages, masked when it is or may be a secret. One that is not known is shown as the
 * template writes it.
 *
 * @param name name of the property or variable that holds it.
 * @param node what the template writes.
 */
export function display(value: Resolved, name: string, isSecret: boolean, node?: Node): string {
  if (value === undefined) return 'not set';
  if (value instanceof Unknown) return written(node, name) ?? 'not known';
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object';
  const text = String(value);
  if (isSecret || isCredentialName(name) || isCredentialValue(text)) return MASKED;
  const shown = shorten(text);
  return typeof value === 'string' ? `"${shown}"` : shown;
}

/** An expression in the short form of YAML; undefined for what is none, or may hold a secret. */
function written(node: Node, name: string): string | undefined {
  const expression = node instanceof Computed ? node.expression : node;
  const intrinsic = intrinsicName(expression);
  if (intrinsic === undefined || !isObject(expression)) return undefined;
  const argument = expression[intrinsic];
  const text = typeof argument === 'string' ? argument : JSON.stringify(argument);
  if (text === undefined || isCredentialValue(text)) return undefined;
  // A name or an attribute shows nothing; any other argument may hold literals.
  const isPlain = intrinsic === 'Ref' || intrinsic === 'Fn::GetAtt';
  if (isCredentialName(name) && !isPlain) return undefined;
  const shown =
    intrinsic === 'Fn::GetAtt' && Array.isArray(argument)
      ? argument.join('.')
      : isPlain || typeof argument !== 'string'
        ? text
        : `"${text}"`;
  return `!${intrinsic.replace('Fn::', '')} ${shorten(shown)}`;
}

function shorten(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
