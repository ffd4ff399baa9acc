/** How long a service deployment may take. */
import type { DeploymentConfiguration } from '@aws-sdk/client-ecs';
import { invalid } from '../../core/failure';
import { hookWaits } from './lifecycle-hooks';
import { strategyOf } from './strategies';

/**
 * Minutes that a deployment may take beside what it is told to wait for: for images to be pulled, tasks to become healthy, and
 * connections to drain.
 */
const MINUTES_BESIDE_WAITS = 120;

/**
 * Minutes that an operation needs for each of its deployments beside those waits: as many, and what it takes to stop the
 * deployment and to make everything else. AWS::ECS::Service keeps as many of its 36 hours back (CloudFormation template
 * reference).
 */
const MINUTES_OF_OPERATION_BESIDE_WAITS = 180;

/** Minutes of an operation (`timeoutInMinutes` in the schema) in which its deployments must come to their end. */
const OPERATION_MINUTES = 36 * 60;

/** Something that a deployment waits for. */
interface DeploymentWait {
  /** Path of the property that says how long, in the deployment configuration. */
  readonly property: string;
  /** What it is, in a message. */
  readonly what: string;
  /** At most. */
  readonly minutes: number;
}

/**
 * All that a deployment waits for beside its tasks.
 *
 * @param minutesPerShift that it waits after each move of requests, whatever its bake times are.
 */
function waitsOf(configuration: DeploymentConfiguration, minutesPerShift: number): DeploymentWait[] {
  const { bakeTimeInMinutes = 0 } = configuration;
  return [
    { property: 'BakeTimeInMinutes', what: 'BakeTimeInMinutes', minutes: bakeTimeInMinutes },
    ...stepWaits(configuration),
    ...shiftWaits(configuration, minutesPerShift),
    ...hookWaits(configuration).map(({ stage, minutes }) => ({
      property: 'LifecycleHooks',
      what: `hooks at ${stage}`,
      minutes,
    })),
  ];
}

/** Moves beside the steps: that of test requests, and the last one. Whether ECS waits in PRE_SCALE_UP, too, is not known. */
const FURTHER_SHIFTS = 3;

function shiftWaits(configuration: DeploymentConfiguration, minutesPerShift: number): DeploymentWait[] {
  const { shiftsTraffic, steps } = strategyOf(configuration);
  if (!shiftsTraffic || minutesPerShift === 0) return [];
  const count = (steps?.count(configuration) ?? 0) + FURTHER_SHIFTS;
  const what = `${count} times the ${minutesPerShift} minutes that ECS waits for a Network Load Balancer`;
  return [{ property: 'Strategy', what, minutes: count * minutesPerShift }];
}

function stepWaits(configuration: DeploymentConfiguration): DeploymentWait[] {
  const { steps } = strategyOf(configuration);
  if (!steps) return [];
  const { property } = steps;
  const count = steps.count(configuration);
  const name = property.slice(property.lastIndexOf('/') + 1);
  const what = count === 1 ? name : `${name} after each of ${count} steps`;
  return [{ property, what, minutes: count * steps.minutes(configuration) }];
}

/** Minutes for which a deployment waits at most, beside its tasks. */
function waitingMinutes(configuration: DeploymentConfiguration, minutesPerShift: number): number {
  return waitsOf(configuration, minutesPerShift).reduce((sum, { minutes }) => sum + minutes, 0);
}

/**
 * Seconds after which a deployment with this configuration is given up.
 *
 * @param minutesPerShift that it waits after each move of requests, whatever its bake times are.
 */
export function deploymentSeconds(configuration: DeploymentConfiguration = {}, minutesPerShift = 0): number {
  return (waitingMinutes(configuration, minutesPerShift) + MINUTES_BESIDE_WAITS) * 60;
}

/**
 * Refuse bake times and hooks with which an operation could not end in the time that CloudFormation gives it.
 *
 * @param configuration defaults applied.
 * @param deployments that the operation takes one after the other.
 * @param minutesPerShift that each waits after each move of requests.
 * @throws HandlerError InvalidRequest at the longest wait, with the sum.
 */
export function checkWaits(
  configuration: DeploymentConfiguration,
  deployments: 1 | 2,
  minutesPerShift = 0,
): void {
  const longest = OPERATION_MINUTES / deployments - MINUTES_OF_OPERATION_BESIDE_WAITS;
  const waits = waitsOf(configuration, minutesPerShift).filter(({ minutes }) => minutes > 0);
  const sum = waitingMinutes(configuration, minutesPerShift);
  if (sum <= longest) return;
  const twice =
    deployments === 2
      ? ', and this update moves the service to another load balancer, which takes two deployments'
      : '';
  const greatest = waits.reduce((one, other) => (other.minutes > one.minutes ? other : one));
  throw invalid(
    `DeploymentConfiguration/${greatest.property}`,
    `lets a deployment wait too long: ${waits.map(({ what, minutes }) => `${what} ${minutes}`).join(' + ')} = ${sum} minutes${twice}. ` +
      `CloudFormation gives an operation ${OPERATION_MINUTES} minutes, of which a deployment may wait ${longest}`,
    `Make the sum at most ${longest}`,
  );
}
