/** One deployment after the other: what has to come to its end before the next one begins. */
import { StopServiceDeploymentCommand, type Service } from '@aws-sdk/client-ecs';
import type { ApplyScope, Scope } from '../composition/component';
import { done, wait, type Outcome, type Wait } from '../../core/outcome';
import { restoreStickiness, RULE_STICKINESS_ACTIONS } from './rule-stickiness';
import { unless } from '../../aws/sdk-errors';
import { describeDeployment, isRunning, SERVICE_DEPLOYMENT_ACTIONS } from './service-deployments';
import { repairWeights, TRAFFIC_WEIGHT_ACTIONS } from './traffic-weights';

/** IAM actions of {@link readyToDeploy}. */
export const DEPLOYMENT_ORDER_ACTIONS = [
  ...SERVICE_DEPLOYMENT_ACTIONS,
  ...TRAFFIC_WEIGHT_ACTIONS,
  ...RULE_STICKINESS_ACTIONS,
  'ecs:StopServiceDeployment',
] as const;

/** What is kept while a deployment is rolled back: its ARN. */
export interface StoppingToken {
  readonly stopping: string;
}

/** Seconds between looks at a rollback, which takes a minute or so, and longer when tasks have to be started again. */
const POLL_SECONDS = 10;

/**
 * Make a service ready for a new deployment.
 *
 * A running deployment is rolled back first. CloudFormation carries out one operation on a resource after the other, so
 * that it is somebody's by hand, or that of an update which was cancelled. UpdateService alone would stop it where it
 * stands, with the traffic split, and ECS would refuse every later deployment. The first deployment of a service is
 * left alone: nothing is there to go back to, and no traffic has been shifted.
 *
 * @param service as it is now.
 * @returns what has to be waited for; undefined when the service is ready.
 */
export async function readyToDeploy(
  scope: ApplyScope,
  service: Service,
): Promise<Wait<StoppingToken> | undefined> {
  const { currentServiceDeployment: running, deployments = [] } = service;
  if (running && deployments.length > 1) {
    await stopDeployment(scope, running);
    return stopping(running);
  }
  await repairWeights(scope, service);
  // ELB refuses new weights for a rule that is less sticky than its targets.
  await restoreStickiness(scope, service);
  return undefined;
}

/** Have a deployment rolled back, unless it is coming to its end already, or is too new to be found. */
export async function stopDeployment({ clients }: Scope, arn: string): Promise<void> {
  await unless(
    clients.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn: arn, stopType: 'ROLLBACK' })),
    'ConflictException',
    'ServiceDeploymentNotFoundException',
  );
}

/** A look at what {@link readyToDeploy} waits for. */
export async function pollStopping(
  scope: Scope,
  { stopping: arn }: StoppingToken,
): Promise<Outcome<void, StoppingToken>> {
  const deployment = await describeDeployment(scope, arn);
  return deployment && isRunning(deployment.status) ? stopping(arn) : done(undefined);
}

function stopping(arn: string): Wait<StoppingToken> {
  return wait(`deployment ${arn}, which was under way, to be rolled back`, POLL_SECONDS, {
    token: { stopping: arn },
  });
}
