import { forbids, when } from '../../engine/outcome';
import type { Stack } from '../../engine/resource';
import { defineRule, type Examples } from '../../engine/rule';
import type { Test } from '../../engine/truth';
import type { Value } from '../../engine/value';
import { forwards, isHttpListener, LISTENER } from '../../resources/elastic-load-balancing';

const LISTENER_RULE = 'AWS::ElasticLoadBalancingV2::ListenerRule';

export const rule = defineRule({
  id: 'ELB-04',
  title: 'Rules of HTTP listeners do not forward',
  severity: 'MEDIUM',
  targets: [LISTENER_RULE],
  level: 'stack',
  related: [LISTENER],
  source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html',
  rationale:
    'A rule is tried before the default action, so that it serves clear text although the listener redirects.',
  remedy: 'Attach the rule to the HTTPS listener, or let it redirect to HTTPS.',
  check: ({ resource, stack }) =>
    when(resource.at('Actions').some(forwards), () =>
      forbids(
        isOfHttpListener(resource.at('ListenerArn'), stack),
        'requests are answered over unencrypted HTTP',
      ),
    ),
});

function isOfHttpListener(listenerArn: Value, stack: Stack): Test {
  const listener = stack.referredBy(listenerArn);
  return listener === undefined
    ? listenerArn.undecided('this listener is not in the template')
    : isHttpListener(listener);
}

const withListener = (Protocol: string, action: object) => ({
  Resources: {
    Listener: { Type: LISTENER, Properties: { Protocol, Port: 80, DefaultActions: [] } },
    Rule: {
      Type: LISTENER_RULE,
      Properties: { ListenerArn: { Ref: 'Listener' }, Priority: 1, Actions: [action] },
    },
  },
});

export const examples = (): Examples => ({
  pass: [
    {
      title: 'a redirect',
      template: withListener('HTTP', { Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS' } }),
    },
    { title: 'a forward on an HTTPS listener', template: withListener('HTTPS', { Type: 'forward' }) },
  ],
  fail: [{ title: 'a forward on an HTTP listener', template: withListener('HTTP', { Type: 'forward' }) }],
  indeterminate: [
    {
      title: 'a listener of another stack',
      template: {
        Resources: {
          Rule: {
            Type: LISTENER_RULE,
            Properties: { ListenerArn: 'arn:listener', Actions: [{ Type: 'forward' }] },
          },
        },
      },
    },
  ],
});
