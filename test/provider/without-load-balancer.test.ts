/** Services without a load balancer: from their first deployment to their deletion, and to a load balancer and back. */
import { DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs';
import { requestHost } from '../../local/http-request';
import type { Structure } from '../../local/service';
import { decide, heldDeployment } from '../support/deployments';
import { Driver } from '../support/driver';

const NONE = { LoadBalancerConfiguration: { Type: 'none' } };

let driver: Driver;
let ecs: ECSClient;
let beginning: string[];
beforeAll(async () => {
  driver = await Driver.start();
  ecs = new ECSClient(driver.aws.clientOptions());
  beginning = await driver.inventory();
});
afterAll(async () => {
  ecs.destroy();
  await driver.close();
});

/** The smallest template of a worker. */
function worker(properties: Structure = {}): Structure {
  const { InfrastructureRoleArn: _, ...model } = driver.model({ ServiceName: 'worker', ...NONE });
  const { PrimaryContainer, ...others } = properties;
  return { ...model, ...others, PrimaryContainer: { ...model.PrimaryContainer, ...PrimaryContainer } };
}

async function ecsService(name = 'worker'): Promise<Structure> {
  const { services } = await ecs.send(new DescribeServicesCommand({ services: [name] }));
  return services![0]!;
}

async function removed(serviceArn: string): Promise<void> {
  expect(await driver.delete(serviceArn)).toMatchObject({ status: 'SUCCESS' });
  expect(await driver.inventory()).toEqual(beginning);
}

const imagesOf = ({ ActiveConfigurations }: Structure) =>
  ActiveConfigurations.map(({ PrimaryContainer }: Structure) => PrimaryContainer.Image);

test('an image and an execution role make a worker, which READ tells as the template does', async () => {
  const model = Driver.modelOf(await driver.create(worker()));
  const types = model.ManagedResources.map(({ ResourceType }: Structure) => ResourceType);
  expect(types.sort()).toEqual([
    'AWS::ApplicationAutoScaling::ScalableTarget',
    'AWS::ApplicationAutoScaling::ScalingPolicy',
    'AWS::EC2::SecurityGroup',
    'AWS::ECS::Cluster',
    'AWS::ECS::Service',
    'AWS::ECS::TaskDefinition',
    'AWS::Logs::LogGroup',
  ]);
  expect(model).toMatchObject({
    ...NONE,
    DeploymentConfiguration: { Strategy: 'ROLLING' },
    ManagedResources: expect.not.arrayContaining([
      expect.objectContaining({ StatusReason: expect.anything() }),
    ]),
  });
  for (const name of [
    'Endpoint',
    'DomainName',
    'InfrastructureRoleArn',
    'HealthCheckPath',
    'TargetGroupConfiguration',
  ]) {
    expect(model).not.toHaveProperty(name);
  }
  expect(Driver.modelOf(await driver.read(model.ServiceArn))).toEqual(model);

  driver.aws.calls.clear();
  const { ServiceArn, ...again } = model;
  expect(Driver.modelOf(await driver.update({ ...worker(), ServiceArn }, worker()))).toEqual(model);
  // Cloud Control gives all that READ answers back.
  expect(Driver.modelOf(await driver.update(model, again))).toEqual(model);
  expect(driver.actions().filter((action) => !/:(Describe|Get|List)/.test(action))).toEqual([]);
  await removed(ServiceArn);
});

test.each(['ROLLING', 'BLUE_GREEN'])(
  '%s: a new image replaces the tasks, one that exits does not',
  async (Strategy) => {
    const template = (Image: string) =>
      worker({ PrimaryContainer: { Image }, DeploymentConfiguration: { Strategy, BakeTimeInMinutes: 1 } });
    const made = Driver.modelOf(await driver.create(template('example/hello:1')));
    const previous = (model: Structure) => ({ ...model, ServiceArn: made.ServiceArn });
    const good = await driver.update(previous(template('example/hello:1')), template('example/hello:2'));
    expect(imagesOf(Driver.modelOf(good))).toEqual(['example/hello:2']);

    const bad = await driver.update(previous(template('example/hello:2')), template('example/hello:exits'));
    expect(bad).toMatchObject({
      status: 'FAILED',
      errorCode: 'NotStabilized',
      message: expect.stringContaining('exit'),
    });
    const back = await driver.update(previous(template('example/hello:exits')), template('example/hello:2'));
    expect(imagesOf(Driver.modelOf(back))).toEqual(['example/hello:2']);
    await removed(made.ServiceArn);
  },
);

test('a pause holds a blue/green deployment up until somebody decides', async () => {
  const held = worker({
    PrimaryContainer: { Image: 'example/hello:2' },
    DeploymentConfiguration: {
      Strategy: 'BLUE_GREEN',
      LifecycleHooks: [{ TargetType: 'PAUSE', LifecycleStages: ['POST_SCALE_UP'] }],
    },
  });
  const { ServiceArn } = Driver.modelOf(await driver.create(worker()));
  const update = driver.update({ ...worker(), ServiceArn }, held);
  await decide(ecs, await heldDeployment(driver, ServiceArn, 'POST_SCALE_UP'), 'CONTINUE');
  expect(imagesOf(Driver.modelOf(await update))).toEqual(['example/hello:2']);
  await removed(ServiceArn);
});

test('a worker gets a load balancer, and loses it again, each in one update', async () => {
  const web = driver.model({ ServiceName: 'worker' });
  const made = Driver.modelOf(await driver.create(worker()));
  const { ServiceArn } = made;

  const reached = Driver.modelOf(await driver.update({ ...worker(), ServiceArn }, web));
  expect(reached).toMatchObject({
    LoadBalancerConfiguration: { Type: 'application' },
    Endpoint: 'https://worker.apps.example.com',
  });
  expect(await requestHost(driver.aws.dataPlaneUrl, 'worker.apps.example.com')).toMatchObject({
    status: 200,
  });
  expect((await ecsService()).loadBalancers).toHaveLength(1);

  const back = Driver.modelOf(await driver.update({ ...web, ServiceArn }, worker()));
  expect((await ecsService()).loadBalancers).toEqual([]);
  const { CreatedAt: _, UpdatedAt: __, ActiveConfigurations: ___, ...same } = made;
  expect(back).toMatchObject({
    ...same,
    ManagedResources: expect.arrayContaining(
      made.ManagedResources.map(({ ResourceType }: Structure) => expect.objectContaining({ ResourceType })),
    ),
  });
  expect(back.ManagedResources).toHaveLength(made.ManagedResources.length);
  expect(Driver.modelOf(await driver.read(ServiceArn))).toEqual(back);
  await removed(ServiceArn);
});
