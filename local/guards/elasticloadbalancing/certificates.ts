/** Certificates of listeners. */
import {
  DescribeListenerCertificatesCommand,
  type Certificate,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../service';
import type { CertificateIssuance } from '../certificate-issuance';
import type { GuardContext, ServiceGuard } from '../guard';
import { loadBalancerArnOf, type Inventory } from './inventory';

/** @throws AwsError CertificateNotFound, or UnsupportedCertificate while ACM has not issued it. */
export async function checkCertificate(
  issuance: CertificateIssuance,
  region: string,
  arn: string,
): Promise<void> {
  if (!arn.includes(':acm:')) return;
  const certificate = await issuance.describe(region, arn).catch(() => undefined);
  if (!certificate) throw new AwsError('CertificateNotFound', `Certificate '${arn}' not found`);
  if (certificate.Status !== 'ISSUED') {
    throw new AwsError(
      'UnsupportedCertificate',
      `The certificate '${arn}' must have a fully-qualified domain name, a supported signature, and a supported RSA ` +
        `key size, and it must be issued; its status is ${certificate.Status}.`,
    );
  }
}

export function listenerCertificates(
  { limits }: GuardContext,
  inventory: Inventory,
  issuance: CertificateIssuance,
): ServiceGuard['operations'] {
  async function certificatesOf(region: string, ListenerArn: string): Promise<Certificate[]> {
    const { Certificates = [] } = await inventory
      .client(region)
      .send(new DescribeListenerCertificatesCommand({ ListenerArn }));
    return Certificates;
  }

  return {
    async AddListenerCertificates({ region, input }) {
      const wanted: string[] = input.Certificates.map(({ CertificateArn }: Certificate) => CertificateArn);
      for (const arn of wanted) await checkCertificate(issuance, region, arn);
      const listeners = await inventory.listeners(region, loadBalancerArnOf(input.ListenerArn));
      const secure = listeners.filter(({ Protocol }) => Protocol === 'HTTPS' || Protocol === 'TLS');
      const present = await Promise.all(
        secure.map(({ ListenerArn }) => certificatesOf(region, ListenerArn!)),
      );
      const extra = new Set(
        present
          .flat()
          .filter(({ IsDefault }) => !IsDefault)
          .map(({ CertificateArn }) => CertificateArn!),
      );
      for (const arn of wanted) extra.add(arn);
      if (extra.size > limits.certificatesPerLoadBalancer) {
        throw new AwsError(
          'TooManyCertificates',
          `The maximum number of certificates for this load balancer is ${limits.certificatesPerLoadBalancer}`,
        );
      }
      return undefined;
    },

    async RemoveListenerCertificates({ region, input }) {
      const present = await certificatesOf(region, input.ListenerArn);
      const standard = present.find(({ IsDefault }) => IsDefault)?.CertificateArn;
      if (input.Certificates.some(({ CertificateArn }: Certificate) => CertificateArn === standard)) {
        throw new AwsError(
          'OperationNotPermitted',
          `Default certificate '${standard}' cannot be removed from the listener`,
        );
      }
      return undefined;
    },
  };
}
