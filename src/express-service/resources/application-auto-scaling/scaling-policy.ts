import {
  DeleteScalingPolicyCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  type TargetTrackingMetricDataQuery,
  type TargetTrackingScalingPolicyConfiguration,
} from '@aws-sdk/client-application-auto-scaling';
import { isDeepStrictEqual } from 'node:util';
import type { Resolvable } from '../../../core/graph';
import type { Component, PlanScope, Scope } from '../../composition/component';
import { gone } from '../../composition/part';
import { DESCRIBED_SERVICE_ACTIONS } from '../../deployments/described-service';
import { fittingName, type EcsService } from '../../identity/identity';
import { unless } from '../../../aws/sdk-errors';
import { resolutionOf } from '../../properties/ecs-service';
import type { Scaling, ScalingMetric } from '../../properties/scaling';
import type { ServiceSpec } from '../../specification';
import { threeWay } from '../../../core/three-way';
import { defined } from '../../../core/unset';
import type { ObservedLoadBalancer } from '../elastic-load-balancing/load-balancer';
import {
  mayScale,
  scalableDimension,
  unlessOverlapping,
  type ObservedScalableTarget,
} from './scalable-target';
import { targetGroupNumbers, type ObservedTargetGroups } from '../elastic-load-balancing/target-groups';

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

/**
 * The metrics of AWS's own that follow the tasks, with that of the service which they are made of. Of one that is measured every
 * 20 seconds there is another one, which is faster (Amazon ECS developer guide, "Faster auto scaling with high-resolution metrics").
 */
const PREDEFINED = {
  AVERAGE_CPU: { type: 'ECSServiceAverageCPUUtilization', of: 'CPUUtilization' },
  AVERAGE_MEMORY: { type: 'ECSServiceAverageMemoryUtilization', of: 'MemoryUtilization' },
} as const;

type PredefinedMetric = keyof typeof PREDEFINED;

const HIGH_RESOLUTION = { seconds: 20, suffix: 'HighResolution' } as const;

/** CloudWatch's metric of the requests. */
const REQUEST_COUNT = 'RequestCountPerTarget';
/** CloudWatch's metric of the messages that may be received. */
const VISIBLE_MESSAGES = 'ApproximateNumberOfMessagesVisible';
/** CloudWatch's metric of the tasks, of which each gives one value at a time. */
const CPU = 'CPUUtilization';
/** The dimension that names a queue. */
const QUEUE_DIMENSION = 'QueueName';

/** Every metric that a policy may follow. */
export const METRICS = [
  ...(Object.keys(PREDEFINED) as PredefinedMetric[]),
  'REQUEST_COUNT_PER_TARGET',
  'SQS_BACKLOG_PER_TASK',
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

/** What a policy watches. */
type Watched = Pick<PlanScope, 'identity' | 'ecsService' | 'has' | 'refer'> & Pick<ServiceSpec, 'settings'>;

/**
 * The metric that a policy follows; empty for one of a load balancer where there is none, which only a former template can ask
 * for.
 */
function metricSpecification(
  { metric, queueName }: Omit<ScalingMetric, 'targetValue'>,
  watched: Watched,
): Resolvable<MetricSpecification> {
  if (metric === 'REQUEST_COUNT_PER_TARGET') {
    return watched.has('LoadBalancer') ? requestsPerTarget(watched) : {};
  }
  if (metric === 'SQS_BACKLOG_PER_TASK') return backlogPerTask(queueName!, watched);
  const { type, of } = PREDEFINED[metric];
  const isFast = resolutionOf(watched.settings, of) === HIGH_RESOLUTION.seconds;
  const PredefinedMetricType = isFast ? (`${type}${HIGH_RESOLUTION.suffix}` as const) : type;
  return { PredefinedMetricSpecification: { PredefinedMetricType } };
}

/**
 * The predefined metric of requests per target watches one target group. Each deployment moves the traffic to the other
 * one, and the policy would take that for silence and scale in. The sum over both groups is the requests per target at
 * any time, also while a canary splits them, because both groups then have as many targets.
 */
function requestsPerTarget(watched: Watched): Resolvable<MetricSpecification> {
  const { refer } = watched;
  const requests = targetGroupNumbers(watched).map((name) =>
    statistic(`requests${name}`, 'Sum', 'AWS/ApplicationELB', REQUEST_COUNT, {
      LoadBalancer: refer('LoadBalancer', 'LoadBalancerFullName'),
      TargetGroup: refer('TargetGroups', 'TargetGroupFullName', { name }),
    }),
  );
  const sum = {
    Id: 'requests',
    Expression: requests.map(({ Id }) => `FILL(${Id}, 0)`).join(' + '),
    Label: 'Requests per target and minute',
    ReturnData: true,
  };
  return { CustomizedMetricSpecification: { Metrics: [...requests, sum] } };
}

/**
 * Messages in a queue by running tasks. Each running task gives one value of its CPU at a time, so that the number of values in
 * a minute tells how many there are (Amazon ECS developer guide, "Amazon ECS service utilization metrics", "Service RUNNING task
 * count"). Without tasks there is no value: then all messages wait for the first one.
 */
function backlogPerTask(
  queueName: string,
  { ecsService, settings }: Watched,
): Resolvable<MetricSpecification> {
  const values = 60 / resolutionOf(settings, CPU);
  const tasks = values === 1 ? 'FILL(tasks, 1)' : `(FILL(tasks, ${values}) / ${values})`;
  const backlog = {
    Id: 'backlog',
    Expression: `FILL(messages, 0) / ${tasks}`,
    Label: 'Messages per task',
    ReturnData: true,
  };
  const Metrics = [
    statistic('messages', 'Sum', 'AWS/SQS', VISIBLE_MESSAGES, { [QUEUE_DIMENSION]: queueName }),
    statistic('tasks', 'SampleCount', 'AWS/ECS', CPU, {
      ClusterName: ecsService.clusterName,
      ServiceName: ecsService.name,
    }),
    backlog,
  ];
  return { CustomizedMetricSpecification: { Metrics } };
}

/** A statistic that an expression is made of. */
function statistic(
  Id: string,
  Stat: string,
  Namespace: string,
  MetricName: string,
  dimensions: Readonly<Record<string, Resolvable<string>>>,
) {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  return { Id, MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Stat }, ReturnData: false };
}

/** The metric in the template's words; undefined when it was changed by hand to one that the template does not have. */
export function metricOf(configuration: MetricSpecification): Omit<ScalingMetric, 'targetValue'> | undefined {
  const customized = configuration.CustomizedMetricSpecification?.Metrics ?? [];
  const metrics = customized.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []);
  if (metrics.some(({ MetricName }) => MetricName === REQUEST_COUNT)) {
    return { metric: 'REQUEST_COUNT_PER_TARGET' };
  }
  const messages = metrics.find(({ MetricName }) => MetricName === VISIBLE_MESSAGES);
  if (messages) {
    const queue = messages.Dimensions?.find(({ Name }) => Name === QUEUE_DIMENSION);
    return { metric: 'SQS_BACKLOG_PER_TASK', queueName: queue?.Value };
  }
  const type = configuration.PredefinedMetricSpecification?.PredefinedMetricType;
  const metric = (Object.keys(PREDEFINED) as PredefinedMetric[]).find(
    (name) => type?.replace(HIGH_RESOLUTION.suffix, '') === PREDEFINED[name].type,
  );
  return metric && { metric };
}

/** What was changed by hand and the template does not change stays, and so do policies with other names. */
export const scalingPolicy: Component<ObservedScalingPolicy, Needs, ScalingPolicyProperties> = {
  kind: 'ScalingPolicy',
  perVersion: 'as specified',
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
  const { identity, ecsService, spec, previousSpec, has, refer } = plan;
  const watched = { identity, ecsService, has, refer };
  const settings = (of: ScalingMetric, { scaling, settings: service }: ServiceSpec) => ({
    // In a list, because either of its members is set: merged one by one, both might be.
    metric: [metricSpecification(of, { ...watched, settings: service })],
    others: {
      ScaleInCooldown: scaling.ScaleInCooldown,
      ScaleOutCooldown: scaling.ScaleOutCooldown,
      TargetValue: of.targetValue,
    },
  });
  const desired = settings(metric, spec);
  const before =
    previousSpec && policiesOf(ecsService, previousSpec.scaling).find((policy) => policy.name === name);
  const { PredefinedMetricSpecification, CustomizedMetricSpecification, ...others } = live ?? {};
  const merged = threeWay<{ metric: Resolvable<MetricSpecification>[]; others: { TargetValue?: number } }>({
    desired,
    previous: before && settings(before, previousSpec),
    live: live && { metric: [{ PredefinedMetricSpecification, CustomizedMetricSpecification }], others },
  });
  // When the service has moved to other target groups, the metric of requests watches the ones before.
  const isSameMetric = merged.metric.some((each) => {
    const found = metricOf(each as MetricSpecification);
    return found?.metric === metric.metric && found.queueName === metric.queueName;
  });
  const [specification] = isSameMetric ? desired.metric : merged.metric;
  return { ...specification, ...merged.others } as Resolvable<TargetTrackingScalingPolicyConfiguration>;
}

/** The policies that a template asks for, by name. */
function policiesOf(
  ecsService: EcsService,
  { metric, targetValue, queueName, additionalMetrics = [] }: Scaling,
): (ScalingMetric & { readonly name: string })[] {
  return [
    { name: scalingPolicyName(ecsService), metric, targetValue, queueName },
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

/** What metrics belong to and how they are computed, in any order. */
function watched(metrics: readonly TargetTrackingMetricDataQuery[] | undefined): ReadonlySet<string> {
  return new Set(
    metrics?.flatMap(({ MetricStat, Expression }) => [
      ...(MetricStat?.Metric?.Dimensions ?? []).map(({ Value }) => Value!),
      ...(Expression === undefined ? [] : [Expression]),
    ]),
  );
}
