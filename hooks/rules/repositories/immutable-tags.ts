import { requires } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';

export const rule = defineRule({
  id: 'ECR-02',
  title: 'Tags of images cannot be moved',
  severity: 'MEDIUM',
  targets: ['AWS::ECR::Repository'],
  level: 'resource',
  equivalents: {
    'Control Tower': ['CT.ECR.PR.3'],
    'Security Hub': ['ECR.2'],
    'AWS Config': ['ecr-private-tag-immutability-enabled'],
    checkov: ['CKV_AWS_51'],
    trivy: ['AWS-0031'],
  },
  source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html',
  rationale: 'With tags that move, what was tested is not what runs after the next start of a task.',
  remedy: 'Set ImageTagMutability to IMMUTABLE.',
  fixes: { ImageTagMutability: 'IMMUTABLE' },
  check: ({ resource }) =>
    requires(
      resource.at('ImageTagMutability').matches('IMMUTABLE*'),
      'a tag can name another image tomorrow',
    ),
});

const repository = (properties: Readonly<Record<string, unknown>>, rest?: object) =>
  single('AWS::ECR::Repository', properties, rest);
export const examples = (): Examples => ({
  pass: [{ title: 'immutable', template: repository({ ImageTagMutability: 'IMMUTABLE' }) }],
  fail: [
    { title: 'not set, which means mutable', template: repository({}) },
    { title: 'mutable', template: repository({ ImageTagMutability: 'MUTABLE' }) },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: repository(
        { ImageTagMutability: { Ref: 'Value' } },
        { Parameters: { Value: { Type: 'String' } } },
      ),
    },
  ],
});
