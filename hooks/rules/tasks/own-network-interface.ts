import { requires, when } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { not } from '../../engine/truth';
import { isExternalOnly, TASK_DEFINITION } from '../../resources/containers';

export const rule = defineRule({
  id: 'TD-03',
  title: 'Tasks have a network interface of their own',
  severity: 'HIGH',
  targets: [TASK_DEFINITION],
  level: 'resource',
  equivalents: {
    'AWS Config': ['ecs-awsvpc-networking-enabled', 'ecs-task-definition-network-mode-not-host'],
    'Control Tower': ['CT.ECS.PR.4'],
    'Security Hub': ['ECS.17'],
  },
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking.html',
  rationale: 'Only in awsvpc mode does each task have its own security groups and flow logs.',
  remedy: 'Set NetworkMode to awsvpc.',
  // ECS Anywhere has no awsvpc mode.
  check: ({ resource }) =>
    when(not(isExternalOnly(resource)), () =>
      requires(resource.at('NetworkMode').equals('awsvpc'), 'the task shares the network of its host'),
    ),
});

const task = (properties: object, rest?: object) =>
  single(TASK_DEFINITION, { ContainerDefinitions: [], ...properties }, rest);

export const examples = (): Examples => ({
  pass: [
    { title: 'awsvpc', template: task({ NetworkMode: 'awsvpc' }) },
    {
      title: 'ECS Anywhere',
      template: task({ NetworkMode: 'bridge', RequiresCompatibilities: ['EXTERNAL'] }),
    },
  ],
  fail: [
    { title: 'absent, which means bridge', template: task({}) },
    { title: 'host', template: task({ NetworkMode: 'host' }) },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: task({ NetworkMode: { Ref: 'Mode' } }, { Parameters: { Mode: { Type: 'String' } } }),
    },
  ],
});
