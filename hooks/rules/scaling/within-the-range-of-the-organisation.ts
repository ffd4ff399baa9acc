import { type Outcome, requires, when } from '../../engine/outcome';
import { defineRule, type Examples, integer, single } from '../../engine/rule';
import { ORGANISATION_SERVICE } from '../../resources/containers';
import type { Value } from '../../engine/value';
import { isOrganisationService } from '../../resources/organisation-service';

const SCALABLE_TARGET = 'AWS::ApplicationAutoScaling::ScalableTarget';

/** Counts of Org::ECS::ExpressService where the template does not say. */
const DEFAULT_TASKS = { least: 1, most: 20 };

export const rule = defineRule({
  id: 'AAS-01',
  title: "Services scale within the organisation's range",
  severity: 'LOW',
  targets: [SCALABLE_TARGET, ORGANISATION_SERVICE],
  level: 'resource',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html',
  rationale:
    'Too few tasks do not survive the loss of a zone; too many cost a fortune when a client runs wild.',
  remedy:
    'Set MinCapacity and MaxCapacity, or MinTaskCount and MaxTaskCount, within the range of the profile.',
  parameters: {
    minimumTasks: integer('Least value of MinCapacity, in tasks.', 1, { minimum: 0 }),
    maximumTasks: integer('Greatest value of MaxCapacity, in tasks.', 100, { minimum: 1 }),
  },
  check: ({ resource, parameters: { minimumTasks, maximumTasks } }): Outcome => {
    const judge = (least: Value, most: Value): Outcome => [
      ...requires(least.atLeast(minimumTasks), `at least ${minimumTasks} tasks have to run`),
      ...requires(most.atMost(maximumTasks), `at most ${maximumTasks} tasks may run`),
    ];
    if (!isOrganisationService(resource))
      return when(resource.at('ServiceNamespace').equals('ecs'), () =>
        judge(resource.at('MinCapacity'), resource.at('MaxCapacity')),
      );
    const scaling = resource.at('ScalingTarget');
    return [
      ...judge(
        scaling.at('MinTaskCount').or(DEFAULT_TASKS.least),
        scaling.at('MaxTaskCount').or(DEFAULT_TASKS.most),
      ),
      ...scaling
        .at('ScheduledActions')
        .each(
          (action) =>
            judge(action.at('MinTaskCount').or(minimumTasks), action.at('MaxTaskCount').or(maximumTasks)),
          'scheduled actions may not leave the range',
        ),
    ];
  },
});

const target = (MinCapacity: unknown, MaxCapacity: unknown, ServiceNamespace = 'ecs', rest?: object) =>
  single(SCALABLE_TARGET, { MinCapacity, MaxCapacity, ServiceNamespace }, rest);

export const examples = (): Examples => ({
  pass: [
    { title: 'an organisation service by its defaults', template: single(ORGANISATION_SERVICE, {}) },
    { title: 'within the range', template: target(2, '20') },
    { title: 'another service than ECS', template: target(0, 5000, 'dynamodb') },
  ],
  fail: [
    {
      title: 'an organisation service',
      template: single(ORGANISATION_SERVICE, { ScalingTarget: { MaxTaskCount: 500 } }),
    },
    {
      title: 'a scheduled action of an organisation service',
      template: single(ORGANISATION_SERVICE, {
        ScalingTarget: { ScheduledActions: [{ Name: 'a', MaxTaskCount: 500 }] },
      }),
    },
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
