import { clip, minutes, Table, wrap, type Display, type Output, type Row } from './display';

/** Escape sequences of ECMA-48. */
const SEQUENCES = {
  up: (lines: number) => `\u001b[${lines}A`,
  eraseBelow: '\u001b[0J',
  hideCursor: '\u001b[?25l',
  showCursor: '\u001b[?25h',
  bold: '\u001b[1m',
  dim: '\u001b[2m',
  green: '\u001b[32m',
  red: '\u001b[31m',
  plain: '\u001b[0m',
} as const;

type Style = 'bold' | 'dim' | 'green' | 'red';

/** Columns and rows of a terminal that does not tell. */
const USUAL = { columns: 80, rows: 24 };

/** Real milliseconds between two pictures when nothing changes but the time. */
const REFRESH = 250;

/** Width of the names in a table, and of the times. */
const WIDTHS = { name: 18, time: 7 };

/** A step that is shown. */
interface Step {
  readonly title: string;
  readonly began: number;
  readonly notes: string[];
  /** Whether it is about the rows of the table. */
  showsTable: boolean;
}

/** For terminals: the step at work is redrawn in place, with a table below it; a finished step is one line and its notes. */
export class TerminalDisplay implements Display {
  private steps = 0;
  private readonly table = new Table();
  private step: Step | undefined;
  /** Lines that are redrawn. */
  private drawn = 0;
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param now virtual time in milliseconds.
   * @param colours whether the terminal takes colours.
   */
  constructor(
    private readonly output: Output,
    private readonly now: () => number,
    private readonly colours: boolean,
  ) {}

  line(text: string): void {
    const lines = text
      .split('\n')
      .flatMap((line) => (line.length > this.width() ? wrap(line, this.width()) : [line]));
    this.output.write(lines.map((line) => `${line}\n`).join(''));
  }

  begin(title: string): void {
    this.steps++;
    this.step = { title, began: this.now(), notes: [], showsTable: false };
    this.output.write(SEQUENCES.hideCursor);
    this.draw(this.picture(this.step));
    this.timer = setInterval(() => this.refresh(), REFRESH);
    this.timer.unref();
  }

  show(rows: readonly Row[]): void {
    if (!this.step) return;
    this.table.update(rows, this.now());
    this.step.showsTable = true;
    this.refresh();
  }

  note(text: string): void {
    this.step?.notes.push(text);
    this.refresh();
  }

  end(): void {
    this.settle('✔', 'green');
  }

  fail(): void {
    this.settle('✘', 'red');
  }

  /** Leave the step as it stays. */
  private settle(mark: string, style: Style): void {
    if (!this.step) return;
    clearInterval(this.timer);
    this.draw([this.head(this.step, this.styled(mark, style)), ...this.notes(this.step)]);
    this.output.write(SEQUENCES.showCursor);
    this.step = undefined;
    this.drawn = 0;
  }

  private refresh(): void {
    if (this.step) this.draw(this.picture(this.step));
  }

  /** Put lines in the place of those that were drawn last. */
  private draw(lines: readonly string[]): void {
    const back = this.drawn > 0 ? `${SEQUENCES.up(this.drawn)}\r` : '';
    this.output.write(`${back}${SEQUENCES.eraseBelow}${lines.map((line) => `${line}\n`).join('')}`);
    this.drawn = lines.length;
  }

  private picture(step: Step): string[] {
    const above = [this.head(step, '▸'), ...this.notes(step)];
    const table = this.tableLines(step);
    // What scrolls out at the top cannot be drawn again, and the cursor stands on a line of its own.
    const room = (this.output.rows || USUAL.rows) - 1;
    const lines = [...above, ...table];
    if (lines.length <= room) return lines;
    const more = this.styled(`     … ${lines.length - room + 1} more`, 'dim');
    return [...lines.slice(0, room - 1), more];
  }

  private head({ title, began }: Step, mark: string): string {
    const time = `${minutes(this.now() - began)} virtual`;
    const width = this.width() - 5 - time.length;
    const text = clip(`${this.steps}. ${title}`, width);
    return `${mark} ${this.styled(text, 'bold')}${' '.repeat(width - text.length + 2)}${this.styled(time, 'dim')}`;
  }

  private notes({ notes }: Step): string[] {
    return notes.flatMap((note) => wrap(note, this.width() - 6).map((line) => `     ${line}`));
  }

  /** The rows; those that have changed in the step have the time at which they did. */
  private tableLines({ began, showsTable }: Step): string[] {
    if (!showsTable) return [];
    const rest = this.width() - 6 - WIDTHS.name - WIDTHS.time;
    const line = (name: string, state: string, time: string) =>
      `     ${clip(name, WIDTHS.name - 1).padEnd(WIDTHS.name)}${clip(state, rest - 1).padEnd(rest)}${time.padStart(WIDTHS.time)}`.trimEnd();
    const rows = this.table
      .entries()
      .map(({ name, state, at }) => line(name, state, at < began ? '' : minutes(at - began)));
    return [this.styled(line('resource', 'state', 'virtual'), 'dim'), ...rows];
  }

  private width(): number {
    return Math.max(40, this.output.columns || USUAL.columns);
  }

  private styled(text: string, style: Style): string {
    return this.colours ? `${SEQUENCES[style]}${text}${SEQUENCES.plain}` : text;
  }
}
