import { single } from '../../hooks/engine/rule';
import { LISTENER } from '../../hooks/resources/elastic-load-balancing';
import type { RuleCases } from '../labelled-case';

const listener = (Protocol: string | undefined, Certificates?: unknown) =>
  single(LISTENER, { Port: 443, Protocol, Certificates, DefaultActions: [] });

export const cases: RuleCases = {
  rule: 'ELB-06',
  checks: [
    {
      tool: 'cdk-nag',
      check: 'ELBv2ACMCertificateRequired',
      pass: { 'any text as ARN': listener('HTTPS', [{ CertificateArn: 'certificate' }]) },
      fail: {
        'HTTP without certificate': listener('HTTP'),
        'no protocol, no certificates': listener(undefined, []),
        'HTTPS without certificate': listener('HTTPS', []),
      },
    },
  ],
};
