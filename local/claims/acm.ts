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
  {
    id: 'acm.issued-within-a-minute',
    statement: 'A certificate is issued a minute after its validation record exists.',
    source:
      'ACM user guide, "DNS validation": it can take up to 30 minutes and more; a few minutes are usual.',
    state: 'inferred',
    otherwise: 'It takes half an hour.',
    risk: 'None but time: an operation waits for it.',
    test: 'test/local/guards/certificates.test.ts',
  },
  {
    id: 'acm.idempotency-token',
    statement:
      'RequestCertificate with the same token and domains within an hour returns the same certificate.',
    source: 'AWS Certificate Manager API reference, RequestCertificate, IdempotencyToken.',
    state: 'confirmed',
    test: 'test/local/guards/certificates.test.ts',
  },
  {
    id: 'acm.validation-record',
    statement:
      'A certificate with DNS validation is issued only once the CNAME record that ACM names exists.',
    source: 'AWS Certificate Manager user guide, "DNS validation".',
    state: 'confirmed',
    test: 'test/local/guards/certificates.test.ts',
  },
  {
    id: 'acm.validation-record-of-all-regions',
    statement: 'Certificates of one name in several Regions of an account are validated by one CNAME record.',
    source:
      'AWS Certificate Manager user guide, "DNS validation": the record is made for the domain and the account, and its token works for any Region.',
    state: 'confirmed',
    test: 'test/provider/dns-configuration.test.ts',
  },
  {
    id: 'acm.needs-delegation',
    statement:
      'A certificate is not issued as long as its CNAME record is in a hosted zone that the parent zone does not delegate to.',
    source:
      'AWS Certificate Manager user guide, "DNS validation": ACM looks for the record in a public DNS database.',
    state: 'confirmed',
    test: 'test/field/field.test.ts',
  },
] as const satisfies readonly Claim[];
