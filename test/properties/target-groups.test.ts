/** Settings of the target groups, end to end. */
import { DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs';
import {
  DeleteRuleCommand,
  DescribeRulesCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Structure } from '../../local/service';
import { requestHost } from '../../local/http-request';
import { callGrpc } from '../support/http2-request';
import { whileRequested } from '../moves/steady-requests';
import { TYPE_NAME } from '../support/account';
import { Driver } from '../support/driver';
import { testProperties } from './life-of-a-property';

let driver: Driver;
let ecs: ECSClient;
let elb: ElasticLoadBalancingV2Client;
beforeAll(async () => {
  driver = await Driver.start();
  ecs = new ECSClient(driver.aws.clientOptions());
  elb = new ElasticLoadBalancingV2Client(driver.aws.clientOptions());
});
afterAll(async () => {
  ecs.destroy();
  elb.destroy();
  await driver.close();
});

async function describeService(serviceName: string): Promise<Structure> {
  const { services } = await ecs.send(new DescribeServicesCommand({ services: [serviceName] }));
  return services![0]!;
}

/** The target groups of a service with their attributes, that with the traffic first. */
async function targetGroupsOf(serviceName: string): Promise<Structure[]> {
  const { loadBalancers } = await describeService(serviceName);
  const { targetGroupArn, advancedConfiguration: advanced } = loadBalancers[0];
  const { Rules } = await elb.send(new DescribeRulesCommand({ RuleArns: [advanced.productionListenerRule] }));
  const weighted = Rules![0]!.Actions![0]!.ForwardConfig!.TargetGroups!;
  const { TargetGroups = [] } = await elb.send(
    new DescribeTargetGroupsCommand({ TargetGroupArns: [targetGroupArn, advanced.alternateTargetGroupArn] }),
  );
  const groups = await Promise.all(
    TargetGroups.map(async (group) => {
      const { TargetGroupArn } = group;
      const { Attributes = [] } = await elb.send(
        new DescribeTargetGroupAttributesCommand({ TargetGroupArn }),
      );
      const attributes = Object.fromEntries(Attributes.map(({ Key, Value }) => [Key, Value]));
      const Weight = weighted.find((each) => each.TargetGroupArn === TargetGroupArn)!.Weight!;
      return { ...group, attributes, Weight };
    }),
  );
  return groups.sort((a, b) => b.Weight - a.Weight);
}

/** What both target groups of a service have, and whether its rule is sticky. */
async function settingsOf(serviceName: string): Promise<Structure> {
  const [serving, idle] = await targetGroupsOf(serviceName);
  const { loadBalancers } = await describeService(serviceName);
  const { Rules } = await elb.send(
    new DescribeRulesCommand({
      RuleArns: [loadBalancers[0].advancedConfiguration.productionListenerRule],
    }),
  );
  const stickiness = Rules![0]!.Actions![0]!.ForwardConfig!.TargetGroupStickinessConfig;
  return { serving, idle, ruleIsSticky: stickiness?.Enabled ?? false };
}

const both = (settings: Structure) => ({ serving: settings, idle: settings });

const defaultHealthCheck = {
  HealthCheckPath: '/',
  Matcher: { HttpCode: '200' },
  HealthCheckIntervalSeconds: 30,
  HealthCheckTimeoutSeconds: 5,
  HealthyThresholdCount: 5,
  UnhealthyThresholdCount: 2,
};
const defaultInput = {
  Matcher: '200',
  IntervalSeconds: 30,
  TimeoutSeconds: 5,
  HealthyThresholdCount: 5,
  UnhealthyThresholdCount: 2,
};
const attributes = (delay: string, sticky: string | undefined) => ({
  attributes: {
    'deregistration_delay.timeout_seconds': delay,
    'stickiness.enabled': String(sticky !== undefined),
    ...(sticky && { 'stickiness.type': 'lb_cookie', 'stickiness.lb_cookie.duration_seconds': sticky }),
  },
});

const spread = (algorithm: string, slowStart: string) => ({
  attributes: { 'load_balancing.algorithm.type': algorithm, 'slow_start.duration_seconds': slowStart },
});

/** Target groups of another protocol version are others, and have the same attributes. */
const kept = { DeregistrationDelaySeconds: 60, StickinessDurationSeconds: 60 };
const keptHeld = attributes('60', '60');

testProperties(
  () => driver,
  [
    [
      'HealthCheckPath and TargetGroupConfiguration/HealthCheck',
      {
        set: {
          HealthCheckPath: '/health',
          TargetGroupConfiguration: { HealthCheck: { Matcher: '200-299', IntervalSeconds: 5 } },
        },
        held: both({
          ...defaultHealthCheck,
          HealthCheckPath: '/health',
          Matcher: { HttpCode: '200-299' },
          HealthCheckIntervalSeconds: 5,
          HealthCheckTimeoutSeconds: 4,
        }),
        changed: {
          HealthCheckPath: '/ready',
          TargetGroupConfiguration: {
            HealthCheck: {
              Matcher: '200,404',
              IntervalSeconds: 20,
              TimeoutSeconds: 19,
              HealthyThresholdCount: 2,
              UnhealthyThresholdCount: 10,
            },
          },
        },
        changedHeld: both({
          HealthCheckPath: '/ready',
          Matcher: { HttpCode: '200,404' },
          HealthCheckIntervalSeconds: 20,
          HealthCheckTimeoutSeconds: 19,
          HealthyThresholdCount: 2,
          UnhealthyThresholdCount: 10,
        }),
        defaultHeld: both(defaultHealthCheck),
        defaultRead: { HealthCheckPath: '/', TargetGroupConfiguration: { HealthCheck: defaultInput } },
      },
    ],
    [
      'DeregistrationDelaySeconds and StickinessDurationSeconds',
      {
        set: { TargetGroupConfiguration: { DeregistrationDelaySeconds: 0, StickinessDurationSeconds: 60 } },
        held: { ...both(attributes('0', '60')), ruleIsSticky: true },
        changed: {
          TargetGroupConfiguration: { DeregistrationDelaySeconds: 30, StickinessDurationSeconds: 604800 },
        },
        changedHeld: { ...both(attributes('30', '604800')), ruleIsSticky: true },
        defaultHeld: { ...both(attributes('300', undefined)), ruleIsSticky: false },
        defaultRead: {
          TargetGroupConfiguration: { DeregistrationDelaySeconds: 300, StickinessDurationSeconds: undefined },
        },
      },
    ],
    [
      'LoadBalancingAlgorithmType and SlowStartDurationSeconds',
      {
        set: { TargetGroupConfiguration: { SlowStartDurationSeconds: 30 } },
        held: both(spread('round_robin', '30')),
        changed: { TargetGroupConfiguration: { LoadBalancingAlgorithmType: 'least_outstanding_requests' } },
        changedHeld: both(spread('least_outstanding_requests', '0')),
        defaultHeld: both(spread('round_robin', '0')),
        defaultRead: {
          TargetGroupConfiguration: {
            LoadBalancingAlgorithmType: 'round_robin',
            SlowStartDurationSeconds: 0,
          },
        },
      },
    ],
    [
      'ProtocolVersion',
      {
        set: { TargetGroupConfiguration: { ProtocolVersion: 'HTTP2', ...kept } },
        held: {
          ...both({ ...defaultHealthCheck, ProtocolVersion: 'HTTP2', ...keptHeld }),
          ruleIsSticky: true,
        },
        changed: { TargetGroupConfiguration: { ProtocolVersion: 'HTTP1', ...kept } },
        changedHeld: {
          ...both({ ...defaultHealthCheck, ProtocolVersion: 'HTTP1', ...keptHeld }),
          ruleIsSticky: true,
        },
        defaultHeld: both({ ...defaultHealthCheck, ProtocolVersion: 'HTTP1' }),
        defaultRead: { TargetGroupConfiguration: { ProtocolVersion: 'HTTP1' } },
      },
    ],
  ],
  settingsOf,
);

test('a rule that was deleted by hand is made again for the tasks that there are, sticky like them', async () => {
  const template = driver.model({
    ServiceName: 'bereft',
    ScalingTarget: { MinTaskCount: 2 },
    TargetGroupConfiguration: { StickinessDurationSeconds: 60 },
  });
  const { ServiceArn, Endpoint } = Driver.modelOf(await driver.create(template));
  const renewed = { ...template, PrimaryContainer: { Image: 'example/hello:2' } };
  const updated = Driver.modelOf(await driver.update({ ...template, ServiceArn }, renewed));
  const { ListenerRuleArn } = updated.ECSManagedResourceArns.IngressPath;
  await elb.send(new DeleteRuleCommand({ RuleArn: ListenerRuleArn }));

  Driver.modelOf(await driver.update({ ...renewed, ServiceArn }, renewed));
  const { host } = new URL(Endpoint);
  const answer = await requestHost(driver.aws.dataPlaneUrl, host);
  expect(answer.status).toBe(200);

  // A client that keeps cookies stays with its task.
  const cookie = [answer.headers['set-cookie']!]
    .flat()
    .map((each) => each.split(';')[0])
    .join('; ');
  const taskOf = ({ body }: { body: string }) => JSON.parse(body).task;
  const [kept, free] = [new Set<string>(), new Set<string>()];
  for (let request = 0; request < 6; request += 1) {
    kept.add(taskOf(await requestHost(driver.aws.dataPlaneUrl, host, { headers: { cookie } })));
    free.add(taskOf(await requestHost(driver.aws.dataPlaneUrl, host)));
  }
  expect([...kept]).toEqual([taskOf(answer)]);
  expect(free.size).toBe(2);
});

test('a gRPC service is checked as ELB does by default, and answers calls', async () => {
  const template = driver.model({
    ServiceName: 'grpc',
    PrimaryContainer: { Image: 'example/hello:grpc' },
    TargetGroupConfiguration: { ProtocolVersion: 'GRPC' },
  });
  const model = Driver.modelOf(await driver.create(template));
  expect(model).toMatchObject({
    HealthCheckPath: '/AWS.ALB/healthcheck',
    TargetGroupConfiguration: { ProtocolVersion: 'GRPC', HealthCheck: { ...defaultInput, Matcher: '12' } },
  });
  expect(await settingsOf('grpc')).toMatchObject(
    both({ ProtocolVersion: 'GRPC', Matcher: { GrpcCode: '12' } }),
  );
  const { host } = new URL(model.Endpoint);
  expect(await callGrpc(driver.aws.dataPlaneUrl, host, '/hello.Hello/Say')).toMatchObject({ grpcStatus: 0 });

  // New tasks could not pass the health checks of both for the time of the move.
  const there = await driver.inventory();
  for (const ProtocolVersion of ['HTTP1', 'HTTP2']) {
    const changed = { ...template, TargetGroupConfiguration: { ProtocolVersion } };
    expect(await driver.update(model, changed)).toMatchObject({
      status: 'FAILED',
      errorCode: 'InvalidRequest',
      message: `TargetGroupConfiguration/ProtocolVersion: cannot change from GRPC to ${ProtocolVersion}: for a while new tasks would have to pass the health checks of both. Give another ServiceName too, so that CloudFormation replaces the service.`,
    });
  }
  expect(await driver.inventory()).toEqual(there);
  // The roll-back of such an update finds nothing to do.
  const http = { ...template, TargetGroupConfiguration: {}, ServiceArn: model.ServiceArn };
  expect(Driver.modelOf(await driver.update(http, template))).toEqual(model);
});

test('a service of HTTP cannot become one of gRPC by an update', async () => {
  const template = driver.model({ ServiceName: 'http' });
  const model = Driver.modelOf(await driver.create(template));
  const changed = { ...template, TargetGroupConfiguration: { ProtocolVersion: 'GRPC' } };
  expect(await driver.update(model, changed)).toMatchObject({
    errorCode: 'InvalidRequest',
    message: expect.stringMatching(
      /^TargetGroupConfiguration\/ProtocolVersion: cannot change from HTTP1 to GRPC:/,
    ),
  });
});

describe('a change', () => {
  test('of the health check starts a deployment, of attributes none', async () => {
    const deployment = async () => (await describeService('change')).deployments[0].id;
    let template = driver.model({ ServiceName: 'change' });
    const { ServiceArn } = Driver.modelOf(await driver.create(template));
    for (const [properties, starts] of [
      [{ TargetGroupConfiguration: { DeregistrationDelaySeconds: 5 } }, false],
      [{ TargetGroupConfiguration: { StickinessDurationSeconds: 5 } }, false],
      [{ HealthCheckPath: '/ready' }, true],
    ] as const) {
      const before = await deployment();
      const changed = { ...template, ...properties };
      Driver.modelOf(await driver.update({ ...template, ServiceArn }, changed));
      expect((await deployment()) !== before).toBe(starts);
      template = changed;
    }
  });

  test.each([
    ['the health check path alone', 'hello:1', 'hello:1', '/', '/ready'],
    [
      'the path with an image of which each knows its own',
      'hello:knows-old',
      'hello:knows-new',
      '/old',
      '/new',
    ],
  ])('of %s loses no answer', async (title, oldImage, newImage, oldPath, newPath) => {
    const ServiceName = `steady-${title.length}`;
    const template = (image: string, HealthCheckPath: string) =>
      driver.model({ ServiceName, PrimaryContainer: { Image: `example/${image}` }, HealthCheckPath });
    const before = template(oldImage, oldPath);
    const { ServiceArn, Endpoint } = Driver.modelOf(await driver.create(before));
    const { HostedZoneId } = driver.aws.registry.typeConfiguration(TYPE_NAME)!;
    const { answers, result } = await whileRequested(driver.aws, new URL(Endpoint).host, HostedZoneId, () =>
      driver.update({ ...before, ServiceArn }, template(newImage, newPath)),
    );
    expect(Driver.modelOf(result).HealthCheckPath).toBe(newPath);
    expect(answers.lost).toEqual([]);
    expect(answers.bodies.join()).toContain(`"image":"example/${newImage}"`);
  });

  test('of the health check that fails leaves the target group that serves as it was', async () => {
    const template = driver.model({ ServiceName: 'failing' });
    const { ServiceArn } = Driver.modelOf(await driver.create(template));
    const previous = { ...template, ServiceArn };
    const [before] = await targetGroupsOf('failing');
    // No task answers 499.
    const failing = { ...template, TargetGroupConfiguration: { HealthCheck: { Matcher: '499' } } };
    expect(await driver.update(previous, failing)).toMatchObject({
      status: 'FAILED',
      errorCode: 'NotStabilized',
      message: expect.stringMatching(/^TargetGroupConfiguration\/HealthCheck\/Matcher: .*codes: \[200\]/),
    });
    expect(await targetGroupsOf('failing')).toMatchObject([before, { Matcher: { HttpCode: '499' } }]);

    // As CloudFormation rolls back.
    const rolledBack = await driver.update({ ...failing, ServiceArn }, template);
    expect(Driver.modelOf(rolledBack).TargetGroupConfiguration.HealthCheck).toEqual(defaultInput);
    expect(await settingsOf('failing')).toMatchObject(both(defaultHealthCheck));
  });
});

test('what was set by hand stays while the template does not change it', async () => {
  const template = driver.model({ ServiceName: 'by-hand' });
  const { ServiceArn } = Driver.modelOf(await driver.create(template));
  for (const { TargetGroupArn } of await targetGroupsOf('by-hand')) {
    const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '10' }];
    await elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }));
    await elb.send(new ModifyTargetGroupCommand({ TargetGroupArn, HealthyThresholdCount: 3 }));
  }
  const changed = {
    ...template,
    HealthCheckPath: '/ready',
    TargetGroupConfiguration: { StickinessDurationSeconds: 60 },
  };
  const model = Driver.modelOf(await driver.update({ ...template, ServiceArn }, changed));
  expect(model.TargetGroupConfiguration).toMatchObject({
    HealthCheck: { HealthyThresholdCount: 3 },
    DeregistrationDelaySeconds: 10,
    StickinessDurationSeconds: 60,
  });
  expect(await settingsOf('by-hand')).toMatchObject(
    both({
      HealthCheckPath: '/ready',
      HealthyThresholdCount: 3,
      attributes: attributes('10', '60').attributes,
    }),
  );
});
