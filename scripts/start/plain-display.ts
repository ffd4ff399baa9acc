import { minutes, Table, type Display, type Output, type Row } from './display';

/** Lines that stay, for files and pipes: each change of a table is one. */
export class PlainDisplay implements Display {
  private steps = 0;
  private began = 0;
  private readonly table = new Table();

  /** @param now virtual time in milliseconds. */
  constructor(
    private readonly output: Output,
    private readonly now: () => number,
  ) {}

  line(text: string): void {
    this.output.write(`${text}\n`);
  }

  begin(title: string): void {
    this.began = this.now();
    this.line(`\n${++this.steps}. ${title}`);
  }

  show(rows: readonly Row[]): void {
    for (const { name, state } of this.table.update(rows, this.now())) this.note(`${name}: ${state}`);
  }

  note(text: string): void {
    this.line(`   [virtual ${minutes(this.now() - this.began)}] ${text}`);
  }

  end(): void {
    this.note('done');
  }

  fail(): void {
    if (this.steps > 0) this.note('failed');
  }
}
