/**
 * CloudFormation that comes later than it is asked to, as it may. Most of the time of a suite would go into looks that show
 * nothing new: a deployment of ten virtual minutes is looked at forty times.
 */
import type { InvocationResult, Lambda } from '../../local/lambda';

/** Looks at the same that are taken when the handler asks for them, and the longest delay of those that follow. */
const PROMPT_LOOKS = 3;
const LONGEST_DELAY_SECONDS = 60;

type Invoke = Lambda['invoke'];

/** What an operation waits for, and how many answers before the last one waited for the same. */
interface Waiting {
  readonly reason: string;
  readonly answers: number;
}

/**
 * @param invoke a handler, as CloudFormation does.
 * @returns the same, whose answers ask for ever later invocations as long as they wait for the same.
 */
export function withLateInvocations(invoke: Invoke): Invoke {
  const operations = new Map<unknown, Waiting>();
  return async (nameOrArn, payload, options) => {
    const result = await invoke(nameOrArn, payload, options);
    const operation = (payload as { readonly bearerToken?: string }).bearerToken;
    const { answer, waiting } = later(result, operations.get(operation));
    if (waiting) operations.set(operation, waiting);
    else operations.delete(operation);
    return answer;
  };
}

function later(
  result: InvocationResult,
  before: Waiting | undefined,
): { readonly answer: InvocationResult; readonly waiting?: Waiting } {
  const { payload } = result;
  const delay: number = payload?.callbackDelaySeconds ?? 0;
  if (payload?.status !== 'IN_PROGRESS') return { answer: result };
  // How far it has come is in brackets.
  const reason = String(payload.message).replace(/ \(.*/, '');
  const answers = reason === before?.reason ? before.answers + 1 : 0;
  const waiting = { reason, answers };
  if (delay === 0 || answers < PROMPT_LOOKS) return { answer: result, waiting };
  const seconds = Math.min(delay * 2 ** (answers - PROMPT_LOOKS + 1), LONGEST_DELAY_SECONDS);
  return {
    answer: { ...result, payload: { ...payload, callbackDelaySeconds: Math.max(delay, seconds) } },
    waiting,
  };
}
