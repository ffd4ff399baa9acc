import {
  ConcurrentUpdateException,
  DeleteScalingPolicyCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  type TargetTrackingMetricDataQuery,
  type TargetTrackingScalingPolicyConfiguration,
} from '@aws-sdk/client-application-auto-scaling';
import { isDeepStrictEqual } from 'node:util';
import type { Component } from '../component';
import { DESCRIBED_SERVICE_ACTIONS } from '../described-service';
import { fittingName, type Identity } from '../identity';
import { done, wait } from '../outcome';
import { unless } from '../sdk-errors';
import type { Scaling } from '../spec';
import type { ObservedLoadBalancer } from './load-balancer';
import { mayScale, scalableDimension, type ObservedScalableTarget } from './scalable-target';
import type { ObservedTargetGroups } from './target-groups';

/** How the number of tasks follows the load. */
export interface ObservedScalingPolicy {
  readonly arn: string;
  readonly configuration: TargetTrackingScalingPolicyConfiguration;
}

interface Needs {
  LoadBalancer: ObservedLoadBalancer;
  ScalableTarget: ObservedScalableTarget;
  TargetGroups: ObservedTargetGroups;
}

/** The longest name that Application Auto Scaling takes. */
const LONGEST_NAME = 256;

/** What the metric of a policy is made of: either of the two is set. */
type MetricSpecification = Pick<
  TargetTrackingScalingPolicyConfiguration,
  'PredefinedMetricSpecification' | 'CustomizedMetricSpecification'
>;

/** The metrics of AWS's own that follow the tasks. */
const PREDEFINED = {
  AVERAGE_CPU: 'ECSServiceAverageCPUUtilization',
  AVERAGE_MEMORY: 'ECSServiceAverageMemoryUtilization',
} as const;

/** Name of the scaling policy of a service. */
export function scalingPolicyName({ clusterName, serviceName }: Identity): string {
  return fittingName(`${clusterName}/${serviceName}/TargetTracking`, LONGEST_NAME);
}

/**
 * The metric that a policy follows.
 *
 * The predefined metric of requests per target watches one target group. Each deployment moves the traffic to the other
 * one, and the policy would take that for silence and scale in. The sum over both groups is the requests per target at
 * any time, also while a canary splits them, because both groups then have as many targets.
 *
 * @param loadBalancer the part of its ARN that CloudWatch uses, `app/…`.
 * @param targetGroups the same of both target groups, `targetgroup/…`.
 */
export function metricSpecification(
  metric: Scaling['metric'],
  loadBalancer: string,
  targetGroups: readonly string[],
): MetricSpecification {
  if (metric !== 'REQUEST_COUNT_PER_TARGET') {
    return { PredefinedMetricSpecification: { PredefinedMetricType: PREDEFINED[metric] } };
  }
  const requests = targetGroups.map((targetGroup, index): TargetTrackingMetricDataQuery => ({
    Id: `requests${index + 1}`,
    MetricStat: {
      Metric: {
        Namespace: 'AWS/ApplicationELB',
        MetricName: 'RequestCountPerTarget',
        Dimensions: [
          { Name: 'LoadBalancer', Value: loadBalancer },
          { Name: 'TargetGroup', Value: targetGroup },
        ],
      },
      Stat: 'Sum',
    },
    ReturnData: false,
  }));
  const sum: TargetTrackingMetricDataQuery = {
    Id: 'requests',
    Expression: requests.map(({ Id }) => `FILL(${Id}, 0)`).join(' + '),
    Label: 'Requests per target and minute',
    ReturnData: true,
  };
  return { CustomizedMetricSpecification: { Metrics: [...requests, sum] } };
}

/** The metric in the template's words; undefined when it was changed by hand to one that the template does not have. */
export function metricOf(configuration: MetricSpecification): Scaling['metric'] | undefined {
  if (configuration.CustomizedMetricSpecification) return 'REQUEST_COUNT_PER_TARGET';
  const type = configuration.PredefinedMetricSpecification?.PredefinedMetricType;
  return (Object.keys(PREDEFINED) as (keyof typeof PREDEFINED)[]).find((name) => PREDEFINED[name] === type);
}

/** Cooldowns set by hand stay. */
export const scalingPolicy: Component<ObservedScalingPolicy, Needs> = {
  kind: 'ScalingPolicy',
  needs: ['LoadBalancer', 'ScalableTarget', 'TargetGroups'],
  permissions: {
    observe: [...DESCRIBED_SERVICE_ACTIONS, 'application-autoscaling:DescribeScalingPolicies'],
    apply: ['application-autoscaling:PutScalingPolicy'],
    remove: ['application-autoscaling:DeleteScalingPolicy'],
  },

  async observe(scope) {
    if (!(await mayScale(scope))) return undefined;
    const name = scalingPolicyName(scope.identity);
    const { ScalingPolicies } = await scope.clients.applicationAutoScaling.send(
      new DescribeScalingPoliciesCommand({ ...scalableDimension(scope.identity), PolicyNames: [name] }),
    );
    const found = ScalingPolicies?.find(({ PolicyName }) => PolicyName === name);
    return found && { arn: found.PolicyARN!, configuration: found.TargetTrackingScalingPolicyConfiguration! };
  },

  async apply({ clients, identity, spec }, { LoadBalancer, TargetGroups }, current) {
    const { metric, targetValue } = spec.scaling;
    const specification = metricSpecification(metric, LoadBalancer.fullName, TargetGroups.fullNames);
    if (current && isSame(current.configuration, specification, targetValue)) return done(current);
    const { ScaleInCooldown, ScaleOutCooldown, DisableScaleIn } = current?.configuration ?? {};
    const configuration: TargetTrackingScalingPolicyConfiguration = {
      ...specification,
      TargetValue: targetValue,
      ScaleInCooldown,
      ScaleOutCooldown,
      DisableScaleIn,
    };
    try {
      const { PolicyARN } = await clients.applicationAutoScaling.send(
        new PutScalingPolicyCommand({
          ...scalableDimension(identity),
          PolicyName: scalingPolicyName(identity),
          PolicyType: 'TargetTrackingScaling',
          TargetTrackingScalingPolicyConfiguration: configuration,
        }),
      );
      return done({ arn: PolicyARN!, configuration: JSON.parse(JSON.stringify(configuration)) });
    } catch (error) {
      if (error instanceof ConcurrentUpdateException) return wait('another change to the scaling', 2);
      throw error;
    }
  },

  async remove({ clients, identity }) {
    try {
      await unless(
        clients.applicationAutoScaling.send(
          new DeleteScalingPolicyCommand({
            ...scalableDimension(identity),
            PolicyName: scalingPolicyName(identity),
          }),
        ),
        'ObjectNotFoundException',
      );
      return done(undefined);
    } catch (error) {
      if (error instanceof ConcurrentUpdateException) return wait('another change to the scaling', 2);
      throw error;
    }
  },
};

function isSame(
  current: TargetTrackingScalingPolicyConfiguration,
  { PredefinedMetricSpecification, CustomizedMetricSpecification }: MetricSpecification,
  targetValue: number,
): boolean {
  const type = PredefinedMetricSpecification?.PredefinedMetricType;
  return (
    current.TargetValue === targetValue &&
    current.PredefinedMetricSpecification?.PredefinedMetricType === type &&
    isDeepStrictEqual(
      watched(current.CustomizedMetricSpecification?.Metrics),
      watched(CustomizedMetricSpecification?.Metrics),
    )
  );
}

/** Metrics and what they belong to, in any order. */
function watched(metrics: readonly TargetTrackingMetricDataQuery[] | undefined): ReadonlySet<string> {
  return new Set(
    metrics?.flatMap(({ MetricStat }) => (MetricStat?.Metric?.Dimensions ?? []).map(({ Value }) => Value!)),
  );
}
