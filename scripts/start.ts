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
} from '@aws-sdk/client-cloudformation';
import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetResourceCommand, CloudControlClient } from '@aws-sdk/client-cloudcontrol';
import { startLocalAws, type LocalAws } from '../local';
import { createHostedZone } from '../local/account';
import { ACCOUNT_ID } from '../local/endpoint';
import { GOVERNANCE_FUNCTION } from '../local/extension/repository';
import { requestHost } from '../local/http-request';
import { observeCanary, type Share } from './start/canary';
import { Composition } from './start/composition';
import type { Display } from './start/display';
import { PlainDisplay } from './start/plain-display';
import { Stacks } from './start/stacks';
import { TerminalDisplay } from './start/terminal-display';

const USAGE = `Usage: npm start [-- --rate N]

Deploys examples/hello.yml to a laptop-sized AWS, moves it to a new image by canary under steady requests, shows a
template that the governance hook refuses, and deletes everything again. Needs no AWS account.

Options
  --rate N   virtual seconds that pass in each real second (default 60)
  --help     this text

Exit codes: 0 every step did what it should, 1 one did not, 2 the options are wrong, 130 interrupted by Ctrl+C.
`;

const NEXT = `
Try next
  npm run local                   the same AWS for the AWS CLI (README, By hand)
  npx org-ecs check examples/     the rules of step 5 on a folder of templates
  examples/                       templates, from a domain of your own to a whole shop
  docs/reference/properties.md    every property and attribute
`;

const TYPE_NAME = 'Org::ECS::ExpressService';
const BASE_DOMAIN = 'example.com';
const OLD_IMAGE = 'public.ecr.aws/docker/library/httpd:2.4';
const NEW_IMAGE = 'public.ecr.aws/docker/library/httpd:2.4-alpine';
const HELLO = join(__dirname, '..', 'examples', 'hello.yml');
const GOVERNANCE_HOOK = join(__dirname, '..', 'examples', 'governance-hook.yml');
const FORBIDDEN = join(__dirname, 'start', 'forbidden.yml');

/** How many virtual seconds a real one may have: beyond that, no request fits into a canary of three minutes. */
const FASTEST = 300;

/** A step did not do what it should. */
class Unexpected extends Error {}

function expectThat(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Unexpected(otherwise);
}

/** What the last line says. */
interface Figures {
  readonly made: number;
  readonly share: Share;
  readonly failed: number;
  readonly left: readonly string[];
}

async function demonstrate(aws: LocalAws, display: Display): Promise<Figures> {
  display.begin('Set the account up: hosted zone, domain, governance hook');
  await prepareAccount(aws);
  // Nothing that a service is composed of comes of these.
  const quietly = new Stacks(aws.clientOptions(), async () => undefined);
  const hook = await quietly.create('governance', GOVERNANCE_HOOK, {
    GovernanceFunctionArn: functionArn(aws),
  });
  await expectStatus(quietly, hook, 'CREATE_COMPLETE');
  display.end();

  const composition = await Composition.begin(aws.clientOptions());
  const stacks = new Stacks(aws.clientOptions(), async () => display.show(await composition.rows()));

  display.begin('Deploy examples/hello.yml: an image');
  const stack = await stacks.create('hello', HELLO, { Image: OLD_IMAGE });
  await expectStatus(stacks, stack, 'CREATE_COMPLETE');
  const made = await composition.made();
  display.note(`${made.length} resources were made for one in the template`);
  display.note(`The governance hook was asked first. ${await oneHookLine(stacks, 'hello')}`);
  display.end();

  const endpoint = new URL(output(stack, 'Endpoint'));
  display.begin(`Request ${endpoint.href}`);
  const answer = await requestHost(aws.dataPlaneUrl, endpoint.host);
  expectThat(answer.status === 200, `${endpoint.href} answered ${answer.status}`);
  display.note(`200 from ${JSON.parse(answer.body).image}`);
  display.end();

  display.begin('Move it to a new image (v2) by canary, under requests');
  const { updated, shares } = await updateUnderTraffic(aws, composition, stacks, stack, endpoint.host);
  await expectStatus(stacks, updated, 'UPDATE_COMPLETE');
  for (const share of shares) display.note(described(share));
  const canary = shares.find(({ weights }) => weights === 'v1 95 %, v2 5 %');
  expectThat(
    canary !== undefined,
    `v2 never had 5 % of the requests, only ${shares.map(({ weights }) => weights).join('; ')}`,
  );
  display.end();

  display.begin('Deploy a template that the organisation forbids');
  const refused = await quietly.create('forbidden', FORBIDDEN, { Subnet: await anySubnet(aws) });
  const refusal = await quietly.hookMessage('forbidden');
  expectThat(
    refused.StackStatus === 'ROLLBACK_COMPLETE' && refusal !== undefined,
    `no hook refused the stack; it is ${refused.StackStatus}`,
  );
  display.note(`Refused by ${refusal}`);
  display.end();

  display.begin('Delete everything');
  await quietly.delete(refused.StackId!);
  await expectStatus(stacks, await stacks.delete(stack.StackId!), 'DELETE_COMPLETE');
  const left = await composition.made();
  expectThat(left.length === 0, `${left.length} resources are left: ${left.join(', ')}`);
  display.note('0 resources are left');
  display.end();

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
  composition: Composition,
  stacks: Stacks,
  stack: Stack,
  host: string,
): Promise<{ updated: Stack; shares: Share[] }> {
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
    ({ weights }) => composition.tell('AWS::ElasticLoadBalancingV2::ListenerRule', weights),
  );
  const updated = await stacks.update('hello', HELLO, { Image: NEW_IMAGE }).finally(() => (ended = true));
  return { updated, shares: await observed };
}

/** @throws Unexpected with the first reason when the stack has another status. */
async function expectStatus(stacks: Stacks, stack: Stack, status: string): Promise<void> {
  if (stack.StackStatus === status) return;
  const reason = (await stacks.failure(stack.StackId!)) ?? stack.StackStatusReason;
  throw new Unexpected(`stack ${stack.StackName} is ${stack.StackStatus}: ${reason}`);
}

/** What the hooks said of a stack, cut to what fits beside other words: `npx org-ecs check` says all of it. */
async function oneHookLine(stacks: Stacks, name: string): Promise<string> {
  const [first = ''] = ((await stacks.hookMessage(name)) ?? 'It said nothing').split(/: (?=[A-Z]+-\d+ )/);
  return `${first.replace(/[.:]?$/, '.')}`;
}

function described({ weights, answers, renewed, failed }: Share): string {
  return `${weights}: ${answers} answers, ${percent(renewed, answers)} from v2, ${failed} lost`;
}

function functionArn(aws: LocalAws): string {
  return `arn:aws:lambda:${aws.clientOptions().region}:${ACCOUNT_ID}:function:${GOVERNANCE_FUNCTION}`;
}

async function anySubnet(aws: LocalAws): Promise<string> {
  const { Subnets = [] } = await new EC2Client(aws.clientOptions()).send(new DescribeSubnetsCommand({}));
  return Subnets[0]!.SubnetId!;
}

function output(stack: Stack, key: string): string {
  return stack.Outputs!.find(({ OutputKey }) => OutputKey === key)!.OutputValue!;
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
}

/** A table that is redrawn where somebody looks; lines that stay in files, pipes and terminals that cannot move the cursor. */
function chooseDisplay(now: () => number): Display {
  const { stdout } = process;
  if (!stdout.isTTY || process.env.TERM === 'dumb') return new PlainDisplay(stdout, now);
  return new TerminalDisplay(stdout, now, process.env.NO_COLOR === undefined);
}

/** The rate of the command line. @throws Error naming the option that is wrong. */
function rateOf(argv: readonly string[]): number | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: { rate: { type: 'string', default: '60' }, help: { type: 'boolean' } },
  });
  if (values.help) return 'help';
  const rate = Number(values.rate);
  if (!(rate > 0 && rate <= FASTEST)) {
    throw new Error(`--rate is "${values.rate}"; give a number above 0, at most ${FASTEST}.`);
  }
  return rate;
}

async function main(): Promise<number> {
  let rate: number | 'help';
  try {
    rate = rateOf(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  if (rate === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  const began = performance.now();
  process.stdout.write('Starting a laptop-sized AWS …\n');
  const aws = await startLocalAws({ clock: { rate } });
  const display = chooseDisplay(() => aws.clock.now());
  process.once('SIGINT', () => {
    display.fail();
    process.stderr.write('Interrupted. The laptop-sized AWS is gone, and everything in it.\n');
    process.exit(130);
  });
  display.line(
    `It answers at ${aws.endpoint}.\nTimes are virtual: ${rate} seconds pass there in each real second.`,
  );
  try {
    const { made, share, failed, left } = await demonstrate(aws, display);
    const calls = aws.calls.list({ typeName: TYPE_NAME }).length;
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    display.line(
      `\n${made} resources made, ${calls} AWS calls, ${percent(share.renewed, share.answers)} of ${share.answers} answers from v2 ` +
        `during the canary, ${failed} answers lost, 1 template refused, ${left.length} resources left (${seconds} s)`,
    );
    display.line(NEXT.trimEnd());
    return failed === 0 ? 0 : 1;
  } catch (error) {
    display.fail();
    throw error;
  } finally {
    await aws.close();
  }
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    const reason = error instanceof Unexpected ? error.message : `${error.name}: ${error.message}`;
    process.stderr.write(`\nnpm start failed: ${reason}\n`);
    process.exit(1);
  },
);
