import { HandlerError } from '../../src/core/failure';
import { HookEventError } from '../adapters/hook-event';
import { judgeHookEvent } from '../adapters/hook-judgement';
import { HookPayloadError } from '../adapters/hook-payload';
import type { Rule } from '../engine/rule';
import { TemplateError } from '../../src/cloudformation/template/template-error';
import { createHookEntrypoints, type HookProgress, type HookRequest } from './runtime';
import { type GovernanceConfiguration, settingsOf } from './settings';

/** Problems whose messages are meant for whoever deploys, and the handler error code of each. */
const EXPLAINED = [
  [HookEventError, 'InvalidRequest'],
  [TemplateError, 'InvalidRequest'],
  [HookPayloadError, 'GeneralServiceException'],
] as const;

/**
 * The entry points of the private registry hook for a catalogue of rules: the same judgement as the managed hook, in its
 * own runtime. What cannot be read or judged is refused.
 *
 * @param schema the schema of the hook type for that catalogue.
 */
export function governanceEntrypoints(
  catalogue: readonly Rule[],
  schema: Parameters<typeof createHookEntrypoints>[0]['schema'],
): ReturnType<typeof createHookEntrypoints> {
  const judge = async (request: HookRequest<GovernanceConfiguration>): Promise<HookProgress> => {
    const settings = () =>
      settingsOf(request.typeConfiguration, catalogue, (message) => console.warn(message));
    try {
      const { hookStatus, errorCode, message, annotations } = await judgeHookEvent(
        request.event,
        settings,
        request.deadline.remainingMilliseconds(),
      );
      return { hookStatus, errorCode, message, annotations };
    } catch (error) {
      const code = EXPLAINED.find(([kind]) => error instanceof kind)?.[1];
      if (code === undefined) throw error;
      throw new HandlerError(code, `Refused because it cannot be judged. ${(error as Error).message}`, {
        cause: error,
      });
    }
  };
  return createHookEntrypoints<GovernanceConfiguration>({
    schema,
    handlers: { CREATE_PRE_PROVISION: judge, UPDATE_PRE_PROVISION: judge, DELETE_PRE_PROVISION: judge },
  });
}
