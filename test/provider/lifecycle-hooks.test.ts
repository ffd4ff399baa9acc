/** Deployments that wait for somebody, as the author of the template and whoever looks at the service see them. */
import { DescribeServiceDeploymentsCommand, ECSClient } from '@aws-sdk/client-ecs';
import type { HandlerOutcome } from '../../local/extension/resource-handler';
import type { Structure } from '../../local/service';
import { whileRequested } from '../moves/steady-requests';
import { Driver } from '../support/driver';
import { inVirtualTime } from '../support/eventually';
import { decide, heldDeployment } from '../support/deployments';

let driver: Driver;
let ecs: ECSClient;
let arn: string;
/** Properties in the template. */
let template: Structure;
beforeAll(async () => {
  driver = await Driver.start();
  ecs = new ECSClient(driver.aws.clientOptions());
});
afterAll(async () => {
  ecs.destroy();
  await driver.close();
});

const gate = (stage: string, TimeoutConfiguration?: Structure) => ({
  LifecycleHooks: [{ TargetType: 'PAUSE', LifecycleStages: [stage], TimeoutConfiguration }],
});
const withImage = (Image: string, DeploymentConfiguration: Structure = {}) =>
  driver.model({
    PrimaryContainer: { Image },
    DeploymentConfiguration: { BakeTimeInMinutes: 1, ...DeploymentConfiguration },
  });

const read = async () => Driver.modelOf(await driver.read(arn));

const waiting = () => heldDeployment(driver, arn);

/** Update under steady requests; `meanwhile` is told the progress that stack events show. */
async function update(
  wanted: Structure,
  meanwhile: (progress: string[]) => Promise<void> = async () => undefined,
  signal?: AbortSignal,
): Promise<HandlerOutcome> {
  const progress: string[] = [];
  const onProgress = (_model: Structure, _identifier: string, message = '') => void progress.push(message);
  const { result, answers } = await whileRequested(
    driver.aws,
    'hello.apps.example.com',
    driver.hostedZoneId,
    async () => {
      const updating = driver.update({ ...template, ServiceArn: arn }, wanted, { signal, onProgress });
      await meanwhile(progress);
      return updating;
    },
  );
  expect(answers.lost).toEqual([]);
  if (result.status === 'SUCCESS') template = wanted;
  return result;
}

const statusOf = async ({ ServiceDeploymentArn }: Structure) => {
  const { serviceDeployments } = await ecs.send(
    new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [ServiceDeploymentArn] }),
  );
  return serviceDeployments![0]!.status;
};

let images = 1;
const nextImage = () => `example/hello:${++images}`;

beforeAll(async () => {
  template = withImage('example/hello:1', gate('POST_SCALE_UP'));
  const creating = driver.create(template);
  arn = 'arn:aws:ecs:us-east-1:123456789012:service/default/hello';
  await inVirtualTime(
    driver.aws.clock,
    'the service is there',
    async () => (await driver.read(arn)).status === 'SUCCESS',
  );
  await decide(ecs, await waiting(), 'CONTINUE');
  Driver.modelOf(await creating);
});

test('a deployment that waits says so in its progress and in READ, with the commands that end the wait', async () => {
  const image = nextImage();
  let deployment!: Structure;
  const outcome = await update(
    withImage(image, gate('POST_SCALE_UP', { TimeoutInMinutes: 120 })),
    async (progress) => {
      deployment = await waiting();
      const [action] = deployment.AwaitedActions;
      expect(deployment).toMatchObject({
        Status: 'IN_PROGRESS',
        LifecycleStage: 'POST_SCALE_UP',
        AwaitedActions: [
          {
            HookId: expect.stringMatching(/^ecs-pause-/),
            TimeoutAction: 'ROLLBACK',
            ContinueCommand: `aws ecs continue-service-deployment --service-deployment-arn ${deployment.ServiceDeploymentArn} --hook-id ${action.HookId} --action CONTINUE`,
            RollbackCommand: expect.stringMatching(/--action ROLLBACK$/),
          },
        ],
      });
      expect(Date.parse(action.Until) - Date.parse(action.Since)).toBe(120 * 60_000);
      const since = action.Since.slice(0, 16).replace('T', ' ');
      const until = action.Until.slice(0, 16).replace('T', ' ');
      await driver.aws.clock.sleep(120_000);
      expect(progress.at(-1)).toBe(
        `waiting for the service deployment (POST_SCALE_UP waits since ${since} UTC for somebody to continue it, until ${until} UTC, then ROLLBACK: ${action.ContinueCommand} (or ROLLBACK))`,
      );
      await decide(ecs, deployment, 'CONTINUE');
    },
  );
  expect(Driver.modelOf(outcome).PrimaryContainer.Image).toBe(image);
  expect(Driver.modelOf(outcome)).not.toHaveProperty('CurrentDeployment');
});

test('what somebody rolls back fails the update, which says so', async () => {
  let deployment!: Structure;
  const wanted = withImage(nextImage(), gate('PRE_PRODUCTION_TRAFFIC_SHIFT'));
  const outcome = await update(wanted, async () => decide(ecs, (deployment = await waiting()), 'ROLLBACK'));
  expect(outcome).toMatchObject({
    status: 'FAILED',
    errorCode: 'NotStabilized',
    message: expect.stringContaining('PRE_PRODUCTION_TRAFFIC_SHIFT'),
  });
  expect(await statusOf(deployment)).toBe('ROLLBACK_SUCCESSFUL');
  expect(await driver.update({ ...wanted, ServiceArn: arn }, template)).toMatchObject({ status: 'SUCCESS' });
});

test.each([
  ['ROLLBACK', 'FAILED'],
  ['CONTINUE', 'SUCCESS'],
] as const)('a wait that nobody ends comes to its %s', async (Action, status) => {
  const wanted = withImage(nextImage(), gate('PRE_SCALE_UP', { TimeoutInMinutes: 30, Action }));
  expect(await update(wanted)).toMatchObject({ status });
  if (status === 'FAILED')
    expect(await driver.update({ ...wanted, ServiceArn: arn }, template)).toMatchObject({
      status: 'SUCCESS',
    });
});

test('an update that is cancelled while it waits is rolled back', async () => {
  const before = (await read()).PrimaryContainer.Image;
  const cancelled = new AbortController();
  const wanted = withImage(nextImage(), gate('POST_PRODUCTION_TRAFFIC_SHIFT'));
  let deployment!: Structure;
  const outcome = await update(
    wanted,
    async () => {
      deployment = await waiting();
      cancelled.abort();
    },
    cancelled.signal,
  );
  expect(outcome).toMatchObject({ status: 'FAILED', errorCode: 'Cancelled' });
  const back = await driver.update({ ...wanted, ServiceArn: arn }, template);
  expect(Driver.modelOf(back).ActiveConfigurations).toMatchObject([{ PrimaryContainer: { Image: before } }]);
  expect(await statusOf(deployment)).toBe('ROLLBACK_SUCCESSFUL');
});

test('each step of a strategy waits for somebody', async () => {
  const steps = { Strategy: 'LINEAR', LinearConfiguration: { StepPercent: 50, StepBakeTimeInMinutes: 0 } };
  const seen = new Set<string>();
  const outcome = await update(
    withImage(nextImage(), { ...steps, ...gate('PRE_PRODUCTION_TRAFFIC_SHIFT', { TimeoutInMinutes: 60 }) }),
    async () => {
      for (let step = 0; step < 2; step++) {
        const deployment = await waiting();
        seen.add(deployment.AwaitedActions[0].HookId);
        await decide(ecs, deployment, 'CONTINUE');
        await driver.aws.clock.sleep(5_000);
      }
    },
  );
  expect(outcome).toMatchObject({ status: 'SUCCESS' });
  expect(seen.size).toBe(2);
});

test('a pause holds a deployment up at every stage at which ECS takes one', async () => {
  const stages = [
    'PRE_SCALE_UP',
    'POST_SCALE_UP',
    'POST_TEST_TRAFFIC_SHIFT',
    'PRE_PRODUCTION_TRAFFIC_SHIFT',
    'POST_PRODUCTION_TRAFFIC_SHIFT',
  ];
  const LifecycleHooks = [
    { TargetType: 'PAUSE', LifecycleStages: stages, TimeoutConfiguration: { TimeoutInMinutes: 60 } },
  ];
  const seen: string[] = [];
  const wanted = {
    ...withImage(nextImage(), { Strategy: 'BLUE_GREEN', LifecycleHooks }),
    TestTraffic: { HttpHeader: { Name: 'X-Test', Values: ['on'] } },
  };
  const outcome = await update(wanted, async () => {
    for (const stage of stages) {
      const deployment = await heldDeployment(driver, arn, stage);
      seen.push(deployment.LifecycleStage);
      await decide(ecs, deployment, 'CONTINUE');
    }
  });
  expect(outcome).toMatchObject({ status: 'SUCCESS' });
  expect(seen).toEqual(stages);
});

test('a service that waits is deleted', async () => {
  const updating = driver.update(
    { ...template, ServiceArn: arn },
    withImage(nextImage(), gate('POST_SCALE_UP')),
  );
  await waiting();
  expect(await driver.delete(arn)).toMatchObject({ status: 'SUCCESS' });
  expect(await updating).toMatchObject({ status: 'FAILED' });
});
