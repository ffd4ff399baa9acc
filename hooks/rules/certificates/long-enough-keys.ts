import { forbids } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';

export const rule = defineRule({
  id: 'ACM-01',
  title: 'Certificates have a key of enough length',
  severity: 'MEDIUM',
  targets: ['AWS::CertificateManager::Certificate'],
  level: 'resource',
  equivalents: { 'Security Hub': ['ACM.2'], 'AWS Config': ['acm-certificate-rsa-check'] },
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/acm-controls.html#acm-2',
  rationale: 'Keys of 1,024 bits are within reach of those who want them.',
  remedy: 'Leave KeyAlgorithm out, or name RSA_2048 or an elliptic curve.',
  check: ({ resource }) =>
    forbids(
      resource.at('KeyAlgorithm').or('RSA_2048').oneOf(['RSA_1024', 'RSA_512']),
      'the key can be broken',
    ),
});

const certificate = (KeyAlgorithm?: unknown, rest?: object) =>
  single('AWS::CertificateManager::Certificate', { DomainName: 'app.example.com', KeyAlgorithm }, rest);
export const examples = (): Examples => ({
  pass: [
    { title: 'not set, which means RSA_2048', template: certificate() },
    { title: 'an elliptic curve', template: certificate('EC_prime256v1') },
  ],
  fail: [{ title: '1,024 bits', template: certificate('RSA_1024') }],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: certificate({ Ref: 'Value' }, { Parameters: { Value: { Type: 'String' } } }),
    },
  ],
});
