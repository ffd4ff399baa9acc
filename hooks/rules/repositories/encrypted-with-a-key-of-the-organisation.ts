import { requires } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';

export const rule = defineRule({
  id: 'ECR-05',
  title: 'Repositories are encrypted with a key of the organisation',
  severity: 'LOW',
  targets: ['AWS::ECR::Repository'],
  level: 'resource',
  equivalents: {
    'Security Hub': ['ECR.5'],
    'AWS Config': ['ecr-repository-cmk-encryption-enabled'],
    checkov: ['CKV_AWS_136'],
    trivy: ['AWS-0033'],
  },
  source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html',
  rationale: 'Only with a key of its own the organisation decides who reads images.',
  remedy: 'Set EncryptionConfiguration.EncryptionType to KMS.',
  mode: 'warn',
  check: ({ resource }) =>
    requires(
      resource.at('EncryptionConfiguration.EncryptionType').matches('KMS*'),
      'images are not encrypted with a key of the organisation',
    ),
});

const repository = (properties: Readonly<Record<string, unknown>>, rest?: object) =>
  single('AWS::ECR::Repository', properties, rest);
export const examples = (): Examples => ({
  pass: [{ title: 'with KMS', template: repository({ EncryptionConfiguration: { EncryptionType: 'KMS' } }) }],
  fail: [{ title: 'not set, which means AES256', template: repository({}) }],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: repository(
        { EncryptionConfiguration: { EncryptionType: { Ref: 'Value' } } },
        { Parameters: { Value: { Type: 'String' } } },
      ),
    },
  ],
});
