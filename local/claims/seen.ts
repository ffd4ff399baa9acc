/** What `npm run verify:aws` has seen of the claims: its result file, and what follows from it for a claim. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Claim } from './claim';

/** What was seen of one claim. */
export interface SeenClaim {
  /** `confirmed`: AWS does what the claim says; `contradicted`: it does something else. */
  readonly verdict: 'confirmed' | 'contradicted';
  /** What was done by AWS. */
  readonly seen: string;
}

/** A result file. */
export interface SeenOnAws {
  /** When, as an ISO 8601 date and time. */
  readonly at: string;
  readonly region: string;
  /** The endpoint that was asked, when it was another than AWS's own; then nothing follows from the file. */
  readonly endpoint?: string;
  /** By the id of the claim. Claims that could not be looked at are left out. */
  readonly claims: Readonly<Record<string, SeenClaim>>;
}

/** The result file that counts, relative to the project's root; it is there once somebody has run the command on AWS. */
export const SEEN_FILE = 'local/claims/seen-on-aws.json';

/** @returns the result file that counts; undefined when the command has never been run on AWS. */
export function seenOnAws(): SeenOnAws | undefined {
  const path = join(__dirname, '..', '..', SEEN_FILE);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as SeenOnAws) : undefined;
}

/** State of a claim, given what was seen on AWS. */
export type ClaimState = Claim['state'] | 'contradicted';

/** @param seen a result file; without one, or one that says nothing of the claim, its row decides. */
export function stateOf(claim: Claim, seen: SeenOnAws | undefined): ClaimState {
  const verdict = seen?.endpoint === undefined ? seen?.claims[claim.id]?.verdict : undefined;
  return verdict ?? claim.state;
}
