/** Which claims hold in one local AWS. */
import { OPEN_CLAIMS, type OpenClaimId } from './index';
import { seenOnAws, stateOf } from './seen';

/** Claims that are not confirmed, by id, with whether they hold. */
export type AnswerSheet = Readonly<Partial<Record<OpenClaimId, boolean>>>;

const SWITCHES: ReadonlySet<string> = new Set(OPEN_CLAIMS.map(({ id }) => id));

/** Claims that AWS was seen to contradict. */
const CONTRADICTED: ReadonlySet<string> = new Set(
  OPEN_CLAIMS.filter((claim) => stateOf(claim, seenOnAws()) === 'contradicted').map(({ id }) => id),
);

/**
 * The answers that a local AWS gives where nobody knows what AWS does. A claim holds as it is written unless AWS was seen to
 * contradict it, or the local AWS was told otherwise.
 */
export class Answers {
  private readonly given = new Map<OpenClaimId, boolean>();

  /** @throws Error that names an id which is no claim, or one that is confirmed. */
  constructor(private readonly initial: AnswerSheet = {}) {
    this.give(initial);
  }

  /** Whether the local AWS is to behave as the claim says. */
  holds(id: OpenClaimId): boolean {
    return this.given.get(id) ?? !CONTRADICTED.has(id);
  }

  /**
   * Change some answers; the others stay. What is under way goes on by the new answers.
   *
   * @throws Error that names an id which is no claim, or one that is confirmed, or a value that is not true or false; then
   *   nothing is changed.
   */
  give(sheet: AnswerSheet): void {
    const entries = Object.entries(sheet) as [OpenClaimId, boolean][];
    for (const [id, holds] of entries) {
      if (!SWITCHES.has(id)) {
        throw new Error(
          `answers: ${id} is no claim that can be answered either way. docs/reference/aws-claims.md lists those that can.`,
        );
      }
      if (typeof holds !== 'boolean') throw new Error(`answers: ${id} must be true or false.`);
    }
    for (const [id, holds] of entries) this.given.set(id, holds);
  }

  /** Every claim that is not confirmed, with whether it holds. */
  sheet(): Readonly<Record<OpenClaimId, boolean>> {
    return Object.fromEntries(OPEN_CLAIMS.map(({ id }) => [id, this.holds(id)])) as Record<
      OpenClaimId,
      boolean
    >;
  }

  /** Back to the answers that the local AWS was started with. */
  reset(): void {
    this.given.clear();
    this.give(this.initial);
  }
}
