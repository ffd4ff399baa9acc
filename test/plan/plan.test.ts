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

test('standbys add tasks and target groups, and nothing else', async () => {
  const text = template(service('Web', small));
  const [alone] = await plansOf('t.json', text);
  const [beside] = await plansOf('t.json', text, { standbys: { standbys: 2, tasksPerStandby: 3 } });
  expect(beside!.inventory).toEqual({
    ...alone!.inventory,
    tasks: { minimum: 7, maximum: 7 },
    targetGroups: 4,
  });
  const task = HOURS * (0.25 * 0.04048 + 0.5 * 0.004445) + ADDRESS;
  expect(beside!.monthlyCost!.minimum - alone!.monthlyCost!.minimum).toBeCloseTo(6 * task, 1);
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
    ['no number', ['-', '--standbys', 'many'], '', 2, /^--standbys many: give a whole number/],
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
