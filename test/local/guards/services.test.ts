import {
  DescribeScalableTargetsCommand,
  paginateDescribeScalableTargets,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import {
  CloudWatchClient,
  ListTagsForResourceCommand as ListTagsOfAlarmCommand,
} from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, ListTagsForResourceCommand } from '@aws-sdk/client-cloudwatch-logs';
import { AuthorizeSecurityGroupIngressCommand, DeleteSecurityGroupCommand } from '@aws-sdk/client-ec2';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  CreateHttpNamespaceCommand,
  CreateServiceCommand as CreateDiscoveryServiceCommand,
  DeleteNamespaceCommand,
  DeleteServiceCommand as DeleteDiscoveryServiceCommand,
  ListNamespacesCommand,
  ListOperationsCommand,
  ServiceDiscoveryClient,
} from '@aws-sdk/client-servicediscovery';
import {
  aws,
  ec2,
  ecs,
  elb,
  forwardTo,
  listener,
  loadBalancer,
  rule,
  scaling,
  securityGroup,
  subnets,
  targetGroup,
  useLocalAws,
} from './fixture';

useLocalAws();

/** A service whose one task runs, is registered and has been healthy for long. */
async function service(name: string, TargetGroupArn: string, group: string): Promise<void> {
  await ecs.send(new CreateClusterCommand({ clusterName: 'cluster' }));
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: name,
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [
        { name: 'Main', image: 'example/app:v1', portMappings: [{ containerPort: 80 }] },
      ],
    }),
  );
  await ecs.send(
    new CreateServiceCommand({
      cluster: 'cluster',
      serviceName: name,
      taskDefinition: taskDefinition!.taskDefinitionArn,
      desiredCount: 1,
      launchType: 'FARGATE',
      loadBalancers: [{ targetGroupArn: TargetGroupArn, containerName: 'Main', containerPort: 80 }],
      networkConfiguration: {
        awsvpcConfiguration: { subnets: subnets.slice(0, 2), securityGroups: [group] },
      },
    }),
  );
}

describe('services', () => {
  /** States that the targets of a service go through in some minutes. */
  async function statesOf(TargetGroupArn: string): Promise<(string | undefined)[]> {
    const seen = new Set<string | undefined>();
    for (let look = 0; look < 20; look++) {
      const { TargetHealthDescriptions } = await elb.send(
        new DescribeTargetHealthCommand({ TargetGroupArn }),
      );
      for (const { TargetHealth } of TargetHealthDescriptions!) seen.add(TargetHealth!.State);
      await aws.clock.advance(15_000);
    }
    return [...seen];
  }

  test('their targets become healthy in the time of the health check', async () => {
    const TargetGroupArn = await targetGroup('group');
    await rule(await listener(await loadBalancer()), 1, forwardTo(TargetGroupArn));
    const group = await securityGroup('app');
    await ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: group,
        IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
      }),
    );
    await service('app', TargetGroupArn, group);
    expect(await statesOf(TargetGroupArn)).toEqual(['initial', 'healthy']);
  });

  test('their targets never become healthy when security groups keep the load balancer away', async () => {
    const TargetGroupArn = await targetGroup('group');
    await rule(await listener(await loadBalancer()), 1, forwardTo(TargetGroupArn));
    await service('app', TargetGroupArn, await securityGroup('closed'));
    const states = await statesOf(TargetGroupArn);
    expect(states).toContain('initial');
    expect(states).not.toContain('healthy');
  });

  test('the security group of a running task cannot be deleted', async () => {
    const TargetGroupArn = await targetGroup('group');
    await rule(await listener(await loadBalancer()), 1, forwardTo(TargetGroupArn));
    const GroupId = await securityGroup('app');
    await service('app', TargetGroupArn, GroupId);
    await aws.clock.advance(60_000);
    await expect(ec2.send(new DeleteSecurityGroupCommand({ GroupId }))).rejects.toMatchObject({
      name: 'DependencyViolation',
    });
    await ecs.send(new DeleteServiceCommand({ cluster: 'cluster', service: 'app', force: true }));
    await aws.clock.advance(3_600_000);
    await ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
  });

  test('a scalable target whose bounds leave out the count of its service moves the count', async () => {
    const TargetGroupArn = await targetGroup('group');
    await rule(await listener(await loadBalancer()), 1, forwardTo(TargetGroupArn));
    await service('app', TargetGroupArn, await securityGroup('app'));
    const countAfter = async (MinCapacity: number, MaxCapacity: number) => {
      await scaling.send(
        new RegisterScalableTargetCommand({
          ServiceNamespace: 'ecs',
          ScalableDimension: 'ecs:service:DesiredCount',
          ResourceId: 'service/cluster/app',
          MinCapacity,
          MaxCapacity,
        }),
      );
      const { services } = await ecs.send(
        new DescribeServicesCommand({ cluster: 'cluster', services: ['app'] }),
      );
      return services![0]!.desiredCount;
    };
    expect(await countAfter(1, 3)).toBe(1);
    expect(await countAfter(4, 9)).toBe(4);
    expect(await countAfter(1, 2)).toBe(2);
    aws.answers.give({ 'application-autoscaling.bounds-move-count': false });
    expect(await countAfter(5, 9)).toBe(2);
  });

  test('what is not there has no tags', async () => {
    const arn = (kind: string) => `arn:aws:${kind}:none`;
    const logs = new CloudWatchLogsClient(aws.clientOptions());
    const cloudWatch = new CloudWatchClient(aws.clientOptions());
    await expect(
      logs.send(
        new ListTagsForResourceCommand({ resourceArn: arn('logs:us-east-1:123456789012:log-group') }),
      ),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(
      cloudWatch.send(
        new ListTagsOfAlarmCommand({ ResourceARN: arn('cloudwatch:us-east-1:123456789012:alarm') }),
      ),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('scalable targets are told page by page', async () => {
    const TargetGroupArn = await targetGroup('group');
    await rule(await listener(await loadBalancer()), 1, forwardTo(TargetGroupArn));
    const GroupId = await securityGroup('app');
    const resources = ['one', 'two', 'three'].map((name) => `service/cluster/${name}`);
    for (const ResourceId of resources) {
      await service(ResourceId.slice('service/cluster/'.length), TargetGroupArn, GroupId);
      await scaling.send(
        new RegisterScalableTargetCommand({
          ServiceNamespace: 'ecs',
          ScalableDimension: 'ecs:service:DesiredCount',
          ResourceId,
          MinCapacity: 1,
          MaxCapacity: 3,
        }),
      );
    }
    const pages = paginateDescribeScalableTargets(
      { client: scaling, pageSize: 1, stopOnSameToken: true },
      { ServiceNamespace: 'ecs' },
    );
    const told: unknown[] = [];
    for await (const { ScalableTargets } of pages)
      told.push(ScalableTargets!.map(({ ResourceId }) => ResourceId));
    expect(told).toEqual(resources.map((resource) => [resource]));
  });

  test('only what exists can be a scalable target', async () => {
    const TargetGroupArn = await targetGroup('group');
    await rule(await listener(await loadBalancer()), 1, forwardTo(TargetGroupArn));
    await service('app', TargetGroupArn, await securityGroup('app'));
    const register = (ResourceId: string) =>
      scaling.send(
        new RegisterScalableTargetCommand({
          ServiceNamespace: 'ecs',
          ScalableDimension: 'ecs:service:DesiredCount',
          ResourceId,
          MinCapacity: 1,
          MaxCapacity: 3,
        }),
      );
    await register('service/cluster/app');
    await register('service/cluster/app');
    const { ScalableTargets } = await scaling.send(
      new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs' }),
    );
    expect(ScalableTargets).toMatchObject([{ ResourceId: 'service/cluster/app', MaxCapacity: 3 }]);
    for (const unknown of ['service/cluster/none', 'service/none/app']) {
      await expect(register(unknown)).rejects.toMatchObject({
        name: 'ValidationException',
        message: `ECS service doesn't exist: ${unknown}`,
      });
    }
    await expect(register('app')).rejects.toMatchObject({
      message: expect.stringContaining('service/<cluster>/<service>'),
    });
  });
});

describe('namespaces of Cloud Map', () => {
  let cloudMap: ServiceDiscoveryClient;

  beforeAll(() => {
    cloudMap = new ServiceDiscoveryClient({ ...aws.clientOptions(), maxAttempts: 1 });
  });
  afterAll(() => cloudMap.destroy());

  const create = (Name: string) => cloudMap.send(new CreateHttpNamespaceCommand({ Name }));

  async function unfinished(): Promise<number> {
    const Filters = [
      { Name: 'TYPE' as const, Values: ['CREATE_NAMESPACE'] },
      { Name: 'STATUS' as const, Values: ['SUBMITTED', 'PENDING'], Condition: 'IN' as const },
    ];
    const { Operations } = await cloudMap.send(new ListOperationsCommand({ Filters }));
    return Operations!.length;
  }

  async function namespaceId(name: string): Promise<string | undefined> {
    const Filters = [{ Name: 'NAME' as const, Values: [name] }];
    const { Namespaces } = await cloudMap.send(new ListNamespacesCommand({ Filters }));
    return Namespaces![0]?.Id;
  }

  test('are there some seconds after they were asked for, one of each name', async () => {
    expect(await unfinished()).toBe(0);
    await create('names');
    expect(await namespaceId('names')).toBeUndefined();
    expect(await unfinished()).toBe(1);
    await expect(create('names')).rejects.toMatchObject({ name: 'DuplicateRequest' });
    await aws.clock.advance(10_000);
    const NamespaceId = await namespaceId('names');
    expect(NamespaceId).toBeDefined();
    expect(await unfinished()).toBe(0);
    await expect(create('names')).rejects.toMatchObject({ name: 'NamespaceAlreadyExists', NamespaceId });
  });

  test('cannot be deleted while they have services', async () => {
    await create('apps');
    await aws.clock.advance(10_000);
    const NamespaceId = await namespaceId('apps');
    const { Service } = await cloudMap.send(new CreateDiscoveryServiceCommand({ Name: 'app', NamespaceId }));
    const deletion = new DeleteNamespaceCommand({ Id: NamespaceId });
    await expect(cloudMap.send(deletion)).rejects.toMatchObject({
      name: 'ResourceInUse',
      message: expect.stringContaining('contains services'),
    });
    await cloudMap.send(new DeleteDiscoveryServiceCommand({ Id: Service!.Id }));
    await cloudMap.send(deletion);
    expect(await namespaceId('apps')).toBeUndefined();
  });
});
