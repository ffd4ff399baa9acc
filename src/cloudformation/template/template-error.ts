import type { Position } from './source';

/** Thrown for an input that is no template; the message says what is wrong and is meant for the user. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';

  /** @param position where it is, when it is known; the message begins with it. */
  constructor(
    message: string,
    readonly position?: Position,
  ) {
    super(position === undefined ? message : `Line ${position.line}, column ${position.column}: ${message}`);
  }
}
