/** What a person sees of the demonstration: numbered steps, and what the step at work is about. */

/** One line of the table of a step. */
export interface Row {
  readonly name: string;
  readonly state: string;
}

export interface Display {
  /** A line before and after the steps. */
  line(text: string): void;
  /** Begin the next step. */
  begin(title: string): void;
  /** Show these rows as the table of the step at work. A row that is left out keeps its last state. */
  show(rows: readonly Row[]): void;
  /** Say something about the step at work that stays. */
  note(text: string): void;
  /** The step at work has done what it should. */
  end(): void;
  /** The step at work has not; does nothing between steps. */
  fail(): void;
}

/** The stream that is written to; `columns` and `rows` are there when it is a terminal. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** The states of a step's table, each with the time at which it came. */
export class Table {
  private readonly rows = new Map<string, { state: string; at: number }>();

  /** Take rows over. @returns those that are new or have another state. */
  update(rows: readonly Row[], at: number): Row[] {
    const changed = rows.filter(({ name, state }) => this.rows.get(name)?.state !== state);
    for (const { name, state } of changed) this.rows.set(name, { state, at });
    return changed;
  }

  /** Every row, in the order in which they came. */
  entries(): { readonly name: string; readonly state: string; readonly at: number }[] {
    return [...this.rows].map(([name, row]) => ({ name, ...row }));
  }
}

/** Virtual milliseconds as minutes and seconds, e.g. `3:07`. */
export function minutes(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** A text in lines of at most `width` characters, broken between words where that is possible. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
    for (; line.length > width; line = line.slice(width)) lines.push(line.slice(0, width));
  }
  return [...lines, line];
}

/** A text on one line of at most `width` characters. */
export function clip(text: string, width: number): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;
}
