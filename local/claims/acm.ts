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
  {
    id: 'acm.validates-over-public-dns',
    statement:
      'A certificate that is validated by DNS is not issued as long as its CNAME record is in a private hosted zone alone.',
    source:
      'AWS Certificate Manager user guide, "DNS validation": ACM looks for the record in a public DNS database.',
    state: 'confirmed',
    test: 'test/local/guards/certificates.test.ts',
  },
] as const satisfies readonly Claim[];
