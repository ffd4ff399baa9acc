/** The role with which ECS shifts traffic: a role that it cannot use, and when that shows. */
import type { DeploymentConfiguration } from '@aws-sdk/client-ecs';
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { Fixture, loadBalancerOf, MINUTE } from './fixture';

const BLUE_GREEN: DeploymentConfiguration = { strategy: 'BLUE_GREEN' };
const POLICY = 'arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers';

let fixture: Fixture;
let iam: IAMClient;
beforeAll(async () => {
  fixture = await Fixture.start();
  iam = new IAMClient(fixture.aws.clientOptions());
});
afterAll(() => fixture.close());
afterEach(() => fixture.aws.answers.reset());

function trust(service: string): string {
  const statement = { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

/** A role, named anew. @returns its name and ARN. */
async function role(service = 'ecs.amazonaws.com', attach = true) {
  const RoleName = fixture.name('role');
  const AssumeRolePolicyDocument = trust(service);
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  if (attach) await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: POLICY }));
  return { RoleName, roleArn: Role!.Arn! };
}

async function create(roleArn: string) {
  const { advancedConfiguration, ...loadBalancer } = loadBalancerOf(await fixture.pair());
  const loadBalancers = [{ ...loadBalancer, advancedConfiguration: { ...advancedConfiguration!, roleArn } }];
  return fixture.create(await fixture.input(undefined, BLUE_GREEN, { loadBalancers }));
}

const ALLOW = (...Action: string[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource: '*' } });

const unusable: [string, () => Promise<{ RoleName: string; roleArn: string }>][] = [
  ['was made a moment ago', () => role()],
  [
    'trusts another service',
    async () => {
      const made = await role('lambda.amazonaws.com');
      await fixture.advance(MINUTE);
      return made;
    },
  ],
  [
    'has no permissions',
    async () => {
      const made = await role(undefined, false);
      await fixture.advance(MINUTE);
      return made;
    },
  ],
  [
    'may not modify rules',
    async () => {
      const made = await role(undefined, false);
      const PolicyDocument = ALLOW('elasticloadbalancing:Describe*', 'elasticloadbalancing:*Targets');
      await iam.send(new PutRolePolicyCommand({ ...made, PolicyName: 'partial', PolicyDocument }));
      await fixture.advance(MINUTE);
      return made;
    },
  ],
];

test.each(unusable)('a role that %s ends the deployment', async (_what, make) => {
  const { roleArn } = await make();
  const service = await create(roleArn);
  await fixture.advance(MINUTE);
  expect(await fixture.deployment(service)).toMatchObject({
    status: 'ROLLBACK_FAILED',
    statusReason: 'No rollback candidate was found to run the rollback.',
  });
  const { events } = await fixture.describe(service);
  expect(events!.map(({ message }) => message)).toContainEqual(
    expect.stringContaining(
      `because of invalid networking configuration. ECS was unable to manage the ELB resources due to missing permissions on ECS Infrastructure Role '${roleArn}'.`,
    ),
  );
});

test.each(unusable)('told that ECS looks early, a role that %s is refused', async (_what, make) => {
  fixture.aws.answers.give({ 'ecs.unusable-infrastructure-role-fails-later': false });
  const { roleArn } = await make();
  await expect(create(roleArn)).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message: expect.stringMatching(/^Unable to assume role and validate the listeners/),
  });
});

test('a role is usable ten seconds after its last change, with whatever policy allows the calls', async () => {
  const { RoleName, roleArn } = await role('lambda.amazonaws.com', false);
  const PolicyDocument = ALLOW('elasticloadbalancing:*');
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'all', PolicyDocument }));
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trust('ecs.amazonaws.com') }));
  await fixture.advance(10_000);
  const service = await create(roleArn);
  await fixture.advance(5 * MINUTE);
  expect(await fixture.deployment(service)).toMatchObject({ status: 'SUCCESSFUL' });
});

test('an update whose role cannot be used goes back to the revision before', async () => {
  const service = await fixture.running(await fixture.pair(), BLUE_GREEN);
  const { roleArn } = await role();
  const [loadBalancer] = service.loadBalancers!;
  const { advancedConfiguration } = loadBalancer!;
  await fixture.update(service, {
    loadBalancers: [{ ...loadBalancer!, advancedConfiguration: { ...advancedConfiguration!, roleArn } }],
  });
  await fixture.advance(5 * MINUTE);
  expect(await fixture.deployment(service)).toMatchObject({
    status: 'ROLLBACK_SUCCESSFUL',
    statusReason: expect.stringContaining(`missing permissions on ECS Infrastructure Role '${roleArn}'`),
  });
});
