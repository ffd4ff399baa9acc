import {
  CreateClusterCommand,
  DeleteClusterCommand,
  DeleteServiceCommand,
  DescribeCapacityProvidersCommand,
  DescribeClustersCommand,
  ListAccountSettingsCommand,
  ListClustersCommand,
  ListTagsForResourceCommand,
  PutClusterCapacityProvidersCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateClusterSettingsCommand,
  CreateDaemonCommand,
} from '@aws-sdk/client-ecs';
import { Fixture, MINUTE } from './fixture';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await Fixture.start();
});
afterAll(() => fixture.close());

describe('CreateCluster', () => {
  test('makes a cluster, and may be repeated', async () => {
    const input = { clusterName: 'repeated', tags: [{ key: 'team', value: 'a' }] };
    const { cluster } = await fixture.ecs.send(new CreateClusterCommand(input));
    expect(cluster).toMatchObject({
      clusterArn: 'arn:aws:ecs:us-east-1:123456789012:cluster/repeated',
      status: 'ACTIVE',
      settings: [{ name: 'containerInsights', value: 'disabled' }],
      capacityProviders: [],
      activeServicesCount: 0,
    });
    expect((await fixture.ecs.send(new CreateClusterCommand(input))).cluster).toEqual(cluster);
    expect((await fixture.ecs.send(new CreateClusterCommand({ clusterName: 'repeated' }))).cluster).toEqual(
      cluster,
    );
  });

  test.each([
    [
      'other arguments',
      { clusterName: 'default', settings: [{ name: 'containerInsights', value: 'enabled' }] },
      /inconsistent/,
    ],
    ['a bad name', { clusterName: 'a b' }, /alphanumeric/],
    [
      'an unknown capacity provider',
      { clusterName: 'x', capacityProviders: ['SPARE'] },
      /'SPARE' was not found/,
    ],
    [
      'a strategy of a provider that is not associated',
      { clusterName: 'x', defaultCapacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }] },
      /not associated with the cluster/,
    ],
    [
      'a reserved tag',
      { clusterName: 'x', tags: [{ key: 'aws:x', value: '' }] },
      /must not start with "aws:"/,
    ],
  ])('refuses %s', async (_what, input, message) => {
    await expect(fixture.ecs.send(new CreateClusterCommand(input as any))).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringMatching(message),
    });
  });
});

describe('DescribeClusters', () => {
  test('shows settings, configuration and tags only when asked, and names what is missing', async () => {
    await fixture.ecs.send(
      new CreateClusterCommand({
        clusterName: 'described',
        tags: [{ key: 'a', value: 'b' }],
        configuration: {},
      }),
    );
    const clusters = ['described', 'nowhere'];
    const plain = await fixture.ecs.send(new DescribeClustersCommand({ clusters }));
    expect(plain.clusters).toHaveLength(1);
    expect(plain.clusters![0]).not.toHaveProperty('settings');
    expect(plain.clusters![0]).not.toHaveProperty('tags');
    expect(plain.failures).toEqual([
      { arn: 'arn:aws:ecs:us-east-1:123456789012:cluster/nowhere', reason: 'MISSING' },
    ]);
    const full = await fixture.ecs.send(
      new DescribeClustersCommand({ clusters, include: ['TAGS', 'SETTINGS', 'CONFIGURATIONS'] }),
    );
    expect(full.clusters![0]).toMatchObject({
      tags: [{ key: 'a', value: 'b' }],
      settings: [{ name: 'containerInsights' }],
      configuration: {},
    });
  });
});

test('cluster settings and capacity providers can be changed', async () => {
  const cluster = 'changed';
  await fixture.ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  await fixture.ecs.send(
    new UpdateClusterSettingsCommand({
      cluster,
      settings: [{ name: 'containerInsights', value: 'enhanced' }],
    }),
  );
  await fixture.ecs.send(
    new PutClusterCapacityProvidersCommand({
      cluster,
      capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
      defaultCapacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }],
    }),
  );
  const { clusters } = await fixture.ecs.send(
    new DescribeClustersCommand({ clusters: [cluster], include: ['SETTINGS'] }),
  );
  expect(clusters).toMatchObject([
    {
      settings: [{ name: 'containerInsights', value: 'enhanced' }],
      capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
      defaultCapacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1, base: 0 }],
    },
  ]);
  const { capacityProviders } = await fixture.ecs.send(new DescribeCapacityProvidersCommand({}));
  expect(capacityProviders!.map(({ name, status }) => [name, status])).toEqual([
    ['FARGATE', 'ACTIVE'],
    ['FARGATE_SPOT', 'ACTIVE'],
  ]);
});

test('a cluster can be deleted once its services and tasks are gone, and its name used again', async () => {
  const cluster = 'deleted';
  await fixture.ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  const service = await fixture.create({ ...(await fixture.input(undefined, {})), cluster });
  await fixture.advance(5 * MINUTE);
  const remove = () => fixture.ecs.send(new DeleteClusterCommand({ cluster }));
  await expect(remove()).rejects.toMatchObject({ name: 'ClusterContainsServicesException' });
  await fixture.ecs.send(new DeleteServiceCommand({ cluster, service: service.serviceName, force: true }));
  await fixture.advance(1000);
  await expect(remove()).rejects.toMatchObject({ name: 'ClusterContainsTasksException' });
  await fixture.advance(5 * MINUTE);
  expect((await remove()).cluster).toMatchObject({ status: 'INACTIVE' });
  await expect(remove()).rejects.toMatchObject({ name: 'ClusterNotFoundException' });
  const { clusterArns } = await fixture.ecs.send(new ListClustersCommand({}));
  expect(clusterArns).not.toContain(`arn:aws:ecs:us-east-1:123456789012:cluster/${cluster}`);
  const { cluster: again } = await fixture.ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  expect(again).toMatchObject({ status: 'ACTIVE' });
});

test('listing clusters pages', async () => {
  const pages: number[] = [];
  const seen = new Set<string>();
  let nextToken: string | undefined;
  do {
    const page = await fixture.ecs.send(new ListClustersCommand({ maxResults: 2, nextToken }));
    pages.push(page.clusterArns!.length);
    page.clusterArns!.forEach((arn) => seen.add(arn));
    ({ nextToken } = page);
  } while (nextToken);
  expect(pages.slice(0, -1).every((count) => count === 2)).toBe(true);
  expect(seen.size).toBe(pages.reduce((sum, count) => sum + count, 0));
  await expect(fixture.ecs.send(new ListClustersCommand({ nextToken: 'rubbish' }))).rejects.toMatchObject({
    name: 'InvalidParameterException',
  });
});

describe('tags', () => {
  test.each([
    ['a cluster', async () => 'arn:aws:ecs:us-east-1:123456789012:cluster/default'],
    ['a service', async () => (await fixture.running(undefined, {})).serviceArn!],
    ['a task', async () => (await fixture.tasks(await fixture.running(undefined, {})))[0]!.taskArn!],
    [
      'a task definition',
      async () =>
        `arn:aws:ecs:us-east-1:123456789012:task-definition/${await fixture.taskDefinition('tagged')}`,
    ],
  ])('of %s can be set, replaced and removed', async (_what, create) => {
    const resourceArn = await create();
    const tag = (tags: { key: string; value: string }[]) =>
      fixture.ecs.send(new TagResourceCommand({ resourceArn, tags }));
    await tag([
      { key: 'a', value: '1' },
      { key: 'b', value: '1' },
    ]);
    await tag([{ key: 'b', value: '2' }]);
    await fixture.ecs.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] }));
    const { tags } = await fixture.ecs.send(new ListTagsForResourceCommand({ resourceArn }));
    expect(tags).toEqual([{ key: 'b', value: '2' }]);
  });

  test('of something that does not exist are refused', async () => {
    const resourceArn = 'arn:aws:ecs:us-east-1:123456789012:service/default/nothing';
    await expect(fixture.ecs.send(new ListTagsForResourceCommand({ resourceArn }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });
});

test('long ARN formats are on', async () => {
  const { settings } = await fixture.ecs.send(
    new ListAccountSettingsCommand({ name: 'serviceLongArnFormat', effectiveSettings: true }),
  );
  expect(settings).toMatchObject([{ name: 'serviceLongArnFormat', value: 'enabled' }]);
});

test('an operation that is not implemented says so', async () => {
  const input = { daemonName: 'd', daemonTaskDefinitionArn: 'x', capacityProviderArns: ['y'] };
  await expect(fixture.ecs.send(new CreateDaemonCommand(input as any))).rejects.toMatchObject({
    message: 'The local AWS does not implement ecs CreateDaemon.',
  });
});

test('a reset ends deployments and forgets everything', async () => {
  const other = await Fixture.start();
  try {
    await other.create(await other.input(await other.pair(), { strategy: 'BLUE_GREEN' }));
    await other.advance(10_000);
    await other.aws.reset();
    await other.advance(60 * MINUTE);
    expect((await other.ecs.send(new ListClustersCommand({}))).clusterArns).toEqual([]);
  } finally {
    await other.close();
  }
});
