import { single } from '../../hooks/engine/rule';
import { LOAD_BALANCER } from '../../hooks/resources/elastic-load-balancing';
import type { RuleCases } from '../labelled-case';

const balancer = (enabled: unknown, properties: object = {}) =>
  single(LOAD_BALANCER, {
    Subnets: ['subnet-1', 'subnet-2'],
    LoadBalancerAttributes: [
      { Key: 'access_logs.s3.enabled', Value: enabled },
      { Key: 'access_logs.s3.bucket', Value: 'logs' },
    ],
    ...properties,
  });

export const cases: RuleCases = {
  rule: 'ELB-07',
  checks: [
    {
      tool: 'checkov',
      check: 'CKV_AWS_91',
      pass: { 'text true': balancer('true'), true: balancer(true) },
      fail: {
        'text false': balancer('false'),
        false: balancer(false),
        'another attribute': single(LOAD_BALANCER, {
          LoadBalancerAttributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '60' }],
        }),
        'no attributes': single(LOAD_BALANCER, {}),
      },
    },
    {
      tool: 'cdk-nag',
      check: 'ELBLoggingEnabled',
      pass: {
        application: balancer('true', { Type: 'application' }),
        network: balancer('true', { Type: 'network' }),
      },
      fail: {
        'another attribute': single(LOAD_BALANCER, {
          Type: 'application',
          LoadBalancerAttributes: [{ Key: 'routing.http.drop_invalid_header_fields.enabled', Value: 'true' }],
        }),
      },
    },
  ],
};
