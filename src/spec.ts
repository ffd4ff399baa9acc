import type { Volume } from '@aws-sdk/client-ecs';
import {
  HEALTH_CHECK_DEFAULTS,
  checkTask,
  containerSpec,
  sidecarSpecs,
  volumes,
  type ContainerSpec,
  type SidecarSpec,
} from './containers';
import { HandlerError, invalid } from './errors';
import {
  DEPLOYMENT_DEFAULTS,
  alarmLimits,
  optionalSettings,
  type AlarmLimits,
  type OptionalSettings,
} from './optional-settings';
import { FARGATE_CPU, fargateMemory } from './fargate';
import { RESERVED_TAG_PREFIX, type Identity } from './identity';
import type { ResourceModel, ScalingMetric as ScalingMetricModel, TypeConfigurationModel } from './model';

/** The desired state of a service: every default applied, every rule that needs no call to AWS checked. */
export interface ServiceSpec {
  /** Whether the cluster is made when it is absent; only the one named `default` is. */
  readonly createsCluster: boolean;
  readonly infrastructureRoleArn: string;
  readonly task: ManagedTask | OwnTask;
  /** Empty means: the public subnets of the default VPC. */
  readonly subnetIds: readonly string[];
  readonly additionalSecurityGroupIds: readonly string[];
  readonly healthCheckPath: string;
  readonly scaling: Scaling;
  /** Undefined members mean that the template says nothing. */
  readonly settings?: OptionalSettings;
  readonly rollbackAlarm?: AlarmLimits;
  readonly domain: Domain;
  /** Web ACL of the load balancer; undefined means none. */
  readonly webAclArn?: string;
  /** Tags that the author gave, by key: those of the resource and those of the stack. */
  readonly tags: Readonly<Record<string, string>>;
}

/** A task definition made from the template's properties. */
export interface ManagedTask extends ContainerSpec {
  readonly kind: 'managed';
  readonly containerPort: number;
  readonly sidecars?: readonly SidecarSpec[];
  readonly volumes?: readonly Volume[];
  readonly ephemeralStorageGiB?: number;
  readonly executionRoleArn: string;
  readonly taskRoleArn?: string;
  /** CPU units. */
  readonly cpu: string;
  /** MiB. */
  readonly memory: string;
  readonly cpuArchitecture: 'X86_64' | 'ARM64';
  readonly logs: Logs;
}

/** A task definition that the author brings. */
export interface OwnTask {
  readonly kind: 'own';
  readonly taskDefinitionArn: string;
}

/** Where the container's output goes. */
export interface Logs {
  /** Name of the author's log group; undefined means that one is made. */
  readonly logGroupName?: string;
  readonly streamPrefix: string;
  /** Of the log group that is made. */
  readonly retentionInDays: number;
}

export interface Scaling extends ScalingMetric {
  readonly minTaskCount: number;
  readonly maxTaskCount: number;
  readonly additionalMetrics?: readonly ScalingMetric[];
  readonly cooldowns?: ScalingCooldowns;
}

/** What target tracking follows. */
export interface ScalingMetric {
  readonly metric: 'AVERAGE_CPU' | 'AVERAGE_MEMORY' | 'REQUEST_COUNT_PER_TARGET';
  /** Per cent, or requests per target and minute. */
  readonly targetValue: number;
}

/** In seconds; undefined means that the template says nothing. Named as in Application Auto Scaling. */
export interface ScalingCooldowns {
  readonly ScaleInCooldown?: number;
  readonly ScaleOutCooldown?: number;
}

/** How the service is reached. */
export interface Domain {
  readonly hostName: string;
  readonly hostedZoneId: string;
  /** An issued certificate that covers the host name; undefined means that one is requested. */
  readonly certificateArn?: string;
}

/** What the specification is made from. */
export interface SpecRequest {
  readonly model: ResourceModel;
  readonly configuration: TypeConfigurationModel;
  readonly identity: Identity;
  /** Tags of the stack, overlaid with the model's own. */
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Defaults of the properties. Source: what ECS Express Mode applies (Amazon ECS Developer Guide), also where its API
 * reference says otherwise. The schema repeats them for documentation, and a test compares the two.
 */
export const DEFAULTS = {
  Cluster: 'default',
  ContainerPort: 80,
  Cpu: '1024',
  Memory: '2048',
  CpuArchitecture: 'X86_64',
  HealthCheckPath: '/',
  MinTaskCount: 1,
  MaxTaskCount: 20,
  AutoScalingMetric: 'AVERAGE_CPU',
  AutoScalingTargetValue: 60,
  LogStreamPrefix: 'ecs',
  LogRetentionInDays: 30,
  ...HEALTH_CHECK_DEFAULTS,
  ...DEPLOYMENT_DEFAULTS,
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
export function specificationOf({ model, configuration, identity, tags }: SpecRequest): ServiceSpec {
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
    LogRetentionInDays,
    HealthCheckPath = DEFAULTS.HealthCheckPath,
    NetworkConfiguration,
    ScalingTarget,
    CapacityProviderStrategy,
    PlatformVersion,
    EnableExecuteCommand,
    DeploymentConfiguration,
    DomainName,
    HostedZoneId,
    CertificateArn,
    WebAclArn = configuration.WebAclArn,
    Tags,
    // What AWS alone decides is not part of what is desired.
    ServiceArn: _serviceArn,
    Endpoint: _endpoint,
    Status: _status,
    CreatedAt: _createdAt,
    UpdatedAt: _updatedAt,
    ActiveConfigurations: _activeConfigurations,
    ECSManagedResourceArns: _managedResourceArns,
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
  if (EnableExecuteCommand && !TaskDefinitionArn && !TaskRoleArn) {
    throw invalid(
      'EnableExecuteCommand',
      'needs a task role',
      'Give TaskRoleArn a role that permits ssmmessages:CreateControlChannel, CreateDataChannel, OpenControlChannel and OpenDataChannel',
    );
  }
  if (EnableExecuteCommand && PrimaryContainer?.ReadonlyRootFilesystem) {
    throw invalid(
      'EnableExecuteCommand',
      'needs to write to the root file system, which PrimaryContainer/ReadonlyRootFilesystem forbids',
      'Remove one of the two',
    );
  }
  checkCluster(Cluster, identity);
  checkTags(Tags);
  const task: ManagedTaskInput = {
    ExecutionRoleArn,
    TaskRoleArn,
    PrimaryContainer,
    SidecarContainers,
    Cpu,
    Memory,
    CpuArchitecture,
    EphemeralStorage,
    Volumes,
    LogRetentionInDays,
  };
  return {
    createsCluster: identity.clusterName === DEFAULTS.Cluster,
    infrastructureRoleArn: InfrastructureRoleArn,
    task: TaskDefinitionArn ? ownTask(TaskDefinitionArn, task) : managedTask(task, configuration),
    ...subnetsAndSecurityGroups(NetworkConfiguration),
    healthCheckPath: HealthCheckPath,
    scaling: scaling(ScalingTarget),
    settings: optionalSettings({
      CapacityProviderStrategy,
      PlatformVersion,
      EnableExecuteCommand,
      DeploymentConfiguration,
    }),
    rollbackAlarm: alarmLimits(DeploymentConfiguration?.RollbackAlarm),
    domain: domain({ DomainName, HostedZoneId, CertificateArn, ServiceName }, configuration, identity),
    webAclArn: WebAclArn,
    tags,
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

/** Properties that describe a task definition made here; with an own task definition they say nothing. */
type ManagedTaskInput = Pick<
  Properties,
  | 'ExecutionRoleArn'
  | 'TaskRoleArn'
  | 'PrimaryContainer'
  | 'SidecarContainers'
  | 'Cpu'
  | 'Memory'
  | 'CpuArchitecture'
  | 'EphemeralStorage'
  | 'Volumes'
  | 'LogRetentionInDays'
>;

function ownTask(taskDefinitionArn: string, excluded: ManagedTaskInput): OwnTask {
  for (const [name, value] of Object.entries(excluded)) {
    if (value !== undefined && value !== null) {
      throw invalid(
        name,
        'cannot be given together with TaskDefinitionArn',
        `Remove ${name} or TaskDefinitionArn`,
      );
    }
  }
  return { kind: 'own', taskDefinitionArn };
}

function managedTask(input: ManagedTaskInput, configuration: TypeConfigurationModel): ManagedTask {
  const { PrimaryContainer: container, ExecutionRoleArn, TaskRoleArn } = input;
  const cpu = input.Cpu ?? DEFAULTS.Cpu;
  const memory = input.Memory ?? DEFAULTS.Memory;
  const { PermittedImageRegistries: registries } = configuration;
  const main = containerSpec(container, 'PrimaryContainer', registries);
  if (!ExecutionRoleArn) {
    throw invalid(
      'ExecutionRoleArn',
      'is missing',
      'Give the ARN of a role that trusts ecs-tasks.amazonaws.com and may pull the image, or give TaskDefinitionArn',
    );
  }
  checkSize(cpu, memory);
  const sidecars = sidecarSpecs(input.SidecarContainers, registries);
  const taskVolumes = volumes(input.Volumes);
  checkTask(main, sidecars, taskVolumes);
  return {
    kind: 'managed',
    ...main,
    containerPort: container?.ContainerPort ?? DEFAULTS.ContainerPort,
    sidecars,
    volumes: taskVolumes,
    ephemeralStorageGiB: input.EphemeralStorage?.SizeInGiB,
    executionRoleArn: ExecutionRoleArn,
    taskRoleArn: TaskRoleArn,
    cpu,
    memory,
    cpuArchitecture: input.CpuArchitecture ?? DEFAULTS.CpuArchitecture,
    logs: {
      logGroupName: container?.AwsLogsConfiguration?.LogGroup,
      streamPrefix: container?.AwsLogsConfiguration?.LogStreamPrefix ?? DEFAULTS.LogStreamPrefix,
      retentionInDays: input.LogRetentionInDays ?? DEFAULTS.LogRetentionInDays,
    },
  };
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

function scaling(target: Properties['ScalingTarget']): Scaling {
  const maxTaskCount = target?.MaxTaskCount ?? Math.max(DEFAULTS.MaxTaskCount, target?.MinTaskCount ?? 0);
  const minTaskCount = target?.MinTaskCount ?? DEFAULTS.MinTaskCount;
  if (minTaskCount > maxTaskCount) {
    throw invalid(
      'ScalingTarget/MinTaskCount',
      `is ${minTaskCount}, more than MaxTaskCount, ${maxTaskCount}`,
      'Make MinTaskCount at most MaxTaskCount',
    );
  }
  const metric = target?.AutoScalingMetric ?? DEFAULTS.AutoScalingMetric;
  return {
    minTaskCount,
    maxTaskCount,
    metric,
    targetValue: target?.AutoScalingTargetValue ?? DEFAULTS.AutoScalingTargetValue,
    additionalMetrics: target?.AdditionalMetrics && additionalMetrics(target.AdditionalMetrics, metric),
    cooldowns: target && {
      ScaleInCooldown: target.ScaleInCooldown,
      ScaleOutCooldown: target.ScaleOutCooldown,
    },
  };
}

function additionalMetrics(
  given: readonly ScalingMetricModel[],
  first: ScalingMetric['metric'],
): ScalingMetric[] {
  const followed = new Set([first]);
  return given.map(({ AutoScalingMetric: metric, AutoScalingTargetValue: targetValue }, index) => {
    const path = `ScalingTarget/AdditionalMetrics/${index}`;
    if (!metric) throw invalid(`${path}/AutoScalingMetric`, 'is missing', 'Name the metric');
    if (targetValue === undefined) {
      throw invalid(`${path}/AutoScalingTargetValue`, 'is missing', 'Give the value to keep');
    }
    if (followed.has(metric)) {
      throw invalid(`${path}/AutoScalingMetric`, `${metric} is followed already`, 'Follow each metric once');
    }
    followed.add(metric);
    return { metric, targetValue };
  });
}

function domain(
  input: Pick<Properties, 'DomainName' | 'HostedZoneId' | 'CertificateArn' | 'ServiceName'>,
  configuration: TypeConfigurationModel,
  identity: Identity,
): Domain {
  const { BaseDomain, HostedZoneId } = configuration;
  const hostName = input.DomainName ?? defaultHostName(identity, input.ServiceName, BaseDomain);
  const inBaseDomain = BaseDomain !== undefined && hostName.endsWith(`.${BaseDomain}`);
  const hostedZoneId = input.HostedZoneId ?? (inBaseDomain ? HostedZoneId : undefined);
  if (!hostedZoneId) {
    throw invalid(
      'HostedZoneId',
      `is missing: nothing says which hosted zone holds ${hostName}`,
      input.DomainName
        ? 'Give the id of the Route 53 hosted zone of DomainName'
        : 'Set HostedZoneId in the configuration of the type Org::ECS::ExpressService, beside BaseDomain',
    );
  }
  const wildcard = isOneLabelBelow(hostName, BaseDomain) ? configuration.CertificateArn : undefined;
  return { hostName, hostedZoneId, certificateArn: input.CertificateArn ?? wildcard };
}

/** `<service>.<base domain>`; the service's name as a DNS label (RFC 1123: letters, digits, hyphens, 63 at most). */
function defaultHostName(
  identity: Identity,
  givenName: string | undefined,
  baseDomain: string | undefined,
): string {
  if (!baseDomain) {
    throw invalid(
      'DomainName',
      'is missing, and the type Org::ECS::ExpressService has no base domain in this account and Region',
      'Give DomainName and HostedZoneId, or set BaseDomain and HostedZoneId in the configuration of the type (aws cloudformation set-type-configuration)',
    );
  }
  const label = identity.serviceName.toLowerCase().replace(/_/g, '-');
  const hostName = `${label}.${baseDomain}`;
  if (label.length > 63 || label.startsWith('-') || label.endsWith('-') || hostName.length > 253) {
    throw invalid(
      givenName ? 'ServiceName' : 'DomainName',
      `the service's name "${identity.serviceName}" makes no host name in ${baseDomain}`,
      'Give a ServiceName of at most 63 letters, digits and inner hyphens, or give DomainName',
    );
  }
  return hostName;
}

/** Whether a wildcard certificate for `*.base` covers the host name: it does for one label only (RFC 6125). */
function isOneLabelBelow(hostName: string, base: string | undefined): boolean {
  return base !== undefined && hostName.slice(hostName.indexOf('.') + 1) === base;
}

function checkCluster(cluster: string | undefined, { region, accountId }: Identity): void {
  const parts = cluster?.split(':') ?? [];
  if (parts.length > 1 && (parts[3] !== region || parts[4] !== accountId)) {
    throw invalid(
      'Cluster',
      `${cluster} is in another account or Region`,
      `Name a cluster of account ${accountId} in ${region}`,
    );
  }
}

function checkTags(tags: Properties['Tags']): void {
  const keys = new Set<string>();
  for (const [index, { Key }] of (tags ?? []).entries()) {
    if (!Key) throw invalid(`Tags/${index}/Key`, 'is missing', 'Name the tag');
    if (/^aws:/i.test(Key) || Key.startsWith(RESERVED_TAG_PREFIX)) {
      throw invalid(`Tags/${index}/Key`, `"${Key}" begins with a reserved prefix`, 'Choose another key');
    }
    if (keys.has(Key)) throw invalid(`Tags/${index}/Key`, `"${Key}" appears twice`, 'Give each key once');
    keys.add(Key);
  }
}

function checkSize(cpu: string, memory: string): void {
  const sizes = fargateMemory(cpu);
  if (sizes.length === 0) {
    throw invalid(
      'Cpu',
      `Fargate does not offer ${cpu} CPU units`,
      `Choose one of ${FARGATE_CPU.join(', ')}`,
    );
  }
  if (!sizes.includes(Number(memory))) {
    throw invalid(
      'Memory',
      `Fargate does not offer ${memory} MiB with ${cpu} CPU units`,
      `Choose ${sizes.length > 4 ? `${sizes[0]} to ${sizes.at(-1)} in steps of ${sizes[1]! - sizes[0]!}` : `one of ${sizes.join(', ')}`}`,
    );
  }
}
