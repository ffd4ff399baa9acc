import { single } from '../../hooks/engine/rule';
import { LISTENER } from '../../hooks/resources/elastic-load-balancing';
import type { RuleCases } from '../labelled-case';

const listener = (Protocol: string | undefined, DefaultActions?: unknown, rest?: object) =>
  single(LISTENER, { LoadBalancerArn: 'alb', Port: 80, Protocol, DefaultActions }, rest);
const forward = { Type: 'forward', TargetGroupArn: 'group' };
const redirect = { Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', StatusCode: 'HTTP_301' } };
const byParameter = {
  Parameters: { Secure: { Type: 'String' } },
  Conditions: { IsSecure: { 'Fn::Equals': [{ Ref: 'Secure' }, 'true'] } },
};

export const cases: RuleCases = {
  rule: 'ELB-03',
  checks: [
    {
      tool: 'checkov',
      check: 'CKV_AWS_2',
      pass: {
        HTTPS: listener('HTTPS', [forward]),
        TCP: listener('TCP', [forward]),
        UDP: listener('UDP', [forward]),
        TCP_UDP: listener('TCP_UDP', [forward]),
        TLS: listener('TLS', [forward]),
        'HTTP that redirects': listener('HTTP', [redirect]),
      },
      fail: { 'HTTP that forwards': listener('HTTP', [forward]) },
      skip: {
        'actions under a condition, no protocol': listener(
          undefined,
          { 'Fn::If': ['IsSecure', [redirect], [forward]] },
          byParameter,
        ),
      },
    },
    {
      tool: 'cdk-nag',
      check: 'ALBHttpToHttpsRedirection',
      pass: { redirect: listener('HTTP', [redirect]) },
      fail: {
        'fixed response': listener('HTTP', [
          { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '200' } },
        ]),
      },
    },
    {
      tool: 'trivy',
      check: 'AWS-0054',
      pass: { 'HTTPS without actions': listener('HTTPS') },
      fail: { 'HTTP without actions': listener('HTTP') },
    },
  ],
};
