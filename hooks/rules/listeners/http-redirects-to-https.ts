import { forbids, type Outcome, requires, when } from '../../engine/outcome';
import { defineRule, type Examples, flag, single } from '../../engine/rule';
import { all } from '../../engine/truth';
import { isHttpListener, LISTENER, redirectsToHttps } from '../../resources/elastic-load-balancing';

export const rule = defineRule({
  id: 'ELB-03',
  title: 'HTTP listeners only redirect to HTTPS',
  severity: 'MEDIUM',
  targets: [LISTENER],
  level: 'resource',
  equivalents: {
    'AWS Config': ['alb-http-to-https-redirection-check'],
    'Control Tower': ['CT.ELASTICLOADBALANCING.PR.1'],
    'Security Hub': ['ELB.1', 'ELB.18'],
    checkov: ['CKV_AWS_2'],
    cfn_nag: ['W56'],
    trivy: ['AWS-0054'],
  },
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-1',
  rationale: 'Requests in clear can be read and changed by everybody on their way.',
  remedy: 'Give the listener one default action of type redirect with RedirectConfig.Protocol HTTPS.',
  parameters: {
    allowRedirect: flag(
      'Accept HTTP listeners that redirect to HTTPS; false refuses every HTTP listener.',
      true,
    ),
  },
  check: ({ resource, parameters: { allowRedirect } }): Outcome =>
    allowRedirect
      ? when(isHttpListener(resource), () =>
          requires(
            all(resource.at('DefaultActions').isSet(), resource.at('DefaultActions').every(redirectsToHttps)),
            'the listener answers over unencrypted HTTP',
          ),
        )
      : forbids(isHttpListener(resource), 'the listener takes unencrypted HTTP'),
});

const listener = (Protocol: unknown, action?: object, rest?: object) =>
  single(LISTENER, { Port: 80, Protocol, DefaultActions: [action] }, rest);
const forward = { Type: 'forward', TargetGroupArn: 'tg' };

export const examples = (): Examples => ({
  pass: [
    {
      title: 'a redirect to HTTPS',
      template: listener('HTTP', { Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS' } }),
    },
    { title: 'an HTTPS listener', template: listener('HTTPS', forward) },
  ],
  fail: [
    { title: 'a forward', template: listener('HTTP', forward) },
    { title: 'no action', template: listener('HTTP') },
    {
      title: 'a redirect that keeps the protocol',
      template: listener('HTTP', { Type: 'redirect', RedirectConfig: { Port: '443' } }),
    },
    {
      title: 'a redirect, which the profile does not accept',
      template: listener('HTTP', { Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS' } }),
      parameters: { allowRedirect: false },
    },
  ],
  indeterminate: [
    {
      title: 'a protocol by a parameter',
      template: listener({ Ref: 'Protocol' }, forward, { Parameters: { Protocol: { Type: 'String' } } }),
    },
  ],
});
