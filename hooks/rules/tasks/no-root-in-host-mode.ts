import { forbids, when } from '../../engine/outcome';
import { defineRule, type Examples, flag, single } from '../../engine/rule';
import { all, any, NEVER, not } from '../../engine/truth';
import {
  eachContainer,
  isPrivileged,
  runsAsAdministrator,
  TASK_DEFINITION,
} from '../../resources/containers';

export const rule = defineRule({
  id: 'TD-04',
  title: 'Tasks in host network mode do not run as root',
  severity: 'HIGH',
  targets: [TASK_DEFINITION],
  level: 'resource',
  equivalents: {
    'AWS Config': ['ecs-task-definition-user-for-host-mode-check'],
    'Control Tower': ['CT.ECS.PR.8'],
    'Security Hub': ['ECS.1'],
    'Guard rules registry': ['ECS_TASK_DEFINITION_USER_FOR_HOST_MODE_CHECK'],
    'cdk-nag': ['ECSTaskDefinitionUserForHostMode'],
  },
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-1',
  rationale:
    "In host mode root can listen on every port of the host and read other containers' traffic on it.",
  remedy: 'Set User to an ordinary user, or NetworkMode to awsvpc.',
  parameters: {
    allowPrivileged: flag(
      'Accept privileged containers in host mode, as the equivalent rules do; TD-01 judges them.',
      true,
    ),
  },
  check: ({ resource, parameters: { allowPrivileged } }) =>
    when(resource.at('NetworkMode').equals('host'), () =>
      eachContainer(resource, (container) =>
        forbids(
          any(
            all(runsAsAdministrator(container), not(isPrivileged(container))),
            allowPrivileged ? NEVER : isPrivileged(container),
          ),
          "the container runs as an administrator in the host's network",
        ),
      ),
    ),
});

const task = (NetworkMode: unknown, container: object, rest?: object) =>
  single(TASK_DEFINITION, { NetworkMode, ContainerDefinitions: [{ Name: 'app', ...container }] }, rest);

export const examples = (): Examples => ({
  pass: [
    { title: 'another network mode', template: task('awsvpc', {}) },
    { title: 'an ordinary user', template: task('host', { User: 'app' }) },
    { title: 'privileged and ordinary', template: task('host', { User: 'app', Privileged: true }) },
  ],
  fail: [
    { title: 'root', template: task('host', { User: 'root' }) },
    { title: 'no user, not privileged', template: task('host', { Privileged: false }) },
    {
      title: 'privileged, where the profile does not accept that',
      template: task('host', { User: 'app', Privileged: true }),
      parameters: { allowPrivileged: false },
    },
  ],
  indeterminate: [
    {
      title: 'a user by a parameter without value',
      template: task('host', { User: { Ref: 'User' } }, { Parameters: { User: { Type: 'String' } } }),
    },
    {
      title: 'a network mode by a parameter',
      template: task({ Ref: 'Mode' }, {}, { Parameters: { Mode: { Type: 'String' } } }),
    },
  ],
});
