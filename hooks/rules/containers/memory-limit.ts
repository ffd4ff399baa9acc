import { requires } from '../../engine/outcome';
import { defineRule, type Examples, flag, integer, single } from '../../engine/rule';
import { any, NEVER } from '../../engine/truth';
import { eachContainer, TASK_DEFINITION } from '../../resources/containers';

export const rule = defineRule({
  id: 'TD-10',
  title: 'Containers have a memory limit',
  severity: 'MEDIUM',
  targets: [TASK_DEFINITION],
  level: 'resource',
  equivalents: { 'AWS Config': ['ecs-task-definition-memory-hard-limit'], 'Control Tower': ['CT.ECS.PR.7'] },
  source:
    'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#container_definition_memory',
  rationale: 'A container without limit can take the memory of all others when it leaks or is attacked.',
  remedy: 'Set Memory of the container, or of the task where the profile accepts that.',
  parameters: {
    minimumMegabytes: integer('Least limit that counts, in MiB; Docker refuses less than 4.', 4, {
      minimum: 4,
    }),
    acceptTaskMemory: flag('Accept a limit of the whole task, which Fargate always has.', true),
  },
  check: ({ resource, parameters: { minimumMegabytes, acceptTaskMemory } }) =>
    eachContainer(resource, (container) =>
      requires(
        any(
          container.at('Memory').atLeast(minimumMegabytes),
          acceptTaskMemory ? resource.at('Memory').isSet() : NEVER,
        ),
        'nothing limits the memory of the container',
      ),
    ),
});

const task = (container: object, properties: object = {}, rest?: object) =>
  single(TASK_DEFINITION, { ContainerDefinitions: [{ Name: 'app', ...container }], ...properties }, rest);

export const examples = (): Examples => ({
  pass: [
    { title: 'a limit of the container', template: task({ Memory: 512 }) },
    { title: 'a limit of the task', template: task({}, { Memory: '2048' }) },
  ],
  fail: [
    { title: 'no limit', template: task({}) },
    { title: 'only a reservation', template: task({ MemoryReservation: 512 }) },
    {
      title: 'a limit of the task, which the profile does not accept',
      template: task({}, { Memory: '2048' }),
      parameters: { acceptTaskMemory: false },
    },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: task({ Memory: { Ref: 'Memory' } }, {}, { Parameters: { Memory: { Type: 'Number' } } }),
    },
  ],
});
