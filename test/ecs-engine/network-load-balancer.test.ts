/** Services behind Network Load Balancers: listeners take the place of rules, and shifts take ten minutes longer. */
import {
  StopServiceDeploymentCommand,
  type DeploymentConfiguration,
  type LoadBalancer,
  type Service,
} from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeListenersCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import type { AnswerSheet } from '../../local/claims/answers';
import { Fixture, loadBalancerOf, MINUTE, type Pair } from './fixture';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await Fixture.start();
});
afterAll(() => fixture.close());
afterEach(() => fixture.aws.answers.reset());

async function targetGroup(Protocol: 'TCP' | 'UDP'): Promise<string> {
  const { TargetGroups } = await fixture.elb.send(
    new CreateTargetGroupCommand({
      Name: fixture.name('network'),
      VpcId: fixture.vpc,
      Protocol,
      Port: 80,
      TargetType: 'ip',
      HealthCheckProtocol: 'TCP',
      HealthCheckIntervalSeconds: 10,
      HealthyThresholdCount: 2,
    }),
  );
  return TargetGroups![0]!.TargetGroupArn!;
}

/** Two target groups, and the listeners that lead production and test connections to them; green serves at first. */
async function pair(Protocol: 'TCP' | 'UDP' = 'TCP'): Promise<Pair> {
  const [blue, green] = [await targetGroup(Protocol), await targetGroup(Protocol)];
  const { LoadBalancers } = await fixture.elb.send(
    new CreateLoadBalancerCommand({ Name: fixture.name('nlb'), Type: 'network', Subnets: fixture.subnets }),
  );
  const listener = async (Port: number) => {
    const TargetGroups = [
      { TargetGroupArn: blue, Weight: 0 },
      { TargetGroupArn: green, Weight: 999 },
    ];
    const { Listeners } = await fixture.elb.send(
      new CreateListenerCommand({
        LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn,
        Protocol,
        Port,
        DefaultActions: [{ Type: 'forward', ForwardConfig: { TargetGroups } }],
      }),
    );
    return Listeners![0]!.ListenerArn!;
  };
  return { blue, green, production: await listener(80), test: await listener(81) };
}

function withoutTest({ advancedConfiguration, ...others }: LoadBalancer): LoadBalancer {
  return { ...others, advancedConfiguration: { ...advancedConfiguration!, testListenerRule: undefined } };
}

/** Weight of green on a listener. */
async function green(listener: string, pair: Pair): Promise<number> {
  const { Listeners } = await fixture.elb.send(new DescribeListenersCommand({ ListenerArns: [listener] }));
  const tuples = Listeners![0]!.DefaultActions![0]!.ForwardConfig!.TargetGroups!;
  return tuples.find(({ TargetGroupArn }) => TargetGroupArn === pair.green)!.Weight!;
}

/** Lifecycle stages with the weights of green on the production and the test listener, and the minutes spent there. */
async function timeline(service: Service, of: Pair, until = /^$/): Promise<string[]> {
  const seen: { at: string; seconds: number }[] = [];
  for (let second = 0; second < 7200; second += 20) {
    const { status, lifecycleStage } = await fixture.deployment(service);
    if (!['PENDING', 'IN_PROGRESS', 'ROLLBACK_IN_PROGRESS'].includes(status!)) break;
    const weights = `${await green(of.production, of)}/${await green(of.test, of)}`;
    const at = `${status === 'IN_PROGRESS' ? lifecycleStage : status} ${weights}`;
    if (seen.at(-1)?.at === at) seen.at(-1)!.seconds += 20;
    else seen.push({ at, seconds: 20 });
    if (until.test(at)) break;
    await fixture.advance(20_000);
  }
  const long = seen.filter(({ seconds }) => seconds >= 60);
  return long.map(({ at, seconds }) => `${at} for ${Math.floor(seconds / 60)} min`);
}

const BLUE_GREEN: DeploymentConfiguration = { strategy: 'BLUE_GREEN' };
const LINEAR: DeploymentConfiguration = {
  strategy: 'LINEAR',
  linearConfiguration: { stepPercent: 50, stepBakeTimeInMinutes: 3 },
};
const CANARY: DeploymentConfiguration = {
  strategy: 'CANARY',
  canaryConfiguration: { canaryPercent: 5, canaryBakeTimeInMinutes: 3 },
};

async function running(configuration: DeploymentConfiguration, of: Pair): Promise<Service> {
  const service = await fixture.running(of, configuration);
  for (let hour = 0; hour < 3 && !(await fixture.deployment(service)).finishedAt; hour += 1)
    await fixture.advance(60 * MINUTE);
  return service;
}

async function deploy(service: Service, image = 'repository/web:2'): Promise<void> {
  await fixture.update(service, { taskDefinition: await fixture.taskDefinition(image) });
}

test.each<[string, DeploymentConfiguration, AnswerSheet, string[]]>([
  [
    'BLUE_GREEN',
    BLUE_GREEN,
    {},
    ['TEST_TRAFFIC_SHIFT 0/999 for 10 min', 'PRODUCTION_TRAFFIC_SHIFT 999/999 for 10 min'],
  ],
  [
    'BLUE_GREEN, told that PRE_SCALE_UP takes longer',
    BLUE_GREEN,
    { 'ecs.network-load-balancer-delays-shifts-alone': false },
    [
      'PRE_SCALE_UP 0/0 for 10 min',
      'TEST_TRAFFIC_SHIFT 0/999 for 10 min',
      'PRODUCTION_TRAFFIC_SHIFT 999/999 for 10 min',
    ],
  ],
  [
    'LINEAR',
    LINEAR,
    {},
    [
      'TEST_TRAFFIC_SHIFT 0/999 for 10 min',
      'PRODUCTION_TRAFFIC_SHIFT 500/999 for 13 min',
      'PRODUCTION_TRAFFIC_SHIFT 999/999 for 10 min',
    ],
  ],
  [
    'CANARY',
    CANARY,
    {},
    [
      'TEST_TRAFFIC_SHIFT 0/999 for 10 min',
      'PRODUCTION_TRAFFIC_SHIFT 50/999 for 13 min',
      'PRODUCTION_TRAFFIC_SHIFT 999/999 for 10 min',
    ],
  ],
  [
    'LINEAR, told that the first step alone takes longer',
    LINEAR,
    { 'ecs.network-load-balancer-delays-each-step': false },
    ['TEST_TRAFFIC_SHIFT 0/999 for 10 min', 'PRODUCTION_TRAFFIC_SHIFT 500/999 for 13 min'],
  ],
])('%s shifts the default actions', async (_name, configuration, answers, stages) => {
  const of = await pair();
  const service = await running(configuration, of);
  expect(await fixture.targets(of.blue)).toHaveLength(2);
  fixture.aws.answers.give(answers);
  await deploy(service);
  const seen = await timeline(service, of);
  expect(seen.filter((stage) => !/^(SCALE_UP|CLEAN_UP) /.test(stage))).toEqual(stages);
  expect((await fixture.deployment(service)).status).toBe('SUCCESSFUL');
  expect(await fixture.targets(of.green)).toHaveLength(2);
});

test.each<[AnswerSheet, string[]]>([
  [{}, ['ROLLBACK_IN_PROGRESS 0/999 for 10 min', 'ROLLBACK_IN_PROGRESS 0/0 for 10 min']],
  [{ 'ecs.network-load-balancer-delays-rollbacks': false }, []],
])('a rollback, with the answers %j, takes both listeners back', async (answers, stages) => {
  const of = await pair();
  const service = await running(CANARY, of);
  await deploy(service);
  await timeline(service, of, /^PRODUCTION_TRAFFIC_SHIFT 50/);
  fixture.aws.answers.give(answers);
  const { serviceDeploymentArn } = await fixture.deployment(service);
  await fixture.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn }));
  await fixture.advance(20_000);
  expect(await timeline(service, of)).toEqual(stages);
  expect((await fixture.deployment(service)).status).toBe('ROLLBACK_SUCCESSFUL');
  expect([await green(of.production, of), await green(of.test, of)]).toEqual([0, 0]);
});

test('a rolling deployment shifts nothing, and waits for nothing', async () => {
  const of = await pair();
  const service = await fixture.running(of, { strategy: 'ROLLING' });
  expect(await fixture.targets(of.green)).toHaveLength(2);
  await deploy(service);
  await fixture.advance(8 * MINUTE);
  expect((await fixture.deployment(service)).status).toBe('SUCCESSFUL');
  expect(await green(of.production, of)).toBe(999);
});

describe('refused is', () => {
  test.each<[string, (of: Pair) => LoadBalancer | Promise<LoadBalancer>, RegExp]>([
    [
      'the same listener for both',
      (of) => loadBalancerOf({ ...of, test: of.production }),
      /cannot be used as both production and test listener rules/,
    ],
    [
      'a rule of a Network Load Balancer',
      (of) =>
        loadBalancerOf({ ...of, production: of.production.replace(':listener/', ':listener-rule/') + '/0' }),
      /productionListenerRule has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB/,
    ],
    [
      'a target group that neither listener forwards to',
      async (of) => loadBalancerOf({ ...of, blue: (await pair()).blue }),
      /is not associated with either productionListenerRule or testListenerRule/,
    ],
    [
      'the same without a test listener',
      async (of) => withoutTest(loadBalancerOf({ ...of, blue: (await pair()).blue })),
      /is not associated with either productionListenerRule or testListenerRule/,
    ],
  ])('%s', async (_what, change, message) => {
    const loadBalancers = [await change(await pair())];
    await expect(
      fixture.create(await fixture.input(undefined, BLUE_GREEN, { loadBalancers })),
    ).rejects.toMatchObject({ name: 'InvalidParameterException', message: expect.stringMatching(message) });
  });

  test('a listener of UDP, when told that TCP is all that there is', async () => {
    const input = await fixture.input(await pair('UDP'), BLUE_GREEN);
    fixture.aws.answers.give({ 'ecs.network-listeners-of-every-protocol': false });
    await expect(fixture.create(input)).rejects.toThrow(/has the protocol UDP/);
    fixture.aws.answers.reset();
    await fixture.create(input);
  });
});

test('a service without a test listener has no test traffic', async () => {
  const of = await pair();
  const service = await running(BLUE_GREEN, of);
  await fixture.update(service, {
    taskDefinition: await fixture.taskDefinition('repository/web:2'),
    loadBalancers: [withoutTest(loadBalancerOf(of))],
  });
  const seen = await timeline(service, of);
  expect(seen.filter((stage) => stage.includes('TEST_TRAFFIC'))).toEqual([]);
  expect((await fixture.deployment(service)).status).toBe('SUCCESSFUL');
});

test('the infrastructure role must be allowed to modify the listener', async () => {
  const iam = new IAMClient(fixture.aws.clientOptions());
  const RoleName = fixture.name('role');
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'ecs.amazonaws.com' },
    Action: 'sts:AssumeRole',
  };
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify({ Statement: [statement] }) }),
  );
  const allow = (Resource: string) => ({
    RoleName,
    PolicyName: 'listeners',
    PolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['elasticloadbalancing:Describe*', 'elasticloadbalancing:*Targets'],
          Resource: '*',
        },
        { Effect: 'Allow', Action: 'elasticloadbalancing:ModifyListener', Resource },
      ],
    }),
  });
  const of = await pair();
  const [loadBalancer] = [loadBalancerOf(of)];
  const advancedConfiguration = { ...loadBalancer!.advancedConfiguration!, roleArn: Role!.Arn! };
  const loadBalancers = [{ ...loadBalancer!, advancedConfiguration }];
  const status = async (Resource: string) => {
    await iam.send(new PutRolePolicyCommand(allow(Resource)));
    await fixture.advance(MINUTE);
    const service = await fixture.create(await fixture.input(undefined, BLUE_GREEN, { loadBalancers }));
    await fixture.advance(MINUTE);
    return (await fixture.deployment(service)).status;
  };
  expect(await status('arn:aws:elasticloadbalancing:*:*:listener/app/*/*/*')).toBe('ROLLBACK_FAILED');
  expect(await status('arn:aws:elasticloadbalancing:*:*:listener/net/*/*/*')).toBe('IN_PROGRESS');
});
