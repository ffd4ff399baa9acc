/** Service Connect: a service that others connect to by name, from its creation to its deletion, under steady requests of a client. */
import { DescribeSecurityGroupsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import {
  CreateHttpNamespaceCommand,
  ListNamespacesCommand,
  ServiceDiscoveryClient,
} from '@aws-sdk/client-servicediscovery';
import { createRole } from '../../local/account';
import type { HandlerOutcome } from '../../local/extension/resource-handler';
import type { Structure } from '../../local/service';
import { CONFIGURATIONS, decide, heldDeployment, STRATEGIES, type Strategy } from '../support/deployments';
import { Driver } from '../support/driver';

let driver: Driver;
let ecs: ECSClient;
let ec2: EC2Client;
let cloudMap: ServiceDiscoveryClient;
let beginning: string[];

beforeAll(async () => {
  driver = await Driver.start();
  ecs = new ECSClient(driver.aws.clientOptions());
  ec2 = new EC2Client(driver.aws.clientOptions());
  cloudMap = new ServiceDiscoveryClient(driver.aws.clientOptions());
  await createRole(driver.aws, 'tls', 'ecs.amazonaws.com');
  beginning = await driver.inventory();
});
afterEach(() => driver.aws.answers.reset());
afterAll(async () => {
  for (const client of [ecs, ec2, cloudMap]) client.destroy();
  await driver.close();
});

const left = async () => (await driver.inventory()).filter((line) => !beginning.includes(line));

let images = 0;
const nextImage = () => `example/orders:${++images}`;

/** The template of a service that runs two tasks. */
function template(
  name: string,
  connect: Structure | undefined,
  strategy: Strategy,
  more: Structure = {},
): Structure {
  const { PrimaryContainer, DeploymentConfiguration, ...others } = more;
  return driver.model({
    ServiceName: name,
    PrimaryContainer: { Image: 'example/client:1', ...PrimaryContainer },
    DeploymentConfiguration: { ...CONFIGURATIONS[strategy], ...DeploymentConfiguration },
    ScalingTarget: { MinTaskCount: 2 },
    ...(connect && { ServiceConnectConfiguration: connect }),
    ...others,
  });
}

/** A service, as its author keeps it. */
class Subject {
  private constructor(
    private properties: Structure,
    readonly arn: string,
  ) {}

  static async create(properties: Structure): Promise<Subject> {
    const { ServiceArn } = Driver.modelOf(await driver.create(properties));
    return new Subject(properties, ServiceArn);
  }

  async update(properties: Structure): Promise<HandlerOutcome> {
    const outcome = await driver.update({ ...this.properties, ServiceArn: this.arn }, properties);
    if (outcome.status === 'SUCCESS') this.properties = properties;
    return outcome;
  }

  async read(): Promise<Structure> {
    return Driver.modelOf(await driver.read(this.arn));
  }

  async delete(): Promise<void> {
    expect(await driver.delete(this.arn)).toMatchObject({ status: 'SUCCESS' });
  }

  get name(): string {
    return this.properties.ServiceName;
  }

  /** Service Connect of the newest deployment. */
  async configuration() {
    const { services } = await ecs.send(new DescribeServicesCommand({ services: [this.name] }));
    return services![0]!.deployments![0]!.serviceConnectConfiguration;
  }

  /** How many deployments there have been. */
  async deployments() {
    const { serviceDeployments } = await ecs.send(new ListServiceDeploymentsCommand({ service: this.name }));
    return serviceDeployments!;
  }

  /** Sends a request from one of its tasks. @returns the image that has answered, or the status. */
  async request(url: string, headers: Record<string, string> = {}): Promise<string> {
    const { taskArns } = await ecs.send(new ListTasksCommand({ serviceName: this.name }));
    const { status, body } = await driver.aws.serviceConnect.request({ task: taskArns![0]!, url, headers });
    return status === 200 ? JSON.parse(body.toString()).image : String(status);
  }

  /** Request without pause while an operation runs. @returns each answer once, in the order in which they appeared. */
  async whileRequesting<Result>(url: string, operation: () => Promise<Result>) {
    const answers: string[] = [];
    let isOver = false;
    const ask = async () => {
      while (!isOver) {
        await driver.aws.clock.work(async () => {
          const answer = await this.request(url);
          if (!answers.includes(answer)) answers.push(answer);
        });
        await driver.aws.clock.sleep(11_000);
      }
    };
    const [result] = await Promise.all([operation().finally(() => (isOver = true)), ask()]);
    return { result, answers };
  }
}

async function ingress(serviceName: string) {
  const { SecurityGroups } = await ec2.send(
    new DescribeSecurityGroupsCommand({
      Filters: [{ Name: 'group-name', Values: [`default/${serviceName}/Tasks`] }],
    }),
  );
  return SecurityGroups![0]!;
}

async function mainPort(serviceName: string) {
  const { services } = await ecs.send(new DescribeServicesCommand({ services: [serviceName] }));
  const { taskDefinition } = await ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: services![0]!.taskDefinition }),
  );
  return taskDefinition!.containerDefinitions![0]!.portMappings![0]!;
}

const url = 'http://orders:8080/';
const SERVER = { ClientAlias: { Port: 8080, DnsName: 'orders' } };

describe.each(STRATEGIES)('%s', (strategy) => {
  let orders: Subject;
  let client: Subject;
  let image: string;

  const wanted = (Image: string, more: Structure = {}) =>
    template('orders', SERVER, strategy, { PrimaryContainer: { Image }, ...more });

  beforeAll(async () => {
    orders = await Subject.create(wanted((image = nextImage())));
    client = await Subject.create(template('client', {}, 'ROLLING'));
  });

  test('clients reach the tasks, also while an update replaces them', async () => {
    expect(await client.request(url)).toBe(image);
    const before = image;
    image = nextImage();
    const { result, answers } = await client.whileRequesting(url, () => orders.update(wanted(image)));
    expect(result).toMatchObject({ status: 'SUCCESS' });
    expect(answers).toEqual([before, image]);
  });

  test('clients lose no answer when an update fails', async () => {
    const broken = wanted('example/orders:exits');
    const { result, answers } = await client.whileRequesting(url, () => orders.update(broken));
    expect(result).toMatchObject({ status: 'FAILED', errorCode: 'NotStabilized' });
    expect(answers).toEqual([image]);
    expect(await orders.update(wanted(image))).toMatchObject({ status: 'SUCCESS' });
  });

  test('a deletion leaves nothing, whoever goes first', async () => {
    const [first, second] = strategy === 'ROLLING' ? [orders, client] : [client, orders];
    await first.delete();
    expect(await left()).toContainEqual(expect.stringContaining('HttpNamespace'));
    await second.delete();
    expect(await left()).toEqual([]);
  });
});

test('without a load balancer an endpoint is moved to new tasks by canary, where the template names no strategy', async () => {
  const alone = (Image: string, connect: Structure) => {
    const { InfrastructureRoleArn: _, ...model } = driver.model({
      ServiceName: connect.ClientAlias ? 'orders' : 'client',
      LoadBalancerConfiguration: { Type: 'none' },
      ServiceConnectConfiguration: connect,
      PrimaryContainer: { Image },
    });
    return model;
  };
  const before = nextImage();
  const orders = await Subject.create(alone(before, SERVER));
  const client = await Subject.create(alone('example/client:1', {}));
  expect((await orders.read()).DeploymentConfiguration).toMatchObject({ Strategy: 'CANARY' });
  expect((await client.read()).DeploymentConfiguration).toMatchObject({ Strategy: 'ROLLING' });
  const after = nextImage();
  const { result, answers } = await client.whileRequesting(url, () => orders.update(alone(after, SERVER)));
  expect(result).toMatchObject({ status: 'SUCCESS' });
  expect(answers).toEqual([before, after]);
  await client.delete();
  await orders.delete();
  expect(await left()).toEqual([]);
});

describe('test requests', () => {
  test('meet the new tasks by the header of the template, before all others do', async () => {
    const connect = { ...SERVER, TestHeader: { Name: 'X-Test', Value: 'yes' } };
    const hooks = [{ TargetType: 'PAUSE', LifecycleStages: ['POST_TEST_TRAFFIC_SHIFT'] }];
    const before = nextImage();
    const orders = await Subject.create(
      template('orders', connect, 'BLUE_GREEN', { PrimaryContainer: { Image: before } }),
    );
    const client = await Subject.create(template('client', {}, 'ROLLING'));
    const after = nextImage();
    const updating = orders.update(
      template('orders', connect, 'BLUE_GREEN', {
        PrimaryContainer: { Image: after },
        DeploymentConfiguration: { LifecycleHooks: hooks },
      }),
    );
    const held = await heldDeployment(driver, orders.arn, 'POST_TEST_TRAFFIC_SHIFT');
    expect(await client.request(url)).toBe(before);
    expect(await client.request(url, { 'x-test': 'yes' })).toBe(after);
    await decide(ecs, held, 'CONTINUE');
    expect(await updating).toMatchObject({ status: 'SUCCESS' });
    expect(await client.request(url)).toBe(after);
    await orders.delete();
    await client.delete();
  });
});

describe('what a template says', () => {
  let orders: Subject;
  let full: Structure;
  beforeAll(async () => {
    const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({}));
    full = {
      Namespace: 'apps',
      DiscoveryName: 'orders-api',
      ClientAlias: { Port: 8080, DnsName: 'orders' },
      AllowedSecurityGroups: [SecurityGroups![0]!.GroupId],
      Timeout: { IdleTimeoutSeconds: 120, PerRequestTimeoutSeconds: 30 },
      Tls: {
        CertificateAuthorityArn: 'arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/0123-abcd',
        KmsKey: 'alias/orders',
        RoleArn: 'arn:aws:iam::123456789012:role/tls',
      },
      AccessLogs: { Format: 'JSON', IncludeQueryParameters: true },
      TestHeader: { Name: 'X-Test', Value: 'yes' },
    };
    orders = await Subject.create(template('orders', full, 'ROLLING'));
  });

  test('is read back', async () => {
    const read = await orders.read();
    expect(read.ServiceConnectConfiguration).toEqual(full);
    const managed = read.ManagedResources as Structure[];
    expect(
      managed.filter(({ ResourceType }) => ResourceType === 'AWS::ServiceDiscovery::HttpNamespace'),
    ).toEqual([
      {
        ResourceType: 'AWS::ServiceDiscovery::HttpNamespace',
        Arn: expect.stringMatching(/:namespace\/ns-/),
        Status: 'ACTIVE',
      },
    ]);
  });

  test('goes to ECS, with logs beside those of the containers', async () => {
    expect(await orders.configuration()).toMatchObject({
      enabled: true,
      namespace: 'apps',
      services: [
        {
          portName: 'main',
          discoveryName: 'orders-api',
          clientAliases: [
            {
              port: 8080,
              dnsName: 'orders',
              testTrafficRules: { header: { name: 'X-Test', value: { exact: 'yes' } } },
            },
          ],
          timeout: { idleTimeoutSeconds: 120, perRequestTimeoutSeconds: 30 },
          tls: { kmsKey: 'alias/orders' },
        },
      ],
      logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-stream-prefix': 'service-connect' } },
      accessLogConfiguration: { format: 'JSON', includeQueryParameters: 'ENABLED' },
    });
    expect(await mainPort('orders')).toMatchObject({ name: 'main', appProtocol: 'http' });
  });

  test('stays as people have changed it, while it says the same', async () => {
    const configuration = await orders.configuration();
    const [service] = configuration!.services!;
    const changed = { ...service!, ingressPortOverride: 9000, timeout: { idleTimeoutSeconds: 60 } };
    await ecs.send(
      new UpdateServiceCommand({
        service: 'orders',
        serviceConnectConfiguration: { ...configuration!, services: [changed] },
      }),
    );
    await driver.aws.clock.sleep(600_000);
    const more = { PrimaryContainer: { Image: nextImage() } };
    const outcome = await orders.update(template('orders', full, 'ROLLING', more));
    expect(outcome).toMatchObject({ status: 'SUCCESS' });
    expect((await orders.configuration())!.services).toMatchObject([
      { ingressPortOverride: 9000, timeout: { idleTimeoutSeconds: 60 } },
    ]);
    const timeout = { Timeout: { IdleTimeoutSeconds: 90, PerRequestTimeoutSeconds: 30 } };
    const overwritten = await orders.update(template('orders', { ...full, ...timeout }, 'ROLLING', more));
    expect(overwritten.message).toContain('ServiceConnectConfiguration/Timeout/IdleTimeoutSeconds');
    expect((await orders.configuration())!.services).toMatchObject([
      { ingressPortOverride: 9000, timeout: { idleTimeoutSeconds: 90 } },
    ]);
  });

  test('says who may connect, at the port of the container', async () => {
    const sources = async () =>
      (await ingress('orders')).IpPermissions!.flatMap(
        ({ FromPort, IpRanges = [], UserIdGroupPairs = [] }) => [
          ...IpRanges.map(({ CidrIp }) => `${CidrIp} ${FromPort}`),
          ...UserIdGroupPairs.filter(({ Description }) => Description === 'Clients in Service Connect').map(
            ({ GroupId }) => `${GroupId} ${FromPort}`,
          ),
        ],
      );
    expect(await sources()).toEqual([`${full.AllowedSecurityGroups[0]} 80`]);
    const { AllowedSecurityGroups: _groups, ...open } = full;
    await orders.update(template('orders', open, 'ROLLING', { PrimaryContainer: { ContainerPort: 8000 } }));
    expect(await sources()).toEqual(['172.31.0.0/16 8000']);
    expect((await orders.read()).ServiceConnectConfiguration).not.toHaveProperty('AllowedSecurityGroups');
    await orders.update(template('orders', { ...full, AllowedSecurityGroups: [] }, 'ROLLING'));
    expect(await sources()).toEqual([]);
    expect((await orders.read()).ServiceConnectConfiguration.AllowedSecurityGroups).toEqual([]);
  });

  test('may change to another namespace; the former one goes', async () => {
    const outcome = await orders.update(template('orders', { ...SERVER, Namespace: 'others' }, 'ROLLING'));
    expect(Driver.modelOf(outcome).ServiceConnectConfiguration).toEqual({ ...SERVER, Namespace: 'others' });
    const { Namespaces } = await cloudMap.send(new ListNamespacesCommand({}));
    expect(Namespaces!.map(({ Name }) => Name)).toEqual(['others']);
  });

  test('may be a client only', async () => {
    const outcome = await orders.update(template('orders', {}, 'ROLLING'));
    expect(Driver.modelOf(outcome).ServiceConnectConfiguration).toEqual({});
    expect(await orders.configuration()).toMatchObject({ enabled: true, namespace: 'default' });
    expect((await orders.configuration())!.services ?? []).toEqual([]);
  });

  test('may end; nothing of it is left', async () => {
    const outcome = await orders.update(template('orders', undefined, 'ROLLING'));
    expect(Driver.modelOf(outcome)).not.toHaveProperty('ServiceConnectConfiguration');
    expect(await orders.configuration()).toEqual({ enabled: false });
    expect(await mainPort('orders')).not.toHaveProperty('appProtocol');
    expect(await left()).not.toContainEqual(expect.stringContaining('ServiceDiscovery'));
    const { Tags } = await ingress('orders');
    expect(Tags!.filter(({ Key }) => Key!.startsWith('org-ecs-express:namespace'))).toEqual([]);
    await orders.delete();
    expect(await left()).toEqual([]);
  });
});

describe('a namespace that is not ours', () => {
  test.each(['name', 'ARN'])('is used by its %s, and stays', async (by) => {
    const Name = `authors-${by.toLowerCase()}`;
    await cloudMap.send(new CreateHttpNamespaceCommand({ Name }));
    await driver.aws.clock.sleep(10_000);
    const { Namespaces } = await cloudMap.send(new ListNamespacesCommand({}));
    const found = Namespaces!.find((each) => each.Name === Name)!;
    const Namespace = by === 'ARN' ? found.Arn : Name;
    const orders = await Subject.create(template('orders', { ...SERVER, Namespace }, 'ROLLING'));
    const read = await orders.read();
    expect(read.ServiceConnectConfiguration).toEqual({ ...SERVER, Namespace });
    expect(read.ManagedResources).not.toContainEqual(
      expect.objectContaining({ ResourceType: 'AWS::ServiceDiscovery::HttpNamespace' }),
    );
    await orders.delete();
    expect(await left()).toContain(`AWS::ServiceDiscovery::HttpNamespace ${found.Arn}`);
    beginning = await driver.inventory();
  });
});

describe('a service that gains Service Connect', () => {
  test.each([true, false])(
    'with another strategy deploys the endpoint first: ECS asks for that, %s',
    async (isAsked) => {
      driver.aws.answers.give({ 'ecs.endpoints-are-deployed-before-strategy': isAsked });
      const orders = await Subject.create(template('orders', undefined, 'ROLLING'));
      expect(await mainPort('orders')).not.toHaveProperty('appProtocol');
      const outcome = await orders.update(template('orders', SERVER, 'CANARY'));
      expect(Driver.modelOf(outcome)).toMatchObject({
        DeploymentConfiguration: { Strategy: 'CANARY' },
        ServiceConnectConfiguration: SERVER,
      });
      expect(await orders.deployments()).toHaveLength(2);
      await orders.delete();
    },
  );

  test('is told which property it is where ECS takes none of it with its strategy', async () => {
    const orders = await Subject.create(template('orders', undefined, 'CANARY'));
    driver.aws.answers.give({ 'ecs.service-connect-changes-in-every-strategy': false });
    const outcome = await orders.update(template('orders', SERVER, 'CANARY'));
    expect(outcome).toMatchObject({
      status: 'FAILED',
      message: expect.stringContaining('ServiceConnectConfiguration'),
    });
    driver.aws.answers.reset();
    expect(await orders.update(template('orders', SERVER, 'CANARY'))).toMatchObject({ status: 'SUCCESS' });
    await orders.delete();
  });

  test('calls nothing of AWS Cloud Map before', async () => {
    driver.aws.calls.clear();
    const orders = await Subject.create(template('orders', undefined, 'ROLLING'));
    await orders.read();
    await orders.delete();
    expect(driver.actions().filter((action) => action.startsWith('servicediscovery:'))).toEqual([]);
  });
});

describe('where AWS does otherwise', () => {
  test('an ARN that ECS reads back for a name is the name, and no change', async () => {
    driver.aws.answers.give({ 'ecs.namespace-as-given': false });
    const connect = { ...SERVER, Namespace: 'named' };
    const orders = await Subject.create(template('orders', connect, 'ROLLING'));
    expect((await orders.read()).ServiceConnectConfiguration).toEqual(connect);
    expect(await orders.update(template('orders', connect, 'ROLLING'))).toMatchObject({ status: 'SUCCESS' });
    expect(await orders.deployments()).toHaveLength(1);
    await orders.delete();
    expect(await left()).toEqual([]);
  });

  test('an endpoint that ECS leaves in a namespace keeps it', async () => {
    driver.aws.answers.give({ 'ecs.removes-endpoints': false });
    const orders = await Subject.create(template('orders', SERVER, 'ROLLING'));
    await orders.delete();
    expect((await left()).map((line) => line.split(' ')[0])).toEqual([
      'AWS::ServiceDiscovery::HttpNamespace',
      'AWS::ServiceDiscovery::Service',
    ]);
  });
});
