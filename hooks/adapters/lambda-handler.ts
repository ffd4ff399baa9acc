import { TemplateError } from '../engine/template';
import type { Rule } from '../engine/rule';
import { readChoices } from '../settings/environment';
import { HookSettingsSource } from '../settings/hook-settings';
import { readRemoteDocument } from '../settings/remote-document';
import { SettingsError } from '../settings/settings-error';
import { failureAnswer, type HookAnswer } from './hook-answer';
import { clientRequestTokenOf, HookEventError } from './hook-event';
import { judgeHookEvent } from './hook-judgement';
import { HookPayloadError } from './hook-payload';

/** What this handler uses of the Lambda context. */
export interface LambdaContext {
  getRemainingTimeInMillis?(): number;
}

/** Time to keep for judging and answering, in milliseconds. */
const RESERVE_MILLISECONDS = 3_000;

/** Problems whose messages are meant for whoever deploys. */
const EXPLAINED = [HookEventError, HookPayloadError, SettingsError, TemplateError];

/**
 * The handler of the managed hook `AWS::CloudFormation::LambdaHook` for a catalogue of rules. It judges what is about to be
 * deployed and always answers; what cannot be read or judged is refused.
 */
export function createHandler(
  catalogue: readonly Rule[],
): (event: unknown, context?: LambdaContext) => Promise<HookAnswer> {
  // Made by the first invocation, so that a mistake in the environment is answered, not a crash of the function.
  let source: HookSettingsSource | undefined;
  const settingsSource = (): HookSettingsSource =>
    (source ??= new HookSettingsSource(readChoices(process.env), {
      catalogue,
      read: readRemoteDocument,
      now: Date.now,
      warn: (message) => console.warn(message),
    }));
  return async (event, context = {}) => {
    try {
      const remaining = (context.getRemainingTimeInMillis?.() ?? Infinity) - RESERVE_MILLISECONDS;
      return await judgeHookEvent(event, (milliseconds) => settingsSource().current(milliseconds), remaining);
    } catch (error) {
      const explained = EXPLAINED.some((kind) => error instanceof kind);
      const problem = explained
        ? (error as Error).message
        : `The hook itself failed (${error instanceof Error ? error.name : 'unknown error'}).`;
      return failureAnswer(`Refused because it cannot be judged. ${problem}`, clientRequestTokenOf(event));
    }
  };
}
