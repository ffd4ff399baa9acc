/** Calls that AWS refuses: what was seen of them. */
import type { ClaimId } from '../local/claims';
import type { Sighting } from './experiment';
import type { Setting } from './setting';

/** What is expected of a call that AWS refuses. */
export interface Expected {
  /** The call, for the reader. */
  readonly call: string;
  /** Names of the errors with which AWS may refuse it, as the SDK has them. */
  readonly errors: readonly string[];
  /** What the error says. */
  readonly says?: RegExp;
}

/** One call that AWS refuses. */
export interface Refusal extends Expected {
  readonly claim: ClaimId;
  /** Makes what the call needs, and gives the call. */
  arrange(setting: Setting): Promise<() => Promise<unknown>>;
}

/** Make the call, and see whether it is refused as is expected. */
export async function sightingOf(
  { call, errors, says }: Expected,
  attempt: () => Promise<unknown>,
): Promise<Sighting> {
  try {
    await attempt();
    return { holds: false, seen: `${call} is accepted` };
  } catch (error) {
    const { name, message } = error as Error;
    return {
      holds: errors.includes(name) && (says?.test(message) ?? true),
      seen: `${call}: ${name}: ${message}`,
    };
  }
}
