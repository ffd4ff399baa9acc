import { type Outcome, requires } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';

export const rule = defineRule({
  id: 'CL-02',
  title: 'Clusters log and encrypt ECS Exec sessions',
  severity: 'MEDIUM',
  targets: ['AWS::ECS::Cluster'],
  level: 'resource',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html',
  rationale:
    'What somebody does in a shell of a production container has to be on record, and unreadable on its way.',
  remedy: 'Set Logging (DEFAULT or OVERRIDE) and KmsKeyId in Configuration.ExecuteCommandConfiguration.',
  // SVC-02 forbids ECS Exec itself, so that most clusters never see a session.
  mode: 'warn',
  check: ({ resource }): Outcome => {
    const configuration = resource.at('Configuration.ExecuteCommandConfiguration');
    return [
      ...requires(
        configuration.at('Logging').oneOf(['DEFAULT', 'OVERRIDE']),
        'ECS Exec sessions are not logged',
      ),
      ...requires(
        configuration.at('KmsKeyId').isSet(),
        'ECS Exec sessions are not encrypted with a key of the organisation',
      ),
    ];
  },
});

const cluster = (ExecuteCommandConfiguration?: unknown, rest?: object) =>
  single('AWS::ECS::Cluster', { Configuration: { ExecuteCommandConfiguration } }, rest);

export const examples = (): Examples => ({
  pass: [{ title: 'both', template: cluster({ Logging: 'DEFAULT', KmsKeyId: 'key-1' }) }],
  fail: [
    { title: 'neither', template: single('AWS::ECS::Cluster', {}) },
    { title: 'no logs', template: cluster({ Logging: 'NONE', KmsKeyId: 'key-1' }) },
  ],
  indeterminate: [
    {
      title: 'a key by a parameter that may be empty',
      template: cluster(
        { Logging: 'DEFAULT', KmsKeyId: { Ref: 'Key' } },
        { Parameters: { Key: { Type: 'String' } } },
      ),
    },
  ],
});
