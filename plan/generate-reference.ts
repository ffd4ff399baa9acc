/**
 * Writes docs/cost.md from the prices, and from the plans of examples. With `--check` it writes nothing and fails when the file
 * is stale.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { sumOf, taskQuantities, type Counts, type TaskSize } from './inventory';
import { plansOf, type ServicePlan } from './main';
import { dollars, monthlyCost, PRICES, type PriceName } from './prices';
import { USUAL_ZONES } from './service';

const ROOT = join(__dirname, '..');
const DOCUMENT = join(ROOT, 'docs/cost.md');
const EXAMPLE = 'examples/hello.yml';

const VERSIONS_EXAMPLE = 'examples/versions.yml';

/** The tasks of which a standby is counted. */
const SIZES = [
  { vcpus: 0.25, memoryGb: 0.5 },
  { vcpus: 1, memoryGb: 2 },
];

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function priceTable(): string {
  return table(
    ['What', 'USD', 'Per', 'Seen', 'Page'],
    Object.values(PRICES.prices).map(({ what, usd, per, seen, page }) => [
      what,
      String(usd),
      per,
      seen ?? '**unconfirmed**',
      `<${page}>`,
    ]),
  );
}

async function versionTable(): Promise<string> {
  const { inventory } = await planOf(VERSIONS_EXAMPLE);
  const { answering, standbys } = inventory.versions!;
  const row = (what: string, counts: Counts): string[] => {
    const { tasks, targetGroups, listenerRules, alarms, alarmMetrics } = counts;
    const cost = monthlyCost({
      ...taskQuantities(inventory.task!, tasks.minimum),
      alarmMetric: alarmMetrics,
    });
    return [what, ...[tasks.minimum, targetGroups, listenerRules, alarms].map(String), dollars(cost)];
  };
  return table(
    ['What', 'Tasks', 'Target groups', 'Listener rules', 'Alarms', 'A month'],
    [
      row(`${answering.versions} version that answers`, answering),
      row(`${standbys.versions} standbys`, standbys),
      row('Together', sumOf([answering, standbys])),
    ],
  );
}

async function standbyTable(): Promise<string> {
  const { versions, alarmMetrics } = (await planOf(VERSIONS_EXAMPLE)).inventory.versions!.standbys;
  const cost = (size: TaskSize) =>
    dollars(monthlyCost({ ...taskQuantities(size, 1), alarmMetric: alarmMetrics / versions }));
  return table(
    ['One task', 'x86, private', 'x86, public', 'ARM, private', 'ARM, public'],
    SIZES.map(({ vcpus, memoryGb }) => [
      `${vcpus} vCPU, ${memoryGb} GB`,
      ...[false, true].flatMap((isArm) =>
        [false, true].map((isPublic) => cost({ vcpus, memoryGb, ephemeralGb: 0, isArm, isPublic })),
      ),
    ]),
  );
}

/** The plan of the only service of an example. */
async function planOf(example: string): Promise<Required<ServicePlan>> {
  const [plan] = await plansOf(example, readFileSync(join(ROOT, example), 'utf8'));
  return plan as Required<ServicePlan>;
}

async function regionTable(): Promise<string> {
  const { inventory, monthlyCost: cost } = await planOf(EXAMPLE);
  const { task, tasks, loadBalancers, loadBalancerAddresses, alarmMetrics } = inventory;
  const rows: [string, Partial<Record<PriceName, number>>][] = [
    [
      `${tasks.minimum} task, ${task!.vcpus} vCPU, ${task!.memoryGb} GB`,
      taskQuantities(task!, tasks.minimum),
    ],
    ['Application Load Balancer, alone on it', { applicationLoadBalancer: loadBalancers.shared }],
    [`${loadBalancerAddresses} public addresses of it`, { publicAddress: loadBalancerAddresses }],
    [`${alarmMetrics} metrics of alarms`, { alarmMetric: alarmMetrics }],
  ];
  const healthChecks = { healthCheck: 2 };
  return table(
    ['What', 'A month'],
    [
      ...rows.map(([what, quantities]) => [what, dollars(monthlyCost(quantities))]),
      ['**A Region**', `**${dollars(cost.minimum)}**`],
      ['Two health checks, one for each Region', dollars(monthlyCost(healthChecks))],
      ['**Two Regions**', `**${dollars(2 * cost.minimum + monthlyCost(healthChecks))}**`],
    ],
  );
}

async function document(): Promise<string> {
  const { region, asOf, hoursPerMonth } = PRICES;
  return [
    '# Cost',
    'Generated from `plan/prices.json` and the examples by `npm run generate`; do not edit.',
    `**These are list prices of ${region} as of ${asOf}. They are no offer and nobody keeps them up to date: what counts is the page beside each, and the bill.** "Seen" is the day at which a transcription of that page had the price; that of a vCPU stands there for a second. "Unconfirmed" are prices that only others name, in agreement with each other. A month has ${hoursPerMonth} hours here. Free tiers, discounts, Savings Plans and taxes are not counted, nor is FARGATE_SPOT, whose price changes.`,
    '## Prices',
    priceTable(),
    'Not in the table, and never in a sum here: what depends on use (capacity units of load balancers, logs, data transfer), and what is made elsewhere (NAT gateways, VPC endpoints, web ACLs, hosted zones, images in Amazon ECR, file systems).',
    '## What a template stands for',
    '`npx org-ecs plan template.yml` counts tasks, load balancers, target groups, listener rules and alarms of each service of a template, and says what they cost a month with the least and the greatest number of tasks. It calls nothing. `--help` says more.',
    'What a template does not say, it takes so:',
    [
      'A shared load balancer has no services of other stacks, which would bear their part. Services of one template on one load balancer bear equal parts.',
      `A load balancer on the internet has a public address in each of its subnets. The default VPC is taken to have ${USUAL_ZONES} of them, a list of subnets that is not known two. us-east-1 has six: \`--zones\` says how many.`,
      'Tasks have public addresses, unless their load balancer is internal or has subnets of its own.',
      'Tasks on FARGATE_SPOT cost what tasks on FARGATE do.',
      'Each policy of target tracking has two alarms, which Application Auto Scaling makes.',
    ]
      .map((item) => `- ${item}`)
      .join('\n'),
    '## A standby version',
    'With `Strategy: VERSIONED` a version has its own ECS service with tasks, target group, alarms, scaling and a listener rule for each property of `VersionTraffic`. It shares everything else. Target groups and rules cost nothing by themselves, so that a standby costs its tasks and its alarms, a month:',
    await standbyTable(),
    'A plan counts the versions that there are once as many have been deployed as `Standby/Count` says, beside those that `Traffic` names. A standby has the least number of tasks, that of `Standby/TaskCount`. An update that makes a version has one more, until it is done.',
    `[${VERSIONS_EXAMPLE}](../${VERSIONS_EXAMPLE}) with the parameters that it has by default:`,
    await versionTable(),
    '## A second Region',
    `The service of [${EXAMPLE}](../${EXAMPLE}), alone in each of two Regions, with a health check for each:`,
    await regionTable(),
    'A service that joins a load balancer which is there already costs its tasks and alarms only.',
    '',
  ].join('\n\n');
}

async function main(): Promise<void> {
  const isCheck = process.argv.includes('--check');
  const text = await format(await document(), {
    ...(await resolveConfig(DOCUMENT)),
    filepath: DOCUMENT,
  });
  if (existsSync(DOCUMENT) && readFileSync(DOCUMENT, 'utf8') === text) return;
  process.stdout.write(`${isCheck ? 'stale' : 'written'}: docs/cost.md\n`);
  if (isCheck) process.exitCode = 1;
  else writeFileSync(DOCUMENT, text);
}

void main();
