import type { DeploymentConfiguration, ServiceDeployment } from '@aws-sdk/client-ecs';
import { Fixture, messages, MINUTE } from './fixture';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await Fixture.start();
});
afterAll(() => fixture.close());

describe('a rolling deployment', () => {
  test.each<[string, number, DeploymentConfiguration, { least: number; most: number }]>([
    [
      '200/100 doubles the tasks',
      4,
      { maximumPercent: 200, minimumHealthyPercent: 100 },
      { least: 4, most: 8 },
    ],
    ['150/100 goes in halves', 4, { maximumPercent: 150, minimumHealthyPercent: 100 }, { least: 4, most: 6 }],
    [
      '100/50 stops before it starts',
      4,
      { maximumPercent: 100, minimumHealthyPercent: 50 },
      { least: 2, most: 4 },
    ],
    ['100/0 may stop all', 3, { maximumPercent: 100, minimumHealthyPercent: 0 }, { least: 0, most: 3 }],
  ])('%s, and keeps to its bounds', async (_name, desiredCount, deploymentConfiguration, { least, most }) => {
    const service = await fixture.running(undefined, deploymentConfiguration, { desiredCount });
    await fixture.update(service, { taskDefinition: await fixture.taskDefinition('repository/web:2') });
    const running: number[] = [];
    const total: number[] = [];
    for (let second = 0; second < 180; second += 5) {
      const { runningCount, pendingCount } = await fixture.describe(service);
      running.push(runningCount!);
      total.push(runningCount! + pendingCount!);
      await fixture.advance(5000);
    }
    expect(Math.min(...running)).toBe(least);
    expect(Math.max(...total)).toBe(most);
    expect(await fixture.deployment(service)).toMatchObject({ status: 'SUCCESSFUL' });
    expect(await fixture.describe(service)).toMatchObject({
      runningCount: desiredCount,
      deployments: [{ status: 'PRIMARY', rolloutState: 'COMPLETED', runningCount: desiredCount }],
    });
  });

  test.each([
    ['before it ends', 'BLOCKING', 0],
    ['after it has ended', 'DEFERRED', 1],
  ] as const)(
    'with early success criteria ends when so many tasks are healthy, and stops the former ones %s',
    async (_when, sourceServiceRevisionCleanup, formerRevisions) => {
      const service = await fixture.running(
        undefined,
        {
          maximumPercent: 125,
          minimumHealthyPercent: 50,
          earlySuccessCriteria: { enable: true, healthyPercent: 50, sourceServiceRevisionCleanup },
        },
        { desiredCount: 4 },
      );
      await fixture.update(service, { taskDefinition: await fixture.taskDefinition('repository/web:2') });
      let atEnd: ServiceDeployment;
      do {
        await fixture.advance(1000);
        atEnd = await fixture.deployment(service);
      } while (atEnd.status !== 'SUCCESSFUL');
      const [source] = atEnd.sourceServiceRevisions!;
      expect(Math.sign(source!.runningTaskCount!)).toBe(formerRevisions);
      expect(atEnd.targetServiceRevision!.runningTaskCount).toBeLessThan(4);
      await fixture.advance(2 * MINUTE);
      expect(await fixture.describe(service)).toMatchObject({
        runningCount: 4,
        deployments: [{ status: 'PRIMARY', rolloutState: 'COMPLETED', runningCount: 4 }],
      });
    },
  );

  test('replaces targets in the one target group', async () => {
    const targetGroupArn = await fixture.targetGroup();
    await fixture.rule([[targetGroupArn, 1]]);
    const loadBalancers = [{ targetGroupArn, containerName: 'Main', containerPort: 80 }];
    const service = await fixture.running(undefined, {}, { loadBalancers });
    const before = await fixture.targets(targetGroupArn);
    await fixture.update(service, { forceNewDeployment: true });
    await fixture.advance(5 * MINUTE);
    const after = await fixture.targets(targetGroupArn);
    expect(after).toHaveLength(2);
    expect(after).not.toEqual(before);
    expect(
      messages(await fixture.describe(service)).map((message) =>
        message.replace(/\(task [^)]*\)|\d{19}/g, '_'),
      ),
    ).toEqual([
      'has started 2 tasks: _ _.',
      `registered 2 targets in (target-group ${targetGroupArn})`,
      '(deployment ecs-svc/_) deployment completed.',
      'has reached a steady state.',
      'has started 2 tasks: _ _.',
      `registered 2 targets in (target-group ${targetGroupArn})`,
      'has stopped 2 running tasks: _ _.',
      '(deployment ecs-svc/_) deployment completed.',
      'has reached a steady state.',
      `deregistered 2 targets in (target-group ${targetGroupArn})`,
      'has begun draining connections on 2 tasks.',
    ]);
  });

  test('that fails starts tasks of the last good revision again', async () => {
    const service = await fixture.running(undefined, {
      maximumPercent: 100,
      minimumHealthyPercent: 0,
      deploymentCircuitBreaker: { enable: true, rollback: true },
    });
    await fixture.update(service, {
      taskDefinition: await fixture.taskDefinition('repository/web:cannot-pull'),
    });
    await fixture.advance(MINUTE);
    expect((await fixture.describe(service)).runningCount).toBe(0);
    await fixture.advance(20 * MINUTE);
    expect((await fixture.deployment(service)).status).toBe('ROLLBACK_SUCCESSFUL');
    expect(await fixture.describe(service)).toMatchObject({
      runningCount: 2,
      taskDefinition: service.taskDefinition,
      deployments: [{ status: 'PRIMARY', taskDefinition: service.taskDefinition }],
    });
  });

  test('without a circuit breaker tries for ever, ever less often', async () => {
    const service = await fixture.running(
      undefined,
      {},
      {
        taskDefinition: await fixture.taskDefinition('repository/web:exits'),
        desiredCount: 1,
      },
    );
    await fixture.advance(60 * MINUTE);
    expect(await fixture.deployment(service)).toMatchObject({
      status: 'IN_PROGRESS',
      deploymentCircuitBreaker: { status: 'DISABLED' },
    });
    const { events } = await fixture.describe(service);
    const started = events!
      .filter(({ message }) => message!.includes('has started'))
      .map(({ createdAt }) => createdAt!);
    const gaps = started.slice(0, -1).map((later, index) => later.getTime() - started[index + 1]!.getTime());
    expect(gaps[0]).toBeGreaterThan(10 * MINUTE);
    expect(gaps.at(-1)).toBeLessThan(MINUTE);
    expect(messages({ events })).toContainEqual(
      expect.stringContaining('is unable to consistently start tasks successfully'),
    );
  });

  test('that is overtaken by another stops, and the last one wins', async () => {
    const service = await fixture.running(undefined, {});
    for (const image of ['repository/web:2', 'repository/web:3']) {
      await fixture.update(service, { taskDefinition: await fixture.taskDefinition(image) });
      await fixture.advance(15_000);
    }
    await fixture.advance(5 * MINUTE);
    expect((await fixture.deployments(service)).map(({ status }) => status)).toEqual([
      'SUCCESSFUL',
      'STOPPED',
      'SUCCESSFUL',
    ]);
    const images = (await fixture.tasks(service)).map(({ containers }) => containers![0]!.image);
    expect(images).toEqual(['repository/web:3', 'repository/web:3']);
  });

  test('bakes for as long as it is told', async () => {
    const service = await fixture.running(undefined, {});
    await fixture.update(service, {
      forceNewDeployment: true,
      deploymentConfiguration: { bakeTimeInMinutes: 10 },
    });
    await fixture.advance(9 * MINUTE);
    expect(await fixture.deployment(service)).toMatchObject({
      status: 'IN_PROGRESS',
      lifecycleStage: 'BAKE_TIME',
    });
    await fixture.advance(3 * MINUTE);
    expect(await fixture.deployment(service)).toMatchObject({ status: 'SUCCESSFUL' });
  });
});

describe('scaling', () => {
  test.each([
    ['out', 2, 5],
    ['in', 5, 1],
    ['to zero', 2, 0],
  ])('%s makes no deployment', async (_direction, from, to) => {
    const service = await fixture.running(undefined, {}, { desiredCount: from });
    await fixture.update(service, { desiredCount: to });
    await fixture.advance(5 * MINUTE);
    const described = await fixture.describe(service);
    expect(described).toMatchObject({ desiredCount: to, runningCount: to, pendingCount: 0 });
    expect(described.events![0]!.message).toContain('has reached a steady state.');
    expect(await fixture.deployments(service)).toHaveLength(1);
  });
});
