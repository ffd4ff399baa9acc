/** What AWS holds of a service, as the model that CloudFormation reads. */
import {
  DescribeServiceRevisionsCommand,
  DescribeTaskDefinitionCommand,
  type Service,
  type ServiceDeployment,
  type ServiceRevision,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import type { Scope } from '../composition/component';
import type { ObservedLoadBalancer } from '../resources/elastic-load-balancing/load-balancer';
import { rollbackAlarmName } from '../resources/cloudwatch/rollback-alarm';
import type { ObservedService } from '../resources/ecs/service';
import {
  servingMember,
  type ObservedTargetGroupSettings,
} from '../resources/elastic-load-balancing/target-group-attributes';
import type { EcsService, Identity } from '../identity/identity';
import { withSpelledOut } from '../../core/spelled-out';
import { PROPERTIES } from '../properties/rows';
import { authorsRole, isMadeRole } from '../identity/made-roles';
import { withoutFormer } from '../properties/policy-document';
import { TASK_POLICY, type ObservedTaskRole } from '../resources/iam/task-role';
import { managedResources } from './managed-resources';
import type { ObservedKinds } from '../resources';
import {
  ResourceModel,
  type ActiveConfiguration,
  type CurrentDeployment,
  type Attributes,
  type ECSManagedResourceArns,
  type IngressPath,
  type Inputs,
  type NetworkConfiguration,
  type PrimaryContainer,
} from '../model';
import { awaitedActions, progressOf } from '../deployments/deployment-progress';
import { describeDeployment, isRunning } from '../deployments/service-deployments';
import { settingsInputOf, type LiveService } from '../properties/ecs-service';
import { authenticationInput } from '../properties/authentication';
import { withVolumeConfigurations } from '../properties/volumes';
import { serviceConnectOf } from '../deployments/described-service';
import { serviceConnectInput } from '../properties/service-connect';
import { withNamespaceName } from '../resources/cloud-map/namespace';
import { allowedSecurityGroupIds } from '../resources/ec2/client-rules';
import { ATTRIBUTE_ACTIONS, readAttributes } from '../deployments/rule-stickiness';
import { authorsTags } from '../memory/ownership';
import { recordedExposures } from '../memory/recorded-exposures';
import { loadBalancerInputOf } from './read-load-balancer';
import type { Observations } from '../composition/component';
import { idOf, observationsOf, observedLoadBalancers } from '../composition/node';
import { additionalLoadBalancerInputs } from './read-additional-load-balancers';
import type { Properties } from '../../cloudformation/extension';
import { domainInputsOf } from './read-domains';
import {
  healthyTargets,
  oldestOf,
  VERSION_READ_ACTIONS,
  versionInputs,
  versionsOf,
  type HealthyTargets,
} from './read-versions';
import { scalingInputOf } from './read-scaling';
import { unless } from '../../aws/sdk-errors';
import { lowerCaseTagRecord, tagList } from '../identity/tags';
import { targetGroupInputOf } from '../properties/target-group-settings';
import { recordOf } from '../memory/template-record';
import { defined, unlessEmpty } from '../../core/unset';
import { mainPortOf, nonceOf, plainMainContainerOf } from '../properties/task-definition-content';
import { MAIN_CONTAINER, PRIMARY_CONTAINER, SIDECAR_CONTAINER } from '../properties/containers';
import { NETWORK } from '../properties/network-settings';
import { TASK, type TaskDefinitionSettings } from '../properties/task';
import { readWithoutLoadBalancer } from '../properties/without-load-balancer';
import { templateOf } from '../../core/property-values';

/** IAM actions of {@link readModel}. */
export const READ_PERMISSIONS: readonly string[] = [
  ...ATTRIBUTE_ACTIONS,
  ...VERSION_READ_ACTIONS,
  'ecs:DescribeServiceDeployments',
  'ecs:DescribeServiceRevisions',
  'ecs:DescribeTaskDefinition',
];

/** All but the service may be missing when somebody has deleted it by hand. */
type Observed = Required<ObservedKinds>;

/** A revision of the service that takes traffic, with what it runs. */
export interface ActiveRevision {
  readonly revision: ServiceRevision;
  readonly definition?: TaskDefinition;
  /** Of the requests; undefined when that is not known. */
  readonly trafficPercent?: number;
}

/**
 * The model of a service: every input as its author may have written it, defaults included, and all that is read-only.
 *
 * @param observations of all components; the service must be among them.
 */
export async function readModel(scope: Scope, observations: Observations): Promise<ResourceModel> {
  const { Service, TaskDefinition } = observations as { Service: ObservedService } & Partial<Observed>;
  const deployment = runningDeployment(scope, Service.service);
  const [active, settings, healthy] = await Promise.all([
    activeRevisions(scope, Service.service, TaskDefinition?.definition, deployment),
    settingsWithAttributes(scope, observations),
    healthyTargets(scope, observations),
  ]);
  return modelOf(scope, { ...observations, ...settings }, active, await deployment, healthy);
}

/** {@link readModel} without a call to AWS. */
export function modelOf(
  scope: Pick<Scope, 'identity' | 'ecsService' | 'spec' | 'versions'>,
  observations: Observations,
  active: readonly ActiveRevision[],
  deployment?: ServiceDeployment,
  healthy: HealthyTargets = {},
): ResourceModel {
  const { identity, ecsService, spec } = scope;
  const observed = observations as { Service: ObservedService } & Partial<Observed>;
  const { service } = observed.Service;
  const domains = domainInputsOf(observed);
  const endpoint = endpointOf(domains.DomainName, observed);
  const record = recordOf(observed.ServiceSecurityGroup?.tags);
  const tags = tagList(authorsTags(lowerCaseTagRecord(service.tags))).filter(
    ({ Key }) => !record.isStackTag(Key),
  );
  const serving = recordedExposures(observed.ServiceSecurityGroup?.tags ?? {})?.serving;
  const loadBalancers = observedLoadBalancers(observations).filter(
    (name) => !spec || name in spec.additionalLoadBalancers,
  );
  const alarmNames = [undefined, ...loadBalancers].map((name) => rollbackAlarmName(ecsService, name));
  const infrastructureRoleArn = service.loadBalancers?.[0]?.advancedConfiguration?.roleArn;
  const read: Inputs = {
    ServiceName: identity.serviceName,
    Cluster: identity.clusterName,
    InfrastructureRoleArn: authorsRole(identity, infrastructureRoleArn),
    ...taskInputs(identity, observed, service),
    ...(observed.TargetGroupSettings && targetGroupInputOf(observed.TargetGroupSettings)),
    NetworkConfiguration: networkOf(service, madeGroupIds(observations)),
    LoadBalancerConfiguration: loadBalancerInputOf(serving, observed),
    AdditionalLoadBalancers: unlessEmpty(additionalLoadBalancerInputs(loadBalancers, observations, service)),
    ScalingTarget: scalingInputOf(ecsService, observed, record.taskCounts),
    ...settingsInputOf(service, alarmNames, observed.RollbackAlarm?.limits),
    ...domains,
    Authentication: authenticationInput(observed.ListenerRule?.authentication),
    ServiceConnectConfiguration: serviceConnectInput(
      withNamespaceName(serviceConnectOf(service), observed.Namespace),
      allowedSecurityGroupIds(observed.ClientRules),
    ),
    WebAclArn: observed.WebAclAssociation?.webAclArn,
    Tags: tags.length > 0 ? tags.sort((a, b) => (a.Key < b.Key ? -1 : 1)) : undefined,
  };
  const ofVersions = versionInputs(
    scope,
    observations,
    observed.ServiceSecurityGroup?.tags ?? {},
    read.DeploymentConfiguration,
  );
  const inputs = serving?.kind === 'none' ? readWithoutLoadBalancer(read) : { ...read, ...ofVersions };
  const attributes = {
    ServiceArn: identity.serviceArn,
    Endpoint: endpoint,
    Status: { StatusCode: service.status as 'ACTIVE' },
    CreatedAt: oldestOf(scope, observations, service).createdAt?.toISOString(),
    UpdatedAt: lastDeployment(service, active)?.toISOString(),
    CurrentDeployment: deployment && currentDeployment(deployment),
    ActiveConfigurations: active.map((revision) => activeConfiguration(ecsService, observations, revision)),
    ...attributesOf(identity, observed),
    AdditionalLoadBalancerDnsNames: unlessEmpty(
      loadBalancers.flatMap((name) => {
        const { LoadBalancer } = observationsOf(observations, name) as Partial<Observed>;
        return LoadBalancer?.dnsName ?? [];
      }),
    ),
    Versions: versionsOf(scope, observations, healthy),
    ECSManagedResourceArns: managedResourceArns(identity, observed),
    ManagedResources: managedResources(scope, observations, { serving, loadBalancers }, spec !== undefined),
  } satisfies Record<keyof Attributes, unknown>;
  return new ResourceModel({
    ...withSpelledOut(PROPERTIES, defined(inputs), record.isSpelledOut),
    ...defined(attributes),
  });
}

/** The revisions that take traffic now: one, or two during a deployment. */
async function activeRevisions(
  scope: Scope,
  service: Service,
  known: TaskDefinition | undefined,
  deployment: Promise<ServiceDeployment | undefined>,
): Promise<ActiveRevision[]> {
  const serviceRevisionArns = (service.currentServiceRevisions ?? []).map(({ arn }) => arn!);
  const [only, ...others] = serviceRevisionArns;
  if (only === undefined) return [];
  // A single one is what the service says of itself, and needs no call.
  if (others.length === 0) {
    return [{ revision: soleRevision(only, service), definition: known, trafficPercent: 100 }];
  }
  const [{ serviceRevisions = [] }, shares] = await Promise.all([
    scope.clients.ecs.send(new DescribeServiceRevisionsCommand({ serviceRevisionArns })),
    deployment.then(trafficShares),
  ]);
  return Promise.all(
    serviceRevisions.map(async (revision) => ({
      revision,
      definition:
        revision.taskDefinition === known?.taskDefinitionArn
          ? known
          : await describeTaskDefinition(scope, revision.taskDefinition!),
      trafficPercent: shares.get(revision.serviceRevisionArn!),
    })),
  );
}

/** The deployment that is under way. */
async function runningDeployment(
  scope: Scope,
  { currentServiceDeployment: arn }: Service,
): Promise<ServiceDeployment | undefined> {
  const deployment = arn === undefined ? undefined : await describeDeployment(scope, arn);
  return deployment && isRunning(deployment.status) ? deployment : undefined;
}

function currentDeployment(deployment: ServiceDeployment): Properties<CurrentDeployment> {
  const actions = awaitedActions(deployment).map(({ hookId, since, until, timeoutAction, commands }) =>
    defined({
      HookId: hookId,
      Since: since?.toISOString(),
      Until: until?.toISOString(),
      TimeoutAction: timeoutAction,
      ContinueCommand: commands.CONTINUE,
      RollbackCommand: commands.ROLLBACK,
    }),
  );
  return defined({
    ServiceDeploymentArn: deployment.serviceDeploymentArn,
    Status: deployment.status,
    LifecycleStage: deployment.lifecycleStage,
    StartedAt: deployment.startedAt?.toISOString(),
    Progress: progressOf(deployment),
    AwaitedActions: unlessEmpty(actions),
  });
}

/** Per cent of the requests by ARN of the revision, while a deployment shifts them. */
function trafficShares(deployment: ServiceDeployment | undefined): ReadonlyMap<string, number | undefined> {
  const { sourceServiceRevisions = [], targetServiceRevision } = deployment ?? {};
  const revisions = [...sourceServiceRevisions, ...(targetServiceRevision ? [targetServiceRevision] : [])];
  return new Map(
    revisions.map(({ arn, requestedProductionTrafficWeight }) => [arn!, requestedProductionTrafficWeight]),
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
  identity: Identity,
  { TaskDefinition, TaskRole, LogGroup }: Partial<Observed>,
  service: LiveService,
): Properties<ResourceModel> {
  if (!TaskDefinition?.managed) return { TaskDefinitionArn: service.taskDefinition };
  const { definition } = TaskDefinition;
  const isRoleMade = isMadeRole(identity, definition.taskRoleArn);
  const nonce = nonceOf(definition);
  const settings = templateOf(TASK, definition as TaskDefinitionSettings);
  return {
    ...settings,
    ExecutionRoleArn: authorsRole(identity, definition.executionRoleArn),
    ...(isRoleMade && { TaskRoleArn: undefined, ...taskRoleInputs(TaskRole) }),
    Volumes: withVolumeConfigurations(settings.Volumes, service.volumeConfigurations),
    ForceNewDeployment: nonce === undefined ? undefined : { Nonce: nonce },
    PrimaryContainer: containerOf(definition, LogGroup?.name),
    SidecarContainers: sidecarsOf(definition),
    LogGroupDeletionPolicy: LogGroup && (LogGroup.retained ? 'Retain' : 'Delete'),
    LogRetentionInDays: LogGroup?.retentionInDays as ResourceModel['LogRetentionInDays'],
  };
}

/** What a template would say of the role that is made for the containers' own calls. */
function taskRoleInputs(role: ObservedTaskRole | undefined): Pick<Inputs, 'TaskPolicy' | 'TaskPolicyArns'> {
  const document = role?.policies[TASK_POLICY];
  const policy = document && withoutFormer(document);
  return { TaskPolicy: policy && { ...policy }, TaskPolicyArns: unlessEmpty([...(role?.policyArns ?? [])]) };
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
  const container = plainMainContainerOf(definition);
  if (!container) return undefined;
  const { 'awslogs-group': LogGroup, 'awslogs-stream-prefix': LogStreamPrefix } =
    container.logConfiguration?.options ?? {};
  return defined({
    ...templateOf(PRIMARY_CONTAINER, container),
    ContainerPort: mainPortOf(definition) || undefined,
    AwsLogsConfiguration:
      LogGroup !== undefined && LogGroup !== madeLogGroup ? { LogGroup, LogStreamPrefix } : undefined,
  });
}

/** The containers beside the one that receives the traffic, those added by hand too. */
function sidecarsOf({
  containerDefinitions = [],
}: TaskDefinition): Properties<ResourceModel>['SidecarContainers'] {
  const others = containerDefinitions.filter(({ name }) => name !== MAIN_CONTAINER);
  const sidecars = others.map((container) => templateOf(SIDECAR_CONTAINER, container));
  return unlessEmpty(sidecars.sort((a, b) => (a.Name! < b.Name! ? -1 : 1)));
}

/** Ids of the security groups that were made for the service and its additional load balancers. */
function madeGroupIds(observations: Observations): string[] {
  const all: Partial<Observed>[] = allLoadBalancers(observations).map((name) =>
    observationsOf(observations, name),
  );
  return all.flatMap(({ ServiceSecurityGroup }) => ServiceSecurityGroup?.id ?? []);
}

/** The first one, which has no name, and the names of the others. */
function allLoadBalancers(observations: Observations): (string | undefined)[] {
  return [undefined, ...observedLoadBalancers(observations)];
}

/** Without the security groups that were made for the service: its author did not write them. */
function networkOf(
  { networkConfiguration }: Pick<Service, 'networkConfiguration'>,
  made: readonly string[],
): Properties<NetworkConfiguration> {
  const { subnets, securityGroups } = networkConfiguration?.awsvpcConfiguration ?? {};
  return templateOf(NETWORK, { subnets, securityGroups: securityGroups?.filter((id) => !made.includes(id)) });
}

/** Attributes of the target groups are looked at here only, where no change needed them. */
async function settingsWithAttributes(scope: Scope, observations: Observations): Promise<Observations> {
  const settings = allLoadBalancers(observations).map(async (name) => {
    const of = observationsOf(observations, name);
    return [idOf('TargetGroupSettings', name), await withAttributes(scope, of)] as const;
  });
  return Object.fromEntries(await Promise.all(settings));
}

async function withAttributes(
  scope: Scope,
  { TargetGroupSettings: settings, TargetGroups, ListenerRule }: Partial<Observed>,
): Promise<ObservedTargetGroupSettings | undefined> {
  const serving = TargetGroups && servingMember(TargetGroups, ListenerRule);
  if (!settings || settings.attributes || !serving) return settings;
  const attributes = await unless(readAttributes(scope, serving.arn), 'TargetGroupNotFoundException');
  return { ...settings, attributes };
}

/** The way to the service at a load balancer; none when there is no such way. */
function ingressPaths(
  observations: Observations,
  loadBalancer: string | undefined,
): Properties<IngressPath>[] {
  const observed: Partial<Observed> = observationsOf(observations, loadBalancer);
  const Endpoint = endpointOf(domainInputsOf(observed).DomainName, observed);
  return Endpoint === undefined ? [] : [{ AccessType: accessOf(observed.LoadBalancer), Endpoint }];
}

/** Where clients reach the service: a Network Load Balancer by its own name, too. */
function endpointOf(
  hostName: string | undefined,
  { ListenerRule, LoadBalancer }: Partial<Observed>,
): string | undefined {
  const { listener } = ListenerRule ?? {};
  if (!listener) return hostName && `https://${hostName}`;
  const host = hostName ?? LoadBalancer?.dnsName;
  return host && `${listener.protocol.toLowerCase()}://${host}:${listener.port}`;
}

function accessOf(loadBalancer: ObservedLoadBalancer | undefined): 'PUBLIC' | 'PRIVATE' | undefined {
  return loadBalancer && (loadBalancer.scheme === 'internal' ? 'PRIVATE' : 'PUBLIC');
}

function lastDeployment(service: Service, active: readonly ActiveRevision[]): Date | undefined {
  const times = active.flatMap(({ revision: { createdAt } }) => (createdAt ? [Number(createdAt)] : []));
  return times.length > 0 ? new Date(Math.max(...times)) : service.createdAt;
}

function activeConfiguration(
  ecsService: EcsService,
  observations: Observations,
  { revision, definition, trafficPercent }: ActiveRevision,
): Properties<ActiveConfiguration> {
  const observed: Partial<Observed> = observations;
  return defined({
    ServiceRevisionArn: revision.serviceRevisionArn,
    CreatedAt: revision.createdAt?.toISOString(),
    TrafficPercent: trafficPercent,
    ExecutionRoleArn: definition?.executionRoleArn,
    TaskRoleArn: definition?.taskRoleArn,
    TaskDefinitionArn: revision.taskDefinition,
    Cpu: definition?.cpu,
    Memory: definition?.memory,
    HealthCheckPath: observed.TargetGroupSettings?.healthCheck.HealthCheckPath,
    NetworkConfiguration: networkOf(revision, madeGroupIds(observations)),
    PrimaryContainer: definition && containerOf(definition, observed.LogGroup?.name),
    ScalingTarget: scalingInputOf(ecsService, observed),
    IngressPaths: unlessEmpty(
      allLoadBalancers(observations).flatMap((name) => ingressPaths(observations, name)),
    ),
  });
}

/** What alarms, rules of security groups and DNS records of other resources refer to. */
function attributesOf(
  { clusterName, serviceName }: Identity,
  { LoadBalancer, ServiceSecurityGroup, TargetGroups }: Partial<Observed>,
) {
  return {
    Name: serviceName,
    ClusterName: clusterName,
    LoadBalancerFullName: LoadBalancer?.fullName,
    LoadBalancerDnsName: LoadBalancer?.dnsName,
    LoadBalancerCanonicalHostedZoneId: LoadBalancer?.canonicalHostedZoneId,
    TargetGroupFullNames: TargetGroups && [...TargetGroups.fullNames],
    ServiceSecurityGroupIds: listOf(ServiceSecurityGroup?.id),
    LoadBalancerSecurityGroupIds: LoadBalancer && [...LoadBalancer.securityGroupIds],
  };
}

function managedResourceArns(
  { partition, region, accountId }: Identity,
  observed: Partial<Observed>,
): Properties<ECSManagedResourceArns> {
  const securityGroupArn = (id: string) => `arn:${partition}:ec2:${region}:${accountId}:security-group/${id}`;
  const { LoadBalancer, ServiceSecurityGroup, ScalableTarget, ScalingPolicy } = observed;
  const listener = observed.ListenerRule?.listener;
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
      ListenerArn: observed.Listeners?.httpsArn ?? (listener && observed.ListenerRule?.arn),
      ListenerRuleArn: listener ? undefined : observed.ListenerRule?.arn,
      TargetGroupArns: observed.TargetGroups && [...observed.TargetGroups.arns],
      LoadBalancerSecurityGroups: LoadBalancer?.securityGroupIds.map(securityGroupArn),
      CertificateArn: observed.Certificate?.arn,
    }),
  });
}

function listOf(item: string | undefined): string[] | undefined {
  return item === undefined ? undefined : [item];
}
