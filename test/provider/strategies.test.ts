/** Deployment strategies: each from its first deployment to its deletion, and the change from any to any other. */
import {
  DescribeServiceDeploymentsCommand,
  DescribeServicesCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
  UpdateServiceCommand,
  type ServiceDeployment,
  type UpdateServiceCommandInput,
} from '@aws-sdk/client-ecs';
import {
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { HandlerOutcome } from '../../local/extension/resource-handler';
import type { Structure } from '../../local/service';
import { whileRequested, type Answers } from '../moves/steady-requests';
import { makePrivateSubnets } from '../support/account';
import { CONFIGURATIONS, deploymentEnded, STRATEGIES, type Strategy } from '../support/deployments';
import { Driver } from '../support/driver';

let driver: Driver;
let ecs: ECSClient;
let elb: ElasticLoadBalancingV2Client;
let beginning: string[];
beforeAll(async () => {
  driver = await Driver.start();
  ecs = new ECSClient(driver.aws.clientOptions());
  elb = new ElasticLoadBalancingV2Client(driver.aws.clientOptions());
  beginning = await driver.inventory();
});
afterAll(async () => {
  ecs.destroy();
  elb.destroy();
  await driver.close();
});

const BROKEN = 'example/hello:exits';
let images = 0;
const nextImage = () => `example/hello:${++images}`;

/** A service as its author sees it. */
class Subject {
  /** In per cent, the requests that the new tasks had in the last update, each share once. */
  shares: number[] = [];

  private constructor(
    readonly name: string,
    private template: Structure,
    readonly made: Structure,
  ) {}

  static async create(name: string, strategy: Strategy, more: Structure = {}): Promise<Subject> {
    const template = Subject.template(name, nextImage(), strategy, more);
    return new Subject(name, template, Driver.modelOf(await driver.create(template)));
  }

  private static template(name: string, Image: string, strategy: Strategy, more: Structure): Structure {
    return driver.model({
      ServiceName: name,
      PrimaryContainer: { Image },
      DeploymentConfiguration: CONFIGURATIONS[strategy],
      ScalingTarget: { MinTaskCount: 2 },
      ...more,
    });
  }

  /** Update under steady requests. */
  async update(
    image: string,
    strategy: Strategy,
    more: Structure = {},
  ): Promise<{ outcome: HandlerOutcome; answers: Answers }> {
    const wanted = Subject.template(this.name, image, strategy, more);
    const previous = { ...this.template, ServiceArn: this.made.ServiceArn };
    const { result: outcome, answers } = await whileRequested(
      driver.aws,
      `${this.name}.apps.example.com`,
      driver.hostedZoneId,
      () => this.watched(driver.update(previous, wanted)),
    );
    if (outcome.status === 'SUCCESS') this.template = wanted;
    return { outcome, answers };
  }

  /** CloudFormation's reaction to an update that failed. */
  goBack(image: string, strategy: Strategy): Promise<HandlerOutcome> {
    const failed = Subject.template(this.name, image, strategy, {});
    return driver.update({ ...failed, ServiceArn: this.made.ServiceArn }, this.template);
  }

  private async watched(operation: Promise<HandlerOutcome>): Promise<HandlerOutcome> {
    const shares = new Set<number>();
    let isOver = false;
    const watch = async () => {
      while (!isOver) {
        await driver.aws.clock.work(async () => {
          const running = (await this.deployments()).find(({ finishedAt }) => !finishedAt);
          const share = running?.targetServiceRevision?.requestedProductionTrafficWeight;
          if (share !== undefined) shares.add(share);
        });
        await driver.aws.clock.sleep(20_000);
      }
    };
    const [outcome] = await Promise.all([operation.finally(() => (isOver = true)), watch()]);
    this.shares = [...shares];
    return outcome;
  }

  async service() {
    const { services } = await ecs.send(new DescribeServicesCommand({ services: [this.name] }));
    return services![0]!;
  }

  /** Newest first. */
  async deployments(): Promise<ServiceDeployment[]> {
    const { serviceDeployments: listed = [] } = await ecs.send(
      new ListServiceDeploymentsCommand({ service: this.name }),
    );
    const { serviceDeployments = [] } = await ecs.send(
      new DescribeServiceDeploymentsCommand({
        serviceDeploymentArns: listed.slice(0, 5).map(({ serviceDeploymentArn }) => serviceDeploymentArn!),
      }),
    );
    return serviceDeployments;
  }

  async forwarding() {
    const { ListenerRuleArn } = this.made.ECSManagedResourceArns.IngressPath;
    const { Rules } = await elb.send(new DescribeRulesCommand({ RuleArns: [ListenerRuleArn] }));
    return { ruleArn: ListenerRuleArn, groups: Rules![0]!.Actions![0]!.ForwardConfig!.TargetGroups! };
  }

  /** Target group that has all requests; undefined when several have some. */
  async serving(): Promise<string | undefined> {
    const serving = (await this.forwarding()).groups.filter(({ Weight }) => Weight! > 0);
    return serving.length === 1 ? serving[0]!.TargetGroupArn : undefined;
  }

  async byHand(input: Omit<UpdateServiceCommandInput, 'service'>): Promise<void> {
    await ecs.send(new UpdateServiceCommand({ service: this.name, ...input }));
  }

  settled(): Promise<void> {
    return deploymentEnded(driver, ecs, this.name);
  }

  async delete(): Promise<void> {
    expect(await driver.delete(this.made.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
  }
}

const left = async () => (await driver.inventory()).filter((line) => !beginning.includes(line));

describe.each(STRATEGIES)('%s', (strategy) => {
  let subject: Subject;
  let image: string;
  beforeAll(async () => {
    subject = await Subject.create(`life-${strategy.toLowerCase().replace('_', '-')}`, strategy);
    image = `example/hello:${images}`;
  });

  test('serves after its first deployment, and READ answers what the template says', async () => {
    expect(await subject.serving()).toBeDefined();
    const read = Driver.modelOf(await driver.read(subject.made.ServiceArn));
    expect(read.DeploymentConfiguration).toMatchObject(CONFIGURATIONS[strategy]);
    const others = STRATEGIES.filter((other) => other !== strategy).flatMap((other) =>
      Object.keys(CONFIGURATIONS[other]).filter((name) => /(Canary|Linear)Configuration/.test(name)),
    );
    for (const name of others) expect(read.DeploymentConfiguration).not.toHaveProperty(name);
  });

  test('moves the requests in its steps, and loses no answer', async () => {
    image = nextImage();
    const { outcome, answers } = await subject.update(image, strategy);
    expect(Driver.modelOf(outcome).PrimaryContainer.Image).toBe(image);
    expect(answers.lost).toEqual([]);
    const between = { ROLLING: [], BLUE_GREEN: [], LINEAR: [25, 50, 75], CANARY: [10] }[strategy];
    expect(subject.shares.filter((share) => share > 0 && share < 100)).toEqual(between);
  });

  test('goes back when tasks of an update fail, says why, and loses no answer', async () => {
    const { outcome, answers } = await subject.update(BROKEN, strategy);
    expect(outcome).toMatchObject({ status: 'FAILED', errorCode: 'NotStabilized' });
    expect(answers.lost).toEqual([]);
    expect((await subject.deployments())[0]).toMatchObject({ status: 'ROLLBACK_SUCCESSFUL' });
    expect((await subject.update(image, strategy)).outcome).toMatchObject({ status: 'SUCCESS' });
  });

  test('takes the place of a deployment that somebody has started', async () => {
    await subject.byHand({ forceNewDeployment: true });
    await driver.aws.clock.sleep(20_000);
    image = nextImage();
    const { outcome, answers } = await subject.update(image, strategy);
    expect(outcome).toMatchObject({ status: 'SUCCESS' });
    expect(answers.lost).toEqual([]);
    expect((await subject.deployments()).slice(0, 2).map(({ status }) => status)).toEqual([
      'SUCCESSFUL',
      'ROLLBACK_SUCCESSFUL',
    ]);
  });

  test('is deployed after somebody has split the requests', async () => {
    const { ruleArn, groups } = await subject.forwarding();
    const TargetGroups = groups.map(({ TargetGroupArn }) => ({ TargetGroupArn, Weight: 1 }));
    await elb.send(
      new ModifyRuleCommand({
        RuleArn: ruleArn,
        Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups } }],
      }),
    );
    const { outcome } = await subject.update(nextImage(), strategy);
    expect(outcome).toMatchObject({ status: 'SUCCESS' });
    expect(await subject.serving()).toBeDefined();
  });

  test('brings another health check', async () => {
    const { outcome, answers } = await subject.update(nextImage(), strategy, { HealthCheckPath: '/ready' });
    expect(Driver.modelOf(outcome).HealthCheckPath).toBe('/ready');
    expect(answers.lost).toEqual([]);
  });

  test('leaves nothing when it is deleted', async () => {
    await subject.delete();
    expect(await left()).toEqual([]);
  });
});

describe('a move to another load balancer', () => {
  let subject: Subject;
  let privately: Structure;
  beforeAll(async () => {
    const { privateSubnetIds } = await makePrivateSubnets(driver.aws);
    privately = { NetworkConfiguration: { Subnets: privateSubnetIds } };
    beginning = await driver.inventory();
    subject = await Subject.create('moves', 'ROLLING');
  });
  afterAll(() => subject.delete());

  test.each<[string, Strategy, boolean]>([
    ['with rolling deployments', 'ROLLING', true],
    ['and to BLUE_GREEN', 'BLUE_GREEN', false],
    ['with BLUE_GREEN deployments', 'BLUE_GREEN', true],
    ['and to LINEAR', 'LINEAR', false],
    ['with LINEAR deployments', 'LINEAR', true],
    ['and back to ROLLING', 'ROLLING', false],
  ])('%s loses no answer', async (_name, strategy, isPrivate) => {
    const image = nextImage();
    const { outcome, answers } = await subject.update(image, strategy, isPrivate ? privately : {});
    expect(Driver.modelOf(outcome).ActiveConfigurations).toMatchObject([
      {
        PrimaryContainer: { Image: image },
        IngressPaths: [{ AccessType: isPrivate ? 'PRIVATE' : 'PUBLIC' }],
      },
    ]);
    expect(answers.lost).toEqual([]);
    expect((await subject.service()).loadBalancers).toHaveLength(1);
  });
});

describe('a change of the strategy', () => {
  /** Every change from one to another, one after the other. */
  const WALK =
    'CANARY ROLLING BLUE_GREEN LINEAR CANARY BLUE_GREEN ROLLING LINEAR BLUE_GREEN CANARY LINEAR ROLLING CANARY'.split(
      ' ',
    ) as Strategy[];
  let subject: Subject;
  beforeAll(async () => {
    subject = await Subject.create('walk', WALK[0]!);
  });
  afterAll(() => subject.delete());

  test('is tested from each to each', () => {
    const changes = WALK.slice(1).map((to, index) => `${WALK[index]} ${to}`);
    expect(new Set(changes).size).toBe(STRATEGIES.length * (STRATEGIES.length - 1));
  });

  test.each(WALK.slice(1).map((to, index) => [WALK[index]!, to] as const))(
    'from %s to %s is one update, with one deployment, which loses no answer',
    async (_from, to) => {
      const [last] = await subject.deployments();
      const image = nextImage();
      const { outcome, answers } = await subject.update(image, to);
      expect(Driver.modelOf(outcome)).toMatchObject({
        PrimaryContainer: { Image: image },
        DeploymentConfiguration: CONFIGURATIONS[to],
      });
      expect(answers.lost).toEqual([]);
      const [newest, before] = await subject.deployments();
      expect(newest).toMatchObject({ status: 'SUCCESSFUL', deploymentConfiguration: { strategy: to } });
      expect(before!.serviceDeploymentArn).toBe(last!.serviceDeploymentArn);
      const { loadBalancers } = await subject.service();
      if (to === 'ROLLING') expect(loadBalancers![0]!.targetGroupArn).toBe(await subject.serving());
    },
  );

  test.each(['ROLLING', 'BLUE_GREEN', 'LINEAR'] as const)(
    'from CANARY to %s that fails goes back to CANARY without another deployment',
    async (to) => {
      const { outcome, answers } = await subject.update(BROKEN, to);
      expect(outcome).toMatchObject({ status: 'FAILED', errorCode: 'NotStabilized' });
      expect(answers.lost).toEqual([]);
      const [rolledBack] = await subject.deployments();
      expect(rolledBack).toMatchObject({ status: 'ROLLBACK_SUCCESSFUL' });
      expect(await subject.goBack(BROKEN, to)).toMatchObject({ status: 'SUCCESS' });
      expect((await subject.service()).deploymentConfiguration).toMatchObject({
        strategy: 'CANARY',
        canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 2 },
      });
      const [newest] = await subject.deployments();
      expect(newest!.serviceDeploymentArn).toBe(rolledBack!.serviceDeploymentArn);
      expect(await subject.serving()).toBeDefined();
    },
  );

  test('to ROLLING loses no answer either where ECS fills the target group that is named first', async () => {
    driver.aws.answers.give({ 'ecs.rolling-deployment-follows-listener-rule': false });
    for (const strategy of ['ROLLING', 'CANARY', 'ROLLING', 'BLUE_GREEN', 'CANARY'] as const) {
      const { outcome, answers } = await subject.update(nextImage(), strategy);
      expect(outcome).toMatchObject({ status: 'SUCCESS' });
      expect(answers.lost).toEqual([]);
    }
    driver.aws.answers.reset();
  });

  test('alone starts no deployment', async () => {
    const [last] = await subject.deployments();
    const image = `example/hello:${images}`;
    for (const strategy of ['BLUE_GREEN', 'CANARY'] as const) {
      expect((await subject.update(image, strategy)).outcome).toMatchObject({ status: 'SUCCESS' });
      expect((await subject.service()).deploymentConfiguration?.strategy).toBe(strategy);
    }
    expect((await subject.deployments())[0]!.serviceDeploymentArn).toBe(last!.serviceDeploymentArn);
  });

  test('by hand stays while the template says the same, without what belongs to the former one', async () => {
    await subject.byHand({ deploymentConfiguration: { strategy: 'BLUE_GREEN' } });
    const { outcome } = await subject.update(nextImage(), 'CANARY');
    expect(outcome).toMatchObject({ status: 'SUCCESS' });
    const { deploymentConfiguration } = await subject.service();
    expect(deploymentConfiguration).toMatchObject({ strategy: 'BLUE_GREEN' });
    expect(deploymentConfiguration).not.toHaveProperty('canaryConfiguration');
  });

  test('from rolling deployments behind target groups alone first has the pair deployed', async () => {
    const settled = await subject.update(nextImage(), 'ROLLING');
    expect(settled.outcome).toMatchObject({ status: 'SUCCESS' });
    const [{ advancedConfiguration: _advanced, ...alone }] = (await subject.service()).loadBalancers as [
      Structure,
    ];
    await subject.byHand({ loadBalancers: [alone] });
    await subject.settled();
    const image = nextImage();
    const { outcome, answers } = await subject.update(image, 'CANARY');
    expect(outcome).toMatchObject({ status: 'SUCCESS' });
    expect(answers.lost).toEqual([]);
    const [canary, rolling] = await subject.deployments();
    expect([canary, rolling].map((each) => each!.deploymentConfiguration!.strategy)).toEqual([
      'CANARY',
      'ROLLING',
    ]);
    expect((await subject.service()).loadBalancers![0]).toHaveProperty('advancedConfiguration');
  });
});
