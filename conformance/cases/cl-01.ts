import { single } from '../../hooks/engine/rule';
import type { RuleCases } from '../labelled-case';

const cluster = (Value: string) =>
  single('AWS::ECS::Cluster', { ClusterSettings: [{ Name: 'containerInsights', Value }] });
const none = single('AWS::ECS::Cluster', { ClusterName: 'main' });

export const cases: RuleCases = {
  rule: 'CL-01',
  checks: [
    {
      tool: 'checkov',
      check: 'CKV_AWS_65',
      pass: { enabled: cluster('enabled'), enhanced: cluster('enhanced') },
      fail: { disabled: cluster('disabled'), 'no settings': none },
    },
    {
      tool: 'cdk-nag',
      check: 'ECSClusterCloudWatchContainerInsights',
      pass: { enabled: cluster('enabled'), enhanced: cluster('enhanced') },
      fail: { disabled: cluster('disabled'), 'no settings': none },
    },
    {
      tool: 'trivy',
      check: 'AWS-0034',
      pass: { enabled: cluster('enabled') },
      fail: { 'no settings': none },
    },
  ],
};
