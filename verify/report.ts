/** What a run has seen, for the reader and for the result file. */
import type { Claim } from '../local/claims';
import type { SeenOnAws } from '../local/claims/seen';
import type { Sighting } from './experiment';

/** One claim after a run. */
export interface Outcome {
  readonly claim: Claim;
  /**
   * - `as expected`: AWS does what the claim says.
   * - `contradicted`: it does not.
   * - `not seen`: the experiment came to no end; `seen` says why.
   */
  readonly verdict: 'as expected' | 'contradicted' | 'not seen';
  readonly seen: string;
}

/** @param sighting undefined when there is none, for the given reason. */
export function outcomeOf(claim: Claim, sighting: Sighting | undefined, reason: string): Outcome {
  if (!sighting) return { claim, verdict: 'not seen', seen: reason };
  return { claim, verdict: sighting.holds ? 'as expected' : 'contradicted', seen: sighting.seen };
}

export function asText({ claim, verdict, seen }: Outcome): string {
  return [
    `${claim.id}: ${verdict}`,
    `  claim     ${claim.statement} (${claim.state})`,
    `  seen      ${seen}`,
  ].join('\n');
}

/** `verify: N claims, N as expected, N contradicted`, and how many were not seen, if any. */
export function lastLine(outcomes: readonly Outcome[]): string {
  const count = (verdict: Outcome['verdict']) =>
    outcomes.filter((outcome) => outcome.verdict === verdict).length;
  const notSeen = count('not seen');
  return (
    `verify: ${outcomes.length} claims, ${count('as expected')} as expected, ${count('contradicted')} contradicted` +
    (notSeen > 0 ? `, ${notSeen} not seen` : '')
  );
}

/** The result file of a run. */
export function resultOf(
  outcomes: readonly Outcome[],
  run: Pick<SeenOnAws, 'at' | 'region' | 'endpoint'>,
): SeenOnAws {
  const seen = outcomes.filter(({ verdict }) => verdict !== 'not seen');
  return {
    ...run,
    claims: Object.fromEntries(
      seen.map(({ claim, verdict, seen }) => [
        claim.id,
        { verdict: verdict === 'as expected' ? ('confirmed' as const) : ('contradicted' as const), seen },
      ]),
    ),
  };
}
