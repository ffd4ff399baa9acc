/**
 * The private registry hook `Org::ECS::GovernanceHook`: the same judgement as the managed hook, in its own runtime.
 *
 * The languages that the registry documents for hooks are Python and Java. That it takes a Node.js package is not
 * confirmed, which is one reason why the managed hook is the form to prefer.
 */
import { HandlerError } from '../../src/errors';
import { HookEventError } from '../adapters/hook-event';
import { judgeHookEvent } from '../adapters/hook-judgement';
import { HookPayloadError } from '../adapters/hook-payload';
import { TemplateError } from '../engine/template';
import { rules } from '../rules';
import schema from '../schema/org-ecs-governancehook.json';
import { createHookEntrypoints, type HookProgress, type HookRequest } from './runtime';
import { type GovernanceConfiguration, settingsOf } from './settings';

/** Problems whose messages are meant for whoever deploys, and the handler error code of each. */
const EXPLAINED = [
  [HookEventError, 'InvalidRequest'],
  [TemplateError, 'InvalidRequest'],
  [HookPayloadError, 'GeneralServiceException'],
] as const;

/**
 * Judge what is about to be deployed. What cannot be read or judged is refused.
 *
 * @throws HandlerError that says why it cannot be judged.
 */
async function judge(request: HookRequest<GovernanceConfiguration>): Promise<HookProgress> {
  const settings = () => settingsOf(request.typeConfiguration, rules, (message) => console.warn(message));
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
}

export const { entrypoint, testEntrypoint } = createHookEntrypoints<GovernanceConfiguration>({
  schema,
  handlers: { CREATE_PRE_PROVISION: judge, UPDATE_PRE_PROVISION: judge, DELETE_PRE_PROVISION: judge },
});
