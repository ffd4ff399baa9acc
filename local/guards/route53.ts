/** Route 53: a change batch is refused as a whole when a record to create exists or a record to delete does not match. */
import {
  ListResourceRecordSetsCommand,
  Route53Client,
  type Change,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { AwsError } from '../service';
import { regional, type GuardContext, type ServiceGuard } from './guard';

export function route53({ motoOptions }: GuardContext): ServiceGuard {
  const client = regional(Route53Client, motoOptions);

  async function recordsNamed(region: string, zone: string, name: string): Promise<ResourceRecordSet[]> {
    const { ResourceRecordSets = [] } = await client(region).send(
      new ListResourceRecordSetsCommand({ HostedZoneId: zone, StartRecordName: name }),
    );
    return ResourceRecordSets.filter((record) => normalName(record.Name!) === name);
  }

  return {
    service: 'route53',
    operations: {
      async ChangeResourceRecordSets({ region, input }) {
        const complaints: string[] = [];
        // Later changes of a batch see what earlier ones of the same name did.
        const zones = new Map<string, ResourceRecordSet[]>();
        for (const { Action, ResourceRecordSet: record } of input.ChangeBatch.Changes as Change[]) {
          const name = normalName(record!.Name!);
          if (!zones.has(name)) zones.set(name, await recordsNamed(region, input.HostedZoneId, name));
          const others = zones.get(name)!;
          const complaint = complain(Action!, record!, others);
          if (complaint) complaints.push(complaint);
          zones.set(name, after(Action!, record!, others));
        }
        if (complaints.length > 0) throw new AwsError('InvalidChangeBatch', `[${complaints.join(', ')}]`);
        return undefined;
      },
    },
  };
}

function complain(
  action: string,
  record: ResourceRecordSet,
  existing: readonly ResourceRecordSet[],
): string | undefined {
  const same = existing.find((other) => isSame(other, record));
  const words = `resource record set [name='${normalName(record.Name!)}', type='${record.Type}'${
    record.SetIdentifier ? `, set-identifier='${record.SetIdentifier}'` : ''
  }]`;
  if (action === 'CREATE' && same) return `Tried to create ${words} but it already exists`;
  if (action === 'DELETE' && !same) return `Tried to delete ${words} but it was not found`;
  if (action === 'DELETE' && content(same!) !== content(record)) {
    return `Tried to delete ${words} but the values provided do not match the current values`;
  }
  const conflict = existing.some((other) => (other.Type === 'CNAME') !== (record.Type === 'CNAME'));
  if (action !== 'DELETE' && conflict) {
    return (
      `RRSet of type ${record.Type} with DNS name ${normalName(record.Name!)} is not permitted as it conflicts with ` +
      'other records with the same DNS name in the zone'
    );
  }
  return undefined;
}

function after(
  action: string,
  record: ResourceRecordSet,
  existing: readonly ResourceRecordSet[],
): ResourceRecordSet[] {
  const others = existing.filter((other) => !isSame(other, record));
  return action === 'DELETE' ? others : [...others, record];
}

function isSame(one: ResourceRecordSet, other: ResourceRecordSet): boolean {
  return (
    normalName(one.Name!) === normalName(other.Name!) &&
    one.Type === other.Type &&
    (one.SetIdentifier ?? '') === (other.SetIdentifier ?? '')
  );
}

/** What must be given again to delete a record, in comparable form. */
function content({ TTL, ResourceRecords = [], AliasTarget }: ResourceRecordSet): string {
  const alias = AliasTarget && [
    AliasTarget.HostedZoneId,
    normalName(AliasTarget.DNSName!),
    AliasTarget.EvaluateTargetHealth ?? false,
  ];
  return JSON.stringify([TTL ?? null, ResourceRecords.map(({ Value }) => Value).sort(), alias ?? null]);
}

/** Lower case, ending with a dot, `*` as Route 53 stores it. */
function normalName(name: string): string {
  const lower = name.toLowerCase().replaceAll('*', '\\052');
  return lower.endsWith('.') ? lower : `${lower}.`;
}
