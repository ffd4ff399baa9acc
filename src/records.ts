/** Records of a Route 53 hosted zone. */
import {
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  type Change,
  type ResourceRecordSet,
  type RRType,
} from '@aws-sdk/client-route-53';
import type { Scope } from './component';
import { isSdkError } from './sdk-errors';

/**
 * The records of a name.
 *
 * @param types the types to look for, in the order of the alphabet, as Route 53 sorts them.
 * @throws NoSuchHostedZone of the SDK.
 */
export async function recordsAt(
  { clients }: Scope,
  hostedZoneId: string,
  name: string,
  types: readonly RRType[],
): Promise<ResourceRecordSet[]> {
  const fullName = withDot(name);
  const { ResourceRecordSets = [] } = await clients.route53.send(
    new ListResourceRecordSetsCommand({
      HostedZoneId: hostedZoneId,
      StartRecordName: fullName,
      StartRecordType: types[0],
    }),
  );
  return ResourceRecordSets.filter(({ Name, Type }) => withDot(Name!) === fullName && types.includes(Type!));
}

/** All changes, or none. @throws InvalidChangeBatch of the SDK when one of them cannot be made. */
export async function changeRecords(
  { clients }: Scope,
  hostedZoneId: string,
  changes: readonly Change[],
): Promise<void> {
  await clients.route53.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: hostedZoneId,
      ChangeBatch: { Changes: [...changes] },
    }),
  );
}

/** Make a record, or change it to this. */
export async function upsertRecord(
  scope: Scope,
  hostedZoneId: string,
  record: ResourceRecordSet,
): Promise<void> {
  await changeRecords(scope, hostedZoneId, [{ Action: 'UPSERT', ResourceRecordSet: record }]);
}

/** Delete records as they were read a moment ago; those that have gone since count as deleted. */
export async function deleteRecords(
  scope: Scope,
  hostedZoneId: string,
  records: readonly ResourceRecordSet[],
): Promise<void> {
  if (records.length === 0) return;
  try {
    await changeRecords(
      scope,
      hostedZoneId,
      records.map((ResourceRecordSet) => ({ Action: 'DELETE', ResourceRecordSet })),
    );
  } catch (error) {
    if (!isSdkError(error, 'InvalidChangeBatch')) throw error;
    const left = await Promise.all(
      records.map(({ Name, Type }) => recordsAt(scope, hostedZoneId, Name!, [Type!])),
    );
    if (left.flat().length > 0) throw error;
  }
}

/** A domain name as Route 53 writes it. */
function withDot(name: string): string {
  return name.endsWith('.') ? name : `${name}.`;
}
