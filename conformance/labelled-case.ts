import type { ExampleTemplate } from '../hooks/engine/rule';

/** What a public tool says about an input: refused, accepted, or outside its reach. */
export type Label = 'pass' | 'fail' | 'skip';

/** Inputs by title; what a title describes is what the tool's own test of that label shows. */
export type LabelledInputs = Readonly<Record<string, ExampleTemplate>>;

/** One check of a public tool, with inputs modelled on those that its tests label. */
export interface LabelledCheck extends Readonly<Partial<Record<Label, LabelledInputs>>> {
  readonly tool: 'checkov' | 'cdk-nag' | 'trivy';
  /** The tool's id of the check, e.g. `CKV_AWS_131`. */
  readonly check: string;
  /** Parameters with which our rule asks the question that this check asks. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** The checks of public tools that ask what one of our rules asks. */
export interface RuleCases {
  /** Id of our rule. */
  readonly rule: string;
  readonly checks: readonly LabelledCheck[];
}
