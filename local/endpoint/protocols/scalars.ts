/** Scalars written as text, as forms, headers, paths and XML carry them. */
import type { Shape } from '../models';
import { readTimestamp } from './timestamps';

function number(text: string): unknown {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

function boolean(text: string): unknown {
  return { true: true, false: false }[text.toLowerCase()] ?? text;
}

const READ: Partial<Record<Shape['type'], (text: string) => unknown>> = {
  blob: (text) => Buffer.from(text, 'base64'),
  boolean,
  double: number,
  float: number,
  integer: number,
  long: number,
  short: number,
  timestamp: readTimestamp,
};

/** Read a scalar of the model; text that is not of its type is returned as it is. */
export function scalarFromText(shape: Shape, text: string): unknown {
  return (READ[shape.type] ?? ((same: string) => same))(text);
}
