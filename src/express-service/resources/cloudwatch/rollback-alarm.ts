import {
  PutMetricAlarmCommand,
  type MetricDataQuery,
  type PutMetricAlarmCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { isDeepStrictEqual } from 'node:util';
import type { Component, ComponentResource, PlanScope } from '../../composition/component';
import { onePart } from '../../composition/part';
import { fittingName, type EcsService } from '../../identity/identity';
import type { Resolvable } from '../../../core/graph';
import { done } from '../../../core/outcome';
import { managedTags } from '../../memory/ownership';
import { ROLLBACK_LIMITS, type AlarmLimits } from '../../properties/rollback-limits';
import { mergeRules, threeWay } from '../../../core/three-way';
import { tagList, tagRecord, type ResourceTag, type Tags } from '../../identity/tags';
import {
  alarmArn,
  changeAlarmTags,
  deleteAlarms,
  describeAlarm,
  findAlarm,
  keptSettings,
  LONGEST_ALARM_NAME,
} from './alarms';
import type { ObservedLoadBalancer } from '../elastic-load-balancing/load-balancer';
import { targetGroupNumbers, type ObservedTargetGroups } from '../elastic-load-balancing/target-groups';

/** The alarm that rolls a deployment back. */
export interface ObservedRollbackAlarm {
  readonly name: string;
  readonly arn: string;
  /** Metrics that it watches, as CloudWatch holds them. */
  readonly metrics: readonly MetricDataQuery[];
  readonly limits: AlarmLimits;
  readonly tags: Tags;
}

type Needs = {
  LoadBalancer: ObservedLoadBalancer;
  TargetGroups: ObservedTargetGroups;
};

/** Fewer failures than this in a minute do not count: a single one among few requests is a high rate. Our own choice. */
const LEAST_FAILURES = 5;

/** Source of period and comparison: ECS Express Mode. */
export const PERIOD_SECONDS = 60;
const ALARM = {
  ComparisonOperator: 'GreaterThanThreshold',
  TreatMissingData: 'notBreaching',
} as const satisfies Partial<PutMetricAlarmCommandInput>;

/** Name of the rollback alarm of an ECS service. @param loadBalancer name of the additional one that it watches. */
export function rollbackAlarmName({ clusterName, name }: EcsService, loadBalancer?: string): string {
  const of = loadBalancer === undefined ? name : `${name}/${loadBalancer}`;
  return fittingName(`${clusterName}/${of}/RollbackAlarm`, LONGEST_ALARM_NAME);
}

/**
 * The rate of failed requests in per cent, of the worse of the two target groups: in a canary few requests go to the
 * new tasks, and a rate over both groups would hide their failures.
 *
 * Express Mode's own alarm differs in two ways that are not followed. It counts 4xx: they say that clients, often bots,
 * ask for what is not there, and roll back deployments that are fine. And it divides by the requests per target, which
 * makes the rate grow with the number of tasks; here it is divided by all requests of the target group.
 *
 * What the load balancer itself answers when it cannot reach a task (502, 503, 504) is not counted: CloudWatch has it
 * for the load balancer only, which other services share. Health checks and the circuit breaker catch such tasks.
 *
 * @param loadBalancer the part of its ARN that CloudWatch uses, `app/…`.
 * @param targetGroups the same of both target groups, `targetgroup/…`.
 */
function failureRateMetrics(
  loadBalancer: Resolvable<string>,
  targetGroups: readonly Resolvable<string>[],
): readonly Resolvable<MetricDataQuery>[] {
  const sum = (id: string, metricName: string, targetGroup: Resolvable<string>) => ({
    Id: id,
    MetricStat: {
      Metric: {
        Namespace: 'AWS/ApplicationELB',
        MetricName: metricName,
        Dimensions: [
          { Name: 'LoadBalancer', Value: loadBalancer },
          { Name: 'TargetGroup', Value: targetGroup },
        ],
      },
      Period: PERIOD_SECONDS,
      Stat: 'Sum',
    },
    ReturnData: false,
  });
  const rates = targetGroups.flatMap((targetGroup, index) => {
    const number = index + 1;
    const failures = `FILL(failures${number}, 0)`;
    return [
      sum(`failures${number}`, 'HTTPCode_Target_5XX_Count', targetGroup),
      sum(`requests${number}`, 'RequestCount', targetGroup),
      {
        Id: `rate${number}`,
        Expression: `IF(${failures} < ${LEAST_FAILURES}, 0, 100 * ${failures} / FILL(requests${number}, 1))`,
        Label: `Failed requests in target group ${number}, per cent`,
        ReturnData: false,
      },
    ];
  });
  const worst = {
    Id: 'rate',
    Expression: `MAX([${targetGroups.map((_, index) => `rate${index + 1}`).join(', ')}])`,
    Label: 'Failed requests, per cent',
    ReturnData: true,
  };
  return [...rates, worst];
}

type AlarmProperties = AlarmLimits & {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly Metrics: readonly MetricDataQuery[];
  readonly ComparisonOperator: 'GreaterThanThreshold';
  readonly TreatMissingData: 'notBreaching';
  readonly Tags: readonly ResourceTag[];
};

/** What the alarm of a load balancer watches. @param loadBalancer and target groups as CloudWatch names them. */
export type AlarmMetrics = (
  loadBalancer: Resolvable<string>,
  targetGroups: readonly Resolvable<string>[],
) => readonly Resolvable<MetricDataQuery>[];

/**
 * The alarm as it is to be.
 *
 * @param metricsOf what it watches.
 * @param what too many of which the alarm goes off at, for its description.
 */
export function plannedAlarm(
  plan: PlanScope,
  current: ObservedRollbackAlarm | undefined,
  metricsOf: AlarmMetrics,
  what: string,
): readonly ComponentResource<AlarmProperties>[] {
  const { ecsService, identity, spec, previousSpec, refer } = plan;
  const limits = threeWay<AlarmLimits>(
    { desired: spec.rollbackAlarm, previous: previousSpec?.rollbackAlarm, live: current?.limits },
    mergeRules(ROLLBACK_LIMITS),
  );
  const properties = {
    AlarmName: rollbackAlarmName(ecsService, identity.loadBalancer),
    AlarmDescription: `Rolls deployments of ${ecsService.arn} back when too many ${what}`,
    ...ALARM,
    ...limits,
    Metrics: metricsOf(
      refer('LoadBalancer', 'LoadBalancerFullName'),
      targetGroupNumbers(plan).map((name) => refer('TargetGroups', 'TargetGroupFullName', { name })),
    ),
    Tags: tagList(managedTags(plan)),
  };
  return [{ type: 'AWS::CloudWatch::Alarm', properties }];
}

/** Load balancer and target groups that an alarm watches, in any order. */
function watched(metrics: readonly MetricDataQuery[]): ReadonlySet<string> {
  return new Set(
    metrics.flatMap(({ MetricStat }) => (MetricStat?.Metric?.Dimensions ?? []).map(({ Value }) => Value!)),
  );
}

/** Changed only when the load balancer, the target groups or the template's limits are others: the rest stays as set by hand. */
export const rollbackAlarm: Component<ObservedRollbackAlarm, Needs, AlarmProperties> = {
  kind: 'RollbackAlarm',
  needs: ['LoadBalancer', 'TargetGroups'],
  per: 'additional load balancer',
  perVersion: 'as specified',
  permissions: {
    observe: ['cloudwatch:DescribeAlarms', 'cloudwatch:ListTagsForResource'],
    apply: ['cloudwatch:PutMetricAlarm', 'cloudwatch:TagResource', 'cloudwatch:UntagResource'],
    observeForRemoval: ['cloudwatch:ListTagsForResource'],
    remove: ['cloudwatch:DeleteAlarms'],
  },

  desired: (plan, _found, current) => plannedAlarm(plan, current, failureRateMetrics, 'of its requests fail'),

  attributes: ({ name, arn }) => ({ '': { Ref: name, Arn: arn } }),

  parts: (scope, observed) =>
    onePart(
      'AWS::CloudWatch::Alarm',
      observed,
      ({ arn }) => arn,
      alarmArn(scope.identity, rollbackAlarmName(scope.ecsService, scope.identity.loadBalancer)),
    ),

  async observe(scope) {
    const found = await findAlarm(scope, rollbackAlarmName(scope.ecsService, scope.identity.loadBalancer));
    if (!found) return undefined;
    const { alarm, ...others } = found;
    return { ...others, metrics: alarm.Metrics ?? [], limits: limitsOf(alarm) };
  },

  async apply(scope, _needs, current) {
    const wanted = scope.desired['']!;
    const { AlarmName: name, Metrics, Tags } = wanted;
    const metrics = [...Metrics];
    const limits = limitsOf(wanted);
    if (current) await changeAlarmTags(scope, current);
    if (
      current &&
      isDeepStrictEqual(watched(current.metrics), watched(metrics)) &&
      isDeepStrictEqual(current.limits, limits)
    ) {
      return done(current);
    }
    const kept = current && (await describeAlarm(scope, name));
    await scope.clients.cloudWatch.send(
      new PutMetricAlarmCommand({
        ...wanted,
        ...(kept && keptSettings(kept)),
        Metrics: metrics,
        Tags: [...Tags],
      }),
    );
    return done({
      name,
      arn: alarmArn(scope.identity, name),
      metrics,
      limits,
      tags: tagRecord(Tags),
    });
  },

  async remove(scope, _found, { name }) {
    await deleteAlarms(scope, [name]);
    return done(undefined);
  },
};

function limitsOf({ Threshold, EvaluationPeriods, DatapointsToAlarm }: AlarmLimits): AlarmLimits {
  return { Threshold, EvaluationPeriods, DatapointsToAlarm };
}
