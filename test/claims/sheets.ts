/** The answers under which the scenarios run: the inferred ones, and every other. */
import type { AnswerSheet } from '../../local/claims/answers';
import { OPEN_CLAIMS, type OpenClaimId } from '../../local/claims';

/** Answers, and what they allow that the inferred ones do not. */
export interface Sheet {
  readonly name: string;
  readonly answers: AnswerSheet;
  /** Words that a failure may name as its cause; with none, nothing may fail that is not meant to. */
  readonly causes: readonly RegExp[];
}

/** Where AWS itself makes a deployment fail, if the claim does not hold: what the failure has to say. */
const CAUSES: Readonly<Partial<Record<OpenClaimId, RegExp>>> = {
  'ecs.shift-keeps-stickiness': /You must enable group stickiness on a rule/,
};

/** Claims that only together come to something. */
const TOGETHER: readonly (readonly OpenClaimId[])[] = [
  ['ecs.shift-keeps-stickiness', 'elasticloadbalancing.sticky-targets-need-sticky-rule'],
  ['ecs.first-deployment-takes-all-steps', 'ecs.shifts-all-load-balancers'],
];

const ALL: readonly OpenClaimId[] = OPEN_CLAIMS.map(({ id }) => id);

/** Every sheet: the inferred answers, each other answer by itself, those of {@link TOGETHER}, and all at once. */
export const SHEETS: readonly Sheet[] = [
  sheet('the inferred answers', []),
  ...ALL.map((id) => sheet(`not ${id}`, [id])),
  ...TOGETHER.map((ids) => sheet(`not ${ids.join(', not ')}`, ids)),
  sheet('none of the claims', ALL),
];

function sheet(name: string, ids: readonly OpenClaimId[]): Sheet {
  const causes = ids.flatMap((id) => CAUSES[id] ?? []);
  return { name, answers: Object.fromEntries(ids.map((id) => [id, false])), causes };
}
