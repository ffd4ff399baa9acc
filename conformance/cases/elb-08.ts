import { single } from '../../hooks/engine/rule';
import { LOAD_BALANCER } from '../../hooks/resources/elastic-load-balancing';
import type { RuleCases } from '../labelled-case';

const KEY = 'routing.http.drop_invalid_header_fields.enabled';
const protection = (Value: unknown) => ({ Key: 'deletion_protection.enabled', Value });
const balancer = (Type: string | undefined, ...LoadBalancerAttributes: unknown[]) =>
  single(LOAD_BALANCER, { Type, LoadBalancerAttributes });

export const cases: RuleCases = {
  rule: 'ELB-08',
  checks: [
    {
      tool: 'checkov',
      check: 'CKV_AWS_131',
      pass: {
        'no type, text true': balancer(undefined, { Key: KEY, Value: 'true' }),
        'no type, true': balancer(undefined, { Key: KEY, Value: true }),
        'text true': balancer('application', { Key: KEY, Value: 'true' }),
        'several attributes': balancer('application', protection('true'), { Key: KEY, Value: 'true' }),
      },
      fail: {
        'no type, no attributes': single(LOAD_BALANCER, {}),
        'no attributes': single(LOAD_BALANCER, { Type: 'application' }),
        'text false': balancer('application', { Key: KEY, Value: 'false' }),
        false: balancer('application', { Key: KEY, Value: false }),
        'another attribute': balancer('application', protection('true')),
        'another attribute, not as text': balancer('application', protection(true)),
      },
      skip: { network: balancer('network'), gateway: balancer('gateway') },
    },
    {
      tool: 'cdk-nag',
      check: 'ALBHttpDropInvalidHeaderEnabled',
      pass: {
        'text true': balancer('application', { Key: KEY, Value: 'true' }),
        network: single(LOAD_BALANCER, { Type: 'network' }),
      },
      fail: {
        'another attribute': balancer('application', { Key: 'access_logs.s3.enabled', Value: 'true' }),
        'no attributes': single(LOAD_BALANCER, { Type: 'application' }),
      },
    },
    {
      tool: 'trivy',
      check: 'AWS-0052',
      pass: {
        'no type, true': balancer(undefined, { Key: KEY, Value: true }),
        gateway: single(LOAD_BALANCER, { Type: 'gateway' }),
      },
      fail: { 'no type, false': balancer(undefined, { Key: KEY, Value: false }) },
    },
  ],
};
