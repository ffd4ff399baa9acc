/** What it takes to go back to what ran before, with versions side by side and without, and what a change of weights alone takes. */
import { randomUUID } from 'node:crypto';
import { CloudWatchClient, DescribeAlarmsCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import type { LocalAws } from '../local';
import { ACCOUNT_ID } from '../local/endpoint';
import { createResourceHandler, type ResourceHandler } from '../local/extension/resource-handler';
import type { Structure } from '../local/service';
import { arnOf, timeOf } from './added-seconds';
import { costOf, holdUp, READING, TYPE_NAME } from './operations';

/** What an update takes. */
export interface VersionsCost {
  readonly update: string;
  /** Virtual seconds from its beginning to its end; of a rollback from the alarm to its end. */
  readonly seconds: number;
  /** AWS calls of the handlers; undefined for a rollback, which ECS does. */
  readonly calls?: number;
  /** Those of them that change something. */
  readonly writes?: number;
  /** Longest chain of calls that had to wait for one another: what of the time is not waiting. */
  readonly chain?: number;
}

/** What is said of a deployment whose new tasks have their share of the requests. */
const SHIFTED = /canary|baking|bake time/i;

/**
 * Measure in an account that has no services.
 *
 * @param properties desired state of a service; `ServiceName` is added.
 */
export async function measureVersions(aws: LocalAws, properties: Structure): Promise<VersionsCost[]> {
  holdUp(aws);
  const handle = createResourceHandler(aws);
  return [
    ...(await versioned(aws, handle, { ...properties, ServiceName: 'bench-versioned' })),
    ...(await canary(aws, handle, { ...properties, ServiceName: 'bench-canary' })),
  ];
}

async function versioned(
  aws: LocalAws,
  handle: ResourceHandler,
  service: Structure,
): Promise<VersionsCost[]> {
  const version = (label: string, weights?: Readonly<Record<string, number>>): Structure => ({
    ...service,
    PrimaryContainer: { Image: `bench:${label}` },
    DeploymentConfiguration: { Strategy: 'VERSIONED' },
    Version: label,
    ...(weights && {
      Traffic: Object.entries(weights).map(([Version, Weight]) => ({ Version, Weight })),
    }),
  });
  const life = new Life(aws, handle);
  await life.create(version('v1'));
  await life.update(version('v2'));
  const back = await life.update(version('v1'));
  await life.update(version('v1', { v1: 50, v2: 50 }));
  const traffic = await life.update(version('v1', { v1: 95, v2: 5 }));
  return [
    { update: 'VERSIONED: back to the version before', ...back },
    { update: 'VERSIONED: other weights in Traffic', ...traffic },
  ];
}

async function canary(aws: LocalAws, handle: ResourceHandler, service: Structure): Promise<VersionsCost[]> {
  const image = (tag: string): Structure => ({ ...service, PrimaryContainer: { Image: `bench:${tag}` } });
  const life = new Life(aws, handle);
  await life.create(image('1'));
  const seconds = await life.rollBack(image('2'));
  // As CloudFormation does after it.
  await life.update(image('1'));
  await life.update(image('2'));
  return [
    { update: 'CANARY: rolled back by an alarm while it bakes', seconds },
    { update: 'CANARY: the image before, deployed again', ...(await life.update(image('1'))) },
  ];
}

/** One service, whose template changes. */
class Life {
  private model: Structure = {};

  constructor(
    private readonly aws: LocalAws,
    private readonly handle: ResourceHandler,
  ) {}

  async create(model: Structure): Promise<void> {
    await timeOf(this.aws, this.handle, { action: 'CREATE', model });
    this.model = { ...model, ServiceArn: arnOf(this.aws, model.ServiceName) };
  }

  async update(changed: Structure): Promise<Omit<VersionsCost, 'update'>> {
    const model = { ...changed, ServiceArn: this.model.ServiceArn };
    const after = this.aws.calls.list().at(-1)?.sequence ?? 0;
    const { seconds } = await timeOf(this.aws, this.handle, {
      action: 'UPDATE',
      model,
      previousModel: this.model,
    });
    this.model = model;
    const calls = this.aws.calls.list({ typeName: TYPE_NAME, callerOperation: 'UPDATE', after });
    const writes = calls.filter(({ operation }) => !READING.test(operation));
    return { seconds, calls: calls.length, writes: writes.length, chain: costOf(calls).chain };
  }

  /** Update, and set off the alarms once requests have moved. @returns seconds from then to the end. */
  async rollBack(changed: Structure): Promise<number> {
    const { clock, registry } = this.aws;
    let alarmedAt: number | undefined;
    const model = { ...changed, ServiceArn: this.model.ServiceArn };
    const outcome = await this.handle({
      action: 'UPDATE',
      model,
      previousModel: this.model,
      type: registry.privateType(TYPE_NAME),
      requestToken: randomUUID(),
      region: this.aws.clientOptions().region,
      accountId: ACCOUNT_ID,
      logicalResourceId: 'Service',
      onProgress: (_model, _identifier, message = '') => {
        if (alarmedAt !== undefined || !SHIFTED.test(message)) return;
        alarmedAt = clock.now();
        void clock.work(() => setOff(this.aws, this.model.ServiceName));
      },
    });
    if (outcome.status !== 'FAILED' || alarmedAt === undefined) {
      throw new Error(`the deployment was to be rolled back by its alarm, and ended ${outcome.status}`);
    }
    this.model = model;
    return (clock.now() - alarmedAt) / 1000;
  }
}

/** Set off the alarms of a service. */
async function setOff(aws: LocalAws, serviceName: string): Promise<void> {
  const cloudWatch = new CloudWatchClient(aws.clientOptions());
  const { MetricAlarms = [] } = await cloudWatch.send(new DescribeAlarmsCommand({}));
  for (const { AlarmName } of MetricAlarms.filter((alarm) => alarm.AlarmName!.includes(serviceName))) {
    await cloudWatch.send(
      new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: 'set off by the bench' }),
    );
  }
  cloudWatch.destroy();
}
