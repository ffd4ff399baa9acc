import { policyOf } from '../engine/policy';
import { TemplateError } from '../engine/template';
import orgDefault from '../profiles/org-default.json';
import { rules } from '../rules';
import { failureAnswer, type HookAnswer } from './hook-answer';
import { clientRequestTokenOf, HookEventError } from './hook-event';
import { type HookSettings, judgeHookEvent } from './hook-judgement';
import { HookPayloadError } from './hook-payload';

/** What this handler uses of the Lambda context. */
export interface LambdaContext {
  getRemainingTimeInMillis?(): number;
}

const settings: HookSettings = { policy: policyOf(orgDefault, rules), exemptions: [] };

/** Time to keep for judging and answering, in milliseconds. */
const RESERVE_MILLISECONDS = 3_000;

/** Problems whose messages are meant for whoever deploys. */
const EXPLAINED = [HookEventError, HookPayloadError, TemplateError];

/**
 * Entry point of the managed hook `AWS::CloudFormation::LambdaHook`. Judges what is about to be deployed and always
 * answers; what cannot be read or judged is refused.
 */
export async function handler(event: unknown, context: LambdaContext = {}): Promise<HookAnswer> {
  try {
    const remaining = (context.getRemainingTimeInMillis?.() ?? Infinity) - RESERVE_MILLISECONDS;
    return await judgeHookEvent(event, () => settings, remaining);
  } catch (error) {
    const explained = EXPLAINED.some((kind) => error instanceof kind);
    const problem = explained
      ? (error as Error).message
      : `The hook itself failed (${error instanceof Error ? error.name : 'unknown error'}).`;
    return failureAnswer(`Refused because it cannot be judged. ${problem}`, clientRequestTokenOf(event));
  }
}
