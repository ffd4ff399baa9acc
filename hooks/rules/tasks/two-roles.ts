import { forbids, type Outcome, requires, when } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { all, any } from '../../engine/truth';
import { DAEMON_TASK_DEFINITION, ORGANISATION_SERVICE, TASK_DEFINITION } from '../../resources/containers';
import { eachLaunch, LAUNCHER_TYPES } from '../../resources/launchers';
import type { Value } from '../../engine/value';
import { describesItsTasks, isOrganisationService } from '../../resources/organisation-service';

export const rule = defineRule({
  id: 'TD-13',
  title: 'Task role and execution role are two roles',
  severity: 'LOW',
  targets: [TASK_DEFINITION, DAEMON_TASK_DEFINITION, ORGANISATION_SERVICE, ...LAUNCHER_TYPES],
  level: 'resource',
  equivalents: { KICS: ['7f384a5f'] },
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-ecs-iam-role-overview.html',
  rationale:
    'With one role for both, the application may read all secrets and images that only ECS needs to start it.',
  remedy: 'Set TaskRoleArn and ExecutionRoleArn to two different roles.',
  check: ({ resource }): Outcome => {
    if (LAUNCHER_TYPES.includes(resource.type))
      return eachLaunch(resource, ({ roles }) =>
        roles === undefined
          ? []
          : roles.areOverrides
            ? areTwo(roles.task, roles.execution)
            : areGivenAndTwo(roles.task, roles.execution),
      );
    const [task, execution] = [resource.at('TaskRoleArn'), resource.at('ExecutionRoleArn')];
    if (!isOrganisationService(resource)) return areGivenAndTwo(task, execution);
    const permissions = [resource.at('TaskPolicy'), resource.at('TaskPolicyArns')];
    // Without ExecutionRoleArn one is made.
    return when(describesItsTasks(resource), (): Outcome => [
      ...hasTaskRole(task, ...permissions),
      ...areTwo(task, execution),
    ]);
  },
});

/** @param given any of which gives the application a role. */
function hasTaskRole(...given: readonly Value[]): Outcome {
  return requires(any(...given.map((each) => each.isSet())), 'the application has no role of its own');
}

function areGivenAndTwo(task: Value, execution: Value): Outcome {
  return [
    ...hasTaskRole(task),
    ...requires(execution.isSet(), 'ECS has no role to pull the image and write logs with'),
    ...areTwo(task, execution),
  ];
}

function areTwo(task: Value, execution: Value): Outcome {
  return forbids(all(task.isSet(), task.sameAs(execution)), 'the application has the rights of ECS');
}

const task = (TaskRoleArn?: unknown, ExecutionRoleArn?: unknown, rest?: object) =>
  single(TASK_DEFINITION, { ContainerDefinitions: [], TaskRoleArn, ExecutionRoleArn }, rest);

const ROLE_ARN = { 'Fn::GetAtt': ['Example', 'Arn'] };

export const examples = (): Examples => ({
  pass: [
    {
      title: 'a rule that replaces no role',
      template: single('AWS::Events::Rule', { Targets: [{ EcsParameters: { TaskDefinitionArn: 'a' } }] }),
    },
    {
      title: 'an organisation service with a task definition that stands elsewhere',
      template: single(ORGANISATION_SERVICE, { TaskDefinitionArn: 'a' }),
    },
    {
      title: 'an organisation service whose task role is made',
      template: single(ORGANISATION_SERVICE, { TaskPolicy: { Statement: [] } }),
    },
    {
      title: 'two roles',
      template: task('arn:aws:iam::111122223333:role/task', 'arn:aws:iam::111122223333:role/execution'),
    },
  ],
  fail: [
    {
      title: 'one role, whichever stage it is',
      template: task({ 'Fn::If': ['IsProd', ROLE_ARN, ROLE_ARN] }, ROLE_ARN, {
        Parameters: { Stage: { Type: 'String' } },
        Conditions: { IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } },
      }),
    },
    {
      title: 'a rule that gives one role twice',
      template: single('AWS::Events::Rule', {
        Targets: [
          {
            EcsParameters: { TaskDefinitionArn: 'a' },
            Input: JSON.stringify({ taskRoleArn: 'r', executionRoleArn: 'r' }),
          },
        ],
      }),
    },
    {
      title: 'a schedule that does so',
      template: single('AWS::Scheduler::Schedule', {
        Target: {
          EcsParameters: { TaskDefinitionArn: 'a' },
          Input: JSON.stringify({ taskRoleArn: 'r', executionRoleArn: 'r' }),
        },
      }),
    },
    {
      title: 'a pipe that does so',
      template: single('AWS::Pipes::Pipe', {
        TargetParameters: {
          EcsTaskParameters: {
            Overrides: {
              TaskRoleArn: 'arn:aws:iam::111122223333:role/both',
              ExecutionRoleArn: 'arn:aws:iam::111122223333:role/both',
            },
          },
        },
      }),
    },
    {
      title: 'a state machine that does so',
      template: single('AWS::StepFunctions::StateMachine', {
        Definition: {
          States: {
            Run: {
              Type: 'Task',
              Resource: 'arn:aws:states:::ecs:runTask',
              Parameters: {
                Overrides: {
                  TaskRoleArn: 'arn:aws:iam::111122223333:role/both',
                  ExecutionRoleArn: 'arn:aws:iam::111122223333:role/both',
                },
              },
            },
          },
        },
      }),
    },
    {
      title: 'a job of AWS Batch without a role',
      template: single('AWS::Batch::JobDefinition', { ContainerProperties: { ExecutionRoleArn: 'r' } }),
    },
    {
      title: 'a job of AWS Batch with one role for both',
      template: single('AWS::Batch::JobDefinition', {
        EcsProperties: {
          TaskProperties: [
            {
              TaskRoleArn: 'arn:aws:iam::111122223333:role/both',
              ExecutionRoleArn: 'arn:aws:iam::111122223333:role/both',
            },
          ],
        },
      }),
    },
    {
      title: 'a daemon with one role for both',
      template: single(DAEMON_TASK_DEFINITION, {
        TaskRoleArn: 'arn:aws:iam::111122223333:role/both',
        ExecutionRoleArn: 'arn:aws:iam::111122223333:role/both',
      }),
    },
    {
      title: 'an organisation service without a task role',
      template: single(ORGANISATION_SERVICE, { ExecutionRoleArn: 'r' }),
    },
    { title: 'no task role', template: task(undefined, 'arn:aws:iam::111122223333:role/execution') },
    {
      title: 'the same role',
      template: task('arn:aws:iam::111122223333:role/both', 'arn:aws:iam::111122223333:role/both'),
    },
  ],
  indeterminate: [
    {
      title: 'two parameters that may be the same',
      template: task(
        { Ref: 'A' },
        { Ref: 'B' },
        { Parameters: { A: { Type: 'String', MinLength: 1 }, B: { Type: 'String', MinLength: 1 } } },
      ),
    },
  ],
});
