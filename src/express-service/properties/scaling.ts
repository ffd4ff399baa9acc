/** How many tasks a service runs, as a template describes it. Pure: no call to AWS. */
import type { ScheduledAction as AwsScheduledAction } from '@aws-sdk/client-application-auto-scaling';
import type { Properties } from '../../cloudformation/extension';
import { invalid } from '../../core/failure';
import { DEFAULT } from '../../core/property';
import { specified, templateOf } from '../../core/property-values';
import {
  LoadBalancerConfiguration,
  ScalingTarget,
  type Inputs,
  type ScalingMetric as ScalingMetricModel,
  type ScheduledAction as ScheduledActionModel,
} from '../model';
import { table, type InputRows } from './table';

/** Between how many tasks a service scales, and after what. */
export interface Scaling extends ScalingMetric, ScalingCooldowns {
  readonly minTaskCount: number;
  readonly maxTaskCount: number;
  readonly additionalMetrics?: readonly ScalingMetric[];
  readonly scheduledActions?: readonly ScheduledAction[];
}

/** A change of the least and greatest number of tasks at a set time, as Application Auto Scaling names it. */
export type ScheduledAction = Partial<
  Pick<AwsScheduledAction, 'ScheduledActionName' | 'Schedule' | 'Timezone' | 'ScalableTargetAction'>
> & {
  /** Times are texts as the template writes them: UTC, to the second, e.g. `2027-01-31T06:00:00Z`. */
  readonly StartTime?: string;
  readonly EndTime?: string;
};

/** What target tracking follows. */
export interface ScalingMetric {
  readonly metric: 'AVERAGE_CPU' | 'AVERAGE_MEMORY' | 'REQUEST_COUNT_PER_TARGET' | 'SQS_BACKLOG_PER_TASK';
  /** Per cent, requests per target and minute, or messages per task. */
  readonly targetValue: number;
  /** Name of the queue whose messages count; undefined for the other metrics. */
  readonly queueName?: string;
}

/** In seconds; undefined means that the template says nothing. Named as in Application Auto Scaling. */
export interface ScalingCooldowns {
  readonly ScaleInCooldown?: number;
  readonly ScaleOutCooldown?: number;
}

const SCHEDULED_ACTION = table<ScheduledActionModel, ScheduledAction>('ScheduledAction', {
  Name: { to: 'ScheduledActionName' },
  Schedule: { to: 'Schedule' },
  Timezone: { to: 'Timezone', absent: DEFAULT },
  StartTime: {
    check: checkTime,
    write: (time) => ({ StartTime: timeText(new Date(time)) }),
    read: ({ StartTime }) => StartTime,
  },
  EndTime: {
    check: checkTime,
    write: (time) => ({ EndTime: timeText(new Date(time)) }),
    read: ({ EndTime }) => EndTime,
  },
  MinTaskCount: {
    write: (MinCapacity) => ({ ScalableTargetAction: { MinCapacity } }),
    read: ({ ScalableTargetAction }) => ScalableTargetAction?.MinCapacity,
  },
  MaxTaskCount: {
    write: (MaxCapacity) => ({ ScalableTargetAction: { MaxCapacity } }),
    read: ({ ScalableTargetAction }) => ScalableTargetAction?.MaxCapacity,
  },
});

/** The metric that needs the name of a queue. */
const BACKLOG = 'SQS_BACKLOG_PER_TASK' satisfies ScalingMetric['metric'];

const QUEUE_NAME = { to: 'queueName' } as const;

const SCALING = table<ScalingTarget, Scaling>('ScalingTarget', {
  MinTaskCount: { to: 'minTaskCount' },
  MaxTaskCount: {
    to: 'maxTaskCount',
    default: ({ MinTaskCount = 0 }) => Math.max(ScalingTarget.DEFAULTS.MaxTaskCount, MinTaskCount),
  },
  AutoScalingMetric: { to: 'metric' },
  AutoScalingTargetValue: { to: 'targetValue' },
  QueueName: QUEUE_NAME,
  AdditionalMetrics: {
    to: 'additionalMetrics',
    key: 'AutoScalingMetric',
    items: table<ScalingMetricModel, ScalingMetric>('ScalingMetric', {
      AutoScalingMetric: { to: 'metric' },
      AutoScalingTargetValue: { to: 'targetValue' },
      QueueName: QUEUE_NAME,
    }),
    check(metrics, path, { AutoScalingMetric: first = ScalingTarget.DEFAULTS.AutoScalingMetric }) {
      for (const [index, metric] of metrics.entries()) checkQueue(metric, `${path}/${index}`);
      const again = metrics.findIndex(({ AutoScalingMetric }) => AutoScalingMetric === first);
      if (again < 0) return;
      throw invalid(
        `${path}/${again}/AutoScalingMetric`,
        `${first} is followed already`,
        'Follow each metric once',
      );
    },
  },
  ScaleInCooldown: { to: 'ScaleInCooldown' },
  ScaleOutCooldown: { to: 'ScaleOutCooldown' },
  ScheduledActions: {
    to: 'scheduledActions',
    key: 'Name',
    items: SCHEDULED_ACTION,
    check: (actions, path) => actions.forEach((action, index) => checkAction(action, `${path}/${index}`)),
  },
});

/** The number of tasks. It goes to Application Auto Scaling. */
export const SCALING_ROWS = {
  ScalingTarget: { default: {}, members: SCALING, check: checkScaling },
} as const satisfies InputRows<object>;

/** What a template says of scaling, defaults applied. */
export function scaling(target: Properties<ScalingTarget> = {}): Scaling {
  return specified(SCALING, target) as Scaling;
}

/** A scheduled action that is there, as far as templates speak of it. */
export function scheduledActionOf({ StartTime, EndTime, ...found }: AwsScheduledAction): ScheduledAction {
  const action = {
    ...found,
    StartTime: StartTime && timeText(StartTime),
    EndTime: EndTime && timeText(EndTime),
  };
  return specified(SCHEDULED_ACTION, templateOf(SCHEDULED_ACTION, action));
}

/** What a template would say of scaling. */
export function scalingInput(found: Partial<Scaling>): Properties<ScalingTarget> {
  return templateOf(SCALING, found as Scaling);
}

function checkScaling(target: Properties<ScalingTarget>, path: string, _group: object, model: Inputs): void {
  checkQueue(target, path);
  const asked = scaling(target);
  const { Type: type = LoadBalancerConfiguration.DEFAULTS.Type } = model.LoadBalancerConfiguration ?? {};
  if (follows(asked, 'REQUEST_COUNT_PER_TARGET') && type !== 'application') {
    throw invalid(
      `${path}/${asked.metric === 'REQUEST_COUNT_PER_TARGET' ? 'AutoScalingMetric' : 'AdditionalMetrics'}`,
      'has REQUEST_COUNT_PER_TARGET, which only an Application Load Balancer counts',
      'Follow another metric',
    );
  }
  const { minTaskCount, maxTaskCount } = asked;
  if (minTaskCount > maxTaskCount) {
    throw invalid(
      'ScalingTarget/MinTaskCount',
      `is ${minTaskCount}, more than MaxTaskCount, ${maxTaskCount}`,
      'Make MinTaskCount at most MaxTaskCount',
    );
  }
  if (staysAtZero(asked) && follows(asked, 'REQUEST_COUNT_PER_TARGET')) {
    throw invalid(
      'ScalingTarget/MinTaskCount',
      'is 0, and REQUEST_COUNT_PER_TARGET cannot raise the number of tasks again: without a task no request is counted, and all are answered with 503',
      'Make MinTaskCount at least 1, or raise it at set times with a ScheduledAction',
    );
  }
}

/** The name of a queue is there for the metric that needs one, and for no other. */
function checkQueue(
  { AutoScalingMetric: metric, QueueName }: Pick<ScalingMetricModel, 'AutoScalingMetric' | 'QueueName'>,
  path: string,
): void {
  if (metric === BACKLOG && QueueName === undefined) {
    throw invalid(`${path}/QueueName`, `is missing, which ${BACKLOG} needs`, 'Give the name of a queue');
  }
  if (metric !== BACKLOG && QueueName !== undefined) {
    throw invalid(`${path}/QueueName`, `is of ${BACKLOG} alone`, 'Remove it');
  }
}

/** What to tell the author, who may want it so; none when there is nothing to tell. */
export function scalingWarnings(scaling: Scaling): string[] {
  if (!staysAtZero(scaling)) return [];
  if (follows(scaling, BACKLOG)) {
    return [
      'ScalingTarget/MinTaskCount is 0: a service without tasks answers 503, and does not try a new image; whether target tracking starts the first task when messages come is documented nowhere',
    ];
  }
  return [
    'ScalingTarget/MinTaskCount is 0: a service without tasks answers 503, has no metric that raises their number again, and does not try a new image; its number of tasks has to be raised by hand or by a ScheduledAction',
  ];
}

/** Whether the service may come to have no task, and nothing that the template says gives it one again. */
function staysAtZero({ minTaskCount, scheduledActions = [] }: Scaling): boolean {
  return (
    minTaskCount === 0 &&
    !scheduledActions.some(({ ScalableTargetAction }) => (ScalableTargetAction?.MinCapacity ?? 0) > 0)
  );
}

function follows({ metric, additionalMetrics = [] }: Scaling, which: ScalingMetric['metric']): boolean {
  return [metric, ...additionalMetrics.map((other) => other.metric)].includes(which);
}

function checkAction(action: Properties<ScheduledActionModel>, path: string): void {
  const { MinTaskCount: least, MaxTaskCount: most, StartTime: start, EndTime: end } = action;
  if (least === undefined && most === undefined) {
    throw invalid(path, 'changes nothing', 'Give MinTaskCount, MaxTaskCount or both');
  }
  if (least !== undefined && most !== undefined && least > most) {
    throw invalid(
      `${path}/MinTaskCount`,
      `is ${least}, more than MaxTaskCount, ${most}`,
      'Make MinTaskCount at most MaxTaskCount',
    );
  }
  if (start !== undefined && end !== undefined && new Date(start) >= new Date(end)) {
    throw invalid(`${path}/EndTime`, 'is not after StartTime', 'Give a later time');
  }
}

function checkTime(time: string, path: string): void {
  if (!Number.isNaN(Number(new Date(time)))) return;
  throw invalid(path, `"${time}" is no time`, 'Write it like 2027-01-31T06:00:00Z');
}

function timeText(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}
