import { requires, when } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { not } from '../../engine/truth';
import {
  eachContainer,
  isWindows,
  ORGANISATION_SERVICE,
  TASK_DEFINITION,
  TASK_DEFINITIONS,
} from '../../resources/containers';
import { unlessDefault } from '../../resources/organisation-service';

export const rule = defineRule({
  id: 'TD-06',
  title: 'Root file systems of containers are read-only',
  severity: 'HIGH',
  targets: [...TASK_DEFINITIONS, ORGANISATION_SERVICE],
  level: 'resource',
  equivalents: {
    'AWS Config': ['ecs-containers-readonly-access'],
    'Control Tower': ['CT.ECS.PR.6'],
    'Security Hub': ['ECS.5'],
  },
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-5',
  rationale: 'Intruders cannot replace programs or leave tools behind where nothing can be written.',
  remedy: 'Set ReadonlyRootFilesystem to true and mount volumes where the container has to write.',
  // Windows containers cannot have a read-only root file system.
  fixes: { ReadonlyRootFilesystem: 'true' },
  check: ({ resource }) =>
    when(not(isWindows(resource)), () =>
      eachContainer(resource, (container) =>
        requires(
          container.at('ReadonlyRootFilesystem').equals(true),
          "the container's root file system can be written",
          unlessDefault(resource, container.at('ReadonlyRootFilesystem')),
        ),
      ),
    ),
});

const container = (ReadonlyRootFilesystem?: unknown, rest: object = {}) =>
  single(TASK_DEFINITION, { ContainerDefinitions: [{ Name: 'app', ReadonlyRootFilesystem }], ...rest });

export const examples = (): Examples => ({
  pass: [
    {
      title: 'an organisation service',
      template: single(ORGANISATION_SERVICE, { PrimaryContainer: { ReadonlyRootFilesystem: true } }),
    },
    { title: 'read-only', template: container(true) },
    { title: 'the text "true"', template: container('true') },
    {
      title: 'Windows',
      template: container(undefined, {
        RuntimePlatform: { OperatingSystemFamily: 'WINDOWS_SERVER_2022_CORE' },
      }),
    },
  ],
  fail: [
    {
      title: 'a sidecar of an organisation service',
      template: single(ORGANISATION_SERVICE, {
        PrimaryContainer: { ReadonlyRootFilesystem: true },
        SidecarContainers: [{ Name: 'a', ReadonlyRootFilesystem: false }],
      }),
    },
    { title: 'absent', template: container() },
    { title: 'the text "false"', template: container('false') },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: { ...container({ Ref: 'Readonly' }), Parameters: { Readonly: { Type: 'String' } } },
    },
  ],
});
