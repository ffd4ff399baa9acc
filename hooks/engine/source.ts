import type { Node } from './scope';

/** A position in a text; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Line and column of an offset in a text. */
export function positionOf(text: string, offset: number): Position {
  let line = 1;
  let lineStart = 0;
  for (let next = text.indexOf('\n'); next >= 0 && next < offset; next = text.indexOf('\n', next + 1)) {
    line++;
    lineStart = next + 1;
  }
  return { line, column: offset - lineStart + 1 };
}

/** A template text that has been read. */
export interface TemplateDocument {
  /** The content, with the short forms of intrinsic functions (`!Ref`) in their long form. */
  readonly content: Node;
  /** Position of the deepest element that exists on a path such as `['Resources', 'Service', 'Type']`. */
  locate(path: readonly string[]): Position;
}
