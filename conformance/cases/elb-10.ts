import { single } from '../../hooks/engine/rule';
import { LOAD_BALANCER } from '../../hooks/resources/elastic-load-balancing';
import type { RuleCases } from '../labelled-case';

const balancer = (LoadBalancerAttributes?: unknown) => single(LOAD_BALANCER, { LoadBalancerAttributes });
const protection = (Value: unknown) => [{ Key: 'deletion_protection.enabled', Value }];

export const cases: RuleCases = {
  rule: 'ELB-10',
  checks: [
    {
      tool: 'cdk-nag',
      check: 'ELBDeletionProtectionEnabled',
      pass: { 'text true': balancer(protection('true')) },
      fail: {
        'empty attributes': balancer([]),
        'text false': balancer(protection('false')),
        'another attribute': balancer([{ Key: 'access_logs.s3.enabled', Value: 'true' }]),
        'no attributes': balancer(),
      },
    },
  ],
};
