import { forbids } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { TASK_DEFINITION } from '../../resources/containers';

export const rule = defineRule({
  id: 'TD-05',
  title: "Tasks do not share the host's process or IPC namespace",
  severity: 'HIGH',
  targets: [TASK_DEFINITION],
  level: 'resource',
  equivalents: {
    'AWS Config': ['ecs-task-definition-pid-mode-check'],
    'Control Tower': ['CT.ECS.PR.10'],
    'Security Hub': ['ECS.3'],
  },
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-3',
  rationale:
    'In the namespaces of the host a container sees, signals and reads the memory of processes outside the task.',
  remedy: 'Remove PidMode and IpcMode, or set them to task.',
  check: ({ resource }) => [
    ...forbids(resource.at('PidMode').equals('host'), "the task shares the host's process namespace"),
    ...forbids(resource.at('IpcMode').equals('host'), "the task shares the host's IPC namespace"),
  ],
});

const task = (properties: object, rest?: object) =>
  single(TASK_DEFINITION, { ContainerDefinitions: [], ...properties }, rest);

export const examples = (): Examples => ({
  pass: [
    { title: 'absent', template: task({}) },
    { title: 'shared within the task', template: task({ PidMode: 'task', IpcMode: 'none' }) },
  ],
  fail: [
    { title: 'process namespace', template: task({ PidMode: 'host' }) },
    { title: 'IPC namespace', template: task({ IpcMode: 'host' }) },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: task({ PidMode: { Ref: 'Mode' } }, { Parameters: { Mode: { Type: 'String' } } }),
    },
  ],
});
