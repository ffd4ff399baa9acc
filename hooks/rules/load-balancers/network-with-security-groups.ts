import { requires, when } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { isLoadBalancerOfType, LOAD_BALANCER } from '../../resources/elastic-load-balancing';

export const rule = defineRule({
  id: 'ELB-13',
  title: 'Network Load Balancers have security groups',
  severity: 'MEDIUM',
  targets: [LOAD_BALANCER],
  level: 'resource',
  source:
    'https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html',
  rationale:
    'A Network Load Balancer without security groups passes every address on to its targets, and can never get one later.',
  remedy: 'Set SecurityGroups when the load balancer is created.',
  check: ({ resource }) =>
    when(isLoadBalancerOfType(resource, 'network'), () =>
      requires(resource.at('SecurityGroups').isSet(), 'targets have to admit the world to be reached'),
    ),
});

const balancer = (SecurityGroups?: unknown, rest?: object) =>
  single(LOAD_BALANCER, { Type: 'network', SecurityGroups }, rest);
export const examples = (): Examples => ({
  pass: [
    { title: 'a security group', template: balancer(['sg-1']) },
    { title: 'an Application Load Balancer', template: single(LOAD_BALANCER, {}) },
  ],
  fail: [{ title: 'none', template: balancer() }],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: balancer({ Ref: 'Value' }, { Parameters: { Value: { Type: 'CommaDelimitedList' } } }),
    },
  ],
});
