/** How a result is shown to people. */
export interface Presentation {
  /** Whether colours can be shown. */
  readonly isTerminal: boolean;
  /** `quiet` shows what is refused only, `verbose` also what passes. */
  readonly detail: 'quiet' | 'normal' | 'verbose';
  /** Say why the rules are there. */
  readonly explain: boolean;
}
