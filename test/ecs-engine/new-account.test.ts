/** An account that has never used Amazon ECS. */
import { CreateClusterCommand, ECSClient } from '@aws-sdk/client-ecs';
import { CreateServiceLinkedRoleCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { startLocalAws, type LocalAws } from '../../local';

let aws: LocalAws;
let ecs: ECSClient;
let iam: IAMClient;
beforeAll(async () => {
  aws = await startLocalAws({ clock: 'manual', isNewAccount: true });
  ecs = new ECSClient({ ...aws.clientOptions(), maxAttempts: 1 });
  iam = new IAMClient(aws.clientOptions());
});
afterAll(() => aws.close());
beforeEach(() => aws.reset());

const create = () => ecs.send(new CreateClusterCommand({ clusterName: 'web' }));
const refusal = {
  name: 'InvalidParameterException',
  message: 'Unable to assume the service linked role. Please verify that the ECS service linked role exists.',
};

test('gets its service-linked role with the first call, and can make clusters once IAM has it', async () => {
  await expect(create()).rejects.toMatchObject(refusal);
  await aws.clock.advance(10_000);
  await expect(create()).rejects.toMatchObject(refusal);
  const PathPrefix = '/aws-service-role/ecs.amazonaws.com/';
  expect((await iam.send(new ListRolesCommand({ PathPrefix }))).Roles).toHaveLength(1);
  await aws.clock.advance(5_000);
  expect((await create()).cluster).toMatchObject({ clusterName: 'web', status: 'ACTIVE' });
});

test('can make clusters at once where somebody has made the role before', async () => {
  await iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: 'ecs.amazonaws.com' }));
  expect((await create()).cluster).toMatchObject({ status: 'ACTIVE' });
});
