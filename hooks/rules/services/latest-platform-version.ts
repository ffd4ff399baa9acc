import { forbids } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { all, not } from '../../engine/truth';

export const rule = defineRule({
  id: 'SVC-01',
  title: 'Fargate services follow the latest platform version',
  severity: 'MEDIUM',
  targets: ['AWS::ECS::Service', 'AWS::ECS::TaskSet'],
  level: 'resource',
  equivalents: {
    'AWS Config': ['ecs-fargate-latest-platform-version'],
    'Control Tower': ['CT.ECS.PR.1'],
    'Security Hub': ['ECS.10'],
  },
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-10',
  rationale: 'A pinned platform version stops receiving security fixes, and is retired some day.',
  remedy: 'Remove PlatformVersion or set it to LATEST.',
  // Only Fargate has platform versions, whether by launch type or by a capacity provider.
  fixes: { PlatformVersion: 'LATEST' },
  check: ({ resource }) =>
    forbids(
      all(
        resource.at('PlatformVersion').isSet(),
        not(resource.at('PlatformVersion').equals('LATEST')),
        not(resource.at('LaunchType').oneOf(['EC2', 'EXTERNAL'])),
      ),
      'the platform version is pinned',
    ),
});

const service = (properties: object, rest?: object) => single('AWS::ECS::Service', { ...properties }, rest);

export const examples = (): Examples => ({
  pass: [
    { title: 'no platform version, which means the latest', template: service({ LaunchType: 'FARGATE' }) },
    { title: 'LATEST', template: service({ LaunchType: 'FARGATE', PlatformVersion: 'LATEST' }) },
  ],
  fail: [
    { title: 'pinned', template: service({ LaunchType: 'FARGATE', PlatformVersion: '1.3.0' }) },
    {
      title: 'pinned through a capacity provider',
      template: service({
        CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE' }],
        PlatformVersion: '1.4.0',
      }),
    },
    {
      title: 'a task set',
      template: single('AWS::ECS::TaskSet', { LaunchType: 'FARGATE', PlatformVersion: '1.4.0' }),
    },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: service(
        { PlatformVersion: { Ref: 'Version' } },
        { Parameters: { Version: { Type: 'String' } } },
      ),
    },
  ],
});
