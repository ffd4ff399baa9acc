import { requires } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { all } from '../../engine/truth';

export const rule = defineRule({
  id: 'SVC-05',
  title: 'Deployments are rolled back by alarms',
  severity: 'LOW',
  targets: ['AWS::ECS::Service'],
  level: 'resource',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html',
  rationale: 'The circuit breaker sees tasks that do not start, not those that answer with errors.',
  remedy: 'Set Alarms with AlarmNames, Enable and Rollback in DeploymentConfiguration.',
  mode: 'off',
  check: ({ resource }) =>
    requires(
      all(
        resource.at('DeploymentConfiguration.Alarms.Enable').equals(true),
        resource.at('DeploymentConfiguration.Alarms.Rollback').equals(true),
        resource.at('DeploymentConfiguration.Alarms.AlarmNames').isSet(),
      ),
      'a version that starts but answers with errors stays',
    ),
});

const service = (Alarms?: object, rest?: object) =>
  single('AWS::ECS::Service', { DeploymentConfiguration: { Alarms } }, rest);
export const examples = (): Examples => ({
  pass: [
    {
      title: 'an alarm with rollback',
      template: service({ AlarmNames: ['errors'], Enable: true, Rollback: true }),
    },
  ],
  fail: [
    { title: 'none', template: service() },
    { title: 'no rollback', template: service({ AlarmNames: ['errors'], Enable: true, Rollback: false }) },
    { title: 'no alarms', template: service({ AlarmNames: [], Enable: true, Rollback: true }) },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: service(
        { AlarmNames: ['a'], Enable: { Ref: 'Value' }, Rollback: true },
        { Parameters: { Value: { Type: 'String' } } },
      ),
    },
  ],
});
