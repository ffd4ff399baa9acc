/** What the hook protocol demands of an answer, whatever the handler returned. */
import { checkContext, defect } from '../../../src/cloudformation/extension/callback-context';
import { HOOK_STATUSES, type HookProgress } from './hook-type';

/** Longest message that every caller of hooks delivers whole. */
const MAXIMUM_MESSAGE_LENGTH = 1024;

/**
 * The answer to an invocation, with nothing in it that the protocol forbids.
 *
 * @throws HandlerError InternalFailure when the handler's result breaks the protocol.
 */
export function answerOf(progress: HookProgress): HookProgress {
  const { hookStatus, errorCode, callbackContext, callbackDelaySeconds = 0, annotations } = progress;
  const message = shorten(progress.message);
  if (!HOOK_STATUSES.includes(hookStatus)) {
    throw defect(`The handler returned the status ${JSON.stringify(hookStatus)}, which no hook may return`);
  }
  if (hookStatus === 'FAILED') {
    if (!errorCode || !message) throw defect('The handler failed without an error code or a message');
    return { hookStatus, errorCode, message, annotations };
  }
  if (errorCode)
    throw defect(`The handler returned the error code ${errorCode} with the status ${hookStatus}`);
  if (hookStatus !== 'IN_PROGRESS') return { hookStatus, message, annotations };
  if (!Number.isInteger(callbackDelaySeconds) || callbackDelaySeconds < 0) {
    throw defect('callbackDelaySeconds must be a whole number of seconds');
  }
  checkContext(callbackContext);
  return { hookStatus, message, callbackContext, callbackDelaySeconds };
}

/** The text, cut to what arrives whole. */
function shorten(message: string | null | undefined): string | undefined {
  if (!message || message.length <= MAXIMUM_MESSAGE_LENGTH) return message ?? undefined;
  return `${message.slice(0, MAXIMUM_MESSAGE_LENGTH - 1)}…`;
}
