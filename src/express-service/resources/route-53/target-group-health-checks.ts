/**
 * A health check of Route 53 for each of the two target groups, which follows the alarm on its healthy tasks.
 *
 * Why not EvaluateTargetHealth of the alias record: that wants a healthy target in every target group of the load balancer,
 * and takes an empty one for unhealthy (Amazon Route 53 API reference, AliasTarget, EvaluateTargetHealth). Of the two target
 * groups one is empty most of the time, and on a shared load balancer a broken service would take all others out of the Region.
 * Why not a health check that sends requests: it comes from outside, so that it sees no internal load balancer.
 *
 * Route 53 follows the metric of the alarm and keeps a copy of its settings, which it renews when the health check is updated
 * (Amazon Route 53 developer guide, "How Amazon Route 53 determines whether a health check is healthy").
 */
import { UpdateHealthCheckCommand, type CloudWatchRegion } from '@aws-sdk/client-route-53';
import { isDeepStrictEqual } from 'node:util';
import { allOf } from '../../../core/all-of';
import { done } from '../../../core/outcome';
import type { ApplyScope, Component } from '../../composition/component';
import { onePart } from '../../composition/part';
import { tagList } from '../../identity/tags';
import { managedTags } from '../../memory/ownership';
import {
  sharesHosts,
  TARGET_GROUPS,
  watchedSettings,
  type ObservedHealthAlarms,
  type TargetGroupName,
} from '../cloudwatch/health-alarms';
import { regionalHostsInUse } from './host-names';
import type { ObservedServiceSecurityGroup } from '../ec2/service-security-group';
import {
  changeHealthCheckTags,
  CREATE_HEALTH_CHECK_PERMISSIONS,
  createHealthCheck,
  deleteHealthChecks,
  HEALTH_CHECK,
  healthCheckArn,
  healthChecksOf,
  LIST_HEALTH_CHECK_PERMISSIONS,
  type FoundHealthCheck,
  type HealthCheckProperties,
} from './health-checks';

/** The health checks of the target groups: one of each, and what an operation that was cut short has left. */
export interface ObservedTargetGroupHealthChecks {
  readonly checks: readonly FoundHealthCheck[];
}

type Needs = {
  ServiceSecurityGroup: ObservedServiceSecurityGroup;
  HealthAlarms: ObservedHealthAlarms;
};

export const targetGroupHealthChecks: Component<
  ObservedTargetGroupHealthChecks,
  Needs,
  HealthCheckProperties
> = {
  kind: 'TargetGroupHealthChecks',
  needs: ['ServiceSecurityGroup', 'HealthAlarms'],
  per: 'additional load balancer',
  staysWhileJoining: true,
  permissions: {
    observe: [...LIST_HEALTH_CHECK_PERMISSIONS],
    apply: [...CREATE_HEALTH_CHECK_PERMISSIONS, 'route53:DeleteHealthCheck', 'route53:UpdateHealthCheck'],
    remove: ['route53:DeleteHealthCheck'],
  },

  desired(plan) {
    if (!plan.spec.dns.routing) return [];
    return TARGET_GROUPS.map((name) => ({
      name,
      type: HEALTH_CHECK,
      properties: {
        HealthCheckConfig: {
          Type: 'CLOUDWATCH_METRIC' as const,
          AlarmIdentifier: {
            Region: plan.identity.region as CloudWatchRegion,
            Name: plan.refer('HealthAlarms', 'Ref', { name }),
          },
          InsufficientDataHealthStatus: 'Unhealthy' as const,
        },
        HealthCheckTags: tagList(managedTags(plan)),
      },
    }));
  },

  attributes: ({ checks }) =>
    Object.fromEntries(TARGET_GROUPS.map((name) => [name, { HealthCheckId: ofGroup(checks, name)?.id }])),

  parts(scope, observed, found) {
    if (regionalHostsInUse(found, scope.identity).length === 0) return [];
    return TARGET_GROUPS.flatMap((name) =>
      onePart(HEALTH_CHECK, ofGroup(observed?.checks ?? [], name), (check) => healthCheckArn(scope, check)),
    );
  },

  async observe(scope, { ServiceSecurityGroup }) {
    if (!sharesHosts(scope, ServiceSecurityGroup)) return undefined;
    const all = await healthChecksOf(scope);
    const checks = all.filter(({ role }) => role !== 'region');
    return checks.length > 0 ? { checks } : undefined;
  },

  async apply(scope, { HealthAlarms }, { checks } = { checks: [] }) {
    const made = await allOf(
      Object.entries(scope.desired).map(([name, wanted]) => {
        const group = name as TargetGroupName;
        const check = ofGroup(checks, group);
        return check ? follow(scope, check, HealthAlarms, group) : createHealthCheck(scope, group, wanted);
      }),
    );
    return done({ checks: [...made, ...checks.filter(({ id }) => made.every((each) => each.id !== id))] });
  },

  async prune(scope, _needs, { checks }) {
    const wanted = Object.keys(scope.desired).map((name) => ofGroup(checks, name as TargetGroupName));
    await deleteHealthChecks(
      scope,
      checks.filter((check) => !wanted.includes(check)),
    );
    return done(undefined);
  },

  async remove(scope, _found, { checks }) {
    await deleteHealthChecks(scope, checks);
    return done(undefined);
  },
};

function ofGroup(checks: readonly FoundHealthCheck[], group: TargetGroupName): FoundHealthCheck | undefined {
  return checks.find(({ role }) => role === group);
}

/** Let Route 53 look at the alarm again, where that watches something else than Route 53 does. */
async function follow(
  scope: ApplyScope,
  check: FoundHealthCheck,
  alarms: ObservedHealthAlarms,
  group: TargetGroupName,
): Promise<FoundHealthCheck> {
  await changeHealthCheckTags(scope, check);
  const alarm = watchedSettings(alarms[group]!);
  if (check.alarm && isDeepStrictEqual(watchedSettings(check.alarm), alarm)) return check;
  const { HealthCheck: now } = await scope.clients.route53.send(
    new UpdateHealthCheckCommand({ HealthCheckId: check.id, AlarmIdentifier: check.config.AlarmIdentifier }),
  );
  return { ...check, alarm: now?.CloudWatchAlarmConfiguration };
}
