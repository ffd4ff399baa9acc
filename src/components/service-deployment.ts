import type { ServiceDeployment } from '@aws-sdk/client-ecs';
import type { Component, Scope } from '../component';
import { DEPLOYMENT_FAILURE_ACTIONS, deploymentFailure } from '../deployment-failure';
import { DESCRIBED_SERVICE_ACTIONS, ownDescribedService } from '../described-service';
import { HandlerError } from '../errors';
import { done, wait, type Outcome, type Wait } from '../outcome';
import {
  bringTheSame,
  describeDeployment,
  isRunning,
  lookForNewestDeployment,
  newestDeployment,
  SERVICE_DEPLOYMENT_ACTIONS,
  type ListedDeployment,
} from '../service-deployments';
import type { ObservedService } from './service';

/** The newest deployment of the service. */
export type ObservedServiceDeployment = ListedDeployment;

/**
 * Begins the token of the wait for a deployment that ECS does not list yet; the number of looks that were taken and the
 * ARN of the deployment before follow.
 */
const AFTER = 'after ';

/** Seconds between looks for a deployment that is about to begin, and how many of them are taken. */
const BEGIN = { seconds: 3, looks: 20 };

/** Seconds between looks at a deployment, which takes minutes. */
const POLL_SECONDS = 15;

/**
 * The end of the deployment that the specification needs. The truth is the status of the service deployment: the
 * service is ACTIVE long before, and the rollout state of its deployment reads COMPLETED after a rollback too. ECS says
 * SUCCESSFUL only when as many tasks as desired run and their targets are healthy.
 *
 * A failed deployment fails the operation and is not tried again. Nothing is removed: a deployment goes with its
 * service.
 */
export const serviceDeployment: Component<ObservedServiceDeployment, { Service: ObservedService }> = {
  kind: 'ServiceDeployment',
  needs: ['Service'],
  volatile: true,
  permissions: {
    observe: [],
    apply: [...DESCRIBED_SERVICE_ACTIONS, ...SERVICE_DEPLOYMENT_ACTIONS, ...DEPLOYMENT_FAILURE_ACTIONS],
    remove: [],
  },

  async observe(scope) {
    // Only who changes the service has to know.
    return scope.spec && (await ownDescribedService(scope)) ? newestDeployment(scope) : undefined;
  },

  async apply(scope, { Service }, current) {
    const newest = Service.deploymentStarted ? await lookForNewestDeployment(scope) : current;
    if (!newest || (Service.deploymentStarted && newest.arn === current?.arn)) {
      return begin(current?.arn);
    }
    if (newest.status === 'SUCCESSFUL') return done(newest);
    if (isRunning(newest.status)) return running(newest.arn, newest.status);
    // The service has what is desired without a deployment: what was rolled back was to bring something else, as when
    // CloudFormation rolls a failed update back.
    if (newest.status === 'ROLLBACK_SUCCESSFUL' && !Service.deploymentStarted) return done(newest);
    return verdict(scope, newest.arn);
  },

  async poll(scope, token) {
    if (!token.startsWith(AFTER)) return verdict(scope, token);
    const [looks, before] = token.slice(AFTER.length).split(' ');
    const newest = await lookForNewestDeployment(scope);
    if (newest && newest.arn !== before) return verdict(scope, newest.arn);
    // None begins when the service turns out to have had already what it was given: that is seen by looking again.
    return Number(looks) < BEGIN.looks ? begin(before, Number(looks) + 1) : done(undefined);
  },

  async remove() {
    return done(undefined);
  },
};

function running(arn: string, stage = 'PENDING'): Wait {
  return wait(`the service deployment (${stage})`, POLL_SECONDS, arn);
}

function begin(before: string | undefined, looks = 0): Wait {
  return wait('the service deployment to begin', BEGIN.seconds, `${AFTER}${looks} ${before ?? ''}`);
}

/** @throws HandlerError NotStabilized with the cause when the deployment has failed. */
async function verdict(scope: Scope, arn: string): Promise<Outcome<ObservedServiceDeployment>> {
  const deployment = await describeDeployment(scope, arn);
  // One that ECS does not show yet has only just begun.
  if (!deployment || isRunning(deployment.status)) {
    return running(arn, deployment?.lifecycleStage ?? deployment?.status);
  }
  if (deployment.status === 'SUCCESSFUL') return done({ arn, status: deployment.status });
  const successor = deployment.status === 'STOPPED' ? await successorOf(scope, deployment) : undefined;
  if (successor) return verdict(scope, successor);
  throw await deploymentFailure(scope, deployment);
}

/**
 * ARN of the deployment that somebody else started while this one was under way, when it brings the same, as one that
 * was forced does.
 *
 * @returns undefined when this one is the newest.
 * @throws HandlerError NotStabilized when it brings something else.
 */
async function successorOf(scope: Scope, deployment: ServiceDeployment): Promise<string | undefined> {
  const newest = await lookForNewestDeployment(scope);
  if (!newest || newest.arn === deployment.serviceDeploymentArn) return undefined;
  const successor = await describeDeployment(scope, newest.arn);
  if (successor && (await bringTheSame(scope, deployment, successor))) return newest.arn;
  throw new HandlerError(
    'NotStabilized',
    `The deployment ended because somebody else updated the service meanwhile, with other settings (${newest.arn})`,
    { remedy: 'Let that deployment come to its end, then update the stack again' },
  );
}
