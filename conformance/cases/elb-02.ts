import { LOAD_BALANCER } from '../../hooks/resources/elastic-load-balancing';
import type { RuleCases } from '../labelled-case';

const Alb = { Type: LOAD_BALANCER, Properties: { Type: 'application', Scheme: 'internet-facing' } };

export const cases: RuleCases = {
  rule: 'ELB-02',
  checks: [
    {
      tool: 'cdk-nag',
      check: 'ALBWAFEnabled',
      pass: {
        'an association, and a network load balancer without': {
          Resources: {
            Alb,
            Nlb: { Type: LOAD_BALANCER, Properties: { Type: 'network' } },
            Association: {
              Type: 'AWS::WAFv2::WebACLAssociation',
              Properties: { ResourceArn: { Ref: 'Alb' }, WebACLArn: 'acl' },
            },
          },
        },
      },
      // The test's load balancer is made without naming a scheme, and so is internal: the check asks all of them.
      fail: {
        'internal, no association': {
          Resources: { Alb: { ...Alb, Properties: { Type: 'application', Scheme: 'internal' } } },
        },
        'public, no association': { Resources: { Alb } },
      },
    },
  ],
};
