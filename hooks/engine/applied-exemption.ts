/** An exemption that was used. */
export interface AppliedExemption {
  /** Where it stands: `central`, or the metadata key of the template. */
  readonly source: string;
  readonly reason: string;
  readonly owner?: string;
  readonly expires?: string;
}
