/** What READ tells of the certificates in use: until when each is valid, and what to do about one that nobody has renewed. */
import type { CertificateSummary, CertificateType } from '@aws-sdk/client-acm';
import type { Properties } from '../../cloudformation/extension';
import { defined, unlessEmpty } from '../../core/unset';
import type { Observations, Scope } from '../composition/component';
import type { Certificate } from '../model';
import type { ObservedKinds } from '../resources';
import { certificateSummaries } from '../resources/certificate-manager/managed-certificates';

const MILLISECONDS_OF_A_DAY = 24 * 60 * 60 * 1000;

/** ACM renews its own certificates 60 days before they end (ACM User Guide, "Managed certificate renewal"): of half of that it is late. */
const DAYS_OF_WARNING = 30;

/** What to do about a certificate that ends soon, by who renews it. */
const REMEDIES: Readonly<Record<CertificateType, string>> = {
  IMPORTED:
    'ACM does not renew it: import its successor into the same ARN, which load balancers then take by themselves',
  AMAZON_ISSUED:
    'ACM has not renewed it: RenewalSummary of "aws acm describe-certificate" says why, such as a CNAME record that is gone',
  PRIVATE:
    'its private certificate authority has not renewed it: RenewalSummary of "aws acm describe-certificate" says why',
};

/**
 * The certificates that a service uses, as ACM lists them. No call more where those that were requested have been looked for.
 *
 * @param all observations of the load balancers of the service.
 */
export async function certificatesInUse(
  scope: Scope,
  all: readonly Observations[],
): Promise<CertificateSummary[]> {
  const arns = [...new Set(all.flatMap((each) => (each as ObservedKinds).Certificate?.arns ?? []))];
  if (arns.length === 0) return [];
  const summaries = await certificateSummaries(scope);
  return arns.flatMap((arn) => summaries.find(({ CertificateArn }) => CertificateArn === arn) ?? []);
}

/** @param now in milliseconds since 1970. */
export function certificatesOf(
  certificates: readonly CertificateSummary[],
  now: number,
): Properties<Certificate>[] | undefined {
  return unlessEmpty(
    certificates.map((certificate) =>
      defined({
        CertificateArn: certificate.CertificateArn,
        Type: certificate.Type,
        NotAfter: certificate.NotAfter?.toISOString(),
        Warning: warningOf(certificate, now),
      }),
    ),
  );
}

/** What is wrong with a certificate, as sentences; undefined while nothing is. */
function warningOf({ CertificateArn, Type, NotAfter }: CertificateSummary, now: number): string | undefined {
  if (!NotAfter) return undefined;
  const days = Math.floor((Number(NotAfter) - now) / MILLISECONDS_OF_A_DAY);
  if (days >= DAYS_OF_WARNING) return undefined;
  const time = NotAfter.toISOString();
  const when = days < 0 ? `is not valid any more since ${time}` : `ends in ${days} days, on ${time}`;
  return `certificate ${CertificateArn} ${when}; ${REMEDIES[Type ?? 'AMAZON_ISSUED']}`;
}
