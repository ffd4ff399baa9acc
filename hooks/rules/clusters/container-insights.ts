import { requires } from '../../engine/outcome';
import { defineRule, type Examples, single, texts } from '../../engine/rule';

export const rule = defineRule({
  id: 'CL-01',
  title: 'Clusters have Container Insights',
  severity: 'MEDIUM',
  targets: ['AWS::ECS::Cluster'],
  level: 'resource',
  equivalents: {
    'AWS Config': ['ecs-container-insights-enabled'],
    'Control Tower': ['CT.ECS.PR.2'],
    'Security Hub': ['ECS.12'],
    checkov: ['CKV_AWS_65'],
    'cdk-nag': ['AwsSolutions-ECS4'],
    trivy: ['AWS-0034'],
  },
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cloudwatch-container-insights.html',
  rationale: 'Without it there are no metrics per task, and a failing or hijacked container goes unnoticed.',
  remedy: 'Set containerInsights to enhanced or enabled in ClusterSettings.',
  parameters: {
    acceptedValues: texts('Values of containerInsights that count as on.', ['enabled', 'enhanced']),
  },
  check: ({ resource, parameters: { acceptedValues } }) =>
    requires(
      resource.at('ClusterSettings').lookup('containerInsights', 'Name').oneOf(acceptedValues),
      'Container Insights is off',
    ),
});

const cluster = (Value?: unknown, rest?: object) =>
  single('AWS::ECS::Cluster', { ClusterSettings: [{ Name: 'containerInsights', Value }] }, rest);

export const examples = (): Examples => ({
  pass: [
    { title: 'enabled', template: cluster('enabled') },
    { title: 'enhanced', template: cluster('enhanced') },
  ],
  fail: [
    { title: 'no settings', template: single('AWS::ECS::Cluster', {}) },
    { title: 'disabled', template: cluster('disabled') },
    {
      title: 'enhanced, which the profile does not accept',
      template: cluster('enhanced'),
      parameters: { acceptedValues: ['enabled'] },
    },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: cluster({ Ref: 'Insights' }, { Parameters: { Insights: { Type: 'String' } } }),
    },
  ],
});
