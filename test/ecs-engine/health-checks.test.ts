/** Health checks of target groups: what counts as healthy, and what happens when they are changed under tasks. */
import type { Service } from '@aws-sdk/client-ecs';
import {
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupCommand,
  type CreateTargetGroupCommandInput,
  type ModifyTargetGroupCommandInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { addressOf, Fixture, loadBalancerOf, messages, MINUTE } from './fixture';

let fixture: Fixture;
/** Through the endpoint, so that ECS learns of changes. */
let elb: ElasticLoadBalancingV2Client;
beforeAll(async () => {
  fixture = await Fixture.start();
  elb = new ElasticLoadBalancingV2Client(fixture.aws.clientOptions());
});
afterAll(() => fixture.close());

/** State of the targets of a target group. */
async function states(TargetGroupArn: string): Promise<(string | undefined)[]> {
  const { TargetHealthDescriptions } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
  return TargetHealthDescriptions!.map(({ TargetHealth }) => TargetHealth?.State);
}

/**
 * One task of an image behind a target group of its own, a while after its start.
 *
 * @param beside ARN of a target group that has all requests of the rule.
 */
async function running(
  image: string,
  settings: Partial<CreateTargetGroupCommandInput> = {},
  beside?: string,
): Promise<{ service: Service; targetGroupArn: string }> {
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({
      Name: fixture.name('checked'),
      VpcId: fixture.vpc,
      Protocol: 'HTTP',
      Port: 80,
      TargetType: 'ip',
      HealthCheckPath: '/old',
      HealthCheckIntervalSeconds: 10,
      HealthyThresholdCount: 2,
      UnhealthyThresholdCount: 3,
      ...settings,
    }),
  );
  const targetGroupArn = TargetGroups![0]!.TargetGroupArn!;
  await fixture.rule(
    beside === undefined
      ? [[targetGroupArn, 1]]
      : [
          [beside, 1],
          [targetGroupArn, 0],
        ],
  );
  const { advancedConfiguration: _none, ...loadBalancer } = loadBalancerOf({
    blue: '',
    green: targetGroupArn,
    production: '',
    test: '',
  });
  const service = await fixture.create(
    await fixture.input(
      undefined,
      {},
      {
        taskDefinition: await fixture.taskDefinition(image),
        loadBalancers: [loadBalancer],
        desiredCount: 1,
        healthCheckGracePeriodSeconds: 60,
      },
    ),
  );
  await fixture.advance(60_000);
  return { service, targetGroupArn };
}

test.each([
  ['1', 'healthy'],
  ['knows-new', 'unhealthy'],
])('behind weight 0, beside another service, %s is %s', async (image, state) => {
  const other = await running('web:1');
  const { targetGroupArn } = await running(`web:${image}`, {}, other.targetGroupArn);
  expect(await states(targetGroupArn)).toEqual([state]);
});

test.each<[string, Partial<CreateTargetGroupCommandInput>, string]>([
  ['knows-old', {}, 'healthy'],
  ['knows-new', {}, 'unhealthy'],
  ['knows-new', { Matcher: { HttpCode: '200,400-404' } }, 'healthy'],
  ['1', { ProtocolVersion: 'HTTP2' }, 'healthy'],
  ['http1', { ProtocolVersion: 'HTTP2' }, 'unhealthy'],
  ['http1', {}, 'healthy'],
  ['1', { ProtocolVersion: 'GRPC', HealthCheckPath: undefined }, 'unhealthy'],
  ['https', { HealthCheckProtocol: 'HTTPS' }, 'healthy'],
  ['https', {}, 'unhealthy'],
  ['1', { HealthCheckProtocol: 'HTTPS' }, 'unhealthy'],
  ['grpc', {}, 'unhealthy'],
  ['grpc', { ProtocolVersion: 'GRPC', HealthCheckPath: undefined }, 'healthy'],
  [
    'grpc',
    { ProtocolVersion: 'GRPC', HealthCheckPath: '/grpc.health.v1.Health/Check', Matcher: { GrpcCode: '0' } },
    'healthy',
  ],
  ['grpc', { ProtocolVersion: 'GRPC', Matcher: { GrpcCode: '12' } }, 'unhealthy'],
])('a task tagged %s behind a target group with %j is %s', async (tag, settings, state) => {
  const { targetGroupArn } = await running(`repository/web:${tag}`, settings);
  expect(await states(targetGroupArn)).toEqual([state]);
});

describe('a health check that is changed under running tasks', () => {
  const change = (TargetGroupArn: string, settings: Partial<ModifyTargetGroupCommandInput>) =>
    elb.send(new ModifyTargetGroupCommand({ TargetGroupArn, ...settings }));

  test('makes those unhealthy that fail it, after as many checks as are tolerated, and ECS replaces them', async () => {
    const { service, targetGroupArn } = await running('repository/web:knows-old');
    await fixture.advance(MINUTE);
    const [before] = await fixture.tasks(service);
    await change(targetGroupArn, { HealthCheckPath: '/new' });
    await fixture.advance(29_000);
    expect(await states(targetGroupArn)).toEqual(['healthy']);
    expect(await fixture.tasks(service)).toHaveLength(1);
    await fixture.advance(2_000);
    const [stopped] = await fixture.tasks(service, 'STOPPED');
    expect(stopped).toMatchObject({
      taskArn: before!.taskArn,
      stoppedReason: `Task failed ELB health checks in (target-group ${targetGroupArn})`,
    });
    expect(messages(await fixture.describe(service))).toContain(
      `(port 80) is unhealthy in (target-group ${targetGroupArn}) due to (reason Health checks failed with these codes: [404]).`,
    );
    await fixture.advance(MINUTE);
    const [after] = await fixture.tasks(service);
    expect(addressOf(after!)).not.toBe(addressOf(before!));
  });

  test('leaves those healthy that pass it', async () => {
    const { service, targetGroupArn } = await running('repository/web:1');
    await change(targetGroupArn, { HealthCheckPath: '/new' });
    const [before] = await fixture.tasks(service);
    await fixture.advance(5 * MINUTE);
    expect(await states(targetGroupArn)).toEqual(['healthy']);
    expect((await fixture.tasks(service)).map(({ taskArn }) => taskArn)).toEqual([before!.taskArn]);
  });

  test('and changed back in time does no harm', async () => {
    const { service, targetGroupArn } = await running('repository/web:knows-old');
    await fixture.advance(MINUTE);
    await change(targetGroupArn, { HealthCheckPath: '/new' });
    await fixture.advance(20_000);
    await change(targetGroupArn, { HealthCheckPath: '/old' });
    await fixture.advance(5 * MINUTE);
    expect(await states(targetGroupArn)).toEqual(['healthy']);
    expect(await fixture.tasks(service, 'STOPPED')).toEqual([]);
  });

  test('makes those healthy that passed none before, while their grace lasts', async () => {
    const { service, targetGroupArn } = await running('repository/web:knows-new');
    expect(await states(targetGroupArn)).toEqual(['unhealthy']);
    await change(targetGroupArn, { HealthCheckPath: '/new' });
    await fixture.advance(20_000);
    expect(await states(targetGroupArn)).toEqual(['healthy']);
    await fixture.advance(5 * MINUTE);
    expect(await fixture.tasks(service, 'STOPPED')).toEqual([]);
    expect((await fixture.deployment(service)).status).toBe('SUCCESSFUL');
  });
});
