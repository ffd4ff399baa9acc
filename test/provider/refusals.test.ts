/** What is refused before anything is made, and what fails afterwards: with which code, at which property, and why. */
import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { CloudControlClient, CreateResourceCommand } from '@aws-sdk/client-cloudcontrol';
import { CloudWatchClient, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
} from '@aws-sdk/client-ecs';
import { logGroupName } from '../../src/express-service/resources/logs/log-group';
import { identityOfArn } from '../../src/express-service/identity/identity';
import type { Structure } from '../../local/service';
import { TYPE_NAME } from '../support/account';
import { Driver } from '../support/driver';

let driver: Driver;
let ecs: ECSClient;
let before: string[];
beforeAll(async () => {
  driver = await Driver.start();
  ecs = new ECSClient(driver.aws.clientOptions());
  before = await driver.inventory();
});
afterAll(() => driver.close());

/** Resources that were not there at the beginning. */
const added = async () => (await driver.inventory()).filter((line) => !before.includes(line));
const serviceArn = (name: string) => `arn:aws:ecs:us-east-1:123456789012:service/default/${name}`;

describe('bad input', () => {
  test.each<[string, Structure, string]>([
    ['no image', { PrimaryContainer: { Image: undefined } }, 'PrimaryContainer/Image: '],
    ['memory that Fargate does not have', { Cpu: '256', Memory: '4096' }, 'Memory: '],
    [
      'an unknown subnet',
      { NetworkConfiguration: { Subnets: ['subnet-0123456789abcdef0'] } },
      'NetworkConfiguration/Subnets: ',
    ],
    ['an unknown cluster', { Cluster: 'other' }, 'Cluster: '],
    ['a tag that is kept for us', { Tags: [{ Key: 'org-ecs-express:service', Value: 'x' }] }, 'Tags/0/Key: '],
    ['a host outside every zone', { DomainName: 'hello.example.org' }, 'HostedZoneId: '],
    [
      'an unknown task definition',
      {
        TaskDefinitionArn: 'arn:aws:ecs:us-east-1:123456789012:task-definition/none:1',
        PrimaryContainer: undefined,
        ExecutionRoleArn: undefined,
      },
      'TaskDefinitionArn: ',
    ],
  ])('%s is refused, and nothing is made', async (_name, properties, path) => {
    const model = { ...driver.model(), ...properties };
    const outcome = await driver.create(model);
    expect(outcome).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest' });
    expect((outcome as { message: string }).message.startsWith(path)).toBe(true);
    expect(await added()).toEqual([]);
  });

  test.each([
    [
      { healthcheckPath: '/' },
      '#: extraneous key [healthcheckPath] is not permitted [local AWS: did you mean HealthCheckPath?]',
    ],
    [
      { ContainerPort: 80 },
      '#: extraneous key [ContainerPort] is not permitted [local AWS: did you mean PrimaryContainer/ContainerPort?]',
    ],
    [
      { ServiceName: 'my service' },
      '[local AWS: give a name of letters, digits, hyphens and underscores, e.g. web]',
    ],
  ])('what CloudFormation refuses by the schema comes with a hint: %j', async (properties, message) => {
    const client = new CloudControlClient(driver.aws.clientOptions());
    const DesiredState = JSON.stringify({ ...driver.model(), ...properties });
    await expect(
      client.send(new CreateResourceCommand({ TypeName: TYPE_NAME, DesiredState })),
    ).rejects.toMatchObject({ message: expect.stringContaining(message) });
  });

  test('a property that the type does not have is refused by its name', async () => {
    const client = new CloudControlClient(driver.aws.clientOptions());
    const DesiredState = JSON.stringify({ ...driver.model(), AuthenticateCognitoConfig: {} });
    await expect(
      client.send(new CreateResourceCommand({ TypeName: TYPE_NAME, DesiredState })),
    ).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('extraneous key [AuthenticateCognitoConfig] is not permitted'),
    });
    client.destroy();
  });

  test('an own task definition with a flaw is refused with the flaw', async () => {
    const definition: RegisterTaskDefinitionCommandInput = {
      family: 'own',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [
        { name: 'web', image: 'example/web:1', portMappings: [{ name: 'web', containerPort: 80 }] },
      ],
    };
    const { taskDefinition } = await ecs.send(new RegisterTaskDefinitionCommand(definition));
    const outcome = await driver.create({
      ...driver.model(),
      TaskDefinitionArn: taskDefinition!.taskDefinitionArn,
      PrimaryContainer: undefined,
      ExecutionRoleArn: undefined,
    });
    expect(outcome).toMatchObject({
      errorCode: 'InvalidRequest',
      message: expect.stringContaining('has no container named Main'),
    });
  });
});

describe('what stands in the way', () => {
  beforeAll(async () => {
    await driver.reset();
    before = await driver.inventory();
  });

  test('a service of the name is AlreadyExists, without a model that CloudFormation would delete', async () => {
    await ecs.send(new CreateClusterCommand({ clusterName: 'default' }));
    const { taskDefinition } = await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: 'foreign',
        networkMode: 'awsvpc',
        requiresCompatibilities: ['FARGATE'],
        cpu: '256',
        memory: '512',
        containerDefinitions: [{ name: 'web', image: 'example/web:1' }],
      }),
    );
    const { ActiveConfigurations } = Driver.modelOf(
      await driver.create(driver.model({ ServiceName: 'other' })),
    );
    const [{ NetworkConfiguration }] = ActiveConfigurations;
    await ecs.send(
      new CreateServiceCommand({
        serviceName: 'hello',
        taskDefinition: taskDefinition!.taskDefinitionArn,
        launchType: 'FARGATE',
        desiredCount: 1,
        networkConfiguration: { awsvpcConfiguration: { subnets: NetworkConfiguration.Subnets } },
      }),
    );
    const outcome = await driver.create(driver.model());
    expect(outcome).toMatchObject({
      status: 'FAILED',
      errorCode: 'AlreadyExists',
      message: 'ServiceName: there is a service hello (ACTIVE) in cluster default. Choose another name.',
    });
    expect(outcome).not.toMatchObject({ model: expect.anything() });
  });

  test.each(['read', 'delete'] as const)('a foreign service is NotFound to %s', async (operation) => {
    const scaling = new ApplicationAutoScalingClient(driver.aws.clientOptions());
    const target = { ServiceNamespace: 'ecs', ScalableDimension: 'ecs:service:DesiredCount' } as const;
    const ResourceId = 'service/default/hello';
    await scaling.send(
      new RegisterScalableTargetCommand({ ...target, ResourceId, MinCapacity: 1, MaxCapacity: 2 }),
    );
    const outcome = await driver[operation](serviceArn('hello'));
    expect(outcome).toMatchObject({ status: 'FAILED', errorCode: 'NotFound' });
    const { services } = await ecs.send(new DescribeServicesCommand({ services: ['hello'] }));
    expect(services![0]!.status).toBe('ACTIVE');
    const { ScalableTargets } = await scaling.send(
      new DescribeScalableTargetsCommand({ ...target, ResourceIds: [ResourceId] }),
    );
    expect(ScalableTargets).toHaveLength(1);
  });

  test('a foreign service is NotFound to update', async () => {
    const model = { ...driver.model(), ServiceArn: serviceArn('hello') };
    expect(await driver.update(model, driver.model())).toMatchObject({ errorCode: 'NotFound' });
  });

  test('LIST leaves the foreign service out', async () => {
    const outcome = await driver.list();
    expect(outcome).toMatchObject({ models: [{ ServiceArn: serviceArn('other') }] });
  });

  test.each<[string, string, (name: string) => Promise<unknown>, string]>([
    [
      'log group',
      'logs',
      (name) =>
        new CloudWatchLogsClient(driver.aws.clientOptions()).send(
          new CreateLogGroupCommand({ logGroupName: logGroupName(identityOfArn(serviceArn(name))) }),
        ),
      'PrimaryContainer/AwsLogsConfiguration/LogGroup: ',
    ],
    [
      'alarm',
      'alarms',
      (name) =>
        new CloudWatchClient(driver.aws.clientOptions()).send(
          new PutMetricAlarmCommand({
            AlarmName: `default/${name}/RollbackAlarm`,
            ComparisonOperator: 'GreaterThanThreshold',
            EvaluationPeriods: 1,
            Threshold: 1,
            MetricName: 'm',
            Namespace: 'n',
            Period: 60,
            Statistic: 'Sum',
          }),
        ),
      'ServiceName: ',
    ],
    [
      'task definition family',
      'tasks',
      (name) =>
        ecs.send(
          new RegisterTaskDefinitionCommand({
            family: `default-${name}`,
            containerDefinitions: [{ name: 'web', image: 'example/web:1', memory: 128 }],
          }),
        ),
      'ServiceName: ',
    ],
  ])('a foreign %s is a conflict, found before anything is made', async (what, name, stand, path) => {
    await stand(name);
    const there = await driver.inventory();
    const outcome = await driver.create(driver.model({ ServiceName: name }));
    expect(outcome).toMatchObject({ status: 'FAILED', errorCode: 'ResourceConflict' });
    expect((outcome as { message: string }).message).toMatch(new RegExp(`^${path}The ${what} `));
    expect(await driver.inventory()).toEqual(there);
  });

  test('deleting what such a create has left leaves the foreign things alone', async () => {
    const there = await driver.inventory();
    expect(await driver.delete(serviceArn('logs'))).toMatchObject({ errorCode: 'NotFound' });
    expect(await driver.inventory()).toEqual(there);
  });
});

describe('a deployment that fails', () => {
  const CAUSES: [string, string, string][] = [
    [
      'exits',
      'container Main exited with code 1, its output ends with "Starting example/hello:exits" "Exiting with code 1, as the tag of the image asks for"',
      "Read the container's output",
    ],
    ['cannot-pull', 'CannotPullContainer', 'PrimaryContainer/Image: '],
    ['unhealthy', 'health checks', 'HealthCheckPath: '],
  ];

  beforeAll(async () => {
    await driver.reset();
    before = await driver.inventory();
  });

  test.each(CAUSES)(
    'of a new service, image %s: fails with the cause, and can be deleted',
    async (tag, cause, hint) => {
      const outcome = await driver.create(
        driver.model({ PrimaryContainer: { Image: `example/hello:${tag}` } }),
      );
      expect(outcome).toMatchObject({
        status: 'FAILED',
        errorCode: 'NotStabilized',
        identifier: serviceArn('hello'),
      });
      const { message } = outcome as { message: string };
      expect(message).toContain(`example/hello:${tag}`);
      expect(message).toContain(cause);
      expect(message).toContain(hint);
      expect(message.length).toBeLessThanOrEqual(1000);
      expect(await driver.delete(serviceArn('hello'))).toMatchObject({ status: 'SUCCESS' });
      expect(await added()).toEqual([]);
    },
  );

  describe('of a service that runs', () => {
    let model: Structure;
    beforeAll(async () => {
      model = Driver.modelOf(await driver.create(driver.model()));
    });

    test.each(CAUSES)(
      'image %s: is rolled back once, and the former model is then in force',
      async (tag, cause) => {
        const broken = driver.model({ PrimaryContainer: { Image: `example/hello:${tag}` } });
        driver.aws.calls.clear();
        const outcome = await driver.update(model, broken);
        expect(outcome).toMatchObject({ status: 'FAILED', errorCode: 'NotStabilized' });
        expect((outcome as { message: string }).message).toContain('rolled back');
        expect((outcome as { message: string }).message).toContain(cause);
        expect(driver.actions().filter((action) => action === 'ecs:UpdateService')).toHaveLength(1);

        driver.aws.calls.clear();
        const restored = await driver.update({ ...broken, ServiceArn: model.ServiceArn }, driver.model());
        expect(Driver.modelOf(restored).PrimaryContainer).toEqual(model.PrimaryContainer);
        expect(driver.actions()).not.toContain('ecs:UpdateService');
      },
    );

    test('can be mended by the next image', async () => {
      const next = driver.model({ PrimaryContainer: { Image: 'example/hello:2' } });
      expect(Driver.modelOf(await driver.update(model, next)).PrimaryContainer.Image).toBe('example/hello:2');
    });
  });
});

test('no value of an environment variable or secret is in a log or a message', async () => {
  const model = driver.model({
    ServiceName: 'secretive',
    PrimaryContainer: {
      Image: 'example/hello:exits',
      Environment: [{ Name: 'PASSWORD', Value: 'canary-value-1' }],
      Secrets: [{ Name: 'TOKEN', ValueFrom: 'arn:aws:ssm:us-east-1:123456789012:parameter/canary-value-2' }],
    },
  });
  const outcome = await driver.create(model);
  expect(outcome.status).toBe('FAILED');
  expect((outcome as { message: string }).message).not.toContain('canary-value');
  expect(driver.log).not.toBe('');
  expect(driver.log).not.toContain('canary-value');
});
