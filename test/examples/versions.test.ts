/**
 * examples/versions.yml as its reader uses it: the commands in its comments, one after the other, while clients request the host
 * without pause; and an update that fails.
 */
import { CloudControl } from '@aws-sdk/client-cloudcontrol';
import { DescribeTasksCommand, ECSClient, ListTasksCommand } from '@aws-sdk/client-ecs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { requestHost } from '../../local/http-request';
import type { Structure } from '../../local/service';
import { whileRequested } from '../moves/steady-requests';
import { BASE_DOMAIN, TYPE_NAME } from '../support/account';
import { StackAccount, type Outcome } from '../support/stack-account';
import { EXAMPLES } from './platform';

const TEMPLATE = 'versions.yml';
const HOST = `shop.${BASE_DOMAIN}`;

type Parameters = Readonly<Record<string, string>>;

/** Parameters of the commands, in their order; not those of the loop. */
const COMMANDS = readFileSync(join(EXAMPLES, TEMPLATE), 'utf8')
  .split('\n')
  .flatMap((line) => /^# {3}deploy (\w+=.*)$/.exec(line)?.[1] ?? [])
  .map((text): Parameters => Object.fromEntries(text.split(' ').map((each) => each.split('='))));

let account: StackAccount;
let cloudControl: CloudControl;
let ecs: ECSClient;
/** What `aws cloudformation deploy` keeps. */
let parameters: Parameters = {};
let serviceArn: string | undefined;
beforeAll(async () => {
  account = await StackAccount.open(EXAMPLES, BASE_DOMAIN);
  cloudControl = new CloudControl(account.aws.clientOptions());
  ecs = new ECSClient(account.aws.clientOptions());
});
afterAll(async () => {
  cloudControl.destroy();
  ecs.destroy();
  await account.close();
});

/** Deploy while clients request the host, once there is one. @throws Error when one of them loses an answer. */
async function deploy(changed: Parameters): Promise<Outcome & { readonly images: readonly string[] }> {
  parameters = { ...parameters, ...changed };
  const update = () => account.deploy('shop', { template: TEMPLATE, parameters });
  if (!serviceArn) return { ...(await update()), images: [] };
  const { result, answers } = await whileRequested(account.aws, HOST, account.hostedZoneId, update);
  if (answers.lost.length > 0) throw new Error(answers.lost.join('\n'));
  return { ...result, images: answers.bodies.map(imageIn) };
}

const imageOf = (tag: string) => `public.ecr.aws/docker/library/httpd:${tag}`;
const imageIn = (body: string | Buffer): string => JSON.parse(body.toString()).image;

/** Image that answers a request. */
async function answerTo(headers: Record<string, string>, path = '/'): Promise<string> {
  return imageIn((await requestHost(account.aws.dataPlaneUrl, HOST, { headers, path })).body);
}

async function versions(): Promise<Structure[]> {
  const { ResourceDescription } = await cloudControl.getResource({
    TypeName: TYPE_NAME,
    Identifier: serviceArn!,
  });
  return JSON.parse(ResourceDescription!.Properties!).Versions;
}

/** Versions with their weights, the newest first. */
const weights = async () =>
  (await versions()).map(({ Version, State, Weight }) => `${Version} ${State} ${Weight}`);

/** ARNs of the tasks of a version, with the time of their start. */
async function tasks(label: string): Promise<string[]> {
  const { ServiceArn } = (await versions()).find(({ Version }) => Version === label)!;
  const { taskArns } = await ecs.send(
    new ListTasksCommand({ serviceName: ServiceArn.slice(ServiceArn.lastIndexOf('/') + 1) }),
  );
  const described = await ecs.send(new DescribeTasksCommand({ tasks: taskArns }));
  return described.tasks!.map(({ taskArn, startedAt }) => `${taskArn} ${startedAt?.toISOString()}`);
}

/** What each command comes to: the versions with their weights. */
const STEPS: readonly (readonly [what: string, versions: readonly string[]])[] = [
  ['v1 is made', ['v1 SERVING 1']],
  ['v2 runs in the dark', ['v2 STANDBY 0', 'v1 SERVING 100']],
  ['v2 gets 5 %', ['v2 SERVING 5', 'v1 SERVING 95']],
  ['v2 gets half of the requests', ['v2 SERVING 50', 'v1 SERVING 50']],
  ['v2 gets all requests', ['v2 SERVING 1', 'v1 STANDBY 0']],
  ['back to v1', ['v1 SERVING 1', 'v2 STANDBY 0']],
];

test('by the commands versions come and go, lose no answer, and are reached by their labels', async () => {
  expect(COMMANDS).toHaveLength(STEPS.length);
  let first: string[] | undefined;
  for (const [index, [what, expected]] of STEPS.entries()) {
    const { status, outputs, reasons } = await deploy(COMMANDS[index]!);
    expect([what, status, reasons]).toEqual([what, expect.stringMatching(/^(CREATE|UPDATE)_COMPLETE$/), {}]);
    serviceArn = outputs.ServiceArn;
    expect([what, ...(await weights())]).toEqual([what, ...expected]);
    first ??= await tasks('v1');
    expect([what, ...(await tasks('v1'))]).toEqual([what, ...first]);
    for (const label of expected.map((text) => text.split(' ')[0]!)) {
      const image = imageOf(label.slice(1));
      expect(await answerTo({ 'x-version': label })).toBe(image);
      expect(await answerTo({ cookie: `a=b; version=${label}` })).toBe(image);
      expect(await answerTo({}, `/?version=${label}`)).toBe(image);
    }
  }
}, 120_000);

test('an update whose containers exit is rolled back to what runs, without a new task', async () => {
  await deploy({ ImageTag: '2', Version: 'v2' });
  const before = [await tasks('v1'), await tasks('v2')];
  const { status, reasons, images } = await deploy({ ImageTag: 'exits', Version: 'v3' });
  expect([status, Object.values(reasons).join()]).toEqual([
    'UPDATE_ROLLBACK_COMPLETE',
    expect.stringMatching(/container Main exited with code 1/),
  ]);
  expect(images).toEqual([imageOf('2')]);
  expect(await weights()).toEqual(['v2 SERVING 1', 'v1 STANDBY 0']);
  expect([await tasks('v1'), await tasks('v2')]).toEqual(before);
  expect(before.flat()).toHaveLength(2);
}, 120_000);

test('nothing is left', async () => {
  expect(await account.clear()).toEqual([]);
});
