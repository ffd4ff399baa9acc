/** What a service without a load balancer does without, too. Pure: no call to AWS. */
import { invalid } from '../../core/failure';
import { valueAt } from '../../core/group';
import type { Inputs, ResourceModel } from '../model';

/** Paths of properties that mean nothing without a load balancer. */
const OF_LOAD_BALANCER = [
  'AdditionalLoadBalancers',
  'InfrastructureRoleArn',
  'DomainName',
  'HostedZoneId',
  'CertificateArn',
  'AdditionalDomains',
  'DnsConfiguration',
  'PathPatterns',
  'RequiredHttpHeader',
  'Authentication',
  'TestTraffic',
  'WebAclArn',
  'WebAcl',
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
  if (path) {
    throw invalid(
      path,
      'is of a load balancer, and LoadBalancerConfiguration/Type is none',
      'Remove it, or give LoadBalancerConfiguration/Type another value',
    );
  }
  const { Alarms } = model.DeploymentConfiguration ?? {};
  if (!Alarms || Alarms.AlarmNames?.length) return;
  throw invalid(
    'DeploymentConfiguration/Alarms/AlarmNames',
    'is missing, and without a load balancer no alarm is made',
    'Name alarms, or remove Alarms',
  );
}

/** What READ answers of a service without a load balancer: not what ECS has kept of one that it had before. */
export function readWithoutLoadBalancer(inputs: Inputs): Inputs {
  const names: readonly string[] = OF_LOAD_BALANCER;
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !names.includes(name)));
}
