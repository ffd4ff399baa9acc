import { forbids, type Outcome, requires, when } from '../../engine/outcome';
import { defineRule, type Examples, integer, single } from '../../engine/rule';
import { any } from '../../engine/truth';
import {
  isLoadBalancerOfType,
  LOAD_BALANCER,
  loadBalancerAttribute,
  TARGET_GROUP,
} from '../../resources/elastic-load-balancing';

const CROSS_ZONE = 'load_balancing.cross_zone.enabled';

export const rule = defineRule({
  id: 'ELB-11',
  title: 'Load balancers survive the loss of a zone',
  severity: 'MEDIUM',
  targets: [LOAD_BALANCER, TARGET_GROUP],
  level: 'resource',
  equivalents: {
    'AWS Config': ['elbv2-multiple-az'],
    'Security Hub': ['ELB.13'],
    'Control Tower': ['CT.ELASTICLOADBALANCING.PR.14', 'CT.ELASTICLOADBALANCING.PR.15'],
    checkov: ['CKV_AWS_152'],
  },
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-13',
  rationale:
    'With one zone, or with targets served only from their own zone, an outage of one zone is an outage.',
  remedy: `Name subnets of at least two zones and set the attribute ${CROSS_ZONE} to true.`,
  parameters: {
    minimumSubnets: integer('Least number of subnets, each of another zone.', 2, { minimum: 1 }),
  },
  check: ({ resource, parameters: { minimumSubnets } }): Outcome => {
    if (resource.type === TARGET_GROUP) {
      const crossZone = resource.at('TargetGroupAttributes').lookup(CROSS_ZONE);
      return forbids(crossZone.equals(false), 'targets get requests from their own zone only');
    }
    return [
      ...requires(
        any(
          resource.at('Subnets').hasAtLeast(minimumSubnets),
          resource.at('SubnetMappings').hasAtLeast(minimumSubnets),
        ),
        `fewer than ${minimumSubnets} subnets are named`,
      ),
      ...when(isLoadBalancerOfType(resource, 'network', 'gateway'), () =>
        requires(
          loadBalancerAttribute(resource, CROSS_ZONE).equals(true),
          'targets get requests from their own zone only',
        ),
      ),
    ];
  },
});

const Subnets = ['subnet-1', 'subnet-2'];

export const examples = (): Examples => ({
  pass: [
    { title: 'two subnets', template: single(LOAD_BALANCER, { Subnets }) },
    {
      title: 'a Network Load Balancer across zones',
      template: single(LOAD_BALANCER, {
        Type: 'network',
        Subnets,
        LoadBalancerAttributes: [{ Key: CROSS_ZONE, Value: 'true' }],
      }),
    },
    { title: 'a target group that follows its load balancer', template: single(TARGET_GROUP, {}) },
  ],
  fail: [
    { title: 'one subnet', template: single(LOAD_BALANCER, { Subnets: ['subnet-1'] }) },
    {
      title: 'a Network Load Balancer, which has it off by default',
      template: single(LOAD_BALANCER, { Type: 'network', Subnets }),
    },
    {
      title: 'a target group that switches it off',
      template: single(TARGET_GROUP, { TargetGroupAttributes: [{ Key: CROSS_ZONE, Value: 'false' }] }),
    },
  ],
  indeterminate: [
    {
      title: 'a list of subnets without value',
      template: single(
        LOAD_BALANCER,
        { Subnets: { Ref: 'Ids' } },
        { Parameters: { Ids: { Type: 'List<AWS::EC2::Subnet::Id>' } } },
      ),
    },
  ],
});
