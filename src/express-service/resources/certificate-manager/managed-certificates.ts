/**
 * The certificates that were requested for a service, and the DNS records that validate them.
 *
 * ACM validates all certificates of an account for one name by one record, so that services which have had the same host
 * share it, and the last one removes it. Who leaves marks its certificate, and then looks for certificates of that name
 * that bear no mark; the record goes when there are none. Both write before they read, so at least one of two that leave
 * at the same time sees that the other one leaves too. Who comes requests its certificate first, and then waits until
 * those that were leaving have gone, before it makes the record: nobody deletes it afterwards who has not seen the new
 * certificate. The mark is for good: a marked certificate is never used again.
 *
 * Certificates of other Regions are seen by nobody here, and are validated by the same record (AWS Certificate Manager user
 * guide, "DNS validation"). Where Regions share a host, each
 * has a TXT record of its own beside the address records (host-records.ts), made in one change with the validation record.
 * Who leaves has taken its own away before, deletes the validation record when there is no other, and looks once more: where
 * there is one now, the validation record is made again. The certificate goes last, so that all of it is repeated when an
 * operation is cut short.
 */
import {
  AddTagsToCertificateCommand,
  DeleteCertificateCommand,
  DescribeCertificateCommand,
  KeyAlgorithm,
  ListTagsForCertificateCommand,
  paginateListCertificates,
  type CertificateDetail,
  type CertificateSummary,
  type ResourceRecord,
} from '@aws-sdk/client-acm';
import { allOf } from '../../../core/all-of';
import type { Scope } from '../../composition/component';
import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { isManagedHost, regionalHosts, type Host, type ManagedHost } from '../../memory/hosts';
import { isSharedWithOthers } from '../route-53/host-records';
import { isLeaving, leavingTag } from '../../memory/resource-marks';
import { done, LIMIT, wait, waitedFor, type Outcome } from '../../../core/outcome';
import { isManaged } from '../../memory/ownership';
import { allItems } from '../../../aws/pages';
import { deleteRecords, recordsAt, upsertRecord } from '../route-53/records';
import { isSdkError, unless } from '../../../aws/sdk-errors';
import { sessionValue } from '../../../aws/session';
import { tagList, tagRecord, type Tags } from '../../identity/tags';

/** A certificate that was requested for the service. */
export interface ManagedCertificate {
  readonly arn: string;
  /** What it was requested for. */
  readonly host: ManagedHost;
  readonly status: string;
  /** Whether other certificates of the account are validated by the same DNS record. */
  readonly sharesRecord: boolean;
  readonly tags: Tags;
  /** Whether services of other Regions may share its host. */
  readonly isAcrossRegions: boolean;
  /** Whether the present specification does not use it. */
  readonly isObsolete: boolean;
}

/** IAM actions of {@link listManagedCertificates}. */
export const LIST_CERTIFICATE_PERMISSIONS = ['acm:ListCertificates', 'acm:ListTagsForCertificate'] as const;

/** IAM actions of {@link removeManagedCertificates}. */
export const REMOVE_PERMISSIONS = [
  'acm:AddTagsToCertificate',
  'acm:DeleteCertificate',
  'acm:DescribeCertificate',
  ...LIST_CERTIFICATE_PERMISSIONS,
  'route53:ChangeResourceRecordSets',
  'route53:ListResourceRecordSets',
] as const;

/**
 * Seconds for which a new certificate waits for those that leave. CloudFormation ends an invocation after a minute: who
 * has looked before the new one was there has come to its end by then, also one that never goes on.
 */
const PATIENCE_SECONDS = 90;

/** Seconds that ACM needs for the record of a certificate that was requested a moment ago. */
const SECONDS_FOR_RECORD = 2;
/** Seconds of life of a validation record in caches, as the ACM console makes it. */
const RECORD_TTL = 300;

/**
 * Certificates requested for the service under one of its hosts. ACM cannot be searched by tag, so they are found by
 * host name and told by their owner tag.
 */
export async function listManagedCertificates(
  scope: Scope,
  hosts: readonly Host[],
): Promise<ManagedCertificate[]> {
  const managed = hosts.filter(isManagedHost);
  if (managed.length === 0) return [];
  const summaries = await listCertificates(scope);
  summariesSeen(scope).all = summaries;
  const isAcrossRegions = regionalHosts({ hosts, domains: [] }, scope.identity.region).length > 0;
  const found = await Promise.all(
    managed.map(async (host): Promise<ManagedCertificate[]> => {
      const tagged = await withTags(scope, requestedFor(summaries, host.hostName));
      return tagged
        .filter(({ tags }) => isManaged(scope.identity, tags))
        .map(({ summary, tags }) => ({
          arn: summary.CertificateArn!,
          host,
          status: summary.Status!,
          sharesRecord: summaries.some((other) => other !== summary && isFor(other, host.hostName)),
          tags,
          isAcrossRegions,
          isObsolete: false,
        }));
    }),
  );
  return found.flat();
}

/** All certificates, as {@link listManagedCertificates} has seen them in this invocation. */
const summariesSeen = sessionValue((_: Scope): { all?: readonly CertificateSummary[] } => ({}));

/** All certificates of the account and Region; looked at when nobody has in this invocation. */
export async function certificateSummaries(scope: Scope): Promise<readonly CertificateSummary[]> {
  return summariesSeen(scope).all ?? listCertificates(scope);
}

async function listCertificates({ clients: { acm } }: Scope): Promise<CertificateSummary[]> {
  return allItems(
    // Without the key types ACM lists RSA certificates only; the others count for shared validation records.
    paginateListCertificates(
      { client: acm, pageSize: 1000 },
      { Includes: { keyTypes: Object.values(KeyAlgorithm) } },
    ),
    ({ CertificateSummaryList }) => CertificateSummaryList,
  );
}

function requestedFor(summaries: readonly CertificateSummary[], hostName: string): CertificateSummary[] {
  return summaries.filter(({ DomainName, Type }) => DomainName === hostName && Type !== 'IMPORTED');
}

/** A certificate, and its tags. */
interface Tagged {
  readonly summary: CertificateSummary;
  readonly tags: Tags;
}

/** Certificates with their tags; those that are gone meanwhile are left out. */
async function withTags({ clients }: Scope, summaries: readonly CertificateSummary[]): Promise<Tagged[]> {
  const tagged = await Promise.all(
    summaries.map(async (summary) => {
      const answer = await unless(
        clients.acm.send(new ListTagsForCertificateCommand({ CertificateArn: summary.CertificateArn })),
        'ResourceNotFoundException',
      );
      return answer ? [{ summary, tags: tagRecord(answer.Tags) }] : [];
    }),
  );
  return tagged.flat();
}

/** Certificate by ARN; undefined when there is none. */
export async function describeCertificate(
  { clients }: Scope,
  arn: string,
): Promise<CertificateDetail | undefined> {
  const answer = await unless(
    clients.acm.send(new DescribeCertificateCommand({ CertificateArn: arn })),
    'ResourceNotFoundException',
    'InvalidArnException',
  );
  return answer?.Certificate;
}

/**
 * Make the DNS record by which ACM sees that the host is ours, if ACM has said what it wants.
 *
 * @returns the certificate as ACM describes it.
 */
export async function validate(
  scope: Scope,
  { arn, host, sharesRecord }: Pick<ManagedCertificate, 'arn' | 'host' | 'sharesRecord'>,
): Promise<Outcome<CertificateDetail>> {
  if (sharesRecord && (await isLeftByOthers(scope, arn, host))) {
    const what = departureFrom(host);
    return wait(what, SECONDS_FOR_RECORD, { limit: { ...LIMIT, what } });
  }
  const certificate = await describeCertificate(scope, arn);
  const record = certificate?.DomainValidationOptions?.[0]?.ResourceRecord;
  if (!certificate || !record) return wait(`certificate ${arn} to be requested`, SECONDS_FOR_RECORD);
  await upsertRecord(scope, host.hostedZoneId, validationRecord(record));
  return done(certificate);
}

/** The DNS record that validates a certificate; undefined when it needs none, or ACM has not said yet which. */
export async function validationRecordOf(scope: Scope, arn: string): Promise<ResourceRecordSet | undefined> {
  const described = await describeCertificate(scope, arn);
  const record = described?.DomainValidationOptions?.[0]?.ResourceRecord;
  return record && validationRecord(record);
}

function validationRecord({ Name, Type, Value }: ResourceRecord): ResourceRecordSet {
  return { Name, Type, TTL: RECORD_TTL, ResourceRecords: [{ Value }] };
}

/** Whether another service may be about to delete the validation record of a certificate. */
async function isLeftByOthers(scope: Scope, arn: string, host: ManagedHost): Promise<boolean> {
  if (waitedFor(scope.time, departureFrom(host)) >= PATIENCE_SECONDS) return false;
  const summaries = await listCertificates(scope);
  const others = requestedFor(summaries, host.hostName).filter(
    ({ CertificateArn }) => CertificateArn !== arn,
  );
  const tagged = await withTags(scope, others);
  return tagged.some((each) => isLeaving(each) && !isManaged(scope.identity, each.tags));
}

function departureFrom({ hostName }: ManagedHost): string {
  return `another service to finish with the certificate of ${hostName}`;
}

/** Delete certificates, once nothing uses them, and the records that validate no other ones. */
export async function removeManagedCertificates(
  scope: Scope,
  certificates: readonly ManagedCertificate[],
): Promise<Outcome<void>> {
  if (certificates.length === 0) return done(undefined);
  await allOf(certificates.filter((each) => !isLeaving(each)).map((each) => markAsLeaving(scope, each)));
  // Once more, after the marks: others may have marked theirs since the service was looked at.
  const summaries = await listCertificates(scope);
  const arns = certificates.map(({ arn }) => arn);
  const others = summaries.filter(({ CertificateArn }) => !arns.includes(CertificateArn!));
  const outcomes = await allOf(
    certificates.map(async (certificate) =>
      removeOne(scope, certificate, await isRecordUsed(scope, certificate.host.hostName, others)),
    ),
  );
  return outcomes.find(({ status }) => status === 'wait') ?? done(undefined);
}

async function markAsLeaving({ clients }: Scope, { arn }: ManagedCertificate): Promise<void> {
  await unless(
    clients.acm.send(new AddTagsToCertificateCommand({ CertificateArn: arn, Tags: tagList(leavingTag()) })),
    'ResourceNotFoundException',
  );
}

/** Whether any of these certificates is validated by the record of a host, and stays. */
async function isRecordUsed(
  scope: Scope,
  hostName: string,
  summaries: readonly CertificateSummary[],
): Promise<boolean> {
  const tagged = await withTags(
    scope,
    summaries.filter((summary) => isFor(summary, hostName)),
  );
  return tagged.some((each) => !isLeaving(each));
}

async function removeOne(
  scope: Scope,
  { arn, host, isAcrossRegions }: ManagedCertificate,
  isRecordShared: boolean,
): Promise<Outcome<void>> {
  const described = await describeCertificate(scope, arn);
  if (!described) return done(undefined);
  const record = described.DomainValidationOptions?.[0]?.ResourceRecord;
  // The record first: without the certificate nothing would say which it is.
  const isNeeded = async () => isAcrossRegions && (await isSharedWithOthers(scope, host));
  if (record && !isRecordShared && !(await isNeeded())) {
    const records = await unless(
      recordsAt(scope, host.hostedZoneId, record.Name!, ['CNAME']),
      'NoSuchHostedZone',
    );
    await deleteRecords(scope, host.hostedZoneId, records ?? []);
  }
  if (record && (await isNeeded())) await upsertRecord(scope, host.hostedZoneId, validationRecord(record));
  try {
    await scope.clients.acm.send(new DeleteCertificateCommand({ CertificateArn: arn }));
  } catch (error) {
    if (isSdkError(error, 'ResourceInUseException')) {
      return wait(`the load balancer to let go of certificate ${arn}`, 10);
    }
    if (!isSdkError(error, 'ResourceNotFoundException')) throw error;
  }
  return done(undefined);
}

/** Whether a certificate is validated by the record of a host: ACM uses one for `host` and `*.host`. */
function isFor(
  { DomainName, SubjectAlternativeNameSummaries = [] }: CertificateSummary,
  hostName: string,
): boolean {
  return [DomainName, ...SubjectAlternativeNameSummaries].some(
    (name) => name?.replace(/^\*\./, '') === hostName,
  );
}
