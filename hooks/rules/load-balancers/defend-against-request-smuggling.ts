import { forbids, when } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import {
  isLoadBalancerOfType,
  LOAD_BALANCER,
  loadBalancerAttribute,
} from '../../resources/elastic-load-balancing';

const ATTRIBUTE = 'routing.http.desync_mitigation_mode';

export const rule = defineRule({
  id: 'ELB-09',
  title: 'Application Load Balancers defend against request smuggling',
  severity: 'MEDIUM',
  targets: [LOAD_BALANCER],
  level: 'resource',
  equivalents: {
    'AWS Config': ['alb-desync-mode-check'],
    'Control Tower': ['CT.ELASTICLOADBALANCING.PR.3'],
    'Security Hub': ['ELB.12'],
  },
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-12',
  rationale: 'In monitor mode ambiguous requests, which carry a second one inside, are only counted.',
  remedy: `Set the attribute ${ATTRIBUTE} to defensive or strictest, or remove it.`,
  check: ({ resource }) =>
    when(isLoadBalancerOfType(resource, 'application'), () =>
      forbids(
        loadBalancerAttribute(resource, ATTRIBUTE).equals('monitor'),
        'requests that could be smuggled are let through',
      ),
    ),
});

const loadBalancer = (Value: unknown, rest?: object) =>
  single(LOAD_BALANCER, { LoadBalancerAttributes: [{ Key: ATTRIBUTE, Value }] }, rest);

export const examples = (): Examples => ({
  pass: [
    { title: 'absent, which means defensive', template: single(LOAD_BALANCER, {}) },
    { title: 'strictest', template: loadBalancer('strictest') },
  ],
  fail: [{ title: 'monitor', template: loadBalancer('monitor') }],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: loadBalancer({ Ref: 'Mode' }, { Parameters: { Mode: { Type: 'String' } } }),
    },
  ],
});
