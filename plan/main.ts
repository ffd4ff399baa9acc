/** `org-ecs plan`: what the services of a template stand for, and what that costs a month. It calls nothing. */
import { parseArgs } from 'node:util';
import { findTemplates, readStandardInput } from '../hooks/command-line/template-files';
import { UsageError } from '../hooks/command-line/usage-error';
import { TemplateError } from '../src/cloudformation/template/template-error';
import { HandlerError } from '../src/core/failure';
import { quantitiesOf, type Inventory, type Range, type VersionCounts } from './inventory';
import { dollars, monthlyCost, PRICES } from './prices';
import { inventoriesOf, planService, USUAL_ZONES, type PlannedService } from './service';
import { servicesOf } from './template';

const USAGE = `What the services of a template stand for, and what that costs a month, without a call to AWS.

  org-ecs plan PATH...       templates, folders, cdk.out, - for standard input

Options
  --parameter NAME=VALUE     value of a template parameter; may be repeated. Default: that of the template
  --zones NUMBER             Availability Zones of the default VPC; default ${USUAL_ZONES}
  --format FORMAT            text (default) or json
  --help                     this text

The prices are those of docs/cost.md: of ${PRICES.region}, as of ${PRICES.asOf}, no offer. Use (capacity units of load balancers,
logs, data transfer) is not in them.

Exit codes: 0 every service is planned, 1 a service is not (the handlers would refuse it, or a value is not known), 2 the
command could not run, or a file is no template.
`;

const OPTIONS = {
  parameter: { type: 'string', multiple: true },
  zones: { type: 'string' },
  format: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** A service of a file, with its plan or why there is none. */
export interface ServicePlan {
  readonly file: string;
  readonly service: string;
  readonly problem?: string;
  readonly inventory?: Inventory;
  /** US dollars a month with the least and the greatest number of tasks; undefined where the size of a task is not known. */
  readonly monthlyCost?: { readonly minimum: number; readonly maximum: number };
}

/** How a plan is made. */
export interface PlanOptions {
  /** Of the template; others have their default. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Availability Zones of the default VPC. */
  readonly zones?: number;
}

/** Where the command writes and reads. */
export interface Streams {
  out(text: string): void;
  error(text: string): void;
  readInput(): Promise<string>;
}

/** Run the command. @param args without its name. @returns the exit code. */
export async function run(args: readonly string[], streams: Streams): Promise<number> {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    if (values.help) {
      streams.out(USAGE);
      return 0;
    }
    if (positionals.length === 0)
      throw new UsageError('Name at least one template or folder, or - for standard input.');
    const { format = 'text' } = values;
    const write = FORMATS[format];
    if (!write) throw new UsageError(`There is no format ${format}. Choose text or json.`);
    const zones = numberOf('--zones', values.zones ?? String(USUAL_ZONES));
    if (zones < 2 || zones > 6) throw new UsageError(`--zones ${zones}: give a number from 2 to 6.`);
    const parameters = parametersOf(values.parameter ?? []);
    const plans: ServicePlan[] = [];
    for (const { path, text } of await findTemplates(positionals, streams.readInput)) {
      plans.push(...(await plansOf(path, text, { parameters, zones })));
    }
    streams.out(write(plans));
    return plans.some(({ problem }) => problem !== undefined) ? 1 : 0;
  } catch (error) {
    const isUsage =
      error instanceof UsageError ||
      error instanceof TemplateError ||
      (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
    if (!isUsage) throw error;
    streams.error(`${(error as Error).message}\n`);
    return 2;
  }
}

/**
 * The plans of the services of one template.
 *
 * @throws TemplateError when the text is no template.
 */
export async function plansOf(
  file: string,
  text: string,
  { parameters = {}, zones }: PlanOptions = {},
): Promise<ServicePlan[]> {
  const planned = (await servicesOf(text, parameters)).map(({ logicalId, model }) => {
    try {
      return { service: logicalId, plan: planService(logicalId, model(), zones) };
    } catch (error) {
      if (!(error instanceof HandlerError)) throw error;
      return { service: logicalId, problem: error.message };
    }
  });
  const plans = planned.flatMap(({ plan }): PlannedService[] => (plan ? [plan] : []));
  const inventories = inventoriesOf(plans);
  return planned.map(({ service, plan, problem }) => {
    if (!plan) return { file, service, problem };
    const inventory = inventories[plans.indexOf(plan)]!;
    return { file, service, inventory, monthlyCost: costOf(inventory) };
  });
}

function costOf(inventory: Inventory): ServicePlan['monthlyCost'] {
  if (!inventory.task) return undefined;
  const cents = (tasks: number) => Math.round(monthlyCost(quantitiesOf(inventory, tasks)) * 100) / 100;
  return { minimum: cents(inventory.tasks.minimum), maximum: cents(inventory.tasks.maximum) };
}

const FORMATS: Readonly<Record<string, (plans: readonly ServicePlan[]) => string>> = {
  json: (services) => {
    const { region, currency, asOf } = PRICES;
    return `${JSON.stringify({ prices: { region, currency, asOf }, services }, null, 2)}\n`;
  },
  text: (plans) => {
    const head = `Prices of ${PRICES.region} as of ${PRICES.asOf}; no offer, and without use. See docs/cost.md.`;
    return `${[...plans.map(textOf), head].join('\n\n')}\n`;
  },
};

function textOf({ file, service, problem, inventory, monthlyCost: cost }: ServicePlan): string {
  if (!inventory) return `${file}: ${service}\n  ${problem}`;
  const { tasks, loadBalancers, targetGroups, listenerRules, alarms, loadBalancerAddresses, task, versions } =
    inventory;
  const balancers = Object.entries(loadBalancers)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${decimal(count)} ${kind}`);
  const rows: readonly (readonly [string, string])[] = [
    ...(versions
      ? ([
          ['Versions', versionsText(versions.answering)],
          ['Standbys', versionsText(versions.standbys)],
        ] as const)
      : []),
    ['Tasks', rangeOf(tasks)],
    ['Load balancers', balancers.join(', ') || 'none'],
    ['Target groups', String(targetGroups)],
    ['Listener rules', String(listenerRules)],
    ['Alarms', String(alarms)],
    [
      'Public IPv4',
      rangeOf({
        minimum: loadBalancerAddresses + (task?.isPublic ? tasks.minimum : 0),
        maximum: loadBalancerAddresses + (task?.isPublic ? tasks.maximum : 0),
      }),
    ],
    ['A month', cost ? moneyOf(cost) : 'not known: the task definition is not in the template'],
  ];
  return [`${file}: ${service}`, ...rows.map(([name, value]) => `  ${name.padEnd(15)} ${value}`)].join('\n');
}

function versionsText({ versions, tasks, targetGroups, listenerRules, alarms }: VersionCounts): string {
  if (versions === 0) return 'none';
  const counts = [
    `tasks ${rangeOf(tasks)}`,
    `target groups ${targetGroups}`,
    `listener rules ${listenerRules}`,
    `alarms ${alarms}`,
  ];
  return `${versions} (${counts.join(', ')})`;
}

function rangeOf({ minimum, maximum }: Range): string {
  return minimum === maximum ? decimal(minimum) : `${decimal(minimum)} to ${decimal(maximum)}`;
}

function moneyOf({ minimum, maximum }: Range): string {
  return minimum === maximum ? dollars(minimum) : `${dollars(minimum)} to ${dollars(maximum)}`;
}

function decimal(count: number): string {
  return String(Math.round(count * 100) / 100);
}

function numberOf(option: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new UsageError(`${option} ${text}: give a whole number.`);
  return Number(text);
}

function parametersOf(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const [, name, value] = /^([A-Za-z0-9]+)=(.*)$/s.exec(text) ?? [];
      if (name === undefined) throw new UsageError(`--parameter ${text}: give NAME=VALUE.`);
      return [name, value!];
    }),
  );
}

/** What hooks/bin/org-ecs.js starts. */
export async function main(args: readonly string[]): Promise<void> {
  process.exitCode = await run(args, {
    out: (text) => void process.stdout.write(text),
    error: (text) => void process.stderr.write(text),
    readInput: readStandardInput,
  });
}
