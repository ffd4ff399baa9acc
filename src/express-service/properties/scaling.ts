/** How many tasks a service runs, as a template describes it. Pure: no call to AWS. */
import { invalid } from '../../core/failure';
import {
  ScalingTarget,
  type ScalingMetric as ScalingMetricModel,
  type ScheduledAction as ScheduledActionModel,
} from '../model';
import { table, type InputRows } from './table';
import { unlessEmpty } from '../../core/unset';

/** Between how many tasks a service scales, and after what. */
export interface Scaling extends ScalingMetric {
  readonly minTaskCount: number;
  readonly maxTaskCount: number;
  readonly additionalMetrics?: readonly ScalingMetric[];
  readonly cooldowns?: ScalingCooldowns;
  readonly scheduledActions?: readonly ScheduledAction[];
}

/** A change of the least and greatest number of tasks at a set time. */
export interface ScheduledAction {
  readonly name: string;
  /** `at(…)`, `rate(…)` or `cron(…)`. */
  readonly schedule: string;
  /** Of an at or cron expression. */
  readonly timezone: string;
  /** See {@link scheduleTime}. */
  readonly startTime?: string;
  readonly endTime?: string;
  /** Undefined means that the number stays as it is. */
  readonly minTaskCount?: number;
  readonly maxTaskCount?: number;
}

/** What target tracking follows. */
export interface ScalingMetric {
  readonly metric: 'AVERAGE_CPU' | 'AVERAGE_MEMORY' | 'REQUEST_COUNT_PER_TARGET';
  /** Per cent, or requests per target and minute. */
  readonly targetValue: number;
}

/** In seconds; undefined means that the template says nothing. Named as in Application Auto Scaling. */
export interface ScalingCooldowns {
  readonly ScaleInCooldown?: number;
  readonly ScaleOutCooldown?: number;
}

const METRIC = table<ScalingMetricModel, ScalingMetric>('ScalingMetric', {
  AutoScalingMetric: { to: 'metric' },
  AutoScalingTargetValue: { to: 'targetValue' },
});

/** The number of tasks. It goes to Application Auto Scaling. */
export const SCALING_ROWS = {
  ScalingTarget: {
    default: {},
    members: table<ScalingTarget>('ScalingTarget', {
      MinTaskCount: {},
      MaxTaskCount: {
        default: ({ MinTaskCount = 0 }) => Math.max(ScalingTarget.DEFAULTS.MaxTaskCount, MinTaskCount),
      },
      AutoScalingMetric: {},
      AutoScalingTargetValue: {},
      AdditionalMetrics: { key: 'AutoScalingMetric', items: METRIC },
      ScaleInCooldown: {},
      ScaleOutCooldown: {},
      ScheduledActions: {
        key: 'Name',
        items: table<ScheduledActionModel>('ScheduledAction', {
          Name: {},
          Schedule: {},
          Timezone: {},
          StartTime: {},
          EndTime: {},
          MinTaskCount: {},
          MaxTaskCount: {},
        }),
      },
    }),
  },
} as const satisfies InputRows<object>;

/** Defaults. Source: what ECS Express Mode applies (Amazon ECS Developer Guide). */
export const SCALING_DEFAULTS = {
  MinTaskCount: 1,
  MaxTaskCount: 20,
  AutoScalingMetric: 'AVERAGE_CPU',
  AutoScalingTargetValue: 60,
  /** Of a scheduled action. Source: API reference of Application Auto Scaling, PutScheduledAction. */
  Timezone: 'UTC',
} as const;

/**
 * What a template says of scaling, defaults applied.
 *
 * @throws HandlerError InvalidRequest.
 */
export function scaling(target: ScalingTarget | undefined): Scaling {
  const maxTaskCount =
    target?.MaxTaskCount ?? Math.max(SCALING_DEFAULTS.MaxTaskCount, target?.MinTaskCount ?? 0);
  const minTaskCount = target?.MinTaskCount ?? SCALING_DEFAULTS.MinTaskCount;
  if (minTaskCount > maxTaskCount) {
    throw invalid(
      'ScalingTarget/MinTaskCount',
      `is ${minTaskCount}, more than MaxTaskCount, ${maxTaskCount}`,
      'Make MinTaskCount at most MaxTaskCount',
    );
  }
  const metric = target?.AutoScalingMetric ?? SCALING_DEFAULTS.AutoScalingMetric;
  const specified = {
    minTaskCount,
    maxTaskCount,
    metric,
    targetValue: target?.AutoScalingTargetValue ?? SCALING_DEFAULTS.AutoScalingTargetValue,
    additionalMetrics: target?.AdditionalMetrics && additionalMetrics(target.AdditionalMetrics, metric),
    cooldowns: target && {
      ScaleInCooldown: target.ScaleInCooldown,
      ScaleOutCooldown: target.ScaleOutCooldown,
    },
    scheduledActions: unlessEmpty(target?.ScheduledActions?.map(scheduledAction)),
  };
  if (staysAtZero(specified) && followsRequests(specified)) {
    throw invalid(
      'ScalingTarget/MinTaskCount',
      'is 0, and REQUEST_COUNT_PER_TARGET cannot raise the number of tasks again: without a task no request is counted, and all are answered with 503',
      'Make MinTaskCount at least 1, or raise it at set times with a ScheduledAction',
    );
  }
  return specified;
}

/** What to tell the author, who may want it so; none when there is nothing to tell. */
export function scalingWarnings(scaling: Scaling): string[] {
  if (!staysAtZero(scaling)) return [];
  return [
    'ScalingTarget/MinTaskCount is 0: a service without tasks answers 503, has no metric that raises their number again, and does not try a new image; its number of tasks has to be raised by hand or by a ScheduledAction',
  ];
}

/** Whether the service may come to have no task, and nothing that the template says gives it one again. */
function staysAtZero({ minTaskCount, scheduledActions = [] }: Scaling): boolean {
  return minTaskCount === 0 && !scheduledActions.some((action) => (action.minTaskCount ?? 0) > 0);
}

function followsRequests({ metric, additionalMetrics = [] }: Scaling): boolean {
  return [metric, ...additionalMetrics.map((other) => other.metric)].includes('REQUEST_COUNT_PER_TARGET');
}

function additionalMetrics(
  given: readonly ScalingMetricModel[],
  first: ScalingMetric['metric'],
): ScalingMetric[] {
  const followed = new Set([first]);
  return given.map(({ AutoScalingMetric: metric, AutoScalingTargetValue: targetValue }, index) => {
    const path = `ScalingTarget/AdditionalMetrics/${index}`;
    if (!metric) throw invalid(`${path}/AutoScalingMetric`, 'is missing', 'Name the metric');
    if (targetValue === undefined) {
      throw invalid(`${path}/AutoScalingTargetValue`, 'is missing', 'Give the value to keep');
    }
    if (followed.has(metric)) {
      throw invalid(`${path}/AutoScalingMetric`, `${metric} is followed already`, 'Follow each metric once');
    }
    followed.add(metric);
    return { metric, targetValue };
  });
}

function scheduledAction(
  given: ScheduledActionModel,
  index: number,
  all: readonly ScheduledActionModel[],
): ScheduledAction {
  const path = `ScalingTarget/ScheduledActions/${index}`;
  const { Name: name, Schedule: schedule, MinTaskCount: minTaskCount, MaxTaskCount: maxTaskCount } = given;
  if (!name) throw invalid(`${path}/Name`, 'is missing', 'Name the scheduled action');
  if (all.findIndex(({ Name }) => Name === name) < index) {
    throw invalid(`${path}/Name`, `"${name}" appears twice`, 'Give each scheduled action a name of its own');
  }
  if (!schedule) throw invalid(`${path}/Schedule`, 'is missing', 'Say when, e.g. cron(0 7 * * ? *)');
  if (minTaskCount === undefined && maxTaskCount === undefined) {
    throw invalid(path, 'changes nothing', 'Give MinTaskCount, MaxTaskCount or both');
  }
  if (minTaskCount !== undefined && maxTaskCount !== undefined && minTaskCount > maxTaskCount) {
    throw invalid(
      `${path}/MinTaskCount`,
      `is ${minTaskCount}, more than MaxTaskCount, ${maxTaskCount}`,
      'Make MinTaskCount at most MaxTaskCount',
    );
  }
  const startTime = timeOf(given.StartTime, `${path}/StartTime`);
  const endTime = timeOf(given.EndTime, `${path}/EndTime`);
  if (startTime !== undefined && endTime !== undefined && startTime >= endTime) {
    throw invalid(`${path}/EndTime`, 'is not after StartTime', 'Give a later time');
  }
  const timezone = given.Timezone ?? SCALING_DEFAULTS.Timezone;
  return { name, schedule, timezone, startTime, endTime, minTaskCount, maxTaskCount };
}

function timeOf(given: string | undefined, path: string): string | undefined {
  if (given === undefined) return undefined;
  const time = new Date(given);
  if (Number.isNaN(Number(time))) {
    throw invalid(path, `"${given}" is no time`, 'Write it like 2027-01-31T06:00:00Z');
  }
  return scheduleTime(time);
}

/** A time of a scheduled action as the template writes it: UTC, to the second, e.g. `2027-01-31T06:00:00Z`. */
export function scheduleTime(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}
