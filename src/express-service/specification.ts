import { HEALTH_CHECK_DEFAULTS } from './properties/containers';
import { domainsOf, domainsOfModel, type Domain, type DomainsRequest } from './properties/domains';
import { HandlerError, invalid } from '../core/failure';
import {
  DEPLOYMENT_DEFAULTS,
  alarmLimits,
  optionalSettings,
  type AlarmLimits,
  type OptionalSettings,
} from './properties/optional-settings';
import { domainTags } from './memory/hosts';
import { checkCluster, type Identity } from './identity/identity';
import {
  LOAD_BALANCER_DEFAULTS,
  loadBalancerSpec,
  type LoadBalancerSpec,
} from './properties/load-balancer-settings';
import type { ResourceModel, TypeConfigurationModel } from './model';
import { checkRoleAccounts } from './properties/role-properties';
import { pathPatterns } from './properties/rule-conditions';
import { SCALING_DEFAULTS, scaling, type Scaling } from './properties/scaling';
import { checkTags } from './identity/tags';
import {
  TARGET_GROUP_DEFAULTS,
  targetGroupSettings,
  type TargetGroupSettings,
} from './properties/target-group-settings';
import {
  TASK_DEFAULTS,
  checkTaskSettings,
  managedTask,
  externalTask,
  type ManagedTask,
  type ManagedTaskInput,
  type ExternalTask,
} from './properties/task';
import { templateRecord } from './memory/template-record';

/** The desired state of a service: every default applied, every rule that needs no call to AWS checked. */
export interface ServiceSpec {
  /** Whether the cluster is made when it is absent; only the one named `default` is. */
  readonly createsCluster: boolean;
  readonly infrastructureRoleArn: string;
  readonly task: ManagedTask | ExternalTask;
  /** Empty means: the public subnets of the default VPC. */
  readonly subnetIds: readonly string[];
  readonly additionalSecurityGroupIds: readonly string[];
  readonly targetGroup: TargetGroupSettings;
  readonly scaling: Scaling;
  /** Undefined members mean that the template says nothing. */
  readonly settings?: OptionalSettings;
  readonly rollbackAlarm?: AlarmLimits;
  /** That of the endpoint. */
  readonly domain: Domain;
  readonly additionalDomains: readonly Domain[];
  /** Paths that the service answers at; empty means all. */
  readonly pathPatterns: readonly string[];
  readonly loadBalancer: LoadBalancerSpec;
  /** Web ACL of a shared load balancer; undefined means none. */
  readonly webAclArn?: string;
  /** Tags that the author gave, by key: those of the resource and those of the stack. */
  readonly tags: Readonly<Record<string, string>>;
  /** Tag of the service's security group; see template-record.ts. */
  readonly templateRecord: Readonly<Record<string, string>>;
}

/** What the specification is made from. */
export interface SpecRequest {
  readonly model: ResourceModel;
  readonly configuration: TypeConfigurationModel;
  readonly identity: Identity;
  /** Tags of the stack, overlaid with the model's own. */
  readonly tags: Readonly<Record<string, string>>;
  /** See {@link DomainsRequest.recorded}. */
  readonly recordedDomains?: DomainsRequest['recorded'];
}

/**
 * Defaults of the properties. Source: what ECS Express Mode applies (Amazon ECS Developer Guide), also where its API
 * reference says otherwise. The schema repeats them for documentation, and a test compares the two.
 */
export const DEFAULTS = {
  Cluster: 'default',
  ...TASK_DEFAULTS,
  ...SCALING_DEFAULTS,
  ...HEALTH_CHECK_DEFAULTS,
  ...DEPLOYMENT_DEFAULTS,
  ...LOAD_BALANCER_DEFAULTS,
  ...TARGET_GROUP_DEFAULTS,
} as const;

/** Data members of the model: what the schema calls properties. */
type Properties = {
  [
    Name in keyof ResourceModel as ResourceModel[Name] extends (...args: never[]) => unknown ? never : Name
  ]: ResourceModel[Name];
};

/**
 * The desired state that a model describes.
 *
 * Every property of the schema is named here: one that is added does not compile until it has its place.
 *
 * @throws HandlerError InvalidRequest with the path of the property that is wrong.
 */
export function specificationOf({
  model,
  configuration,
  identity,
  tags,
  recordedDomains,
}: SpecRequest): ServiceSpec {
  const {
    Cluster,
    ServiceName,
    InfrastructureRoleArn,
    ExecutionRoleArn,
    TaskRoleArn,
    TaskDefinitionArn,
    PrimaryContainer,
    SidecarContainers,
    Cpu,
    Memory,
    CpuArchitecture,
    EphemeralStorage,
    Volumes,
    ForceNewDeployment,
    LogGroupDeletionPolicy,
    LogRetentionInDays,
    HealthCheckPath,
    TargetGroupConfiguration,
    NetworkConfiguration,
    LoadBalancerConfiguration,
    ScalingTarget,
    CapacityProviderStrategy,
    PlatformVersion,
    EnableExecuteCommand,
    DeploymentConfiguration,
    DomainName,
    HostedZoneId,
    CertificateArn,
    AdditionalDomains,
    PathPatterns,
    WebAclArn,
    Tags,
    // What AWS alone decides is not part of what is desired.
    ServiceArn: _serviceArn,
    Name: _name,
    ClusterName: _clusterName,
    Endpoint: _endpoint,
    LoadBalancerFullName: _loadBalancerFullName,
    LoadBalancerDnsName: _loadBalancerDnsName,
    LoadBalancerCanonicalHostedZoneId: _loadBalancerCanonicalHostedZoneId,
    TargetGroupFullNames: _targetGroupFullNames,
    ServiceSecurityGroupIds: _serviceSecurityGroupIds,
    LoadBalancerSecurityGroupIds: _loadBalancerSecurityGroupIds,
    Status: _status,
    CreatedAt: _createdAt,
    UpdatedAt: _updatedAt,
    ActiveConfigurations: _activeConfigurations,
    ECSManagedResourceArns: _managedResourceArns,
    ManagedResources: _managedResources,
    ...unmapped
  }: Properties = model;
  unmapped satisfies Record<string, never>;

  if (!InfrastructureRoleArn) {
    throw invalid(
      'InfrastructureRoleArn',
      'is missing',
      'Give the ARN of a role that trusts ecs.amazonaws.com',
    );
  }
  checkCluster(Cluster, identity);
  const taskInput: ManagedTaskInput = {
    ExecutionRoleArn,
    TaskRoleArn,
    PrimaryContainer,
    SidecarContainers,
    Cpu,
    Memory,
    CpuArchitecture,
    EphemeralStorage,
    Volumes,
    ForceNewDeployment,
    LogGroupDeletionPolicy,
    LogRetentionInDays,
  };
  const loadBalancer = loadBalancerSpec(LoadBalancerConfiguration, WebAclArn);
  const domains = domainsOfModel({
    model: { DomainName, HostedZoneId, CertificateArn, ServiceName, AdditionalDomains },
    configuration,
    identity,
    isExternalListener: loadBalancer.kind === 'external',
    recorded: recordedDomains,
  });
  checkTags(Tags, tags, domainTags(domains));
  const task = TaskDefinitionArn
    ? externalTask(TaskDefinitionArn, taskInput)
    : managedTask(taskInput, configuration);
  checkRoleAccounts({ infrastructureRoleArn: InfrastructureRoleArn, task }, identity);
  checkTaskSettings(task, { EnableExecuteCommand, PlatformVersion });
  const scalingSpec = scaling(ScalingTarget);
  return {
    createsCluster: identity.clusterName === DEFAULTS.Cluster,
    infrastructureRoleArn: InfrastructureRoleArn,
    task,
    ...subnetsAndSecurityGroups(NetworkConfiguration),
    targetGroup: targetGroupSettings(TargetGroupConfiguration, HealthCheckPath),
    scaling: scalingSpec,
    settings: optionalSettings({
      CapacityProviderStrategy,
      PlatformVersion,
      EnableExecuteCommand,
      DeploymentConfiguration,
    }),
    rollbackAlarm: alarmLimits(DeploymentConfiguration?.RollbackAlarm),
    ...domains,
    pathPatterns: pathPatterns(PathPatterns, domainsOf(domains)),
    loadBalancer,
    webAclArn: loadBalancer.kind === 'shared' ? (WebAclArn ?? configuration.WebAclArn) : undefined,
    tags,
    templateRecord: templateRecord(model, tags, scalingSpec),
  };
}

/**
 * The desired state before an update.
 *
 * @returns undefined when today's configuration of the type does not allow it any more: then nothing is known of it.
 */
export function specificationBefore(request: SpecRequest): ServiceSpec | undefined {
  try {
    return specificationOf(request);
  } catch (error) {
    if (error instanceof HandlerError) return undefined;
    throw error;
  }
}

function subnetsAndSecurityGroups(
  configuration: Properties['NetworkConfiguration'],
): Pick<ServiceSpec, 'subnetIds' | 'additionalSecurityGroupIds'> {
  const subnetIds = configuration?.Subnets ?? [];
  if (configuration?.Subnets && subnetIds.length === 0) {
    throw invalid(
      'NetworkConfiguration/Subnets',
      'is empty',
      'Name subnets in at least two Availability Zones, or leave Subnets out to use the default VPC',
    );
  }
  return { subnetIds, additionalSecurityGroupIds: configuration?.SecurityGroups ?? [] };
}
