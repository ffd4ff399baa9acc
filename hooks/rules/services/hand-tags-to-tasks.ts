import { requires } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { DAEMON, ORGANISATION_SERVICE, SERVICE } from '../../resources/containers';

export const rule = defineRule({
  id: 'SVC-04',
  title: 'Services hand their tags on to tasks',
  severity: 'LOW',
  targets: [SERVICE, DAEMON, ORGANISATION_SERVICE],
  level: 'resource',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html',
  rationale: 'Costs and incidents are found by tags; a task without them belongs to nobody.',
  remedy: 'Set PropagateTags to SERVICE (DAEMON of a daemon) or TASK_DEFINITION.',
  mode: 'off',
  check: ({ resource }) => {
    // The organisation's type hands them on unless it is told otherwise.
    const usual = resource.type === ORGANISATION_SERVICE ? 'SERVICE' : 'NONE';
    const source = resource.at('PropagateTags').or(usual);
    return requires(source.oneOf(['SERVICE', 'DAEMON', 'TASK_DEFINITION']), 'tasks have no tags');
  },
});

const service = (PropagateTags?: unknown, rest?: object) =>
  single('AWS::ECS::Service', { PropagateTags }, rest);
export const examples = (): Examples => ({
  pass: [
    { title: 'a daemon', template: single(DAEMON, { PropagateTags: 'DAEMON' }) },
    { title: 'an organisation service, which does so', template: single(ORGANISATION_SERVICE, {}) },
    { title: 'from the service', template: service('SERVICE') },
  ],
  fail: [
    { title: 'a daemon that keeps them to itself', template: single(DAEMON, { PropagateTags: 'NONE' }) },
    {
      title: 'an organisation service that keeps them to itself',
      template: single(ORGANISATION_SERVICE, { PropagateTags: 'NONE' }),
    },
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
