import { requires, when } from '../../engine/outcome';
import { defineRule, type Examples, single, texts } from '../../engine/rule';
import { isTlsListener, LISTENER } from '../../resources/elastic-load-balancing';

export const rule = defineRule({
  id: 'ELB-05',
  title: 'TLS listeners use a current security policy',
  severity: 'MEDIUM',
  targets: [LISTENER],
  level: 'resource',
  equivalents: {
    'AWS Config': ['elbv2-predefined-security-policy-ssl-check'],
    'Security Hub': ['ELB.17'],
    'Guard rules registry': ['ELBV2_LISTENER_SSL_POLICY_RULE'],
    checkov: ['CKV_AWS_103'],
    cfn_nag: ['W55'],
    trivy: ['AWS-0047'],
  },
  source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html',
  rationale: 'Older policies, also the default one, accept versions and ciphers of TLS that can be broken.',
  remedy:
    'Set SslPolicy to ELBSecurityPolicy-TLS13-1-2-Res-2021-06 or another policy that the profile lists.',
  parameters: {
    policies: texts('Accepted security policies, `*` for any characters.', [
      'ELBSecurityPolicy-TLS13-1-2-2021-06',
      'ELBSecurityPolicy-TLS13-1-2-Res-2021-06',
      'ELBSecurityPolicy-TLS13-1-3-2021-06',
      'ELBSecurityPolicy-TLS13-1-2-FIPS-*',
      'ELBSecurityPolicy-TLS13-1-2-Res-FIPS-*',
      'ELBSecurityPolicy-TLS13-1-3-FIPS-*',
      'ELBSecurityPolicy-TLS13-1-2-Res-PQ-*',
      'ELBSecurityPolicy-TLS13-1-2-PQ-*',
      'ELBSecurityPolicy-TLS13-1-3-PQ-*',
      'ELBSecurityPolicy-FS-1-2-Res-2020-10',
      'ELBSecurityPolicy-FS-1-2-Res-2019-08',
      'ELBSecurityPolicy-FS-1-2-2019-08',
      'ELBSecurityPolicy-TLS-1-2-2017-01',
    ]),
  },
  check: ({ resource, parameters: { policies } }) =>
    when(isTlsListener(resource), () =>
      requires(resource.at('SslPolicy').matches(...policies), 'the listener accepts outdated TLS'),
    ),
});

const listener = (SslPolicy?: unknown, Protocol = 'HTTPS', rest?: object) =>
  single(LISTENER, { Protocol, SslPolicy }, rest);

export const examples = (): Examples => ({
  pass: [
    { title: 'a TLS 1.3 policy', template: listener('ELBSecurityPolicy-TLS13-1-2-2021-06') },
    { title: 'an HTTP listener, which ELB-03 judges', template: listener(undefined, 'HTTP') },
  ],
  fail: [
    { title: 'absent, which means the policy of 2016', template: listener() },
    { title: 'a policy with TLS 1.0', template: listener('ELBSecurityPolicy-2016-08') },
    {
      title: 'a TLS 1.3 policy that also accepts TLS 1.0',
      template: listener('ELBSecurityPolicy-TLS13-1-0-2021-06', 'TLS'),
    },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: listener({ Ref: 'Policy' }, 'HTTPS', { Parameters: { Policy: { Type: 'String' } } }),
    },
  ],
});
