/** Thrown when Guard rules cannot be judged by; the message says what is wrong and what to do. Nothing passes then. */
export class GuardError extends Error {
  override readonly name = 'GuardError';
}
