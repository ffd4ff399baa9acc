import { type Position, positionOf } from './source';

/**
 * Find positions in a JSON text that is known to be valid, without building anything: everything beside the path is
 * skipped over.
 */
export function jsonLocator(text: string): (path: readonly string[]) => Position {
  return (path) => positionOf(text, offsetOf(text, path));
}

function offsetOf(text: string, path: readonly string[]): number {
  let offset = skipSpace(text, 0);
  for (const key of path) {
    const child =
      text[offset] === '{'
        ? member(text, offset, key)
        : text[offset] === '['
          ? item(text, offset, Number(key))
          : undefined;
    if (child === undefined) break;
    offset = child;
  }
  return offset;
}

/** Offset of an object's member, given the offset of its opening brace. */
function member(text: string, start: number, key: string): number | undefined {
  let offset = skipSpace(text, start + 1);
  let found: number | undefined;
  while (text[offset] === '"') {
    const end = skipString(text, offset);
    const name: unknown = JSON.parse(text.slice(offset, end));
    offset = skipSpace(text, skipSpace(text, end) + 1);
    // The last member of a name wins, as in JSON.parse.
    if (name === key) found = offset;
    offset = skipSpace(text, skipValue(text, offset));
    if (text[offset] === ',') offset = skipSpace(text, offset + 1);
  }
  return found;
}

/** Offset of a list's item, given the offset of its opening bracket. */
function item(text: string, start: number, index: number): number | undefined {
  let offset = skipSpace(text, start + 1);
  for (let position = 0; text[offset] !== ']' && offset < text.length; position++) {
    if (position === index) return offset;
    offset = skipSpace(text, skipValue(text, offset));
    if (text[offset] === ',') offset = skipSpace(text, offset + 1);
  }
  return undefined;
}

function skipSpace(text: string, offset: number): number {
  while (offset < text.length && ' \t\r\n\ufeff'.includes(text[offset]!)) offset++;
  return offset;
}

/** Offset after the value that begins here. */
function skipValue(text: string, start: number): number {
  if (text[start] === '"') return skipString(text, start);
  let depth = 0;
  let offset = start;
  for (; offset < text.length; offset++) {
    const character = text[offset]!;
    if (character === '"') offset = skipString(text, offset) - 1;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') {
      if (depth === 0) return offset;
      if (--depth === 0) return offset + 1;
    } else if (depth === 0 && character === ',') return offset;
  }
  return offset;
}

/** Offset after the string that begins here. */
function skipString(text: string, start: number): number {
  for (let offset = start + 1; offset < text.length; offset++) {
    if (text[offset] === '\\') offset++;
    else if (text[offset] === '"') return offset + 1;
  }
  return text.length;
}
