/** What the local AWS claims about AWS CloudFormation. */
import type { Claim } from './claim';

export const CLOUDFORMATION = [
  {
    id: 'cloudformation.rollback-after-failed-create',
    statement: 'A stack whose creation fails deletes what it has made and ends ROLLBACK_COMPLETE.',
    source: 'AWS CloudFormation user guide, "Stack failure options".',
    state: 'confirmed',
    test: 'test/cloudformation/stacks.test.ts',
  },
] as const satisfies readonly Claim[];
