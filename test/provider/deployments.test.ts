/** Updates that meet a deployment under way, traffic that is split, and people who deploy by hand. */
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
  RegisterTaskDefinitionCommand,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
  type RegisterTaskDefinitionCommandInput,
  type UpdateServiceCommandInput,
} from '@aws-sdk/client-ecs';
import {
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
  type ForwardActionConfig,
  type TargetGroupStickinessConfig,
  type TargetGroupTuple,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { requestHost } from '../../local/http-request';
import type { HandlerOutcome } from '../../local/extension/resource-handler';
import type { Structure } from '../../local/service';
import { deploymentEnded } from '../support/deployments';
import { Driver } from '../support/driver';
import { inVirtualTime } from '../support/eventually';

let driver: Driver;
let ecs: ECSClient;
let elb: ElasticLoadBalancingV2Client;
let before: string[];
/** The service that the tests share; each leaves it running with one image. */
let service: Subject;

beforeAll(async () => {
  driver = await Driver.start();
  ecs = new ECSClient(driver.aws.clientOptions());
  elb = new ElasticLoadBalancingV2Client(driver.aws.clientOptions());
  before = await driver.inventory();
  service = await Subject.create('hello');
});
afterAll(() => driver.close());

/** A service, as its author and somebody with an AWS CLI see it. */
class Subject {
  private constructor(
    readonly name: string,
    private readonly made: Structure,
    /** Properties in the template. */
    private template: Structure,
  ) {}

  static async create(name: string): Promise<Subject> {
    const template = driver.model({ ServiceName: name });
    return new Subject(name, Driver.modelOf(await driver.create(template)), template);
  }

  get arn(): string {
    return this.made.ServiceArn;
  }

  /** Update the template. Cancelled by the signal, the update is followed by one back: {@link goBack}. */
  async update(image: string, more: Structure = {}, signal?: AbortSignal): Promise<HandlerOutcome> {
    const wanted = driver.model({ ServiceName: this.name, PrimaryContainer: { Image: image }, ...more });
    const outcome = await driver.update({ ...this.template, ServiceArn: this.arn }, wanted, { signal });
    if (outcome.status === 'SUCCESS') this.template = wanted;
    return outcome;
  }

  /** CloudFormation's reaction to an update that failed or was cancelled. */
  goBack(failed: string, more: Structure = {}): Promise<HandlerOutcome> {
    const wanted = driver.model({ ServiceName: this.name, PrimaryContainer: { Image: failed }, ...more });
    return driver.update({ ...wanted, ServiceArn: this.arn }, this.template);
  }

  /** Deploy another image by hand. */
  async deployByHand(image: string): Promise<void> {
    const { services } = await ecs.send(new DescribeServicesCommand({ services: [this.name] }));
    const { taskDefinition } = await ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: services![0]!.taskDefinition }),
    );
    const [container] = taskDefinition!.containerDefinitions!;
    const made = await ecs.send(
      new RegisterTaskDefinitionCommand({
        ...taskDefinition,
        containerDefinitions: [{ ...container, image }],
      } as RegisterTaskDefinitionCommandInput),
    );
    await this.updateByHand({ taskDefinition: made.taskDefinition!.taskDefinitionArn });
  }

  async updateByHand(input: Partial<UpdateServiceCommandInput>): Promise<void> {
    await ecs.send(new UpdateServiceCommand({ service: this.name, ...input }));
  }

  async stopByHand(stopType: 'ABORT' | 'ROLLBACK'): Promise<void> {
    const [{ serviceDeploymentArn }] = (await this.deployments()) as [{ serviceDeploymentArn: string }];
    await ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn, stopType }));
  }

  /** Newest first. */
  async deployments() {
    const { serviceDeployments } = await ecs.send(new ListServiceDeploymentsCommand({ service: this.name }));
    return serviceDeployments!;
  }

  /** Statuses of the newest deployments. */
  async statuses(count: number): Promise<(string | undefined)[]> {
    return (await this.deployments()).slice(0, count).map(({ status }) => status);
  }

  get ruleArn(): string {
    return this.made.ECSManagedResourceArns.IngressPath.ListenerRuleArn;
  }

  private async forwarding(): Promise<ForwardActionConfig> {
    const { Rules } = await elb.send(new DescribeRulesCommand({ RuleArns: [this.ruleArn] }));
    return Rules![0]!.Actions![0]!.ForwardConfig!;
  }

  private async targetGroups(): Promise<TargetGroupTuple[]> {
    return (await this.forwarding()).TargetGroups!;
  }

  /** Behind the back of ELB, which would not permit it. */
  async dropStickiness(): Promise<void> {
    const forwarding = await this.forwarding();
    const ForwardConfig = { ...forwarding, TargetGroupStickinessConfig: { Enabled: false } };
    await new ElasticLoadBalancingV2Client(driver.aws.moto.clientOptions).send(
      new ModifyRuleCommand({ RuleArn: this.ruleArn, Actions: [{ Type: 'forward', ForwardConfig }] }),
    );
  }

  async stickiness(): Promise<TargetGroupStickinessConfig | undefined> {
    return (await this.forwarding()).TargetGroupStickinessConfig;
  }

  /** Per cent of the traffic of the two target groups, in no order: `100/0`. */
  async weights(): Promise<string> {
    const weights = (await this.targetGroups()).map(({ Weight }) => Weight!);
    const total = weights.reduce((sum, weight) => sum + weight);
    return weights
      .map((weight) => Math.round((100 * weight) / total))
      .sort((a, b) => b - a)
      .join('/');
  }

  async splitByHand(...weights: readonly [number, number]): Promise<void> {
    const TargetGroups = (await this.targetGroups()).map(({ TargetGroupArn }, index) => ({
      TargetGroupArn,
      Weight: weights[index],
    }));
    await elb.send(
      new ModifyRuleCommand({
        RuleArn: this.ruleArn,
        Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups } }],
      }),
    );
  }

  async inCanary(): Promise<void> {
    await inVirtualTime(driver.aws.clock, 'the canary begins', async () => (await this.weights()) === '95/5');
  }

  async begun(): Promise<void> {
    await inVirtualTime(
      driver.aws.clock,
      'a deployment begins',
      async () => (await this.deployments())[0]!.finishedAt === undefined,
    );
  }

  settled(): Promise<void> {
    return deploymentEnded(driver, ecs, this.name);
  }

  /** Image of the answers, or their status when it is not 200. */
  async answer(): Promise<string> {
    const { status, body } = await requestHost(driver.aws.dataPlaneUrl, `${this.name}.apps.example.com`);
    return status === 200 ? JSON.parse(body).image : String(status);
  }

  /** Request the service without pause while something goes on. Returns its result, and each answer that was given. */
  async requestedDuring<T>(operation: Promise<T>): Promise<[result: T, answers: Set<string>]> {
    let isOver = false;
    const answers = new Set<string>();
    const client = async () => {
      while (!isOver) answers.add(await this.answer());
    };
    const [result] = await Promise.all([operation.finally(() => (isOver = true)), client()]);
    return [result, answers];
  }
}

/** Answers other than 200. */
const failures = (answers: Set<string>) => [...answers].filter((answer) => /^\d+$/.test(answer));

let versions = 1;
/** An image that was never deployed. */
const nextImage = () => `example/hello:${++versions}`;

describe('an update during a deployment', () => {
  test('that somebody has started has it rolled back, then deploys, and loses no answer', async () => {
    await service.deployByHand('example/hello:by-hand');
    await service.inCanary();
    const image = nextImage();
    const [outcome, answers] = await service.requestedDuring(service.update(image));
    expect(Driver.modelOf(outcome).PrimaryContainer.Image).toBe(image);
    expect(failures(answers)).toEqual([]);
    expect([...answers]).toEqual(expect.arrayContaining(['example/hello:1', image]));
    expect(await service.statuses(3)).toEqual(['SUCCESSFUL', 'ROLLBACK_SUCCESSFUL', 'SUCCESSFUL']);
    expect(await service.weights()).toBe('100/0');
    expect(await service.answer()).toBe(image);
  });

  test.each<[string, () => Promise<void>]>([
    ['before its traffic is shifted', async () => undefined],
    ['in its canary', () => service.inCanary()],
    [
      'in its final bake',
      async () => {
        await service.inCanary();
        await inVirtualTime(
          driver.aws.clock,
          'all traffic is shifted',
          async () => (await service.weights()) === '100/0',
        );
      },
    ],
  ])('that was cancelled %s goes back to the previous template', async (_moment, reached) => {
    const previous = await service.answer();
    const image = nextImage();
    const cancelled = new AbortController();
    const updating = service.update(image, {}, cancelled.signal);
    await service.begun();
    await reached();
    cancelled.abort();
    expect(await updating).toMatchObject({ status: 'FAILED', errorCode: 'Cancelled' });
    const [outcome, answers] = await service.requestedDuring(service.goBack(image));
    const { ActiveConfigurations } = Driver.modelOf(outcome);
    expect(ActiveConfigurations).toMatchObject([{ PrimaryContainer: { Image: previous } }]);
    expect(failures(answers)).toEqual([]);
    expect(await service.statuses(1)).toEqual(['ROLLBACK_SUCCESSFUL']);
    expect(await service.weights()).toBe('100/0');
    expect(await service.answer()).toBe(previous);
  });

  test('that brings what is there anyway waits for it', async () => {
    await service.updateByHand({ forceNewDeployment: true });
    await service.inCanary();
    const Tags = [{ Key: 'team', Value: 'web' }];
    Driver.modelOf(await service.update(await service.answer(), { Tags }));
    expect(await service.statuses(1)).toEqual(['SUCCESSFUL']);
    expect(await service.weights()).toBe('100/0');
  });
});

describe('traffic that is split', () => {
  test('by hand is repaired by the next update, in favour of the tasks there are', async () => {
    const previous = await service.answer();
    await service.splitByHand(1, 1);
    expect([await service.answer(), await service.answer()].sort()).toEqual(['503', previous]);
    const before = driver.log.length;
    const image = nextImage();
    Driver.modelOf(await service.update(image));
    expect(driver.log.slice(before)).toContain('was split');
    expect(await service.statuses(1)).toEqual(['SUCCESSFUL']);
    expect(await service.weights()).toBe('100/0');
    expect(await service.answer()).toBe(image);
  });

  test('by two deployments by hand, one over the other, is repaired by the next update', async () => {
    const previous = await service.answer();
    await service.deployByHand(nextImage());
    await service.inCanary();
    await service.deployByHand(nextImage());
    await service.settled();
    expect(await service.weights()).toBe('95/5');
    const image = nextImage();
    const [outcome, answers] = await service.requestedDuring(service.update(image));
    expect(outcome).toMatchObject({ status: 'SUCCESS' });
    // The split itself answers 503 for its 5 per cent, until it is repaired.
    expect([...answers].filter((answer) => answer !== '503').sort()).toEqual([previous, image].sort());
    expect(await service.weights()).toBe('100/0');
    expect(await service.answer()).toBe(image);
  });

  test('by a deployment that somebody aborted is repaired in favour of the last successful one', async () => {
    await service.deployByHand(nextImage());
    await service.inCanary();
    await service.stopByHand('ABORT');
    await service.settled();
    expect([await service.weights(), await service.statuses(1)]).toEqual(['95/5', ['STOPPED']]);
    const image = nextImage();
    const [outcome, answers] = await service.requestedDuring(service.update(image));
    expect(outcome).toMatchObject({ status: 'SUCCESS' });
    expect(failures(answers)).toEqual([]);
    expect(await service.weights()).toBe('100/0');
    expect(await service.answer()).toBe(image);
  });

  test('that is not is left alone', async () => {
    driver.aws.calls.clear();
    Driver.modelOf(await service.update(nextImage()));
    expect(driver.actions()).not.toContain('elasticloadbalancing:ModifyRule');
  });
});

describe('stickiness of the rule', () => {
  const sticky = { TargetGroupConfiguration: { StickinessDurationSeconds: 60 } };
  afterEach(async () => {
    driver.aws.answers.reset();
    Driver.modelOf(await service.update('example/hello:plain'));
    expect((await service.stickiness())?.Enabled ?? false).toBe(false);
  });

  test('that has gone is back after an update', async () => {
    Driver.modelOf(await service.update('example/hello:sticky', sticky));
    await service.dropStickiness();
    Driver.modelOf(
      await service.update('example/hello:sticky', { ...sticky, ScalingTarget: { MaxTaskCount: 9 } }),
    );
    expect(await service.stickiness()).toMatchObject({ Enabled: true });
  });

  test('that ECS drops before it moves the weights is named as the cause, and is back after the roll-back', async () => {
    Driver.modelOf(await service.update('example/hello:sticky-1', sticky));
    driver.aws.answers.give({ 'ecs.shift-keeps-stickiness': false });
    expect(await service.update('example/hello:sticky-2', sticky)).toMatchObject({
      status: 'FAILED',
      errorCode: 'NotStabilized',
      message: expect.stringMatching(
        /^TargetGroupConfiguration\/StickinessDurationSeconds: .*You must enable group stickiness/,
      ),
    });
    driver.aws.answers.reset();
    Driver.modelOf(await service.goBack('example/hello:sticky-2', sticky));
    expect(await service.stickiness()).toMatchObject({ Enabled: true });
  });
});

test('a deployment that was aborted is made again by an update that changes nothing', async () => {
  await service.updateByHand({ forceNewDeployment: true });
  await service.inCanary();
  await service.stopByHand('ABORT');
  await service.settled();
  Driver.modelOf(await service.update(await service.answer()));
  expect(await service.statuses(2)).toEqual(['SUCCESSFUL', 'STOPPED']);
  expect(await service.weights()).toBe('100/0');
});

describe('when somebody deploys while an update is waiting for its own deployment', () => {
  async function interrupted(image: string, meddle: () => Promise<void>): Promise<HandlerOutcome> {
    const updating = service.update(image);
    await service.begun();
    await driver.aws.clock.sleep(20_000);
    await meddle();
    return updating;
  }

  test('the same, the update succeeds with it', async () => {
    const image = nextImage();
    const outcome = await interrupted(image, () => service.updateByHand({ forceNewDeployment: true }));
    expect(Driver.modelOf(outcome).PrimaryContainer.Image).toBe(image);
    expect(await service.statuses(3)).toEqual(['SUCCESSFUL', 'STOPPED', 'SUCCESSFUL']);
  });

  test('something else, the update fails and says so, and goes back', async () => {
    const previous = await service.answer();
    const image = nextImage();
    expect(await interrupted(image, () => service.deployByHand('example/hello:by-hand'))).toMatchObject({
      status: 'FAILED',
      errorCode: 'NotStabilized',
      message: expect.stringMatching(/somebody else updated the service meanwhile.*then update the stack/),
    });
    Driver.modelOf(await service.goBack(image));
    expect(await service.answer()).toBe(previous);
    expect(await service.weights()).toBe('100/0');
  });
});

describe('nothing is left of a service that is deleted', () => {
  const left = async () => (await driver.inventory()).filter((line) => !before.includes(line));

  beforeAll(async () => {
    await driver.delete(service.arn);
    // Those that were registered by hand stay.
    before = [...before, ...(await left()).filter((line) => line.startsWith('AWS::ECS::TaskDefinition '))];
  });

  test.each<[string, 'PENDING' | 'IN_PROGRESS']>([
    ['when its first deployment has just begun', 'PENDING'],
    ['while its first deployment is under way', 'IN_PROGRESS'],
  ])('%s', async (_moment, status) => {
    const ServiceName = `cancelled-${status}`;
    const cancelled = new AbortController();
    const creating = driver.create(driver.model({ ServiceName }), { signal: cancelled.signal });
    const begun = () =>
      ecs.send(new ListServiceDeploymentsCommand({ service: ServiceName })).then(
        ({ serviceDeployments }) => serviceDeployments![0]?.status === status,
        () => false,
      );
    await inVirtualTime(driver.aws.clock, `the deployment is ${status}`, begun, 1);
    cancelled.abort();
    const outcome = await creating;
    expect(outcome).toMatchObject({ status: 'FAILED', errorCode: 'Cancelled' });
    expect(await driver.delete(outcome.identifier!)).toMatchObject({ status: 'SUCCESS' });
    expect(await left()).toEqual([]);
  });

  test('in a canary', async () => {
    const another = await Subject.create('another');
    await another.updateByHand({ forceNewDeployment: true });
    await another.inCanary();
    expect(await driver.delete(another.arn)).toMatchObject({ status: 'SUCCESS' });
    expect(await left()).toEqual([]);
  });
});

test('a failed deployment tells of more tasks than a page of ECS has', async () => {
  const properties = driver.model({
    ServiceName: 'many',
    PrimaryContainer: { Image: 'example/hello:exits' },
    ScalingTarget: { MinTaskCount: 150, MaxTaskCount: 150 },
  });
  driver.aws.calls.clear();
  const outcome = (await driver.create(properties)) as { message: string; identifier: string };
  const pages = driver.aws.calls.list({ operation: 'ListTasks' });
  expect(pages.length).toBeGreaterThan(1);
  const [, count] = /(\d+) tasks?: container Main exited/.exec(outcome.message)!;
  expect(Number(count)).toBeGreaterThan(100);
  await driver.delete(outcome.identifier);
}, 120_000);
