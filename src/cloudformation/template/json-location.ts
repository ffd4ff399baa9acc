import { Lines, type Position } from './source';

/**
 * Find positions in a JSON text that is known to be valid. Nothing is read before the first question; then each object
 * or list on a path is read once, and what lies beside the path is skipped over.
 */
export function jsonLocator(text: string): (path: readonly string[]) => Position {
  const lines = new Lines(text);
  const known = new Map<number, ReadonlyMap<string, number>>();
  return (path) => {
    let offset = skipSpace(text, 0);
    for (const key of path) {
      let children = known.get(offset);
      if (children === undefined) known.set(offset, (children = childrenOf(text, offset)));
      const child = children.get(key);
      if (child === undefined) break;
      offset = child;
    }
    return lines.positionOf(offset);
  };
}

/** Offsets of the members of an object or the items of a list that begins at an offset; of the last one of each name. */
function childrenOf(text: string, start: number): ReadonlyMap<string, number> {
  const children = new Map<string, number>();
  const isObject = text[start] === '{';
  if (!isObject && text[start] !== '[') return children;
  let offset = skipSpace(text, start + 1);
  for (let index = 0; offset < text.length && text[offset] !== '}' && text[offset] !== ']'; index++) {
    let name = String(index);
    if (isObject) {
      const end = skipString(text, offset);
      name = JSON.parse(text.slice(offset, end)) as string;
      offset = skipSpace(text, skipSpace(text, end) + 1);
    }
    children.set(name, offset);
    offset = skipSpace(text, skipValue(text, offset));
    if (text[offset] === ',') offset = skipSpace(text, offset + 1);
  }
  return children;
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
