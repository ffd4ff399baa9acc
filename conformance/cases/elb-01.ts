import { single } from '../../hooks/engine/rule';
import { LOAD_BALANCER } from '../../hooks/resources/elastic-load-balancing';
import type { RuleCases } from '../labelled-case';

export const cases: RuleCases = {
  rule: 'ELB-01',
  checks: [
    {
      tool: 'trivy',
      check: 'AWS-0053',
      pass: { internal: single(LOAD_BALANCER, { Scheme: 'internal' }) },
      fail: { 'no scheme': single(LOAD_BALANCER, {}) },
    },
  ],
};
