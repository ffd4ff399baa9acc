import { forbids } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { isPublicLoadBalancer, LOAD_BALANCER } from '../../resources/elastic-load-balancing';

export const rule = defineRule({
  id: 'ELB-01',
  title: 'Load balancers are internal unless approved',
  severity: 'HIGH',
  targets: [LOAD_BALANCER],
  level: 'resource',
  equivalents: { trivy: ['AWS-0053'] },
  source:
    'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html',
  rationale:
    'A public load balancer puts what is behind it on the internet; that decision belongs to the organisation.',
  remedy: 'Set Scheme to internal, or get an exemption as the approval.',
  // Public load balancers are ordinary; ELB-02 refuses those without a web ACL. Strict profiles ask for approval.
  mode: 'warn',
  check: ({ resource }) =>
    forbids(
      isPublicLoadBalancer(resource, 'application', 'network'),
      'the internet reaches this load balancer',
    ),
});

const loadBalancer = (properties: object, rest?: object) => single(LOAD_BALANCER, { ...properties }, rest);

export const examples = (): Examples => ({
  pass: [
    { title: 'internal', template: loadBalancer({ Scheme: 'internal' }) },
    { title: 'a Gateway Load Balancer, which has no scheme', template: loadBalancer({ Type: 'gateway' }) },
  ],
  fail: [
    { title: 'internet-facing', template: loadBalancer({ Scheme: 'internet-facing' }) },
    { title: 'absent, which means internet-facing', template: loadBalancer({}) },
    { title: 'a Network Load Balancer', template: loadBalancer({ Type: 'network' }) },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: loadBalancer({ Scheme: { Ref: 'Scheme' } }, { Parameters: { Scheme: { Type: 'String' } } }),
    },
  ],
});
