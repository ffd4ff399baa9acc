/** Service Connect in the ECS engine: what is refused, what is described, and whom the proxies of clients send requests to. */
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
} from '@aws-sdk/client-ec2';
import {
  ContinueServiceDeploymentCommand,
  DeleteServiceCommand,
  DescribeClustersCommand,
  DescribeServiceRevisionsCommand,
  RegisterTaskDefinitionCommand,
  UpdateClusterCommand,
  type PortMapping,
  type Service,
  type ServiceConnectConfiguration,
} from '@aws-sdk/client-ecs';
import {
  CreateHttpNamespaceCommand,
  ListNamespacesCommand,
  ListServicesCommand,
  ServiceDiscoveryClient,
} from '@aws-sdk/client-servicediscovery';
import { Fixture, MINUTE } from './fixture';

let fixture: Fixture;
let cloudMap: ServiceDiscoveryClient;

beforeAll(async () => {
  fixture = await Fixture.start();
  cloudMap = new ServiceDiscoveryClient(fixture.aws.clientOptions());
  await cloudMap.send(new CreateHttpNamespaceCommand({ Name: 'apps' }));
  await fixture.advance(MINUTE);
  await fixture.ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: fixture.securityGroup,
      IpPermissions: [
        {
          IpProtocol: 'tcp',
          FromPort: 80,
          ToPort: 80,
          UserIdGroupPairs: [{ GroupId: fixture.securityGroup }],
        },
      ],
    }),
  );
});

afterEach(() => fixture.aws.answers.reset());
afterAll(async () => {
  cloudMap.destroy();
  await fixture.close();
});

/** A task definition with a named port. */
async function definition(image = 'repository/web:1', port: Partial<PortMapping> = {}): Promise<string> {
  const { taskDefinition } = await fixture.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'connected',
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '512',
      memory: '1024',
      containerDefinitions: [
        {
          name: 'Main',
          image,
          portMappings: [{ name: 'main', containerPort: 80, appProtocol: 'http', ...port }],
        },
      ],
    }),
  );
  return `${taskDefinition!.family}:${taskDefinition!.revision}`;
}

/** An endpoint of the name, at port 8080. */
function server(name: string, members: object = {}, alias: object = {}): ServiceConnectConfiguration {
  return {
    enabled: true,
    namespace: 'apps',
    services: [
      {
        portName: 'main',
        discoveryName: name,
        clientAliases: [{ port: 8080, dnsName: name, ...alias }],
        ...members,
      },
    ],
  };
}

const CLIENT: ServiceConnectConfiguration = { enabled: true, namespace: 'apps' };

/** A service that runs with Service Connect. */
async function running(
  serviceConnectConfiguration: ServiceConnectConfiguration,
  deploymentConfiguration: object = {},
  overrides: object = {},
): Promise<Service> {
  const taskDefinition = await definition();
  return fixture.running(undefined, deploymentConfiguration, {
    taskDefinition,
    serviceConnectConfiguration,
    ...overrides,
  });
}

/** Sends requests from a task of a service. */
async function clientOf(service: Service) {
  const [task] = await fixture.tasks(service);
  return async (url: string, headers: Record<string, string> = {}): Promise<string> => {
    const { status, body } = await fixture.aws.serviceConnect.request({ task: task!.taskArn!, url, headers });
    return status === 200 ? JSON.parse(body.toString()).image : String(status);
  };
}

/** How many of twenty requests each image answers. */
async function shares(send: (url: string) => Promise<string>, url: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let index = 0; index < 20; index++) {
    const image = await send(url);
    counts[image] = (counts[image] ?? 0) + 1;
  }
  return counts;
}

async function remove(...services: Service[]): Promise<void> {
  for (const { serviceName } of services) {
    await fixture.ecs.send(new DeleteServiceCommand({ service: serviceName, force: true }));
  }
  await fixture.advance(5 * MINUTE);
}

async function discoveryNames(): Promise<string[]> {
  const { Services } = await cloudMap.send(new ListServicesCommand({}));
  return Services!.map(({ Name }) => Name!).sort();
}

const primary = ({ deployments }: Service) => deployments!.find(({ status }) => status === 'PRIMARY')!;

describe('what is refused', () => {
  test.each<[string, ServiceConnectConfiguration, string]>([
    ['no namespace', { enabled: true }, 'A namespace is required'],
    [
      'a namespace that is not there',
      { enabled: true, namespace: 'none' },
      'The namespace none was not found',
    ],
    [
      'a port that has no name',
      server('a', { portName: 'other' }),
      'does not refer to any named PortMapping',
    ],
    ['a discovery name with capitals', server('a', { discoveryName: 'Web' }), 'discoveryName(Web)'],
    ['a discovery name of 65 characters', server('a', { discoveryName: 'a'.repeat(65) }), 'discoveryName('],
    ['no alias', server('a', { clientAliases: [] }), 'At least one clientAlias'],
    ['two aliases', server('a', { clientAliases: [{ port: 1 }, { port: 2 }] }), 'at most 1 items'],
    ['a port that is none', server('a', {}, { port: 0 }), 'port must be between 1 and 65535'],
    ['a DNS name of 128 characters', server('a', {}, { dnsName: 'a'.repeat(128) }), 'dnsName('],
    [
      'TLS without an authority',
      server('a', { tls: { issuerCertificateAuthority: {} } }),
      'awsPcaAuthorityArn',
    ],
    [
      'access logs without logs',
      { ...CLIENT, accessLogConfiguration: { format: 'JSON' } },
      'requires a logConfiguration',
    ],
  ])('%s', async (_what, serviceConnectConfiguration, message) => {
    const taskDefinition = await definition();
    const input = await fixture.input(undefined, {}, { taskDefinition, serviceConnectConfiguration });
    await expect(fixture.create(input)).rejects.toMatchObject({ message: expect.stringContaining(message) });
  });

  test.each([
    [
      'a test header',
      server('a', {}, { testTrafficRules: { header: { name: 'x' } } }),
      'testTrafficRules requires',
    ],
    [
      'a timeout of requests',
      server('a', { timeout: { perRequestTimeoutSeconds: 9 } }),
      'perRequestTimeoutSeconds',
    ],
  ])('%s where the protocol is TCP', async (_what, serviceConnectConfiguration, message) => {
    const taskDefinition = await definition('repository/web:1', { appProtocol: undefined });
    const input = await fixture.input(undefined, {}, { taskDefinition, serviceConnectConfiguration });
    await expect(fixture.create(input)).rejects.toMatchObject({ message: expect.stringContaining(message) });
  });

  test('an endpoint that another service has, until that is gone', async () => {
    const first = await running(server('taken'));
    for (const other of [server('taken'), server('other', {}, { dnsName: 'taken' })]) {
      const taskDefinition = await definition();
      const input = await fixture.input(
        undefined,
        {},
        { taskDefinition, serviceConnectConfiguration: other },
      );
      await expect(fixture.create(input)).rejects.toMatchObject({
        name: 'InvalidParameterException',
        message: expect.stringMatching(/^SC service is already used by arn:aws:servicediscovery:/),
      });
    }
    await remove(first);
    const second = await running(server('taken'));
    await remove(second);
  });

  test.each([true, false])(
    'another application protocol of an endpoint, if %s is the answer',
    async (isRefused) => {
      fixture.aws.answers.give({ 'ecs.app-protocol-is-refused-to-change': isRefused });
      const service = await running(server('protocol'));
      const taskDefinition = await definition('repository/web:2', { appProtocol: 'grpc' });
      const update = fixture.update(service, { taskDefinition });
      if (isRefused) await expect(update).rejects.toThrow('appProtocol of portName(main) can not be changed');
      else await update;
      await remove(service);
    },
  );

  test.each([true, false])(
    'a strategy that shifts traffic before the endpoint was deployed, if %s is the answer',
    async (isRefused) => {
      fixture.aws.answers.give({ 'ecs.endpoints-are-deployed-before-strategy': isRefused });
      const service = await running({ enabled: false });
      const change = { serviceConnectConfiguration: server('later') };
      const strategy = { deploymentConfiguration: { strategy: 'BLUE_GREEN' as const } };
      const update = fixture.update(service, { ...change, ...strategy });
      if (isRefused) {
        await expect(update).rejects.toThrow('must be deployed with the ROLLING strategy before');
        await fixture.update(service, change);
        await fixture.advance(5 * MINUTE);
        await fixture.update(service, strategy);
      } else await update;
      await remove(service);
    },
  );

  test.each([true, false])(
    'a change with a strategy that shifts traffic, if it is not %s that all take it',
    async (isTaken) => {
      const service = await running(CLIENT, { strategy: 'BLUE_GREEN' });
      fixture.aws.answers.give({ 'ecs.service-connect-changes-in-every-strategy': isTaken });
      const update = fixture.update(service, { serviceConnectConfiguration: server('changed') });
      if (isTaken) expect((await update).currentServiceDeployment).toBeDefined();
      else await expect(update).rejects.toThrow('can not be changed with the BLUE_GREEN deployment strategy');
      await remove(service);
    },
  );
});

describe('what is described', () => {
  test.each([true, false])('the namespace as it was given: %s', async (asGiven) => {
    fixture.aws.answers.give({ 'ecs.namespace-as-given': asGiven });
    const configuration = server('described');
    const service = await running(configuration);
    const { Namespaces } = await cloudMap.send(
      new ListNamespacesCommand({ Filters: [{ Name: 'NAME', Values: ['apps'] }] }),
    );
    const shown = asGiven ? configuration : { ...configuration, namespace: Namespaces![0]!.Arn };
    const described = await fixture.describe(service);
    expect(described).not.toHaveProperty('serviceConnectConfiguration');
    expect(primary(described)).toMatchObject({
      serviceConnectConfiguration: shown,
      serviceConnectResources: [
        { discoveryName: 'described', discoveryArn: expect.stringMatching(/:service\/srv-/) },
      ],
    });
    const { serviceRevisions } = await fixture.ecs.send(
      new DescribeServiceRevisionsCommand({
        serviceRevisionArns: [described.currentServiceRevisions![0]!.arn!],
      }),
    );
    expect(serviceRevisions).toMatchObject([{ serviceConnectConfiguration: shown }]);
    await remove(service);
  });

  test.each([true, false])('an endpoint goes with its service: %s', async (goes) => {
    fixture.aws.answers.give({ 'ecs.removes-endpoints': goes });
    const name = goes ? 'goes' : 'stays';
    const service = await running(server(name));
    expect(await discoveryNames()).toContain(name);
    await remove(service);
    expect((await discoveryNames()).includes(name)).toBe(!goes);
  });

  test('an endpoint that another one replaces goes when that is deployed; a failed one goes at once', async () => {
    const breaker = { enable: true, rollback: true };
    const service = await running(server('former'), { deploymentCircuitBreaker: breaker });
    await fixture.update(service, { serviceConnectConfiguration: server('next') });
    expect(await discoveryNames()).toEqual(expect.arrayContaining(['former', 'next']));
    await fixture.advance(10 * MINUTE);
    expect(await discoveryNames()).not.toContain('former');
    const taskDefinition = await definition('repository/web:exits');
    await fixture.update(service, { taskDefinition, serviceConnectConfiguration: server('failed') });
    await fixture.advance(60 * MINUTE);
    expect((await fixture.deployment(service)).status).toBe('ROLLBACK_SUCCESSFUL');
    expect(await discoveryNames()).not.toContain('failed');
    expect(primary(await fixture.describe(service)).serviceConnectConfiguration).toEqual(server('next'));
    await remove(service);
  });

  test('a cluster has a default namespace, which is made where it is not there', async () => {
    await fixture.ecs.send(
      new UpdateClusterCommand({ cluster: 'default', serviceConnectDefaults: { namespace: 'defaults' } }),
    );
    const { clusters } = await fixture.ecs.send(new DescribeClustersCommand({}));
    expect(clusters![0]!.serviceConnectDefaults!.namespace).toMatch(
      /^arn:aws:servicediscovery:.*:namespace\/ns-/,
    );
    const service = await running({ enabled: true });
    expect(primary(await fixture.describe(service)).serviceConnectConfiguration).toEqual({ enabled: true });
    await fixture.ecs.send(
      new UpdateClusterCommand({ cluster: 'default', serviceConnectDefaults: { namespace: '' } }),
    );
    await remove(service);
  });
});

describe('requests of a client', () => {
  test('go to healthy tasks of services that were deployed before the client', async () => {
    const early = await running(CLIENT);
    const web = await running(server('web'));
    const late = await running(CLIENT);
    const url = 'http://web:8080/';
    await expect((await clientOf(early))(url)).rejects.toThrow('ENOTFOUND web');
    expect(await (await clientOf(late))(url)).toBe('repository/web:1');
    await fixture.update(early, { forceNewDeployment: true });
    await fixture.advance(5 * MINUTE);
    expect(await (await clientOf(early))(url)).toBe('repository/web:1');
    await fixture.update(web, { desiredCount: 0 });
    await fixture.advance(5 * MINUTE);
    expect(await (await clientOf(late))(url)).toBe('503');
    await remove(early, web, late);
  });

  test('are dropped by security groups that do not let them in', async () => {
    const { GroupId } = await fixture.ec2.send(
      new CreateSecurityGroupCommand({ VpcId: fixture.vpc, GroupName: 'closed', Description: 'closed' }),
    );
    const { SecurityGroups } = await fixture.ec2.send(
      new DescribeSecurityGroupsCommand({ GroupIds: [GroupId!] }),
    );
    expect(SecurityGroups![0]!.IpPermissions).toEqual([]);
    const network = { awsvpcConfiguration: { subnets: fixture.subnets, securityGroups: [GroupId!] } };
    const web = await running(server('closed'), {}, { networkConfiguration: network });
    const client = await running(CLIENT);
    expect(await (await clientOf(client))('http://closed:8080/')).toBe('503');
    await remove(web, client);
  });

  test('move with the traffic of a canary, and test requests before them', async () => {
    const rules = { testTrafficRules: { header: { name: 'x-test', value: { exact: 'yes' } } } };
    const canary = {
      strategy: 'CANARY',
      canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 10 },
      lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: ['POST_TEST_TRAFFIC_SHIFT'] }],
    };
    const web = await running(server('canary', {}, rules), { ...canary, lifecycleHooks: [] });
    const client = await running(CLIENT);
    const send = await clientOf(client);
    const url = 'http://canary:8080/';
    expect(await shares(send, url)).toEqual({ 'repository/web:1': 20 });
    const taskDefinition = await definition('repository/web:2');
    await fixture.update(web, { taskDefinition, deploymentConfiguration: canary as never });
    await fixture.advance(5 * MINUTE);
    const { lifecycleHookDetails } = await fixture.deployment(web);
    expect(lifecycleHookDetails).toHaveLength(1);
    expect(await shares(send, url)).toEqual({ 'repository/web:1': 20 });
    expect(await send(url, { 'X-Test': 'yes' })).toBe('repository/web:2');
    expect(await send(url, { 'X-Test': 'no' })).toBe('repository/web:1');
    await continueHook(web);
    await fixture.advance(3 * MINUTE);
    expect(await shares(send, url)).toEqual({ 'repository/web:1': 18, 'repository/web:2': 2 });
    await fixture.advance(20 * MINUTE);
    expect(await shares(send, url)).toEqual({ 'repository/web:2': 20 });
    await remove(web, client);
  });

  test('test requests meet new tasks as soon as they are healthy, if that is the answer', async () => {
    fixture.aws.answers.give({ 'ecs.test-header-from-test-traffic-shift': false });
    const paused = {
      strategy: 'BLUE_GREEN',
      lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: ['POST_SCALE_UP'] }],
    };
    const web = await running(server('early'), { strategy: 'BLUE_GREEN' });
    const client = await running(CLIENT);
    const send = await clientOf(client);
    const taskDefinition = await definition('repository/web:2');
    await fixture.update(web, { taskDefinition, deploymentConfiguration: paused as never });
    await fixture.advance(5 * MINUTE);
    expect(await send('http://early:8080/', { 'x-amzn-ecs-blue-green-test': '' })).toBe('repository/web:2');
    fixture.aws.answers.reset();
    expect(await send('http://early:8080/', { 'x-amzn-ecs-blue-green-test': '' })).toBe('repository/web:1');
    await remove(web, client);
  });

  test.each([true, false])('are counted in tenths of a percent: %s', async (inTenths) => {
    fixture.aws.answers.give({ 'ecs.proxies-shift-in-tenths': inTenths });
    const canary = {
      strategy: 'CANARY' as const,
      canaryConfiguration: { canaryPercent: 2.5, canaryBakeTimeInMinutes: 30 },
    };
    const web = await running(server('tenths'), canary);
    const client = await running(CLIENT);
    const send = await clientOf(client);
    await fixture.update(web, { taskDefinition: await definition('repository/web:2') });
    await fixture.advance(5 * MINUTE);
    let count = 0;
    for (let index = 0; index < 200; index++) {
      if ((await send('http://tenths:8080/')) === 'repository/web:2') count++;
    }
    expect(count).toBe(inTenths ? 5 : 6);
    await remove(web, client);
  });
});

async function continueHook(service: Service): Promise<void> {
  const { serviceDeploymentArn, lifecycleHookDetails } = await fixture.deployment(service);
  await fixture.ecs.send(
    new ContinueServiceDeploymentCommand({ serviceDeploymentArn, hookId: lifecycleHookDetails![0]!.hookId }),
  );
}
