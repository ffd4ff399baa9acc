/** The deployment circuit breaker. */
import type { Structure } from '../service';
import { circuitBreakerTriggered } from './endings';
import type { ServiceDeployment } from './state';

/** `type` BOUNDED_PERCENT keeps the threshold in these bounds (API reference of ServiceDeploymentCircuitBreaker). */
const BOUNDS = { least: 3, most: 200 };

/** Failed tasks at which a deployment has failed, given its configuration and the desired count of the service. */
export function failureThreshold(configuration: Structure, desiredCount: number): number {
  const { type, value } = configuration.deploymentCircuitBreaker.thresholdConfiguration;
  const share = Math.ceil((value / 100) * desiredCount);
  const thresholds: Readonly<Record<string, number>> = {
    COUNT: value,
    BOUNDED_PERCENT: Math.min(BOUNDS.most, Math.max(BOUNDS.least, share)),
    UNBOUNDED_PERCENT: Math.max(1, share),
  };
  return thresholds[type]!;
}

/** Count one failed task of a deployment; end the deployment when that is one too many. */
export function countFailure(deployment: ServiceDeployment): void {
  const { circuitBreaker, configuration, service } = deployment;
  circuitBreaker.failureCount++;
  if (circuitBreaker.status !== 'MONITORING') return;
  if (circuitBreaker.failureCount < failureThreshold(configuration, service.desiredCount)) return;
  circuitBreaker.status = 'TRIGGERED';
  deployment.flow?.interrupt(circuitBreakerTriggered(configuration.deploymentCircuitBreaker.rollback));
}

/** A task became healthy: failures before it no longer count, unless the configuration says so. */
export function forgetFailures({ circuitBreaker, configuration }: ServiceDeployment): void {
  if (configuration.deploymentCircuitBreaker.resetOnHealthyTask) circuitBreaker.failureCount = 0;
}
