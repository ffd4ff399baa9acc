import { forbids, type Outcome, requires } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { all } from '../../engine/truth';
import { TASK_DEFINITION } from '../../resources/containers';

export const rule = defineRule({
  id: 'TD-13',
  title: 'Task role and execution role are two roles',
  severity: 'LOW',
  targets: [TASK_DEFINITION],
  level: 'resource',
  equivalents: { KICS: ['7f384a5f'] },
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-ecs-iam-role-overview.html',
  rationale:
    'With one role for both, the application may read all secrets and images that only ECS needs to start it.',
  remedy: 'Set TaskRoleArn and ExecutionRoleArn to two different roles.',
  check: ({ resource }): Outcome => {
    const [task, execution] = [resource.at('TaskRoleArn'), resource.at('ExecutionRoleArn')];
    return [
      ...requires(task.isSet(), 'the application has no role of its own'),
      ...requires(execution.isSet(), 'ECS has no role to pull the image and write logs with'),
      ...forbids(all(task.isSet(), task.sameAs(execution)), 'the application has the rights of ECS'),
    ];
  },
});

const task = (TaskRoleArn?: unknown, ExecutionRoleArn?: unknown, rest?: object) =>
  single(TASK_DEFINITION, { ContainerDefinitions: [], TaskRoleArn, ExecutionRoleArn }, rest);

export const examples = (): Examples => ({
  pass: [
    {
      title: 'two roles',
      template: task('arn:aws:iam::111122223333:role/task', 'arn:aws:iam::111122223333:role/execution'),
    },
  ],
  fail: [
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
