import { TemplateError } from '../../src/cloudformation/template/template-error';
import type { Rule } from '../engine/rule';
import { GuardError } from '../guard/guard-error';
import { type GuardFile, GuardRules } from '../guard/guard-rules';
import { readChoices } from '../settings/environment';
import { HookSettingsSource } from '../settings/hook-settings';
import { readRemoteDocument } from '../settings/remote-document';
import { SettingsError } from '../settings/settings-error';
import { failureAnswer, type HookAnswer } from './hook-answer';
import { clientRequestTokenOf, HookEventError } from './hook-event';
import { type HookSettings, judgeHookEvent } from './hook-judgement';
import { HookPayloadError } from './hook-payload';

/** What this handler uses of the Lambda context. */
export interface LambdaContext {
  getRemainingTimeInMillis?(): number;
}

/** Time to keep for judging and answering, in milliseconds. */
const RESERVE_MILLISECONDS = 3_000;

/** Longest time for reading Guard rules, in milliseconds. */
const LOAD_MILLISECONDS = 5_000;

/** Problems whose messages are meant for whoever deploys. */
const EXPLAINED = [GuardError, HookEventError, HookPayloadError, SettingsError, TemplateError];

/**
 * The handler of the managed hook `AWS::CloudFormation::LambdaHook` for a catalogue of rules. It judges what is about to be
 * deployed and always answers; what cannot be read or judged is refused.
 *
 * @param guardFiles Guard rules, which judge beside the catalogue; cfn-guard lies beside the bundle.
 */
export function createHandler(
  catalogue: readonly Rule[],
  guardFiles?: readonly GuardFile[],
): (event: unknown, context?: LambdaContext) => Promise<HookAnswer> {
  // Made by the first invocation, so that a mistake in the environment is answered, not a crash of the function.
  let source: HookSettingsSource | undefined;
  let guard: GuardRules | undefined;
  const settings = async (milliseconds: number): Promise<HookSettings> => {
    if (guardFiles !== undefined)
      guard ??= await GuardRules.load(guardFiles, Math.min(milliseconds, LOAD_MILLISECONDS));
    source ??= new HookSettingsSource(readChoices(process.env), {
      catalogue: [...catalogue, ...(guard?.rules ?? [])],
      read: readRemoteDocument,
      now: Date.now,
      warn: (message) => console.warn(message),
    });
    return { ...(await source.current(milliseconds)), guard };
  };
  return async (event, context = {}) => {
    try {
      const remaining = (context.getRemainingTimeInMillis?.() ?? Infinity) - RESERVE_MILLISECONDS;
      return await judgeHookEvent(event, settings, remaining);
    } catch (error) {
      const explained = EXPLAINED.some((kind) => error instanceof kind);
      const problem = explained
        ? (error as Error).message
        : `The hook itself failed (${error instanceof Error ? error.name : 'unknown error'}).`;
      return failureAnswer(`Refused because it cannot be judged. ${problem}`, clientRequestTokenOf(event));
    }
  };
}
