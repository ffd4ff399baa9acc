import { forbids } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import {
  eachContainer,
  ORGANISATION_SERVICE,
  runsAsAdministrator,
  TASK_DEFINITION,
  TASK_DEFINITIONS,
} from '../../resources/containers';
import { isOrganisationService } from '../../resources/organisation-service';

export const rule = defineRule({
  id: 'TD-02',
  title: 'Containers run as an ordinary user',
  severity: 'HIGH',
  targets: [...TASK_DEFINITIONS, ORGANISATION_SERVICE],
  level: 'resource',
  equivalents: {
    'AWS Config': [
      'ecs-task-definition-nonroot-user',
      'ecs-task-definition-linux-user-non-root',
      'ecs-task-definition-windows-user-non-admin',
    ],
    'Control Tower': ['CT.ECS.PR.3'],
    'Security Hub': ['ECS.20', 'ECS.21'],
  },
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-20',
  rationale:
    'Whoever breaks out of a process that runs as root is root; and an absent User means root in most images.',
  remedy: 'Set User to a user of the image that is not an administrator, e.g. 1000:1000.',
  check: ({ resource }) =>
    eachContainer(resource, (container) =>
      forbids(
        isOrganisationService(resource) && container.at('User').isSet().truth === false
          ? container.at('User').undecided('the image names the user where the template does not')
          : runsAsAdministrator(container),
        'the container runs as an administrator',
      ),
    ),
});

const container = (User?: unknown, rest?: object) =>
  single(TASK_DEFINITION, { ContainerDefinitions: [{ Name: 'app', User }] }, rest);

export const examples = (): Examples => ({
  pass: [
    {
      title: 'an organisation service',
      template: single(ORGANISATION_SERVICE, { PrimaryContainer: { User: '1000' } }),
    },
    { title: 'a user id', template: container('1000') },
    { title: 'a number', template: container(1000) },
    { title: 'a user with a group', template: container('node:node') },
    { title: 'an ordinary user of Windows', template: container('ContainerUser') },
  ],
  fail: [
    {
      title: 'a sidecar of an organisation service',
      template: single(ORGANISATION_SERVICE, {
        PrimaryContainer: { User: '1000' },
        SidecarContainers: [{ Name: 'a', User: 'root' }],
      }),
    },
    { title: 'absent', template: container() },
    { title: 'root', template: container('root') },
    { title: 'root with white space', template: container(' root') },
    { title: 'user id zero', template: container('0') },
    { title: 'user id zero written twice', template: container('00') },
    { title: 'user id zero with a group', template: container('0:1000') },
    { title: 'the administrator of Windows', template: container('ContainerAdministrator') },
  ],
  indeterminate: [
    {
      title: 'an organisation service that leaves it to the image',
      template: single(ORGANISATION_SERVICE, { PrimaryContainer: { Image: 'app' } }),
    },
    {
      title: 'a parameter without value',
      template: container({ Ref: 'User' }, { Parameters: { User: { Type: 'String' } } }),
    },
    {
      title: 'a dynamic reference whose name a parameter completes',
      template: container(
        { 'Fn::Sub': '{{resolve:ssm:/${Stage}/user}}' },
        { Parameters: { Stage: { Type: 'String', Default: 'dev' } } },
      ),
    },
    {
      title: 'a parameter whose default is a dynamic reference',
      template: container(
        { Ref: 'User' },
        { Parameters: { User: { Type: 'String', Default: '{{resolve:ssm:/user}}' } } },
      ),
    },
    {
      title: 'root under a condition',
      template: container(
        { 'Fn::If': ['Debug', 'root', 'app'] },
        {
          Parameters: { Mode: { Type: 'String' } },
          Conditions: { Debug: { 'Fn::Equals': [{ Ref: 'Mode' }, 'debug'] } },
        },
      ),
    },
  ],
});
