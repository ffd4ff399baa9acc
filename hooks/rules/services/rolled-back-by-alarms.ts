import { requires } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { all, ALWAYS } from '../../engine/truth';
import { DAEMON, ORGANISATION_SERVICE, SERVICE } from '../../resources/containers';

export const rule = defineRule({
  id: 'SVC-05',
  title: 'Deployments are rolled back by alarms',
  severity: 'LOW',
  targets: [SERVICE, DAEMON, ORGANISATION_SERVICE],
  level: 'resource',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html',
  rationale: 'The circuit breaker sees tasks that do not start, not those that answer with errors.',
  remedy: 'Set Alarms with AlarmNames, Enable and Rollback in DeploymentConfiguration.',
  mode: 'off',
  check: ({ resource }) => {
    const alarms = resource.at('DeploymentConfiguration.Alarms');
    // The organisation's type has an alarm of its own, and a daemon rolls back whenever an alarm goes off.
    const byDefault = resource.type === ORGANISATION_SERVICE;
    return requires(
      all(
        alarms.at('Enable').or(byDefault).equals(true),
        resource.type === DAEMON ? ALWAYS : alarms.at('Rollback').or(byDefault).equals(true),
        byDefault ? ALWAYS : alarms.at('AlarmNames').isSet(),
      ),
      'a version that starts but answers with errors stays',
    );
  },
});

const service = (Alarms?: object, rest?: object) =>
  single('AWS::ECS::Service', { DeploymentConfiguration: { Alarms } }, rest);
export const examples = (): Examples => ({
  pass: [
    {
      title: 'a daemon',
      template: single(DAEMON, { DeploymentConfiguration: { Alarms: { Enable: true, AlarmNames: ['a'] } } }),
    },
    {
      title: 'an organisation service, which has an alarm of its own',
      template: single(ORGANISATION_SERVICE, {}),
    },
    {
      title: 'an alarm with rollback',
      template: service({ AlarmNames: ['errors'], Enable: true, Rollback: true }),
    },
  ],
  fail: [
    { title: 'a daemon without alarms', template: single(DAEMON, {}) },
    {
      title: 'an organisation service that does not watch alarms',
      template: single(ORGANISATION_SERVICE, { DeploymentConfiguration: { Alarms: { Enable: false } } }),
    },
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
