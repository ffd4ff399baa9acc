/** Deployment lifecycle hooks: functions that ECS calls, and pauses that a user continues. */
import {
  ContinueServiceDeploymentCommand,
  StopServiceDeploymentCommand,
  type DeploymentConfiguration,
  type DeploymentLifecycleHook,
  type DeploymentLifecycleHookStage,
  type Service,
} from '@aws-sdk/client-ecs';
import type { AnswerSheet } from '../../local/claims/answers';
import { createRole } from '../../local/account';
import { HOOK_STAGES } from '../support/deployments';
import { Fixture, loadBalancerOf, messages, MINUTE, type Pair } from './fixture';
import { HookFunctions, type Answer, type HookEvent } from './hook-functions';

let fixture: Fixture;
let functions: HookFunctions;
beforeAll(async () => {
  fixture = await Fixture.start();
  functions = await HookFunctions.start(fixture);
});
afterAll(async () => {
  await fixture.close();
  functions.close();
});
afterEach(() => fixture.aws.answers.reset());

const SECOND = 1000;
const BLUE_GREEN: DeploymentConfiguration = { strategy: 'BLUE_GREEN' };
const LINEAR: DeploymentConfiguration = {
  strategy: 'LINEAR',
  linearConfiguration: { stepPercent: 40, stepBakeTimeInMinutes: 1 },
};
const ROLLING: DeploymentConfiguration = { strategy: 'ROLLING' };
const SUCCEEDED = { hookStatus: 'SUCCEEDED' };
const FAILED = { hookStatus: 'FAILED' };
const IN_PROGRESS = { hookStatus: 'IN_PROGRESS' };

const pause = (
  lifecycleStage: DeploymentLifecycleHookStage,
  timeoutConfiguration?: DeploymentLifecycleHook['timeoutConfiguration'],
): DeploymentLifecycleHook => ({
  targetType: 'PAUSE',
  lifecycleStages: [lifecycleStage],
  ...(timeoutConfiguration && { timeoutConfiguration }),
});

/** A service that runs, and deploys a new image with these hooks from now on. */
async function deploying(
  lifecycleHooks: DeploymentLifecycleHook[],
  configuration = BLUE_GREEN,
  pair?: Pair,
): Promise<Service> {
  const service = await fixture.running(pair ?? (await fixture.pair()), configuration);
  return fixture.update(service, {
    taskDefinition: await fixture.taskDefinition('repository/web:2'),
    deploymentConfiguration: { ...configuration, lifecycleHooks },
  });
}

/** Status of the newest deployment and of its hooks. */
async function progress(service: Service) {
  const { status, lifecycleStage, lifecycleHookDetails } = await fixture.deployment(service);
  return { status, lifecycleStage, hooks: lifecycleHookDetails!.map((hook) => hook.status) };
}

async function continueHook(service: Service, index = 0, action?: 'CONTINUE' | 'ROLLBACK'): Promise<void> {
  const { serviceDeploymentArn, lifecycleHookDetails } = await fixture.deployment(service);
  const { hookId } = lifecycleHookDetails![index]!;
  await fixture.ecs.send(new ContinueServiceDeploymentCommand({ serviceDeploymentArn, hookId, action }));
}

/** Stage and weights of an event, with `green` for the target revision and `blue` for the other one. */
function told({ lifecycleStage, executionDetails }: HookEvent) {
  const named = (weights: Readonly<Record<string, number>>) =>
    Object.fromEntries(
      Object.entries(weights).map(([arn, weight]) => [
        arn === executionDetails.targetServiceRevisionArn ? 'green' : 'blue',
        weight,
      ]),
    );
  const { testTrafficWeights, productionTrafficWeights } = executionDetails;
  return [lifecycleStage, named(testTrafficWeights), named(productionTrafficWeights)];
}

describe('the function of a hook is told', () => {
  test('stage, service deployment, service and target revision, and no weights before traffic shifts', async () => {
    const hook = functions.make(SUCCEEDED);
    const service = await deploying([hook.hook(['PRE_SCALE_UP'])]);
    await fixture.advance(10 * SECOND);
    const { serviceDeploymentArn, targetServiceRevision } = await fixture.deployment(service);
    expect(hook.events()).toEqual([
      {
        executionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        lifecycleStage: 'PRE_SCALE_UP',
        resourceArn: serviceDeploymentArn,
        executionDetails: {
          serviceArn: service.serviceArn,
          targetServiceRevisionArn: targetServiceRevision!.arn,
          testTrafficWeights: {},
          productionTrafficWeights: {},
        },
      },
    ]);
  });

  test.each<[string, AnswerSheet, DeploymentConfiguration, unknown[][]]>([
    [
      'the weights in the stages that shift traffic',
      {},
      BLUE_GREEN,
      [
        ['PRE_SCALE_UP', {}, {}],
        ['POST_SCALE_UP', {}, {}],
        ['TEST_TRAFFIC_SHIFT', { green: 100, blue: 0 }, {}],
        ['POST_TEST_TRAFFIC_SHIFT', {}, {}],
        ['PRE_PRODUCTION_TRAFFIC_SHIFT', {}, { green: 0, blue: 100 }],
        ['PRODUCTION_TRAFFIC_SHIFT', {}, { green: 100, blue: 0 }],
        ['POST_PRODUCTION_TRAFFIC_SHIFT', {}, {}],
      ],
    ],
    [
      'the weights of each step',
      {},
      LINEAR,
      [
        ['PRE_SCALE_UP', {}, {}],
        ['POST_SCALE_UP', {}, {}],
        ['TEST_TRAFFIC_SHIFT', { green: 100, blue: 0 }, {}],
        ['POST_TEST_TRAFFIC_SHIFT', {}, {}],
        ['PRE_PRODUCTION_TRAFFIC_SHIFT', {}, { green: 0, blue: 100 }],
        ['PRODUCTION_TRAFFIC_SHIFT', {}, { green: 40, blue: 60 }],
        ['PRE_PRODUCTION_TRAFFIC_SHIFT', {}, { green: 40, blue: 60 }],
        ['PRODUCTION_TRAFFIC_SHIFT', {}, { green: 80, blue: 20 }],
        ['PRE_PRODUCTION_TRAFFIC_SHIFT', {}, { green: 80, blue: 20 }],
        ['PRODUCTION_TRAFFIC_SHIFT', {}, { green: 100, blue: 0 }],
        ['POST_PRODUCTION_TRAFFIC_SHIFT', {}, {}],
      ],
    ],
    [
      'the weights of the whole deployment at each step, where AWS does that',
      { 'ecs.hook-weights-of-steps': false },
      { strategy: 'CANARY', canaryConfiguration: { canaryPercent: 0.1, canaryBakeTimeInMinutes: 1 } },
      [
        ['PRE_SCALE_UP', {}, {}],
        ['POST_SCALE_UP', {}, {}],
        ['TEST_TRAFFIC_SHIFT', { green: 100, blue: 0 }, {}],
        ['POST_TEST_TRAFFIC_SHIFT', {}, {}],
        ['PRE_PRODUCTION_TRAFFIC_SHIFT', {}, { green: 0, blue: 100 }],
        ['PRODUCTION_TRAFFIC_SHIFT', {}, { green: 100, blue: 0 }],
        ['PRE_PRODUCTION_TRAFFIC_SHIFT', {}, { green: 0, blue: 100 }],
        ['PRODUCTION_TRAFFIC_SHIFT', {}, { green: 100, blue: 0 }],
        ['POST_PRODUCTION_TRAFFIC_SHIFT', {}, {}],
      ],
    ],
  ])('%s', async (_what, answers, configuration, expected) => {
    const hook = functions.make(SUCCEEDED);
    const service = await deploying([hook.hook(HOOK_STAGES)], configuration);
    fixture.aws.answers.give(answers);
    await fixture.advance(10 * MINUTE);
    expect(await fixture.deployment(service)).toMatchObject({ status: 'SUCCESSFUL' });
    expect(hook.events().map(told)).toEqual(expected);
    const { lifecycleHookDetails } = await fixture.deployment(service);
    expect(new Set(lifecycleHookDetails!.map(({ hookId }) => hookId)).size).toBe(expected.length);
    expect(new Set(hook.events().map(({ executionId }) => executionId)).size).toBe(expected.length);
  });

  test('nothing of a blue revision on a first deployment, on which hooks run as well', async () => {
    const hook = functions.make(SUCCEEDED);
    const service = await fixture.running(await fixture.pair(), {
      ...BLUE_GREEN,
      lifecycleHooks: [hook.hook(['PRE_SCALE_UP', 'TEST_TRAFFIC_SHIFT', 'PRODUCTION_TRAFFIC_SHIFT'])],
    });
    expect((await fixture.deployment(service)).status).toBe('SUCCESSFUL');
    expect(hook.events().map(told)).toEqual([
      ['PRE_SCALE_UP', {}, {}],
      ['TEST_TRAFFIC_SHIFT', { green: 100 }, {}],
      ['PRODUCTION_TRAFFIC_SHIFT', {}, { green: 100 }],
    ]);
  });

  test('that several revisions had tasks, when a deployment was stopped half-way', async () => {
    const service = await deploying([pause('POST_SCALE_UP')]);
    await fixture.advance(5 * MINUTE);
    const { serviceDeploymentArn } = await fixture.deployment(service);
    await fixture.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn, stopType: 'ABORT' }));
    const hook = functions.make(SUCCEEDED);
    await fixture.update(service, {
      taskDefinition: await fixture.taskDefinition('repository/web:3'),
      deploymentConfiguration: { ...BLUE_GREEN, lifecycleHooks: [hook.hook(['RECONCILE_SERVICE'])] },
    });
    await fixture.advance(10 * MINUTE);
    expect((await fixture.deployment(service)).status).toBe('SUCCESSFUL');
    expect(hook.events().map(told)).toEqual([['RECONCILE_SERVICE', {}, {}]]);
  });
});

describe('what a function answers decides', () => {
  test.each<[string, Answer, string, string | undefined]>([
    ['SUCCEEDED', SUCCEEDED, 'SUCCESSFUL', undefined],
    ['FAILED', FAILED, 'ROLLBACK_SUCCESSFUL', 'Lifecycle hook target ARN returned FAILED status.'],
    [
      'an answer without hookStatus',
      { reason: 'all is well' },
      'ROLLBACK_SUCCESSFUL',
      'ECS was unable to parse the response from ARN due to: HookStatus must not be null.',
    ],
    [
      'no answer',
      null,
      'ROLLBACK_SUCCESSFUL',
      'ECS was unable to parse the response from ARN due to: HookStatus must not be null.',
    ],
    [
      'an exception',
      'throws',
      'ROLLBACK_SUCCESSFUL',
      'ECS was unable to parse the response from ARN due to: HookStatus must not be null.',
    ],
    [
      'another status',
      { hookStatus: 'DONE' },
      'ROLLBACK_SUCCESSFUL',
      'ECS was unable to parse the response from ARN due to: HookStatus must be one of SUCCEEDED, FAILED, IN_PROGRESS.',
    ],
  ])('%s', async (_what, answer, status, reason) => {
    const hook = functions.make(answer);
    const service = await deploying([hook.hook(['POST_SCALE_UP'])]);
    await fixture.advance(10 * MINUTE);
    const deployment = await fixture.deployment(service);
    expect(deployment.status).toBe(status);
    expect(deployment.lifecycleHookDetails).toEqual([
      {
        hookId: expect.stringMatching(/^ecs-lambda-[\w-]{43}$/),
        targetType: 'AWS_LAMBDA',
        targetArn: hook.arn,
        status: reason ? 'FAILED' : 'SUCCEEDED',
        expiresAt: expect.any(Date),
        timeoutAction: 'ROLLBACK',
      },
    ]);
    expect(deployment.statusReason).toBe(
      reason &&
        `Service deployment rolled back because POST_SCALE_UP lifecycle hook(s) failed. ${reason.replace('ARN', hook.arn)}`,
    );
  });

  test('IN_PROGRESS: it is called again after 30 seconds, or the seconds that it names', async () => {
    const hook = functions.make(IN_PROGRESS, { ...IN_PROGRESS, callBackDelay: 60 }, SUCCEEDED);
    const service = await deploying([hook.hook(['PRE_SCALE_UP'])]);
    await fixture.advance(2 * SECOND);
    const calls = [];
    for (const wait of [0, 30 * SECOND - 1, 1, 60 * SECOND - 1, 1]) {
      await fixture.advance(wait);
      calls.push(hook.events().length);
    }
    expect(calls).toEqual([1, 1, 2, 2, 3]);
    expect(await progress(service)).toMatchObject({ lifecycleStage: 'PRE_SCALE_UP', hooks: ['SUCCEEDED'] });
    expect(await fixture.tasks(service)).toHaveLength(2);
  });

  test('hookDetails of the next call: those that the hook has, and over them those of each answer', async () => {
    const hook = functions.make(
      { ...IN_PROGRESS, hookDetails: { count: 1 } },
      { ...IN_PROGRESS, hookDetails: { job: 'a' } },
      SUCCEEDED,
    );
    const other = functions.make(IN_PROGRESS, SUCCEEDED);
    const service = await deploying([
      hook.hook(['PRE_SCALE_UP'], { hookDetails: { bucket: 'b', count: 0 } }),
      other.hook(['PRE_SCALE_UP'], { hookDetails: 'as text' }),
    ]);
    await fixture.advance(10 * MINUTE);
    expect(hook.events().map(({ hookDetails }) => hookDetails)).toEqual([
      { bucket: 'b', count: 0 },
      { bucket: 'b', count: 1 },
      { bucket: 'b', count: 1, job: 'a' },
    ]);
    expect(other.events().map(({ hookDetails }) => hookDetails)).toEqual(['as text', 'as text']);
    await fixture.update(service, { forceNewDeployment: true });
    await fixture.advance(10 * MINUTE);
    expect(hook.events().at(-1)!.hookDetails).toEqual({ bucket: 'b', count: 0 });
  });

  test.each([
    [1, {}],
    [2, { 'ecs.hook-execution-id-is-kept': false }],
  ])('with %d executionId in two calls', async (ids, answers) => {
    fixture.aws.answers.give(answers);
    const hook = functions.make(IN_PROGRESS, SUCCEEDED);
    await deploying([hook.hook(['PRE_SCALE_UP'])]);
    await fixture.advance(MINUTE);
    const seen = hook.events().map(({ executionId }) => executionId);
    expect(seen).toHaveLength(2);
    expect(new Set(seen).size).toBe(ids);
  });
});

test('a first deployment whose hook fails ends without one to go back to; the events say why', async () => {
  const hook = functions.make(FAILED);
  const service = await fixture.create(
    await fixture.input(await fixture.pair(), {
      ...BLUE_GREEN,
      lifecycleHooks: [hook.hook(['PRE_SCALE_UP'])],
    }),
  );
  await fixture.advance(MINUTE);
  expect(await fixture.deployment(service)).toMatchObject({
    status: 'ROLLBACK_FAILED',
    statusReason: 'No rollback candidate was found to run the rollback.',
  });
  expect(messages(await fixture.describe(service))).toEqual([
    expect.stringMatching(
      /^\(deployment ecs-svc\/\d+\) deployment failed: Service deployment rolled back because PRE_SCALE_UP lifecycle hook\(s\) failed\. Lifecycle hook target \S+ returned FAILED status\.$/,
    ),
  ]);
  expect(await fixture.tasks(service)).toEqual([]);
});

describe('the role of a hook', () => {
  const cannotAssume = /ECS was unable to assume role ROLE$/;
  const mayNot =
    /ECS was unable to invoke hook target ARN due to User: \S+:assumed-role\/\S+\/ECS-Lambda-Execution is not authorized to perform: lambda:InvokeFunction on resource: ARN because no identity-based policy allows the lambda:InvokeFunction action$/;

  test.each<[string, RegExp, (name: string) => Promise<string>]>([
    ['does not exist', cannotAssume, async (name) => `arn:aws:iam::123456789012:role/${name}`],
    [
      'trusts another service',
      cannotAssume,
      async (name) => {
        const arn = await createRole(fixture.aws, name, 'ecs-tasks.amazonaws.com');
        await functions.allow(name, '*');
        return arn;
      },
    ],
    [
      'may not invoke functions',
      mayNot,
      async (name) => {
        const arn = await createRole(fixture.aws, name, 'ecs.amazonaws.com');
        await fixture.advance(MINUTE);
        return arn;
      },
    ],
    [
      'may invoke another function',
      mayNot,
      async (name) => {
        const arn = await createRole(fixture.aws, name, 'ecs.amazonaws.com');
        await functions.allow(name, 'arn:aws:lambda:us-east-1:123456789012:function:other');
        return arn;
      },
    ],
  ])('%s: the hook fails, and nothing is called', async (_what, reason, make) => {
    const hook = functions.make(SUCCEEDED);
    const roleArn = await make(fixture.name('role'));
    const service = await deploying([hook.hook(['PRE_SCALE_UP'], { roleArn })]);
    await fixture.advance(MINUTE);
    const { status, statusReason } = await fixture.deployment(service);
    expect(status).toBe('ROLLBACK_SUCCESSFUL');
    expect(statusReason!.replaceAll(hook.arn, 'ARN').replace(roleArn, 'ROLE')).toMatch(reason);
    expect(hook.events()).toEqual([]);
  });

  test('is right, and there is no such function', async () => {
    const hook = functions.make(SUCCEEDED);
    const hookTargetArn = `${hook.arn}-gone`;
    const service = await deploying([hook.hook(['PRE_SCALE_UP'], { hookTargetArn })]);
    await fixture.advance(MINUTE);
    expect((await fixture.deployment(service)).statusReason).toContain(
      `ECS was unable to invoke hook target ${hookTargetArn} due to Function not found: `,
    );
  });
});

describe('a hook that does not end', () => {
  const lambda = (timeoutConfiguration?: DeploymentLifecycleHook['timeoutConfiguration']) =>
    functions.make({ ...IN_PROGRESS, callBackDelay: 600 }).hook(['PRE_SCALE_UP'], { timeoutConfiguration });
  const paused = (timeoutConfiguration?: DeploymentLifecycleHook['timeoutConfiguration']) =>
    pause('PRE_SCALE_UP', timeoutConfiguration);

  test.each<[string, () => DeploymentLifecycleHook, number, string, RegExp | undefined]>([
    [
      'a function rolls back after its timeout',
      () => lambda({ timeoutInMinutes: 15 }),
      15,
      'ROLLBACK_SUCCESSFUL',
      /PRE_SCALE_UP lifecycle hook\(s\) failed\. Lifecycle hook target \S+ timed out\.$/,
    ],
    [
      'a function lets the deployment go on, when told so',
      () => lambda({ timeoutInMinutes: 15, action: 'CONTINUE' }),
      15,
      'SUCCESSFUL',
      undefined,
    ],
    [
      'a function rolls back after 24 hours, when told nothing',
      () => lambda(),
      1440,
      'ROLLBACK_SUCCESSFUL',
      /timed out\.$/,
    ],
    [
      'a pause rolls back after its timeout',
      () => paused({ timeoutInMinutes: 15, action: 'ROLLBACK' }),
      15,
      'ROLLBACK_SUCCESSFUL',
      /because PRE_SCALE_UP pause hook timed out\.$/,
    ],
    [
      'a pause may last 14 days',
      () => paused({ timeoutInMinutes: 20_160, action: 'CONTINUE' }),
      20_160,
      'SUCCESSFUL',
      undefined,
    ],
    [
      'a pause rolls back after 24 hours, when told nothing',
      () => paused(),
      1440,
      'ROLLBACK_SUCCESSFUL',
      /timed out\.$/,
    ],
  ])('%s', async (_what, hook, minutes, status, reason) => {
    const service = await deploying([hook()]);
    await fixture.advance(2 * SECOND);
    const { startedAt, lifecycleHookDetails } = await fixture.deployment(service);
    const { expiresAt } = lifecycleHookDetails![0]!;
    expect(expiresAt!.getTime() - startedAt!.getTime()).toBe(minutes * MINUTE);
    await fixture.advance(minutes * MINUTE - 1);
    expect(await progress(service)).toMatchObject({ status: 'IN_PROGRESS' });
    await fixture.advance(10 * MINUTE);
    const deployment = await fixture.deployment(service);
    expect(deployment).toMatchObject({ status, lifecycleHookDetails: [{ status: 'TIMED_OUT' }] });
    if (reason) expect(deployment.statusReason).toMatch(reason);
  });

  test('is not called again, once it has run out of time', async () => {
    const hook = functions.make({ ...IN_PROGRESS, callBackDelay: 40 });
    const timeoutConfiguration = { timeoutInMinutes: 1, action: 'CONTINUE' as const };
    const service = await deploying([
      hook.hook(['PRE_SCALE_UP'], { timeoutConfiguration }),
      pause('PRE_SCALE_UP'),
    ]);
    await fixture.advance(10 * MINUTE);
    expect((await progress(service)).hooks).toEqual(['TIMED_OUT', 'AWAITING_ACTION']);
    expect(hook.events()).toHaveLength(2);
  });
});

describe('the hooks of one stage', () => {
  test('run in parallel, and all have to let the deployment go on', async () => {
    const hook = functions.make(IN_PROGRESS, IN_PROGRESS, SUCCEEDED);
    const service = await deploying([
      pause('PRE_SCALE_UP'),
      hook.hook(['PRE_SCALE_UP']),
      pause('PRE_SCALE_UP'),
    ]);
    const seen = [];
    await fixture.advance(5 * SECOND);
    seen.push(await progress(service));
    await continueHook(service, 2);
    await fixture.advance(5 * SECOND);
    seen.push(await progress(service));
    await fixture.advance(2 * MINUTE);
    seen.push(await progress(service));
    const stage = { status: 'IN_PROGRESS', lifecycleStage: 'PRE_SCALE_UP' };
    expect(seen).toEqual([
      { ...stage, hooks: ['AWAITING_ACTION', 'IN_PROGRESS', 'AWAITING_ACTION'] },
      { ...stage, hooks: ['AWAITING_ACTION', 'IN_PROGRESS', 'SUCCEEDED'] },
      { ...stage, hooks: ['AWAITING_ACTION', 'SUCCEEDED', 'SUCCEEDED'] },
    ]);
    await continueHook(service, 0);
    await fixture.advance(10 * MINUTE);
    expect((await fixture.deployment(service)).status).toBe('SUCCESSFUL');
  });

  test.each<[string, () => DeploymentLifecycleHook, (service: Service) => Promise<void>, RegExp]>([
    [
      'a function that fails',
      () => functions.make(IN_PROGRESS, FAILED).hook(['PRE_SCALE_UP']),
      async () => undefined,
      /PRE_SCALE_UP lifecycle hook\(s\) failed\. Lifecycle hook target \S+ returned FAILED status\.$/,
    ],
    [
      'a pause that is rolled back',
      () => pause('PRE_SCALE_UP'),
      (service) => continueHook(service, 1, 'ROLLBACK'),
      /PRE_SCALE_UP pause hook was rolled back\.$/,
    ],
  ])('roll back as soon as one says so: %s', async (_what, hook, act, reason) => {
    const slow = functions.make({ ...IN_PROGRESS, callBackDelay: 50 });
    const service = await deploying([slow.hook(['PRE_SCALE_UP']), hook(), pause('PRE_SCALE_UP')]);
    await fixture.advance(5 * SECOND);
    await act(service);
    await fixture.advance(5 * MINUTE);
    expect(await fixture.deployment(service)).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      statusReason: expect.stringMatching(reason),
    });
    expect(slow.events()).toHaveLength(1);
  });

  test('and what another function answers after that changes nothing', async () => {
    const late = functions.make({ ...SUCCEEDED, milliseconds: 1000 });
    const service = await deploying([
      late.hook(['PRE_SCALE_UP']),
      functions.make(FAILED).hook(['PRE_SCALE_UP']),
    ]);
    await fixture.advance(5 * MINUTE);
    expect(await progress(service)).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      hooks: ['IN_PROGRESS', 'FAILED'],
    });
  });

  test('end with the deployment, when that is stopped', async () => {
    const hook = functions.make(IN_PROGRESS);
    const service = await deploying([hook.hook(['PRE_SCALE_UP'])]);
    await fixture.advance(5 * SECOND);
    const { serviceDeploymentArn } = await fixture.deployment(service);
    await fixture.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn }));
    await fixture.advance(5 * MINUTE);
    expect((await fixture.deployment(service)).status).toBe('ROLLBACK_SUCCESSFUL');
    expect(hook.events()).toHaveLength(1);
  });
});

test('a pause before production traffic shifts waits at each step, each time with another id', async () => {
  const service = await deploying([pause('PRE_PRODUCTION_TRAFFIC_SHIFT')], LINEAR);
  const ids = new Set<string>();
  for (let step = 0; step < 3; step++) {
    await fixture.advance(5 * MINUTE);
    const { hooks } = await progress(service);
    expect(hooks).toEqual([...Array(step).fill('SUCCEEDED'), 'AWAITING_ACTION']);
    await continueHook(service, step);
  }
  await fixture.advance(5 * MINUTE);
  const { status, lifecycleHookDetails } = await fixture.deployment(service);
  for (const { hookId } of lifecycleHookDetails!) ids.add(hookId!);
  expect({ status, ids: ids.size }).toEqual({ status: 'SUCCESSFUL', ids: 3 });
});

describe('a rollback', () => {
  const atShifts = ['TEST_TRAFFIC_SHIFT', 'PRODUCTION_TRAFFIC_SHIFT'] as const;
  const back = [
    ['PRODUCTION_TRAFFIC_SHIFT', {}, { green: 0, blue: 100 }],
    ['TEST_TRAFFIC_SHIFT', { green: 0, blue: 100 }, {}],
  ];

  test.each<[string, AnswerSheet, DeploymentLifecycleHookStage, number, unknown[][]]>([
    ['calls the hooks of the shifts that it takes back', {}, 'POST_PRODUCTION_TRAFFIC_SHIFT', 2, back],
    ['calls that of the one that it takes back', {}, 'POST_TEST_TRAFFIC_SHIFT', 1, back.slice(1)],
    ['calls none where nothing was shifted', {}, 'POST_SCALE_UP', 0, []],
    [
      'calls both in any case, where AWS does that',
      { 'ecs.rollback-calls-hooks-of-its-shifts': false },
      'POST_SCALE_UP',
      0,
      back,
    ],
  ])('%s', async (_what, answers, failing, forward, expected) => {
    fixture.aws.answers.give(answers);
    const hook = functions.make(SUCCEEDED);
    const service = await deploying([hook.hook(atShifts), functions.make(FAILED).hook([failing])]);
    await fixture.advance(10 * MINUTE);
    const { status, targetServiceRevision } = await fixture.deployment(service);
    expect(status).toBe('ROLLBACK_SUCCESSFUL');
    expect(hook.events().slice(forward).map(told)).toEqual(expected);
    for (const { executionDetails } of hook.events())
      expect(executionDetails.targetServiceRevisionArn).toBe(targetServiceRevision!.arn);
  });

  test.each<[string, AnswerSheet, string]>([
    ['goes on', {}, 'ROLLBACK_SUCCESSFUL'],
    ['ends, where AWS does that,', { 'ecs.failing-hook-does-not-stop-rollback': false }, 'ROLLBACK_FAILED'],
  ])('%s when its hook fails', async (_what, answers, status) => {
    fixture.aws.answers.give(answers);
    const hook = functions.make(SUCCEEDED, FAILED);
    const service = await deploying([
      hook.hook(['PRODUCTION_TRAFFIC_SHIFT']),
      functions.make(FAILED).hook(['POST_PRODUCTION_TRAFFIC_SHIFT']),
    ]);
    await fixture.advance(10 * MINUTE);
    expect((await fixture.deployment(service)).status).toBe(status);
  });
});

describe('a rolling deployment', () => {
  test('waits before its first task, and after its last one', async () => {
    const hook = functions.make(SUCCEEDED);
    const service = await deploying(
      [pause('PRE_SCALE_UP'), hook.hook(HOOK_STAGES), pause('POST_SCALE_UP')],
      ROLLING,
    );
    const images = async () =>
      (await fixture.tasks(service)).map((task) => task.containers![0]!.image!.split(':')[1]);
    await fixture.advance(10 * MINUTE);
    expect(await progress(service)).toMatchObject({ status: 'IN_PROGRESS', lifecycleStage: 'PRE_SCALE_UP' });
    expect(await images()).toEqual(['1', '1']);
    await continueHook(service, 0);
    await fixture.advance(10 * MINUTE);
    expect(await progress(service)).toMatchObject({ status: 'IN_PROGRESS', lifecycleStage: 'POST_SCALE_UP' });
    expect(await images()).toEqual(['2', '2']);
    await continueHook(service, 3, 'ROLLBACK');
    await fixture.advance(10 * MINUTE);
    expect((await fixture.deployment(service)).status).toBe('ROLLBACK_SUCCESSFUL');
    expect(await images()).toEqual(['1', '1']);
    expect(hook.events().map(told)).toEqual([
      ['PRE_SCALE_UP', {}, {}],
      ['POST_SCALE_UP', {}, {}],
    ]);
  });

  test('runs none of its hooks, where AWS does that', async () => {
    fixture.aws.answers.give({ 'ecs.rolling-deployments-run-hooks': false });
    const hook = functions.make(FAILED);
    const service = await deploying([hook.hook(HOOK_STAGES)], ROLLING);
    await fixture.advance(10 * MINUTE);
    expect((await fixture.deployment(service)).status).toBe('SUCCESSFUL');
    expect(hook.events()).toEqual([]);
  });
});

describe('where nobody knows what AWS does', () => {
  test.each<[string, AnswerSheet, number]>([
    ['after the weights are set', {}, 100],
    ['before that', { 'ecs.shift-hooks-run-after-weights': false }, 0],
  ])('hooks of a shift run %s', async (_what, answers, weight) => {
    fixture.aws.answers.give(answers);
    const pair = await fixture.pair();
    const hook = functions.make(IN_PROGRESS);
    await deploying([hook.hook(['PRODUCTION_TRAFFIC_SHIFT'])], BLUE_GREEN, pair);
    await fixture.advance(5 * MINUTE);
    expect(hook.events().length).toBeGreaterThan(0);
    expect(await fixture.weights(pair.production, pair.green)).toEqual([weight]);
  });

  test.each<[string, AnswerSheet, string]>([
    ['its own stage', {}, 'PRE_PRODUCTION_TRAFFIC_SHIFT'],
    ['the stage before', { 'ecs.pre-production-stage-is-shown': false }, 'POST_TEST_TRAFFIC_SHIFT'],
  ])('a pause before production traffic shifts shows %s', async (_what, answers, lifecycleStage) => {
    fixture.aws.answers.give(answers);
    const service = await deploying([pause('PRE_PRODUCTION_TRAFFIC_SHIFT')]);
    await fixture.advance(5 * MINUTE);
    expect(await progress(service)).toEqual({
      status: 'IN_PROGRESS',
      lifecycleStage,
      hooks: ['AWAITING_ACTION'],
    });
  });

  test.each<[string, AnswerSheet, string[]]>([
    ['has no test stages', {}, []],
    [
      'has them with their hooks',
      { 'ecs.no-test-rule-no-test-stages': false },
      ['TEST_TRAFFIC_SHIFT', 'POST_TEST_TRAFFIC_SHIFT'],
    ],
  ])('a deployment without a test rule %s', async (_what, answers, stages) => {
    fixture.aws.answers.give(answers);
    const hook = functions.make(SUCCEEDED);
    const { advancedConfiguration, ...loadBalancer } = loadBalancerOf(await fixture.pair());
    const { testListenerRule: _none, ...advanced } = advancedConfiguration!;
    const service = await fixture.running(
      undefined,
      { ...BLUE_GREEN, lifecycleHooks: [hook.hook(['TEST_TRAFFIC_SHIFT', 'POST_TEST_TRAFFIC_SHIFT'])] },
      { loadBalancers: [{ ...loadBalancer, advancedConfiguration: advanced }] },
    );
    expect((await fixture.deployment(service)).status).toBe('SUCCESSFUL');
    expect(hook.events().map(({ lifecycleStage }) => lifecycleStage)).toEqual(stages);
  });

  test.each<[string, AnswerSheet, string[]]>([
    ['stay in the list', {}, ['SUCCEEDED', 'AWAITING_ACTION']],
    ['leave the list', { 'ecs.ended-hooks-stay-listed': false }, ['AWAITING_ACTION']],
  ])('hooks that have ended %s', async (_what, answers, hooks) => {
    fixture.aws.answers.give(answers);
    const hook = functions.make(SUCCEEDED);
    const service = await deploying([hook.hook(['PRE_SCALE_UP']), pause('POST_SCALE_UP')]);
    await fixture.advance(5 * MINUTE);
    expect((await progress(service)).hooks).toEqual(hooks);
  });

  test.each<[string, AnswerSheet, Partial<DeploymentLifecycleHook>]>([
    ['as they were given', {}, {}],
    [
      'with what was left out',
      { 'ecs.hooks-read-back-as-given': false },
      { targetType: 'AWS_LAMBDA', timeoutConfiguration: { timeoutInMinutes: 1440, action: 'ROLLBACK' } },
    ],
  ])('hooks read back %s', async (_what, answers, filledIn) => {
    fixture.aws.answers.give(answers);
    const hook = functions.make(SUCCEEDED).hook(['PRE_SCALE_UP'], { hookDetails: { nested: [1, null] } });
    const service = await deploying([hook]);
    expect((await fixture.describe(service)).deploymentConfiguration!.lifecycleHooks).toEqual([
      { ...hook, ...filledIn },
    ]);
  });
});

describe('ContinueServiceDeployment', () => {
  const notThere =
    'Provided hookId is either completed, unavailable, or not associated with the given Resource ARN';

  test.each<[string, string, (ids: { lambda: string; continued: string }) => string]>([
    ['of no hook', notThere, () => 'ecs-pause-none'],
    ['of a function', notThere, ({ lambda }) => lambda],
    ['of a hook that was continued', notThere, ({ continued }) => continued],
    ['of what is no id', 'Invalid hookId: hookId must follow the format: ecs-{hookType}-{id}', () => 'none'],
  ])('%s is refused', async (_what, message, choose) => {
    const hook = functions.make(IN_PROGRESS);
    const service = await deploying([
      hook.hook(['PRE_SCALE_UP']),
      pause('PRE_SCALE_UP'),
      pause('PRE_SCALE_UP'),
    ]);
    await fixture.advance(5 * SECOND);
    await continueHook(service, 2);
    const { serviceDeploymentArn, lifecycleHookDetails } = await fixture.deployment(service);
    const [lambda, , continued] = lifecycleHookDetails!.map(({ hookId }) => hookId!);
    const hookId = choose({ lambda: lambda!, continued: continued! });
    await expect(
      fixture.ecs.send(new ContinueServiceDeploymentCommand({ serviceDeploymentArn, hookId })),
    ).rejects.toMatchObject({ name: 'InvalidParameterException', message });
  });

  test.each<[string, string, (service: Service, arn: string) => Promise<void>]>([
    [
      'rolls back',
      notThere,
      async (_service, serviceDeploymentArn) => {
        await fixture.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn }));
      },
    ],
    [
      'was taken over by another one',
      'Continuing a service deployment is not allowed for service deployment in terminal states.',
      async (service) => {
        await fixture.update(service, { forceNewDeployment: true });
      },
    ],
  ])('of a deployment that %s is refused', async (_what, message, act) => {
    const service = await deploying([pause('POST_SCALE_UP')]);
    await fixture.advance(5 * MINUTE);
    const { serviceDeploymentArn, lifecycleHookDetails } = await fixture.deployment(service);
    const { hookId } = lifecycleHookDetails![0]!;
    await act(service, serviceDeploymentArn!);
    await expect(
      fixture.ecs.send(new ContinueServiceDeploymentCommand({ serviceDeploymentArn, hookId })),
    ).rejects.toMatchObject({ name: 'InvalidParameterException', message });
  });
});

describe('what is refused', () => {
  const ARNS = {
    hookTargetArn: 'arn:aws:lambda:us-east-1:123456789012:function:f',
    roleArn: 'arn:aws:iam::123456789012:role/r',
  };
  const lambda = (more: object = {}): DeploymentLifecycleHook => ({
    ...ARNS,
    lifecycleStages: ['PRE_SCALE_UP'],
    ...more,
  });
  const paused = (more: object = {}): DeploymentLifecycleHook => ({ ...pause('PRE_SCALE_UP'), ...more });
  const timeout = (timeoutInMinutes: number) => ({ timeoutConfiguration: { timeoutInMinutes } });
  const times = (count: number, hook: DeploymentLifecycleHook) => Array.from({ length: count }, () => hook);

  const create = async (lifecycleHooks: DeploymentLifecycleHook[]) =>
    fixture.create(await fixture.input(undefined, { ...BLUE_GREEN, lifecycleHooks }, { desiredCount: 0 }));

  test.each<[string, DeploymentLifecycleHook[], RegExp]>([
    ['a stage without hooks', [lambda({ lifecycleStages: ['SCALE_UP'] })], /enum value set/],
    ['a bake time with hooks', [paused({ lifecycleStages: ['BAKE_TIME'] })], /enum value set/],
    ['no stage', [lambda({ lifecycleStages: [] })], /lifecycleStages can not be empty/],
    [
      'a pause while test traffic shifts',
      [paused({ lifecycleStages: ['PRE_SCALE_UP', 'TEST_TRAFFIC_SHIFT'] })],
      /^Invalid lifecycle stage provided for Pause Hook$/,
    ],
    [
      'a pause while production traffic shifts',
      [paused({ lifecycleStages: ['PRODUCTION_TRAFFIC_SHIFT'] })],
      /^Invalid lifecycle stage provided for Pause Hook$/,
    ],
    ['an eleventh function', times(11, lambda()), /at most 10 lifecycle hooks of type AWS_LAMBDA/],
    ['an eleventh pause', times(11, paused()), /at most 10 lifecycle hooks of type PAUSE/],
    ['a function for more than a day', [lambda(timeout(1441))], /between 1 and 1440 .* AWS_LAMBDA/],
    ['a pause for more than 14 days', [paused(timeout(20_161))], /less than or equal to 20160/],
    ['a timeout of no minutes', [paused(timeout(0))], /greater than or equal to 1/],
    ['no function', [lambda({ hookTargetArn: undefined })], /hookTargetArn and roleArn are required/],
    ['no role', [lambda({ roleArn: undefined })], /hookTargetArn and roleArn are required/],
    [
      'a pause with a function',
      [paused({ hookTargetArn: ARNS.hookTargetArn })],
      /are not supported .* PAUSE/,
    ],
    ['a pause with a role', [paused({ roleArn: ARNS.roleArn })], /are not supported .* PAUSE/],
    ['another type', [lambda({ targetType: 'EMAIL' })], /AWS_LAMBDA, PAUSE/],
  ])('%s', async (_what, hooks, message) => {
    await expect(create(hooks)).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringMatching(message),
    });
    const service = await create([]);
    await expect(
      fixture.update(service, { deploymentConfiguration: { ...BLUE_GREEN, lifecycleHooks: hooks } }),
    ).rejects.toMatchObject({ message: expect.stringMatching(message) });
  });

  test('ten functions and ten pauses, for as long as may be, are not', async () => {
    await expect(
      create([...times(10, lambda(timeout(1440))), ...times(10, paused(timeout(20_160)))]),
    ).resolves.toBeDefined();
  });

  test.each<[string, AnswerSheet, DeploymentLifecycleHook, boolean]>([
    ['a pause before reconciliation', {}, paused({ lifecycleStages: ['RECONCILE_SERVICE'] }), true],
    [
      'a pause before reconciliation',
      { 'ecs.pause-at-reconcile-service': false },
      paused({ lifecycleStages: ['RECONCILE_SERVICE'] }),
      false,
    ],
    ['a pause with a function', { 'ecs.pause-hook-refuses-target': false }, paused(ARNS), true],
  ])('%s: whether it is accepted, told %p', async (_what, answers, hook, isAccepted) => {
    fixture.aws.answers.give(answers);
    const created = await create([hook]).then(
      () => true,
      () => false,
    );
    expect(created).toBe(isAccepted);
  });
});
