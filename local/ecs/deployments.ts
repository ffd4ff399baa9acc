/** Starting service deployments: a new revision of a service, and the records of its deployment. */
import type { Structure } from '../service';
import { ecsArn } from './arns';
import { now, type EcsContext } from './context';
import { announceDeployment } from './deployment-events';
import { superseded } from './endings';
import { startRollout } from './rollout';
import { withEndpoints } from './service-connect';
import { revisionSettings } from './service-settings';
import {
  deploymentInProgress,
  wantedTasks,
  type Deployment,
  type Service,
  type ServiceConnect,
  type ServiceDeployment,
  type ServiceRevision,
  type TaskDefinition,
} from './state';

/** Deploy a new revision of a service with its present settings. A deployment in progress is stopped. */
export function deployRevision(
  context: EcsContext,
  service: Service,
  taskDefinition: TaskDefinition,
  serviceConnect?: ServiceConnect,
): void {
  deploymentInProgress(service)?.flow?.interrupt(superseded());
  const sources = service.revisions.filter(
    (revision) => wantedTasks(revision).length > 0 || revision.requestedCount > 0,
  );
  const target = createRevision(context, service, taskDefinition, serviceConnect);
  if (serviceConnect) withEndpoints(service, serviceConnect);
  service.revisions = [...service.revisions, target];
  const deployment = createDeployment(context, target);
  for (const earlier of service.deployments) earlier.status = 'ACTIVE';
  service.deployments = [deployment, ...service.deployments];
  const serviceDeployment = createServiceDeployment(context, deployment, sources);
  service.serviceDeployments.unshift(serviceDeployment);
  announceDeployment(context, deployment, 'SERVICE_DEPLOYMENT_IN_PROGRESS');
  startRollout(context, serviceDeployment);
}

function createRevision(
  context: EcsContext,
  service: Service,
  taskDefinition: TaskDefinition,
  serviceConnect: ServiceConnect | undefined,
): ServiceRevision {
  const { cluster, name } = service;
  const revision: ServiceRevision = {
    arn: ecsArn(
      cluster.scope,
      'service-revision',
      `${cluster.name}/${name}/${context.identifiers.decimal()}`,
    ),
    service,
    createdAt: now(context),
    taskDefinition,
    settings: revisionSettings(service.settings),
    serviceConnect,
    targetGroups: [],
    tasks: new Set(),
    requestedCount: 0,
    followsDesiredCount: false,
    consecutiveFailures: 0,
  };
  context.state.serviceRevisions.set(revision.arn, revision);
  return revision;
}

function createDeployment(context: EcsContext, revision: ServiceRevision): Deployment {
  const id = `ecs-svc/${context.identifiers.decimal()}`;
  return {
    id,
    revision,
    createdAt: now(context),
    updatedAt: now(context),
    status: 'PRIMARY',
    rolloutState: 'IN_PROGRESS',
    rolloutStateReason: `ECS deployment ${id} in progress.`,
  };
}

/** Whether the circuit breaker watches deployments of this strategy. */
function circuitBreakerActs({ answers }: EcsContext, { strategy }: Structure): boolean {
  return strategy === 'ROLLING' || answers.holds('ecs.circuit-breaker-acts-in-every-strategy');
}

function createServiceDeployment(
  context: EcsContext,
  deployment: Deployment,
  sources: readonly ServiceRevision[],
): ServiceDeployment {
  const { revision } = deployment;
  const { service } = revision;
  const configuration: Structure = service.settings.deploymentConfiguration;
  const { alarms, deploymentCircuitBreaker } = configuration;
  const serviceDeployment: ServiceDeployment = {
    arn: ecsArn(
      service.cluster.scope,
      'service-deployment',
      `${service.cluster.name}/${service.name}/${context.identifiers.token()}`,
    ),
    service,
    deployment,
    target: revision,
    sources,
    createdAt: now(context),
    updatedAt: now(context),
    status: 'PENDING',
    configuration,
    productionWeight: 0,
    testWeight: 0,
    circuitBreaker: {
      status:
        deploymentCircuitBreaker.enable && circuitBreakerActs(context, configuration)
          ? 'MONITORING'
          : 'DISABLED',
      failureCount: 0,
    },
    alarms: {
      status: alarms?.enable ? 'MONITORING' : 'DISABLED',
      names: alarms?.alarmNames ?? [],
      triggered: [],
    },
    hooks: [],
  };
  context.state.serviceDeployments.set(serviceDeployment.arn, serviceDeployment);
  return serviceDeployment;
}
