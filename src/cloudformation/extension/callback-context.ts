/** What a handler keeps between the invocations of one operation. */
import { HandlerError } from '../../core/failure';

/** Our own bound on what CloudFormation has to carry between invocations; identifiers fit in a hundredth of it. */
const MAXIMUM_CONTEXT_BYTES = 32_768;

/** A handler's result that breaks the contract is a defect of the handler. */
export function defect(problem: string): HandlerError {
  return new HandlerError('InternalFailure', problem, {
    remedy: 'This is a defect of the extension: report it',
  });
}

/**
 * Whatever a handler wants back at the next invocation has to survive the way there.
 *
 * @throws HandlerError InternalFailure when the context is not plain JSON, or too large.
 */
export function checkContext(context: unknown): void {
  if (context == null) return;
  if (!isPlainJson(context)) throw defect('The callback context must be plain JSON');
  const bytes = Buffer.byteLength(JSON.stringify(context));
  if (bytes > MAXIMUM_CONTEXT_BYTES) {
    throw defect(`The callback context has ${bytes} bytes, more than ${MAXIMUM_CONTEXT_BYTES}`);
  }
}

/** Whether the value comes back as it is after a round trip through JSON; unset members may get lost. */
function isPlainJson(value: unknown, ancestors: readonly unknown[] = []): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || ancestors.includes(value)) return false;
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.values(value).every(
    (member) => (member === undefined && !Array.isArray(value)) || isPlainJson(member, [...ancestors, value]),
  );
}
