/** Records of a Route 53 hosted zone. */
import {
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  type Change,
  type ResourceRecordSet,
  type RRType,
} from '@aws-sdk/client-route-53';
import type { Scope } from '../../composition/component';
import { isSdkError } from '../../../aws/sdk-errors';

/**
 * The records of a name.
 *
 * @param types the types to look for, in the order of the alphabet, as Route 53 sorts them.
 * @throws NoSuchHostedZone of the SDK.
 */
export async function recordsAt(
  scope: Scope,
  hostedZoneId: string,
  name: string,
  types: readonly RRType[],
): Promise<ResourceRecordSet[]> {
  const { records } = await recordsFrom(scope, hostedZoneId, name, types[0]!);
  return recordsOf(records, name, types);
}

/**
 * The first page (300 records at most) of a zone that begins at a name: its records, then those of the names below it,
 * which Route 53 sorts by their labels from the right, then others.
 *
 * @param type the first one to look for, in the order of the alphabet.
 * @returns `isComplete` when every record of the name, from that type on, and of the names below it is among them.
 * @throws NoSuchHostedZone of the SDK.
 */
export async function recordsFrom(
  { clients }: Scope,
  hostedZoneId: string,
  name: string,
  type: RRType,
): Promise<{ readonly records: readonly ResourceRecordSet[]; readonly isComplete: boolean }> {
  const fullName = withDot(name);
  const { ResourceRecordSets: records = [], IsTruncated } = await clients.route53.send(
    new ListResourceRecordSetsCommand({
      HostedZoneId: hostedZoneId,
      StartRecordName: fullName,
      StartRecordType: type,
    }),
  );
  const isBelow = ({ Name }: ResourceRecordSet) => `.${withDot(Name!)}`.endsWith(`.${fullName}`);
  return { records, isComplete: !IsTruncated || !records.every(isBelow) };
}

/** Those of a name and of some types. */
export function recordsOf(
  records: readonly ResourceRecordSet[],
  name: string,
  types: readonly RRType[],
): ResourceRecordSet[] {
  return records.filter(({ Name, Type }) => withDot(Name!) === withDot(name) && types.includes(Type!));
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
