/**
 * The DNS records of a host: the alias record of its IPv4 addresses (A), that of its IPv6 addresses (AAAA) where its load
 * balancer has some, and beside them a TXT record that says which service they belong to, because DNS records cannot be
 * tagged. They are made, changed and deleted together. Of AAAA records that TXT record speaks of alias records alone: others
 * are somebody's.
 *
 * A service that gives a host up says so in that TXT record first, so that another service which is to have the host can
 * take it over, with one change that is made as a whole or not at all: the host leads to one of the two at any time.
 */
import {
  GetHostedZoneCommand,
  type Change,
  type HostedZone,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import type { ApplyScope, Scope } from '../../composition/component';
import type { Domain } from '../../properties/domains';
import { HandlerError } from '../../../core/failure';
import type { ManagedHost } from '../../memory/hosts';
import { ownershipOf, ownershipRecordName, ownershipValues } from '../../memory/ownership-record';
import { ownerTagValue } from '../../memory/ownership';
import { changeRecords, deleteRecords, recordsAt, recordsFrom, recordsOf } from './records';
import { isSdkError, unless } from '../../../aws/sdk-errors';
import { sessionValue } from '../../../aws/session';

/** AAAA records of a host that a service has. */
export interface Ipv6Records {
  /** The one of that service. */
  readonly ipv6?: ResourceRecordSet;
  /** Whether somebody has one there that is no alias record. */
  readonly isIpv6Foreign?: true;
}

/** Whose a host is. */
export type HostState =
  | { readonly kind: 'free' }
  /** The service's own. */
  | (Ipv6Records & {
      readonly kind: 'managed';
      /** DNS name that the alias record leads to, as {@link normalName} writes it; undefined when it is absent. */
      readonly target?: string;
      /** Whether another service may take it over. */
      readonly isReleased: boolean;
    })
  /** Of another service of this resource type. */
  | (Ipv6Records & {
      readonly kind: 'other service';
      readonly owner: string;
      readonly isReleased: boolean;
      readonly ownership: ResourceRecordSet;
    })
  /** Somebody's, who has not made it with this resource type. */
  | { readonly kind: 'foreign' }
  /** The service's own, until the hosted zone was deleted. */
  | { readonly kind: 'without zone' };

/** The records of a host. */
export interface HostRecords {
  /** A, and AAAA where the load balancer has IPv6 addresses. */
  readonly aliases: readonly ResourceRecordSet[];
  readonly ownership: ResourceRecordSet;
}

/** IAM actions of {@link hostState}. */
export const HOST_STATE_ACTIONS = ['route53:ListResourceRecordSets'] as const;

/** Seconds that a change of the ownership record may take to be seen. */
const OWNERSHIP_TTL = 300;

/** In lower case, without the final dot and without the prefix that the Route 53 console adds for IPv6. */
export function normalName(name: string): string {
  return name
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^dualstack\./, '');
}

/** Whose a host is. @throws NoSuchHostedZone of the SDK. */
export async function hostState(scope: Scope, host: ManagedHost): Promise<HostState> {
  const { addresses, ownership } = await lookUp(scope, host);
  if (!ownership) return { kind: addresses.length > 0 ? 'foreign' : 'free' };
  const recorded = ownershipOf(host.hostName, valuesOf(ownership));
  if (!recorded) return { kind: 'foreign' };
  const { owner, isReleased } = recorded;
  const ipv6 = ipv6Records(addresses);
  if (owner === ownerTagValue(scope.identity)) {
    return {
      kind: 'managed',
      target: targetOf(addresses.find(({ Type }) => Type === 'A')),
      isReleased,
      ...ipv6,
    };
  }
  return { kind: 'other service', owner, isReleased, ownership, ...ipv6 };
}

/** DNS name that an alias record leads to, as {@link normalName} writes it; undefined when it is absent. */
export function targetOf(record: ResourceRecordSet | undefined): string | undefined {
  const target = record?.AliasTarget?.DNSName;
  return target && normalName(target);
}

function ipv6Records(addresses: readonly ResourceRecordSet[]): Ipv6Records {
  const record = addresses.find(({ Type }) => Type === 'AAAA');
  if (!record) return {};
  return record.AliasTarget ? { ipv6: record } : { isIpv6Foreign: true };
}

/**
 * Make sure that a hosted zone holds a host, and that a certificate can be had for it.
 *
 * @param paths of the properties that name the zone and the certificate.
 * @throws HandlerError InvalidRequest.
 */
export async function checkZone(
  { clients }: Scope,
  { hostName, hostedZoneId, certificateArn }: ManagedHost & Pick<Domain, 'certificateArn'>,
  paths: Readonly<Record<'HostedZoneId' | 'CertificateArn', string>>,
): Promise<void> {
  let found: HostedZone | undefined;
  try {
    found = (await clients.route53.send(new GetHostedZoneCommand({ Id: hostedZoneId }))).HostedZone;
  } catch (error) {
    if (isSdkError(error, 'NoSuchHostedZone')) throw noZone(hostedZoneId, paths.HostedZoneId, error);
    throw error;
  }
  const zone = normalName(found?.Name ?? '');
  if (hostName !== zone && !hostName.endsWith(`.${zone}`)) {
    throw new HandlerError('InvalidRequest', `hosted zone ${hostedZoneId} holds ${zone}, not ${hostName}`, {
      propertyPath: paths.HostedZoneId,
      remedy: `Name the hosted zone that holds ${hostName}`,
    });
  }
  if (!found?.Config?.PrivateZone || certificateArn !== undefined) return;
  throw new HandlerError(
    'InvalidRequest',
    `is missing: hosted zone ${hostedZoneId} is private, and AWS Certificate Manager validates certificates over public DNS only`,
    {
      propertyPath: paths.CertificateArn,
      remedy: `Give the ARN of a certificate that covers ${hostName}: of AWS Private CA, or imported`,
    },
  );
}

/** The error for a hosted zone that does not exist. */
export function noZone(hostedZoneId: string, propertyPath: string, cause: unknown): HandlerError {
  return new HandlerError('InvalidRequest', `hosted zone ${hostedZoneId} does not exist`, {
    propertyPath,
    remedy: 'Name a public hosted zone of this account',
    cause,
  });
}

/**
 * Let a host lead to a load balancer.
 *
 * @param state of the host a moment ago.
 * @returns whether it does now; if not, its state has changed meanwhile.
 */
export async function leadTo(
  scope: ApplyScope,
  host: ManagedHost,
  state: HostState,
  records: HostRecords,
): Promise<boolean> {
  try {
    await changeRecords(scope, host.hostedZoneId, changesFor(state, records));
    return true;
  } catch (error) {
    if (!isSdkError(error, 'InvalidChangeBatch')) throw error;
    // Either an earlier attempt, whose answer was lost, has made the records, or somebody else a moment ago.
    const now = await hostState(scope, host);
    if (now.kind === 'managed' && isLed(now, records)) return true;
    if (now.kind === state.kind && ipv6TargetOf(now) === ipv6TargetOf(state)) throw error;
    return false;
  }
}

/** Where the AAAA record of a host leads. */
export function ipv6TargetOf(state: HostState): string | undefined {
  return 'ipv6' in state ? targetOf(state.ipv6) : undefined;
}

function isLed(state: HostState & { kind: 'managed' }, { aliases }: HostRecords): boolean {
  const wanted = (type: 'A' | 'AAAA') => targetOf(aliases.find(({ Type }) => Type === type));
  return state.target === wanted('A') && ipv6TargetOf(state) === wanted('AAAA');
}

/** Say that another service may take a host over, or no longer. */
export async function release(scope: ApplyScope, host: ManagedHost, isReleased: boolean): Promise<void> {
  seen(scope).delete(placeOf(host));
  try {
    await changeRecords(scope, host.hostedZoneId, [
      { Action: 'DELETE', ResourceRecordSet: ownershipRecord(scope, host, !isReleased) },
      { Action: 'CREATE', ResourceRecordSet: ownershipRecord(scope, host, isReleased) },
    ]);
  } catch (error) {
    // It says so already, or another service has taken the host over.
    if (!isSdkError(error, 'InvalidChangeBatch')) throw error;
  }
}

/** Delete what the service has at a host. */
export async function removeHostRecords(scope: Scope, host: ManagedHost): Promise<void> {
  try {
    const before = seen(scope).get(placeOf(host));
    if (before && (await removeUnchanged(scope, host, managedRecords(scope, host, before)))) return;
    const now = await lookUp(scope, host);
    await deleteRecords(scope, host.hostedZoneId, managedRecords(scope, host, now));
  } catch (error) {
    // With the zone its records are gone.
    if (!isSdkError(error, 'NoSuchHostedZone')) throw error;
  }
}

/**
 * Delete records that this invocation has seen, without another look: Route 53 deletes none that has changed since.
 *
 * @returns whether they are deleted; if not, they have to be looked at again.
 */
async function removeUnchanged(
  scope: Scope,
  { hostedZoneId }: ManagedHost,
  records: readonly ResourceRecordSet[],
): Promise<boolean> {
  if (records.length === 0) return false;
  const change = changeRecords(scope, hostedZoneId, changes('DELETE', records)).then(() => true);
  return (await unless(change, 'InvalidChangeBatch')) ?? false;
}

/** Those of the records of a host that are the service's. */
function managedRecords(
  { identity }: Scope,
  { hostName }: ManagedHost,
  { addresses, ownership }: FoundRecords,
): ResourceRecordSet[] {
  const recorded = ownership && ownershipOf(hostName, valuesOf(ownership));
  if (!ownership || recorded?.owner !== ownerTagValue(identity)) return [];
  const { ipv6 } = ipv6Records(addresses);
  return [...addresses.filter(({ Type }) => Type === 'A'), ...(ipv6 ? [ipv6] : []), ownership];
}

/** Records that answer for a host, and the one that says whose they are. */
interface FoundRecords {
  readonly addresses: readonly ResourceRecordSet[];
  readonly ownership?: ResourceRecordSet;
}

/** What this invocation has seen last of each host. */
const seen = sessionValue((_: Scope) => new Map<string, FoundRecords>());

function placeOf({ hostName, hostedZoneId }: ManagedHost): string {
  return `${hostedZoneId} ${hostName}`;
}

async function lookUp(scope: Scope, host: ManagedHost): Promise<FoundRecords> {
  const { hostName, hostedZoneId } = host;
  const ownershipName = ownershipRecordName(hostName);
  const { records, isComplete } = await recordsFrom(scope, hostedZoneId, hostName, 'A');
  const [ownership] = recordsOf(records, ownershipName, ['TXT']);
  const found = {
    addresses: recordsOf(records, hostName, ['A', 'AAAA', 'CNAME']),
    // A host with hundreds of names below it: the record is on a later page, if at all.
    ownership:
      ownership || isComplete ? ownership : (await recordsAt(scope, hostedZoneId, ownershipName, ['TXT']))[0],
  };
  seen(scope).set(placeOf(host), found);
  return found;
}

function changesFor(state: HostState, { aliases, ownership }: HostRecords): Change[] {
  switch (state.kind) {
    case 'managed':
      return [...withoutIpv6(state, aliases), ...changes('UPSERT', [...aliases, ownership])];
    case 'other service':
      // Refused when the other one has changed its mind.
      return [
        ...changes('DELETE', [state.ownership]),
        ...changes('CREATE', [ownership]),
        ...withoutIpv6(state, aliases),
        ...changes('UPSERT', aliases),
      ];
    default:
      return changes('CREATE', [...aliases, ownership]);
  }
}

/** The AAAA record goes in the same change in which clients are sent where there are no IPv6 addresses. */
function withoutIpv6({ ipv6 }: Ipv6Records, aliases: readonly ResourceRecordSet[]): Change[] {
  return ipv6 && !aliases.some(({ Type }) => Type === 'AAAA') ? changes('DELETE', [ipv6]) : [];
}

function changes(Action: Change['Action'], records: readonly ResourceRecordSet[]): Change[] {
  return records.map((ResourceRecordSet) => ({ Action, ResourceRecordSet }));
}

/** The record that says that a service has a host. */
export function ownershipRecordOf(scope: Pick<Scope, 'identity'>, host: ManagedHost) {
  return ownershipRecord(scope, host, false);
}

function ownershipRecord(
  { identity }: Pick<Scope, 'identity'>,
  { hostName }: ManagedHost,
  isReleased: boolean,
) {
  const values = ownershipValues({ owner: ownerTagValue(identity), isReleased });
  return {
    Name: ownershipRecordName(hostName),
    Type: 'TXT' as const,
    TTL: OWNERSHIP_TTL,
    ResourceRecords: values.map((Value) => ({ Value })),
  };
}

function valuesOf({ ResourceRecords = [] }: ResourceRecordSet): string[] {
  return ResourceRecords.map(({ Value = '' }) => Value);
}
