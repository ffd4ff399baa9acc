import { TemplateError } from '../engine/template';
import { rules } from '../rules';
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

/** Made by the first invocation, so that a mistake in the environment is answered, not a crash of the function. */
let source: HookSettingsSource | undefined;

function settingsSource(): HookSettingsSource {
  source ??= new HookSettingsSource(readChoices(process.env), {
    catalogue: rules,
    read: readRemoteDocument,
    now: Date.now,
    warn: (message) => console.warn(message),
  });
  return source;
}

/** Time to keep for judging and answering, in milliseconds. */
const RESERVE_MILLISECONDS = 3_000;

/** Problems whose messages are meant for whoever deploys. */
const EXPLAINED = [HookEventError, HookPayloadError, SettingsError, TemplateError];

/**
 * Entry point of the managed hook `AWS::CloudFormation::LambdaHook`. Judges what is about to be deployed and always
 * answers; what cannot be read or judged is refused.
 */
export async function handler(event: unknown, context: LambdaContext = {}): Promise<HookAnswer> {
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
}
