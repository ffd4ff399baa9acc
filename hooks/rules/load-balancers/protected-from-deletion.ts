import { requires } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { LOAD_BALANCER, loadBalancerAttribute } from '../../resources/elastic-load-balancing';

const ATTRIBUTE = 'deletion_protection.enabled';

export const rule = defineRule({
  id: 'ELB-10',
  title: 'Load balancers cannot be deleted by accident',
  severity: 'MEDIUM',
  targets: [LOAD_BALANCER],
  level: 'resource',
  equivalents: {
    'AWS Config': ['elb-deletion-protection-enabled'],
    'Control Tower': ['CT.ELASTICLOADBALANCING.PR.5'],
    'Security Hub': ['ELB.6'],
    checkov: ['CKV_AWS_150'],
    'Guard rules registry': ['ELB_DELETION_PROTECTION_ENABLED'],
    'cdk-nag': ['ELBDeletionProtectionEnabled'],
  },
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-6',
  rationale: 'A deleted load balancer takes its DNS name along, and every client that uses it fails.',
  remedy: `Set the attribute ${ATTRIBUTE} to true.`,
  check: ({ resource }) =>
    requires(
      loadBalancerAttribute(resource, ATTRIBUTE).equals(true),
      'the load balancer can be deleted by accident',
    ),
});

const loadBalancer = (Value: unknown, rest?: object) =>
  single(LOAD_BALANCER, { LoadBalancerAttributes: [{ Key: ATTRIBUTE, Value }] }, rest);

export const examples = (): Examples => ({
  pass: [{ title: 'protected', template: loadBalancer('true') }],
  fail: [
    { title: 'no attributes', template: single(LOAD_BALANCER, {}) },
    { title: 'not protected', template: loadBalancer('false') },
  ],
  indeterminate: [
    {
      title: 'attributes under a condition',
      template: {
        Conditions: { Production: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } },
        Parameters: { Stage: { Type: 'String' } },
        ...single(LOAD_BALANCER, {
          LoadBalancerAttributes: {
            'Fn::If': ['Production', [{ Key: ATTRIBUTE, Value: 'true' }], { Ref: 'AWS::NoValue' }],
          },
        }),
      },
    },
  ],
});
