import { type Outcome, requires, when } from '../../engine/outcome';
import { defineRule, type Examples, integer, single } from '../../engine/rule';

const SCALABLE_TARGET = 'AWS::ApplicationAutoScaling::ScalableTarget';

export const rule = defineRule({
  id: 'AAS-01',
  title: "Services scale within the organisation's range",
  severity: 'LOW',
  targets: [SCALABLE_TARGET],
  level: 'resource',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html',
  rationale:
    'Too few tasks do not survive the loss of a zone; too many cost a fortune when a client runs wild.',
  remedy: 'Set MinCapacity and MaxCapacity within the range of the profile.',
  parameters: {
    minimumTasks: integer('Least value of MinCapacity, in tasks.', 1, { minimum: 0 }),
    maximumTasks: integer('Greatest value of MaxCapacity, in tasks.', 100, { minimum: 1 }),
  },
  check: ({ resource, parameters: { minimumTasks, maximumTasks } }): Outcome =>
    when(resource.at('ServiceNamespace').equals('ecs'), () => [
      ...requires(
        resource.at('MinCapacity').atLeast(minimumTasks),
        `at least ${minimumTasks} tasks have to run`,
      ),
      ...requires(resource.at('MaxCapacity').atMost(maximumTasks), `at most ${maximumTasks} tasks may run`),
    ]),
});

const target = (MinCapacity: unknown, MaxCapacity: unknown, ServiceNamespace = 'ecs', rest?: object) =>
  single(SCALABLE_TARGET, { MinCapacity, MaxCapacity, ServiceNamespace }, rest);

export const examples = (): Examples => ({
  pass: [
    { title: 'within the range', template: target(2, '20') },
    { title: 'another service than ECS', template: target(0, 5000, 'dynamodb') },
  ],
  fail: [
    { title: 'too many', template: target(1, 1000) },
    { title: 'too few', template: target('0', 10) },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: target(1, { Ref: 'Most' }, 'ecs', { Parameters: { Most: { Type: 'Number' } } }),
    },
  ],
});
