import {
  UpdateServiceCommand,
  type DeploymentConfiguration,
  type Service,
  type ServiceDeployment,
} from '@aws-sdk/client-ecs';
import type { ApplyScope, Component, Scope } from '../../composition/component';
import { DEPLOYMENT_FAILURE_ACTIONS, deploymentFailure } from '../../diagnosis/deployment-failure';
import { DESCRIBED_SERVICE_ACTIONS, managedDescribedService } from '../../deployments/described-service';
import { HandlerError } from '../../../core/failure';
import { INFRASTRUCTURE_ROLE } from '../../diagnosis/failure-patterns';
import { stopDeployment } from '../../deployments/deployment-order';
import { awaitedActions, progressOf } from '../../deployments/deployment-progress';
import { deploymentSeconds } from '../../properties/deployment-time';
import { done, wait, waitedFor, type Outcome, type Wait } from '../../../core/outcome';
import {
  bringTheSame,
  describeDeployment,
  isRunning,
  latestOf,
  listedDeployments,
  lookForNewestDeployment,
  newestDeployment,
  SERVICE_DEPLOYMENT_ACTIONS,
  type ListedDeployment,
} from '../../deployments/service-deployments';
import { restoreAuthentication, RULE_AUTHENTICATION_ACTIONS } from '../../deployments/rule-authentication';
import { restoreStickiness, RULE_STICKINESS_ACTIONS } from '../../deployments/rule-stickiness';
import { isApplyScope } from '../../sharing/survey';
import { repairWeights, TRAFFIC_WEIGHT_ACTIONS } from '../../deployments/traffic-weights';
import type { ObservedService } from './service';

/** The newest deployment of the service; undefined when ECS lists none, as after 90 days without one. */
export type ObservedServiceDeployment = ListedDeployment | undefined;

/** What is kept while a deployment is waited for. */
type Token =
  | { readonly deployment: string }
  /** ECS does not list it yet; the deployment before is named, if there is one. */
  | { readonly begins: true; readonly after?: string };

/** The wait for a deployment that is about to begin: seconds between looks, and those after which none begins. */
const BEGIN = { what: 'the service deployment to begin', seconds: 3, mostSeconds: 60 };

/** How far a deployment has come that was only seen in a list. */
const NEW = 'under way';

/** Seconds that a deployment may take to come to its end after it was stopped. */
const STOP_SECONDS = 30 * 60;

/** Seconds between looks at a deployment, which takes minutes. */
const POLL_SECONDS = 15;

/** The same while it waits for somebody, who may take a day. */
const GATE_POLL_SECONDS = 60;

type Needs = {
  Service: ObservedService;
};

/**
 * The end of the deployment that the specification needs. The truth is the status of the service deployment: the
 * service is ACTIVE long before, and the rollout state of its deployment reads COMPLETED after a rollback too. ECS says
 * SUCCESSFUL only when as many tasks as desired run and their targets are healthy.
 *
 * A failed deployment fails the operation and is not tried again. One that comes to no end, because its tasks never become
 * healthy and no circuit breaker acts, is stopped. Nothing is removed: a deployment goes with its
 * service.
 */
export const serviceDeployment: Component<ObservedServiceDeployment, Needs, object, Token> = {
  kind: 'ServiceDeployment',
  perVersion: 'as found',
  goesWith: 'Service',
  needs: ['Service'],
  volatile: true,
  prunesWhileJoining: true,
  permissions: {
    observe: [],
    apply: [
      ...DESCRIBED_SERVICE_ACTIONS,
      ...SERVICE_DEPLOYMENT_ACTIONS,
      ...DEPLOYMENT_FAILURE_ACTIONS,
      ...RULE_AUTHENTICATION_ACTIONS,
      ...RULE_STICKINESS_ACTIONS,
      ...TRAFFIC_WEIGHT_ACTIONS,
      'ecs:StopServiceDeployment',
      'ecs:UpdateService',
    ],
    remove: [],
  },

  async observe(scope) {
    // Only who changes the service has to know.
    return scope.spec && (await managedDescribedService(scope)) ? newestDeployment(scope) : undefined;
  },

  async apply(scope, { Service }, current) {
    const newest = Service.deploymentStarted ? await lookForNewestDeployment(scope) : current;
    if (Service.deploymentStarted && (!newest || newest.arn === current?.arn)) return begin(current?.arn);
    // ECS lists deployments for 90 days; then the service has what is desired without one.
    if (!newest) return hasDeployment(scope, Service.service) ? begin(undefined) : done(undefined);
    if (newest.status === 'SUCCESSFUL') return done(newest);
    if (isRunning(newest.status)) return running(scope, newest.arn, NEW);
    // The service has what is desired without a deployment: what was rolled back was to bring something else, as when
    // CloudFormation rolls a failed update back.
    if (newest.status === 'ROLLBACK_SUCCESSFUL' && !Service.deploymentStarted) return done(newest);
    return verdict(scope, newest.arn);
  },

  /**
   * Stops a deployment that comes to no end, and starts the first one of a service again. That does not wait for `apply`:
   * target groups may be about to wait for the end of this very deployment.
   */
  async proceed(scope, token) {
    if ('deployment' in token) return verdict(scope, token.deployment);
    const newest = await lookForNewestDeployment(scope);
    if (newest && newest.arn !== token.after) return verdict(scope, newest.arn);
    // None begins when the service turns out to have had already what it was given: that is seen by looking again.
    return waitedFor(scope.time, BEGIN.what) < BEGIN.mostSeconds ? begin(token.after) : done(undefined);
  },

  /** ECS moves the weights of the service's rules; what it may leave of them is put right, on every load balancer. */
  async prune(scope, { Service }) {
    await restoreRules(scope, Service.service);
    return done(undefined);
  },
};

/** Whether a deployment is under way, or must be about to begin, although ECS lists none. */
function hasDeployment({ previousSpec }: ApplyScope, { deployments = [] }: Service): boolean {
  return !previousSpec || deployments.some(({ rolloutState }) => rolloutState === 'IN_PROGRESS');
}

/** Seconds after which a deployment of the service is given up. */
function secondsOf(
  { minutesPerShift }: Pick<Scope, 'minutesPerShift'>,
  configuration: DeploymentConfiguration | undefined,
): number {
  return deploymentSeconds(configuration, minutesPerShift);
}

function running(
  scope: Pick<Scope, 'minutesPerShift'>,
  arn: string,
  progress: string,
  { deploymentConfiguration: configuration, ...deployment }: ServiceDeployment = {},
): Wait<Token> {
  const seconds = awaitedActions(deployment).length > 0 ? GATE_POLL_SECONDS : POLL_SECONDS;
  return wait(`the service deployment (${progress})`, seconds, {
    token: { deployment: arn },
    limit: {
      what: arn,
      seconds: secondsOf(scope, configuration) + STOP_SECONDS,
      problem: `The service deployment ${arn} neither came to its end nor could it be stopped`,
      remedy:
        'Look at its stage and at the events of the service in the ECS console, stop it there, and try again',
    },
  });
}

function begin(after: string | undefined): Wait<Token> {
  return wait(BEGIN.what, BEGIN.seconds, { token: { begins: true, after } });
}

/** @throws HandlerError NotStabilized with the cause when the deployment has failed. */
async function verdict(scope: Scope, arn: string): Promise<Outcome<ObservedServiceDeployment, Token>> {
  const deployment = await describeDeployment(scope, arn);
  // One that ECS does not show yet has only just begun.
  if (!deployment) return running(scope, arn, NEW);
  const { status, deploymentConfiguration } = deployment;
  const isOverdue = waitedFor(scope.time, arn) >= secondsOf(scope, deploymentConfiguration);
  if (isRunning(status)) {
    if (isOverdue) await stopDeployment(scope, arn);
    return running(scope, arn, progressOf(deployment), deployment);
  }
  if (deployment.status === 'SUCCESSFUL') return done({ arn, status: deployment.status });
  const successor = deployment.status === 'STOPPED' ? await successorOf(scope, deployment) : undefined;
  if (successor) return verdict(scope, successor);
  const { error, cause } = await deploymentFailure(
    scope,
    deployment,
    isOverdue ? tooLong(scope, deploymentConfiguration) : undefined,
  );
  const again = cause?.id === INFRASTRUCTURE_ROLE && (await firstDeploymentAgain(scope, arn));
  if (again) return again;
  throw error;
}

async function restoreRules(scope: ApplyScope, service: Service): Promise<void> {
  // Somebody has started another one meanwhile, which moves the weights.
  if (service.deployments?.some(({ rolloutState }) => rolloutState === 'IN_PROGRESS')) return;
  await repairWeights(scope, service);
  await restoreStickiness(scope, service);
  await restoreAuthentication(scope, service);
}

/**
 * Deploy a service once more whose first deployment could not use the infrastructure role: a role that the same stack made
 * seconds before has its rights a little later, and no deployment before it could have told. The deployments that ECS lists
 * say whether that was done already.
 *
 * @returns what to wait for; undefined when this was no first deployment, or the second attempt has failed too.
 */
async function firstDeploymentAgain(
  scope: Scope,
  arn: string,
): Promise<Outcome<ObservedServiceDeployment, Token> | undefined> {
  const isCreation = isApplyScope(scope) && !scope.previousSpec;
  if (!isCreation) return undefined;
  const listed = await listedDeployments(scope);
  const latest = latestOf(listed)?.serviceDeploymentArn;
  if (latest && latest !== arn) return verdict(scope, latest);
  if (listed.length > 1) return undefined;
  const { ecsService, clients } = scope;
  scope.log(
    `the infrastructure role could not be used by deployment ${arn}; the service is deployed once more`,
  );
  await clients.ecs.send(
    new UpdateServiceCommand({
      cluster: ecsService.clusterName,
      service: ecsService.name,
      forceNewDeployment: true,
    }),
  );
  return begin(arn);
}

/** What is wrong with a deployment that was stopped because it came to no end. */
function tooLong(
  scope: Pick<Scope, 'minutesPerShift'>,
  configuration: DeploymentConfiguration | undefined,
): string {
  const minutes = secondsOf(scope, configuration) / 60;
  return `it was not over after ${minutes} minutes, bake times included, and was stopped`;
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
