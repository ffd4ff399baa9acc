import { single } from '../../hooks/engine/rule';
import { LISTENER } from '../../hooks/resources/elastic-load-balancing';
import type { RuleCases } from '../labelled-case';

const listener = (Protocol: string, SslPolicy?: string) =>
  single(LISTENER, { Port: 443, Protocol, SslPolicy, DefaultActions: [{ Type: 'forward' }] });

export const cases: RuleCases = {
  rule: 'ELB-05',
  checks: [
    {
      tool: 'checkov',
      check: 'CKV_AWS_103',
      parameters: {
        policies: [
          'ELBSecurityPolicy-TLS-1-2-*',
          'ELBSecurityPolicy-FS-1-2-*',
          'ELBSecurityPolicy-TLS13-1-2-*',
          'ELBSecurityPolicy-TLS13-1-3-*',
        ],
      },
      pass: {
        'HTTPS with TLS 1.2, extended': listener('HTTPS', 'ELBSecurityPolicy-TLS-1-2-Ext-2018-06'),
        'HTTPS with TLS 1.3 only': listener('HTTPS', 'ELBSecurityPolicy-TLS13-1-3-2021-06'),
        'TLS with TLS 1.2, extended': listener('TLS', 'ELBSecurityPolicy-TLS-1-2-Ext-2018-06'),
        'TLS with TLS 1.3, extended': listener('TLS', 'ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06'),
        'TLS with TLS 1.3 only': listener('TLS', 'ELBSecurityPolicy-TLS13-1-3-2021-06'),
        TCP: listener('TCP'),
        'HTTP that redirects': single(LISTENER, {
          Protocol: 'HTTP',
          DefaultActions: [{ Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS' } }],
        }),
      },
      fail: {
        'HTTPS with the policy of 2016': listener('HTTPS', 'ELBSecurityPolicy-2016-08'),
        'HTTPS without policy': listener('HTTPS'),
        'TLS with the policy of 2016': listener('TLS', 'ELBSecurityPolicy-2016-08'),
        'TLS with TLS 1.1': listener('TLS', 'ELBSecurityPolicy-TLS13-1-1-2021-06'),
        'TLS without policy': listener('TLS'),
        'HTTP that forwards': listener('HTTP'),
      },
    },
    {
      tool: 'trivy',
      check: 'AWS-0047',
      pass: { 'TLS 1.3': listener('HTTPS', 'ELBSecurityPolicy-TLS13-1-2-2021-06') },
      fail: { 'TLS 1.1': listener('HTTPS', 'ELBSecurityPolicy-TLS-1-1-2017-01') },
    },
  ],
};
