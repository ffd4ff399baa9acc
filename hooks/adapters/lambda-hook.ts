import { Exemptions } from '../engine/exemptions';
import { resourceInput } from '../engine/inputs';
import { policyOf } from '../engine/policy';
import { report, type Input } from '../engine/report';
import { TemplateError } from '../engine/template';
import orgDefault from '../profiles/org-default.json';
import { rules } from '../rules';
import { answerOf, failureAnswer, type HookAnswer } from './hook-answer';
import { clientRequestTokenOf, type HookEvent, HookEventError, readHookEvent } from './hook-event';
import { FETCH_LIMITS, fetchPayload, HookPayloadError, payloadInput } from './hook-payload';

/** What this handler uses of the Lambda context. */
export interface LambdaContext {
  getRemainingTimeInMillis?(): number;
}

const policy = policyOf(orgDefault, rules);

/** Time to keep for judging and answering, in milliseconds. */
const RESERVE_MILLISECONDS = 3_000;

/** Problems whose messages are meant for whoever deploys. */
const EXPLAINED = [HookEventError, HookPayloadError, TemplateError];

/**
 * Entry point of the managed hook `AWS::CloudFormation::LambdaHook`. Judges what is about to be deployed and always
 * answers; what cannot be read or judged is refused.
 */
export async function handler(event: unknown, context: LambdaContext = {}): Promise<HookAnswer> {
  const token = clientRequestTokenOf(event);
  try {
    const hookEvent = readHookEvent(event);
    const input = await inputOf(hookEvent, context);
    if (input === undefined) return { hookStatus: 'SUCCESS', message: 'Nothing to judge: it is deleted.', clientRequestToken: token };
    return answerOf(report(input, policy, new Exemptions([], hookEvent)), token);
  } catch (error) {
    const explained = EXPLAINED.some((kind) => error instanceof kind);
    const problem = explained ? (error as Error).message : `The hook itself failed (${error instanceof Error ? error.name : 'unknown error'}).`;
    return failureAnswer(`Refused because it cannot be judged. ${problem}`, token);
  }
}

async function inputOf({ target, account, region, stack }: HookEvent, context: LambdaContext): Promise<Input | undefined> {
  const pseudoParameters = defined({ 'AWS::AccountId': account, 'AWS::Region': region, 'AWS::StackName': stack });
  if (target === undefined) return undefined;
  if (target.kind === 'resource') return resourceInput(target.logicalId, target.type, target.properties, { pseudoParameters });
  const left = (context.getRemainingTimeInMillis?.() ?? Infinity) - RESERVE_MILLISECONDS;
  const limits = { ...FETCH_LIMITS, totalMilliseconds: Math.min(FETCH_LIMITS.totalMilliseconds, left) };
  return payloadInput(target.target, await fetchPayload(target.url, limits), { pseudoParameters });
}

function defined(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
