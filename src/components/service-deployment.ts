import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  ListServiceDeploymentsCommand,
  type ServiceDeployment,
} from '@aws-sdk/client-ecs';
import type { ApplyScope, Component, Scope } from '../component';
import { DEPLOYMENT_FAILURE_ACTIONS, deploymentFailure } from '../deployment-failure';
import { DESCRIBED_SERVICE_ACTIONS, ownDescribedService } from '../described-service';
import { done, wait, type Outcome, type Wait } from '../outcome';
import { settingsChanges } from '../service-settings';
import type { ObservedService } from './service';

/** The newest deployment of the service. */
export interface ObservedServiceDeployment {
  readonly arn: string;
  readonly status: ServiceDeployment['status'];
}

/** Statuses in which a deployment has not come to its end, its rollback included. */
const RUNNING: ReadonlySet<ServiceDeployment['status']> = new Set([
  'PENDING',
  'IN_PROGRESS',
  'STOP_REQUESTED',
  'ROLLBACK_REQUESTED',
  'ROLLBACK_IN_PROGRESS',
]);

/** Begins the token of the wait for a deployment that ECS does not list yet; the ARN of the one before follows. */
const AFTER = 'after ';

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
    apply: [
      ...DESCRIBED_SERVICE_ACTIONS,
      'ecs:DescribeServiceDeployments',
      'ecs:DescribeServiceRevisions',
      'ecs:ListServiceDeployments',
      ...DEPLOYMENT_FAILURE_ACTIONS,
    ],
    remove: [],
  },

  async observe(scope) {
    // Only who changes the service has to know.
    return scope.spec && (await ownDescribedService(scope)) ? newestDeployment(scope) : undefined;
  },

  async apply(scope, { Service }, current) {
    const newest = Service.deploymentStarted ? await newestDeployment(scope) : current;
    if (!newest || (Service.deploymentStarted && newest.arn === current?.arn)) {
      return begin(current?.arn);
    }
    if (newest.status === 'SUCCESSFUL') return done(newest);
    if (RUNNING.has(newest.status)) return running(newest.arn, newest.status);
    const deployment = await describe(scope, newest.arn);
    const history = deployment && (await isHistory(scope, Service, deployment));
    return history ? done(newest) : verdict(scope, newest.arn, deployment);
  },

  async poll(scope, token) {
    if (!token.startsWith(AFTER)) return verdict(scope, token, await describe(scope, token));
    const before = token.slice(AFTER.length);
    const newest = await newestDeployment(scope);
    return newest && newest.arn !== before
      ? verdict(scope, newest.arn, await describe(scope, newest.arn))
      : begin(before);
  },

  async remove() {
    return done(undefined);
  },
};

function running(arn: string, stage = 'PENDING'): Wait {
  return wait(`the service deployment (${stage})`, POLL_SECONDS, arn);
}

function begin(before: string | undefined): Wait {
  return wait('the service deployment to begin', 3, `${AFTER}${before ?? ''}`);
}

async function newestDeployment({
  clients,
  identity,
}: Scope): Promise<ObservedServiceDeployment | undefined> {
  const { serviceDeployments = [] } = await clients.ecs.send(
    new ListServiceDeploymentsCommand({ cluster: identity.clusterName, service: identity.serviceName }),
  );
  const [newest] = [...serviceDeployments].sort((a, b) => Number(b.createdAt) - Number(a.createdAt));
  return newest && { arn: newest.serviceDeploymentArn!, status: newest.status };
}

async function describe({ clients }: Scope, arn: string): Promise<ServiceDeployment | undefined> {
  const { serviceDeployments } = await clients.ecs.send(
    new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] }),
  );
  return serviceDeployments?.[0];
}

/**
 * Whether a failed deployment says nothing about the present specification: it was to bring other settings, and the
 * service was rolled back to the desired ones. So it is when CloudFormation rolls a failed update back.
 */
async function isHistory(
  { clients, spec }: ApplyScope,
  { desired, deploymentStarted }: ObservedService,
  { targetServiceRevision }: ServiceDeployment,
): Promise<boolean> {
  if (deploymentStarted || !desired || !targetServiceRevision?.arn) return false;
  const { serviceRevisions } = await clients.ecs.send(
    new DescribeServiceRevisionsCommand({ serviceRevisionArns: [targetServiceRevision.arn] }),
  );
  const target = serviceRevisions?.[0];
  const followsDefaultVpc = spec.subnetIds.length === 0;
  return target !== undefined && Object.keys(settingsChanges(desired, target, followsDefaultVpc)).length > 0;
}

/** @throws HandlerError NotStabilized with the cause when the deployment has failed. */
async function verdict(
  scope: Scope,
  arn: string,
  deployment: ServiceDeployment | undefined,
): Promise<Outcome<ObservedServiceDeployment>> {
  // One that ECS does not show yet has only just begun.
  if (!deployment || RUNNING.has(deployment.status)) {
    return running(arn, deployment?.lifecycleStage ?? deployment?.status);
  }
  if (deployment.status === 'SUCCESSFUL') return done({ arn, status: deployment.status });
  throw await deploymentFailure(scope, deployment);
}
