import { forbids } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { LISTENER } from '../../resources/elastic-load-balancing';

export const rule = defineRule({
  id: 'ELB-14',
  title: 'Listeners of Network Load Balancers use TLS',
  severity: 'MEDIUM',
  targets: [LISTENER],
  level: 'resource',
  equivalents: { 'AWS Config': ['elbv2-listener-encryption-in-transit'], 'Security Hub': ['ELB.18'] },
  source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/network/create-tls-listener.html',
  rationale: 'A TCP listener passes on whatever comes; whether targets encrypt it nobody sees.',
  remedy: 'Set Protocol to TLS, or exempt a listener whose targets end TLS themselves.',
  mode: 'warn',
  check: ({ resource }) =>
    forbids(resource.at('Protocol').oneOf(['TCP', 'TCP_UDP']), 'what passes may be readable on its way'),
});

const listener = (Protocol?: unknown, rest?: object) => single(LISTENER, { Protocol }, rest);
export const examples = (): Examples => ({
  pass: [
    { title: 'TLS', template: listener('TLS') },
    { title: 'HTTPS of an Application Load Balancer', template: listener('HTTPS') },
    { title: 'UDP, which has no TLS', template: listener('UDP') },
  ],
  fail: [{ title: 'TCP', template: listener('TCP') }],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: listener({ Ref: 'Value' }, { Parameters: { Value: { Type: 'String' } } }),
    },
  ],
});
