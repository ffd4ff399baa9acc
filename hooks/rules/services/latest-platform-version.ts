import { forbids, type Outcome } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { all, not } from '../../engine/truth';
import { eachLaunch, isLaunchedWithOther, LAUNCHER_TYPES } from '../../resources/launchers';
import { ORGANISATION_SERVICE } from '../../resources/containers';

export const rule = defineRule({
  id: 'SVC-01',
  title: 'Fargate services follow the latest platform version',
  severity: 'MEDIUM',
  targets: ['AWS::ECS::Service', 'AWS::ECS::TaskSet', ORGANISATION_SERVICE, ...LAUNCHER_TYPES],
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
  check: ({ resource }): Outcome => [
    ...forbids(
      all(
        resource.at('PlatformVersion').isSet(),
        not(resource.at('PlatformVersion').equals('LATEST')),
        not(resource.at('LaunchType').oneOf(['EC2', 'EXTERNAL'])),
      ),
      'the platform version is pinned',
    ),
    ...eachLaunch(resource, ({ platform, parameters }) =>
      forbids(
        all(
          isLaunchedWithOther(platform, 'PlatformVersion', 'LATEST'),
          not(parameters.at('LaunchType').oneOf(['EC2', 'EXTERNAL'])),
        ),
        'the platform version is pinned',
      ),
    ),
  ],
});

const service = (properties: object, rest?: object) => single('AWS::ECS::Service', { ...properties }, rest);

export const examples = (): Examples => ({
  pass: [
    {
      title: 'a rule that starts tasks on the latest',
      template: single('AWS::Events::Rule', {
        Targets: [{ EcsParameters: { LaunchType: 'FARGATE', PlatformVersion: 'LATEST' } }],
      }),
    },
    {
      title: 'a schedule that starts tasks on instances',
      template: single('AWS::Scheduler::Schedule', {
        Target: { EcsParameters: { LaunchType: 'EC2', PlatformVersion: '1.4.0' } },
      }),
    },
    { title: 'no platform version, which means the latest', template: service({ LaunchType: 'FARGATE' }) },
    { title: 'LATEST', template: service({ LaunchType: 'FARGATE', PlatformVersion: 'LATEST' }) },
  ],
  fail: [
    {
      title: 'a rule that starts tasks on an old one',
      template: single('AWS::Events::Rule', {
        Targets: [{ EcsParameters: { LaunchType: 'FARGATE', PlatformVersion: '1.4.0' } }],
      }),
    },
    {
      title: 'a pipe',
      template: single('AWS::Pipes::Pipe', {
        TargetParameters: { EcsTaskParameters: { PlatformVersion: '1.4.0' } },
      }),
    },
    {
      title: 'a state machine',
      template: single('AWS::StepFunctions::StateMachine', {
        Definition: {
          States: {
            Run: {
              Type: 'Task',
              Resource: 'arn:aws:states:::ecs:runTask',
              Parameters: { PlatformVersion: '1.4.0' },
            },
          },
        },
      }),
    },
    {
      title: 'a job of AWS Batch',
      template: single('AWS::Batch::JobDefinition', {
        ContainerProperties: { FargatePlatformConfiguration: { PlatformVersion: '1.4.0' } },
      }),
    },
    {
      title: 'a job of AWS Batch with several containers',
      template: single('AWS::Batch::JobDefinition', {
        EcsProperties: { TaskProperties: [{ PlatformVersion: '1.4.0' }] },
      }),
    },
    {
      title: 'an organisation service',
      template: single(ORGANISATION_SERVICE, { PlatformVersion: '1.4.0' }),
    },
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
      title: 'a state machine that takes it from its input',
      template: single('AWS::StepFunctions::StateMachine', {
        Definition: {
          States: {
            Run: {
              Type: 'Task',
              Resource: 'arn:aws:states:::ecs:runTask',
              Parameters: { 'PlatformVersion.$': '$.version' },
            },
          },
        },
      }),
    },
    {
      title: 'a parameter without value',
      template: service(
        { PlatformVersion: { Ref: 'Version' } },
        { Parameters: { Version: { Type: 'String' } } },
      ),
    },
  ],
});
