/** What the local AWS claims about Amazon EventBridge. */
import type { Claim } from './claim';

export const EVENTBRIDGE = [
  {
    id: 'eventbridge.sources-of-aws',
    statement:
      'PutEvents of a user fails with NotAuthorizedForSourceException for an entry whose source begins with "aws."; the other entries are put.',
    source:
      'Amazon EventBridge API reference, PutEventsResultEntry, ErrorCode; user guide: only AWS services can put events whose source begins with "aws.".',
    state: 'confirmed',
    test: 'test/ecs-engine/events.test.ts',
  },
] as const satisfies readonly Claim[];
