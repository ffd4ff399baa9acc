/**
 * Route 53: a change batch is refused as a whole when a record to create exists, a record to delete does not match, or records of
 * a name would have several routing policies; and health checks, which moto has without alarms.
 */
import {
  ListResourceRecordSetsCommand,
  Route53Client,
  type Change,
  type HealthCheck,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { AwsError } from '../service';
import { regional, type GuardContext, type ServiceGuard } from './guard';

export function route53({ motoOptions, answers, healthChecks }: GuardContext): ServiceGuard {
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
        const before = new Map<string, ResourceRecordSet[]>();
        for (const { Action, ResourceRecordSet: record } of input.ChangeBatch.Changes as Change[]) {
          const name = normalName(record!.Name!);
          if (!zones.has(name)) zones.set(name, await recordsNamed(region, input.HostedZoneId, name));
          const others = zones.get(name)!;
          const complaint = complain(Action!, record!, others);
          if (complaint) complaints.push(complaint);
          if (!answers.holds('route-53.batch-changes-policy')) {
            before.set(name, before.get(name) ?? others);
            const otherPolicy = Action === 'DELETE' ? undefined : policyComplaint(record!, before.get(name)!);
            if (otherPolicy) complaints.push(otherPolicy);
          }
          zones.set(name, after(Action!, record!, others));
        }
        if (complaints.length > 0) throw new AwsError('InvalidChangeBatch', `[${complaints.join(', ')}]`);
        return undefined;
      },

      async CreateHealthCheck({ input }) {
        const check = await healthChecks.create(input.CallerReference, input.HealthCheckConfig);
        return { HealthCheck: described(check), Location: `/2013-04-01/healthcheck/${check.Id}` };
      },
      async UpdateHealthCheck({ input }) {
        return { HealthCheck: described(await healthChecks.update(input)) };
      },
      async GetHealthCheck({ input }) {
        return { HealthCheck: described(healthChecks.get(input.HealthCheckId)) };
      },
      async ListHealthChecks({ input }) {
        const all = healthChecks.list();
        const start = Number(input.Marker ?? 0);
        const end = start + Math.min(Number(input.MaxItems ?? PAGE), PAGE);
        return {
          HealthChecks: all.slice(start, end).map(described),
          Marker: input.Marker ?? '',
          MaxItems: end - start,
          IsTruncated: end < all.length,
          ...(end < all.length && { NextMarker: String(end) }),
        };
      },
      async DeleteHealthCheck({ input }) {
        healthChecks.delete(input.HealthCheckId);
        return {};
      },
      async ChangeTagsForResource({ input }) {
        if (input.ResourceType !== HEALTH_CHECK) return undefined;
        const { tags } = healthChecks.get(input.ResourceId);
        for (const { Key, Value } of input.AddTags ?? []) tags.set(Key, Value);
        for (const key of input.RemoveTagKeys ?? []) tags.delete(key);
        return {};
      },
      async ListTagsForResources({ input }) {
        if (input.ResourceType !== HEALTH_CHECK) return undefined;
        const sets = (input.ResourceIds as string[]).map((ResourceId) => ({
          ResourceType: HEALTH_CHECK,
          ResourceId,
          Tags: [...healthChecks.get(ResourceId).tags].map(([Key, Value]) => ({ Key, Value })),
        }));
        return { ResourceTagSets: sets };
      },
    },
  };
}

/** As ResourceType names it. */
const HEALTH_CHECK = 'healthcheck';
/** Health checks on a page (API reference of ListHealthChecks). */
const PAGE = 100;

function described({
  Id,
  CallerReference,
  HealthCheckConfig,
  HealthCheckVersion,
  CloudWatchAlarmConfiguration,
}: HealthCheck): HealthCheck {
  return { Id, CallerReference, HealthCheckConfig, HealthCheckVersion, CloudWatchAlarmConfiguration };
}

/** What tells the routing policies apart. */
const POLICIES = {
  'latency-based': 'Region',
  failover: 'Failover',
  weighted: 'Weight',
} as const satisfies Readonly<Record<string, keyof ResourceRecordSet>>;

function policyOf(record: ResourceRecordSet): string {
  const found = Object.entries(POLICIES).find(([, member]) => record[member] !== undefined);
  return found?.[0] ?? 'simple';
}

/** Why a record cannot stand beside those of its name and type. @param existing of the name. */
function policyComplaint(
  record: ResourceRecordSet,
  existing: readonly ResourceRecordSet[],
): string | undefined {
  const beside = existing.filter(({ Type }) => Type === record.Type);
  const policy = policyOf(record);
  const words = `RRSet with DNS name ${normalName(record.Name!)}, type ${record.Type}${
    record.SetIdentifier ? `, SetIdentifier ${record.SetIdentifier}` : ''
  } cannot be created as`;
  if ((policy === 'simple') !== (record.SetIdentifier === undefined)) {
    return `${words} it needs both or none of SetIdentifier and a routing policy.`;
  }
  if (beside.some((other) => policyOf(other) !== policy)) {
    return policy === 'simple'
      ? `${words} other RRSets exist with the same name and type.`
      : `${words} a non-${policy} set exists with the same name and type.`;
  }
  const others = beside.filter((other) => !isSame(other, record));
  const taken = (['Region', 'Failover'] as const).find(
    (member) => record[member] !== undefined && others.some((other) => other[member] === record[member]),
  );
  return taken && `${words} a ${policy} set exists with the same name, type and ${taken}.`;
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
  return action === 'DELETE' ? undefined : policyComplaint(record, existing);
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
function content(record: ResourceRecordSet): string {
  const { TTL, ResourceRecords = [], AliasTarget, Region, Failover, Weight, HealthCheckId } = record;
  const alias = AliasTarget && [
    AliasTarget.HostedZoneId,
    normalName(AliasTarget.DNSName!),
    AliasTarget.EvaluateTargetHealth ?? false,
  ];
  const values = ResourceRecords.map(({ Value }) => Value).sort();
  return JSON.stringify([TTL ?? null, values, alias ?? null, Region, Failover, Weight, HealthCheckId]);
}

/** Lower case, ending with a dot, `*` as Route 53 stores it. */
function normalName(name: string): string {
  const lower = name.toLowerCase().replaceAll('*', '\\052');
  return lower.endsWith('.') ? lower : `${lower}.`;
}
