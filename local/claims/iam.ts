/** What the local AWS claims about AWS Identity and Access Management. */
import type { Claim } from './claim';

export const IAM = [
  {
    id: 'iam.role-creation-eventual',
    statement: 'A role that was made seconds ago may not be usable yet.',
    source: 'IAM user guide, "Changes that I make are not always immediately visible".',
    state: 'confirmed',
    test: 'test/slow-aws/roles.test.ts',
  },
  {
    id: 'iam.role-change-later',
    statement: 'A change of a role reaches other services seconds later; here after ten.',
    source:
      'IAM user guide, "Troubleshoot IAM", "Changes that I make are not always immediately visible"; the ten seconds stand for any.',
    state: 'confirmed',
    test: 'test/ecs-engine/infrastructure-role.test.ts',
  },
  {
    id: 'iam.role-read-later',
    statement:
      'A role that was made seconds ago may not be found by GetRole, while CreateRole says that there is one of that name.',
    source:
      'IAM user guide, "Changes that I make are not always immediately visible"; EntityAlreadyExists in the API reference of CreateRole.',
    state: 'confirmed',
    test: 'test/slow-aws/eventual-consistency.test.ts',
  },
] as const satisfies readonly Claim[];
