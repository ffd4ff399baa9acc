/** How long a service deployment may take. */
import type { DeploymentConfiguration } from '@aws-sdk/client-ecs';
import { invalid } from '../../core/failure';
import { strategyOf } from './strategies';

/**
 * Minutes that a deployment may take beside its bake times: for images to be pulled, tasks to become healthy, and
 * connections to drain.
 */
const MINUTES_BESIDE_BAKES = 120;

/**
 * Minutes that an operation needs for each of its deployments beside the bake times: those, and what it takes to stop the
 * deployment and to make everything else. AWS::ECS::Service keeps as many of its 36 hours back (CloudFormation template
 * reference).
 */
const MINUTES_OF_OPERATION_BESIDE_BAKES = 180;

/** Minutes of an operation (`timeoutInMinutes` in the schema) in which its deployments must come to their end. */
const OPERATION_MINUTES = 36 * 60;

/** Minutes for which a deployment waits between its steps and after the last one. */
export function bakeMinutes(configuration: DeploymentConfiguration): number {
  const { bakeTimeInMinutes = 0 } = configuration;
  const { steps } = strategyOf(configuration);
  return bakeTimeInMinutes + (steps ? steps.count(configuration) * steps.minutes(configuration) : 0);
}

/** Seconds after which a deployment with this configuration is given up. */
export function deploymentSeconds(configuration: DeploymentConfiguration = {}): number {
  return (bakeMinutes(configuration) + MINUTES_BESIDE_BAKES) * 60;
}

/**
 * Refuse bake times with which an operation could not end in the time that CloudFormation gives it.
 *
 * @param configuration defaults applied.
 * @param deployments that the operation takes one after the other.
 * @throws HandlerError InvalidRequest with the sum.
 */
export function checkBakes(configuration: DeploymentConfiguration, deployments: 1 | 2): void {
  const longest = OPERATION_MINUTES / deployments - MINUTES_OF_OPERATION_BESIDE_BAKES;
  const sum = bakeMinutes(configuration);
  if (sum <= longest) return;
  const twice =
    deployments === 2
      ? ', and this update moves the service to another load balancer, which takes two deployments'
      : '';
  throw invalid(
    'DeploymentConfiguration/BakeTimeInMinutes',
    `is ${configuration.bakeTimeInMinutes ?? 0}; ${betweenSteps(configuration)}a deployment bakes for ${sum} minutes${twice}. ` +
      `CloudFormation gives an operation ${OPERATION_MINUTES} minutes, of which ${longest} can be bake times of a deployment`,
    `Make the sum at most ${longest}`,
  );
}

/** The minutes that a deployment waits beside its bake time, e.g. `with CanaryBakeTimeInMinutes, 3, `. */
function betweenSteps(configuration: DeploymentConfiguration): string {
  const { steps } = strategyOf(configuration);
  if (!steps) return '';
  const count = steps.count(configuration);
  const times = count === 1 ? '' : ` after each of ${count} steps`;
  return `with ${steps.property}, ${steps.minutes(configuration)}${times}, `;
}
