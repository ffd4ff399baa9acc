/** How the message of a failed deployment is put together from what AWS says. */
import type { Task } from '@aws-sdk/client-ecs';
import { LONGEST_MESSAGE } from '../../src/core/failure';
import {
  causeOf,
  explain,
  failedContainer,
  type Evidence,
} from '../../src/express-service/diagnosis/failure-explanation';

const BREAKER = 'Service deployment rolled back because the circuit breaker threshold was exceeded.';
const HOOK = 'Service deployment rolled back because POST_SCALE_UP pause hook was rolled back';
const evidence = (changes: Partial<Evidence> = {}): Evidence => ({
  deployment: { status: 'ROLLBACK_SUCCESSFUL', statusReason: BREAKER },
  deployed: 'example/hello:2',
  stoppedTasks: [],
  targets: [],
  events: [],
  ...changes,
});
/** What the message says after the deployment and before the remedy. */
const causes = (changes: Partial<Evidence>) => {
  const { message, remedy } = explain(evidence(changes));
  const [problem] = message.split(` ${remedy}`);
  return /example\/hello:2 .*?: (.*)\.$/.exec(problem!)![1]!.split('; ');
};

const exited: Task = {
  stopCode: 'EssentialContainerExited',
  stoppedReason: 'Essential container in task exited',
  containers: [{ name: 'Main', exitCode: 1 }],
};
const failedCheck: Task = {
  stopCode: 'ServiceSchedulerInitiated',
  stoppedReason: 'Task failed ELB health checks in (target-group x)',
  containers: [{ name: 'Main', exitCode: 143 }],
};
const notPulled: Task = {
  stopCode: 'TaskFailedToStart',
  stoppedReason: 'CannotPullContainerError: manifest unknown',
  containers: [{ name: 'Main', reason: 'CannotPullContainerError: manifest unknown' }, { name: 'Proxy' }],
};
const unhealthy = {
  TargetHealth: { State: 'unhealthy', Reason: 'Target.Timeout', Description: 'Request timed out' },
} as const;
const event = (message: string) => ({ message: `(service hello) ${message}` });

describe('why tasks stopped', () => {
  test.each<[string, Task, string]>([
    ['a container that exits', exited, 'container Main exited with code 1'],
    [
      'a container that exits takes the others with it',
      {
        ...exited,
        containers: [
          { name: 'Main', exitCode: 143 },
          { name: 'Proxy', exitCode: 2 },
        ],
      },
      'container Proxy exited with code 2',
    ],
    [
      'a container that ends without an error is told with those that it takes with it',
      {
        ...exited,
        containers: [
          { name: 'Main', exitCode: 0 },
          { name: 'Proxy', exitCode: 143 },
        ],
      },
      'container Main exited with code 0, container Proxy exited with code 143',
    ],
    [
      'a container that is killed, with the reason',
      {
        ...exited,
        containers: [
          { name: 'Main', exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' },
        ],
      },
      'container Main exited with code 137: OutOfMemoryError: Container killed due to memory usage',
    ],
    ['an exit of which nothing else is known', { ...exited, containers: [] }, exited.stoppedReason!],
    ['an image that cannot be pulled, once', notPulled, `container Main: ${notPulled.stoppedReason}`],
    [
      'a start that fails for two reasons',
      { ...notPulled, stoppedReason: 'ResourceInitializationError: x' },
      `container Main: ${notPulled.stoppedReason}, ResourceInitializationError: x`,
    ],
    [
      'a health check, without the exit code of the signal that followed',
      failedCheck,
      failedCheck.stoppedReason!,
    ],
    [
      'a reason of several lines, on one',
      { ...notPulled, containers: [], stoppedReason: 'stderr: one\n  two' },
      'stderr: one two',
    ],
  ])('%s', (_name, task, words) => {
    const deployment = { status: 'ROLLBACK_SUCCESSFUL' } as const;
    expect(causes({ deployment, stoppedTasks: [task] })[0]).toBe(`1 task: ${words}`);
  });

  test.each<[string, Task]>([
    [
      'with their deployment, whatever their exit code',
      { ...failedCheck, stoppedReason: 'Scaling activity initiated by (deployment ecs-svc/1)' },
    ],
    ['by a person', { ...exited, stopCode: 'UserInitiated', stoppedReason: 'Task stopped by user' }],
    [
      'by Fargate Spot',
      { ...exited, stopCode: 'SpotInterruption', stoppedReason: 'Your Spot Task was interrupted.' },
    ],
  ])('tasks that were stopped %s are not blamed', (_name, task) => {
    expect(causes({ stoppedTasks: [task] })[0]).toMatch(/^Service deployment rolled back/);
  });

  test('equal ones are counted, the most frequent first', () => {
    const other = { ...exited, containers: [{ name: 'Main', exitCode: 2 }] };
    expect(causes({ stoppedTasks: [other, exited, exited] })).toEqual([
      '2 tasks: container Main exited with code 1',
      '1 task: container Main exited with code 2',
      expect.stringContaining('circuit breaker'),
    ]);
  });
});

describe('the deepest cause comes first, that the deployment therefore failed last', () => {
  const quota = event(
    "was unable to place a task. Reason: You've reached the limit on the number of vCPUs you can run concurrently",
  );
  const capacity = event('was unable to place a task. Reason: Capacity is unavailable at this time.');
  const alarms = { triggeredAlarmNames: ['default/hello/RollbackAlarm'] };
  test.each<[string, Partial<Evidence>, RegExp[]]>([
    [
      'exits before targets, alarms and the circuit breaker',
      {
        stoppedTasks: [exited],
        targets: [unhealthy],
        deployment: { ...evidence().deployment, alarms },
      },
      [/exited with code 1/, /Request timed out/, /RollbackAlarm went off/, /circuit breaker/],
    ],
    [
      'what a task lacks before health checks',
      { stoppedTasks: [failedCheck, failedCheck, notPulled] },
      [/CannotPull/, /2 tasks: Task failed ELB/, /circuit breaker/],
    ],
    [
      'a task of which only the words are known before its symptoms',
      { stoppedTasks: [failedCheck, { stopCode: 'TaskFailedToStart', stoppedReason: 'SomethingNew: x' }] },
      [/SomethingNew/, /Task failed ELB/, /circuit breaker/],
    ],
    [
      'an event that tells the cause before health checks',
      { stoppedTasks: [failedCheck], events: [quota, capacity] },
      [/limit on the number of vCPUs/, /Capacity is unavailable/, /Task failed ELB/, /circuit breaker/],
    ],
    [
      'exits before an event that may pass',
      { stoppedTasks: [exited], events: [capacity] },
      [/exited with code 1/, /Capacity is unavailable/, /circuit breaker/],
    ],
    [
      'each kind of event once, the newest, and none that says that tasks fail',
      {
        events: [
          event('is unable to consistently start tasks successfully.'),
          capacity,
          event('was unable to place a task. Reason: Capacity is unavailable at this time. Older.'),
          event('has started 1 tasks: (task a).'),
        ],
      },
      [/at this time$/, /circuit breaker/],
    ],
    [
      'the reason of the deployment once, where an event repeats it',
      {
        deployment: { status: 'ROLLBACK_SUCCESSFUL', statusReason: `${HOOK}.` },
        events: [event(`(deployment ecs-svc/1) deployment failed: ${HOOK}.`)],
      },
      [/^Service deployment rolled back because POST_SCALE_UP/],
    ],
    [
      'the reason of the deployment where that is the cause',
      {
        stoppedTasks: [failedCheck],
        deployment: {
          status: 'ROLLBACK_FAILED',
          statusReason:
            'Service deployment rolled back because of invalid networking configuration. productionListenerRule x should have exactly one target group serving traffic but found 2 target groups which are serving traffic',
        },
      },
      [/exactly one target group/, /Task failed ELB/],
    ],
    [
      'why the deployment was ended here instead of what ECS says',
      { stoppedTasks: [exited], ending: 'it was not over after 126 minutes and was stopped' },
      [/exited with code 1/, /not over after 126 minutes/],
    ],
    [
      'the events when nothing else is known',
      {
        deployment: { status: 'STOPPED' },
        events: ['first', 'second', 'third', 'fourth'].map((message) => ({ message })),
      },
      [/^first$/, /^second$/, /^third$/],
    ],
  ])('%s', (_name, changes, patterns) => {
    expect(causes(changes)).toEqual(patterns.map((pattern) => expect.stringMatching(pattern)));
  });
});

describe('what a container wrote last', () => {
  const output = ['Connecting to db', 'Error: no route to host'];

  test('is quoted with the exit that it explains', () => {
    expect(causes({ stoppedTasks: [exited], output })[0]).toBe(
      '1 task: container Main exited with code 1, its output ends with "Connecting to db" "Error: no route to host"',
    );
  });

  test.each([
    ['exec /app: exec format error', 'CpuArchitecture', 'Set CpuArchitecture to that of the image'],
    ['FATAL ERROR: JavaScript heap out of memory', 'Memory', 'Raise Memory'],
    ['java.lang.OutOfMemoryError: Java heap space', 'Memory', 'Raise Memory'],
  ])('tells the cause: %s', (line, propertyPath, remedy) => {
    const error = explain(evidence({ stoppedTasks: [exited], output: [line] }));
    expect(error.propertyPath).toBe(propertyPath);
    expect(error.message).toContain(remedy);
  });

  test.each<[string, Task[], ReturnType<typeof failedContainer>]>([
    ['the container that exited', [exited], { task: exited, container: 'Main' }],
    [
      'the sidecar that exited',
      [
        {
          ...exited,
          containers: [
            { name: 'Main', exitCode: 137 },
            { name: 'Proxy', exitCode: 2 },
          ],
        },
      ],
      { task: expect.anything(), container: 'Proxy' },
    ],
    [
      'the one that gets the traffic after its health checks',
      [failedCheck],
      { task: failedCheck, container: undefined },
    ],
    [
      'the one that fails its own health check',
      [
        {
          ...failedCheck,
          stoppedReason: 'Task failed container health checks',
          containers: [
            { name: 'Main', exitCode: 143 },
            { name: 'Proxy', exitCode: 143, healthStatus: 'UNHEALTHY' },
          ],
        },
      ],
      { task: expect.anything(), container: 'Proxy' },
    ],
    ['none that never started', [notPulled], undefined],
    [
      'that of a task which ran, beside one that did not',
      [notPulled, exited],
      { task: exited, container: 'Main' },
    ],
    ['none when no task is to blame', [], undefined],
  ])('is read of %s', (_name, stoppedTasks, container) => {
    expect(failedContainer(evidence({ stoppedTasks }))).toEqual(container);
  });
});

describe('the property to change', () => {
  const sidecars = ['Cache', 'Proxy'];
  const image = (name: string): Task => ({
    stopCode: 'TaskFailedToStart',
    stoppedReason: 'CannotPullContainerError: manifest unknown',
    containers: [{ name, reason: 'CannotPullContainerError: manifest unknown' }],
  });
  test.each<[string, Partial<Evidence>, string | undefined]>([
    ['of the primary container', { stoppedTasks: [image('Main')], sidecars }, 'PrimaryContainer/Image'],
    ['of a sidecar', { stoppedTasks: [image('Proxy')], sidecars }, 'SidecarContainers/1/Image'],
    [
      "of the author's task definition",
      { stoppedTasks: [image('Main')], externalTaskDefinition: true },
      'TaskDefinitionArn',
    ],
    [
      "of the service, also with the author's task definition",
      { stoppedTasks: [failedCheck], externalTaskDefinition: true },
      'HealthCheckPath',
    ],
    ['of nothing that the template says', { stoppedTasks: [exited] }, undefined],
  ])('%s', (_name, changes, propertyPath) => {
    expect(explain(evidence(changes)).propertyPath).toBe(propertyPath);
  });
});

test.each([
  ['ROLLBACK_SUCCESSFUL', 'failed and was rolled back'],
  ['ROLLBACK_FAILED', 'failed and could not be rolled back'],
  ['STOPPED', 'was stopped'],
] as const)('a deployment that is %s %s', (status, words) => {
  const { code, message } = explain(evidence({ deployment: { status, statusReason: 'why' } }));
  expect(code).toBe('NotStabilized');
  expect(message).toBe(
    `The deployment of example/hello:2 ${words}: why. Read the events of the ECS service and the container's output.`,
  );
});

test('a first deployment, of which ECS says only that there is nothing to go back to', () => {
  const deployment = {
    status: 'ROLLBACK_FAILED',
    statusReason: 'No rollback candidate was found to run the rollback.',
  } as const;
  const { message } = explain(evidence({ deployment, stoppedTasks: [exited] }));
  expect(message).toMatch(
    /^The deployment of example\/hello:2 failed, and there is no earlier one to go back to: 1 task: container Main exited with code 1\. /,
  );
});

test('the message fits a status reason, output and remedy included', () => {
  const stoppedTasks = Array.from({ length: 50 }, (_, index) => ({
    ...exited,
    containers: [{ name: `Container${index}`, exitCode: 1 }],
  }));
  const output = Array.from({ length: 3 }, () => 'x'.repeat(140));
  const { message } = explain(evidence({ stoppedTasks, output, deployed: 'y'.repeat(255) }));
  expect(message.length).toBeLessThanOrEqual(LONGEST_MESSAGE);
  expect(message).toContain(output.map((line) => `"${line}"`).join(' '));
  expect(message).toContain("Read the container's output");
});

describe('that the infrastructure role lacks rights', () => {
  const words = 'missing permissions on ECS Infrastructure Role';

  test.each<[string, Partial<Evidence>, boolean]>([
    ['by the deployment', { deployment: { status: 'ROLLBACK_FAILED', statusReason: words } }, true],
    ['by the roll-back', { deployment: { status: 'ROLLBACK_FAILED', rollback: { reason: words } } }, true],
    ['by an event', { events: [event(`was unable to do anything: ${words}.`)] }, true],
    ['by an event beside failed tasks', { events: [event(words)], stoppedTasks: [exited] }, true],
    [
      'not by what a container writes',
      { stoppedTasks: [{ ...exited, startedAt: new Date(0) }], output: [words] },
      false,
    ],
    ['not by the name of an image', { deployed: `example/hello:1 ${words}` }, false],
  ])('is told %s', (_where, found, isTold) => {
    expect(causeOf(evidence(found))?.id === 'infrastructure-role').toBe(isTold);
  });
});
