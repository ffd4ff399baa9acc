import { requires, when } from '../../engine/outcome';
import { defineRule, type Examples } from '../../engine/rule';
import { isPublicLoadBalancer, LOAD_BALANCER } from '../../resources/elastic-load-balancing';

export const rule = defineRule({
  id: 'ELB-02',
  title: 'Public Application Load Balancers have a web ACL',
  severity: 'HIGH',
  targets: [LOAD_BALANCER],
  level: 'stack',
  related: ['AWS::WAFv2::WebACLAssociation'],
  equivalents: {
    'AWS Config': ['alb-waf-enabled'],
    KICS: ['105ba098'],
    'cdk-nag': ['ALBWAFEnabled'],
    'Security Hub': ['ELB.16'],
  },
  source: 'https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-associating-aws-resource.html',
  rationale: 'Without a web ACL nothing filters attacks or limits request rates before they reach the tasks.',
  remedy:
    'Add an AWS::WAFv2::WebACLAssociation whose ResourceArn is this load balancer, or make it internal.',
  check: ({ resource, stack }) =>
    when(isPublicLoadBalancer(resource, 'application'), () =>
      requires(
        stack.someReferring(resource, 'AWS::WAFv2::WebACLAssociation', 'ResourceArn'),
        'the internet reaches it and no web ACL association of the stack names it',
      ),
    ),
});

const loadBalancer = { Type: LOAD_BALANCER, Properties: { Scheme: 'internet-facing' } };
const association = (ResourceArn: unknown) => ({
  Type: 'AWS::WAFv2::WebACLAssociation',
  Properties: { ResourceArn, WebACLArn: 'arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/edge/1' },
});

export const examples = (): Examples => ({
  pass: [
    {
      title: 'an association in the same stack',
      template: { Resources: { Alb: loadBalancer, Association: association({ Ref: 'Alb' }) } },
    },
    {
      title: 'an internal load balancer',
      template: { Resources: { Alb: { ...loadBalancer, Properties: { Scheme: 'internal' } } } },
    },
    {
      title: 'a Network Load Balancer, which takes no web ACL',
      template: { Resources: { Nlb: { ...loadBalancer, Properties: { Type: 'network' } } } },
    },
  ],
  fail: [
    { title: 'no association', template: { Resources: { Alb: loadBalancer } } },
    {
      title: 'type and scheme omitted, which means a public Application Load Balancer',
      template: { Resources: { Alb: { Type: LOAD_BALANCER } } },
    },
    {
      title: 'an association with another load balancer',
      template: {
        Resources: {
          Alb: loadBalancer,
          Other: { ...loadBalancer, Properties: { Scheme: 'internal' } },
          Association: association({ Ref: 'Other' }),
        },
      },
    },
  ],
  indeterminate: [
    {
      title: 'an association with a load balancer that a parameter names',
      template: {
        Parameters: { Target: { Type: 'String' } },
        Resources: { Alb: loadBalancer, Association: association({ Ref: 'Target' }) },
      },
    },
  ],
});
