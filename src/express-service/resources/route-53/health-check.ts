/**
 * The health check of the service in its Region, by which Route 53 leaves it out of its answers: healthy while one of the two
 * target groups is. While a deployment moves requests both have tasks; otherwise the other one has none.
 */
import { UpdateHealthCheckCommand } from '@aws-sdk/client-route-53';
import { isDeepStrictEqual } from 'node:util';
import { done } from '../../../core/outcome';
import { threeWay } from '../../../core/three-way';
import type { Component, PlanScope } from '../../composition/component';
import { onePart } from '../../composition/part';
import { tagList } from '../../identity/tags';
import { managedTags } from '../../memory/ownership';
import type { HealthCheckSettings } from '../../properties/dns';
import { sharesHosts, TARGET_GROUPS } from '../cloudwatch/health-alarms';
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
import type { ObservedTargetGroupHealthChecks } from './target-group-health-checks';

/** The health check that records name, and what an operation that was cut short has left. */
export interface ObservedHealthCheck {
  /** Undefined where Regions share no host. */
  readonly check?: FoundHealthCheck;
  readonly others: readonly FoundHealthCheck[];
}

type Needs = {
  ServiceSecurityGroup: ObservedServiceSecurityGroup;
  TargetGroupHealthChecks: ObservedTargetGroupHealthChecks;
};

/** Healthy children that it takes. */
const HEALTH_THRESHOLD = 1;

export const healthCheck: Component<ObservedHealthCheck, Needs, HealthCheckProperties> = {
  kind: 'HealthCheck',
  needs: ['ServiceSecurityGroup', 'TargetGroupHealthChecks'],
  per: 'additional load balancer',
  staysWhileJoining: true,
  permissions: {
    observe: [...LIST_HEALTH_CHECK_PERMISSIONS],
    apply: [...CREATE_HEALTH_CHECK_PERMISSIONS, 'route53:DeleteHealthCheck', 'route53:UpdateHealthCheck'],
    remove: ['route53:DeleteHealthCheck'],
  },

  desired(plan, _found, current) {
    if (!plan.spec.dns.routing) return [];
    const properties = {
      HealthCheckConfig: {
        Type: 'CALCULATED' as const,
        ChildHealthChecks: TARGET_GROUPS.map((name) =>
          plan.refer('TargetGroupHealthChecks', 'HealthCheckId', { name }),
        ),
        HealthThreshold: HEALTH_THRESHOLD,
        ...switches(plan, current),
      },
      HealthCheckTags: tagList(managedTags(plan)),
    };
    return [{ type: HEALTH_CHECK, properties }];
  },

  attributes: ({ check }) => ({ '': { HealthCheckId: check?.id } }),

  parts(scope, observed, found) {
    if (regionalHostsInUse(found, scope.identity).length === 0) return [];
    return onePart(HEALTH_CHECK, observed?.check, (check) => healthCheckArn(scope, check));
  },

  async observe(scope, { ServiceSecurityGroup }) {
    if (!sharesHosts(scope, ServiceSecurityGroup)) return undefined;
    const all = await healthChecksOf(scope);
    const [check, ...others] = all.filter(({ role }) => role === 'region');
    return check ? { check, others } : undefined;
  },

  async apply(scope, _needs, current) {
    const wanted = scope.desired[''];
    if (!wanted) return done(current ?? { others: [] });
    if (!current?.check) return done({ check: await createHealthCheck(scope, 'region', wanted), others: [] });
    const { check } = current;
    await changeHealthCheckTags(scope, check);
    const { ChildHealthChecks, Inverted, Disabled } = wanted.HealthCheckConfig;
    const isAsWanted =
      isDeepStrictEqual(switchesOf(check), { Inverted, Disabled }) &&
      isDeepStrictEqual(new Set(check.config.ChildHealthChecks), new Set(ChildHealthChecks));
    if (isAsWanted) return done(current);
    await scope.clients.route53.send(
      new UpdateHealthCheckCommand({ HealthCheckId: check.id, ChildHealthChecks, Inverted, Disabled }),
    );
    return done({ ...current, check: { ...check, config: wanted.HealthCheckConfig } });
  },

  async prune(scope, _needs, { check, others }) {
    await deleteHealthChecks(scope, check && !scope.desired[''] ? [check, ...others] : others);
    return done(undefined);
  },

  async remove(scope, _found, { check, others }) {
    await deleteHealthChecks(scope, check ? [check, ...others] : others);
    return done(undefined);
  },
};

/** Where the template says the same as before, what somebody has switched by hand stays. */
function switches({ spec, previousSpec }: PlanScope, current: ObservedHealthCheck | undefined) {
  const given = ({ Inverted, Disabled }: HealthCheckSettings) => ({ Inverted, Disabled });
  return threeWay({
    desired: given(spec.dns.healthCheck),
    previous: previousSpec && given(previousSpec.dns.healthCheck),
    live: current?.check && switchesOf(current.check),
  });
}

/** By what somebody says that a Region is healthy, or is not. */
export function switchesOf({ config: { Inverted = false, Disabled = false } }: FoundHealthCheck) {
  return { Inverted, Disabled };
}
