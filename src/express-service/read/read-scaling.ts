/** The scaling of a service, as a template describes it. Pure: no call to AWS. */
import type { TargetTrackingScalingPolicyConfiguration } from '@aws-sdk/client-application-auto-scaling';
import type { ObservedScalableTarget } from '../resources/application-auto-scaling/scalable-target';
import {
  METRICS,
  metricOf,
  scalingPolicyName,
  type ObservedScalingPolicy,
} from '../resources/application-auto-scaling/scaling-policy';
import type { ObservedScheduledActions } from '../resources/application-auto-scaling/scheduled-actions';
import type { Identity } from '../identity/identity';
import type { ScalingTarget } from '../model';
import type { Properties } from '../../cloudformation/extension';
import type { RecordedTaskCounts } from '../memory/template-record';
import { defined, unlessEmpty } from '../../core/unset';

/** What was observed of the scaling. */
interface Observed {
  readonly ScalableTarget?: ObservedScalableTarget;
  readonly ScalingPolicy?: ObservedScalingPolicy;
  readonly ScheduledActions?: ObservedScheduledActions;
}

/**
 * Scaling in the template's words.
 *
 * @param recorded numbers of tasks in the template, when they are known: a scheduled action that has changed them since is
 *   no drift.
 */
export function scalingInputOf(
  identity: Identity,
  { ScalableTarget, ScalingPolicy, ScheduledActions }: Observed,
  recorded?: RecordedTaskCounts,
): Properties<ScalingTarget> | undefined {
  if (!ScalableTarget && !ScalingPolicy) return undefined;
  const counts =
    ScalableTarget && recorded && isScheduled(ScalableTarget, recorded, ScheduledActions)
      ? recorded
      : ScalableTarget;
  return defined({
    MinTaskCount: counts?.minTaskCount,
    MaxTaskCount: counts?.maxTaskCount,
    ...(ScalingPolicy && metricsOf(identity, ScalingPolicy)),
    ScheduledActions: unlessEmpty(
      ScheduledActions?.actions
        .map((action) =>
          defined({
            Name: action.name,
            Schedule: action.schedule,
            Timezone: action.timezone,
            StartTime: action.startTime,
            EndTime: action.endTime,
            MinTaskCount: action.minTaskCount,
            MaxTaskCount: action.maxTaskCount,
          }),
        )
        .sort((a, b) => (a.Name < b.Name ? -1 : 1)),
    ),
  });
}

/** Whether each of the numbers of tasks is the template's or what some scheduled action makes of it. */
function isScheduled(
  live: RecordedTaskCounts,
  recorded: RecordedTaskCounts,
  { actions }: ObservedScheduledActions = { actions: [] },
): boolean {
  const members = ['minTaskCount', 'maxTaskCount'] as const;
  return members.every(
    (member) =>
      live[member] === recorded[member] || actions.some((action) => action[member] === live[member]),
  );
}

function metricsOf(identity: Identity, { policies }: ObservedScalingPolicy): Properties<ScalingTarget> {
  const first = scalingPolicyName(identity);
  const { configuration } = policies.find(({ name }) => name === first) ?? {};
  const metric = (of: TargetTrackingScalingPolicyConfiguration) => ({
    AutoScalingMetric: metricOf(of),
    AutoScalingTargetValue: of.TargetValue,
  });
  const additional = METRICS.flatMap((name) =>
    policies.filter((policy) => policy.name === scalingPolicyName(identity, name)),
  );
  return {
    ...(configuration && metric(configuration)),
    AdditionalMetrics: unlessEmpty(additional.map((policy) => metric(policy.configuration))),
    ScaleInCooldown: configuration?.ScaleInCooldown,
    ScaleOutCooldown: configuration?.ScaleOutCooldown,
  };
}
