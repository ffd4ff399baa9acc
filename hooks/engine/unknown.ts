/** A piece of text: literal characters, or a value that is not known yet. */
export type TextPart = string | Unknown;

/** What is known about a value that could not be determined. */
export interface Knowledge {
  /** Logical id of the resource of the same template whose Ref or attribute this is. */
  readonly reference?: string;
  /** The value is text that has literal pieces between unknown ones. */
  readonly text?: readonly TextPart[];
  /** True when the value cannot be empty. */
  readonly nonEmpty?: boolean;
  /** Values that it certainly does not have. */
  readonly excluded?: readonly string[];
}

/**
 * A value that cannot be determined from the input. `cause` completes the sentence "the value is not known: …" and
 * names what would have to be known. It never holds a secret.
 */
export class Unknown {
  constructor(
    readonly cause: string,
    readonly knowledge: Knowledge = {},
  ) {}
}

/**
 * Concatenate pieces of text.
 *
 * @returns a string when every piece is literal, otherwise an Unknown that remembers its literal pieces.
 */
export function concatenate(parts: readonly TextPart[]): string | Unknown {
  const merged: TextPart[] = [];
  for (const part of parts.flatMap(piecesOf)) {
    const last = merged[merged.length - 1];
    if (typeof part === 'string' && typeof last === 'string') merged[merged.length - 1] = last + part;
    else if (part !== '') merged.push(part);
  }
  const unknown = merged.find((part): part is Unknown => part instanceof Unknown);
  if (unknown === undefined) return (merged[0] as string | undefined) ?? '';
  if (merged.length === 1) return unknown;
  return new Unknown(unknown.cause, { text: merged, nonEmpty: true });
}

/** The pieces of a text: a partly known text has several. */
function piecesOf(part: TextPart): readonly TextPart[] {
  return part instanceof Unknown && part.knowledge.text !== undefined ? part.knowledge.text : [part];
}

/**
 * Whether a text matches a pattern in which `*` stands for any characters, also when parts of the text are unknown.
 *
 * @returns true when every possible text matches, false when none does, 'unknown' otherwise.
 */
export function matchesPattern(text: TextPart, pattern: string): boolean | 'unknown' {
  const pieces = piecesOf(text);
  if (pieces.length === 1 && typeof pieces[0] === 'string') return matchesLiteral(pieces[0], pattern);
  // Only a `*` may swallow an unknown piece for the answer to hold whatever that piece turns out to be.
  if (matchesLiteral(pieces.map((piece) => (typeof piece === 'string' ? piece : HOLE)).join(''), pattern)) return true;
  return excludes(text, pattern) || !mayMatch(pieces, pattern) ? false : 'unknown';
}

const HOLE = '\uffff';

function excludes(text: TextPart, value: string): boolean {
  if (!(text instanceof Unknown)) return false;
  return text.knowledge.excluded?.includes(value) === true || (value === '' && text.knowledge.nonEmpty === true);
}

function matchesLiteral(text: string, pattern: string): boolean {
  let position = 0;
  let index = 0;
  let star = -1;
  let resume = 0;
  while (position < text.length) {
    if (pattern[index] === '*') {
      star = index++;
      resume = position;
    } else if (index < pattern.length && pattern[index] === text[position]) {
      index++;
      position++;
    } else if (star >= 0) {
      index = star + 1;
      position = ++resume;
    } else return false;
  }
  while (pattern[index] === '*') index++;
  return index === pattern.length;
}

/** Whether some text built from the pieces matches; an unknown piece behaves like a `*`. */
function mayMatch(pieces: readonly TextPart[], pattern: string): boolean {
  const text = pieces.flatMap((piece) => (typeof piece === 'string' ? [...piece] : [HOLE]));
  // reachable[j]: the text read so far can have consumed the first j characters of the pattern.
  let reachable = closure(new Array<boolean>(pattern.length + 1).fill(false).fill(true, 0, 1), pattern);
  for (const character of text) {
    const next = new Array<boolean>(pattern.length + 1).fill(false);
    reachable.forEach((reached, index) => {
      if (!reached) return;
      if (character === HOLE) next.fill(true, index);
      else if (pattern[index] === '*') next[index] = true;
      else if (pattern[index] === character) next[index + 1] = true;
    });
    reachable = closure(next, pattern);
  }
  return reachable[pattern.length] ?? false;
}

function closure(reachable: boolean[], pattern: string): boolean[] {
  for (let index = 0; index < pattern.length; index++) {
    if (reachable[index] && pattern[index] === '*') reachable[index + 1] = true;
  }
  return reachable;
}
