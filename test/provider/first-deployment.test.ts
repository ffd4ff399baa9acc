/** The first deployment of a service, with an infrastructure role that it cannot use. */
import { ECSClient, ListServiceDeploymentsCommand } from '@aws-sdk/client-ecs';
import { AttachRolePolicyCommand, DetachRolePolicyCommand, IAMClient } from '@aws-sdk/client-iam';
import { createRole } from '../../local/account';
import { Driver } from '../support/driver';

let driver: Driver;
beforeAll(async () => {
  driver = await Driver.start();
});
afterEach(() => driver.reset());
afterAll(() => driver.close());

/** Number of deployments that a service has had. */
async function deployments(service: string): Promise<number> {
  const ecs = new ECSClient(driver.aws.clientOptions());
  const { serviceDeployments } = await ecs.send(new ListServiceDeploymentsCommand({ service }));
  return serviceDeployments!.length;
}

/** Do something once the service has its first deployment, which has looked at the role by then or finds it changed just now. */
function onceDeployed(then: () => Promise<void>): void {
  const { clock } = driver.aws;
  const look = async () => {
    const deployed = await deployments('hello').catch(() => 0);
    return deployed > 0 ? then() : onceDeployed(then);
  };
  clock.schedule(1_000, () => void clock.work(look));
}

async function role(
  change: new (input: { RoleName: string; PolicyArn: string }) => AttachRolePolicyCommand,
  RoleName: string,
): Promise<void> {
  const PolicyArn = 'arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers';
  await new IAMClient(driver.aws.clientOptions()).send(new change({ RoleName, PolicyArn }));
}

/** A role that trusts ECS and may do nothing. */
async function roleWithoutRights(RoleName: string): Promise<string> {
  const arn = await createRole(driver.aws, RoleName, 'ecs.amazonaws.com');
  await role(DetachRolePolicyCommand, RoleName);
  return arn;
}

test('a role that gets its rights while the service is made: the service is deployed once more', async () => {
  const InfrastructureRoleArn = await roleWithoutRights('late');
  onceDeployed(() => role(AttachRolePolicyCommand, 'late'));
  const outcome = await driver.create(driver.model({ InfrastructureRoleArn }));
  expect(Driver.modelOf(outcome)).toMatchObject({ Status: { StatusCode: 'ACTIVE' } });
  expect(await deployments('hello')).toBe(2);
});

test('a role without rights: the second failure names the property, what ECS says, and what to do', async () => {
  const InfrastructureRoleArn = await roleWithoutRights('powerless');
  const outcome = await driver.create(driver.model({ InfrastructureRoleArn }));
  expect(outcome).toMatchObject({
    status: 'FAILED',
    errorCode: 'NotStabilized',
    message: expect.stringMatching(
      /^InfrastructureRoleArn: .*missing permissions on ECS Infrastructure Role.*attach the managed policy AmazonECSInfrastructureRolePolicyForLoadBalancers/,
    ),
  });
  expect(await deployments('hello')).toBe(2);
});
