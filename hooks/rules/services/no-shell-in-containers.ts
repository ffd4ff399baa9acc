import { forbids, type Outcome } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { DAEMON, ORGANISATION_SERVICE, SERVICE } from '../../resources/containers';
import { eachLaunch, isLaunchedWith, LAUNCHER_TYPES } from '../../resources/launchers';

export const rule = defineRule({
  id: 'SVC-02',
  title: 'Nobody gets a shell in running containers',
  severity: 'MEDIUM',
  targets: [SERVICE, DAEMON, ORGANISATION_SERVICE, ...LAUNCHER_TYPES],
  level: 'resource',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html',
  rationale: 'ECS Exec opens an interactive way into production containers, with their roles and secrets.',
  remedy: 'Set EnableExecuteCommand to false or remove it.',
  fixes: { EnableExecuteCommand: 'false' },
  check: ({ resource }): Outcome => [
    ...forbids(resource.at('EnableExecuteCommand').equals(true), 'ECS Exec is enabled'),
    ...eachLaunch(resource, ({ parameters }) =>
      forbids(isLaunchedWith(parameters, 'EnableExecuteCommand', true), 'ECS Exec is enabled'),
    ),
  ],
});

const service = (EnableExecuteCommand?: unknown, rest?: object) =>
  single('AWS::ECS::Service', { EnableExecuteCommand }, rest);

export const examples = (): Examples => ({
  pass: [
    {
      title: 'a pipe that starts tasks without it',
      template: single('AWS::Pipes::Pipe', {
        TargetParameters: { EcsTaskParameters: { EnableExecuteCommand: false } },
      }),
    },
    { title: 'absent', template: service() },
    { title: 'the text "false"', template: service('false') },
  ],
  fail: [
    { title: 'a daemon', template: single(DAEMON, { EnableExecuteCommand: true }) },
    {
      title: 'an organisation service',
      template: single(ORGANISATION_SERVICE, { EnableExecuteCommand: true }),
    },
    {
      title: 'a task that EventBridge Scheduler starts',
      template: single('AWS::Scheduler::Schedule', {
        Target: { EcsParameters: { EnableExecuteCommand: true } },
      }),
    },
    { title: 'enabled', template: service(true) },
    { title: 'the text "true"', template: service('true') },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: service({ Ref: 'Exec' }, { Parameters: { Exec: { Type: 'String' } } }),
    },
  ],
});
