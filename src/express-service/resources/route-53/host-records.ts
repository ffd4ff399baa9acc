/**
 * The DNS records of a host: the alias record of its IPv4 addresses (A), that of its IPv6 addresses (AAAA) where its load
 * balancer has some, and beside them a TXT record that says which service they belong to, because DNS records cannot be
 * tagged. They are made, changed and deleted together. Of AAAA records that TXT record speaks of alias records alone: others
 * are somebody's.
 *
 * A service that gives a host up says so in that TXT record first, so that another service which is to have the host can
 * take it over, with one change that is made as a whole or not at all: the host leads to one of the two at any time.
 *
 * Where Regions share a host each has records of its own, told apart by their SetIdentifier, the TXT record too. That one is
 * always weighted, whatever chooses among the address records: a latency record has one value only (Amazon Route 53 API
 * reference, ResourceRecordSet, Region), and policies need not be the same for records of other types. So nobody changes a
 * record that another Region changes, and Route 53 decides which of two that cannot stand together comes first. Within one
 * Region a host belongs to one service, for one load balancer may have both.
 */
import {
  GetHostedZoneCommand,
  type Change,
  type HostedZone,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import type { ApplyScope, Scope } from '../../composition/component';
import { isDeepStrictEqual } from 'node:util';
import type { Domain } from '../../properties/domains';
import { routingMembers, routingOf, type Routing } from '../../properties/dns';
import { HandlerError } from '../../../core/failure';
import { isAmong, type ManagedHost } from '../../memory/hosts';
import {
  ownershipOf,
  ownershipRecordName,
  ownershipValues,
  type OwnershipRecord,
} from '../../memory/ownership-record';
import { ownerTagValue, regionOfOwner } from '../../memory/ownership';
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

/** The records that a service has at a host. */
export interface ServiceRecords extends Ipv6Records {
  /** The A record; undefined when it is absent. */
  readonly ipv4?: ResourceRecordSet;
  readonly ownership: ResourceRecordSet;
}

/** Whose a host is. */
export type HostState = {
  /** Address records that are told from those that are meant by another SetIdentifier. Default: none. */
  readonly beside?: readonly ResourceRecordSet[];
} & (
  | { readonly kind: 'free' }
  /** The service's own. */
  | {
      readonly kind: 'managed';
      readonly records: ServiceRecords;
      /** Whether another service may take it over. */
      readonly isReleased: boolean;
    }
  /** Of another service of this resource type. */
  | {
      readonly kind: 'other service';
      readonly owner: string;
      readonly records: ServiceRecords;
      readonly isReleased: boolean;
    }
  /** Somebody's, who has not made it with this resource type. */
  | { readonly kind: 'foreign' }
  /** The service's own, until the hosted zone was deleted. */
  | { readonly kind: 'without zone' }
);

/** The records of a host. */
export interface HostRecords {
  /** A, and AAAA where the load balancer has IPv6 addresses. */
  readonly aliases: readonly ResourceRecordSet[];
  readonly ownership: ResourceRecordSet;
  /** The record that validates the certificate of a host that Regions share (managed-certificates.ts). Default: none is made. */
  readonly validation?: ResourceRecordSet;
}

/** IAM actions of {@link hostState}. */
export const HOST_STATE_ACTIONS = ['route53:ListResourceRecordSets'] as const;

/** Seconds that a change of the ownership record may take to be seen. */
const OWNERSHIP_TTL = 300;
/** Nobody asks for the record by DNS, so that any weight does. */
const OWNERSHIP_WEIGHT = 1;

/** In lower case, without the final dot and without the prefix that the Route 53 console adds for IPv6. */
export function normalName(name: string): string {
  return name
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^dualstack\./, '');
}

/** Whose a host is. @throws NoSuchHostedZone of the SDK. */
export async function hostState(scope: Scope, host: ManagedHost): Promise<HostState> {
  const found = await lookUp(scope, host);
  const claims = found.ownership.map((record) => ({ record, ...ownershipIn(host, record) }));
  const own = claims.find(({ owner }) => owner === ownerTagValue(scope.identity));
  if (own) {
    const { isReleased = false } = own;
    return { kind: 'managed', isReleased, ...recordsOfClaim(found, own.record) };
  }
  const routing = routingAt(scope, host);
  const inTheWay = claims.filter((claim) => !standsBeside(scope, claim, routing));
  const [first] = inTheWay.sort((one, other) => Number(one.isReleased) - Number(other.isReleased));
  if (first) {
    const { owner, isReleased = false } = first;
    if (owner === undefined) return { kind: 'foreign' };
    return { kind: 'other service', owner, isReleased, ...recordsOfClaim(found, first.record) };
  }
  const isBeside = ({ SetIdentifier: id }: ResourceRecordSet) =>
    routing !== undefined && id !== undefined && id !== routing.SetIdentifier;
  return found.addresses.every(isBeside) ? { kind: 'free', beside: found.addresses } : { kind: 'foreign' };
}

/** How Route 53 is to choose among the records of a host; undefined when there is to be one. */
export function routingAt({ spec }: Pick<Scope, 'spec'>, host: ManagedHost): Routing | undefined {
  const regional = spec?.regionalDomain;
  return regional && isAmong(host, [regional]) ? undefined : spec?.dns.routing;
}

/** Whether what another service has at a host may stay there. Within one Region it may not. */
function standsBeside(
  { identity }: Scope,
  { record, owner }: { readonly record: ResourceRecordSet } & Partial<OwnershipRecord>,
  routing: Routing | undefined,
): boolean {
  const { SetIdentifier: id } = record;
  if (!routing || id === undefined || id === routing.SetIdentifier || owner === undefined) return false;
  const region = regionOfOwner(owner);
  return region !== undefined && region !== identity.region;
}

/** What a TXT record says; nothing when no service has written it. */
function ownershipIn({ hostName }: ManagedHost, record: ResourceRecordSet): Partial<OwnershipRecord> {
  return ownershipOf(hostName, valuesOf(record)) ?? {};
}

/** The address records that a TXT record speaks of, and the others. */
function recordsOfClaim(
  { addresses }: FoundRecords,
  ownership: ResourceRecordSet,
): { readonly records: ServiceRecords; readonly beside: readonly ResourceRecordSet[] } {
  const isOf = ({ SetIdentifier }: ResourceRecordSet) => SetIdentifier === ownership.SetIdentifier;
  const ipv4 = addresses.find((record) => record.Type === 'A' && isOf(record));
  return {
    records: { ...(ipv4 && { ipv4 }), ownership, ...ipv6Records(addresses, isOf) },
    beside: addresses.filter((record) => !isOf(record)),
  };
}

/** DNS name that an alias record leads to, as {@link normalName} writes it; undefined when it is absent. */
export function targetOf(record: ResourceRecordSet | undefined): string | undefined {
  const target = record?.AliasTarget?.DNSName;
  return target && normalName(target);
}

/** @param isOf whether a record is among those that are meant. */
function ipv6Records(
  addresses: readonly ResourceRecordSet[],
  isOf: (record: ResourceRecordSet) => boolean,
): Ipv6Records {
  const all = addresses.filter(({ Type }) => Type === 'AAAA');
  const record = all.find(isOf);
  if (record?.AliasTarget) return { ipv6: record };
  return record || all.some(({ SetIdentifier }) => !SetIdentifier) ? { isIpv6Foreign: true } : {};
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
    const validation = changes('UPSERT', records.validation ? [records.validation] : []);
    await changeRecords(scope, host.hostedZoneId, [...changesFor(state, records), ...validation]);
    return true;
  } catch (error) {
    if (!isSdkError(error, 'InvalidChangeBatch')) throw error;
    // Either an earlier attempt, whose answer was lost, has made the records, or somebody else a moment ago.
    const now = await hostState(scope, host);
    if (now.kind === 'managed' && isLed(now.records, records)) return true;
    if (isDeepStrictEqual(plain(now), plain(state))) throw error;
    return false;
  }
}

/** As the callback context keeps it. */
function plain(state: HostState): unknown {
  return JSON.parse(JSON.stringify(state));
}

/** Whether a host leads where it is to lead. */
function isLed({ ipv4, ipv6 }: ServiceRecords, { aliases }: HostRecords): boolean {
  const wanted = (type: 'A' | 'AAAA') => aliases.find(({ Type }) => Type === type);
  return answersAs(ipv4, wanted('A')) && answersAs(ipv6, wanted('AAAA'));
}

/** Whether Route 53 answers with one alias record as with another one, and where both lead. */
export function answersAs(one: ResourceRecordSet | undefined, other: ResourceRecordSet | undefined): boolean {
  return (
    targetOf(one) === targetOf(other) &&
    isDeepStrictEqual(routingOf(one), routingOf(other)) &&
    one?.HealthCheckId === other?.HealthCheckId
  );
}

/**
 * Say that another service may take a host over, or no longer.
 *
 * @param ownership the record that says so.
 * @returns that record now.
 */
export async function release(
  scope: ApplyScope,
  host: ManagedHost,
  ownership: ResourceRecordSet,
  isReleased: boolean,
): Promise<ResourceRecordSet> {
  seen(scope).delete(placeOf(host));
  const isRouted = ownership.SetIdentifier !== undefined;
  const said = { ...ownership, ResourceRecords: ownershipText(scope, { isReleased, isRouted }) };
  try {
    await changeRecords(scope, host.hostedZoneId, [
      ...changes('DELETE', [ownership]),
      ...changes('CREATE', [said]),
    ]);
  } catch (error) {
    // It says so already, or another service has taken the host over.
    if (!isSdkError(error, 'InvalidChangeBatch')) throw error;
  }
  return said;
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
function managedRecords({ identity }: Scope, host: ManagedHost, found: FoundRecords): ResourceRecordSet[] {
  const own = found.ownership.find((record) => ownershipIn(host, record).owner === ownerTagValue(identity));
  return own ? allOfService(recordsOfClaim(found, own).records) : [];
}

function allOfService({ ipv4, ipv6, ownership }: ServiceRecords): ResourceRecordSet[] {
  return [...(ipv4 ? [ipv4] : []), ...(ipv6 ? [ipv6] : []), ownership];
}

/** Records that answer for a host, and those that say whose they are: one, or one for each SetIdentifier. */
interface FoundRecords {
  readonly addresses: readonly ResourceRecordSet[];
  readonly ownership: readonly ResourceRecordSet[];
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
  const ownership = recordsOf(records, ownershipName, ['TXT']);
  const found = {
    addresses: recordsOf(records, hostName, ['A', 'AAAA', 'CNAME']),
    // A host with hundreds of names below it: the record is on a later page, if at all.
    ownership:
      ownership.length > 0 || isComplete
        ? ownership
        : await recordsAt(scope, hostedZoneId, ownershipName, ['TXT']),
  };
  seen(scope).set(placeOf(host), found);
  return found;
}

/** Whether services of other Regions have records at a host. */
export async function isSharedWithOthers(scope: Scope, host: ManagedHost): Promise<boolean> {
  const found = await unless(lookUp(scope, host), 'NoSuchHostedZone');
  return (found?.ownership ?? []).some((record) => {
    const { owner, isRouted } = ownershipIn(host, record);
    return isRouted === true && owner !== ownerTagValue(scope.identity);
  });
}

function changesFor(state: HostState, wanted: HostRecords): Change[] {
  const { aliases, ownership } = wanted;
  const all = [...aliases, ownership];
  if (state.kind !== 'managed' && state.kind !== 'other service') return changes('CREATE', all);
  const { records } = state;
  // A record set that Route 53 chooses otherwise is another one: it refuses the new one until the former is deleted.
  if (!isSameSet(records, wanted))
    return [...changes('DELETE', allOfService(records)), ...changes('CREATE', all)];
  if (state.kind === 'managed') return [...withoutIpv6(records, aliases), ...changes('UPSERT', all)];
  // Refused when the other one has changed its mind.
  return [
    ...changes('DELETE', [records.ownership]),
    ...changes('CREATE', [ownership]),
    ...withoutIpv6(records, aliases),
    ...changes('UPSERT', aliases),
  ];
}

/** Whether records are told from others of their name as those that are wanted. */
function isSameSet(
  { ipv4, ipv6, ownership }: ServiceRecords,
  { aliases, ownership: wanted }: HostRecords,
): boolean {
  const policyOf = (record: ResourceRecordSet | undefined) => routingOf(record)?.RoutingPolicy;
  const isSamePolicy = (record: ResourceRecordSet | undefined) =>
    !record || policyOf(record) === policyOf(aliases[0]);
  return ownership.SetIdentifier === wanted.SetIdentifier && isSamePolicy(ipv4) && isSamePolicy(ipv6);
}

/** The AAAA record goes in the same change in which clients are sent where there are no IPv6 addresses. */
function withoutIpv6({ ipv6 }: Ipv6Records, aliases: readonly ResourceRecordSet[]): Change[] {
  return ipv6 && !aliases.some(({ Type }) => Type === 'AAAA') ? changes('DELETE', [ipv6]) : [];
}

function changes(Action: Change['Action'], records: readonly ResourceRecordSet[]): Change[] {
  return records.map((ResourceRecordSet) => ({ Action, ResourceRecordSet }));
}

/** The record that says that a service has a host. @param routing see {@link routingAt}. */
export function ownershipRecordOf(
  scope: Pick<Scope, 'identity'>,
  { hostName }: ManagedHost,
  routing: Routing | undefined,
) {
  return {
    Name: ownershipRecordName(hostName),
    Type: 'TXT' as const,
    TTL: OWNERSHIP_TTL,
    ResourceRecords: ownershipText(scope, { isReleased: false, isRouted: routing !== undefined }),
    ...(routing &&
      routingMembers(
        { RoutingPolicy: 'WEIGHTED', SetIdentifier: routing.SetIdentifier, Weight: OWNERSHIP_WEIGHT },
        scope.identity.region,
      )),
  };
}

function ownershipText({ identity }: Pick<Scope, 'identity'>, says: Omit<OwnershipRecord, 'owner'>) {
  return ownershipValues({ owner: ownerTagValue(identity), ...says }).map((Value) => ({ Value }));
}

function valuesOf({ ResourceRecords = [] }: ResourceRecordSet): string[] {
  return ResourceRecords.map(({ Value = '' }) => Value);
}
