/** What AWS holds of a service, as the model that CloudFormation reads. */
import {
  DescribeServiceRevisionsCommand,
  DescribeTaskDefinitionCommand,
  type Service,
  type ServiceRevision,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import type { Scope } from './component';
import type { ObservedCertificate } from './components/certificate';
import type { ObservedListenerRule } from './components/listener-rule';
import type { ObservedListeners } from './components/listeners';
import type { ObservedLoadBalancer } from './components/load-balancer';
import type { ObservedLogGroup } from './components/log-group';
import { rollbackAlarmName, type ObservedRollbackAlarm } from './components/rollback-alarm';
import type { ObservedScalableTarget } from './components/scalable-target';
import { scalingInputOf, type ObservedScalingPolicy } from './components/scaling-policy';
import type { ObservedService } from './components/service';
import type { ObservedServiceSecurityGroup } from './components/service-security-group';
import type { ObservedTargetGroups } from './components/target-groups';
import type { ObservedTaskDefinition } from './components/task-definition';
import type { ObservedWebAclAssociation } from './components/web-acl-association';
import type { Host } from './hosts';
import type { Identity } from './identity';
import {
  ResourceModel,
  type ActiveConfiguration,
  type ECSManagedResourceArns,
  type NetworkConfiguration,
  type PrimaryContainer,
  type ScalingTarget,
} from './model';
import { settingsInputOf } from './optional-settings';
import { authorsTags } from './ownership';
import type { Observations } from './reconcile';
import type { Properties } from './runtime';
import { containerProperties, sidecarsOf, volumesOf } from './read-containers';
import { lowerCaseTagRecord, tagList } from './tags';
import { defined, unlessEmpty } from './unset';
import { mainContainerOf } from './task-definition-content';

/** IAM actions of {@link readModel}. */
export const READ_PERMISSIONS: readonly string[] = [
  'ecs:DescribeServiceRevisions',
  'ecs:DescribeTaskDefinition',
];

/** What may be observed, by kind; all but the service may be missing when somebody has deleted it by hand. */
interface Observed {
  readonly Certificate: ObservedCertificate;
  readonly ListenerRule: ObservedListenerRule;
  readonly Listeners: ObservedListeners;
  readonly LoadBalancer: ObservedLoadBalancer;
  readonly LogGroup: ObservedLogGroup;
  readonly RollbackAlarm: ObservedRollbackAlarm;
  readonly ScalableTarget: ObservedScalableTarget;
  readonly ScalingPolicy: ObservedScalingPolicy;
  readonly ServiceSecurityGroup: ObservedServiceSecurityGroup;
  readonly TargetGroups: ObservedTargetGroups;
  readonly TaskDefinition: ObservedTaskDefinition;
  readonly WebAclAssociation: ObservedWebAclAssociation;
}

/** A revision of the service that takes traffic, with what it runs. */
export interface ActiveRevision {
  readonly revision: ServiceRevision;
  readonly definition?: TaskDefinition;
}

/**
 * The model of a service: every input as its author may have written it, defaults included, and all that is read-only.
 *
 * @param observations of all components; the service must be among them.
 */
export async function readModel(scope: Scope, observations: Observations): Promise<ResourceModel> {
  const { Service, TaskDefinition } = observations as { Service: ObservedService } & Partial<Observed>;
  const active = await activeRevisions(scope, Service.service, TaskDefinition?.definition);
  return modelOf(scope, observations, active);
}

/** {@link readModel} without a call to AWS. */
export function modelOf(
  { identity, spec }: Pick<Scope, 'identity' | 'spec'>,
  observations: Observations,
  active: readonly ActiveRevision[],
): ResourceModel {
  const observed = observations as { Service: ObservedService } & Partial<Observed>;
  const { service } = observed.Service;
  const host = spec?.domain ?? hostOf(observed);
  const tags = tagList(authorsTags(lowerCaseTagRecord(service.tags)));
  const model: Properties<ResourceModel> = {
    ServiceArn: identity.serviceArn,
    ServiceName: identity.serviceName,
    Cluster: identity.clusterName,
    InfrastructureRoleArn: service.loadBalancers?.[0]?.advancedConfiguration?.roleArn,
    ...taskInputs(observed, service),
    HealthCheckPath: observed.TargetGroups?.members[0]?.healthCheckPath,
    NetworkConfiguration: networkOf(service, observed.ServiceSecurityGroup),
    ScalingTarget: scalingOf(identity, observed),
    ...settingsInputOf(service, rollbackAlarmName(identity), observed.RollbackAlarm?.limits),
    DomainName: host?.hostName,
    HostedZoneId: host?.hostedZoneId,
    CertificateArn: observed.ServiceSecurityGroup?.certificateArn,
    WebAclArn: observed.WebAclAssociation?.webAclArn,
    LogRetentionInDays: observed.LogGroup?.retentionInDays as ResourceModel['LogRetentionInDays'],
    Tags: tags.length > 0 ? tags.sort((a, b) => (a.Key < b.Key ? -1 : 1)) : undefined,
    Endpoint: endpointOf(host),
    Status: { StatusCode: service.status as 'ACTIVE' },
    CreatedAt: service.createdAt?.toISOString(),
    UpdatedAt: lastDeployment(service, active)?.toISOString(),
    ActiveConfigurations: active.map((revision) => activeConfiguration(identity, observed, host, revision)),
    ECSManagedResourceArns: managedResources(identity, observed),
  };
  return new ResourceModel(defined(model));
}

/** The revisions that take traffic now: one, or two during a deployment. */
async function activeRevisions(
  scope: Scope,
  service: Service,
  known: TaskDefinition | undefined,
): Promise<ActiveRevision[]> {
  const serviceRevisionArns = (service.currentServiceRevisions ?? []).map(({ arn }) => arn!);
  const [only, ...others] = serviceRevisionArns;
  if (only === undefined) return [];
  // A single one is what the service says of itself, and needs no call.
  if (others.length === 0) return [{ revision: soleRevision(only, service), definition: known }];
  const { serviceRevisions = [] } = await scope.clients.ecs.send(
    new DescribeServiceRevisionsCommand({ serviceRevisionArns }),
  );
  return Promise.all(
    serviceRevisions.map(async (revision) => ({
      revision,
      definition:
        revision.taskDefinition === known?.taskDefinitionArn
          ? known
          : await describeTaskDefinition(scope, revision.taskDefinition!),
    })),
  );
}

function soleRevision(serviceRevisionArn: string, service: Service): ServiceRevision {
  const { taskDefinition, networkConfiguration, deployments = [] } = service;
  const primary = deployments.find(({ status }) => status === 'PRIMARY');
  return { serviceRevisionArn, taskDefinition, networkConfiguration, createdAt: primary?.createdAt };
}

async function describeTaskDefinition({ clients }: Scope, arn: string): Promise<TaskDefinition | undefined> {
  const { taskDefinition } = await clients.ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: arn }),
  );
  return taskDefinition;
}

function taskInputs(
  { TaskDefinition, LogGroup }: Partial<Observed>,
  service: Service,
): Properties<ResourceModel> {
  if (!TaskDefinition?.managed) return { TaskDefinitionArn: service.taskDefinition };
  const { definition } = TaskDefinition;
  return {
    PrimaryContainer: containerOf(definition, LogGroup?.name),
    SidecarContainers: sidecarsOf(definition),
    EphemeralStorage: definition.ephemeralStorage && { SizeInGiB: definition.ephemeralStorage.sizeInGiB },
    Volumes: volumesOf(definition),
    ExecutionRoleArn: definition.executionRoleArn,
    TaskRoleArn: definition.taskRoleArn,
    Cpu: definition.cpu as ResourceModel['Cpu'],
    Memory: definition.memory,
    CpuArchitecture: definition.runtimePlatform?.cpuArchitecture,
  };
}

/**
 * The container that receives the traffic, as the template writes it.
 *
 * @param madeLogGroup name of the log group that was made for the service, which the template does not name.
 */
function containerOf(
  definition: TaskDefinition,
  madeLogGroup: string | undefined,
): Properties<PrimaryContainer> | undefined {
  const container = mainContainerOf(definition);
  if (!container) return undefined;
  const { 'awslogs-group': LogGroup, 'awslogs-stream-prefix': LogStreamPrefix } =
    container.logConfiguration?.options ?? {};
  return defined({
    ...containerProperties(container),
    ContainerPort: container.portMappings?.[0]?.containerPort,
    AwsLogsConfiguration:
      LogGroup !== undefined && LogGroup !== madeLogGroup ? { LogGroup, LogStreamPrefix } : undefined,
  });
}

/** Without the security group that was made for the service: its author did not write it. */
function networkOf(
  { networkConfiguration }: Pick<Service, 'networkConfiguration'>,
  made: ObservedServiceSecurityGroup | undefined,
): Properties<NetworkConfiguration> {
  const { subnets, securityGroups } = networkConfiguration?.awsvpcConfiguration ?? {};
  return defined({
    Subnets: subnets && [...subnets].sort(),
    SecurityGroups: unlessEmpty(securityGroups?.filter((id) => id !== made?.id).sort()),
  });
}

function scalingOf(
  identity: Identity,
  { ScalableTarget, ScalingPolicy }: Partial<Observed>,
): Properties<ScalingTarget> | undefined {
  if (!ScalableTarget && !ScalingPolicy) return undefined;
  return defined({
    MinTaskCount: ScalableTarget?.minTaskCount,
    MaxTaskCount: ScalableTarget?.maxTaskCount,
    ...(ScalingPolicy && defined(scalingInputOf(identity, ScalingPolicy))),
  });
}

/** The host that the rule forwards, among those that the service is known to use. */
function hostOf({ ListenerRule, ServiceSecurityGroup }: Partial<Observed>): Host | undefined {
  return ServiceSecurityGroup?.hosts.find(({ hostName }) => ListenerRule?.hostNames.includes(hostName));
}

function endpointOf(host: Host | undefined): string | undefined {
  return host && `https://${host.hostName}`;
}

function lastDeployment(service: Service, active: readonly ActiveRevision[]): Date | undefined {
  const times = active.flatMap(({ revision: { createdAt } }) => (createdAt ? [Number(createdAt)] : []));
  return times.length > 0 ? new Date(Math.max(...times)) : service.createdAt;
}

function activeConfiguration(
  identity: Identity,
  observed: Partial<Observed>,
  host: Host | undefined,
  { revision, definition }: ActiveRevision,
): Properties<ActiveConfiguration> {
  const endpoint = endpointOf(host);
  return defined({
    ServiceRevisionArn: revision.serviceRevisionArn,
    CreatedAt: revision.createdAt?.toISOString(),
    ExecutionRoleArn: definition?.executionRoleArn,
    TaskRoleArn: definition?.taskRoleArn,
    TaskDefinitionArn: revision.taskDefinition,
    Cpu: definition?.cpu,
    Memory: definition?.memory,
    HealthCheckPath: observed.TargetGroups?.members[0]?.healthCheckPath,
    NetworkConfiguration: networkOf(revision, observed.ServiceSecurityGroup),
    PrimaryContainer: definition && containerOf(definition, observed.LogGroup?.name),
    ScalingTarget: scalingOf(identity, observed),
    IngressPaths: endpoint ? [{ AccessType: observed.LoadBalancer?.access, Endpoint: endpoint }] : undefined,
  });
}

function managedResources(
  { partition, region, accountId }: Identity,
  observed: Partial<Observed>,
): Properties<ECSManagedResourceArns> {
  const securityGroupArn = (id: string) => `arn:${partition}:ec2:${region}:${accountId}:security-group/${id}`;
  const { LoadBalancer, ServiceSecurityGroup, ScalableTarget, ScalingPolicy } = observed;
  return defined({
    ServiceSecurityGroups: listOf(ServiceSecurityGroup && securityGroupArn(ServiceSecurityGroup.id)),
    LogGroups: listOf(observed.LogGroup?.arn),
    MetricAlarms: listOf(observed.RollbackAlarm?.arn),
    AutoScaling: defined({
      ScalableTarget: ScalableTarget?.arn,
      ApplicationAutoScalingPolicies: ScalingPolicy?.policies.map(({ arn }) => arn),
    }),
    IngressPath: defined({
      LoadBalancerArn: LoadBalancer?.arn,
      ListenerArn: observed.Listeners?.httpsArn,
      ListenerRuleArn: observed.ListenerRule?.arn,
      TargetGroupArns: observed.TargetGroups && [...observed.TargetGroups.arns],
      LoadBalancerSecurityGroups: LoadBalancer?.securityGroupIds.map(securityGroupArn),
      CertificateArn: observed.Certificate?.arn,
    }),
  });
}

function listOf(item: string | undefined): string[] | undefined {
  return item === undefined ? undefined : [item];
}
