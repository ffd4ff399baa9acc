import type { Task } from '@aws-sdk/client-ecs';
import { LONGEST_MESSAGE } from '../../src/errors';
import { explain, type Evidence } from '../../src/deployment-failure';

const evidence = (changes: Partial<Evidence> = {}): Evidence => ({
  deployment: { status: 'ROLLBACK_SUCCESSFUL' },
  deployed: 'example/hello:2',
  stoppedTasks: [],
  targets: [],
  events: [],
  ...changes,
});
const exited: Task = {
  stopCode: 'EssentialContainerExited',
  stoppedReason: 'Essential container in task exited',
  containers: [{ name: 'Main', exitCode: 1 }],
};

test.each<[string, Partial<Evidence>, { says: string[]; propertyPath?: string }]>([
  [
    'a container that exits',
    { stoppedTasks: [exited, exited, exited] },
    { says: ['3 tasks: container Main exited with code 1, Essential container in task exited', 'log group'] },
  ],
  [
    'an image that cannot be pulled',
    {
      stoppedTasks: [
        {
          stopCode: 'TaskFailedToStart',
          stoppedReason: 'CannotPullContainerError: pull image manifest: not found',
        },
      ],
    },
    { says: ['1 task: CannotPullContainerError', 'image exists'], propertyPath: 'PrimaryContainer/Image' },
  ],
  [
    'too little memory',
    {
      stoppedTasks: [
        {
          ...exited,
          containers: [{ name: 'Main', exitCode: 137, reason: 'OutOfMemoryError: container killed' }],
        },
      ],
    },
    { says: ['exited with code 137: OutOfMemoryError'], propertyPath: 'Memory' },
  ],
  [
    'tasks that fail their health checks',
    {
      stoppedTasks: [
        {
          stopCode: 'ServiceSchedulerInitiated',
          stoppedReason: 'Task failed ELB health checks in (target-group x)',
        },
      ],
    },
    { says: ['1 task: Task failed ELB health checks', 'answer 200'], propertyPath: 'HealthCheckPath' },
  ],
  [
    'unhealthy targets',
    {
      targets: [
        { TargetHealth: { State: 'unhealthy', Description: 'Health checks failed with these codes: [503]' } },
        { TargetHealth: { State: 'healthy' } },
      ],
    },
    {
      says: ['1 target: unhealthy: Health checks failed with these codes: [503]'],
      propertyPath: 'HealthCheckPath',
    },
  ],
  [
    'an alarm',
    {
      deployment: {
        status: 'ROLLBACK_SUCCESSFUL',
        alarms: { triggeredAlarmNames: ['default/hello/RollbackAlarm'] },
      },
    },
    { says: ['alarm default/hello/RollbackAlarm went off'] },
  ],
  [
    'nothing but a reason',
    { deployment: { status: 'STOPPED', statusReason: 'Stopped by a person' } },
    { says: ['was stopped: Stopped by a person'] },
  ],
  [
    'nothing but events',
    { events: [{ message: 'first' }, { message: 'second' }, { message: 'third' }, { message: 'fourth' }] },
    { says: ['first; second; third.'] },
  ],
])('%s', (_name, changes, { says, propertyPath }) => {
  const error = explain(evidence(changes));
  expect(error.code).toBe('NotStabilized');
  expect(error.propertyPath).toBe(propertyPath);
  for (const words of says) expect(error.message).toContain(words);
});

test.each([
  ['ROLLBACK_SUCCESSFUL', 'failed and was rolled back'],
  ['ROLLBACK_FAILED', 'failed and could not be rolled back'],
  ['STOPPED', 'was stopped'],
] as const)('a deployment that is %s %s', (status, words) => {
  const { message } = explain(evidence({ deployment: { status, statusReason: 'why' } }));
  expect(message).toContain(`The deployment of example/hello:2 ${words}: why`);
});

test('the cause comes before what ECS says in general', () => {
  const deployment = { status: 'ROLLBACK_SUCCESSFUL', statusReason: 'circuit breaker' } as const;
  const { message } = explain(evidence({ deployment, stoppedTasks: [exited] }));
  expect(message.indexOf('exited with code 1')).toBeLessThan(message.indexOf('circuit breaker'));
});

test('tasks that ended with their deployment are not blamed', () => {
  const scaledIn = {
    stopCode: 'ServiceSchedulerInitiated',
    stoppedReason: 'Scaling activity initiated by (deployment ecs-svc/1)',
  } as const;
  const deployment = { status: 'ROLLBACK_SUCCESSFUL', statusReason: 'why' } as const;
  const { message } = explain(evidence({ deployment, stoppedTasks: [scaledIn] }));
  expect(message).not.toContain('Scaling activity');
});

test('the message fits a status reason, remedy included', () => {
  const stoppedTasks = Array.from({ length: 50 }, (_, index) => ({
    ...exited,
    stoppedReason: `CannotPullContainerError: ${index} ${'x'.repeat(200)}`,
  }));
  const { message } = explain(evidence({ stoppedTasks }));
  expect(message.length).toBeLessThanOrEqual(LONGEST_MESSAGE);
  expect(message).toContain('Check that the image exists');
});
