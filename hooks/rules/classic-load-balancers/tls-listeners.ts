import { requires } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';

export const rule = defineRule({
  id: 'CLB-01',
  title: 'Listeners of Classic Load Balancers use TLS',
  severity: 'MEDIUM',
  targets: ['AWS::ElasticLoadBalancing::LoadBalancer'],
  level: 'resource',
  equivalents: {
    'Control Tower': ['CT.ELASTICLOADBALANCING.PR.9'],
    'Security Hub': ['ELB.3'],
    'AWS Config': ['elb-tls-https-listeners-only'],
  },
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-3',
  rationale: 'Whoever is on the way reads and changes what is not encrypted.',
  remedy: 'Set Protocol to HTTPS or SSL, or move to an Application Load Balancer.',
  check: ({ resource }) =>
    resource
      .at('Listeners')
      .each((listener) =>
        requires(
          listener.at('Protocol').oneOf(['HTTPS', 'SSL', 'https', 'ssl']),
          'requests are readable on their way',
        ),
      ),
});

const balancer = (listener: object, rest?: object) =>
  single(
    'AWS::ElasticLoadBalancing::LoadBalancer',
    { Listeners: [{ LoadBalancerPort: '443', InstancePort: '80', ...listener }] },
    rest,
  );
export const examples = (): Examples => ({
  pass: [{ title: 'HTTPS', template: balancer({ Protocol: 'HTTPS' }) }],
  fail: [
    { title: 'HTTP', template: balancer({ Protocol: 'HTTP' }) },
    { title: 'TCP', template: balancer({ Protocol: 'tcp' }) },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: balancer({ Protocol: { Ref: 'Value' } }, { Parameters: { Value: { Type: 'String' } } }),
    },
  ],
});
