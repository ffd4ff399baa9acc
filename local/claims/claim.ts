/** What a claim is: one behaviour of AWS that the local AWS shows and the provider depends on. */

interface Statement {
  /** `<service>.<what>`, unique; the service as the table's file is named. */
  readonly id: string;
  /** What AWS does, in the present tense, as the local AWS shows it. */
  readonly statement: string;
  /** Where that is written or was recorded; for a claim that is not confirmed, what it is concluded from. */
  readonly source: string;
  /** Path of the test that exercises it, from the project's root. */
  readonly test: string;
}

/** A claim that a document of AWS states, or that was seen on AWS. */
export interface ConfirmedClaim extends Statement {
  readonly state: 'confirmed';
}

/**
 * A claim that AWS may not keep: `inferred` from something that is known, or `unverified` when nothing is. It is a
 * switch of the local AWS, which shows either answer; see {@link Answers}.
 */
export interface OpenClaim extends Statement {
  readonly state: 'inferred' | 'unverified';
  /** What the local AWS does when it is told that the claim does not hold. */
  readonly otherwise: string;
  /** What a user of the resource type meets on AWS if the claim does not hold there. */
  readonly risk: string;
}

export type Claim = ConfirmedClaim | OpenClaim;
