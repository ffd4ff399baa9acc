import { requires, when } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';

export const rule = defineRule({
  id: 'SC-02',
  title: 'Service Connect proxies log',
  severity: 'LOW',
  targets: ['AWS::ECS::Service'],
  level: 'resource',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-configuration.html',
  rationale: 'The proxy refuses and retries requests; without its logs failures have no cause.',
  remedy: 'Set LogConfiguration in ServiceConnectConfiguration.',
  mode: 'warn',
  check: ({ resource }) =>
    when(resource.at('ServiceConnectConfiguration.Enabled').equals(true), () =>
      requires(
        resource.at('ServiceConnectConfiguration.LogConfiguration.LogDriver').isSet(),
        'nobody sees why a request between services failed',
      ),
    ),
});

const service = (ServiceConnectConfiguration?: object, rest?: object) =>
  single('AWS::ECS::Service', { ServiceConnectConfiguration }, rest);
export const examples = (): Examples => ({
  pass: [
    { title: 'logged', template: service({ Enabled: true, LogConfiguration: { LogDriver: 'awslogs' } }) },
    { title: 'not used', template: service() },
  ],
  fail: [{ title: 'not logged', template: service({ Enabled: true }) }],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: service({ Enabled: { Ref: 'Value' } }, { Parameters: { Value: { Type: 'String' } } }),
    },
  ],
});
