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
  {
    id: 'route-53.one-policy-of-a-name',
    statement:
      'Record sets of one name and type have one routing policy; of latency records a Region has one, and of failover records there is one PRIMARY and one SECONDARY.',
    source: 'Amazon Route 53 API reference, ResourceRecordSet: Region, Failover, Weight.',
    state: 'confirmed',
    test: 'test/local/guards/route-53.test.ts',
  },
  {
    id: 'route-53.batch-changes-policy',
    statement:
      'A change batch may delete a record set and create one with another routing policy under the same name.',
    source:
      'Concluded from the API reference of ChangeResourceRecordSets, by which a batch may delete and create, and from tools that delete first in one batch.',
    state: 'inferred',
    otherwise: 'The new record set is refused beside those that the batch deletes.',
    risk: 'RoutingPolicy cannot be changed in place: the update fails, clients notice nothing, and it says that the host name has to be taken away and given back.',
    test: 'test/provider/dns-configuration.test.ts',
  },
  {
    id: 'route-53.caller-reference',
    statement:
      'CreateHealthCheck with a CallerReference and the same settings returns the health check that exists; with other settings, or when it was deleted, it is HealthCheckAlreadyExists.',
    source: 'Amazon Route 53 API reference, CreateHealthCheck, CallerReference.',
    state: 'confirmed',
    test: 'test/local/guards/route-53.test.ts',
  },
  {
    id: 'route-53.copies-alarm-settings',
    statement:
      'A health check of the type CLOUDWATCH_METRIC keeps the settings that the alarm has when the health check is created or updated.',
    source:
      'Amazon Route 53 developer guide, "Updating health checks when you change CloudWatch alarm settings".',
    state: 'confirmed',
    test: 'test/local/guards/route-53.test.ts',
  },
  {
    id: 'route-53.answers-with-healthy-records',
    statement:
      'Of the records of a name only healthy ones are chosen from; where none is healthy, all count as healthy.',
    source:
      'Amazon Route 53 developer guide, "How Amazon Route 53 chooses records when health checking is configured".',
    state: 'confirmed',
    test: 'test/local/guards/route-53.test.ts',
  },
] as const satisfies readonly Claim[];
