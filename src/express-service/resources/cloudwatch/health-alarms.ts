/**
 * Alarms on the healthy tasks of each of the two target groups, which the health checks of Route 53 follow.
 *
 * Two, and not one with an expression over both: what Route 53 knows of an alarm is one metric, with one statistic that is not
 * an extended one (Amazon Route 53 API reference, CloudWatchAlarmConfiguration and AlarmIdentifier). A target group without
 * tasks has no data, which counts as no healthy task.
 */
import {
  PutMetricAlarmCommand,
  type MetricAlarm,
  type PutMetricAlarmCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { isDeepStrictEqual } from 'node:util';
import { allOf } from '../../../core/all-of';
import { done } from '../../../core/outcome';
import { threeWay } from '../../../core/three-way';
import type { ApplyScope, Component, PlanScope, Scope } from '../../composition/component';
import { onePart } from '../../composition/part';
import type { Exposure } from '../../exposures';
import { fittingName, type Identity } from '../../identity/identity';
import { tagList, tagRecord, type ResourceTag, type Tags } from '../../identity/tags';
import { regionalHosts } from '../../memory/hosts';
import { managedTags } from '../../memory/ownership';
import { regionalHostsInUse } from '../route-53/host-names';
import {
  alarmArn,
  changeAlarmTags,
  deleteAlarms,
  describeAlarm,
  findAlarm,
  keptSettings,
  LONGEST_ALARM_NAME,
} from './alarms';
import type { ObservedServiceSecurityGroup } from '../ec2/service-security-group';
import type { ObservedLoadBalancer } from '../elastic-load-balancing/load-balancer';
import type { ObservedTargetGroups } from '../elastic-load-balancing/target-groups';

/** What tells the two alarms apart: the target group that each watches. */
export const TARGET_GROUPS = ['1', '2'] as const;
export type TargetGroupName = (typeof TARGET_GROUPS)[number];

/** Settings of an alarm of which Route 53 keeps a copy. */
export type WatchedSettings = Pick<MetricAlarm, 'EvaluationPeriods' | 'Dimensions'>;

/** An alarm that is there. */
export interface HealthAlarm extends WatchedSettings {
  readonly name: string;
  readonly arn: string;
  readonly tags: Tags;
}

/** The alarms, by what they watch. */
export type ObservedHealthAlarms = Readonly<Partial<Record<TargetGroupName, HealthAlarm>>>;

type Needs = {
  ServiceSecurityGroup: ObservedServiceSecurityGroup;
  LoadBalancer: ObservedLoadBalancer;
  TargetGroups: ObservedTargetGroups;
};

type AlarmProperties = WatchedSettings &
  typeof ALARM & {
    readonly AlarmName: string;
    readonly AlarmDescription: string;
    readonly Namespace: string;
    readonly Tags: readonly ResourceTag[];
  };

/** Of the values of a minute the greatest: while one task is healthy the Region answers. */
const ALARM = {
  MetricName: 'HealthyHostCount',
  Statistic: 'Maximum',
  Period: 60,
  ComparisonOperator: 'LessThanThreshold',
  Threshold: 1,
  TreatMissingData: 'breaching',
} as const satisfies Partial<PutMetricAlarmCommandInput>;

/** Where load balancers put their metrics. */
const NAMESPACES = {
  shared: 'AWS/ApplicationELB',
  external: 'AWS/ApplicationELB',
  network: 'AWS/NetworkELB',
  networkListener: 'AWS/NetworkELB',
} as const satisfies Readonly<Record<Exclude<Exposure['kind'], 'none'>, string>>;

const TYPE = 'AWS::CloudWatch::Alarm';
/** The same whichever ECS service the template describes: a service that gets versions leaves its alarms behind. */
function alarmName({ clusterName, serviceName }: Identity, group: TargetGroupName): string {
  return fittingName(`${clusterName}/${serviceName}/HealthAlarm${group}`, LONGEST_ALARM_NAME);
}

/** Whether Regions share hosts of the service, or have shared some: then there are health checks, or may be some. */
export function sharesHosts(
  { spec, previousSpec, identity }: Pick<Scope, 'spec' | 'previousSpec' | 'identity'>,
  group: ObservedServiceSecurityGroup | undefined,
): boolean {
  const isRouted = spec?.dns.routing ?? previousSpec?.dns.routing;
  return isRouted !== undefined || (group !== undefined && regionalHosts(group, identity.region).length > 0);
}

/** Changed only when what they watch or the template's minutes are others: the rest stays as set by hand. */
export const healthAlarms: Component<ObservedHealthAlarms, Needs, AlarmProperties> = {
  kind: 'HealthAlarms',
  needs: ['ServiceSecurityGroup', 'LoadBalancer', 'TargetGroups'],
  per: 'additional load balancer',
  staysWhileJoining: true,
  permissions: {
    observe: ['cloudwatch:DescribeAlarms', 'cloudwatch:ListTagsForResource'],
    apply: [
      'cloudwatch:DeleteAlarms',
      'cloudwatch:PutMetricAlarm',
      'cloudwatch:TagResource',
      'cloudwatch:UntagResource',
    ],
    observeForRemoval: ['cloudwatch:ListTagsForResource'],
    remove: ['cloudwatch:DeleteAlarms'],
  },

  desired(plan, _found, current) {
    if (!plan.spec.dns.routing) return [];
    return TARGET_GROUPS.map((name) => ({
      name,
      type: TYPE,
      properties: {
        AlarmName: alarmName(plan.identity, name),
        AlarmDescription: `Tells Route 53 that target group ${name} of ${plan.ecsService.arn} has no healthy task`,
        Namespace: NAMESPACES[plan.exposure.kind as keyof typeof NAMESPACES],
        ...ALARM,
        EvaluationPeriods: evaluationPeriods(plan, current?.[name]),
        Dimensions: [
          { Name: 'LoadBalancer', Value: plan.refer('LoadBalancer', 'LoadBalancerFullName') },
          { Name: 'TargetGroup', Value: plan.refer('TargetGroups', 'TargetGroupFullName', { name }) },
        ],
        Tags: tagList(managedTags(plan)),
      },
    }));
  },

  attributes: (observed) =>
    Object.fromEntries(
      Object.entries(observed).map(([name, alarm]) => [name, { Ref: alarm.name, Arn: alarm.arn }]),
    ),

  parts(scope, observed, found) {
    if (regionalHostsInUse(found, scope.identity).length === 0) return [];
    return TARGET_GROUPS.flatMap((name) =>
      onePart(
        TYPE,
        observed?.[name],
        ({ arn }) => arn,
        alarmArn(scope.identity, alarmName(scope.identity, name)),
      ),
    );
  },

  async observe(scope, { ServiceSecurityGroup }) {
    if (!sharesHosts(scope, ServiceSecurityGroup)) return undefined;
    const looks = TARGET_GROUPS.map(async (name) => [name, await look(scope, name)] as const);
    const found = (await Promise.all(looks)).filter(([, alarm]) => alarm);
    return found.length > 0 ? (Object.fromEntries(found) as ObservedHealthAlarms) : undefined;
  },

  async apply(scope, _needs, current = {}) {
    const applied = Object.entries(scope.desired).map(async ([name, wanted]) => {
      return [name, await put(scope, wanted, current[name as TargetGroupName])] as const;
    });
    const made = Object.fromEntries(await allOf(applied));
    return done({ ...current, ...made });
  },

  async prune(scope, _needs, current) {
    if (Object.keys(scope.desired).length === 0) await deleteAlarms(scope, namesOf(current));
    return done(undefined);
  },

  async remove(scope, _found, current) {
    await deleteAlarms(scope, namesOf(current));
    return done(undefined);
  },
};

/** Where the template says the same minutes as before, those that are there stay. */
function evaluationPeriods(
  { spec, previousSpec }: PlanScope,
  current: HealthAlarm | undefined,
): number | undefined {
  return threeWay<number | undefined>({
    desired: spec.dns.healthCheck.EvaluationPeriods,
    previous: previousSpec?.dns.healthCheck.EvaluationPeriods,
    live: current?.EvaluationPeriods,
  });
}

async function look(scope: Scope, group: TargetGroupName): Promise<HealthAlarm | undefined> {
  const found = await findAlarm(scope, alarmName(scope.identity, group));
  if (!found) return undefined;
  const { alarm, ...others } = found;
  return { ...others, ...watchedSettings(alarm) };
}

/** What Route 53 keeps a copy of, in one order. */
export function watchedSettings({ EvaluationPeriods, Dimensions = [] }: WatchedSettings): WatchedSettings {
  const named = Dimensions.map(({ Name, Value }) => ({ Name, Value }));
  return { EvaluationPeriods, Dimensions: named.sort((a, b) => (a.Name! < b.Name! ? -1 : 1)) };
}

async function put(
  scope: ApplyScope,
  wanted: AlarmProperties,
  current: HealthAlarm | undefined,
): Promise<HealthAlarm> {
  const { AlarmName: name, Tags } = wanted;
  const settings = watchedSettings(wanted);
  const made = { name, arn: alarmArn(scope.identity, name), tags: tagRecord(Tags), ...settings };
  if (current) await changeAlarmTags(scope, current);
  if (current && isDeepStrictEqual(watchedSettings(current), settings)) return current;
  const kept = current && (await describeAlarm(scope, name));
  await scope.clients.cloudWatch.send(
    new PutMetricAlarmCommand({
      ...wanted,
      ...(kept && settingsOf(kept)),
      Dimensions: [...settings.Dimensions!],
      Tags: [...Tags],
    }),
  );
  return made;
}

/** Settings that somebody may have changed by hand, to be put again with others. */
function settingsOf(alarm: MetricAlarm): Partial<PutMetricAlarmCommandInput> {
  const { Statistic, Period, Threshold } = alarm;
  return { ...keptSettings(alarm), Statistic, Period, Threshold };
}

function namesOf(alarms: ObservedHealthAlarms): string[] {
  return Object.values(alarms).map(({ name }) => name);
}
