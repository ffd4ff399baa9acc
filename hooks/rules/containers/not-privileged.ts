import { forbids } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { eachContainer, isPrivileged, TASK_DEFINITION, TASK_DEFINITIONS } from '../../resources/containers';

export const rule = defineRule({
  id: 'TD-01',
  title: 'Containers are not privileged',
  severity: 'HIGH',
  targets: TASK_DEFINITIONS,
  level: 'resource',
  equivalents: {
    'AWS Config': ['ecs-containers-nonprivileged'],
    'Control Tower': ['CT.ECS.PR.11'],
    'Security Hub': ['ECS.4'],
  },
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-4',
  rationale:
    'A privileged container has all rights of root on the host, and so over every other container there.',
  remedy: 'Remove Privileged.',
  fixes: { Privileged: 'false' },
  check: ({ resource }) =>
    eachContainer(resource, (container) =>
      forbids(isPrivileged(container), 'the container has all rights on its host'),
    ),
});

const containers = (...ContainerDefinitions: unknown[]) => single(TASK_DEFINITION, { ContainerDefinitions });

export const examples = (): Examples => ({
  pass: [{ title: 'not privileged', template: containers({ Name: 'a' }, { Name: 'b', Privileged: false }) }],
  fail: [
    {
      title: 'one of two is privileged',
      template: containers({ Name: 'a' }, { Name: 'b', Privileged: 'true' }),
    },
  ],
  indeterminate: [
    {
      title: 'containers of a parameter',
      template: {
        ...single(TASK_DEFINITION, { ContainerDefinitions: { 'Fn::Transform': { Name: 'AWS::Include' } } }),
      },
    },
  ],
});
