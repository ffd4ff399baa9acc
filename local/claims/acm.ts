/** What the local AWS claims about AWS Certificate Manager. */
import type { Claim } from './claim';

export const ACM = [
  {
    id: 'acm.certificate-in-use',
    statement: 'DeleteCertificate of a certificate that a listener uses is ResourceInUseException.',
    source: 'AWS Certificate Manager API reference, DeleteCertificate.',
    state: 'confirmed',
    test: 'test/local/guards/certificates.test.ts',
  },
] as const satisfies readonly Claim[];
