import { forbids } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';

export const rule = defineRule({
  id: 'SVC-02',
  title: 'Nobody gets a shell in running containers',
  severity: 'MEDIUM',
  targets: ['AWS::ECS::Service'],
  level: 'resource',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html',
  rationale: 'ECS Exec opens an interactive way into production containers, with their roles and secrets.',
  remedy: 'Set EnableExecuteCommand to false or remove it.',
  fixes: { EnableExecuteCommand: 'false' },
  check: ({ resource }) => forbids(resource.at('EnableExecuteCommand').equals(true), 'ECS Exec is enabled'),
});

const service = (EnableExecuteCommand?: unknown, rest?: object) =>
  single('AWS::ECS::Service', { EnableExecuteCommand }, rest);

export const examples = (): Examples => ({
  pass: [
    { title: 'absent', template: service() },
    { title: 'the text "false"', template: service('false') },
  ],
  fail: [
    { title: 'enabled', template: service(true) },
    { title: 'the text "true"', template: service('true') },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: service({ Ref: 'Exec' }, { Parameters: { Exec: { Type: 'String' } } }),
    },
  ],
});
