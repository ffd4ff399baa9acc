import {
  ContinueServiceDeploymentCommand,
  DescribeServiceRevisionsCommand,
  StopServiceDeploymentCommand,
  type DeploymentConfiguration,
  type Service,
} from '@aws-sdk/client-ecs';
import {
  DeleteRuleCommand,
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
  ModifyTargetGroupAttributesCommand,
  type Action,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AnswerSheet } from '../../local/claims/answers';
import { addressOf, Fixture, loadBalancerOf, messages, MINUTE, type Pair } from './fixture';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await Fixture.start();
});
afterAll(() => fixture.close());

const CANARY: DeploymentConfiguration = {
  strategy: 'CANARY',
  canaryConfiguration: { canaryPercent: 5, canaryBakeTimeInMinutes: 3 },
  bakeTimeInMinutes: 3,
};
const BREAKER = { deploymentCircuitBreaker: { enable: true, rollback: true } };

/** Lifecycle stages with the production traffic of green, and the seconds spent there, until the deployment ends. */
async function timeline(service: Service, pair: Pair): Promise<string[]> {
  const seen: { at: string; seconds: number }[] = [];
  for (let second = 0; second < 3600; second += 5) {
    const { status, lifecycleStage } = await fixture.deployment(service);
    if (!['PENDING', 'IN_PROGRESS'].includes(status!)) break;
    const [, green] = await fixture.weights(pair.production, pair.blue, pair.green);
    const at = `${lifecycleStage ?? status} ${green}%`;
    if (seen.at(-1)?.at === at) seen.at(-1)!.seconds += 5;
    else seen.push({ at, seconds: 5 });
    await fixture.advance(5000);
  }
  return seen.map(({ at, seconds }) => (seconds < 60 ? at : `${at} for ${Math.floor(seconds / 60)} min`));
}

async function deployNewImage(service: Service, image: string): Promise<void> {
  await fixture.update(service, { taskDefinition: await fixture.taskDefinition(image) });
}

describe('the first deployment of a service', () => {
  afterEach(() => fixture.aws.answers.reset());

  const IN_STEPS = [
    'PENDING 0%',
    'PRE_SCALE_UP 0%',
    'SCALE_UP 0%',
    'POST_SCALE_UP 0%',
    'TEST_TRAFFIC_SHIFT 0%',
    'POST_TEST_TRAFFIC_SHIFT 0%',
    'PRODUCTION_TRAFFIC_SHIFT 5% for 3 min',
    'PRODUCTION_TRAFFIC_SHIFT 100%',
    'POST_PRODUCTION_TRAFFIC_SHIFT 100%',
    'BAKE_TIME 100% for 3 min',
  ];

  test('puts tasks into the alternate target group, and shifts traffic there like any other', async () => {
    const pair = await fixture.pair();
    const service = await fixture.create(await fixture.input(pair, CANARY));
    expect(service).toMatchObject({ status: 'ACTIVE', runningCount: 0, desiredCount: 2 });
    expect(await timeline(service, { ...pair, green: pair.blue, blue: pair.green })).toEqual(IN_STEPS);
    expect(await fixture.deployment(service)).toMatchObject({
      status: 'SUCCESSFUL',
      sourceServiceRevisions: [],
      targetServiceRevision: {
        requestedTaskCount: 2,
        runningTaskCount: 2,
        requestedProductionTrafficWeight: 100,
      },
    });
    expect(await fixture.weights(pair.production, pair.blue, pair.green)).toEqual([100, 0]);
    expect(await fixture.targets(pair.blue)).toEqual((await fixture.tasks(service)).map(addressOf).sort());
    expect(await fixture.targets(pair.green)).toEqual([]);
    expect(await fixture.describe(service)).toMatchObject({
      runningCount: 2,
      pendingCount: 0,
      loadBalancers: service.loadBalancers,
    });
  });

  test.each<[string, AnswerSheet, [number, number]]>([
    ['takes no steps', { 'ecs.first-deployment-takes-all-steps': false }, [100, 0]],
    [
      'fills the target group that serves',
      { 'ecs.first-deployment-fills-alternate-target-group': false },
      [0, 100],
    ],
  ])('told that it %s, is done as soon as its tasks are healthy', async (_what, answers, weights) => {
    const pair = await fixture.pair();
    fixture.aws.answers.give(answers);
    const service = await fixture.create(await fixture.input(pair, CANARY));
    await fixture.advance(90_000);
    expect(await fixture.deployment(service)).toMatchObject({ status: 'SUCCESSFUL' });
    expect(await fixture.weights(pair.production, pair.blue, pair.green)).toEqual(weights);
    expect(await fixture.targets(weights[0] === 100 ? pair.blue : pair.green)).toHaveLength(2);
  });

  test('of a rule that forwards to one target group alone makes it forward to both', async () => {
    const pair = await fixture.pair();
    const production = await fixture.rule([[pair.green, 1]]);
    const test = await fixture.rule([[pair.blue, 1]], 'x-alone');
    const service = await fixture.running({ ...pair, production, test }, CANARY);
    expect(await fixture.deployment(service)).toMatchObject({ status: 'SUCCESSFUL' });
    expect(await fixture.weights(production, pair.blue, pair.green)).toEqual([100, 0]);
  });

  test('told that the cause is not hidden, says why it failed', async () => {
    const taskDefinition = await fixture.taskDefinition('repository/web:exits');
    fixture.aws.answers.give({ 'ecs.failed-first-deployment-hides-its-cause': false });
    const service = await fixture.running(
      await fixture.pair(),
      { ...CANARY, ...BREAKER },
      { taskDefinition },
    );
    expect(await fixture.deployment(service)).toMatchObject({
      status: 'ROLLBACK_FAILED',
      statusReason:
        'Service deployment rolled back because the circuit breaker threshold was exceeded. No rollback candidate was found to run the rollback.',
    });
  });

  test('fails without a revision to go back to', async () => {
    const taskDefinition = await fixture.taskDefinition('repository/web:exits');
    const configuration = { ...CANARY, ...BREAKER };
    const service = await fixture.create(
      await fixture.input(await fixture.pair(), configuration, { taskDefinition, desiredCount: 1 }),
    );
    await fixture.advance(10 * MINUTE);
    expect(await fixture.deployment(service)).toMatchObject({
      status: 'ROLLBACK_FAILED',
      statusReason: 'No rollback candidate was found to run the rollback.',
      deploymentCircuitBreaker: { status: 'TRIGGERED', failureCount: 3, threshold: 3 },
    });
    expect((await fixture.describe(service)).deployments).toMatchObject([
      {
        rolloutState: 'FAILED',
        rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
        failedTasks: 3,
      },
    ]);
  });
});

describe('an update moves traffic from blue to green', () => {
  test.each<[string, DeploymentConfiguration, string[]]>([
    [
      'BLUE_GREEN',
      { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 5 },
      ['PRODUCTION_TRAFFIC_SHIFT 100%', 'POST_PRODUCTION_TRAFFIC_SHIFT 100%', 'BAKE_TIME 100% for 5 min'],
    ],
    [
      'CANARY',
      CANARY,
      [
        'PRODUCTION_TRAFFIC_SHIFT 5% for 3 min',
        'PRODUCTION_TRAFFIC_SHIFT 100%',
        'POST_PRODUCTION_TRAFFIC_SHIFT 100%',
        'BAKE_TIME 100% for 3 min',
      ],
    ],
    [
      'CANARY of a tenth of a percent',
      { strategy: 'CANARY', canaryConfiguration: { canaryPercent: 0.1, canaryBakeTimeInMinutes: 1 } },
      [
        'PRODUCTION_TRAFFIC_SHIFT 0.1% for 1 min',
        'PRODUCTION_TRAFFIC_SHIFT 100%',
        'POST_PRODUCTION_TRAFFIC_SHIFT 100%',
      ],
    ],
    [
      'LINEAR',
      {
        strategy: 'LINEAR',
        linearConfiguration: { stepPercent: 40, stepBakeTimeInMinutes: 2 },
        bakeTimeInMinutes: 1,
      },
      [
        'PRODUCTION_TRAFFIC_SHIFT 40% for 2 min',
        'PRODUCTION_TRAFFIC_SHIFT 80% for 2 min',
        'PRODUCTION_TRAFFIC_SHIFT 100%',
        'POST_PRODUCTION_TRAFFIC_SHIFT 100%',
        'BAKE_TIME 100% for 1 min',
      ],
    ],
  ])('%s', async (_name, configuration, shifting) => {
    const pair = await fixture.pair();
    const service = await fixture.running(pair, configuration);
    const blue = (await fixture.tasks(service)).map(addressOf).sort();
    await deployNewImage(service, 'repository/web:2');
    expect(await timeline(service, pair)).toEqual([
      'PENDING 0%',
      'PRE_SCALE_UP 0%',
      'SCALE_UP 0%',
      'POST_SCALE_UP 0%',
      'TEST_TRAFFIC_SHIFT 0%',
      'POST_TEST_TRAFFIC_SHIFT 0%',
      ...shifting,
    ]);
    expect(await fixture.deployment(service)).toMatchObject({
      status: 'SUCCESSFUL',
      lifecycleStage: 'CLEAN_UP',
    });
    expect(await fixture.weights(pair.test, pair.blue, pair.green)).toEqual([0, 100]);
    expect(await fixture.targets(pair.blue)).toEqual([]);
    const green = (await fixture.tasks(service)).map(addressOf).sort();
    expect(await fixture.targets(pair.green)).toEqual(green);
    expect(green).not.toEqual(blue);
  });

  test('and the next one back, for the target groups have changed places', async () => {
    const pair = await fixture.pair();
    const service = await fixture.running(pair, { strategy: 'BLUE_GREEN' });
    const weights = [];
    for (const image of ['repository/web:2', 'repository/web:3', 'repository/web:4']) {
      await deployNewImage(service, image);
      await fixture.advance(5 * MINUTE);
      weights.push(await fixture.weights(pair.production, pair.blue, pair.green));
    }
    expect(weights).toEqual([
      [0, 100],
      [100, 0],
      [0, 100],
    ]);
    const { serviceRevisions } = await fixture.ecs.send(
      new DescribeServiceRevisionsCommand({
        serviceRevisionArns: [(await fixture.deployment(service)).targetServiceRevision!.arn!],
      }),
    );
    expect(serviceRevisions).toMatchObject([
      {
        containerImages: [{ containerName: 'Main', image: 'repository/web:4' }],
        resolvedConfiguration: {
          loadBalancers: [{ targetGroupArn: pair.green, productionListenerRule: pair.production }],
        },
      },
    ]);
  });

  test('while blue keeps its scale until the end of the bake, also when the desired count changes', async () => {
    const pair = await fixture.pair();
    const service = await fixture.running(pair, CANARY);
    await deployNewImage(service, 'repository/web:2');
    await fixture.advance(2 * MINUTE);
    await fixture.update(service, { desiredCount: 3 });
    await fixture.advance(MINUTE);
    expect(await fixture.describe(service)).toMatchObject({
      desiredCount: 3,
      runningCount: 6,
      deployments: [
        { status: 'PRIMARY', desiredCount: 3, runningCount: 3, rolloutState: 'IN_PROGRESS' },
        { status: 'ACTIVE', desiredCount: 3, runningCount: 3, rolloutState: 'COMPLETED' },
      ],
    });
    await fixture.advance(10 * MINUTE);
    expect(await fixture.describe(service)).toMatchObject({
      runningCount: 3,
      deployments: [{ status: 'PRIMARY', rolloutState: 'COMPLETED' }],
    });
  });

  test('and answers change with the weights', async () => {
    const pair = await fixture.pair();
    const service = await fixture.running(pair, CANARY);
    await deployNewImage(service, 'repository/web:2');
    await fixture.advance(2 * MINUTE);
    const images = await Promise.all(
      (await fixture.tasks(service)).map(async (task) => ({
        registered: (await fixture.targets(pair.green)).includes(addressOf(task)) ? 'green' : 'blue',
        image: task.containers![0]!.image,
      })),
    );
    expect(images).toEqual([
      { registered: 'blue', image: 'repository/web:1' },
      { registered: 'blue', image: 'repository/web:1' },
      { registered: 'green', image: 'repository/web:2' },
      { registered: 'green', image: 'repository/web:2' },
    ]);
  });
});

describe('a deployment goes back to blue', () => {
  const PULL_REASON = 'ECS deployment circuit breaker: tasks failed to start.';

  test.each([['exits'], ['unhealthy'], ['cannot-pull']])(
    'when tasks of an image tagged %s fail too often',
    async (tag) => {
      const pair = await fixture.pair();
      const service = await fixture.running(pair, { ...CANARY, ...BREAKER });
      const { taskDefinition } = await fixture.describe(service);
      await deployNewImage(service, `repository/web:${tag}`);
      await fixture.advance(30 * MINUTE);
      expect(await fixture.deployment(service)).toMatchObject({
        status: 'ROLLBACK_SUCCESSFUL',
        statusReason: 'Service deployment rolled back because the circuit breaker threshold was exceeded.',
        lifecycleStage: 'SCALE_UP',
        rollback: {
          serviceRevisionArn: expect.stringContaining(`service-revision/default/${service.serviceName}/`),
        },
      });
      const described = await fixture.describe(service);
      expect(described).toMatchObject({
        taskDefinition,
        runningCount: 2,
        pendingCount: 0,
        deployments: [{ status: 'PRIMARY', taskDefinition, rolloutState: 'COMPLETED' }],
      });
      expect(messages(described)).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^\(deployment ecs-svc\/\d+\) deployment failed: tasks failed to start\.$/),
          expect.stringMatching(/^rolling back to deployment ecs-svc\/\d+\.$/),
          'has reached a steady state.',
        ]),
      );
      expect(await fixture.weights(pair.production, pair.blue, pair.green)).toEqual([100, 0]);
      expect(await fixture.targets(pair.green)).toEqual([]);
    },
  );

  test.each([
    ['the canary has 5 % of the traffic', 3],
    ['green has all traffic and bakes', 6],
  ])('when an alarm goes off while %s', async (_when, minutes) => {
    const pair = await fixture.pair();
    const alarm = await fixture.alarm();
    const alarms = { enable: true, rollback: true, alarmNames: [alarm.name] };
    const service = await fixture.running(pair, { ...CANARY, alarms });
    await deployNewImage(service, 'repository/web:2');
    await fixture.advance(minutes * MINUTE);
    expect((await fixture.weights(pair.production, pair.green))[0]).toBeGreaterThan(0);
    await alarm.set('ALARM');
    await fixture.advance(MINUTE);
    expect(await fixture.deployment(service)).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      alarms: { status: 'TRIGGERED', triggeredAlarmNames: [alarm.name] },
      rollback: { reason: expect.stringContaining(alarm.name) },
    });
    expect(await fixture.weights(pair.production, pair.blue, pair.green)).toEqual([100, 0]);
    expect(await fixture.weights(pair.test, pair.blue, pair.green)).toEqual([100, 0]);
  });

  test('but not for an alarm that was off already when the deployment began', async () => {
    const alarm = await fixture.alarm();
    await alarm.set('ALARM');
    const alarms = { enable: true, rollback: true, alarmNames: [alarm.name] };
    const service = await fixture.running(await fixture.pair(), { ...CANARY, alarms });
    await deployNewImage(service, 'repository/web:2');
    await fixture.advance(15 * MINUTE);
    expect(await fixture.deployment(service)).toMatchObject({
      status: 'SUCCESSFUL',
      alarms: { status: 'DISABLED' },
    });
  });

  test('when its production rule is gone', async () => {
    const pair = await fixture.pair();
    const service = await fixture.running(pair, CANARY);
    await deployNewImage(service, 'repository/web:2');
    await fixture.advance(30_000);
    await fixture.elb.send(new DeleteRuleCommand({ RuleArn: pair.production }));
    await fixture.advance(5 * MINUTE);
    expect(await fixture.deployment(service)).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      statusReason: expect.stringMatching(
        /because of invalid networking configuration\. One or more rules not found/i,
      ),
    });
    expect(await fixture.targets(pair.blue)).toHaveLength(2);
  });

  test('when a user stops it', async () => {
    const pair = await fixture.pair();
    const service = await fixture.running(pair, CANARY);
    await deployNewImage(service, 'repository/web:2');
    await fixture.advance(3 * MINUTE);
    const { serviceDeploymentArn } = await fixture.deployment(service);
    await fixture.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn, stopType: 'ROLLBACK' }));
    expect(await fixture.deployment(service)).toMatchObject({ status: 'ROLLBACK_REQUESTED' });
    await fixture.advance(MINUTE);
    expect(await fixture.deployment(service)).toMatchObject({ status: 'ROLLBACK_SUCCESSFUL' });
    expect(await fixture.weights(pair.production, pair.blue, pair.green)).toEqual([100, 0]);
    await expect(
      fixture.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn })),
    ).rejects.toMatchObject({ name: 'ConflictException' });
  });

  test.each(['ROLLBACK', 'ABORT'] as const)(
    'when a user stops it with %s while it goes back already',
    async (stopType) => {
      const service = await fixture.running(await fixture.pair(), CANARY);
      await deployNewImage(service, 'repository/web:2');
      await fixture.advance(3 * MINUTE);
      const { serviceDeploymentArn } = await fixture.deployment(service);
      const stop = (type: 'ROLLBACK' | 'ABORT') =>
        fixture.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn, stopType: type }));
      await stop('ROLLBACK');
      await stop('ROLLBACK');
      expect(await fixture.deployment(service)).toMatchObject({ status: 'ROLLBACK_REQUESTED' });
      await stop(stopType);
      await fixture.advance(5 * MINUTE);
      expect(await fixture.deployment(service)).toMatchObject({
        status: stopType === 'ROLLBACK' ? 'ROLLBACK_SUCCESSFUL' : 'ROLLBACK_FAILED',
      });
    },
  );

  test('after 24 hours in one stage, where no circuit breaker acts', async () => {
    const service = await fixture.running(await fixture.pair(), { ...CANARY, ...BREAKER });
    fixture.aws.answers.give({ 'ecs.circuit-breaker-acts-in-every-strategy': false });
    await deployNewImage(service, 'repository/web:exits');
    fixture.aws.answers.reset();
    await fixture.advance(23 * 60 * MINUTE);
    expect(await fixture.deployment(service)).toMatchObject({
      status: 'IN_PROGRESS',
      lifecycleStage: 'SCALE_UP',
      deploymentCircuitBreaker: { status: 'DISABLED' },
    });
    await fixture.advance(2 * 60 * MINUTE);
    expect(await fixture.deployment(service)).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      statusReason: 'Service deployment rolled back because the lifecycle stage SCALE_UP timed out.',
    });
  });

  test('when the failing circuit breaker may not roll back, it stops instead', async () => {
    const service = await fixture.running(await fixture.pair(), {
      ...CANARY,
      deploymentCircuitBreaker: { enable: true, rollback: false },
    });
    await deployNewImage(service, 'repository/web:exits');
    await fixture.advance(30 * MINUTE);
    expect(await fixture.deployment(service)).toMatchObject({
      status: 'STOPPED',
      statusReason: 'Service deployment stopped because the circuit breaker threshold was exceeded.',
      stoppedAt: expect.any(Date),
    });
    expect((await fixture.describe(service)).deployments![0]).toMatchObject({
      rolloutState: 'FAILED',
      rolloutStateReason: PULL_REASON,
    });
  });
});

describe('an update during a deployment', () => {
  async function overlap(afterMinutes: number): Promise<{ service: Service; pair: Pair }> {
    const pair = await fixture.pair();
    const service = await fixture.running(pair, CANARY);
    await deployNewImage(service, 'repository/web:2');
    await fixture.advance(afterMinutes * MINUTE);
    await deployNewImage(service, 'repository/web:3');
    await fixture.advance(15 * MINUTE);
    return { service, pair };
  }

  test('stops that one, and reconciles the service before it starts', async () => {
    const { service, pair } = await overlap(0.5);
    const [second, first] = await fixture.deployments(service);
    expect(first).toMatchObject({ status: 'STOPPED' });
    expect(second).toMatchObject({ status: 'SUCCESSFUL' });
    expect(second!.sourceServiceRevisions).toHaveLength(2);
    expect(await fixture.weights(pair.production, pair.blue, pair.green)).toEqual([0, 100]);
    expect((await fixture.tasks(service)).map(({ containers }) => containers![0]!.image)).toEqual([
      'repository/web:3',
      'repository/web:3',
    ]);
  });

  test('in its final bake replaces the revision that has the traffic', async () => {
    const { service, pair } = await overlap(6);
    expect((await fixture.deployment(service)).status).toBe('SUCCESSFUL');
    expect(await fixture.weights(pair.production, pair.blue, pair.green)).toEqual([100, 0]);
    expect(await fixture.targets(pair.blue)).toHaveLength(2);
    expect(await fixture.targets(pair.green)).toEqual([]);
  });

  test('told that the traffic goes back first, succeeds also when it was split', async () => {
    fixture.aws.answers.give({ 'ecs.superseded-deployment-leaves-weights': false });
    const { service, pair } = await overlap(3);
    fixture.aws.answers.reset();
    expect((await fixture.deployment(service)).status).toBe('SUCCESSFUL');
    expect(await fixture.weights(pair.production, pair.blue, pair.green)).toEqual([0, 100]);
  });

  test('with the traffic split leaves it split, and every later deployment fails until the rule is repaired', async () => {
    const { service, pair } = await overlap(3);
    const found2 = expect.stringMatching(
      /^Service deployment rolled back because of invalid networking configuration\. productionListenerRule .* should have exactly one target group serving traffic but found 2 target groups which are serving traffic$/,
    );
    expect(await fixture.deployment(service)).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      statusReason: found2,
    });
    expect(await fixture.weights(pair.production, pair.blue, pair.green)).toEqual([95, 5]);
    expect(await fixture.targets(pair.green)).toEqual([]);
    await deployNewImage(service, 'repository/web:4');
    await fixture.advance(15 * MINUTE);
    expect(await fixture.deployment(service)).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      statusReason: found2,
    });
    const TargetGroups = [
      { TargetGroupArn: pair.blue, Weight: 999 },
      { TargetGroupArn: pair.green, Weight: 0 },
    ];
    await fixture.elb.send(
      new ModifyRuleCommand({
        RuleArn: pair.production,
        Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups } }],
      }),
    );
    await deployNewImage(service, 'repository/web:5');
    await fixture.advance(15 * MINUTE);
    expect(await fixture.deployment(service)).toMatchObject({ status: 'SUCCESSFUL' });
  });
});

test.each([
  ['keeps', true],
  ['drops', false],
])("told that ECS %s it, a shift treats the rule's stickiness so", async (_what, kept) => {
  const pair = await fixture.pair();
  const service = await fixture.running(pair, { strategy: 'BLUE_GREEN' });
  const { Rules } = await fixture.elb.send(new DescribeRulesCommand({ RuleArns: [pair.production] }));
  const [{ ForwardConfig }] = Rules![0]!.Actions as [Action];
  const TargetGroupStickinessConfig = { Enabled: true, DurationSeconds: 1 };
  await fixture.elb.send(
    new ModifyRuleCommand({
      RuleArn: pair.production,
      Actions: [{ Type: 'forward', ForwardConfig: { ...ForwardConfig, TargetGroupStickinessConfig } }],
    }),
  );
  fixture.aws.answers.give({ 'ecs.shift-keeps-stickiness': kept });
  await deployNewImage(service, 'repository/web:2');
  await fixture.advance(10 * MINUTE);
  fixture.aws.answers.reset();
  const after = await fixture.elb.send(new DescribeRulesCommand({ RuleArns: [pair.production] }));
  expect(after.Rules![0]!.Actions![0]!.ForwardConfig!.TargetGroupStickinessConfig).toMatchObject({
    Enabled: kept,
  });
  expect(await fixture.weights(pair.production, pair.green)).toEqual([100]);
});

test.each([
  ['keeps', true],
  ['drops', false],
])('told that ECS %s it, a shift treats the authentication of a rule so', async (_what, kept) => {
  const pair = await fixture.pair();
  const service = await fixture.running(pair, { strategy: 'BLUE_GREEN' });
  const { Rules } = await fixture.elb.send(new DescribeRulesCommand({ RuleArns: [pair.production] }));
  const [{ ForwardConfig }] = Rules![0]!.Actions as [Action];
  const UserPoolArn = 'arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_a';
  const AuthenticateCognitoConfig = { UserPoolArn, UserPoolClientId: 'client', UserPoolDomain: 'users' };
  await fixture.elb.send(
    new ModifyRuleCommand({
      RuleArn: pair.production,
      Actions: [
        { Type: 'authenticate-cognito', Order: 1, AuthenticateCognitoConfig },
        { Type: 'forward', Order: 2, ForwardConfig },
      ],
    }),
  );
  // The guard has ELB take it on HTTPS listeners alone; that of these tests is not one.
  fixture.aws.answers.give({ 'ecs.shift-keeps-authentication': kept });
  await deployNewImage(service, 'repository/web:2');
  await fixture.advance(10 * MINUTE);
  fixture.aws.answers.reset();
  const after = await fixture.elb.send(new DescribeRulesCommand({ RuleArns: [pair.production] }));
  const types = after.Rules![0]!.Actions!.map(({ Type }) => Type);
  expect(types).toEqual(kept ? ['authenticate-cognito', 'forward'] : ['forward']);
});

test("ELB checks ECS's calls as it does everybody's: a rule must stay sticky where targets are", async () => {
  const pair = await fixture.pair();
  const service = await fixture.running(pair, { strategy: 'BLUE_GREEN' });
  const elb = new ElasticLoadBalancingV2Client(fixture.aws.clientOptions());
  const TargetGroups = [
    { TargetGroupArn: pair.blue, Weight: 1 },
    { TargetGroupArn: pair.green, Weight: 0 },
  ];
  const TargetGroupStickinessConfig = { Enabled: true, DurationSeconds: 1 };
  await elb.send(
    new ModifyRuleCommand({
      RuleArn: pair.production,
      Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups, TargetGroupStickinessConfig } }],
    }),
  );
  await fixture.elb.send(new DeleteRuleCommand({ RuleArn: pair.test }));
  const { advancedConfiguration, ...loadBalancer } = loadBalancerOf(pair);
  const { testListenerRule: _none, ...advanced } = advancedConfiguration!;
  await fixture.update(service, { loadBalancers: [{ ...loadBalancer, advancedConfiguration: advanced }] });
  await fixture.advance(10 * MINUTE);
  for (const TargetGroupArn of [pair.blue, pair.green]) {
    const Attributes = [{ Key: 'stickiness.enabled', Value: 'true' }];
    await elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }));
  }
  fixture.aws.answers.give({ 'ecs.shift-keeps-stickiness': false });
  await deployNewImage(service, 'repository/web:2');
  await fixture.advance(10 * MINUTE);
  fixture.aws.answers.reset();
  expect(await fixture.deployment(service)).toMatchObject({
    status: 'ROLLBACK_SUCCESSFUL',
    statusReason: expect.stringMatching(
      /because of invalid networking configuration\. You must enable group stickiness on a rule/,
    ),
  });
  await deployNewImage(service, 'repository/web:3');
  await fixture.advance(10 * MINUTE);
  expect(await fixture.deployment(service)).toMatchObject({ status: 'SUCCESSFUL' });
});

describe('strategies can be switched', () => {
  test.each<[string, DeploymentConfiguration, DeploymentConfiguration, 'blue' | 'green']>([
    ['ROLLING to CANARY', { strategy: 'ROLLING' }, CANARY, 'blue'],
    ['CANARY to ROLLING', CANARY, { strategy: 'ROLLING' }, 'blue'],
    ['CANARY to LINEAR', CANARY, { strategy: 'LINEAR' }, 'green'],
  ])('%s', async (_name, before, after, serving) => {
    const pair = await fixture.pair();
    const service = await fixture.running(pair, before);
    await fixture.update(service, {
      taskDefinition: await fixture.taskDefinition('repository/web:2'),
      deploymentConfiguration: after,
    });
    await fixture.advance(120 * MINUTE);
    expect(await fixture.deployment(service)).toMatchObject({
      status: 'SUCCESSFUL',
      deploymentConfiguration: { strategy: after.strategy },
    });
    expect(await fixture.weights(pair.production, pair[serving])).toEqual([100]);
    expect(await fixture.targets(pair[serving])).toHaveLength(2);
  });
});

test.each([
  [true, 'blue'],
  [false, 'green'],
] as const)(
  'a rolling deployment follows the listener rule (%s), not the order of the target groups',
  async (holds, filled) => {
    fixture.aws.answers.give({ 'ecs.rolling-deployment-follows-listener-rule': holds });
    const pair = await fixture.pair();
    const service = await fixture.running(pair, { strategy: 'BLUE_GREEN' });
    expect(service.loadBalancers![0]!.targetGroupArn).toBe(pair.green);
    expect(await fixture.weights(pair.production, pair.blue)).toEqual([100]);
    await fixture.update(service, {
      taskDefinition: await fixture.taskDefinition('repository/web:2'),
      deploymentConfiguration: { strategy: 'ROLLING' },
    });
    await fixture.advance(20 * MINUTE);
    const { status } = await fixture.deployment(service);
    fixture.aws.answers.reset();
    expect(status).toBe('SUCCESSFUL');
    expect(await fixture.targets(pair[filled])).toHaveLength(2);
  },
);

describe('a pause hook', () => {
  const pausing = (timeoutConfiguration = {}): DeploymentConfiguration => ({
    ...CANARY,
    lifecycleHooks: [
      { targetType: 'PAUSE', lifecycleStages: ['POST_TEST_TRAFFIC_SHIFT'], timeoutConfiguration },
    ],
  });

  async function paused(configuration: DeploymentConfiguration) {
    const service = await fixture.running(await fixture.pair(), CANARY);
    await fixture.update(service, {
      taskDefinition: await fixture.taskDefinition('repository/web:2'),
      deploymentConfiguration: configuration,
    });
    await fixture.advance(10 * MINUTE);
    const deployment = await fixture.deployment(service);
    expect(deployment).toMatchObject({
      status: 'IN_PROGRESS',
      lifecycleStage: 'POST_TEST_TRAFFIC_SHIFT',
      lifecycleHookDetails: [{ targetType: 'PAUSE', status: 'AWAITING_ACTION' }],
    });
    return { service, deployment, hookId: deployment.lifecycleHookDetails![0]!.hookId! };
  }

  test.each([
    ['CONTINUE', 'SUCCESSFUL'],
    ['ROLLBACK', 'ROLLBACK_SUCCESSFUL'],
  ] as const)('waits for a user to %s', async (action, status) => {
    const { service, deployment, hookId } = await paused(pausing());
    const { serviceDeploymentArn } = deployment;
    await fixture.ecs.send(new ContinueServiceDeploymentCommand({ serviceDeploymentArn, hookId, action }));
    await fixture.advance(15 * MINUTE);
    expect((await fixture.deployment(service)).status).toBe(status);
  });

  test.each([
    ['CONTINUE', 'SUCCESSFUL', undefined],
    [
      'ROLLBACK',
      'ROLLBACK_SUCCESSFUL',
      'Service deployment rolled back because POST_TEST_TRAFFIC_SHIFT pause hook timed out.',
    ],
  ] as const)('does its timeout action, %s', async (action, status, statusReason) => {
    const { service } = await paused(pausing({ timeoutInMinutes: 30, action }));
    await fixture.advance(45 * MINUTE);
    expect(await fixture.deployment(service)).toMatchObject({
      status,
      ...(statusReason && { statusReason }),
    });
  });
});
