/**
 * examples/two-regions.yml as its reader uses it: a stack set of two Regions, and clients that request the host without pause
 * while one Region fails, comes back, is drained, and is deleted.
 */
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { ECSClient, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLocalAws, type LocalAws } from '../../local';
import { createHostedZone } from '../../local/account';
import { requestHost } from '../../local/http-request';
import { LOAD_BALANCER_HEADER } from '../../local/load-balancer/client-request';
import { takeInventory } from '../../local/inventory';
import { withLateInvocations } from '../support/late-invocations';

const EXAMPLES = join(__dirname, '..', '..', 'examples');
const REGIONS = ['us-east-1', 'us-west-2'] as const;
const [HOME, OTHER] = REGIONS;
const DOMAIN = 'example.org';
const HOST = `shop.${DOMAIN}`;
const STACK_SET = 'shop';

let aws: LocalAws;
let cloudFormation: CloudFormation;
let before: string[];

const options = (region: string) => ({ ...aws.clientOptions(), region });

beforeAll(async () => {
  aws = await startLocalAws();
  aws.lambda.invoke = withLateInvocations(aws.lambda.invoke);
  cloudFormation = new CloudFormation(options(HOME));
  const HostedZoneId = await createHostedZone(aws, DOMAIN);
  for (const region of REGIONS) {
    const regional = new CloudFormation(options(region));
    const { StackId } = await regional.createStack({
      StackName: 'roles',
      TemplateBody: readFileSync(join(EXAMPLES, 'roles.yml'), 'utf8'),
      Capabilities: ['CAPABILITY_IAM'],
    });
    await aws.cloudFormation.settled(StackId!, region);
    regional.destroy();
  }
  before = await inventory();
  await cloudFormation.createStackSet({
    StackSetName: STACK_SET,
    TemplateBody: readFileSync(join(EXAMPLES, 'two-regions.yml'), 'utf8'),
    Parameters: [
      { ParameterKey: 'DomainName', ParameterValue: HOST },
      { ParameterKey: 'HostedZoneId', ParameterValue: HostedZoneId },
    ],
  });
}, 120_000);
afterAll(async () => {
  cloudFormation.destroy();
  await aws.close();
});

/** What both Regions hold. */
async function inventory(): Promise<string[]> {
  const all = await Promise.all(REGIONS.map((region) => takeInventory(options(region))));
  return [...new Set(all.flat())].sort();
}

/** Wait on the virtual clock until an operation on the stack set has ended. */
async function ended({ OperationId }: { OperationId?: string }): Promise<string | undefined> {
  for (;;) {
    const { StackSetOperation: operation } = await cloudFormation.describeStackSetOperation({
      StackSetName: STACK_SET,
      OperationId: OperationId!,
    });
    if (operation!.Status !== 'RUNNING') return operation!.StatusReason ?? operation!.Status;
    await aws.clock.sleep(30_000);
  }
}

/** Who answers a client that is nearest to a Region, and asks for the name each time: `<status> <Region>`. */
async function answer(region: string, host = HOST): Promise<string> {
  const found = await aws.resolver.resolve(host, region);
  if (!found) return 'no address';
  const [, of] = found.target.split('.');
  const { status } = await requestHost(await aws.dataPlaneIn(of!), host, {
    headers: { [LOAD_BALANCER_HEADER]: found.target },
  });
  return `${status} ${of}`;
}

/** Seconds between two requests of a client. */
const PAUSE = 15;

/** What a client in the home Region is told, with the seconds since it began when it is told it first. */
async function answersFor(minutes: number): Promise<Record<string, number>> {
  const answers: Record<string, number> = {};
  for (let seconds = 0; seconds < minutes * 60; seconds += PAUSE) {
    const now = await aws.clock.work(() => answer(HOME));
    answers[now] ??= seconds;
    await aws.clock.sleep(PAUSE * 1000);
  }
  return answers;
}

/** Run so many tasks in a Region, as somebody does by hand. */
async function run(region: string, desiredCount: number): Promise<void> {
  const ecs = new ECSClient(options(region));
  await aws.clock.work(() => ecs.send(new UpdateServiceCommand({ service: 'shop', desiredCount })));
  ecs.destroy();
}

test('the stack set makes the service in one Region after the other', async () => {
  const Regions = [...REGIONS];
  const begun = await cloudFormation.createStackInstances({
    StackSetName: STACK_SET,
    Accounts: ['123456789012'],
    Regions,
    OperationPreferences: { RegionConcurrencyType: 'SEQUENTIAL' },
  });
  expect(await ended(begun)).toBe('SUCCEEDED');
  const { Summaries = [] } = await cloudFormation.listStackInstances({ StackSetName: STACK_SET });
  expect(Summaries.map(({ Region, Status }) => `${Region} ${Status}`)).toEqual(
    Regions.map((region) => `${region} CURRENT`),
  );
  expect(await Promise.all(REGIONS.map((region) => answer(region)))).toEqual(
    REGIONS.map((region) => `200 ${region}`),
  );
  expect(await answer(HOME, `${OTHER}.${HOST}`)).toBe(`200 ${OTHER}`);
}, 120_000);

test('clients leave a Region without a healthy task within the time of the health check, and come back', async () => {
  expect(await answersFor(1)).toEqual({ [`200 ${HOME}`]: 0 });
  await run(HOME, 0);
  const failing = await answersFor(6);
  expect(Object.keys(failing)).toEqual([`503 ${HOME}`, `200 ${OTHER}`]);
  // EvaluationPeriods of the example, in minutes.
  expect(failing[`200 ${OTHER}`]).toBeLessThanOrEqual(2 * 60 + PAUSE);
  await run(HOME, 1);
  expect(Object.keys(await answersFor(8))).toEqual([`200 ${OTHER}`, `200 ${HOME}`]);
}, 120_000);

test('an update of the stack set reaches both Regions', async () => {
  const begun = await cloudFormation.updateStackSet({
    StackSetName: STACK_SET,
    UsePreviousTemplate: true,
    Parameters: [
      ...['DomainName', 'HostedZoneId'].map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true })),
      { ParameterKey: 'Image', ParameterValue: 'example/shop:2' },
    ],
  });
  expect(await ended(begun)).toBe('SUCCEEDED');
  expect(await Promise.all(REGIONS.map((region) => answer(region)))).toEqual(
    REGIONS.map((region) => `200 ${region}`),
  );
}, 120_000);

test('one Region goes and leaves the other alone, then nothing is left', async () => {
  const remove = (Regions: string[]) =>
    cloudFormation.deleteStackInstances({
      StackSetName: STACK_SET,
      Accounts: ['123456789012'],
      Regions,
      RetainStacks: false,
    });
  expect(await ended(await remove([OTHER]))).toBe('SUCCEEDED');
  expect(await Promise.all(REGIONS.map((region) => answer(region)))).toEqual([`200 ${HOME}`, `200 ${HOME}`]);
  expect(await ended(await remove([HOME]))).toBe('SUCCEEDED');
  await cloudFormation.deleteStackSet({ StackSetName: STACK_SET });
  expect(await inventory()).toEqual(before);
}, 120_000);
