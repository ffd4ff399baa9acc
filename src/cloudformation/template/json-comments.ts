/** A string of JSON, or a comment as JavaScript has them. */
const STRING_OR_COMMENT = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

/** Offset of the first comment of a text that would be JSON without its comments; undefined for any other text. */
export function commentIn(text: string): number | undefined {
  let first: number | undefined;
  const without = text.replace(STRING_OR_COMMENT, (match, offset: number) => {
    if (match.startsWith('"')) return match;
    first ??= offset;
    return ' ';
  });
  if (first === undefined) return undefined;
  try {
    JSON.parse(without);
    return first;
  } catch {
    return undefined;
  }
}
