import { requires } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';

export const rule = defineRule({
  id: 'ACM-02',
  title: 'Certificates are validated by DNS, so that they renew by themselves',
  severity: 'MEDIUM',
  targets: ['AWS::CertificateManager::Certificate'],
  level: 'resource',
  source: 'https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html',
  rationale: 'A mail that nobody answers ends in an expired certificate, and the service with it.',
  remedy: 'Set ValidationMethod to DNS.',
  check: ({ resource }) =>
    requires(resource.at('ValidationMethod').equals('DNS'), 'somebody has to answer a mail at each renewal'),
});

const certificate = (ValidationMethod?: unknown, rest?: object) =>
  single('AWS::CertificateManager::Certificate', { DomainName: 'app.example.com', ValidationMethod }, rest);
export const examples = (): Examples => ({
  pass: [{ title: 'by DNS', template: certificate('DNS') }],
  fail: [
    { title: 'not set, which means by mail', template: certificate() },
    { title: 'by mail', template: certificate('EMAIL') },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: certificate({ Ref: 'Value' }, { Parameters: { Value: { Type: 'String' } } }),
    },
  ],
});
