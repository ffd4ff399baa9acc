/** Shows what happens, a line each, with the virtual time (minutes and seconds) since the beginning. */
export class Narrator {
  private readonly began: number;
  private steps = 0;

  /** @param now virtual time in milliseconds. */
  constructor(private readonly now: () => number) {
    this.began = now();
  }

  /** Begin a numbered step. */
  heading(text: string): void {
    process.stdout.write(`\n${++this.steps}. ${text}\n`);
  }

  line(text: string): void {
    const seconds = Math.floor((this.now() - this.began) / 1000);
    const time = `${String(Math.floor(seconds / 60)).padStart(5)}:${String(seconds % 60).padStart(2, '0')}`;
    process.stdout.write(`${time}  ${text}\n`);
  }
}
