/** Services that others deploy: AWS CodeDeploy, and Amazon ECS itself in Express Mode. */
import {
  CreateExpressGatewayServiceCommand,
  DeleteExpressGatewayServiceCommand,
  DescribeServicesCommand,
  ListServicesCommand,
  type Service,
  type UpdateServiceCommandInput,
} from '@aws-sdk/client-ecs';
import { Fixture, loadBalancerOf, MINUTE, ROLE } from './fixture';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await Fixture.start();
});
afterAll(() => fixture.close());

const CODE_DEPLOY = { deploymentController: { type: 'CODE_DEPLOY' as const } };

async function behindTargetGroup() {
  const targetGroupArn = await fixture.targetGroup();
  await fixture.rule([[targetGroupArn, 1]]);
  return { loadBalancers: [{ targetGroupArn, containerName: 'Main', containerPort: 80 }] };
}

async function byCodeDeploy(): Promise<Service> {
  return fixture.running(undefined, {}, { ...(await behindTargetGroup()), ...CODE_DEPLOY });
}

test('under CODE_DEPLOY a service has a task set, and no deployments', async () => {
  const { deployments, taskSets, deploymentController } = await fixture.describe(await byCodeDeploy());
  expect({ deployments, deploymentController }).toEqual({ deployments: [], ...CODE_DEPLOY });
  expect(taskSets).toMatchObject([
    {
      status: 'PRIMARY',
      computedDesiredCount: 2,
      runningCount: 2,
      scale: { value: 100, unit: 'PERCENT' },
      stabilityStatus: 'STEADY_STATE',
      loadBalancers: [{ containerName: 'Main' }],
    },
  ]);
});

test('it has one target group', async () => {
  const without = await fixture.input(undefined, {}, CODE_DEPLOY);
  await expect(fixture.create(without)).rejects.toThrow(/one load balancer with one target group/);
  const pair = await fixture.pair();
  const two = { ...CODE_DEPLOY, loadBalancers: [loadBalancerOf(pair)] };
  await expect(fixture.create(await fixture.input(undefined, {}, two))).rejects.toThrow(/one target group/);
});

test.each<[Partial<UpdateServiceCommandInput>, RegExp]>([
  [{ taskDefinition: 'web' }, /^Unable to update task definition on services with a CODE_DEPLOY/],
  [{ forceNewDeployment: true }, /^Cannot force a new deployment on services with a CODE_DEPLOY/],
  [{ loadBalancers: [] }, /^Unable to update load balancers/],
])('UpdateService with %j is refused under CODE_DEPLOY', async (input, message) => {
  const service = await byCodeDeploy();
  await expect(fixture.update(service, input)).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message: expect.stringMatching(message),
  });
  expect(await fixture.update(service, { desiredCount: 1 })).toMatchObject({ desiredCount: 1 });
});

test('the controller changes to ECS without a deployment, and not back', async () => {
  const service = await byCodeDeploy();
  const tasks = async () => (await fixture.tasks(service)).map(({ taskArn }) => taskArn).sort();
  const before = await tasks();
  await fixture.update(service, { deploymentController: { type: 'ECS' } });
  await fixture.advance(10 * MINUTE);
  expect(await tasks()).toEqual(before);
  const described = await fixture.describe(service);
  expect(described).toMatchObject({ deployments: [{ status: 'PRIMARY' }] });
  expect(described).not.toHaveProperty('taskSets');
  await expect(fixture.update(service, CODE_DEPLOY)).rejects.toThrow(
    /from ECS to CODE_DEPLOY is not supported/,
  );

  // Another answer of AWS.
  fixture.aws.answers.give({ 'ecs.controller-change-starts-no-deployment': false });
  const other = await byCodeDeploy();
  await fixture.update(other, { deploymentController: { type: 'ECS' } });
  expect(await fixture.deployment(other)).toMatchObject({ status: 'PENDING' });
  fixture.aws.answers.reset();

  await fixture.update(service, { forceNewDeployment: true });
  await expect(fixture.update(service, { deploymentController: { type: 'EXTERNAL' } })).rejects.toThrow(
    /while a service deployment is in progress/,
  );
});

test('a service of Express Mode says that Amazon ECS manages it, and is not listed among others', async () => {
  const { service } = await fixture.ecs.send(
    new CreateExpressGatewayServiceCommand({
      serviceName: 'express',
      infrastructureRoleArn: ROLE,
      primaryContainer: { image: 'repository/web:1' },
      networkConfiguration: { subnets: fixture.subnets, securityGroups: [fixture.securityGroup] },
    }),
  );
  const { services } = await fixture.ecs.send(new DescribeServicesCommand({ services: ['express'] }));
  expect(services).toMatchObject([{ resourceManagementType: 'ECS', serviceArn: service!.serviceArn }]);
  const { serviceArns } = await fixture.ecs.send(new ListServicesCommand({}));
  expect(serviceArns).not.toContain(service!.serviceArn);
  const deleted = await fixture.ecs.send(
    new DeleteExpressGatewayServiceCommand({ serviceArn: service!.serviceArn }),
  );
  expect(deleted.service).toMatchObject({ status: { statusCode: 'DRAINING' } });
});
