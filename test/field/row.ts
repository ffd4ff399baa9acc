import type { StackAccount } from '../support/stack-account';

/** A template from the field, and the answer that is right. */
export interface Row {
  /** Files in `inputs/`. */
  readonly inputs: readonly string[];
  /** What is right, as the name of the test: in the present tense, the service, the update or the refusal as subject. */
  readonly right: string;
  /** Assert it in full. Stacks that it leaves are deleted afterwards, and then nothing may be left in the account. */
  readonly shows: (account: StackAccount) => Promise<void>;
}
