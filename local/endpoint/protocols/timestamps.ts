/** The three formats in which AWS writes a time. */
import type { Shape, ShapeReference } from '../models';

type Format = NonNullable<ShapeReference['timestampFormat']>;

const WRITE: Record<Format, (time: Date) => string | number> = {
  iso8601: (time) => time.toISOString().replace(/\.000Z$/, 'Z'),
  unixTimestamp: (time) => time.getTime() / 1000,
  rfc822: (time) => time.toUTCString(),
};

/** Format of one timestamp: what the model says, else the default of the protocol or place. */
export function timestampFormat(reference: ShapeReference, shape: Shape, otherwise: Format): Format {
  return reference.timestampFormat ?? shape.timestampFormat ?? otherwise;
}

/**
 * Write a time.
 *
 * @param value a Date, or a number of seconds since the epoch.
 */
export function writeTimestamp(value: unknown, format: Format): string | number {
  const time = value instanceof Date ? value : new Date(Number(value) * 1000);
  if (Number.isNaN(time.getTime())) throw new Error(`${String(value)} is not a time.`);
  return WRITE[format](time);
}

/** Read a time in any of the formats; what is none is returned as it is. */
export function readTimestamp(value: unknown): unknown {
  const text = typeof value === 'string' && /^-?\d+(\.\d+)?(E\d+)?$/i.test(value) ? Number(value) : value;
  const time = typeof text === 'number' ? new Date(text * 1000) : new Date(String(text));
  return Number.isNaN(time.getTime()) ? value : time;
}
