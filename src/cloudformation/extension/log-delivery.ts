/** Delivers the log of an invocation to the log group of whoever activated the extension. */
import { isNativeError } from 'node:util/types';
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  type CloudWatchLogsClient,
} from '@aws-sdk/client-cloudwatch-logs';
import type { LogEvent } from './logger';

/** Limits of PutLogEvents: bytes of one event and of one call, with 26 bytes charged for each event. */
const MAXIMUM_EVENT_BYTES = 262_144;
const MAXIMUM_BATCH_BYTES = 1_048_576;
const EVENT_OVERHEAD_BYTES = 26;

/** Streams that a warm Lambda has already seen, so that a re-invocation delivers with one call. */
const knownStreams = new Set<string>();
const MAXIMUM_KNOWN_STREAMS = 1_000;

/** One stream of one log group. */
export class LogDelivery {
  private readonly key: string;
  private readonly logStreamName: string;

  /** @param streamName any text; the colons that a stream name may not hold become `__`. */
  constructor(
    private readonly client: CloudWatchLogsClient,
    private readonly logGroupName: string,
    streamName: string,
    accountAndRegion: string,
  ) {
    this.logStreamName = streamName.replaceAll(':', '__').replaceAll('*', '_').slice(0, 512);
    this.key = JSON.stringify([accountAndRegion, logGroupName, this.logStreamName]);
  }

  /**
   * Make the stream, and its group when that is missing. One call, none for a stream that is known.
   *
   * @throws the SDK's error when CloudWatch Logs refuses.
   */
  async prepare(abortSignal: AbortSignal): Promise<void> {
    if (knownStreams.has(this.key)) return;
    try {
      await this.createStream(abortSignal);
    } catch (error) {
      if (!isNamed(error, 'ResourceNotFoundException')) throw error;
      await this.createGroup(abortSignal);
      await this.createStream(abortSignal);
    }
    if (knownStreams.size >= MAXIMUM_KNOWN_STREAMS) knownStreams.clear();
    knownStreams.add(this.key);
  }

  /**
   * Send the events, oldest first, in one call. What one call cannot hold is left out, and a last line says so.
   *
   * @throws the SDK's error when CloudWatch Logs refuses.
   */
  async deliver(events: readonly LogEvent[], abortSignal: AbortSignal): Promise<void> {
    const logEvents = fitting(events);
    if (logEvents.length === 0) return;
    const put = () =>
      this.client.send(
        new PutLogEventsCommand({
          logGroupName: this.logGroupName,
          logStreamName: this.logStreamName,
          logEvents,
        }),
        { abortSignal },
      );
    try {
      await put();
    } catch (error) {
      if (!isNamed(error, 'ResourceNotFoundException')) throw error;
      // Somebody deleted the stream since this Lambda saw it.
      knownStreams.delete(this.key);
      await this.prepare(abortSignal);
      await put();
    }
  }

  private async createStream(abortSignal: AbortSignal): Promise<void> {
    const { logGroupName, logStreamName } = this;
    await ignoreExisting(
      this.client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }), { abortSignal }),
    );
  }

  private async createGroup(abortSignal: AbortSignal): Promise<void> {
    const { logGroupName } = this;
    await ignoreExisting(this.client.send(new CreateLogGroupCommand({ logGroupName }), { abortSignal }));
  }
}

/** As many events as one call may hold. */
function fitting(events: readonly LogEvent[]): LogEvent[] {
  const kept: LogEvent[] = [];
  let bytes = 0;
  for (const { timestamp, message } of events) {
    const text = shorten(message, MAXIMUM_EVENT_BYTES - EVENT_OVERHEAD_BYTES);
    bytes += Buffer.byteLength(text) + EVENT_OVERHEAD_BYTES;
    if (bytes > MAXIMUM_BATCH_BYTES - 1_000) {
      kept.push({ timestamp, message: `${events.length - kept.length} more lines are left out` });
      break;
    }
    kept.push({ timestamp, message: text });
  }
  return kept;
}

function shorten(text: string, bytes: number): string {
  return Buffer.byteLength(text) <= bytes
    ? text
    : Buffer.from(text)
        .subarray(0, bytes)
        .toString('utf8', 0, bytes - 4);
}

async function ignoreExisting(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isNamed(error, 'ResourceAlreadyExistsException')) throw error;
  }
}

function isNamed(error: unknown, name: string): boolean {
  return isNativeError(error) && error.name === name;
}
