import { PROFILES } from '../hooks/profiles';
import { labelledCases } from './cases';
import { labelledDisagreements } from './disagreements';
import { type Answer, answerOf } from './judgement';
import type { Label, LabelledCheck } from './labelled-case';

/** How our answer to one labelled input compares with its label. */
export interface LabelledResult {
  readonly rule: string;
  readonly tool: LabelledCheck['tool'];
  readonly check: string;
  readonly input: string;
  readonly label: Label;
  readonly answer: Answer;
  readonly agreement: 'agree' | 'indeterminate' | 'disagree';
  /** Why we disagree; absent where we agree, and where nobody has explained it. */
  readonly because?: string;
}

const LABELS = ['pass', 'fail', 'skip'] as const;

/** Judge every labelled input by the profile org-default, with the parameters that make the questions the same. */
export function compareWithLabels(): LabelledResult[] {
  return labelledCases.flatMap(({ rule, checks }) =>
    checks.flatMap(({ tool, check, parameters, ...inputs }) =>
      LABELS.flatMap((label) =>
        Object.entries(inputs[label] ?? {}).map(([input, template]): LabelledResult => {
          const answer = answerOf(rule, template, PROFILES['org-default']!, parameters);
          const because = labelledDisagreements[check]?.[`${label}: ${input}`];
          return { rule, tool, check, input, label, answer, agreement: agreementOf(label, answer), because };
        }),
      ),
    ),
  );
}

/** A tool that skips an input says nothing about it, so that only a failure contradicts it. */
function agreementOf(label: Label, answer: Answer): LabelledResult['agreement'] {
  if (label === 'skip') return answer === 'fail' ? 'disagree' : 'agree';
  if (answer === 'indeterminate') return 'indeterminate';
  return answer === label || (label === 'pass' && answer === 'skip') ? 'agree' : 'disagree';
}

/** Explanations that explain nothing, because we agree or there is no such input. */
export function unusedExplanations(results: readonly LabelledResult[]): string[] {
  const used = new Set(
    results
      .filter(({ agreement }) => agreement !== 'agree')
      .map(({ check, label, input }) => `${check} ${label}: ${input}`),
  );
  return Object.entries(labelledDisagreements)
    .flatMap(([check, inputs]) => Object.keys(inputs).map((input) => `${check} ${input}`))
    .filter((key) => !used.has(key));
}
