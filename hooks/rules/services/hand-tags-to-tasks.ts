import { requires } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';

export const rule = defineRule({
  id: 'SVC-04',
  title: 'Services hand their tags on to tasks',
  severity: 'LOW',
  targets: ['AWS::ECS::Service'],
  level: 'resource',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html',
  rationale: 'Costs and incidents are found by tags; a task without them belongs to nobody.',
  remedy: 'Set PropagateTags to SERVICE or TASK_DEFINITION.',
  mode: 'off',
  check: ({ resource }) =>
    requires(resource.at('PropagateTags').oneOf(['SERVICE', 'TASK_DEFINITION']), 'tasks have no tags'),
});

const service = (PropagateTags?: unknown, rest?: object) =>
  single('AWS::ECS::Service', { PropagateTags }, rest);
export const examples = (): Examples => ({
  pass: [{ title: 'from the service', template: service('SERVICE') }],
  fail: [
    { title: 'not set', template: service() },
    { title: 'none', template: service('NONE') },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: service({ Ref: 'Value' }, { Parameters: { Value: { Type: 'String' } } }),
    },
  ],
});
