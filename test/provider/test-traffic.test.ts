/** Requests that meet the new tasks of a deployment before all others do, as the author of the template and clients see them. */
import {
  DescribeServicesCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import {
  CreateRuleCommand,
  DeleteRuleCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
  SetRulePrioritiesCommand,
  type Rule,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { HandlerOutcome } from '../../local/extension/resource-handler';
import { requestHost } from '../../local/http-request';
import type { Structure } from '../../local/service';
import { whileRequested } from '../moves/steady-requests';
import { changes } from '../properties/life-of-a-property';
import { withBundle } from '../support/bundle';
import { dyingAt } from '../support/death';
import { Driver } from '../support/driver';
import { decide, deploymentEnded, heldDeployment } from '../support/deployments';
import { fromBundle } from '../support/handlers';

const HOST = 'hello.apps.example.com';
const ARN = 'arn:aws:ecs:us-east-1:123456789012:service/default/hello';
const RULE = 'AWS::ElasticLoadBalancingV2::ListenerRule';

let driver: Driver;
let ecs: ECSClient;
let elb: ElasticLoadBalancingV2Client;
let beginning: string[];
beforeAll(async () => {
  driver = await withBundle((path) => Driver.start({ handlers: fromBundle(path) }));
  ecs = new ECSClient(driver.aws.clientOptions());
  elb = new ElasticLoadBalancingV2Client(driver.aws.clientOptions());
  beginning = await driver.inventory();
});
// Also after a test that has failed.
afterEach(() => driver.aws.faults.clear());
afterAll(async () => {
  ecs.destroy();
  elb.destroy();
  await driver.close();
});

/** Ways to tell test requests, and a header or query string that one has. */
const header = { HttpHeader: { Name: 'X-Test', Values: ['on'] } };
const otherHeader = { HttpHeader: { Name: 'X-Test', Values: ['on', 'team-*'] } };
const cookie = { Cookie: { Name: 'preview', Value: 'on' } };
const parameter = { QueryStrings: [{ Key: 'preview', Value: 'on' }] };
const TEST_HEADERS = { 'x-test': 'on' };

let images = 0;
const nextImage = () => `example/hello:${++images}`;
const withImage = (Image: string, TestTraffic?: Structure, more: Structure = {}) =>
  driver.model({
    PrimaryContainer: { Image },
    ...(TestTraffic && { TestTraffic }),
    DeploymentConfiguration: { Strategy: 'BLUE_GREEN', BakeTimeInMinutes: 1, ...more },
  });
const gates = (...LifecycleStages: string[]) => ({
  LifecycleHooks: [{ TargetType: 'PAUSE', LifecycleStages }],
});

/** Properties in the template. */
let template: Structure;
/** Image that answers ordinary requests. */
let image: string;

const read = async () => Driver.modelOf(await driver.read(ARN));
const left = async () => (await driver.inventory()).filter((line) => !beginning.includes(line));

/** Image of the task that answers a request. */
async function answering(headers: Record<string, string> = {}, path = '/'): Promise<string> {
  const { status, body } = await requestHost(driver.aws.dataPlaneUrl, HOST, { headers, path });
  return status === 200 ? JSON.parse(body).image : `${status} ${body}`;
}

async function loadBalancers(): Promise<Structure[]> {
  const { services } = await ecs.send(new DescribeServicesCommand({ services: ['hello'] }));
  return services![0]!.loadBalancers!;
}

async function ruleOf(kind: 'productionListenerRule' | 'testListenerRule'): Promise<Rule> {
  const [{ advancedConfiguration }] = (await loadBalancers()) as [Structure];
  const { Rules } = await elb.send(new DescribeRulesCommand({ RuleArns: [advancedConfiguration[kind]] }));
  return Rules![0]!;
}

/** Rules of the listener, but the default one, by priority. */
async function rules(): Promise<Rule[]> {
  const { ListenerArn } = (await read()).ECSManagedResourceArns.IngressPath;
  const { Rules = [] } = await elb.send(new DescribeRulesCommand({ ListenerArn }));
  return Rules.filter(({ IsDefault }) => !IsDefault);
}

const priorities = async () =>
  (await rules()).map(({ Priority }) => Number(Priority)).sort((one, other) => one - other);

const deployments = async () =>
  (await ecs.send(new ListServiceDeploymentsCommand({ service: 'hello' }))).serviceDeployments!.length;

const serving = ({ Actions = [] }: Rule) =>
  Actions[0]!
    .ForwardConfig!.TargetGroups!.filter(({ Weight }) => Weight! > 0)
    .map(({ TargetGroupArn }) => TargetGroupArn);

/** Make the service of the template. */
async function create(model: Structure): Promise<Structure> {
  template = model;
  image = model.PrimaryContainer.Image;
  return Driver.modelOf(await driver.create(model));
}

/** Update while clients send both ordinary requests and tests, none of which is lost. */
async function update(
  wanted: Structure,
  meanwhile: () => Promise<void> = async () => undefined,
): Promise<HandlerOutcome> {
  const requested = (headers: Record<string, string>, operation: () => Promise<HandlerOutcome>) =>
    whileRequested(driver.aws, HOST, driver.hostedZoneId, operation, (url, host, options) =>
      requestHost(url, host, { headers: { ...options.headers, ...headers } }),
    );
  let lost: readonly string[] = [];
  const { result, answers } = await requested({}, async () => {
    const tests = await requested(TEST_HEADERS, async () => {
      const updating = driver.update({ ...template, ServiceArn: ARN }, wanted);
      await meanwhile();
      return updating;
    });
    lost = tests.answers.lost;
    return tests.result;
  });
  expect({ lost, ofAll: answers.lost }).toEqual({ lost: [], ofAll: [] });
  if (result.status === 'SUCCESS') {
    template = wanted;
    image = wanted.PrimaryContainer.Image;
  }
  return result;
}

const heldAt = (stage: string) => heldDeployment(driver, ARN, stage);

async function remove(): Promise<void> {
  expect(await driver.delete(ARN)).toMatchObject({ status: 'SUCCESS' });
  expect(await left()).toEqual([]);
}

describe('a service with test requests', () => {
  let made: Structure;
  beforeAll(async () => {
    made = await create(withImage(nextImage(), header));
  });
  afterAll(remove);

  test('has a rule of their own, right before that of all requests, with the tags of everything', async () => {
    expect(await priorities()).toEqual([999, 1000]);
    const [test, production] = await Promise.all([
      ruleOf('testListenerRule'),
      ruleOf('productionListenerRule'),
    ]);
    expect(test.Priority).toBe('999');
    expect(test.Conditions).toMatchObject([
      { Field: 'host-header', HostHeaderConfig: { Values: [HOST] } },
      { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-Test', Values: ['on'] } },
    ]);
    expect(serving(test)).toEqual(serving(production));
    const { TagDescriptions } = await elb.send(
      new DescribeTagsCommand({ ResourceArns: [production.RuleArn!, test.RuleArn!] }),
    );
    const [ofProduction, ofTest] = TagDescriptions!.map(({ Tags }) => Tags!.map(({ Key }) => Key!));
    expect(ofTest!.filter((key) => !ofProduction!.includes(key))).toEqual(['org-ecs-express:test-traffic']);
  });

  test('is answered by READ as its template says, with both rules, and an update of nothing writes nothing', async () => {
    expect(made.TestTraffic).toEqual(header);
    expect(await read()).toEqual(made);
    const told = made.ManagedResources.filter(({ ResourceType }: Structure) => ResourceType === RULE);
    const test = await ruleOf('testListenerRule');
    expect(told).toEqual([
      { ResourceType: RULE, Arn: made.ECSManagedResourceArns.IngressPath.ListenerRuleArn, Status: 'ACTIVE' },
      { ResourceType: RULE, Arn: test.RuleArn, Status: 'ACTIVE' },
    ]);
    driver.aws.calls.clear();
    expect(Driver.modelOf(await driver.update({ ...template, ServiceArn: ARN }, template))).toEqual(made);
    expect(changes(driver)).toEqual([]);
  });

  test('answers tests with the new tasks once they are shifted, and all other requests with the old ones', async () => {
    const before = image;
    const after = nextImage();
    const outcome = await update(
      withImage(after, header, gates('POST_SCALE_UP', 'POST_TEST_TRAFFIC_SHIFT')),
      async () => {
        const scaled = await heldAt('POST_SCALE_UP');
        expect([await answering(), await answering(TEST_HEADERS)]).toEqual([before, before]);
        await decide(ecs, scaled, 'CONTINUE');
        const tested = await heldAt('POST_TEST_TRAFFIC_SHIFT');
        expect([await answering(), await answering(TEST_HEADERS)]).toEqual([before, after]);
        expect(await answering({ 'x-test': 'off' })).toBe(before);
        // ECS moves the requests; READ tells the same as before.
        expect((await read()).TestTraffic).toEqual(header);
        await decide(ecs, tested, 'CONTINUE');
      },
    );
    expect(outcome).toMatchObject({ status: 'SUCCESS' });
    expect([await answering(), await answering(TEST_HEADERS)]).toEqual([after, after]);
  });

  test('answers tests with the old tasks again when what was tested is rolled back', async () => {
    const before = image;
    const failed = withImage(nextImage(), header, gates('POST_TEST_TRAFFIC_SHIFT'));
    const outcome = await update(failed, async () =>
      decide(ecs, await heldAt('POST_TEST_TRAFFIC_SHIFT'), 'ROLLBACK'),
    );
    expect(outcome).toMatchObject({
      status: 'FAILED',
      message: expect.stringContaining('POST_TEST_TRAFFIC_SHIFT'),
    });
    expect([await answering(), await answering(TEST_HEADERS)]).toEqual([before, before]);
    expect(await driver.update({ ...failed, ServiceArn: ARN }, template)).toMatchObject({
      status: 'SUCCESS',
    });
  });

  test('answers tests with the tasks that serve also after a deployment that was cut off while they were tested', async () => {
    const held = { deploymentConfiguration: { lifecycleHooks: lifecycleHooks('POST_TEST_TRAFFIC_SHIFT') } };
    await ecs.send(new UpdateServiceCommand({ service: 'hello', ...held, forceNewDeployment: true }));
    const deployment = await heldAt('POST_TEST_TRAFFIC_SHIFT');
    await ecs.send(
      new StopServiceDeploymentCommand({
        serviceDeploymentArn: deployment.ServiceDeploymentArn,
        stopType: 'ABORT',
      }),
    );
    await driver.aws.clock.sleep(60_000);
    expect(serving(await ruleOf('testListenerRule'))).not.toEqual(
      serving(await ruleOf('productionListenerRule')),
    );
    await ecs.send(
      new UpdateServiceCommand({ service: 'hello', deploymentConfiguration: { lifecycleHooks: [] } }),
    );
    await deploymentEnded(driver, ecs, 'hello');
    const outcome = await driver.update({ ...template, ServiceArn: ARN }, withImage(image, header));
    expect(outcome).toMatchObject({ status: 'SUCCESS' });
    template = withImage(image, header);
    expect(serving(await ruleOf('testListenerRule'))).toEqual(
      serving(await ruleOf('productionListenerRule')),
    );
    expect(await answering(TEST_HEADERS)).toBe(image);
  });

  const lifecycleHooks = (stage: 'POST_TEST_TRAFFIC_SHIFT') => [
    { targetType: 'PAUSE' as const, lifecycleStages: [stage] },
  ];

  test('stays sticky as its target groups are', async () => {
    const sticky = (seconds?: number) => ({
      ...withImage(image, header),
      ...(seconds && { TargetGroupConfiguration: { StickinessDurationSeconds: seconds } }),
    });
    for (const [seconds, Enabled] of [
      [600, true],
      [undefined, false],
    ] as const) {
      expect(await update(sticky(seconds))).toMatchObject({ status: 'SUCCESS' });
      const { Actions } = await ruleOf('testListenerRule');
      const { TargetGroupStickinessConfig } = Actions![0]!.ForwardConfig!;
      expect(TargetGroupStickinessConfig?.Enabled ?? false).toBe(Enabled);
    }
  });
});

describe('an update of TestTraffic loses no answer', () => {
  beforeAll(async () => {
    await create(withImage(nextImage()));
  });
  afterAll(remove);

  /** Each after the one before; a change of what the rule matches alone needs no deployment. */
  test.each<[string, Structure | undefined, number, [headers: Record<string, string>, path?: string][]]>([
    ['which is added', header, 1, [[TEST_HEADERS]]],
    ['in a value', otherHeader, 0, [[{ 'x-test': 'team-1' }]]],
    ['to a cookie', cookie, 0, [[{ cookie: 'a=1; preview=on' }]]],
    ['to a parameter', parameter, 0, [[{}, '/?preview=on']]],
    ['to a header', header, 0, [[TEST_HEADERS]]],
    ['which is taken away', undefined, 1, []],
  ])('%s', async (_title, TestTraffic, deployed, requests) => {
    const before = await deployments();
    const outcome = await update(withImage(image, TestTraffic));
    expect(Driver.modelOf(outcome).TestTraffic).toEqual(TestTraffic);
    expect((await read()).TestTraffic).toEqual(TestTraffic);
    expect((await deployments()) - before).toBe(deployed);
    expect(await priorities()).toEqual(TestTraffic ? [999, 1000] : [1000]);
    for (const [headers, path] of requests) expect(await answering(headers, path)).toBe(image);
  });

  test('together with a new image takes one deployment', async () => {
    const before = await deployments();
    expect(await update(withImage(nextImage(), header))).toMatchObject({ status: 'SUCCESS' });
    expect((await deployments()) - before).toBe(1);
  });

  test('follows hosts and paths of the service', async () => {
    const at = (more: Structure) => ({ ...withImage(image, header), ...more });
    await update(at({ PathPatterns: ['/', '/api/*'] }));
    expect((await ruleOf('testListenerRule')).Conditions).toMatchObject([
      { Field: 'host-header', HostHeaderConfig: { Values: [HOST] } },
      { Field: 'path-pattern', PathPatternConfig: { Values: ['/', '/api/*'] } },
      { Field: 'http-header' },
    ]);
    await update(at({}));
    expect((await ruleOf('testListenerRule')).Conditions).toHaveLength(2);
  });

  test('is refused with rolling deployments, and a change to them drops the rule in the same update', async () => {
    const rolling = (TestTraffic?: Structure) => ({
      ...withImage(image, TestTraffic),
      DeploymentConfiguration: { Strategy: 'ROLLING', BakeTimeInMinutes: 1 },
    });
    expect(await driver.update({ ...template, ServiceArn: ARN }, rolling(header))).toMatchObject({
      status: 'FAILED',
      errorCode: 'InvalidRequest',
      message: expect.stringMatching(/^TestTraffic: .*the strategy is ROLLING/),
    });
    const before = await deployments();
    expect(await update(rolling())).toMatchObject({ status: 'SUCCESS' });
    expect((await deployments()) - before).toBe(1);
    expect(await priorities()).toEqual([1000]);
    expect((await loadBalancers())[0]!.advancedConfiguration).not.toHaveProperty('testListenerRule');
    expect(await update(withImage(image, header))).toMatchObject({ status: 'SUCCESS' });
    expect(await priorities()).toEqual([999, 1000]);
  });

  test('that fails goes back to what there was', async () => {
    const failed = withImage('example/hello:exits', parameter);
    expect(await update(failed)).toMatchObject({ status: 'FAILED', errorCode: 'NotStabilized' });
    expect(await driver.update({ ...failed, ServiceArn: ARN }, template)).toMatchObject({
      status: 'SUCCESS',
    });
    expect((await read()).TestTraffic).toEqual(header);
    const without = withImage('example/hello:exits');
    expect(await update(without)).toMatchObject({ status: 'FAILED', errorCode: 'NotStabilized' });
    expect(await driver.update({ ...without, ServiceArn: ARN }, template)).toMatchObject({
      status: 'SUCCESS',
    });
    expect(await answering(TEST_HEADERS)).toBe(image);
    expect(await priorities()).toEqual([999, 1000]);
  });

  /** Calls at which an operation may be cut short. */
  const isTest = ({ input }: { input: Structure }) =>
    input.Tags.some(({ Key }: Structure) => Key === 'org-ecs-express:test-traffic');
  test.each<[string, () => Structure | undefined, Parameters<typeof dyingAt>[1]]>([
    ['while ECS hears that the rule goes', () => undefined, { operation: 'UpdateService' }],
    ['while the rule is made', () => header, { operation: 'CreateRule', when: isTest }],
    ['while the rule goes', () => undefined, { operation: 'DeleteRule' }],
    ['while ECS hears of the rule', () => header, { operation: 'UpdateService' }],
    ['while the rule changes', () => parameter, { operation: 'ModifyRule' }],
  ])('that is cut short %s goes on to its end', async (_title, wanted, call) => {
    const TestTraffic = wanted();
    const outcome = await dyingAt(driver, call, () => update(withImage(image, TestTraffic)));
    expect(Driver.modelOf(outcome).TestTraffic).toEqual(TestTraffic);
    expect(await priorities()).toEqual(TestTraffic ? [999, 1000] : [1000]);
    const { advancedConfiguration } = (await loadBalancers())[0]!;
    expect('testListenerRule' in advancedConfiguration).toBe(TestTraffic !== undefined);
  });
});

describe('beside rules that others have', () => {
  /** A rule by hand, which matches nothing of the service's. */
  async function addByHand(priority: number): Promise<string> {
    const { ListenerArn } = (await read()).ECSManagedResourceArns.IngressPath;
    const { Rules } = await elb.send(
      new CreateRuleCommand({
        ListenerArn,
        Priority: priority,
        Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/by-hand'] } }],
        Actions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503' } }],
      }),
    );
    return Rules![0]!.RuleArn!;
  }

  test('the rule has the next priority that is free, and never a place', async () => {
    await create(withImage(nextImage()));
    const byHand = [await addByHand(999), await addByHand(1999)];
    await update(withImage(image, header));
    const other = Driver.modelOf(await driver.create({ ...withImage(image, header), ServiceName: 'other' }));
    expect(await priorities()).toEqual([998, 999, 1000, 1998, 1999, 2000]);
    const third = Driver.modelOf(await driver.create({ ...withImage(image), ServiceName: 'third' }));
    expect(await priorities()).toContain(3000);
    for (const { ServiceArn } of [other, third])
      expect(await driver.delete(ServiceArn)).toMatchObject({ status: 'SUCCESS' });
    for (const RuleArn of byHand) await elb.send(new DeleteRuleCommand({ RuleArn }));
    expect(await priorities()).toEqual([998, 1000]);
    await remove();
  });

  test('a creation whose answers are lost makes one rule', async () => {
    driver.aws.faults.add({ kind: 'lostResponse', operation: 'CreateRule', times: 4 });
    await create(withImage(nextImage(), header));
    expect(await priorities()).toEqual([999, 1000]);
    await remove();
  });

  test('the quota of rules is named, and nothing is left', async () => {
    driver.aws.faults.add({
      kind: 'refuse',
      operation: 'CreateRule',
      when: ({ input }) => input.Priority === 999,
      times: 1000,
      error: { code: 'TooManyRules', message: "You've reached the limit on the number of rules" },
    });
    const outcome = await driver.create(withImage(nextImage(), header));
    expect(outcome).toMatchObject({
      status: 'FAILED',
      errorCode: 'ServiceLimitExceeded',
      message: expect.stringContaining('Raise the quota "Rules per Application Load Balancer"'),
    });
    await remove();
  });

  test('what somebody has added to the rule of all requests counts for the room, before anything is changed', async () => {
    await create(withImage(nextImage()));
    const { RuleArn } = await ruleOf('productionListenerRule');
    const Conditions = [
      { Field: 'host-header', HostHeaderConfig: { Values: [HOST] } },
      { Field: 'source-ip', SourceIpConfig: { Values: ['0.0.0.0/0', '::/0'] } },
    ];
    await elb.send(new ModifyRuleCommand({ RuleArn, Conditions }));
    driver.aws.calls.clear();
    expect(await driver.update({ ...template, ServiceArn: ARN }, withImage(image, cookie))).toMatchObject({
      status: 'FAILED',
      errorCode: 'InvalidRequest',
      message: expect.stringMatching(
        /^TestTraffic: has 4 values, which with the 3 of the listener rule, with what was added to it by hand, are 7/,
      ),
    });
    expect(changes(driver)).toEqual([]);
    await update(withImage(image, header));
    expect((await ruleOf('testListenerRule')).Conditions).toMatchObject([
      { Field: 'host-header' },
      { Field: 'source-ip' },
      { Field: 'http-header' },
    ]);
    expect((await read()).TestTraffic).toEqual(header);
    await remove();
  });
});

describe('what somebody changes by hand', () => {
  beforeAll(async () => {
    await create(withImage(nextImage(), header));
  });
  afterAll(remove);

  const byHand = { HttpHeader: { Name: 'X-Test', Values: ['by-hand'] } };
  const change = async () => {
    const { RuleArn } = await ruleOf('testListenerRule');
    const Conditions = [
      { Field: 'host-header', HostHeaderConfig: { Values: [HOST] } },
      { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-Test', Values: ['by-hand'] } },
    ];
    await elb.send(new ModifyRuleCommand({ RuleArn, Conditions }));
  };

  test('is drift, and stays while the template says the same', async () => {
    await change();
    expect((await read()).TestTraffic).toEqual(byHand);
    const outcome = await update(withImage(nextImage(), header));
    expect(Driver.modelOf(outcome).TestTraffic).toEqual(byHand);
  });

  test('gives way to what the template says anew, which the event tells', async () => {
    const outcome = await update(withImage(image, parameter));
    expect(outcome.message).toContain("TestTraffic was changed by hand; the template's value applies");
    expect(Driver.modelOf(outcome).TestTraffic).toEqual(parameter);
  });

  test('is put right when it is deleted', async () => {
    await elb.send(new DeleteRuleCommand({ RuleArn: (await ruleOf('testListenerRule')).RuleArn }));
    expect(await read()).not.toHaveProperty('TestTraffic');
    expect(await answering({}, '/?preview=on')).toBe(image);
    expect(Driver.modelOf(await update(withImage(image, parameter))).TestTraffic).toEqual(parameter);
    expect(await priorities()).toEqual([999, 1000]);
  });

  test('is put right when it stands behind the rule of all requests', async () => {
    const { RuleArn } = await ruleOf('testListenerRule');
    await elb.send(new SetRulePrioritiesCommand({ RulePriorities: [{ RuleArn, Priority: 1500 }] }));
    await update(withImage(image, parameter));
    expect(await priorities()).toEqual([999, 1000]);
  });

  test('stays when it is a rule that the template never spoke of', async () => {
    await update(withImage(image));
    const { ListenerArn } = (await read()).ECSManagedResourceArns.IngressPath;
    const production = await ruleOf('productionListenerRule');
    const { Rules } = await elb.send(
      new CreateRuleCommand({
        ListenerArn,
        Priority: 500,
        Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/by-hand'] } }],
        Actions: [{ Type: 'forward', ForwardConfig: production.Actions![0]!.ForwardConfig }],
      }),
    );
    const testListenerRule = Rules![0]!.RuleArn!;
    const live = (await loadBalancers()) as [Structure];
    const advancedConfiguration = { ...live[0].advancedConfiguration, testListenerRule };
    await ecs.send(
      new UpdateServiceCommand({
        service: 'hello',
        loadBalancers: [{ ...live[0], advancedConfiguration }],
      }),
    );
    await deploymentEnded(driver, ecs, 'hello');
    await update(withImage(nextImage()));
    expect((await loadBalancers())[0]!.advancedConfiguration).toMatchObject({ testListenerRule });
    expect(await read()).not.toHaveProperty('TestTraffic');
    // ELB lets target groups go when no rule forwards to them.
    await elb.send(new DeleteRuleCommand({ RuleArn: testListenerRule }));
  });
});
