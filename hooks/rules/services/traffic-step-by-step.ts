import { forbids } from '../../engine/outcome';
import { defineRule, type Examples, single, texts } from '../../engine/rule';
import { ORGANISATION_SERVICE, SERVICE } from '../../resources/containers';

export const rule = defineRule({
  id: 'SVC-06',
  title: 'New versions get their traffic step by step',
  severity: 'LOW',
  targets: [SERVICE, ORGANISATION_SERVICE],
  level: 'resource',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html',
  rationale: 'A rolling deployment mixes versions and has no moment at which it can be stopped.',
  remedy: 'Set DeploymentConfiguration.Strategy to BLUE_GREEN, CANARY or LINEAR.',
  parameters: { forbiddenStrategies: texts('Values of Strategy that are refused.', ['ROLLING']) },
  mode: 'off',
  check: ({ resource, parameters: { forbiddenStrategies } }) =>
    forbids(
      resource
        .at('DeploymentConfiguration.Strategy')
        .or(resource.type === ORGANISATION_SERVICE ? 'CANARY' : 'ROLLING')
        .oneOf(forbiddenStrategies),
      'a bad version takes traffic before anybody has looked at it',
    ),
});

const service = (Strategy?: unknown, rest?: object) =>
  single(SERVICE, { DeploymentConfiguration: { Strategy } }, rest);
export const examples = (): Examples => ({
  pass: [
    { title: 'a canary', template: service('CANARY') },
    { title: 'an organisation service, whose default is CANARY', template: single(ORGANISATION_SERVICE, {}) },
    {
      title: 'rolling, which the profile accepts',
      template: service(),
      parameters: { forbiddenStrategies: [] },
    },
  ],
  fail: [
    { title: 'not set, which means rolling', template: service() },
    { title: 'rolling', template: service('ROLLING') },
    {
      title: 'a rolling organisation service',
      template: single(ORGANISATION_SERVICE, { DeploymentConfiguration: { Strategy: 'ROLLING' } }),
    },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: service({ Ref: 'Value' }, { Parameters: { Value: { Type: 'String' } } }),
    },
  ],
});
