/** Lambda functions at the stages of a deployment: what they are told, and what their answers do to an update. */
import {
  DescribeServiceDeploymentsCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
} from '@aws-sdk/client-ecs';
import { IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRole } from '../../local/account';
import type { HandlerOutcome } from '../../local/extension/resource-handler';
import type { Structure } from '../../local/service';
import { whileRequested } from '../moves/steady-requests';
import { HOOK_STAGES } from '../support/deployments';
import { Driver } from '../support/driver';

/** Each writes down what it is told, into the file that its details name. */
const FUNCTIONS = `
const { appendFileSync } = require('node:fs');
const answering = (answer) => async (event) => {
  appendFileSync(event.hookDetails.file, JSON.stringify(event) + '\\n');
  return answer(event);
};
exports.agrees = answering(() => ({ hookStatus: 'SUCCEEDED' }));
exports.refuses = answering(() => ({ hookStatus: 'FAILED' }));
exports.breaks = answering(() => { throw new Error('out of order'); });
exports.thinks = answering(({ hookDetails }) => hookDetails.thought
  ? { hookStatus: 'SUCCEEDED' }
  : { hookStatus: 'IN_PROGRESS', callBackDelay: 90, hookDetails: { ...hookDetails, thought: 'yes' } });
exports.hesitates = answering(() => ({ hookStatus: 'IN_PROGRESS' }));
`;

let driver: Driver;
let ecs: ECSClient;
let folder: string;
let roleArn: string;
let arn: string;
/** Properties in the template. */
let template: Structure;
beforeAll(async () => {
  driver = await Driver.start();
  ecs = new ECSClient(driver.aws.clientOptions());
  folder = mkdtempSync(join(tmpdir(), 'hooks-'));
  const bundle = join(folder, 'functions.js');
  writeFileSync(bundle, FUNCTIONS);
  for (const name of ['agrees', 'refuses', 'breaks', 'thinks', 'hesitates'])
    driver.aws.lambda.register({ name, bundle, handler: name, timeoutSeconds: 30 });
  roleArn = await createRole(driver.aws, 'hooks', 'ecs.amazonaws.com');
  const iam = new IAMClient(driver.aws.clientOptions());
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: 'hooks',
      PolicyName: 'invoke',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: '*' }],
      }),
    }),
  );
  iam.destroy();
  template = driver.model();
  arn = Driver.modelOf(await driver.create(template)).ServiceArn;
});
afterAll(async () => {
  ecs.destroy();
  await driver.close();
  rmSync(folder, { recursive: true });
});

let files = 0;
let images = 1;

/** A function at stages, and what it was told. */
function functionAt(name: string, stages: readonly string[], more: Structure = {}) {
  const file = join(folder, `${++files}.jsonl`);
  const hook = {
    HookTargetArn: driver.aws.lambda.arn(name),
    RoleArn: roleArn,
    LifecycleStages: stages,
    HookDetails: { file },
    ...more,
  };
  const told = (): Structure[] =>
    existsSync(file)
      ? readFileSync(file, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
      : [];
  return { hook, told };
}

/** Update under steady requests. */
async function update(
  hooks: readonly Structure[],
  configuration: Structure = {},
  more: Structure = {},
): Promise<HandlerOutcome> {
  const wanted = driver.model({
    ...more,
    PrimaryContainer: { Image: `example/hello:${++images}` },
    DeploymentConfiguration: { BakeTimeInMinutes: 1, ...configuration, LifecycleHooks: hooks },
  });
  const { result, answers } = await whileRequested(
    driver.aws,
    'hello.apps.example.com',
    driver.hostedZoneId,
    () => driver.update({ ...template, ServiceArn: arn }, wanted),
  );
  expect(answers.lost).toEqual([]);
  if (result.status === 'SUCCESS') template = wanted;
  else {
    // CloudFormation's reaction.
    const back = await driver.update({ ...wanted, ServiceArn: arn }, template);
    expect(back).toMatchObject({ status: 'SUCCESS' });
  }
  return result;
}

const CANARY = { Strategy: 'CANARY', CanaryConfiguration: { CanaryPercent: 20, CanaryBakeTimeInMinutes: 1 } };

test('a function is told of the deployment, its stage and the shares of the requests, at each step', async () => {
  const { hook, told } = functionAt('agrees', ['PRE_SCALE_UP', 'PRODUCTION_TRAFFIC_SHIFT']);
  expect(await update([hook], CANARY)).toMatchObject({ status: 'SUCCESS' });
  const { serviceDeployments } = await ecs.send(new ListServiceDeploymentsCommand({ service: 'hello' }));
  const [newest] = serviceDeployments!;
  const target = newest!.targetServiceRevisionArn!;
  expect(told().map(({ lifecycleStage }) => lifecycleStage)).toEqual([
    'PRE_SCALE_UP',
    'PRODUCTION_TRAFFIC_SHIFT',
    'PRODUCTION_TRAFFIC_SHIFT',
  ]);
  for (const event of told())
    expect(event).toMatchObject({
      resourceArn: newest!.serviceDeploymentArn,
      executionDetails: { serviceArn: arn, targetServiceRevisionArn: target },
    });
  expect(
    told()
      .slice(1)
      .map(({ executionDetails }) => executionDetails.productionTrafficWeights[target]),
  ).toEqual([20, 100]);
});

test('a function is invoked at every stage that a deployment comes to', async () => {
  const { hook, told } = functionAt('agrees', HOOK_STAGES);
  const TestTraffic = { HttpHeader: { Name: 'X-Test', Values: ['on'] } };
  expect(await update([hook], { Strategy: 'BLUE_GREEN' }, { TestTraffic })).toMatchObject({
    status: 'SUCCESS',
  });
  // ECS reconciles only what a deployment that was stopped has left.
  expect(told().map(({ lifecycleStage }) => lifecycleStage)).toEqual(
    HOOK_STAGES.filter((stage) => stage !== 'RECONCILE_SERVICE'),
  );
});

test('READ answers hooks as the template has them', async () => {
  const { hook } = functionAt('agrees', ['POST_SCALE_UP'], { TimeoutConfiguration: { TimeoutInMinutes: 5 } });
  expect(await update([hook])).toMatchObject({ status: 'SUCCESS' });
  expect(Driver.modelOf(await driver.read(arn)).DeploymentConfiguration.LifecycleHooks).toEqual([hook]);
});

test('a function that asks for time is called again, with what it has answered', async () => {
  const { hook, told } = functionAt('thinks', ['POST_SCALE_UP']);
  expect(await update([hook])).toMatchObject({ status: 'SUCCESS' });
  expect(told().map(({ hookDetails }) => hookDetails.thought)).toEqual([undefined, 'yes']);
});

test.each([
  ['refuses the deployment', 'refuses', {}, /has refused the deployment/],
  ['breaks', 'breaks', {}, /has failed, or answered something else than its status/],
  [
    'comes to no end',
    'hesitates',
    { TimeoutConfiguration: { TimeoutInMinutes: 3 } },
    /came to no end in time/,
  ],
] as const)(
  'a function that %s has it rolled back, and the update says so',
  async (_what, name, more, message) => {
    const { hook, told } = functionAt(name, ['POST_SCALE_UP'], more);
    const outcome = await update([hook]);
    expect(outcome).toMatchObject({
      status: 'FAILED',
      errorCode: 'NotStabilized',
      message: expect.stringMatching(/^DeploymentConfiguration\/LifecycleHooks: /),
    });
    expect(outcome).toMatchObject({ message: expect.stringMatching(message) });
    expect(told().length).toBeGreaterThan(0);
  },
);

test('one of several at a stage is enough to have it rolled back', async () => {
  const [yes, no] = [functionAt('agrees', ['POST_SCALE_UP']), functionAt('refuses', ['POST_SCALE_UP'])];
  expect(await update([yes.hook, no.hook])).toMatchObject({ status: 'FAILED' });
  expect([yes.told().length, no.told().length]).toEqual([1, 1]);
});

test('a function that refuses a step sends the requests back, and is told of that too', async () => {
  const { hook, told } = functionAt('refuses', ['PRODUCTION_TRAFFIC_SHIFT']);
  expect(await update([hook], CANARY)).toMatchObject({ status: 'FAILED' });
  const { serviceDeployments: listed } = await ecs.send(
    new ListServiceDeploymentsCommand({ service: 'hello' }),
  );
  const { serviceDeployments } = await ecs.send(
    new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [listed![0]!.serviceDeploymentArn!] }),
  );
  const target = serviceDeployments![0]!.targetServiceRevision!.arn!;
  expect(told().map(({ executionDetails }) => executionDetails.productionTrafficWeights[target])).toEqual([
    20, 0,
  ]);
});

test.each([
  ['that is not there', 'nobody', /there is no role/],
  ['that ECS may not assume', 'execution', /does not let ecs\.amazonaws\.com assume it/],
])('a role %s is refused before anything is changed', async (_what, role, message) => {
  const { hook } = functionAt('agrees', ['POST_SCALE_UP'], {
    RoleArn: `arn:aws:iam::123456789012:role/${role}`,
  });
  const wanted = { ...template, DeploymentConfiguration: { LifecycleHooks: [hook] } };
  const outcome = await driver.update({ ...template, ServiceArn: arn }, wanted);
  expect(outcome).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest' });
  expect(outcome).toMatchObject({
    message: expect.stringMatching(/^DeploymentConfiguration\/LifecycleHooks\/0\/RoleArn: /),
  });
  expect(outcome).toMatchObject({ message: expect.stringMatching(message) });
});
