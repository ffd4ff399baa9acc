import { requires } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { eachContainer, TASK_DEFINITION } from '../../resources/containers';

export const rule = defineRule({
  id: 'TD-07',
  title: 'Containers log',
  severity: 'HIGH',
  targets: [TASK_DEFINITION],
  level: 'resource',
  equivalents: {
    'AWS Config': ['ecs-task-definition-log-configuration'],
    'Control Tower': ['CT.ECS.PR.5'],
    'Security Hub': ['ECS.9'],
    'cdk-nag': ['AwsSolutions-ECS7'],
  },
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-9',
  rationale: 'Without logs neither a failure nor an attack can be explained afterwards.',
  remedy: 'Set LogConfiguration with a LogDriver such as awslogs.',
  check: ({ resource }) =>
    eachContainer(resource, (container) =>
      requires(container.at('LogConfiguration.LogDriver').isSet(), "the container's output is lost"),
    ),
});

const container = (LogConfiguration?: unknown, rest?: object) =>
  single(TASK_DEFINITION, { ContainerDefinitions: [{ Name: 'app', LogConfiguration }] }, rest);

export const examples = (): Examples => ({
  pass: [{ title: 'awslogs', template: container({ LogDriver: 'awslogs' }) }],
  fail: [
    { title: 'no log configuration', template: container() },
    { title: 'a log configuration without driver', template: container({ Options: {} }) },
  ],
  indeterminate: [
    {
      title: 'no logs under a condition',
      template: container(
        { 'Fn::If': ['Logged', { LogDriver: 'awslogs' }, { Ref: 'AWS::NoValue' }] },
        { Conditions: { Logged: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] } } },
      ),
    },
  ],
});
