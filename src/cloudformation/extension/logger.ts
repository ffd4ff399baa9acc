/** Structured log of one invocation, without secrets. */
import type { Redaction } from './redaction';

/** Details of a log line: plain values, models or errors; all of it is redacted. */
export type LogDetails = Readonly<Record<string, unknown>>;

/** The log that handlers write to. */
export interface Logger {
  /** Write one line: a constant message, and details as data. */
  log(message: string, details?: LogDetails): void;
}

/** One line of the log. */
export interface LogEvent {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly message: string;
}

/** Collects lines for delivery and writes each to Lambda's own log as it comes. */
export class InvocationLogger implements Logger {
  readonly events: LogEvent[] = [];

  /**
   * @param redaction takes the secrets out of every line.
   * @param fields are on every line: request id, action, logical id.
   * @param write prints one line; the Lambda's own log unless told otherwise.
   */
  constructor(
    private readonly redaction: Redaction,
    private readonly fields: LogDetails,
    private readonly write: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
  ) {}

  log(message: string, details: LogDetails = {}): void {
    const timestamp = Date.now();
    const line = this.redaction.json({ message, ...this.fields, ...details });
    this.events.push({ timestamp, message: line });
    this.write(line);
  }
}
