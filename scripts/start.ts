/**
 * The main job, end to end, on this machine: deploy a template that declares one Org::ECS::ExpressService, request it,
 * move it to a new image by canary, see a forbidden template refused, delete everything.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  SetTypeConfigurationCommand,
  CloudFormationClient,
  type Stack,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetResourceCommand, CloudControlClient } from '@aws-sdk/client-cloudcontrol';
import { startLocalAws, type LocalAws } from '../local';
import { createHostedZone } from '../local/account';
import { ACCOUNT_ID } from '../local/endpoint';
import { GOVERNANCE_FUNCTION } from '../local/extension/repository';
import { requestHost } from '../local/http-request';
import { takeInventory } from '../local/inventory';
import { observeCanary, type Share } from './start/canary';
import { Narrator } from './start/narrator';
import { Stacks } from './start/stacks';

const USAGE = `Usage: npm start [-- --rate N]

Deploys examples/hello.yml to a laptop-sized AWS, moves it to a new image by canary under steady requests, shows a
template that the governance hook refuses, and deletes everything again. Needs no AWS account.

Options
  --rate N   virtual seconds that pass in each real second (default 60)
  --help     this text

Exit codes: 0 every step did what it should, 1 one did not, 2 the options are wrong.
`;

const TYPE_NAME = 'Org::ECS::ExpressService';
const BASE_DOMAIN = 'example.com';
const OLD_IMAGE = 'public.ecr.aws/docker/library/httpd:2.4';
const NEW_IMAGE = 'public.ecr.aws/docker/library/httpd:2.4-alpine';
const HELLO = join(__dirname, '..', 'examples', 'hello.yml');
const GOVERNANCE_HOOK = join(__dirname, '..', 'examples', 'governance-hook.yml');
const FORBIDDEN = join(__dirname, 'start', 'forbidden.yml');

/** A step did not do what it should. */
class Unexpected extends Error {}

function expectThat(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Unexpected(otherwise);
}

/** What the summary line says. */
interface Figures {
  readonly made: number;
  readonly share: Share;
  readonly failed: number;
  readonly left: readonly string[];
}

async function demonstrate(aws: LocalAws): Promise<Figures> {
  const narrator = new Narrator(() => aws.clock.now());
  const stacks = new Stacks(aws.clientOptions(), (event) => narrator.line(describe(event)));

  narrator.heading('Set the account up: a hosted zone, the base domain of the type, the governance hook');
  await prepareAccount(aws);
  const hook = await stacks.create('governance', GOVERNANCE_HOOK, {
    GovernanceFunctionArn: functionArn(aws),
  });
  expectThat(
    hook.StackStatus === 'CREATE_COMPLETE',
    `the stack is ${hook.StackStatus}: ${hook.StackStatusReason}`,
  );
  const before = await takeInventory(aws.clientOptions());

  narrator.heading('Deploy examples/hello.yml: an image and two roles');
  const stack = await stacks.create('hello', HELLO, { Image: OLD_IMAGE });
  expectThat(
    stack.StackStatus === 'CREATE_COMPLETE',
    `the stack is ${stack.StackStatus}: ${stack.StackStatusReason}`,
  );
  const made = (await takeInventory(aws.clientOptions())).filter((resource) => !before.includes(resource));
  for (const resource of made) narrator.line(`made ${resource}`);

  narrator.heading('Request it');
  const endpoint = new URL(output(stack, 'Endpoint'));
  const answer = await requestHost(aws.dataPlaneUrl, endpoint.host);
  narrator.line(`GET ${endpoint.href} → ${answer.status} ${answer.body}`);
  expectThat(answer.status === 200, `${endpoint.href} answered ${answer.status}`);

  narrator.heading('Move it to a new image, by canary, under steady requests');
  const { updated, shares } = await updateUnderTraffic(aws, narrator, stacks, stack, endpoint.host);
  expectThat(
    updated.StackStatus === 'UPDATE_COMPLETE',
    `the stack is ${updated.StackStatus}: ${updated.StackStatusReason}`,
  );
  for (const { weights, answers, renewed, failed } of shares) {
    narrator.line(
      `at ${weights}: ${answers} answers, ${percent(renewed, answers)} new image, ${failed} failed`,
    );
  }
  const canary = shares.find(({ weights }) => weights === '95/5');
  expectThat(
    canary !== undefined,
    `no 95/5 phase was seen, only ${shares.map(({ weights }) => weights).join(', ')}`,
  );

  narrator.heading('Deploy a template that the organisation forbids');
  const refused = await stacks.create('forbidden', FORBIDDEN, { Subnet: await anySubnet(aws) });
  const refusal = (await stacks.events('forbidden')).find(
    ({ HookStatus }) => HookStatus === 'HOOK_COMPLETE_FAILED',
  );
  expectThat(refusal !== undefined, `no hook refused the stack; it is ${refused.StackStatus}`);

  narrator.heading('Delete everything');
  await stacks.delete(refused.StackId!);
  const deleted = await stacks.delete(stack.StackId!);
  expectThat(
    deleted.StackStatus === 'DELETE_COMPLETE',
    `the stack is ${deleted.StackStatus}: ${deleted.StackStatusReason}`,
  );
  const left = (await takeInventory(aws.clientOptions())).filter((resource) => !before.includes(resource));
  for (const resource of left) narrator.line(`left ${resource}`);
  const failed = shares.reduce((sum, share) => sum + share.failed, 0);
  return { made: made.length, share: canary, failed, left };
}

/** What a platform team sets up once: a hosted zone, and the base domain of the type. */
async function prepareAccount(aws: LocalAws): Promise<void> {
  await new CloudFormationClient(aws.clientOptions()).send(
    new SetTypeConfigurationCommand({
      Type: 'RESOURCE',
      TypeName: TYPE_NAME,
      Configuration: JSON.stringify({
        BaseDomain: BASE_DOMAIN,
        HostedZoneId: await createHostedZone(aws, BASE_DOMAIN),
      }),
    }),
  );
}

async function updateUnderTraffic(
  aws: LocalAws,
  narrator: Narrator,
  stacks: Stacks,
  stack: Stack,
  host: string,
) {
  const { ResourceDescription } = await new CloudControlClient(aws.clientOptions()).send(
    new GetResourceCommand({ TypeName: TYPE_NAME, Identifier: output(stack, 'ServiceArn') }),
  );
  const properties = JSON.parse(ResourceDescription!.Properties!);
  let ended = false;
  const observed = observeCanary(
    new ElasticLoadBalancingV2Client(aws.clientOptions()),
    {
      dataPlaneUrl: aws.dataPlaneUrl,
      host,
      ruleArn: properties.ECSManagedResourceArns.IngressPath.ListenerRuleArn,
      isNew: (body) => body.includes(NEW_IMAGE),
    },
    () => ended,
    (weights) => narrator.line(`listener rule: weights ${weights}`),
  );
  const updated = await stacks.update('hello', HELLO, { Image: NEW_IMAGE }).finally(() => (ended = true));
  return { updated, shares: await observed };
}

function functionArn(aws: LocalAws): string {
  return `arn:aws:lambda:${aws.clientOptions().region}:${ACCOUNT_ID}:function:${GOVERNANCE_FUNCTION}`;
}

async function anySubnet(aws: LocalAws): Promise<string> {
  const { Subnets = [] } = await new EC2Client(aws.clientOptions()).send(new DescribeSubnetsCommand({}));
  return Subnets[0]!.SubnetId!;
}

function describe(event: StackEvent): string {
  const status = event.HookStatus ? `${event.HookStatus} ${event.HookType}` : event.ResourceStatus;
  const reason = event.HookStatusReason ?? event.ResourceStatusReason;
  return [(event.LogicalResourceId ?? '').padEnd(20), status, reason && `- ${reason}`]
    .filter(Boolean)
    .join(' ');
}

function output(stack: Stack, key: string): string {
  return stack.Outputs!.find(({ OutputKey }) => OutputKey === key)!.OutputValue!;
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
}

async function main(): Promise<number> {
  let rate: number;
  try {
    const { values } = parseArgs({
      options: { rate: { type: 'string', default: '60' }, help: { type: 'boolean' } },
    });
    if (values.help) {
      process.stdout.write(USAGE);
      return 0;
    }
    rate = Number(values.rate);
    if (!(rate > 0)) throw new Error(`--rate is "${values.rate}"; give a number above 0`);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }

  const began = performance.now();
  const aws = await startLocalAws({ clock: { rate } });
  try {
    process.stdout.write(
      `A laptop-sized AWS answers at ${aws.endpoint}; ${rate} seconds pass in each second.\n`,
    );
    const figures = await demonstrate(aws);
    const calls = aws.calls.list({ typeName: TYPE_NAME }).length;
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    process.stdout.write(
      `\n${figures.made} resources made, ${calls} AWS calls, ${percent(figures.share.renewed, figures.share.answers)} of ` +
        `${figures.share.answers} answers from v2 during the canary, ${figures.failed} answers lost, 1 template refused, ` +
        `${figures.left.length} resources left (${seconds} s)\n`,
    );
    return figures.left.length === 0 && figures.failed === 0 ? 0 : 1;
  } finally {
    await aws.close();
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const reason =
      error instanceof Unexpected
        ? error.message
        : error instanceof Error
          ? `${error.name}: ${error.message}`
          : String(error);
    process.stderr.write(`\nnpm start failed: ${reason}\n`);
    process.exit(1);
  },
);
