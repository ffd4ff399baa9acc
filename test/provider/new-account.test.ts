/** The first service of an account that has never used Amazon ECS. */
import { Driver } from './driver';

let driver: Driver;
beforeAll(async () => {
  driver = await Driver.start({ isNewAccount: true });
});
afterEach(() => driver.reset());
afterAll(() => driver.close());

test('is made once IAM has the service-linked role of Amazon ECS', async () => {
  const outcome = await driver.create(driver.model());
  expect(Driver.modelOf(outcome)).toMatchObject({ Status: { StatusCode: 'ACTIVE' } });
  const refused = driver.aws.calls.list({ operation: 'CreateCluster' }).filter(({ errorCode }) => errorCode);
  expect(refused.map(({ errorCode }) => errorCode)).toContain('InvalidParameterException');
});

test('fails after minutes, and says what to do, when the role never comes', async () => {
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
