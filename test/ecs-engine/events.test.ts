/** What ECS tells EventBridge of services, deployments and hooks, as a rule with a queue gets it. */
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  ContinueServiceDeploymentCommand,
  type DeploymentConfiguration,
  type DeploymentLifecycleHook,
  type Service,
} from '@aws-sdk/client-ecs';
import type { AnswerSheet } from '../../local/claims/answers';
import { callMoto, EVENT_BRIDGE } from '../../local/moto/call';
import { Fixture, MINUTE } from './fixture';
import { HookFunctions } from './hook-functions';

const SQS = { service: 'sqs', targetPrefix: 'AmazonSQS' };
const ACCOUNT = '123456789012';
const REGION = 'us-east-1';
const ROLLING: DeploymentConfiguration = { strategy: 'ROLLING' };
const BREAKER = { deploymentCircuitBreaker: { enable: true, rollback: true } };
const STATE_CHANGE = 'ECS Deployment State Change';

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

/** Call the endpoint as users do; no SDK client of these services is among the dependencies. */
const events = (operation: string, input: object) =>
  callMoto({ endpoint: fixture.aws.endpoint }, EVENT_BRIDGE, REGION, operation, input);
const sqs = (operation: string, input: object) =>
  callMoto({ endpoint: fixture.aws.endpoint }, SQS, REGION, operation, input);

/** A rule with a target. @returns its name. */
async function rule(pattern: object, targetArn: string, State = 'ENABLED'): Promise<string> {
  const Name = fixture.name('rule');
  await events('PutRule', { Name, EventPattern: JSON.stringify(pattern), State });
  await events('PutTargets', { Rule: Name, Targets: [{ Id: 'target', Arn: targetArn }] });
  return Name;
}

/** A queue. @returns its ARN, and a function that takes all events that have come, and gives those of one service. */
async function queue() {
  const QueueName = fixture.name('queue');
  const { QueueUrl } = await sqs('CreateQueue', { QueueName });
  return {
    arn: `arn:aws:sqs:${REGION}:${ACCOUNT}:${QueueName}`,
    async take(service?: Service) {
      const isOfService = ({ resources: [arn] }: { resources: string[] }) =>
        !service || arn!.split('/').includes(service.serviceName!);
      const taken: any[] = [];
      for (;;) {
        const { Messages = [] } = await sqs('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 });
        if (Messages.length === 0) return taken.filter(isOfService);
        taken.push(...Messages.map(({ Body }: { Body: string }) => JSON.parse(Body)));
      }
    },
  };
}

/** All events of ECS of these kinds from now on. */
async function subscribe(...kinds: string[]) {
  const { arn, take } = await queue();
  await rule({ source: ['aws.ecs'], 'detail-type': kinds }, arn);
  return take;
}

const nameOf = ({ detail }: { detail: { eventName: string } }) => detail.eventName;

async function deploying(
  image: string,
  configuration: DeploymentConfiguration,
  before: DeploymentConfiguration = ROLLING,
): Promise<Service> {
  const service = await fixture.running(undefined, before);
  return fixture.update(service, {
    taskDefinition: await fixture.taskDefinition(image),
    deploymentConfiguration: configuration,
  });
}

describe('a deployment', () => {
  test('is told of when it begins and when it is completed', async () => {
    const take = await subscribe(STATE_CHANGE);
    const service = await fixture.running(undefined, ROLLING);
    const { deployments, clusterArn, serviceArn } = await fixture.describe(service);
    const { id } = deployments![0]!;
    const detail = { eventType: 'INFO', clusterArn, deploymentId: id };
    const seconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
    const time = expect.stringMatching(seconds);
    expect(await take(service)).toMatchObject([
      {
        version: '0',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        'detail-type': STATE_CHANGE,
        source: 'aws.ecs',
        account: ACCOUNT,
        time: service.createdAt!.toISOString().replace(/\.\d+/, ''),
        region: REGION,
        resources: [serviceArn],
        detail: {
          ...detail,
          eventName: 'SERVICE_DEPLOYMENT_IN_PROGRESS',
          updatedAt: time,
          reason: `ECS deployment ${id} in progress.`,
        },
      },
      {
        resources: [serviceArn],
        detail: {
          ...detail,
          eventName: 'SERVICE_DEPLOYMENT_COMPLETED',
          updatedAt: time,
          reason: `ECS deployment ${id} completed.`,
        },
      },
    ]);
  });

  test.each<[string, AnswerSheet, DeploymentConfiguration, boolean]>([
    ['with a circuit breaker', {}, { ...ROLLING, ...BREAKER }, true],
    ['without one', {}, ROLLING, false],
    ['without one, where AWS does that', { 'ecs.failed-event-needs-circuit-breaker': false }, ROLLING, true],
  ])('that fails %s', async (_what, answers, configuration, isTold) => {
    fixture.aws.answers.give(answers);
    const take = await subscribe(STATE_CHANGE);
    const hook = functions.make({ hookStatus: 'FAILED' }).hook(['PRE_SCALE_UP']);
    const service = await deploying('repository/web:2', { ...configuration, lifecycleHooks: [hook] });
    const failed = service.deployments![0]!.id;
    await fixture.advance(10 * MINUTE);
    const rollback = (await fixture.describe(service)).deployments![0]!.id;
    const told = (await take(service))
      .slice(2)
      .map(({ detail }) => [detail.eventType, detail.eventName, detail.reason]);
    expect(told).toEqual([
      ['INFO', 'SERVICE_DEPLOYMENT_IN_PROGRESS', `ECS deployment ${failed} in progress.`],
      ...(isTold ? [['ERROR', 'SERVICE_DEPLOYMENT_FAILED', 'ECS deployment failed.']] : []),
      [
        'INFO',
        'SERVICE_DEPLOYMENT_IN_PROGRESS',
        `ECS deployment failed: rolling back to deploymentId ${rollback}.`,
      ],
      ['INFO', 'SERVICE_DEPLOYMENT_COMPLETED', `ECS deployment ${rollback} completed.`],
    ]);
  });

  test('that was rolled back by the circuit breaker says so', async () => {
    const take = await subscribe(STATE_CHANGE);
    const service = await deploying('repository/web:exits', { ...ROLLING, ...BREAKER });
    await fixture.advance(30 * MINUTE);
    expect((await take(service)).slice(3).map(({ detail }) => detail.reason)).toEqual([
      'ECS deployment circuit breaker: tasks failed to start.',
      expect.stringMatching(/^ECS deployment circuit breaker: rolling back to deploymentId ecs-svc\/\d+\.$/),
      expect.stringMatching(/completed\.$/),
    ]);
  });
});

describe('a hook', () => {
  const pause = (timeoutInMinutes: number): DeploymentLifecycleHook => ({
    targetType: 'PAUSE',
    lifecycleStages: ['POST_SCALE_UP'],
    timeoutConfiguration: { timeoutInMinutes, action: 'CONTINUE' },
  });
  const lambda = (...answers: object[]) => functions.make(...answers).hook(['POST_SCALE_UP']);

  async function continued(service: Service, action: 'CONTINUE' | 'ROLLBACK'): Promise<void> {
    const { serviceDeploymentArn, lifecycleHookDetails } = await fixture.deployment(service);
    const { hookId } = lifecycleHookDetails![0]!;
    await fixture.ecs.send(new ContinueServiceDeploymentCommand({ serviceDeploymentArn, hookId, action }));
  }

  test('is told of with its id, its service deployment and the time at which it expires', async () => {
    const take = await subscribe('ECS Hook State Change');
    const service = await deploying('repository/web:2', { ...ROLLING, lifecycleHooks: [pause(60)] });
    await fixture.advance(5 * MINUTE);
    const { serviceDeploymentArn, lifecycleHookDetails } = await fixture.deployment(service);
    const [{ hookId, expiresAt }] = lifecycleHookDetails as [{ hookId: string; expiresAt: Date }];
    expect(hookId).toMatch(/^ecs-pause-[\w-]{43}$/);
    expect(await take(service)).toMatchObject([
      {
        'detail-type': 'ECS Hook State Change',
        resources: [serviceDeploymentArn],
        detail: {
          eventType: 'INFO',
          eventName: 'HOOK_AWAITING_ACTION',
          hookId,
          hookType: 'PAUSE',
          expiresAt: expiresAt.toISOString().replace(/\.\d+/, ''),
          lifecycleStage: 'POST_SCALE_UP',
          clusterArn: service.clusterArn,
          serviceArn: service.serviceArn,
          serviceDeploymentArn,
          updatedAt: new Date(expiresAt.getTime() - 60 * MINUTE).toISOString(),
        },
      },
    ]);
  });

  test.each<[string, () => DeploymentLifecycleHook, 'CONTINUE' | 'ROLLBACK' | undefined, string[]]>([
    [
      'a pause that is continued',
      () => pause(60),
      'CONTINUE',
      ['PAUSE INFO HOOK_AWAITING_ACTION', 'PAUSE INFO HOOK_SUCCEEDED'],
    ],
    [
      'a pause that is rolled back',
      () => pause(60),
      'ROLLBACK',
      ['PAUSE INFO HOOK_AWAITING_ACTION', 'PAUSE ERROR HOOK_FAILED'],
    ],
    [
      'a pause that nobody continues',
      () => pause(10),
      undefined,
      ['PAUSE INFO HOOK_AWAITING_ACTION', 'PAUSE ERROR HOOK_TIMED_OUT'],
    ],
    [
      'a function that succeeds at its second call',
      () => lambda({ hookStatus: 'IN_PROGRESS' }, { hookStatus: 'SUCCEEDED' }),
      undefined,
      ['AWS_LAMBDA INFO HOOK_IN_PROGRESS', 'AWS_LAMBDA INFO HOOK_SUCCEEDED'],
    ],
    [
      'a function that fails',
      () => lambda({ hookStatus: 'FAILED' }),
      undefined,
      ['AWS_LAMBDA INFO HOOK_IN_PROGRESS', 'AWS_LAMBDA ERROR HOOK_FAILED'],
    ],
  ])('is told of from its beginning to its end: %s', async (_what, hook, action, expected) => {
    const take = await subscribe('ECS Hook State Change');
    const service = await deploying('repository/web:2', { ...ROLLING, lifecycleHooks: [hook()] });
    await fixture.advance(5 * MINUTE);
    if (action) await continued(service, action);
    await fixture.advance(10 * MINUTE);
    const told = await take(service);
    expect(told.map(({ detail }) => `${detail.hookType} ${detail.eventType} ${detail.eventName}`)).toEqual(
      expected,
    );
    expect(new Set(told.map(({ detail }) => detail.hookId)).size).toBe(1);
  });

  test('that fails is an event of type INFO, where AWS does that', async () => {
    fixture.aws.answers.give({ 'ecs.hook-event-types': false });
    const take = await subscribe('ECS Hook State Change');
    const lifecycleHooks = [lambda({ hookStatus: 'FAILED' })];
    const service = await deploying('repository/web:2', { ...ROLLING, lifecycleHooks });
    await fixture.advance(10 * MINUTE);
    expect((await take(service)).map(({ detail }) => detail.eventType)).toEqual(['INFO', 'INFO']);
  });
});

describe('what a service does', () => {
  test('is told of when its tasks are stopped, and when it is steady', async () => {
    const take = await subscribe('ECS Service Action');
    const service = await deploying('repository/web:2', ROLLING);
    await fixture.advance(10 * MINUTE);
    const told = await take(service);
    expect(told.map(nameOf)).toEqual([
      'SERVICE_STEADY_STATE',
      ...told.slice(1, -1).map(() => 'TASKS_STOPPED'),
      'SERVICE_STEADY_STATE',
    ]);
    expect(told.length).toBeGreaterThan(2);
    expect(told[0]).toMatchObject({
      resources: [service.serviceArn],
      detail: {
        eventType: 'INFO',
        clusterArn: service.clusterArn,
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      },
    });
  });

  test('is told of when tasks keep failing', async () => {
    const take = await subscribe('ECS Service Action');
    const taskDefinition = await fixture.taskDefinition('repository/web:exits');
    const service = await fixture.create(await fixture.input(undefined, ROLLING, { taskDefinition }));
    await fixture.advance(5 * MINUTE);
    expect(await take(service)).toContainEqual(
      expect.objectContaining({
        detail: expect.objectContaining({ eventType: 'WARN', eventName: 'SERVICE_TASK_START_IMPAIRED' }),
      }),
    );
  });

  test.each<[string, AnswerSheet, string[]]>([
    ['does not have its deployments', {}, []],
    [
      'has its deployments too, where AWS does that',
      { 'ecs.deployment-events-are-no-service-actions': false },
      ['SERVICE_DEPLOYMENT_IN_PROGRESS', 'SERVICE_DEPLOYMENT_COMPLETED'],
    ],
  ])('%s', async (_what, answers, expected) => {
    fixture.aws.answers.give(answers);
    const take = await subscribe('ECS Service Action');
    const service = await fixture.running(undefined, ROLLING);
    const names = (await take(service)).map(nameOf);
    expect(names.filter((name) => name !== 'SERVICE_STEADY_STATE')).toEqual(expected);
  });
});

describe('an EventBridge rule', () => {
  test('matches members of the event, and not when it is disabled', async () => {
    const completed = { source: ['aws.ecs'], detail: { eventName: ['SERVICE_DEPLOYMENT_COMPLETED'] } };
    const [matching, disabled] = [await queue(), await queue()];
    await rule(completed, matching.arn);
    await rule(completed, disabled.arn, 'DISABLED');
    const service = await fixture.running(undefined, ROLLING);
    expect((await matching.take(service)).map(nameOf)).toEqual(['SERVICE_DEPLOYMENT_COMPLETED']);
    expect(await disabled.take()).toEqual([]);
  });

  test('gets its events, whatever target another rule has', async () => {
    const pattern = { source: ['aws.ecs'] };
    await rule(pattern, fixture.aws.lambda.arn('some-function'));
    const logGroupName = `/events/${fixture.name('group')}`;
    const logs = new CloudWatchLogsClient(fixture.aws.clientOptions());
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
    await rule(pattern, `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${logGroupName}`);
    const { serviceArn } = await fixture.running(undefined, ROLLING);
    const { events: logged } = await logs.send(new FilterLogEventsCommand({ logGroupName }));
    const messages = logged!.map(({ message }) => JSON.parse(message!));
    const ofService = messages.filter(({ resources: [arn] }) => arn === serviceArn);
    expect(ofService.map(nameOf).sort()).toEqual([
      'SERVICE_DEPLOYMENT_COMPLETED',
      'SERVICE_DEPLOYMENT_IN_PROGRESS',
      'SERVICE_STEADY_STATE',
    ]);
  });

  test('gets no events of AWS that a user has made', async () => {
    const { arn, take } = await queue();
    await rule({ detail: { by: ['user'] } }, arn);
    const entry = { DetailType: 'Something', Detail: JSON.stringify({ by: 'user' }), Time: 1_800_000_000 };
    const answer = await events('PutEvents', {
      Entries: [
        { ...entry, Source: 'org.test' },
        { ...entry, Source: 'aws.ecs' },
      ],
    });
    expect(answer).toMatchObject({
      FailedEntryCount: 1,
      Entries: [{ EventId: expect.any(String) }, { ErrorCode: 'NotAuthorizedForSourceException' }],
    });
    expect(await take()).toMatchObject([{ source: 'org.test', time: '2027-01-15T08:00:00Z' }]);
  });
});
