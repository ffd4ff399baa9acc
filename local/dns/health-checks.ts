/** The health checks of Route 53, and what they find out. They are global: an account has them once. */
import { randomUUID } from 'node:crypto';
import { CloudWatchClient, DescribeAlarmsCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { HealthCheck, HealthCheckConfig } from '@aws-sdk/client-route-53';
import type { Clock } from '../clock';
import type { ClientOptions } from '../moto';
import { AwsError, type Structure, type TaskNetwork } from '../service';

/** What health checks look at. */
export interface HealthCheckContext {
  readonly clock: Clock;
  readonly motoOptions: ClientOptions;
  readonly network: TaskNetwork;
  readonly accountId: string;
}

type Stored = HealthCheck & { readonly tags: Map<string, string> };

/** The only metric that is known here. */
const METRIC = 'HealthyHostCount';

export class HealthChecks {
  private readonly checks = new Map<string, Stored>();
  /** Route 53 takes no CallerReference a second time, also when the health check was deleted. */
  private readonly references = new Set<string>();
  /** Virtual time at which a target group was last seen to have a healthy target, by ARN. */
  private readonly lastHealthy = new Map<string, number>();

  constructor(private readonly context: HealthCheckContext) {}

  reset(): void {
    this.checks.clear();
    this.references.clear();
    this.lastHealthy.clear();
  }

  /** @throws AwsError HealthCheckAlreadyExists, InvalidInput. */
  async create(CallerReference: string, given: HealthCheckConfig): Promise<HealthCheck> {
    const HealthCheckConfig = { Inverted: false, Disabled: false, ...given };
    const same = [...this.checks.values()].find((check) => check.CallerReference === CallerReference);
    if (same && JSON.stringify(same.HealthCheckConfig) === JSON.stringify(HealthCheckConfig)) return same;
    if (this.references.has(CallerReference)) {
      const message = `A health check with the caller reference ${CallerReference} has been created before.`;
      throw new AwsError('HealthCheckAlreadyExists', message, 409);
    }
    const check: Stored = {
      Id: randomUUID(),
      CallerReference,
      HealthCheckConfig,
      HealthCheckVersion: 1,
      CloudWatchAlarmConfiguration: await this.copyOfAlarm(HealthCheckConfig),
      tags: new Map(),
    };
    this.references.add(CallerReference);
    this.checks.set(check.Id!, check);
    return check;
  }

  /** Change what is given of a health check. */
  async update({ HealthCheckId, HealthCheckVersion, ...given }: Structure): Promise<HealthCheck> {
    const check = this.get(HealthCheckId);
    if (HealthCheckVersion !== undefined && HealthCheckVersion !== check.HealthCheckVersion) {
      throw new AwsError('HealthCheckVersionMismatch', 'The health check has changed meanwhile.', 409);
    }
    const HealthCheckConfig = { ...check.HealthCheckConfig!, ...given };
    const CloudWatchAlarmConfiguration = await this.copyOfAlarm(HealthCheckConfig);
    const next = { ...check, HealthCheckConfig, CloudWatchAlarmConfiguration };
    next.HealthCheckVersion!++;
    this.checks.set(check.Id!, next);
    return next;
  }

  /** @throws AwsError NoSuchHealthCheck. */
  get(id: string): Stored {
    const check = this.checks.get(id);
    if (check) return check;
    throw new AwsError('NoSuchHealthCheck', `A health check with id ${id} does not exist.`, 404);
  }

  list(): readonly HealthCheck[] {
    return [...this.checks.values()];
  }

  delete(id: string): void {
    this.checks.delete(this.get(id).Id!);
  }

  /**
   * Whether Route 53 counts a health check as healthy. It follows the metric as its copy of the alarm says, minute by minute;
   * here the minutes are counted from the last look at which there was a healthy target.
   */
  async isHealthy(id: string): Promise<boolean> {
    const { HealthCheckConfig: config, CloudWatchAlarmConfiguration: alarm } = this.get(id);
    const isHealthy =
      config!.Disabled || (await this.isFoundHealthy(config!, alarm as MetricAlarm | undefined));
    return isHealthy !== (config!.Inverted ?? false);
  }

  private isFoundHealthy(config: HealthCheckConfig, alarm: MetricAlarm | undefined): Promise<boolean> {
    if (config.Type === 'CALCULATED') return this.areEnough(config);
    return this.hasTargets(config.AlarmIdentifier!.Region!, alarm);
  }

  private async areEnough({
    ChildHealthChecks = [],
    HealthThreshold = 0,
  }: HealthCheckConfig): Promise<boolean> {
    const children = await Promise.all(ChildHealthChecks.map((child) => this.isHealthy(child)));
    return children.filter(Boolean).length >= HealthThreshold;
  }

  private async hasTargets(region: string, alarm: MetricAlarm | undefined): Promise<boolean> {
    const group = alarm?.Dimensions?.find(({ Name }) => Name === 'TargetGroup')?.Value;
    if (alarm?.MetricName !== METRIC || !group) return false;
    const { clock, accountId } = this.context;
    const arn = `arn:aws:elasticloadbalancing:${region}:${accountId}:${group}`;
    if (await this.isHealthyNow(region, arn)) this.lastHealthy.set(arn, clock.now());
    const last = this.lastHealthy.get(arn) ?? -Infinity;
    return clock.now() - last < alarm.EvaluationPeriods! * alarm.Period! * 1000;
  }

  private async isHealthyNow(region: string, TargetGroupArn: string): Promise<boolean> {
    const client = new ElasticLoadBalancingV2Client({ ...this.context.motoOptions, region });
    try {
      const { TargetHealthDescriptions = [] } = await client.send(
        new DescribeTargetHealthCommand({ TargetGroupArn }),
      );
      return TargetHealthDescriptions.some(({ Target }) => {
        const health = this.context.network.targetHealth(TargetGroupArn, Target!.Id!, Target!.Port!);
        return health?.State === 'healthy';
      });
    } catch (error) {
      if ((error as Error).name === 'TargetGroupNotFoundException') return false;
      throw error;
    } finally {
      client.destroy();
    }
  }

  /** @throws AwsError InvalidInput for an alarm that Route 53 does not follow. */
  private async copyOfAlarm({
    AlarmIdentifier: alarm,
  }: HealthCheckConfig): Promise<HealthCheck['CloudWatchAlarmConfiguration']> {
    if (!alarm) return undefined;
    const client = new CloudWatchClient({ ...this.context.motoOptions, region: alarm.Region });
    const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({ AlarmNames: [alarm.Name!] }));
    client.destroy();
    const [found] = MetricAlarms;
    if (!found) return undefined;
    if (found.Metrics?.length || found.ExtendedStatistic) {
      const message = `Route 53 does not support the alarm ${alarm.Name}: it has metric math or an extended statistic.`;
      throw new AwsError('InvalidInput', message);
    }
    const { EvaluationPeriods, Threshold, ComparisonOperator, Period, MetricName, Namespace, Statistic } =
      found;
    const Dimensions = found.Dimensions?.map(({ Name, Value }) => ({ Name: Name!, Value: Value! }));
    return {
      ...{ EvaluationPeriods, Threshold, Period, MetricName, Namespace, Dimensions },
      ComparisonOperator,
      Statistic,
    } as HealthCheck['CloudWatchAlarmConfiguration'];
  }
}
