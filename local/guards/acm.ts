/** AWS Certificate Manager: idempotency tokens, issuance that takes time, certificates in use. */
import {
  ACMClient,
  ListCertificatesCommand,
  RequestCertificateCommand,
  type RequestCertificateRequest,
} from '@aws-sdk/client-acm';
import { AwsError, type AwsRequest } from '../service';
import type { CertificateIssuance } from './certificate-issuance';
import { output, regional, type GuardContext, type ServiceGuard } from './guard';

/** "Idempotency tokens time out after one hour" (RequestCertificate, API reference). */
const TOKEN_LIFE = 3_600_000;

/** @param issuance knows which certificates are issued. */
export function certificateManager(
  { clock, motoOptions }: GuardContext,
  issuance: CertificateIssuance,
): ServiceGuard {
  const acm = regional(ACMClient, motoOptions);
  const requested = new Map<string, { arn: string; expires: number }>();

  function key(request: AwsRequest): string | undefined {
    const {
      IdempotencyToken,
      DomainName,
      SubjectAlternativeNames = [],
    } = request.input as RequestCertificateRequest;
    return (
      IdempotencyToken &&
      JSON.stringify([request.region, IdempotencyToken, DomainName, SubjectAlternativeNames])
    );
  }

  async function exists(region: string, arn: string): Promise<boolean> {
    return issuance.describe(region, arn).then(
      () => true,
      () => false,
    );
  }

  return {
    service: 'acm',
    operations: {
      async RequestCertificate(request) {
        const token = key(request);
        const known = token === undefined ? undefined : requested.get(token);
        if (known && known.expires > clock.now() && (await exists(request.region, known.arn))) {
          return { CertificateArn: known.arn };
        }
        // moto has a mind of its own about tokens, so it does not see them.
        const { IdempotencyToken, ...input } = request.input as RequestCertificateRequest;
        const answer = await acm(request.region).send(new RequestCertificateCommand(input));
        if (token) requested.set(token, { arn: answer.CertificateArn!, expires: clock.now() + TOKEN_LIFE });
        return output(answer);
      },

      async DescribeCertificate({ region, input }) {
        return { Certificate: await issuance.describe(region, input.CertificateArn) };
      },

      async ListCertificates({ region, input }) {
        const { CertificateStatuses, ...rest } = input;
        const answer = await acm(region).send(new ListCertificatesCommand(rest));
        const summaries = await Promise.all(
          (answer.CertificateSummaryList ?? []).map(async (summary) => {
            // One that is deleted while the others are looked at is left out.
            const described = await issuance
              .describe(region, summary.CertificateArn!)
              .catch((error: Error) => {
                if (error.name !== 'ResourceNotFoundException') throw error;
              });
            return described ? [{ ...summary, Status: described.Status }] : [];
          }),
        );
        return {
          ...output(answer),
          CertificateSummaryList: summaries
            .flat()
            .filter(({ Status }) => CertificateStatuses?.includes(Status) ?? true),
        };
      },

      async DeleteCertificate({ region, input }) {
        const { InUseBy = [] } = await issuance.describe(region, input.CertificateArn);
        if (InUseBy.length > 0) {
          throw new AwsError('ResourceInUseException', `Certificate ${input.CertificateArn} is in use.`);
        }
        return undefined;
      },
    },
    reset: () => requested.clear(),
  };
}
