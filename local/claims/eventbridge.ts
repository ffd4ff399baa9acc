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
  {
    id: 'eventbridge.absent-event-bus',
    statement:
      'PutEvents answers for an entry of an event bus that is not there as for any other, and drops it; DescribeEventBus fails with ResourceNotFoundException.',
    source:
      'Amazon EventBridge user guide, "Handling failures with PutEvents": such an event is dropped, the answer is 200, and FailedEntryCount does not count it; API reference of DescribeEventBus.',
    state: 'confirmed',
    test: 'test/provider/version-events.test.ts',
  },
] as const satisfies readonly Claim[];
