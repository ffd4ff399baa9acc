import { forbids, type Outcome, requires } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { GATEWAY, gatewayConfiguration } from '../../resources/gateway';

export const rule = defineRule({
  id: 'GW-03',
  title: 'ECS gateways log, defend themselves and cannot be deleted by accident',
  severity: 'MEDIUM',
  targets: [GATEWAY],
  level: 'resource',
  source:
    'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-gateway.html',
  rationale: 'A gateway carries many services: one lost log, smuggled request or deletion concerns them all.',
  remedy: 'Set AccessLogs, HttpDesync to defensive or strictest, and DeletionProtection to true.',
  check: ({ resource }): Outcome => {
    const configuration = gatewayConfiguration(resource);
    return [
      ...requires(configuration.at('AccessLogs.Destination.S3.Bucket').isSet(), 'requests are not logged'),
      ...forbids(
        configuration.at('HttpDesync').equals('monitor'),
        'requests that could be smuggled are let through',
      ),
      ...requires(resource.at('DeletionProtection').equals(true), 'it can be deleted by accident'),
    ];
  },
});

const gateway = (configuration: object, DeletionProtection?: unknown) =>
  single(GATEWAY, { DeletionProtection, Configuration: { HostSharedAlb: configuration } });
const AccessLogs = { Destination: { S3: { Bucket: 'logs' } } };

export const examples = (): Examples => ({
  pass: [{ title: 'all three', template: gateway({ AccessLogs, HttpDesync: 'strictest' }, true) }],
  fail: [
    { title: 'no access logs', template: gateway({}, true) },
    { title: 'desync monitor', template: gateway({ AccessLogs, HttpDesync: 'monitor' }, true) },
    { title: 'no deletion protection', template: gateway({ AccessLogs }) },
  ],
  indeterminate: [
    {
      title: 'deletion protection by a parameter',
      template: {
        ...gateway({ AccessLogs }, { Ref: 'Protected' }),
        Parameters: { Protected: { Type: 'String' } },
      },
    },
  ],
});
