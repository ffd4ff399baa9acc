/** A position in a text; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Turns offsets in a text into positions. Reads the text once, when the first position is asked for. */
export class Lines {
  private starts: number[] | undefined;

  constructor(private readonly text: string) {}

  /** Line and column of an offset. */
  positionOf(offset: number): Position {
    this.starts ??= lineStarts(this.text);
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - this.starts[low]! + 1 };
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return starts;
}

/** Something about a text that is legal, or at least clear, but surely not meant. */
export interface Remark extends Position {
  /** A sentence without full stop. */
  readonly because: string;
}

/** A template text that has been read. */
export interface TemplateDocument {
  /** The content, with the short forms of intrinsic functions (`!Ref`) in their long form. */
  readonly content: unknown;
  /** Position of the deepest element that exists on a path such as `['Resources', 'Service', 'Type']`. */
  locate(path: readonly string[]): Position;
  /** What is odd about the text, e.g. a key that is written twice. */
  readonly remarks: readonly Remark[];
}
