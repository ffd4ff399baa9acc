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
  /** It is an id, a name, an ARN, an address or a number that AWS gives: never a secret, a wildcard or empty. */
  readonly isIdentifier?: boolean;
  /** There may be no value at all, because an undecided condition may choose AWS::NoValue. */
  readonly mayBeAbsent?: boolean;
  /** It depends on a decision that could be tried, but was not, because there are too many combinations. */
  readonly isUntried?: boolean;
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
export function piecesOf(part: TextPart): readonly TextPart[] {
  return part instanceof Unknown && part.knowledge.text !== undefined ? part.knowledge.text : [part];
}

/**
 * Whether a text matches a pattern in which `*` stands for any characters, also when parts of the text are unknown.
 *
 * @returns true when every possible text matches, false when none does, 'unknown' otherwise.
 */
export function matchesPattern(text: TextPart, pattern: string): boolean | 'unknown' {
  if (typeof text === 'string') return matchesKnown(text, pattern);
  return compare(text, pattern.replaceAll('*', ANY));
}

/** Whether a known text matches: first and last piece at the ends, the others in their order between them. */
function matchesKnown(text: string, pattern: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first)) return false;
  let offset = first.length;
  for (const piece of others) {
    const found = text.indexOf(piece, offset);
    if (found < 0) return false;
    offset = found + piece.length;
  }
  return text.length - last.length >= offset && text.endsWith(last);
}

/** Whether a text equals another one, in three values as above; a `*` is a character like any other. */
export function equalsText(text: TextPart, expected: string): boolean | 'unknown' {
  if (typeof text === 'string') return text === expected;
  const { excluded, nonEmpty, isIdentifier } = text.knowledge;
  if (excluded?.includes(expected) === true) return false;
  if ((expected === '' && nonEmpty === true) || (expected === '*' && isIdentifier === true)) return false;
  return compare(text, expected);
}

/** Stands for any characters in a pattern. */
const ANY = '\ufffe';

/** Stands for an unknown piece of a text. */
const HOLE = '\uffff';

function compare(text: TextPart, pattern: string): boolean | 'unknown' {
  const characters = piecesOf(text).flatMap((piece) => (typeof piece === 'string' ? [...piece] : [HOLE]));
  // Only an ANY may swallow an unknown piece for the answer to hold whatever that piece turns out to be.
  if (matches(characters, pattern, false)) return true;
  return characters.includes(HOLE) && matches(characters, pattern, true) ? 'unknown' : false;
}

/**
 * Whether the characters match a pattern.
 *
 * @param isHoleFree an unknown piece may be whatever the pattern needs at that place.
 */
function matches(characters: readonly string[], pattern: string, isHoleFree: boolean): boolean {
  // reachable[index]: what is read so far can have consumed the first `index` characters of the pattern.
  let reachable = skipAny([true], pattern);
  for (const character of characters) {
    const next: boolean[] = [];
    reachable.forEach((isReached, index) => {
      if (!isReached) return;
      if (character === HOLE && isHoleFree)
        for (let later = index; later <= pattern.length; later++) next[later] = true;
      if (pattern[index] === ANY) next[index] = true;
      else if (pattern[index] === character) next[index + 1] = true;
    });
    reachable = skipAny(next, pattern);
  }
  return reachable[pattern.length] === true;
}

/** An ANY may stand for nothing. */
function skipAny(reachable: boolean[], pattern: string): boolean[] {
  for (let index = 0; index < pattern.length; index++) {
    if (reachable[index] && pattern[index] === ANY) reachable[index + 1] = true;
  }
  return reachable;
}
