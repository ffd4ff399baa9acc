/**
 * The runtime of hooks in the CloudFormation registry: everything between Lambda and the handlers of a hook. The official
 * TypeScript library has none; this one follows its way of doing things, and that of the official Python library.
 */
import { toHandlerError } from '../../../src/aws/handler-error';
import type { LambdaContext } from '../../../src/cloudformation/extension/deadline';
import { isObject } from '../../../src/cloudformation/extension/event-members';
import { answerOf } from './answer';
import { fromTestEvent, parseHookEvent, type ParsedEvent } from './event';
import type { HookProgress, HookType } from './hook-type';
import { invoke } from './invocation';

export type { HookHandler, HookProgress, HookRequest, HookSchema, HookType } from './hook-type';

/** A Lambda entry point: event in, answer of the hook protocol out. Never rejects. */
export type HookEntrypoint = (event: unknown, context?: LambdaContext) => Promise<Record<string, unknown>>;

/**
 * The two Lambda entry points of a hook.
 *
 * @returns `entrypoint`, which CloudFormation calls, and `testEntrypoint`, which takes the simpler event that is written
 *   by hand for `sam local invoke` and names the outcome `status` rather than `hookStatus`.
 */
export function createHookEntrypoints<TypeConfiguration>(type: HookType<TypeConfiguration>): {
  readonly entrypoint: HookEntrypoint;
  readonly testEntrypoint: HookEntrypoint;
} {
  return {
    entrypoint: async (event, context) => {
      const answer = await answerTo(type, () => parseHookEvent(event), context);
      return withoutUndefined({ ...answer, clientRequestToken: tokenOf(event) });
    },
    testEntrypoint: async (event, context) => {
      const { hookStatus: status, ...answer } = await answerTo(
        type,
        () => parseHookEvent(fromTestEvent(event)),
        context,
      );
      return withoutUndefined({ status, ...answer });
    },
  };
}

async function answerTo<TypeConfiguration>(
  type: HookType<TypeConfiguration>,
  parse: () => ParsedEvent,
  context: LambdaContext | undefined,
): Promise<HookProgress> {
  try {
    return await invoke(type, parse(), context);
  } catch (error) {
    const { code, message } = toHandlerError(error);
    return answerOf({ hookStatus: 'FAILED', errorCode: code, message });
  }
}

/** The token goes back also with the answer to an event that is malformed otherwise. */
function tokenOf(event: unknown): unknown {
  return isObject(event) ? (event.clientRequestToken ?? undefined) : undefined;
}

function withoutUndefined(answer: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(answer).filter(([, value]) => value !== undefined && value !== null),
  );
}
