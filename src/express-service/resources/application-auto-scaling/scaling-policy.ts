import {
  DeleteScalingPolicyCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  type TargetTrackingMetricDataQuery,
  type TargetTrackingScalingPolicyConfiguration,
} from '@aws-sdk/client-application-auto-scaling';
import { isDeepStrictEqual } from 'node:util';
import type { Resolvable } from '../../../core/graph';
import type { Component, PlanScope, Refer, Scope } from '../../composition/component';
import { gone } from '../../composition/part';
import { DESCRIBED_SERVICE_ACTIONS } from '../../deployments/described-service';
import { fittingName, type EcsService } from '../../identity/identity';
import { unless } from '../../../aws/sdk-errors';
import type { Scaling, ScalingCooldowns, ScalingMetric } from '../../properties/scaling';
import { threeWay } from '../../../core/three-way';
import { defined } from '../../../core/unset';
import type { ObservedLoadBalancer } from '../elastic-load-balancing/load-balancer';
import {
  mayScale,
  scalableDimension,
  unlessOverlapping,
  type ObservedScalableTarget,
} from './scalable-target';
import type { ObservedTargetGroups } from '../elastic-load-balancing/target-groups';

/** How the number of tasks follows the load: one policy for each metric. */
export interface ObservedScalingPolicy {
  readonly policies: readonly ObservedPolicy[];
}

/** A target tracking policy. */
export interface ObservedPolicy {
  readonly name: string;
  readonly arn: string;
  readonly configuration: TargetTrackingScalingPolicyConfiguration;
}

type Needs = {
  LoadBalancer?: ObservedLoadBalancer;
  ScalableTarget: ObservedScalableTarget;
  TargetGroups?: ObservedTargetGroups;
};

interface ScalingPolicyProperties {
  readonly PolicyName: string;
  readonly PolicyType: 'TargetTrackingScaling';
  readonly ServiceNamespace: 'ecs';
  readonly ResourceId: string;
  readonly ScalableDimension: 'ecs:service:DesiredCount';
  readonly TargetTrackingScalingPolicyConfiguration: TargetTrackingScalingPolicyConfiguration;
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

/** CloudWatch's metric of the requests. */
const REQUEST_COUNT = 'RequestCountPerTarget';

/** Every metric that a policy may follow. */
export const METRICS = [
  ...(Object.keys(PREDEFINED) as (keyof typeof PREDEFINED)[]),
  'REQUEST_COUNT_PER_TARGET',
] as const satisfies readonly Scaling['metric'][];

/**
 * Name of a scaling policy of an ECS service.
 *
 * @param additional metric that it follows beside the first one; the name of the first one's policy does not depend on
 *   its metric, so that another metric is a change in place.
 */
export function scalingPolicyName({ clusterName, name }: EcsService, additional?: Scaling['metric']): string {
  const suffix = additional ? `/${additional}` : '';
  return fittingName(`${clusterName}/${name}/TargetTracking${suffix}`, LONGEST_NAME);
}

/**
 * The requests per target, of both target groups. The predefined metric watches one target group. Each deployment moves the
 * traffic to the other one, and the policy would take that for silence and scale in. The sum over both groups is the requests
 * per target at any time, also while a canary splits them, because both groups then have as many targets.
 */
function requestMetric(refer: Refer): Resolvable<MetricSpecification> {
  const requests = ['1', '2'].map((name) => ({
    Id: `requests${name}`,
    MetricStat: {
      Metric: {
        Namespace: 'AWS/ApplicationELB',
        MetricName: REQUEST_COUNT,
        Dimensions: [
          { Name: 'LoadBalancer', Value: refer('LoadBalancer', 'LoadBalancerFullName') },
          { Name: 'TargetGroup', Value: refer('TargetGroups', 'TargetGroupFullName', { name }) },
        ],
      },
      Stat: 'Sum',
    },
    ReturnData: false,
  }));
  const sum = {
    Id: 'requests',
    Expression: requests.map(({ Id }) => `FILL(${Id}, 0)`).join(' + '),
    Label: 'Requests per target and minute',
    ReturnData: true,
  };
  return { CustomizedMetricSpecification: { Metrics: [...requests, sum] } };
}

/**
 * The metric that a policy follows; empty for one of a load balancer where there is none, which only a former template can ask
 * for.
 */
function metricSpecification(
  metric: Scaling['metric'],
  { has, refer }: Pick<PlanScope, 'has' | 'refer'>,
): Resolvable<MetricSpecification> {
  if (metric === 'REQUEST_COUNT_PER_TARGET') return has('LoadBalancer') ? requestMetric(refer) : {};
  return { PredefinedMetricSpecification: { PredefinedMetricType: PREDEFINED[metric] } };
}

/** The metric in the template's words; undefined when it was changed by hand to one that the template does not have. */
export function metricOf(configuration: MetricSpecification): Scaling['metric'] | undefined {
  const customized = configuration.CustomizedMetricSpecification?.Metrics ?? [];
  if (customized.some(({ MetricStat }) => MetricStat?.Metric?.MetricName === REQUEST_COUNT)) {
    return 'REQUEST_COUNT_PER_TARGET';
  }
  const type = configuration.PredefinedMetricSpecification?.PredefinedMetricType;
  return (Object.keys(PREDEFINED) as (keyof typeof PREDEFINED)[]).find((name) => PREDEFINED[name] === type);
}

/** What was changed by hand and the template does not change stays, and so do policies with other names. */
export const scalingPolicy: Component<ObservedScalingPolicy, Needs, ScalingPolicyProperties> = {
  kind: 'ScalingPolicy',
  goesWith: 'ScalableTarget',
  needs: ['LoadBalancer', 'ScalableTarget', 'TargetGroups'],
  permissions: {
    observe: [...DESCRIBED_SERVICE_ACTIONS, 'application-autoscaling:DescribeScalingPolicies'],
    apply: ['application-autoscaling:DeleteScalingPolicy', 'application-autoscaling:PutScalingPolicy'],
    remove: [],
  },

  desired(plan, _found, current) {
    const { ecsService, spec } = plan;
    return policiesOf(ecsService, spec.scaling).map((policy, index) => {
      const live = current?.policies.find(({ name }) => name === policy.name)?.configuration;
      return {
        ...(index > 0 && { name: policy.metric }),
        type: 'AWS::ApplicationAutoScaling::ScalingPolicy',
        properties: {
          PolicyName: policy.name,
          PolicyType: 'TargetTrackingScaling' as const,
          ...scalableDimension(ecsService),
          TargetTrackingScalingPolicyConfiguration: desiredConfiguration(plan, policy, live),
        },
      };
    });
  },

  parts(_scope, observed) {
    const type = 'AWS::ApplicationAutoScaling::ScalingPolicy';
    return observed ? observed.policies.map(({ arn }) => ({ type, arn })) : [gone(type)];
  },

  async observe(scope) {
    if (!(await mayScale(scope))) return undefined;
    const names = [undefined, ...METRICS].map((metric) => scalingPolicyName(scope.ecsService, metric));
    const { ScalingPolicies = [] } = await scope.clients.applicationAutoScaling.send(
      new DescribeScalingPoliciesCommand({ ...scalableDimension(scope.ecsService), PolicyNames: names }),
    );
    const policies = ScalingPolicies.filter(({ PolicyName }) => names.includes(PolicyName!)).map(
      (policy) => ({
        name: policy.PolicyName!,
        arn: policy.PolicyARN!,
        configuration: policy.TargetTrackingScalingPolicyConfiguration!,
      }),
    );
    return policies.length > 0 ? { policies } : undefined;
  },

  apply(scope, _needs, current = { policies: [] }) {
    const wanted = Object.values(scope.desired);
    return unlessOverlapping(async () => {
      const policies: ObservedPolicy[] = [];
      for (const policy of wanted) {
        const existing = current.policies.find(({ name }) => name === policy.PolicyName);
        policies.push(await put(scope, policy, existing));
      }
      for (const { name } of current.policies) {
        if (!wanted.some(({ PolicyName }) => PolicyName === name)) await remove(scope, name);
      }
      return { policies };
    });
  },
};

/** @returns the policy as it is afterwards. */
async function put(
  { clients }: Scope,
  wanted: ScalingPolicyProperties,
  current: ObservedPolicy | undefined,
): Promise<ObservedPolicy> {
  const { PolicyName: name, TargetTrackingScalingPolicyConfiguration: configuration } = wanted;
  if (current && isSame(current.configuration, configuration)) return current;
  const { PolicyARN } = await clients.applicationAutoScaling.send(new PutScalingPolicyCommand({ ...wanted }));
  return { name, arn: PolicyARN!, configuration: JSON.parse(JSON.stringify(configuration)) };
}

/** {@link threeWay} of a policy's configuration. */
function desiredConfiguration(
  plan: PlanScope,
  { name, ...metric }: ScalingMetric & { readonly name: string },
  live: TargetTrackingScalingPolicyConfiguration | undefined,
): Resolvable<TargetTrackingScalingPolicyConfiguration> {
  const { ecsService, spec, previousSpec } = plan;
  const settings = (of: ScalingMetric, { ScaleInCooldown, ScaleOutCooldown }: ScalingCooldowns) => ({
    // In a list, because either of its members is set: merged one by one, both might be.
    metric: [metricSpecification(of.metric, plan)],
    others: { ScaleInCooldown, ScaleOutCooldown, TargetValue: of.targetValue },
  });
  const desired = settings(metric, spec.scaling);
  const before =
    previousSpec && policiesOf(ecsService, previousSpec.scaling).find((policy) => policy.name === name);
  const { PredefinedMetricSpecification, CustomizedMetricSpecification, ...others } = live ?? {};
  const merged = threeWay<{ metric: Resolvable<MetricSpecification>[]; others: { TargetValue?: number } }>({
    desired,
    previous: before && settings(before, previousSpec!.scaling),
    live: live && { metric: [{ PredefinedMetricSpecification, CustomizedMetricSpecification }], others },
  });
  // When the service has moved to other target groups, the metric of requests watches the ones before.
  const isSameMetric = merged.metric.some((each) => metricOf(each as MetricSpecification) === metric.metric);
  const [specification] = isSameMetric ? desired.metric : merged.metric;
  return { ...specification, ...merged.others } as Resolvable<TargetTrackingScalingPolicyConfiguration>;
}

/** The policies that a template asks for, by name. */
function policiesOf(
  ecsService: EcsService,
  { metric, targetValue, additionalMetrics = [] }: Scaling,
): (ScalingMetric & { readonly name: string })[] {
  return [
    { name: scalingPolicyName(ecsService), metric, targetValue },
    ...additionalMetrics.map((additional) => ({
      name: scalingPolicyName(ecsService, additional.metric),
      ...additional,
    })),
  ];
}

async function remove({ clients, ecsService }: Scope, name: string): Promise<void> {
  await unless(
    clients.applicationAutoScaling.send(
      new DeleteScalingPolicyCommand({ ...scalableDimension(ecsService), PolicyName: name }),
    ),
    'ObjectNotFoundException',
  );
}

/** Of a customised metric only what it watches is compared: AWS fills in the rest. */
function isSame(
  a: TargetTrackingScalingPolicyConfiguration,
  b: TargetTrackingScalingPolicyConfiguration,
): boolean {
  const compared = ({
    CustomizedMetricSpecification: customized,
    DisableScaleIn,
    ...configuration
  }: TargetTrackingScalingPolicyConfiguration) => [
    defined(configuration),
    DisableScaleIn ?? false,
    watched(customized?.Metrics),
  ];
  return isDeepStrictEqual(compared(a), compared(b));
}

/** Metrics and what they belong to, in any order. */
function watched(metrics: readonly TargetTrackingMetricDataQuery[] | undefined): ReadonlySet<string> {
  return new Set(
    metrics?.flatMap(({ MetricStat }) => (MetricStat?.Metric?.Dimensions ?? []).map(({ Value }) => Value!)),
  );
}
