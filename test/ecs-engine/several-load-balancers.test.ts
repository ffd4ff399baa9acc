/** A service behind several load balancers, as one is that moves from one to another. */
import type { DeploymentConfiguration, Service } from '@aws-sdk/client-ecs';
import { StopServiceDeploymentCommand, DescribeServiceRevisionsCommand } from '@aws-sdk/client-ecs';
import { DeleteRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { addressOf, Fixture, loadBalancerOf, MINUTE, type Pair } from './fixture';

let fixture: Fixture;
let elsewhere: string;
beforeAll(async () => {
  fixture = await Fixture.start();
  elsewhere = await fixture.anotherListener();
});
afterAll(() => fixture.close());

const CANARY: DeploymentConfiguration = {
  strategy: 'CANARY',
  canaryConfiguration: { canaryPercent: 5, canaryBakeTimeInMinutes: 3 },
  bakeTimeInMinutes: 3,
};

/** Per cent of the traffic that green has behind the load balancer of each pair. */
async function green(...pairs: Pair[]): Promise<number[]> {
  const weights = await Promise.all(pairs.map((pair) => fixture.weights(pair.production, pair.green)));
  return weights.flat();
}

/** How many targets blue and green have behind the load balancer of each pair. */
async function targets(...pairs: Pair[]): Promise<string[]> {
  return Promise.all(
    pairs.map(async ({ blue, green }) => {
      const [inBlue, inGreen] = await Promise.all([fixture.targets(blue), fixture.targets(green)]);
      return `${inBlue.length} and ${inGreen.length}`;
    }),
  );
}

/** A pair behind the other load balancer; blue serves there too. */
async function anotherPair(): Promise<Pair> {
  const { blue, green, ...rules } = await fixture.pair(elsewhere);
  return { ...rules, blue: green, green: blue };
}

/** A service behind one load balancer that is about to be put behind another one too. */
async function joining(configuration: DeploymentConfiguration) {
  const [one, other] = [await fixture.pair(), await anotherPair()];
  const service = await fixture.running(one, configuration);
  return { service, one, other, loadBalancers: [one, other].map(loadBalancerOf) };
}

/** A service behind two load balancers. */
async function joined(configuration: DeploymentConfiguration) {
  const parts = await joining(configuration);
  await fixture.update(parts.service, { loadBalancers: parts.loadBalancers });
  await fixture.advance(60 * MINUTE);
  return parts;
}

async function status(service: Service): Promise<string | undefined> {
  return (await fixture.deployment(service)).status;
}

test.each<[string, DeploymentConfiguration]>([
  ['BLUE_GREEN', { strategy: 'BLUE_GREEN' }],
  ['CANARY', CANARY],
  ['LINEAR', { strategy: 'LINEAR', linearConfiguration: { stepPercent: 50, stepBakeTimeInMinutes: 1 } }],
])(
  'a first deployment by %s puts tasks into the alternate target group of each, and shifts traffic there',
  async (_name, configuration) => {
    const [one, other] = [await fixture.pair(), await fixture.pair(elsewhere)];
    const loadBalancers = [one, other].map(loadBalancerOf);
    const service = await fixture.running(one, configuration, { loadBalancers });
    expect(await status(service)).toBe('SUCCESSFUL');
    expect(await targets(one, other)).toEqual(['2 and 0', '2 and 0']);
    expect(await green(one, other)).toEqual([0, 0]);
  },
);

describe('an update that adds a load balancer', () => {
  test('shifts the traffic of both together, while the old tasks are behind the first alone', async () => {
    const { service, one, other, loadBalancers } = await joining(CANARY);
    await fixture.update(service, { loadBalancers });
    const seen: string[] = [];
    for (let second = 0; second < 600; second += 10) {
      const now = `${await green(one, other)}: ${(await targets(one, other)).join(', ')}`;
      if (seen.at(-1) !== now) seen.push(now);
      await fixture.advance(10_000);
    }
    expect(seen).toEqual([
      '0,0: 2 and 0, 0 and 0',
      '0,0: 2 and 2, 0 and 2',
      '5,5: 2 and 2, 0 and 2',
      '100,100: 2 and 2, 0 and 2',
      '100,100: 0 and 2, 0 and 2',
    ]);
    expect(await status(service)).toBe('SUCCESSFUL');
    const addresses = (await fixture.tasks(service)).map(addressOf).sort();
    expect(await fixture.targets(other.green)).toEqual(addresses);
    const { serviceRevisions } = await fixture.ecs.send(
      new DescribeServiceRevisionsCommand({
        serviceRevisionArns: [(await fixture.deployment(service)).targetServiceRevision!.arn!],
      }),
    );
    expect(serviceRevisions![0]!.resolvedConfiguration!.loadBalancers).toEqual([
      { targetGroupArn: one.green, productionListenerRule: one.production },
      { targetGroupArn: other.green, productionListenerRule: other.production },
    ]);
  });

  test.each<[string, number, (service: Service, other: Pair) => Promise<unknown>]>([
    [
      'when a user stops it in its canary',
      3,
      async (service) => {
        const { serviceDeploymentArn } = await fixture.deployment(service);
        return fixture.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn }));
      },
    ],
    [
      'when the rule of the second has gone before the canary',
      0.5,
      (_service, { production }) => fixture.elb.send(new DeleteRuleCommand({ RuleArn: production })),
    ],
    [
      'when the rule of the second goes during the canary',
      3,
      (_service, { production }) => fixture.elb.send(new DeleteRuleCommand({ RuleArn: production })),
    ],
  ])('leaves the first one as it was %s', async (_when, minutes, disturb) => {
    const { service, one, other, loadBalancers } = await joining(CANARY);
    await fixture.update(service, { loadBalancers });
    await fixture.advance(minutes * MINUTE);
    await disturb(service, other);
    await fixture.advance(20 * MINUTE);
    expect(await status(service)).toMatch(/^ROLLBACK_/);
    expect(await fixture.weights(one.production, one.blue, one.green)).toEqual([100, 0]);
    expect(await fixture.targets(one.blue)).toHaveLength(2);
    expect(await fixture.describe(service)).toMatchObject({ loadBalancers: [loadBalancerOf(one)] });
  });
});

test('told that a deployment shifts one load balancer alone, it leaves the weights of the others', async () => {
  const { service, one, other, loadBalancers } = await joining(CANARY);
  fixture.aws.answers.give({ 'ecs.shifts-all-load-balancers': false });
  await fixture.update(service, { loadBalancers });
  await fixture.advance(20 * MINUTE);
  fixture.aws.answers.reset();
  expect(await status(service)).toBe('SUCCESSFUL');
  expect(await targets(one, other)).toEqual(['0 and 2', '0 and 2']);
  expect(await green(one, other)).toEqual([100, 0]);
});

describe('a service behind two load balancers', () => {
  test('is deployed behind both, each from where its own traffic is', async () => {
    const { service, one, other } = await joined({ strategy: 'BLUE_GREEN' });
    const third = await anotherPair();
    await fixture.update(service, { loadBalancers: [other, third].map(loadBalancerOf) });
    await fixture.advance(10 * MINUTE);
    expect(await status(service)).toBe('SUCCESSFUL');
    expect(await green(one, other, third)).toEqual([100, 0, 100]);
    expect(await targets(one, other, third)).toEqual(['0 and 0', '2 and 0', '0 and 2']);
  });

  test('leaves one when an update drops it, once connections there are drained', async () => {
    const { service, one, other } = await joined(CANARY);
    await fixture.update(service, { loadBalancers: [loadBalancerOf(other)] });
    await fixture.advance(7 * MINUTE);
    expect(await targets(one, other)).toEqual(['0 and 2', '2 and 2']);
    expect(await green(one, other)).toEqual([100, 0]);
    await fixture.advance(3 * MINUTE);
    expect(await status(service)).toBe('SUCCESSFUL');
    expect(await targets(one, other)).toEqual(['0 and 0', '2 and 0']);
    expect(await fixture.describe(service)).toMatchObject({ loadBalancers: [loadBalancerOf(other)] });
  });

  test('is reconciled after a deployment that was stopped before its traffic moved', async () => {
    const { service, one, other, loadBalancers } = await joining(CANARY);
    await fixture.update(service, { loadBalancers });
    await fixture.advance(MINUTE);
    await fixture.update(service, { taskDefinition: await fixture.taskDefinition('repository/web:2') });
    await fixture.advance(20 * MINUTE);
    expect(await status(service)).toBe('SUCCESSFUL');
    expect(await green(one, other)).toEqual([100, 100]);
    expect(await targets(one, other)).toEqual(['0 and 2', '0 and 2']);
  });
});
