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
  {
    id: 'route-53.batch-as-a-whole',
    statement:
      'A change batch is carried out as a whole or not at all, and may delete a record set and create it anew.',
    source: 'Amazon Route 53 API reference, ChangeResourceRecordSets.',
    state: 'confirmed',
    test: 'test/local/guards/certificates.test.ts',
  },
  {
    id: 'route-53.delete-names-values',
    statement: 'DELETE needs the present values of the record set; others are InvalidChangeBatch.',
    source: 'Amazon Route 53 API reference, ChangeResourceRecordSets.',
    state: 'confirmed',
    test: 'test/local/guards/certificates.test.ts',
  },
  {
    id: 'route-53.cname-alone',
    statement: 'A CNAME record set stands alone under its name.',
    source: 'Amazon Route 53 developer guide, "Supported DNS record types", CNAME.',
    state: 'confirmed',
    test: 'test/local/guards/certificates.test.ts',
  },
] as const satisfies readonly Claim[];
