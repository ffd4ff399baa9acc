/** What the local AWS claims about Amazon Route 53. */
import type { Claim } from './claim';

export const ROUTE_53 = [
  {
    id: 'route-53.create-existing-record',
    statement:
      'ChangeResourceRecordSets with CREATE of a record set that exists is InvalidChangeBatch, and nothing of the batch is changed.',
    source: 'Amazon Route 53 API reference, ChangeResourceRecordSets.',
    state: 'confirmed',
    test: 'test/local/guards/certificates.test.ts',
  },
] as const satisfies readonly Claim[];
