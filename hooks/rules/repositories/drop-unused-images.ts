import { requires } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';

export const rule = defineRule({
  id: 'ECR-03',
  title: 'Repositories drop images that are not used',
  severity: 'LOW',
  targets: ['AWS::ECR::Repository'],
  level: 'resource',
  equivalents: {
    'Control Tower': ['CT.ECR.PR.1'],
    'Security Hub': ['ECR.3'],
    'AWS Config': ['ecr-private-lifecycle-policy-configured'],
  },
  source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html',
  rationale: 'Images that stay for ever cost, and can be deployed with all their old weaknesses.',
  remedy: 'Set LifecyclePolicy.',
  check: ({ resource }) => requires(resource.at('LifecyclePolicy').isSet(), 'images stay for ever'),
});

const repository = (properties: Readonly<Record<string, unknown>>, rest?: object) =>
  single('AWS::ECR::Repository', properties, rest);
export const examples = (): Examples => ({
  pass: [
    {
      title: 'a life-cycle policy',
      template: repository({ LifecyclePolicy: { LifecyclePolicyText: '{}' } }),
    },
  ],
  fail: [{ title: 'none', template: repository({}) }],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: repository(
        { LifecyclePolicy: { Ref: 'Value' } },
        { Parameters: { Value: { Type: 'String' } } },
      ),
    },
  ],
});
