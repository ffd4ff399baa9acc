import {
  DescribeTasksCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  StopTaskCommand,
  type ContainerDefinition,
  type Service,
} from '@aws-sdk/client-ecs';
import { DeleteRuleCommand, DeleteTargetGroupCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { createEcs } from '../../local/ecs';
import type { HttpRequest, Structure, TaskNetwork } from '../../local/service';
import { addressOf, Fixture, MINUTE } from './fixture';

let fixture: Fixture;
let targetGroupArn: string;
beforeAll(async () => {
  fixture = await Fixture.start();
  targetGroupArn = await fixture.targetGroup();
  await fixture.rule([[targetGroupArn, 1]]);
});
afterAll(() => fixture.close());

/** A service behind the target group whose one container has this definition. */
async function service(container: Partial<ContainerDefinition>, desiredCount = 1): Promise<Service> {
  const { taskDefinition } = await fixture.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'tasks',
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      containerDefinitions: [
        { name: 'Main', image: 'repository/web:1', portMappings: [{ containerPort: 80 }], ...container },
      ],
    }),
  );
  const input = await fixture.input(
    undefined,
    {},
    {
      desiredCount,
      taskDefinition: taskDefinition!.taskDefinitionArn,
      loadBalancers: [{ targetGroupArn, containerName: 'Main', containerPort: 80 }],
      tags: [{ key: 'team', value: 'a' }],
      propagateTags: 'SERVICE',
      enableECSManagedTags: true,
    },
  );
  return fixture.create(input);
}

test('a task goes through its life, and holds a network interface all along', async () => {
  const created = await service({});
  await fixture.advance(2000);
  const [{ taskArn }] = (await fixture.tasks(created)) as [{ taskArn: string }];
  const describe = async () =>
    (await fixture.ecs.send(new DescribeTasksCommand({ tasks: [taskArn] }))).tasks![0]!;
  const life: string[] = [];
  const follow = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      const { lastStatus, attachments } = await describe();
      const at = `${lastStatus} ${attachments![0]!.status}`;
      if (life.at(-1) !== at) life.push(at);
      await fixture.advance(1000);
    }
  };
  await follow(60);
  expect(await describe()).toMatchObject({
    desiredStatus: 'RUNNING',
    group: `service:${created.serviceName}`,
    startedBy: created.deployments![0]!.id,
    launchType: 'FARGATE',
    platformVersion: '1.4.0',
    containers: [{ name: 'Main', lastStatus: 'RUNNING' }],
    startedAt: expect.any(Date),
  });
  await fixture.ecs.send(new StopTaskCommand({ task: taskArn, reason: 'maintenance' }));
  await follow(80);
  expect(life).toEqual([
    'PROVISIONING PRECREATED',
    'PENDING ATTACHED',
    'ACTIVATING ATTACHED',
    'RUNNING ATTACHED',
    'DEACTIVATING ATTACHED',
    'STOPPING ATTACHED',
    'DEPROVISIONING ATTACHED',
    'STOPPED DELETED',
  ]);
  expect(await describe()).toMatchObject({
    stopCode: 'UserInitiated',
    stoppedReason: 'maintenance',
    containers: [{ lastStatus: 'STOPPED', exitCode: 143 }],
  });
  expect((await fixture.describe(created)).runningCount).toBe(1);
});

test('tasks spread over subnets, with addresses of their own, and carry tags', async () => {
  const created = await service({}, 4);
  await fixture.advance(2 * MINUTE);
  const tasks = await fixture.tasks(created);
  const subnets = tasks.map(
    (task) => task.attachments![0]!.details!.find(({ name }) => name === 'subnetId')!.value,
  );
  expect(subnets.sort()).toEqual([...fixture.subnets, ...fixture.subnets].sort());
  expect(new Set(tasks.map(addressOf)).size).toBe(4);
  expect(tasks[0]!.tags).toEqual([
    { key: 'aws:ecs:clusterName', value: 'default' },
    { key: 'aws:ecs:serviceName', value: created.serviceName },
    { key: 'team', value: 'a' },
  ]);
});

describe('a task stops', () => {
  test.each<[string, Partial<ContainerDefinition>, object]>([
    [
      'when its image cannot be pulled',
      { image: 'repository/web:cannot-pull' },
      {
        stopCode: 'TaskFailedToStart',
        stoppedReason: expect.stringMatching(
          /^CannotPullContainerError: .*repository\/web:cannot-pull: not found$/,
        ),
        containers: [{ reason: expect.stringContaining('CannotPullContainerError') }],
      },
    ],
    [
      'when its essential container exits',
      { image: 'repository/web:exits' },
      {
        stopCode: 'EssentialContainerExited',
        stoppedReason: 'Essential container in task exited',
        containers: [{ exitCode: 1 }],
      },
    ],
    [
      "when the load balancer's health checks fail",
      { image: 'repository/web:unhealthy' },
      {
        stopCode: 'ServiceSchedulerInitiated',
        stoppedReason: expect.stringMatching(/^Task failed ELB health checks in \(target-group arn:.*\)$/),
      },
    ],
    [
      "when the container's own health checks fail",
      {
        image: 'repository/web:unhealthy',
        portMappings: [{ containerPort: 80 }],
        healthCheck: { command: ['CMD', 'true'], interval: 5, retries: 2 },
      },
      { stoppedReason: 'Task failed container health checks', healthStatus: 'UNHEALTHY' },
    ],
  ])('%s', async (_when, container, expected) => {
    const created = await service(container);
    await fixture.advance(70_000);
    const stopped = await fixture.tasks(created, 'STOPPED');
    expect(stopped[0]).toMatchObject(expected);
    await fixture.update(created, { desiredCount: 0 });
  });

  test('but not for failing health checks in its grace period', async () => {
    const created = await service({ image: 'repository/web:slow' });
    await fixture.update(created, { healthCheckGracePeriodSeconds: 300 });
    await fixture.advance(5 * MINUTE);
    expect(await fixture.tasks(created, 'STOPPED')).toEqual([]);
    expect(await fixture.deployment(created)).toMatchObject({ status: 'SUCCESSFUL' });
    await fixture.update(created, { desiredCount: 0 });
  });

  test('and is forgotten an hour later', async () => {
    const created = await service({});
    await fixture.advance(MINUTE);
    await fixture.update(created, { desiredCount: 0 });
    await fixture.advance(2 * MINUTE);
    expect(await fixture.tasks(created, 'STOPPED')).toHaveLength(1);
    await fixture.advance(61 * MINUTE);
    expect(await fixture.tasks(created, 'STOPPED')).toEqual([]);
  });
});

test('tasks can be listed by service, family and status, in pages', async () => {
  const created = await service({}, 3);
  await fixture.advance(MINUTE);
  const list = async (input: object) =>
    fixture.ecs.send(new ListTasksCommand({ serviceName: created.serviceName, ...input }));
  expect((await list({})).taskArns).toHaveLength(3);
  expect((await list({ family: 'other' })).taskArns).toEqual([]);
  expect((await list({ desiredStatus: 'STOPPED' })).taskArns).toEqual([]);
  const first = await list({ maxResults: 2 });
  const second = await list({ maxResults: 2, nextToken: first.nextToken });
  expect([first.taskArns!.length, second.taskArns!.length, second.nextToken]).toEqual([2, 1, undefined]);
  const { failures } = await fixture.ecs.send(new DescribeTasksCommand({ tasks: ['nothing'] }));
  expect(failures).toMatchObject([{ reason: 'MISSING' }]);
});

describe('the network of tasks', () => {
  const scope = { service: 'ecs', region: 'us-east-1', accountId: '123456789012', accessKeyId: 'local' };
  const get = (path: string): HttpRequest => ({
    protocolVersion: 'HTTP1',
    method: 'GET',
    path,
    query: '',
    headers: {},
    body: Buffer.alloc(0),
  });

  interface Running {
    readonly network: TaskNetwork;
    readonly address: string;
    call(operation: string, input: Structure): Promise<Structure>;
  }

  /** An engine of its own, whose network is at hand, with one running task of this image. */
  async function running(image: string, healthCheckGracePeriodSeconds = 0): Promise<Running> {
    const { clock, answers, moto } = fixture.aws;
    const { service: ecs, network } = createEcs({ clock, answers, motoOptions: moto.clientOptions });
    const call = (operation: string, input: Structure) => ecs.handle({ ...scope, operation, input });
    await call('CreateCluster', {});
    await call('RegisterTaskDefinition', {
      family: 'web',
      networkMode: 'awsvpc',
      containerDefinitions: [{ name: 'Main', image, portMappings: [{ containerPort: 80 }] }],
    });
    await call('CreateService', {
      serviceName: 'web',
      taskDefinition: 'web',
      desiredCount: 1,
      launchType: 'FARGATE',
      networkConfiguration: {
        awsvpcConfiguration: { subnets: fixture.subnets, securityGroups: [fixture.securityGroup] },
      },
      loadBalancers: [{ targetGroupArn, containerName: 'Main', containerPort: 80 }],
      healthCheckGracePeriodSeconds,
    });
    await fixture.advance(25_000);
    const { taskArns } = await call('ListTasks', {});
    const { tasks } = await call('DescribeTasks', { tasks: taskArns });
    return { network, call, address: addressOf(tasks[0]) };
  }

  test.each([
    ['1', '/', 200, '/ping', 200],
    ['errors', '/', 500, '/ping', 200],
    ['unhealthy', '/', 200, '/ping', 503],
  ])('answers for an image tagged %s', async (tag, path, status, healthCheckPath, healthCheckStatus) => {
    const { network, address } = await running(`repository/web:${tag}`);
    const answer = await network.request(address, 80, get(path));
    expect(answer).toMatchObject({ status, headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(String(answer!.body))).toMatchObject({
      image: `repository/web:${tag}`,
      taskDefinition: 'web:1',
      task: expect.stringMatching(/^[0-9a-f]{32}$/),
      path,
    });
    expect(await network.request(address, 80, get(healthCheckPath))).toMatchObject({
      status: healthCheckStatus,
    });
    expect(await network.request(address, 81, get('/'))).toBeUndefined();
    expect(await network.request('10.0.0.250', 80, get('/'))).toBeUndefined();
  });

  test('tells the health of targets over time', async () => {
    const { network, address } = await running('repository/web:1');
    const health = () => network.targetHealth(targetGroupArn, address, 80)?.State;
    expect(health()).toBe('initial');
    await fixture.advance(20_000);
    expect(health()).toBe('healthy');
    expect(network.targetHealth(targetGroupArn, address, 81)).toBeUndefined();
    expect(network.targetHealth('other', address, 80)).toBeUndefined();
    expect(network.targetHealth(targetGroupArn, '10.0.0.250', 80)).toBeUndefined();
  });

  test('tells why a target is unhealthy, and that one is draining', async () => {
    const { network, address } = await running('repository/web:unhealthy', 60);
    await fixture.advance(20_000);
    expect(network.targetHealth(targetGroupArn, address, 80)).toEqual({
      State: 'unhealthy',
      Reason: 'Target.ResponseCodeMismatch',
      Description: 'Health checks failed with these codes: [503]',
    });
    await fixture.advance(40_000);
    expect(network.targetHealth(targetGroupArn, address, 80)).toMatchObject({ State: 'draining' });
    await fixture.advance(2 * MINUTE);
    expect(network.targetHealth(targetGroupArn, address, 80)).toBeUndefined();
  });

  test('holds security groups as long as a task has a network interface', async () => {
    const { network, call } = await running('repository/web:1');
    expect([...network.securityGroupsInUse()]).toEqual([fixture.securityGroup]);
    await call('DeleteService', { service: 'web', force: true });
    await fixture.advance(65_000);
    expect((await call('DescribeServices', { services: ['web'] })).services[0].status).toBe('INACTIVE');
    expect([...network.securityGroupsInUse()]).toEqual([fixture.securityGroup]);
    await fixture.advance(10_000);
    expect([...network.securityGroupsInUse()]).toEqual([]);
  });
});

test('an event that says the same again is left out for six hours, while its cause is there', async () => {
  const group = await fixture.targetGroup();
  const rule = await fixture.rule([[group, 1]]);
  const input = await fixture.input(
    undefined,
    {},
    {
      desiredCount: 1,
      loadBalancers: [{ targetGroupArn: group, containerName: 'Main', containerPort: 80 }],
    },
  );
  const created = await fixture.create(input);
  await fixture.elb.send(new DeleteRuleCommand({ RuleArn: rule }));
  await fixture.elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: group }));
  /** Times of the complaints. */
  const seen = new Set<number>();
  for (let hour = 0; hour < 8; hour++) {
    await fixture.advance(60 * MINUTE);
    const { events } = await fixture.describe(created);
    for (const { message, createdAt } of events!) {
      if (message!.includes('failed to register targets')) seen.add(createdAt!.getTime());
    }
  }
  const [first, second, ...more] = [...seen].sort();
  expect(second! - first!).toBeGreaterThanOrEqual(6 * 60 * MINUTE);
  expect(more).toEqual([]);
});
