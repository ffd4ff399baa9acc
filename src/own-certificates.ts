/** The certificates that were requested for a service, and the DNS records that validate them. */
import {
  DeleteCertificateCommand,
  DescribeCertificateCommand,
  KeyAlgorithm,
  ListTagsForCertificateCommand,
  paginateListCertificates,
  type CertificateDetail,
  type CertificateSummary,
} from '@aws-sdk/client-acm';
import { allOf } from './all-of';
import type { Scope } from './component';
import { isManaged, type Host, type ManagedHost } from './hosts';
import { done, wait, type Outcome } from './outcome';
import { isOwn } from './ownership';
import { allItems } from './pages';
import { deleteRecords, recordsAt, upsertRecord } from './records';
import { isSdkError, unless } from './sdk-errors';
import { tagRecord, type Tags } from './tags';

/** A certificate that was requested for the service. */
export interface OwnCertificate {
  readonly arn: string;
  /** What it was requested for. */
  readonly host: ManagedHost;
  readonly status: string;
  /** ARNs of other certificates of the account that are validated by the same DNS record. */
  readonly sharesRecordWith: readonly string[];
  readonly tags: Tags;
  /** Whether the present specification does not use it. */
  readonly isObsolete: boolean;
}

/** IAM actions of {@link listOwnCertificates}. */
export const LIST_PERMISSIONS = ['acm:ListCertificates', 'acm:ListTagsForCertificate'] as const;

/** IAM actions of {@link removeOwnCertificates}. */
export const REMOVE_PERMISSIONS = [
  'acm:DeleteCertificate',
  'acm:DescribeCertificate',
  'route53:ChangeResourceRecordSets',
  'route53:ListResourceRecordSets',
] as const;

/** Seconds that ACM needs for the record of a certificate that was requested a moment ago. */
const SECONDS_FOR_RECORD = 2;
/** Seconds of life of a validation record in caches, as the ACM console makes it. */
const RECORD_TTL = 300;

/**
 * Certificates requested for the service under one of its hosts. ACM cannot be searched by tag, so they are found by
 * host name and told by their owner tag.
 */
export async function listOwnCertificates(scope: Scope, hosts: readonly Host[]): Promise<OwnCertificate[]> {
  const managed = hosts.filter(isManaged);
  if (managed.length === 0) return [];
  const { acm } = scope.clients;
  const summaries = await allItems(
    // Without the key types ACM lists RSA certificates only; the others count for shared validation records.
    paginateListCertificates(
      { client: acm, pageSize: 1000 },
      { Includes: { keyTypes: Object.values(KeyAlgorithm) } },
    ),
    ({ CertificateSummaryList }) => CertificateSummaryList,
  );
  const found = await Promise.all(
    managed.flatMap((host) =>
      summaries
        .filter(({ DomainName, Type }) => DomainName === host.hostName && Type !== 'IMPORTED')
        .map(async (summary): Promise<OwnCertificate[]> => {
          const arn = summary.CertificateArn!;
          const answer = await unless(
            acm.send(new ListTagsForCertificateCommand({ CertificateArn: arn })),
            'ResourceNotFoundException',
          );
          const tags = tagRecord(answer?.Tags);
          if (!isOwn(scope.identity, tags)) return [];
          const sharesRecordWith = summaries
            .filter((other) => other !== summary && isFor(other, host.hostName))
            .map(({ CertificateArn }) => CertificateArn!);
          return [{ arn, host, status: summary.Status!, sharesRecordWith, tags, isObsolete: false }];
        }),
    ),
  );
  return found.flat();
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

/** Make the DNS record by which ACM sees that the host is ours, if ACM has said what it wants. */
export async function validate(
  scope: Scope,
  arn: string,
  { hostedZoneId }: ManagedHost,
): Promise<Outcome<void>> {
  const certificate = await describeCertificate(scope, arn);
  const record = certificate?.DomainValidationOptions?.[0]?.ResourceRecord;
  if (!record) return wait(`certificate ${arn} to be requested`, SECONDS_FOR_RECORD);
  await upsertRecord(scope, hostedZoneId, {
    Name: record.Name,
    Type: record.Type,
    TTL: RECORD_TTL,
    ResourceRecords: [{ Value: record.Value }],
  });
  return done(undefined);
}

/** Delete certificates, once nothing uses them, and the records that validated no other ones. */
export async function removeOwnCertificates(
  scope: Scope,
  certificates: readonly OwnCertificate[],
): Promise<Outcome<void>> {
  const arns = certificates.map(({ arn }) => arn);
  const outcomes = await allOf(
    certificates.map((certificate) => {
      const isRecordShared = certificate.sharesRecordWith.some((arn) => !arns.includes(arn));
      return removeOne(scope, certificate, isRecordShared);
    }),
  );
  return outcomes.find(({ status }) => status === 'wait') ?? done(undefined);
}

async function removeOne(
  scope: Scope,
  { arn, host }: OwnCertificate,
  isRecordShared: boolean,
): Promise<Outcome<void>> {
  const described = await describeCertificate(scope, arn);
  if (!described) return done(undefined);
  const record = described.DomainValidationOptions?.[0]?.ResourceRecord;
  // The record first: without the certificate nothing would say which it is.
  if (record && !isRecordShared) {
    const records = await unless(
      recordsAt(scope, host.hostedZoneId, record.Name!, ['CNAME']),
      'NoSuchHostedZone',
    );
    await deleteRecords(scope, host.hostedZoneId, records ?? []);
  }
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
