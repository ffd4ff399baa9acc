/** The first service of an account that has never used Amazon ECS. */
import { Driver } from '../support/driver';

let driver: Driver;
beforeAll(async () => {
  driver = await Driver.start({ isNewAccount: true, isPunctual: true });
});
afterEach(() => driver.reset());
afterAll(() => driver.close());

test('is made once IAM has the service-linked roles of Amazon ECS and Application Auto Scaling', async () => {
  const outcome = await driver.create(driver.model());
  expect(Driver.modelOf(outcome)).toMatchObject({ Status: { StatusCode: 'ACTIVE' } });
  const refusals = (operation: string) =>
    driver.aws.calls.list({ operation }).flatMap(({ errorCode }) => errorCode ?? []);
  expect(refusals('CreateCluster')).toContain('InvalidParameterException');
  // One for each look: the registration is not tried again without its tags.
  expect(refusals('RegisterScalableTarget')).toEqual(['ValidationException', 'ValidationException']);
});

test('fails after minutes, and says what to do, when the role of ECS never comes', async () => {
  const begin = driver.aws.clock.now();
  driver.aws.faults.add({
    kind: 'refuse',
    service: 'ecs',
    operation: 'CreateCluster',
    times: Number.MAX_SAFE_INTEGER,
    error: {
      code: 'InvalidParameterException',
      message:
        'Unable to assume the service linked role. Please verify that the ECS service linked role exists.',
    },
  });
  expect(await driver.create(driver.model())).toMatchObject({
    status: 'FAILED',
    message: expect.stringMatching(/AWSServiceRoleForECS.*create-service-linked-role/),
  });
  expect(driver.aws.clock.now() - begin).toBeLessThan(15 * 60_000);
});

test('fails after minutes, and says what to do, when the role of Application Auto Scaling never comes', async () => {
  driver.aws.faults.add({
    kind: 'refuse',
    service: 'application-autoscaling',
    operation: 'RegisterScalableTarget',
    times: Number.MAX_SAFE_INTEGER,
    error: {
      code: 'ValidationException',
      message:
        'Unable to assume IAM role: arn:aws:iam::123456789012:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService',
    },
  });
  expect(await driver.create(driver.model())).toMatchObject({
    status: 'FAILED',
    errorCode: 'NotStabilized',
    message: expect.stringMatching(
      /AWSServiceRoleForApplicationAutoScaling_ECSService.*create-service-linked-role/,
    ),
  });
});
