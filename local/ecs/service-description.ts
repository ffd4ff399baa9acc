/** Services as the API describes them. */
import type { Structure } from '../service';
import { ecsArn } from './arns';
import type { EcsContext } from './context';
import { controllerOf } from './deployment-controller';
import { describedConfiguration, describedResources } from './service-connect';
import { countTasks, deploymentInProgress, type Deployment, type Service } from './state';

/** What `LATEST` stands for. */
const PLATFORM_VERSION = '1.4.0';

/** Settings that are described with deployments and revisions, not with the service. */
const REVISION_ONLY = [
  'serviceConnectConfiguration',
  'volumeConfigurations',
  'vpcLatticeConfigurations',
  'gatewayConnectors',
  'monitoring',
];

/** A service as DescribeServices returns it. @param includeTags whether to show its tags. */
export function describeService(context: EcsContext, service: Service, includeTags: boolean): Structure {
  const { cluster, status } = service;
  const { accountId } = cluster.scope;
  const settings = Object.fromEntries(
    Object.entries(service.settings).filter(([member]) => !REVISION_ONLY.includes(member)),
  );
  const counts = service.revisions.map(countTasks);
  const current = service.revisions.filter(
    (revision) => revision.requestedCount > 0 || revision === service.stableRevision,
  );
  return {
    ...settings,
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: cluster.arn,
    status,
    desiredCount: service.desiredCount,
    runningCount: counts.reduce((sum, { running }) => sum + running, 0),
    pendingCount: counts.reduce((sum, { pending }) => sum + pending, 0),
    ...(controllerOf(service.settings) === 'ECS'
      ? {
          deployments:
            status === 'INACTIVE' ? [] : service.deployments.map((each) => describeDeployment(context, each)),
        }
      : { deployments: [], taskSets: service.deployments.map((each) => describeTaskSet(service, each)) }),
    roleArn: `arn:aws:iam::${accountId}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS`,
    createdBy: `arn:aws:iam::${accountId}:root`,
    createdAt: service.createdAt,
    events: service.events,
    currentServiceDeployment: deploymentInProgress(service)?.arn,
    currentServiceRevisions: current.map((revision) => ({
      arn: revision.arn,
      requestedTaskCount: revision.requestedCount,
      runningTaskCount: countTasks(revision).running,
      pendingTaskCount: countTasks(revision).pending,
    })),
    resourceManagementType: service.isExpress ? 'ECS' : 'CUSTOMER',
    ...(includeTags && { tags: service.tags }),
  };
}

/** A platform version as deployments and tasks show it. */
export function actualPlatformVersion(settings: Structure): string | undefined {
  return settings.platformVersion === 'LATEST' ? PLATFORM_VERSION : settings.platformVersion;
}

/** Under a controller that is not ECS's own a deployment is told as a task set. */
function describeTaskSet(
  service: Service,
  { id, revision, status, createdAt, updatedAt }: Deployment,
): Structure {
  const { settings } = revision;
  const { running, pending } = countTasks(revision);
  const { cluster, name } = service;
  return {
    id,
    taskSetArn: ecsArn(cluster.scope, 'task-set', `${cluster.name}/${name}/${id}`),
    serviceArn: service.arn,
    clusterArn: cluster.arn,
    status,
    taskDefinition: revision.taskDefinition.arn,
    computedDesiredCount: revision.requestedCount,
    pendingCount: pending,
    runningCount: running,
    createdAt,
    updatedAt,
    launchType: settings.launchType,
    platformVersion: actualPlatformVersion(settings),
    platformFamily: settings.platformFamily,
    networkConfiguration: settings.networkConfiguration,
    loadBalancers: settings.loadBalancers,
    scale: { value: 100, unit: 'PERCENT' },
    stabilityStatus: pending === 0 && running === revision.requestedCount ? 'STEADY_STATE' : 'STABILIZING',
  };
}

function describeDeployment(context: EcsContext, deployment: Deployment): Structure {
  const { revision } = deployment;
  const { settings } = revision;
  const { running, pending } = countTasks(revision);
  return {
    id: deployment.id,
    status: deployment.status,
    taskDefinition: revision.taskDefinition.arn,
    desiredCount: revision.requestedCount,
    pendingCount: pending,
    runningCount: running,
    failedTasks: revision.consecutiveFailures,
    createdAt: deployment.createdAt,
    updatedAt: deployment.updatedAt,
    launchType: settings.launchType,
    capacityProviderStrategy: settings.capacityProviderStrategy,
    platformVersion: actualPlatformVersion(settings),
    platformFamily: settings.platformFamily,
    networkConfiguration: settings.networkConfiguration,
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutStateReason,
    serviceConnectConfiguration: describedConfiguration(
      context,
      settings.serviceConnectConfiguration,
      revision.serviceConnect,
    ),
    serviceConnectResources: describedResources(revision.serviceConnect),
    volumeConfigurations: settings.volumeConfigurations,
    vpcLatticeConfigurations: settings.vpcLatticeConfigurations,
  };
}
