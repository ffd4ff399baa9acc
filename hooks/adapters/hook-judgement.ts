import { type Exemption, Exemptions } from '../engine/exemptions';
import { resourceInput } from '../engine/inputs';
import type { Policy } from '../engine/policy';
import { type Input, report } from '../engine/report';
import type { GuardRules } from '../guard/guard-rules';
import { answerOf, type HookAnswer } from './hook-answer';
import { type HookEvent, readHookEvent } from './hook-event';
import { withNestedBodies } from './nested-input';
import { FETCH_LIMITS, fetchPayload, payloadInput } from './hook-payload';

/** What an organisation sets for its hook. */
export interface HookSettings {
  readonly policy: Policy;
  /** Its central exemptions. */
  readonly exemptions: readonly Exemption[];
  /** Guard rules; their rules are in the policy too. */
  readonly guard?: GuardRules;
  /** Which documents the settings come from, in which versions; absent when they come with the bundle. */
  readonly origin?: string;
}

/** Longest time for Guard rules, in milliseconds; CloudFormation waits 30 s for the answer of a hook. */
const GUARD_MILLISECONDS = 10_000;

/**
 * Judge what a hook is asked about. This is the same for every kind of hook.
 *
 * @param settings asked for only when there is something to judge, so that they never stand in the way of a deletion; gets
 * the time that is left, in milliseconds.
 * @param remainingMilliseconds time that is left for fetching a payload and judging.
 * @throws HookEventError, HookPayloadError, TemplateError or GuardError when it cannot be read, and whatever `settings` throws.
 */
export async function judgeHookEvent(
  event: unknown,
  settings: (milliseconds: number) => HookSettings | Promise<HookSettings>,
  remainingMilliseconds: number,
): Promise<HookAnswer> {
  const hookEvent = readHookEvent(event);
  const { clientRequestToken } = hookEvent;
  if (hookEvent.target === undefined) {
    return { hookStatus: 'SUCCESS', message: 'Nothing to judge: it is deleted.', clientRequestToken };
  }
  // At the same time, so that neither has to leave time for the other.
  const [{ policy, exemptions, origin, guard }, input] = await Promise.all([
    settings(remainingMilliseconds),
    inputOf(hookEvent, hookEvent.target, remainingMilliseconds),
  ]);
  const judged = await guard?.judged([input], policy, Math.min(remainingMilliseconds, GUARD_MILLISECONDS));
  const result = report(judged?.[0] ?? input, policy, new Exemptions(exemptions, hookEvent));
  return answerOf(result, clientRequestToken, origin);
}

async function inputOf(
  { account, region, stack }: HookEvent,
  target: NonNullable<HookEvent['target']>,
  remainingMilliseconds: number,
): Promise<Input> {
  const pseudoParameters = defined({
    'AWS::AccountId': account,
    'AWS::Region': region,
    'AWS::StackName': stack,
  });
  if (target.kind === 'resource') {
    const { logicalId, type, properties } = target;
    const input = resourceInput(logicalId, type, properties, { pseudoParameters });
    return withNestedBodies(input, { pseudoParameters });
  }
  const totalMilliseconds = Math.min(FETCH_LIMITS.totalMilliseconds, remainingMilliseconds);
  const payload = await fetchPayload(target.url, { ...FETCH_LIMITS, totalMilliseconds });
  return withNestedBodies(await payloadInput(target.target, payload, { pseudoParameters }), {
    pseudoParameters,
  });
}

function defined(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
