import { forbids, type Outcome, when } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { not } from '../../engine/truth';
import { TARGET_GROUP } from '../../resources/elastic-load-balancing';

export const rule = defineRule({
  id: 'ELB-12',
  title: 'Targets are reached by TLS',
  severity: 'MEDIUM',
  targets: [TARGET_GROUP],
  level: 'resource',
  equivalents: {
    'AWS Config': [
      'elbv2-targetgroup-protocol-encrypted',
      'elbv2-targetgroup-healthcheck-protocol-encrypted',
    ],
    'Security Hub': ['ELB.21', 'ELB.22'],
    checkov: ['CKV_AWS_378'],
  },
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-21',
  rationale: 'Where the network between load balancer and task is not trusted, it has to be encrypted too.',
  remedy: 'Set Protocol and HealthCheckProtocol to HTTPS.',
  // Most organisations end TLS at the load balancer; those that do not switch it on.
  mode: 'off',
  check: ({ resource }): Outcome =>
    // A Lambda function is called, not connected to.
    when(not(resource.at('TargetType').equals('lambda')), () => [
      ...forbids(resource.at('Protocol').equals('HTTP'), 'requests go to the targets in clear'),
      ...forbids(
        resource
          .at('HealthCheckProtocol')
          .or(String(resource.at('Protocol').literal ?? ''))
          .equals('HTTP'),
        'health checks go to the targets in clear',
      ),
    ]),
});

const targetGroup = (properties: object, rest?: object) => single(TARGET_GROUP, { ...properties }, rest);

export const examples = (): Examples => ({
  pass: [{ title: 'HTTPS', template: targetGroup({ Protocol: 'HTTPS' }) }],
  fail: [
    { title: 'HTTP', template: targetGroup({ Protocol: 'HTTP' }) },
    {
      title: 'a health check in clear',
      template: targetGroup({ Protocol: 'HTTPS', HealthCheckProtocol: 'HTTP' }),
    },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: targetGroup(
        { Protocol: { Ref: 'Protocol' } },
        { Parameters: { Protocol: { Type: 'String' } } },
      ),
    },
  ],
});
