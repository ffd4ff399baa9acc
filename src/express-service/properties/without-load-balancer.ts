/** What a service without a load balancer does without, too. Pure: no call to AWS. */
import { invalid } from '../../core/failure';
import type { Group } from '../../core/group';
import type { Inputs, ResourceModel } from '../model';

/** Paths of properties that mean nothing without a load balancer. */
const OF_LOAD_BALANCER = [
  'InfrastructureRoleArn',
  'DomainName',
  'HostedZoneId',
  'CertificateArn',
  'AdditionalDomains',
  'PathPatterns',
  'Authentication',
  'TestTraffic',
  'WebAclArn',
  'HealthCheckPath',
  'HealthCheckGracePeriodSeconds',
  'TargetGroupConfiguration',
  'DeploymentConfiguration/RollbackAlarm',
] as const;

/**
 * Refuse properties of a load balancer.
 *
 * @throws HandlerError InvalidRequest at the first that is given.
 */
export function checkWithoutLoadBalancer(model: ResourceModel): void {
  const path = OF_LOAD_BALANCER.find((each) => valueAt(model, each.split('/')) != null);
  const { Alarms } = model.DeploymentConfiguration ?? {};
  if (Alarms && !Alarms.AlarmNames?.length) {
    throw invalid(
      'DeploymentConfiguration/Alarms/AlarmNames',
      'is missing, and without a load balancer no alarm is made',
      'Name alarms, or remove Alarms',
    );
  }
  if (!path) return;
  throw invalid(
    path,
    'is of a load balancer, and LoadBalancerConfiguration/Type is none',
    `Remove it, or give LoadBalancerConfiguration/Type another value`,
  );
}

/** The value at a path; undefined when there is none. */
export function valueAt(group: object, [name, ...below]: readonly string[]): unknown {
  const value = (group as Group)[name!];
  return below.length > 0 && value != null ? valueAt(value as object, below) : value;
}

/** What was read of a service without what is left at the service of a load balancer that it had once. */
export function readWithoutLoadBalancer(inputs: Inputs): Inputs {
  const names: readonly string[] = OF_LOAD_BALANCER;
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !names.includes(name)));
}
