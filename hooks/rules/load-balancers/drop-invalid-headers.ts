import { requires, when } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import {
  isLoadBalancerOfType,
  LOAD_BALANCER,
  loadBalancerAttribute,
} from '../../resources/elastic-load-balancing';

const ATTRIBUTE = 'routing.http.drop_invalid_header_fields.enabled';

export const rule = defineRule({
  id: 'ELB-08',
  title: 'Application Load Balancers drop invalid headers',
  severity: 'MEDIUM',
  targets: [LOAD_BALANCER],
  level: 'resource',
  equivalents: {
    'AWS Config': ['alb-http-drop-invalid-header-enabled'],
    'Control Tower': ['CT.ELASTICLOADBALANCING.PR.4'],
    'Security Hub': ['ELB.4'],
    checkov: ['CKV_AWS_131'],
    trivy: ['AWS-0052'],
    'Guard rules registry': ['ALB_HTTP_DROP_INVALID_HEADER_ENABLED'],
    'cdk-nag': ['ALBHttpDropInvalidHeaderEnabled'],
  },
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-4',
  rationale: 'Malformed headers are how requests are smuggled past the checks of a proxy.',
  remedy: `Set the attribute ${ATTRIBUTE} to true.`,
  check: ({ resource }) =>
    when(isLoadBalancerOfType(resource, 'application'), () =>
      requires(loadBalancerAttribute(resource, ATTRIBUTE).equals(true), 'invalid headers reach the tasks'),
    ),
});

const loadBalancer = (Value?: unknown, rest?: object) =>
  single(LOAD_BALANCER, { Type: 'application', LoadBalancerAttributes: [{ Key: ATTRIBUTE, Value }] }, rest);

export const examples = (): Examples => ({
  pass: [
    { title: 'dropped', template: loadBalancer('true') },
    { title: 'a Network Load Balancer', template: single(LOAD_BALANCER, { Type: 'network' }) },
  ],
  fail: [
    { title: 'no attributes and no type, which means application', template: single(LOAD_BALANCER, {}) },
    { title: 'kept', template: loadBalancer('false') },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: loadBalancer({ Ref: 'Drop' }, { Parameters: { Drop: { Type: 'String' } } }),
    },
  ],
});
