/** Operations that last: none goes on until CloudFormation gives it up without a reason. */
import { createRole } from '../../local/account';
import schema from '../../schema/org-ecs-expressservice.json';
import { Driver } from '../support/driver';

const MINUTE = 60_000;

let driver: Driver;
beforeAll(async () => {
  driver = await Driver.start({ isPunctual: true });
});
afterEach(() => driver.reset());
afterAll(() => driver.close());

/** Virtual minutes that an operation takes. */
async function minutesOf<Result>(operation: Promise<Result>): Promise<[Result, number]> {
  const start = driver.aws.clock.now();
  const result = await operation;
  return [result, (driver.aws.clock.now() - start) / MINUTE];
}

test('the scaling of a service whose deployments ECS no longer lists changes within minutes', async () => {
  const model = driver.model();
  const { ServiceArn } = Driver.modelOf(await driver.create(model));
  await driver.aws.clock.sleep(91 * 24 * 60 * MINUTE);
  const [outcome, minutes] = await minutesOf(
    driver.update({ ...model, ServiceArn }, { ...model, ScalingTarget: { MaxTaskCount: 7 } }),
  );
  expect(Driver.modelOf(outcome)).toMatchObject({ ScalingTarget: { MaxTaskCount: 7 } });
  expect(minutes).toBeLessThan(5);
});

test('tasks that exit again and again end a deployment without a circuit breaker, with their own words', async () => {
  const model = driver.model({
    PrimaryContainer: { Image: 'example/hello:exits' },
    DeploymentConfiguration: { DeploymentCircuitBreaker: { Enable: false } },
  });
  const [outcome, minutes] = await minutesOf(driver.create(model));
  expect(outcome).toMatchObject({ status: 'FAILED', errorCode: 'NotStabilized' });
  expect(outcome.message).toMatch(/container Main exited with code 1/);
  expect(outcome.message).toMatch(/was not over after 126 minutes, bake times included, and was stopped/);
  expect(minutes).toBeLessThan(schema.handlers.create.timeoutInMinutes / 4);
});

test('a deployment may take as long as an additional Network Load Balancer makes it', async () => {
  const model = driver.model({
    // 34 shifts, after each of which ECS waits for ten minutes.
    DeploymentConfiguration: {
      Strategy: 'LINEAR',
      LinearConfiguration: { StepPercent: 3, StepBakeTimeInMinutes: 0 },
      BakeTimeInMinutes: 0,
    },
    AdditionalLoadBalancers: [{ Name: 'stream', LoadBalancerConfiguration: { Type: 'network' } }],
  });
  const [outcome, minutes] = await minutesOf(driver.create(model));
  expect(outcome).toMatchObject({ status: 'SUCCESS' });
  expect(minutes).toBeGreaterThan(340);
});

test('a deregistration delay of an hour is waited for when the service is deleted', async () => {
  const model = driver.model({ TargetGroupConfiguration: { DeregistrationDelaySeconds: 3600 } });
  const { ServiceArn } = Driver.modelOf(await driver.create(model));
  const [outcome, minutes] = await minutesOf(driver.delete(ServiceArn));
  expect(outcome.status).toBe('SUCCESS');
  expect(minutes).toBeGreaterThan(60);
});

test('a move for which the bake times are too long is refused before anything is made', async () => {
  const model = driver.model();
  const { ServiceArn } = Driver.modelOf(await driver.create(model));
  const before = await driver.inventory();
  const moved = {
    ...model,
    LoadBalancerConfiguration: { IdleTimeoutSeconds: 90 },
    DeploymentConfiguration: { BakeTimeInMinutes: 900 },
  };
  const outcome = await driver.update({ ...model, ServiceArn }, moved);
  expect(outcome).toMatchObject({
    status: 'FAILED',
    errorCode: 'InvalidRequest',
    message: expect.stringMatching(
      /^DeploymentConfiguration\/BakeTimeInMinutes: lets a deployment wait too long: BakeTimeInMinutes 900 .* 903 minutes, and this update moves .* at most 900/,
    ),
  });
  expect(await driver.inventory()).toEqual(before);
});

test('the same is refused when the update has waited for a role first', async () => {
  const ExecutionRoleArn = await createRole(driver.aws, 'other', 'ecs-tasks.amazonaws.com');
  const model = driver.model();
  const { ServiceArn } = Driver.modelOf(await driver.create(model));
  const before = await driver.inventory();
  driver.aws.faults.add({
    kind: 'refuse',
    service: 'iam',
    operation: 'GetRole',
    error: { code: 'NoSuchEntity', message: 'The role with name other cannot be found.' },
  });
  const moved = {
    ...model,
    ExecutionRoleArn,
    LoadBalancerConfiguration: { IdleTimeoutSeconds: 90 },
    DeploymentConfiguration: { BakeTimeInMinutes: 900 },
  };
  const reasons: (string | undefined)[] = [];
  const outcome = await driver.update({ ...model, ServiceArn }, moved, {
    onProgress: (_model, _identifier, message) => void reasons.push(message),
  });
  expect(reasons).toEqual([expect.stringMatching(/^waiting in case IAM has changed a moment ago/)]);
  expect(outcome).toMatchObject({
    errorCode: 'InvalidRequest',
    message: expect.stringMatching(/^DeploymentConfiguration\/BakeTimeInMinutes: .* two deployments/),
  });
  expect(await driver.inventory()).toEqual(before);
});
