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
import type { EcsService } from '../identity/identity';
import type { ScalingTarget } from '../model';
import type { Properties } from '../../cloudformation/extension';
import type { RecordedTaskCounts } from '../memory/template-record';
import { scalingInput, type Scaling, type ScalingMetric } from '../properties/scaling';

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
  ecsService: EcsService,
  { ScalableTarget, ScalingPolicy, ScheduledActions }: Observed,
  recorded?: RecordedTaskCounts,
): Properties<ScalingTarget> | undefined {
  if (!ScalableTarget && !ScalingPolicy) return undefined;
  const counts =
    ScalableTarget && recorded && isScheduled(ScalableTarget, recorded, ScheduledActions)
      ? recorded
      : ScalableTarget;
  return scalingInput({
    minTaskCount: counts?.minTaskCount,
    maxTaskCount: counts?.maxTaskCount,
    ...(ScalingPolicy && metricsOf(ecsService, ScalingPolicy)),
    scheduledActions: ScheduledActions?.actions,
  });
}

/** Whether each of the numbers of tasks is the template's or what some scheduled action makes of it. */
function isScheduled(
  live: RecordedTaskCounts,
  recorded: RecordedTaskCounts,
  { actions }: ObservedScheduledActions = { actions: [] },
): boolean {
  const settings = actions.map(({ ScalableTargetAction }) => ScalableTargetAction ?? {});
  return (
    isOneOf(live.minTaskCount, [recorded.minTaskCount, ...settings.map(({ MinCapacity }) => MinCapacity)]) &&
    isOneOf(live.maxTaskCount, [recorded.maxTaskCount, ...settings.map(({ MaxCapacity }) => MaxCapacity)])
  );
}

function isOneOf(count: number, counts: readonly (number | undefined)[]): boolean {
  return counts.includes(count);
}

function metricsOf(ecsService: EcsService, { policies }: ObservedScalingPolicy): Partial<Scaling> {
  const first = scalingPolicyName(ecsService);
  const { configuration } = policies.find(({ name }) => name === first) ?? {};
  const additional = METRICS.flatMap((name) =>
    policies.filter((policy) => policy.name === scalingPolicyName(ecsService, name)),
  );
  return {
    ...(configuration && metric(configuration)),
    additionalMetrics: additional.map((policy) => metric(policy.configuration) as ScalingMetric),
    ScaleInCooldown: configuration?.ScaleInCooldown,
    ScaleOutCooldown: configuration?.ScaleOutCooldown,
  };
}

function metric(configuration: TargetTrackingScalingPolicyConfiguration): Partial<ScalingMetric> {
  return { ...metricOf(configuration), targetValue: configuration.TargetValue };
}
