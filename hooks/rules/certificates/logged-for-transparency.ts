import { forbids } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';

export const rule = defineRule({
  id: 'ACM-03',
  title: 'Certificates are logged for certificate transparency',
  severity: 'LOW',
  targets: ['AWS::CertificateManager::Certificate'],
  level: 'resource',
  equivalents: { checkov: ['CKV_AWS_234'] },
  source: 'https://docs.aws.amazon.com/acm/latest/userguide/acm-bestpractices.html',
  rationale: 'Browsers refuse certificates that no public log holds.',
  remedy: 'Leave CertificateTransparencyLoggingPreference out.',
  check: ({ resource }) =>
    forbids(
      resource.at('CertificateTransparencyLoggingPreference').equals('DISABLED'),
      'browsers refuse the certificate, and nobody notices a forged one',
    ),
});

const certificate = (CertificateTransparencyLoggingPreference?: unknown, rest?: object) =>
  single(
    'AWS::CertificateManager::Certificate',
    { DomainName: 'app.example.com', CertificateTransparencyLoggingPreference },
    rest,
  );
export const examples = (): Examples => ({
  pass: [{ title: 'not set, which means enabled', template: certificate() }],
  fail: [{ title: 'disabled', template: certificate('DISABLED') }],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: certificate({ Ref: 'Value' }, { Parameters: { Value: { Type: 'String' } } }),
    },
  ],
});
