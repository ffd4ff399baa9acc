/** Versions side by side: each an ECS service of its own, with the weights of the listener rule between them. */
import { CloudWatchClient, DescribeAlarmsCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client, ModifyRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { HandlerOutcome } from '../../local/extension/resource-handler';
import { requestHost } from '../../local/http-request';
import type { Structure } from '../../local/service';
import { whileRequested, type Answers } from '../moves/steady-requests';
import { Driver, type Options } from '../support/driver';
import { eventsOnBus } from '../support/events';

let driver: Driver;
let ecs: ECSClient;
let elb: ElasticLoadBalancingV2Client;
let cloudWatch: CloudWatchClient;
let beginning: string[];
beforeAll(async () => {
  driver = await Driver.start({ isPunctual: true });
  ecs = new ECSClient(driver.aws.clientOptions());
  elb = new ElasticLoadBalancingV2Client(driver.aws.clientOptions());
  cloudWatch = new CloudWatchClient(driver.aws.clientOptions());
  beginning = await driver.inventory();
});
afterAll(async () => {
  ecs.destroy();
  elb.destroy();
  cloudWatch.destroy();
  await driver.close();
});

type OnProgress = NonNullable<Options['onProgress']>;

/** A template of a version: its label, the tag of its image unless that is the label, and what else it says. */
interface Template {
  readonly version: string;
  readonly image?: string;
  readonly traffic?: Readonly<Record<string, number>>;
  readonly deployment?: Structure;
  readonly more?: Structure;
}

/** A service as its author sees it. */
class Subject {
  private template: Structure = {};
  private arn = '';
  /** What steady clients have seen during the last operation. */
  answers: Answers = { total: 0, lost: [], bodies: [] };
  /** How long the last operation took, in virtual seconds. */
  seconds = 0;

  constructor(readonly name: string) {}

  private model({ version, image = version, traffic, deployment, more }: Template): Structure {
    return driver.model({
      ServiceName: this.name,
      PrimaryContainer: { Image: `example/hello:${image}` },
      Version: version,
      DeploymentConfiguration: { Strategy: 'VERSIONED', BakeTimeInMinutes: 0, ...deployment },
      ...(traffic && {
        Traffic: Object.entries(traffic).map(([Version, Weight]) => ({ Version, Weight })),
      }),
      ...more,
    });
  }

  async create(template: Template): Promise<void> {
    this.template = this.model(template);
    this.arn = Driver.modelOf(await driver.create(this.template)).ServiceArn;
  }

  /** Update under steady requests; when it fails, it is rolled back as CloudFormation does. */
  async update(template: Template, onProgress?: OnProgress): Promise<HandlerOutcome> {
    const wanted = this.model(template);
    const outcome = await this.change(this.template, wanted, { onProgress });
    if (outcome.status === 'SUCCESS') this.template = wanted;
    else {
      const { lost } = this.answers;
      Driver.modelOf(await this.change(wanted, this.template));
      this.answers = { ...this.answers, lost: [...lost, ...this.answers.lost] };
    }
    return outcome;
  }

  private async change(previous: Structure, wanted: Structure, options?: Options): Promise<HandlerOutcome> {
    const { clock } = driver.aws;
    const begin = clock.now();
    const { result: outcome, answers } = await whileRequested(
      driver.aws,
      `${this.name}.apps.example.com`,
      driver.hostedZoneId,
      () => driver.update({ ...previous, ServiceArn: this.arn }, wanted, options),
    );
    this.seconds = (clock.now() - begin) / 1000;
    this.answers = answers;
    return outcome;
  }

  /** Update as Cloud Control does, with what READ tells. */
  async updateAsRead(): Promise<HandlerOutcome> {
    const model = driver.inputsOf(await this.read());
    return driver.update({ ...model, ServiceArn: this.arn }, model);
  }

  /** Cancel an update in a phase, as its message tells; CloudFormation then rolls it back. */
  async cancel(template: Template, phase: RegExp): Promise<HandlerOutcome> {
    const wanted = this.model(template);
    const cancellation = new AbortController();
    await this.change(this.template, wanted, {
      signal: cancellation.signal,
      onProgress: (_model, _identifier, message = '') => {
        if (phase.test(message)) cancellation.abort();
      },
    });
    const { lost } = this.answers;
    const outcome = await this.change(wanted, this.template);
    this.answers = { ...this.answers, lost: [...lost, ...this.answers.lost] };
    return outcome;
  }

  /** Set the weights of versions by hand. */
  async setWeights(weights: Readonly<Record<string, number>>): Promise<void> {
    const { Versions, ECSManagedResourceArns } = await this.read();
    const TargetGroups = (Versions as Structure[]).map(({ Version, TargetGroupArn }) => ({
      TargetGroupArn,
      Weight: weights[Version] ?? 0,
    }));
    await elb.send(
      new ModifyRuleCommand({
        RuleArn: ECSManagedResourceArns.IngressPath.ListenerRuleArn,
        Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups } }],
      }),
    );
  }

  /** Deploy a version by hand with a variable more in its environment. */
  async addEnvironment(version: string, variable: { name: string; value: string }): Promise<void> {
    const { Versions } = await this.read();
    const found = Versions.find(({ Version }: Structure) => Version === version);
    const { taskDefinition: definition } = await ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: found.TaskDefinitionArn }),
    );
    const { family, cpu, memory, networkMode, executionRoleArn, runtimePlatform } = definition!;
    const { taskDefinition } = await ecs.send(
      new RegisterTaskDefinitionCommand({
        ...{ family, cpu, memory, networkMode, executionRoleArn, runtimePlatform },
        requiresCompatibilities: ['FARGATE'],
        containerDefinitions: definition!.containerDefinitions!.map((container) => ({
          ...container,
          environment: [variable],
        })),
      }),
    );
    const service = found.ServiceArn.slice(found.ServiceArn.lastIndexOf('/') + 1);
    await ecs.send(new UpdateServiceCommand({ service, taskDefinition: taskDefinition!.taskDefinitionArn }));
    await driver.aws.clock.sleep(10 * 60_000);
  }

  async delete(): Promise<void> {
    Driver.modelOf(await driver.delete(this.arn));
  }

  async read(): Promise<Structure> {
    return Driver.modelOf(await driver.read(this.arn));
  }

  /** Versions with their weights, the newest first; one with as many healthy tasks as it is to have. */
  async versions(): Promise<string[]> {
    const { Versions = [] } = await this.read();
    return Versions.map(({ Version, State, Weight, HealthyTargetCount }: Structure) =>
      [Version, State, Weight, ...(HealthyTargetCount === 1 ? [] : [`healthy: ${HealthyTargetCount}`])].join(
        ' ',
      ),
    );
  }

  /** ARN of the target group of a version, and its tasks with the time of their start. */
  async objects(version: string): Promise<string[]> {
    const { Versions } = await this.read();
    const { ServiceArn, TargetGroupArn } = Versions.find(({ Version }: Structure) => Version === version);
    const serviceName = ServiceArn.slice(ServiceArn.lastIndexOf('/') + 1);
    const { taskArns = [] } = await ecs.send(new ListTasksCommand({ serviceName }));
    const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ tasks: taskArns }));
    return [
      TargetGroupArn,
      ...tasks.map(({ taskArn, startedAt }) => `${taskArn} ${startedAt?.toISOString()}`),
    ];
  }

  /** Image that answers a request. */
  async answerTo(headers: Record<string, string>, query = ''): Promise<string> {
    const { body } = await requestHost(driver.aws.dataPlaneUrl, `${this.name}.apps.example.com`, {
      headers,
      path: `/${query}`,
    });
    return JSON.parse(body.toString()).image;
  }
}

/** Tells why, when it failed. */
const SUCCEEDED = { status: 'SUCCESS', message: undefined };

const REACH = { HttpHeaderName: 'x-version', QueryStringKey: 'version', CookieName: 'version' };

test('a version is dark, gets a few requests, half of them, all; going back makes nothing', async () => {
  const service = new Subject('hello');
  const more = { VersionTraffic: REACH };
  await service.create({ version: 'v1', more });
  const first = await service.objects('v1');
  const steps: [Template, string[]][] = [
    [{ version: 'v2', more, traffic: { v1: 1 } }, ['v2 STANDBY 0', 'v1 SERVING 1']],
    [{ version: 'v2', more, traffic: { v1: 95, v2: 5 } }, ['v2 SERVING 5', 'v1 SERVING 95']],
    [{ version: 'v2', more, traffic: { v1: 50, v2: 50 } }, ['v2 SERVING 50', 'v1 SERVING 50']],
    [{ version: 'v2', more }, ['v2 SERVING 1', 'v1 STANDBY 0']],
    [{ version: 'v1', more }, ['v1 SERVING 1', 'v2 STANDBY 0']],
  ];
  for (const [template, expected] of steps) {
    expect(await service.update(template)).toMatchObject(SUCCEEDED);
    expect(service.answers.lost).toEqual([]);
    expect(await service.versions()).toEqual(expected);
    expect(await service.objects('v1')).toEqual(first);
    for (const version of ['v1', 'v2']) {
      const image = `example/hello:${version}`;
      expect(await service.answerTo({ 'x-version': version })).toBe(image);
      expect(await service.answerTo({}, `?version=${version}`)).toBe(image);
      expect(await service.answerTo({ cookie: `a=b; version=${version}; c=d` })).toBe(image);
    }
  }
  // Going back.
  expect(service.seconds).toBeLessThan(30);
  // A cookie of v20 asks for no version.
  await service.update({ version: 'v1', more, traffic: { v1: 1 } });
  expect(await service.answerTo({ cookie: 'version=v20' })).toBe('example/hello:v1');
  await service.delete();
  expect(await driver.inventory()).toEqual(beginning);
}, 300_000);

test('a version that is broken gets no request, and nothing is left of it', async () => {
  const service = new Subject('broken');
  await service.create({ version: 'v1' });
  const first = await service.objects('v1');
  const outcome = await service.update({ version: 'v2', image: 'exits' });
  expect(outcome).toMatchObject({ status: 'FAILED', errorCode: 'NotStabilized' });
  expect(service.answers.lost).toEqual([]);
  expect(service.answers.bodies.filter((body) => !body.includes('hello:v1'))).toEqual([]);
  expect(await service.versions()).toEqual(['v1 SERVING 1']);
  expect(await service.objects('v1')).toEqual(first);
  // Its label is free again.
  await service.update({ version: 'v2' });
  expect(await service.versions()).toEqual(['v2 SERVING 1', 'v1 STANDBY 0']);
  await service.delete();
}, 300_000);

const LINEAR = { LinearConfiguration: { StepPercent: 40, StepBakeTimeInMinutes: 2 }, BakeTimeInMinutes: 1 };

test('requests move in steps, and an alarm sends them back', async () => {
  const service = new Subject('steps');
  await service.create({ version: 'v1', deployment: LINEAR });
  const first = await service.objects('v1');
  const told: string[] = [];
  const outcome = await service.update(
    { version: 'v2', deployment: LINEAR },
    (_model, _identifier, message = '') => {
      const [, step] = /at (step \d of \d: .*?)(; |$)/.exec(message) ?? [];
      if (step === undefined || told.includes(step)) return;
      told.push(step);
      // Time stands still meanwhile.
      if (told.length === 2) void driver.aws.clock.work(() => setOff('steps'));
    },
  );
  expect(outcome).toMatchObject({
    status: 'FAILED',
    message: expect.stringMatching(
      /RollbackAlarm went off while requests moved to version v2, so that they go where they went before/,
    ),
  });
  expect(told).toEqual([
    'step 1 of 3: version v2 has 40 % of the way',
    'step 2 of 3: version v2 has 80 % of the way',
  ]);
  expect(service.answers.lost).toEqual([]);
  expect(await service.versions()).toEqual(['v1 SERVING 1', 'v2 STANDBY 0']);
  expect(await service.objects('v1')).toEqual(first);
  await service.delete();
}, 300_000);

/** Set off the alarms of all versions of a service. */
async function setOff(serviceName: string): Promise<void> {
  const AlarmNamePrefix = `default/${serviceName}--`;
  const { MetricAlarms = [] } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNamePrefix }));
  for (const { AlarmName } of MetricAlarms) {
    await cloudWatch.send(
      new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: 'set by the test' }),
    );
  }
}

test('an event bus is told what happens to the versions', async () => {
  const service = new Subject('told');
  const more = { EventBusName: 'told' };
  const taken = await eventsOnBus(driver.aws, 'told');
  await service.create({ version: 'v1', more });
  const updates: [Template, string[]][] = [
    [
      { version: 'v2', more, traffic: { v1: 95, v2: 5 } },
      ['Version Created v2: v2 0, v1 1 > v2 0, v1 1', 'Traffic Changed: v2 0, v1 1 > v2 5, v1 95'],
    ],
    [
      { version: 'v2', more },
      ['Traffic Changed: v2 5, v1 95 > v2 1, v1 0', 'Version Promoted v2: v2 5, v1 95 > v2 1, v1 0'],
    ],
    [
      { version: 'v3', more },
      [
        'Version Created v3: v3 0, v2 1, v1 0 > v3 0, v2 1, v1 0',
        'Traffic Changed: v3 0, v2 1, v1 0 > v3 1, v2 0, v1 0',
        'Version Promoted v3: v3 0, v2 1, v1 0 > v3 1, v2 0, v1 0',
        // One that Traffic named was kept for a rollback, one update longer.
        'Version Retired v1: v3 1, v2 0, v1 0 > v3 1, v2 0',
      ],
    ],
    [{ version: 'v3', more: { ...more, Standby: { Count: 0 } } }, ['Version Retired v2: v3 1, v2 0 > v3 1']],
  ];
  await taken();
  const told = async () =>
    (await taken()).map(({ 'detail-type': type, detail: { serviceVersion, from, to } }) => {
      const what = [type.replace('Express Service ', ''), serviceVersion].filter(Boolean).join(' ');
      return `${what}: ${[from, to].map(inWords).join(' > ')}`;
    });
  for (const [template, expected] of updates) {
    expect(await service.update(template)).toMatchObject(SUCCEEDED);
    expect(await told()).toEqual(expected);
  }
  await service.delete();
}, 300_000);

/** The newest first. */
function inWords(weights: readonly { version: string; weight: number }[]): string {
  return weights
    .map(({ version, weight }) => `${version} ${weight}`)
    .sort()
    .reverse()
    .join(', ');
}

test('an update with all that READ tells changes nothing', async () => {
  const service = new Subject('as-read');
  await service.create({ version: 'v1' });
  await service.update({ version: 'v2', traffic: { v1: 95, v2: 5 } });
  const before = await service.read();
  expect(await service.updateAsRead()).toMatchObject(SUCCEEDED);
  expect(await service.read()).toEqual(before);
  await service.delete();
}, 300_000);

test('twelve versions stand side by side, each reached by its label', async () => {
  const service = new Subject('many');
  const more = { VersionTraffic: { HttpHeaderName: 'x-version' }, Standby: { Count: 11 } };
  await service.create({ version: 'v1', more });
  const first = await service.objects('v1');
  const labels = Array.from({ length: 12 }, (_, index) => `v${index + 1}`);
  for (const version of labels.slice(1)) {
    expect(await service.update({ version, more, traffic: { v1: 1 } })).toMatchObject(SUCCEEDED);
    expect(service.answers.lost).toEqual([]);
  }
  expect(await service.versions()).toEqual([
    ...labels
      .slice(1)
      .reverse()
      .map((label) => `${label} STANDBY 0`),
    'v1 SERVING 1',
  ]);
  for (const version of labels) {
    expect(await service.answerTo({ 'x-version': version })).toBe(`example/hello:${version}`);
  }
  expect(await service.objects('v1')).toEqual(first);
  // The oldest go first, and one with requests never.
  const fewer = { ...more, Standby: { Count: 1 } };
  await service.update({ version: 'v12', more: fewer, traffic: { v1: 1 } });
  expect(await service.versions()).toEqual(['v12 STANDBY 0', 'v11 STANDBY 0', 'v1 SERVING 1']);
  await service.delete();
  expect(await driver.inventory()).toEqual(beginning);
}, 600_000);

test('a rollback in every phase ends on the version before, without a new task', async () => {
  const service = new Subject('phases');
  await service.create({ version: 'v1', deployment: LINEAR });
  const first = await service.objects('v1');
  const phases = [/deployment \(under way/, /new tasks run/, /step 1 of 3/, /step 2 of 3/, /step 3 of 3/];
  for (const [index, phase] of phases.entries()) {
    const version = `v${index + 2}`;
    expect(await service.cancel({ version, deployment: LINEAR }, phase)).toMatchObject(SUCCEEDED);
    expect(service.answers.lost).toEqual([]);
    const [serving, ...others] = await service.versions();
    expect(serving).toBe('v1 SERVING 1');
    expect(others).toEqual(/step/.test(phase.source) ? [`${version} STANDBY 0`] : []);
    expect(await service.objects('v1')).toEqual(first);
  }
  await service.delete();
}, 300_000);

test('what people change by hand stays: weights, and in the next version what runs', async () => {
  const service = new Subject('by-hand');
  await service.create({ version: 'v1' });
  await service.update({ version: 'v2' });
  await service.setWeights({ v1: 30, v2: 70 });
  await service.addEnvironment('v2', { name: 'ADDED', value: 'by hand' });
  // Nothing of what answers, or of what runs, changes.
  await service.update({ version: 'v2', more: { ScalingTarget: { MaxTaskCount: 7 } } });
  expect(await service.versions()).toEqual(['v2 SERVING 70', 'v1 SERVING 30']);
  await service.update({ version: 'v3', more: { ScalingTarget: { MaxTaskCount: 7 } } });
  expect(await service.versions()).toEqual(['v3 SERVING 1', 'v2 STANDBY 0']);
  const { PrimaryContainer, Traffic } = await service.read();
  expect([PrimaryContainer.Environment, Traffic]).toEqual([[{ Name: 'ADDED', Value: 'by hand' }], undefined]);
  expect(await driver.list()).toMatchObject({ models: [{ ServiceArn: expect.stringMatching(/by-hand$/) }] });
  await service.delete();
}, 300_000);

test('versions that stand by may have fewer tasks, and get them back before they answer', async () => {
  const service = new Subject('fewer');
  const more = { Standby: { TaskCount: 0 }, ScalingTarget: { MinTaskCount: 2 } };
  await service.create({ version: 'v1', more });
  const counts = async () =>
    ((await service.read()).Versions as Structure[]).map(
      ({ Version, RunningTaskCount }) => `${Version}: ${RunningTaskCount}`,
    );
  for (const [version, other] of [
    ['v2', 'v1'],
    ['v1', 'v2'],
  ] as const) {
    expect(await service.update({ version, more })).toMatchObject(SUCCEEDED);
    expect(service.answers.lost).toEqual([]);
    await driver.aws.clock.sleep(10 * 60_000);
    expect(await counts()).toEqual([`${version}: 2`, `${other}: 0`]);
  }
  await service.delete();
}, 300_000);

describe.each(['CANARY', 'BLUE_GREEN', 'ROLLING'] as const)('from %s and back', (Strategy) => {
  const name = `from-${Strategy.toLowerCase().replace('_', '-')}`;
  const former = { DeploymentConfiguration: { Strategy, BakeTimeInMinutes: 0 }, Version: undefined };

  test('the running service becomes the first version, and later the service', async () => {
    const service = new Subject(name);
    await service.create({ version: 'v1', more: former });
    // Nothing else changes: its tasks stay.
    expect(await service.update({ version: 'v1' })).toMatchObject(SUCCEEDED);
    const first = await service.objects('v1');
    expect(await service.versions()).toEqual(['v1 SERVING 1']);
    expect(await service.update({ version: 'v2' })).toMatchObject(SUCCEEDED);
    expect(await service.versions()).toEqual(['v2 SERVING 1', 'v1 STANDBY 0']);
    expect(await service.objects('v1')).toEqual(first);
    expect(await service.update({ version: 'v3', more: former })).toMatchObject(SUCCEEDED);
    expect(service.answers.lost).toEqual([]);
    expect(await service.answerTo({})).toBe('example/hello:v3');
    const { Versions, DeploymentConfiguration } = await service.read();
    expect([Versions, DeploymentConfiguration.Strategy]).toEqual([undefined, Strategy]);
    expect(await service.update({ version: 'v4', more: former })).toMatchObject(SUCCEEDED);
    expect(service.answers.lost).toEqual([]);
    await service.delete();
    expect(await driver.inventory()).toEqual(beginning);
  }, 300_000);
});

test('a service that gets versions leaves its routing policy behind, and may get one again', async () => {
  const service = new Subject('routed');
  const routed = {
    DeploymentConfiguration: { BakeTimeInMinutes: 0 },
    Version: undefined,
    DnsConfiguration: { RoutingPolicy: 'LATENCY' },
  };
  const ofRoutes = async () =>
    (await driver.inventory()).filter((line) => /HealthAlarm|HealthCheck|Certificate/.test(line)).length;
  const before = await ofRoutes();
  await service.create({ version: 'v1', more: routed });
  expect(await ofRoutes()).toBeGreaterThan(before);
  // Something else runs, so that the template describes another ECS service.
  expect(await service.update({ version: 'v2' })).toMatchObject(SUCCEEDED);
  expect(service.answers.lost).toEqual([]);
  expect(await ofRoutes()).toBe(before);
  expect(await service.update({ version: 'v3', more: routed })).toMatchObject(SUCCEEDED);
  expect(service.answers.lost).toEqual([]);
  expect(await service.answerTo({})).toBe('example/hello:v3');
  await service.delete();
  expect(await driver.inventory()).toEqual(beginning);
}, 300_000);
