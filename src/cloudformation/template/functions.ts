/** A piece of the text of a Fn::Sub: literal characters, and the variable that follows them, if one does. */
export interface Substitution {
  readonly literal: string;
  readonly variable?: string;
}

/** The pieces of the text of a Fn::Sub. `${!Name}` is the literal `${Name}`. */
export function substitutions(text: string): Substitution[] {
  const pieces: Substitution[] = [];
  let end = 0;
  for (const match of text.matchAll(/\$\{(!?)([^${}]+)\}/g)) {
    const literal = text.slice(end, match.index);
    pieces.push(
      match[1] === '!' ? { literal: `${literal}\${${match[2]}}` } : { literal, variable: match[2]!.trim() },
    );
    end = match.index + match[0].length;
  }
  pieces.push({ literal: text.slice(end) });
  return pieces;
}

/** A resource and its attribute, as a Fn::GetAtt writes them in one text: the first dot divides them. */
export function splitAttribute(text: string): [logicalId: string, attribute: string] {
  const dot = text.indexOf('.');
  return dot < 0 ? [text, ''] : [text.slice(0, dot), text.slice(dot + 1)];
}
