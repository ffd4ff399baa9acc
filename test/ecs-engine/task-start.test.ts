/** What keeps tasks from starting: roles that ECS cannot assume, and secrets that cannot be read. */
import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import { RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { createRole } from '../../local/account';
import { Fixture, MINUTE } from './fixture';

let fixture: Fixture;
let executionRoleArn: string;
beforeAll(async () => {
  fixture = await Fixture.start();
  executionRoleArn = await createRole(fixture.aws, 'starting', 'ecs-tasks.amazonaws.com');
  await new SSMClient(fixture.aws.clientOptions()).send(
    new PutParameterCommand({ Name: '/app/db', Value: 'x', Type: 'SecureString' }),
  );
  await fixture.advance(MINUTE);
});
afterAll(() => fixture.close());

const role = (name: string, accountId = '123456789012') => `arn:aws:iam::${accountId}:role/${name}`;
const secret = (rest: string) => `arn:aws:secretsmanager:us-east-1:123456789012:secret:${rest}`;

/** A service whose tasks are of this definition, two minutes after its creation. */
async function started(roles: object, more: Partial<ContainerDefinition> = {}) {
  const { taskDefinition } = await fixture.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: fixture.name('start'),
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'Main', image: 'repository/web:1', ...more }],
      ...roles,
    }),
  );
  const service = await fixture.create(
    await fixture.input(
      undefined,
      {},
      {
        taskDefinition: taskDefinition!.taskDefinitionArn,
      },
    ),
  );
  await fixture.advance(2 * MINUTE);
  return service;
}

test.each([
  ['does not exist', () => ({ executionRoleArn: role('nobody') }), 'nobody'],
  [
    'trusts another service',
    async () => ({
      executionRoleArn,
      taskRoleArn: await createRole(fixture.aws, 'untrusting', 'lambda.amazonaws.com'),
    }),
    'untrusting',
  ],
])('no task is launched with a role that %s', async (_what, roles, name) => {
  const service = await started(await roles());
  const { events, runningCount } = await fixture.describe(service);
  expect(runningCount).toBe(0);
  expect(events!.map(({ message }) => message)).toContainEqual(
    expect.stringContaining(
      `failed to launch a task with (error ECS was unable to assume the role '${role(name)}' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.).`,
    ),
  );
});

test('a role of another account is not passed', async () => {
  await expect(started({ executionRoleArn: role('a', '210987654321') })).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: 'Cross-account pass role is not allowed.',
  });
});

test.each([
  ['/app/none', 'invalid ssm parameters: /app/none'],
  [secret('app-AbCdEf:password'), 'unexpected ARN format with parameters when trying to retrieve ASM secret'],
])('a task whose secret is %s does not start', async (valueFrom, reason) => {
  const service = await started({ executionRoleArn }, { secrets: [{ name: 'S', valueFrom }] });
  const [task] = await fixture.tasks(service, 'STOPPED');
  expect(task).toMatchObject({
    stopCode: 'TaskFailedToStart',
    stoppedReason: expect.stringMatching(
      /^ResourceInitializationError: unable to pull secrets or registry auth: /,
    ),
  });
  expect(task!.stoppedReason).toContain(reason);
});

test.each([
  '/app/db',
  'arn:aws:ssm:us-east-1:123456789012:parameter/app/db',
  secret('app-AbCdEf:password::'),
])('a task whose secret is %s starts', async (valueFrom) => {
  const service = await started({ executionRoleArn }, { secrets: [{ name: 'S', valueFrom }] });
  expect(await fixture.describe(service)).toMatchObject({ runningCount: 2 });
});
