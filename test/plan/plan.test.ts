/** `org-ecs plan`: what services of templates stand for, and what that costs, without a call to AWS. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findTemplates } from '../../hooks/command-line/template-files';
import type { Inventory } from '../../plan/inventory';
import { plansOf, run } from '../../plan/main';
import { monthlyCost, PRICES } from '../../plan/prices';

const ROOT = join(__dirname, '../..');
const example = (name: string) => readFileSync(join(ROOT, 'examples', name), 'utf8');
const cents = (usd: number) => Math.round(usd * 100) / 100;

/** Prices of us-east-1 by hand, so that a slip in the table or in the sum shows. */
const HOURS = 730;
const BIG_TASK = HOURS * (1 * 0.04048 + 2 * 0.004445);
const ADDRESS = HOURS * 0.005;
const BALANCER = HOURS * 0.0225;
const METRIC = 0.1;

test('every service of every example has a plan', async () => {
  const noInput = () => Promise.reject(new Error('no input'));
  const templates = await findTemplates([join(ROOT, 'examples')], noInput);
  const plans = (await Promise.all(templates.map(({ path, text }) => plansOf(path, text)))).flat();
  const declared = templates.flatMap(({ text }) => text.match(/Type: Org::ECS::ExpressService$/gm) ?? []);
  expect(plans).toHaveLength(declared.length);
  expect(plans.filter(({ problem }) => problem !== undefined)).toEqual([]);
  expect(
    plans.filter(({ monthlyCost: cost }) => !(cost!.minimum > 0 && cost!.maximum >= cost!.minimum)),
  ).toEqual([]);
});

/** One service, from some lines of its properties. */
const service = (name: string, properties: object = {}) => ({
  [name]: {
    Type: 'Org::ECS::ExpressService',
    Properties: {
      PrimaryContainer: { Image: 'example/hello:1' },
      ExecutionRoleArn: { 'Fn::ImportValue': 'execution' },
      InfrastructureRoleArn: { 'Fn::ImportValue': 'infrastructure' },
      ScalingTarget: { MinTaskCount: 1, MaxTaskCount: 1 },
      ...properties,
    },
  },
});
const template = (...services: object[]) =>
  JSON.stringify({
    Parameters: { Count: { Type: 'Number' } },
    Resources: Object.assign({}, ...services),
  });
const only = async (properties: object) =>
  (await plansOf('t.json', template(service('Web', properties))))[0]!;

const ON_SHARED = { own: 0, shared: 1, external: 0 };
const internal = { LoadBalancerConfiguration: { Scheme: 'internal' } };
const withoutLoadBalancer = { InfrastructureRoleArn: undefined, LoadBalancerConfiguration: { Type: 'none' } };
const small = { Cpu: '256', Memory: '512' };

test.each<[string, object, Partial<Inventory>, number]>([
  [
    'the smallest template',
    {},
    { loadBalancers: ON_SHARED, loadBalancerAddresses: 3, targetGroups: 2, listenerRules: 1, alarms: 3 },
    BIG_TASK + 4 * ADDRESS + BALANCER + 6 * METRIC,
  ],
  [
    'internal: no public addresses',
    internal,
    { loadBalancers: ON_SHARED, loadBalancerAddresses: 0 },
    BIG_TASK + BALANCER + 6 * METRIC,
  ],
  [
    'subnets of the load balancer: tasks are behind it',
    {
      NetworkConfiguration: { Subnets: ['subnet-1', 'subnet-2'] },
      LoadBalancerConfiguration: { Subnets: ['subnet-3', 'subnet-4'] },
    },
    { loadBalancerAddresses: 2 },
    BIG_TASK + 2 * ADDRESS + BALANCER + 6 * METRIC,
  ],
  [
    'no load balancer',
    withoutLoadBalancer,
    { loadBalancers: { own: 0, shared: 0, external: 0 }, targetGroups: 0, listenerRules: 0, alarms: 2 },
    BIG_TASK + ADDRESS + 2 * METRIC,
  ],
  [
    'a Network Load Balancer of its own',
    { LoadBalancerConfiguration: { Type: 'network' } },
    { loadBalancers: { own: 1, shared: 0, external: 0 }, targetGroups: 2, listenerRules: 0 },
    BIG_TASK + 4 * ADDRESS + BALANCER + 6 * METRIC,
  ],
  [
    'two load balancers',
    { AdditionalLoadBalancers: [{ Name: 'internal', ...internal }] },
    {
      loadBalancers: { ...ON_SHARED, shared: 2 },
      loadBalancerAddresses: 3,
      targetGroups: 4,
      listenerRules: 2,
    },
    BIG_TASK + 4 * ADDRESS + 2 * BALANCER + 10 * METRIC,
  ],
  [
    'a rule for test requests',
    { TestTraffic: { QueryStrings: [{ Key: 'preview', Value: 'on' }] } },
    { listenerRules: 2 },
    BIG_TASK + 4 * ADDRESS + BALANCER + 6 * METRIC,
  ],
  [
    'small tasks on ARM, some of them at night',
    {
      ...withoutLoadBalancer,
      ...small,
      CpuArchitecture: 'ARM64',
      EphemeralStorage: { SizeInGiB: 30 },
      ScalingTarget: {
        MinTaskCount: 4,
        MaxTaskCount: 4,
        ScheduledActions: [{ Name: 'night', Schedule: 'cron(0 22 * * ? *)', MinTaskCount: 2 }],
      },
    },
    { tasks: { minimum: 2, maximum: 4 } },
    2 * (HOURS * (0.25 * 0.03238 + 0.5 * 0.00356 + 10 * 0.000111) + ADDRESS) + 2 * METRIC,
  ],
])('%s', async (_what, properties, inventory, minimum) => {
  const plan = await only(properties);
  expect(plan.problem).toBeUndefined();
  expect(plan.inventory).toMatchObject(inventory);
  expect(plan.monthlyCost!.minimum).toBe(cents(minimum));
});

test('services of a template that share a load balancer bear equal parts of it', async () => {
  const plans = await plansOf('t.json', template(service('Web'), service('Api'), service('Inner', internal)));
  expect(plans.map(({ inventory }) => inventory!.loadBalancers.shared)).toEqual([0.5, 0.5, 1]);
  expect(plans[0]!.inventory!.loadBalancerAddresses).toBe(1.5);
});

test('the size of a task that the template does not have is not guessed', async () => {
  const { inventory, ...plan } = await only({
    PrimaryContainer: undefined,
    ExecutionRoleArn: undefined,
    TaskDefinitionArn: 'arn:aws:ecs:us-east-1:123456789012:task-definition/web:1',
  });
  expect(plan.problem).toBeUndefined();
  expect(inventory!.tasks).toEqual({ minimum: 1, maximum: 1 });
  expect(plan.monthlyCost).toBeUndefined();
});

test('roles that are made are counted, whatever their policies name', async () => {
  const roles = async (properties: object) =>
    (await only(properties)).inventory!.resources['AWS::IAM::Role'] ?? 0;
  const Resource = { 'Fn::GetAtt': ['Orders', 'Arn'] };
  const Statement = [{ Effect: 'Allow', Action: { 'Fn::ImportValue': 'action' }, Resource }];
  expect(await roles({})).toBe(0);
  expect(await roles({ TaskPolicy: { Statement } })).toBe(1);
  expect(await roles({ ExecutionRoleArn: undefined, InfrastructureRoleArn: undefined })).toBe(2);
});

describe('versions', () => {
  const versioned = { ...small, DeploymentConfiguration: { Strategy: 'VERSIONED' } };
  const scaled = (more: object = {}) => ({ ScalingTarget: { MinTaskCount: 2, MaxTaskCount: 6, ...more } });
  const VersionTraffic = { HttpHeaderName: 'x-version', QueryStringKey: 'version' };
  const shares = (...weights: number[]) =>
    weights.map((Weight, index) => ({ Version: `v${index + 1}`, Weight }));

  test.each<[string, object, object, object]>([
    [
      'one standby by default, with as many tasks as it needs to answer at once',
      scaled(),
      { versions: 1, tasks: { minimum: 2, maximum: 6 }, targetGroups: 1, listenerRules: 0, alarms: 3 },
      { versions: 1, tasks: { minimum: 2, maximum: 2 }, targetGroups: 1, listenerRules: 0, alarms: 3 },
    ],
    [
      'Standby, and a listener rule for each way to ask for a version',
      { ...scaled(), VersionTraffic, Standby: { Count: 3, TaskCount: 1 } },
      { versions: 1, tasks: { minimum: 2, maximum: 6 }, listenerRules: 2 },
      { versions: 3, tasks: { minimum: 3, maximum: 3 }, targetGroups: 3, listenerRules: 6, alarms: 9 },
    ],
    [
      'standbys without tasks, but with alarms',
      { Standby: { Count: 2, TaskCount: 0 } },
      { versions: 1 },
      { versions: 2, tasks: { minimum: 0, maximum: 0 }, targetGroups: 2, alarms: 6 },
    ],
    [
      'no standby',
      { Standby: { Count: 0 } },
      { versions: 1, targetGroups: 1 },
      { versions: 0, tasks: { minimum: 0, maximum: 0 }, targetGroups: 0, alarms: 0, resources: {} },
    ],
    [
      'those that Traffic names beside those of Standby',
      { ...scaled(), Version: 'v1', Traffic: shares(60, 40, 0), Standby: { TaskCount: 1 } },
      { versions: 2, tasks: { minimum: 4, maximum: 12 }, targetGroups: 2 },
      { versions: 2, tasks: { minimum: 2, maximum: 2 }, targetGroups: 2 },
    ],
    [
      'scheduled actions of each version',
      {
        ...scaled({ ScheduledActions: [{ Name: 'day', Schedule: 'cron(0 8 * * ? *)', MinTaskCount: 4 }] }),
        Standby: { TaskCount: 1 },
      },
      { tasks: { minimum: 2, maximum: 6 } },
      { tasks: { minimum: 1, maximum: 4 } },
    ],
  ])('%s', async (_what, properties, answering, standbys) => {
    const { inventory, problem } = await only({ ...versioned, ...properties });
    expect(problem).toBeUndefined();
    expect(inventory!.versions).toMatchObject({ answering, standbys });
  });

  test('the sum is what the versions have, and what they share', async () => {
    const alone = await only({ ...versioned, Standby: { Count: 0 } });
    const beside = await only({ ...versioned, Standby: { Count: 2, TaskCount: 3 } });
    expect(beside.inventory).toMatchObject({
      tasks: { minimum: 7, maximum: 7 },
      loadBalancers: ON_SHARED,
      targetGroups: 3,
      listenerRules: 1,
      alarms: 9,
      alarmMetrics: 12,
      resources: { 'AWS::ECS::Service': 3, 'AWS::EC2::SecurityGroup': 2, 'AWS::Logs::LogGroup': 1 },
    });
    const task = HOURS * (0.25 * 0.04048 + 0.5 * 0.004445) + ADDRESS;
    expect(beside.monthlyCost!.minimum).toBe(cents(alone.monthlyCost!.minimum + 6 * task + 8 * METRIC));
  });

  test('a service of another strategy has none', async () => {
    expect((await only({})).inventory).not.toHaveProperty('versions');
  });
});

describe('the command', () => {
  const COUNTED = service('Web', { ScalingTarget: { MinTaskCount: { Ref: 'Count' }, MaxTaskCount: 9 } });

  async function command(args: string[], input = '') {
    const written = { out: '', error: '' };
    const code = await run(args, {
      out: (text) => (written.out += text),
      error: (text) => (written.error += text),
      readInput: () => Promise.resolve(input),
    });
    return { code, ...written };
  }

  test.each<[string, string[], string, number, RegExp]>([
    [
      'a plan',
      ['-'],
      template(service('Web')),
      0,
      /^-: Web\n {2}Tasks {11}1\n {2}Load balancers {2}1 shared\n/,
    ],
    ['its date', ['-'], template(service('Web')), 0, new RegExp(`as of ${PRICES.asOf}; no offer`)],
    ['help', ['--help'], '', 0, /^What the services/],
    [
      'a number that is not known',
      ['-'],
      template(COUNTED),
      1,
      /ScalingTarget\/MinTaskCount: is not known: .*Count.* Give parameters with --parameter NAME=VALUE\./,
    ],
    ['a parameter', ['-', '--parameter', 'Count=3'], template(COUNTED), 0, /Tasks {11}3 to 9\n/],
    [
      'what the handlers would refuse',
      ['-'],
      template(service('Web', { Cpu: '256', Memory: '30720' })),
      1,
      /^-: Web\n {2}Memory: /,
    ],
    ['zones', ['-', '--zones', '6'], template(service('Web')), 0, /Public IPv4 {5}7\n/],
    ['too many zones', ['-', '--zones', '7'], '', 2, /^--zones 7: give a number from 2 to 6/],
    ['no path', [], '', 2, /^Name at least one template/],
    ['no template', ['-'], 'a: b', 2, /no Resources section/],
    ['an unknown option', ['-', '--frobnicate'], '', 2, /frobnicate/],
    ['an unknown format', ['-', '--format', 'xml'], '', 2, /^There is no format xml/],
    ['no number', ['-', '--zones', 'many'], '', 2, /^--zones many: give a whole number/],
    [
      'versions',
      ['examples/versions.yml', '--parameter', 'Kept=2'],
      '',
      0,
      / {2}Versions {8}1 \(tasks 1 to 20, target groups 1, listener rules 3, alarms 3\)\n {2}Standbys {8}2 \(tasks 2, target groups 2, listener rules 6, alarms 6\)\n {2}Tasks {11}3 to 22\n/,
    ],
    [
      'no standby',
      ['examples/versions.yml', '--parameter', 'Kept=0'],
      '',
      0,
      / {2}Standbys {8}none\n {2}Tasks {11}1 to 20\n/,
    ],
    [
      'a parameter without a value',
      ['-', '--parameter', 'Count'],
      '',
      2,
      /^--parameter Count: give NAME=VALUE/,
    ],
  ])('%s', async (_what, args, input, code, text) => {
    const result = await command(args, input);
    expect(result.out + result.error).toMatch(text);
    expect(result.code).toBe(code);
  });

  test('versions in JSON', async () => {
    const { out, code } = await command(['examples/versions.yml', '--format', 'json']);
    expect(JSON.parse(out).services).toMatchObject([
      {
        service: 'Shop',
        inventory: {
          tasks: { minimum: 4, maximum: 23 },
          listenerRules: 13,
          versions: {
            answering: { versions: 1, listenerRules: 3 },
            standbys: { versions: 3, listenerRules: 9 },
          },
        },
        monthlyCost: { minimum: expect.any(Number) },
      },
    ]);
    expect(code).toBe(0);
  });

  test('as it is installed, in JSON', () => {
    const { stdout, status } = spawnSync(
      process.execPath,
      [join(ROOT, 'hooks/bin/org-ecs.js'), 'plan', 'examples/hello.yml', '--format', 'json'],
      { cwd: ROOT, encoding: 'utf8' },
    );
    const { prices, services } = JSON.parse(stdout);
    expect(prices).toEqual({ region: 'us-east-1', currency: 'USD', asOf: PRICES.asOf });
    expect(services).toMatchObject([
      { file: 'examples/hello.yml', service: 'Hello', inventory: { alarms: 3 } },
    ]);
    expect(status).toBe(0);
  });
});

test('the second Region in the document is what the plan says', async () => {
  const [plan] = await plansOf('hello.yml', example('hello.yml'));
  const both = 2 * plan!.monthlyCost!.minimum + monthlyCost({ healthCheck: 2 });
  expect(readFileSync(join(ROOT, 'docs/cost.md'), 'utf8')).toContain(`$${both.toFixed(2)}`);
});
