import { requires } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';

export const rule = defineRule({
  id: 'CLB-02',
  title: 'Classic Load Balancers log, drain and cross zones',
  severity: 'MEDIUM',
  targets: ['AWS::ElasticLoadBalancing::LoadBalancer'],
  level: 'resource',
  equivalents: {
    'Control Tower': [
      'CT.ELASTICLOADBALANCING.PR.10',
      'CT.ELASTICLOADBALANCING.PR.11',
      'CT.ELASTICLOADBALANCING.PR.13',
    ],
    'Security Hub': ['ELB.7', 'ELB.9'],
    'AWS Config': ['elb-cross-zone-load-balancing-enabled'],
    checkov: ['CKV_AWS_92'],
  },
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-5',
  rationale: 'Without logs nobody knows who was refused; without draining every deployment loses requests.',
  remedy: 'Enable AccessLoggingPolicy, ConnectionDrainingPolicy and CrossZone.',
  check: ({ resource }) => [
    ...requires(resource.at('AccessLoggingPolicy.Enabled').equals(true), 'requests are not logged'),
    ...requires(
      resource.at('ConnectionDrainingPolicy.Enabled').equals(true),
      'requests are cut off when a target goes',
    ),
    ...requires(resource.at('CrossZone').equals(true), 'a zone with few targets is overloaded'),
  ],
});

const balancer = (properties: object, rest?: object) =>
  single(
    'AWS::ElasticLoadBalancing::LoadBalancer',
    {
      AccessLoggingPolicy: { Enabled: true, S3BucketName: 'logs' },
      ConnectionDrainingPolicy: { Enabled: true, Timeout: 60 },
      CrossZone: true,
      ...properties,
    },
    rest,
  );
export const examples = (): Examples => ({
  pass: [{ title: 'all three', template: balancer({}) }],
  fail: [
    { title: 'no logs', template: balancer({ AccessLoggingPolicy: undefined }) },
    { title: 'no draining', template: balancer({ ConnectionDrainingPolicy: { Enabled: false } }) },
    { title: 'not across zones', template: balancer({ CrossZone: false }) },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: balancer({ CrossZone: { Ref: 'Value' } }, { Parameters: { Value: { Type: 'String' } } }),
    },
  ],
});
