/** What is in the task definition that is made from the template. Pure: no call to AWS. */
import type {
  ContainerDefinition,
  ContainerDependency,
  HealthCheck,
  LogConfiguration,
  MountPoint,
  PortMapping,
  RegisterTaskDefinitionCommandInput,
  TaskDefinition,
  Volume,
} from '@aws-sdk/client-ecs';
import { isDeepStrictEqual } from 'node:util';
import { HEALTH_CHECK_DEFAULTS, MAIN_CONTAINER, type ContainerSpec } from './containers';
import type { ManagedTask } from './task';
import { threeWay, type ItemKeys } from '../../core/three-way';

/** Name of its port, as Service Connect and external task definitions need one. */
const PORT_NAME = 'main';

/** Seconds between SIGTERM and SIGKILL. Source: ECS Express Mode. */
const STOP_TIMEOUT_SECONDS = 30;

/**
 * Docker label of the container that receives the traffic, with the nonce of the template. Another nonce makes another
 * revision, and with it a deployment: an operation that is cut short finds the revision, and does not begin again.
 */
const NONCE_LABEL = 'org-ecs-express.nonce';

/** Members of a registered task definition that can be registered again. */
const REGISTERED = [
  'taskRoleArn',
  'executionRoleArn',
  'networkMode',
  'containerDefinitions',
  'volumes',
  'placementConstraints',
  'requiresCompatibilities',
  'cpu',
  'memory',
  'pidMode',
  'ipcMode',
  'proxyConfiguration',
  'inferenceAccelerators',
  'ephemeralStorage',
  'runtimePlatform',
  'enableFaultInjection',
] as const satisfies readonly (keyof TaskDefinition & keyof RegisterTaskDefinitionCommandInput)[];

/** Everything of a task definition but its family and tags. */
export type TaskDefinitionContent = Pick<TaskDefinition, (typeof REGISTERED)[number]>;

/** What tells the items of its lists apart. Port mappings are one value: a port that changes is not one more. */
const ITEM_KEYS: ItemKeys = {
  containerDefinitions: nameOf,
  volumes: nameOf,
  environment: nameOf,
  secrets: nameOf,
  dependsOn: ({ containerName }: ContainerDependency) => containerName!,
  mountPoints: ({ containerPath }: MountPoint) => containerPath!,
};

/** What a task definition is made of. */
export interface ContentRequest {
  readonly task: ManagedTask;
  /** What the template asked for before; undefined when nothing is known of that. */
  readonly previous?: ManagedTask;
  /** The revision that runs now, if any. */
  readonly live?: TaskDefinitionContent;
  /** Name of the log group that is made when the template names none. */
  readonly madeLogGroup: string;
  readonly region: string;
}

/**
 * Content of the task definition that a service is to run: what the template asks for, with everything that was changed
 * by hand in the revision that runs and that the template does not change.
 */
export function desiredContent({ task, previous, live, ...logs }: ContentRequest): TaskDefinitionContent {
  return threeWay(
    {
      desired: templateContent(task, logs),
      previous: previous && templateContent(previous, logs),
      live: live && registered(live),
    },
    ITEM_KEYS,
  );
}

/** The task definition as the template alone makes it. */
function templateContent(
  task: ManagedTask,
  logs: Pick<ContentRequest, 'madeLogGroup' | 'region'>,
): TaskDefinitionContent {
  const logConfiguration = logConfigurationOf(task, logs);
  return {
    networkMode: 'awsvpc',
    requiresCompatibilities: ['FARGATE'],
    cpu: task.cpu,
    memory: task.memory,
    executionRoleArn: task.executionRoleArn,
    taskRoleArn: task.taskRoleArn,
    runtimePlatform: { cpuArchitecture: task.cpuArchitecture, operatingSystemFamily: 'LINUX' },
    ephemeralStorage: task.ephemeralStorageGiB ? { sizeInGiB: task.ephemeralStorageGiB } : undefined,
    volumes: task.volumes && [...task.volumes],
    containerDefinitions: [
      {
        ...containerContent(task),
        name: MAIN_CONTAINER,
        essential: true,
        // In awsvpc mode the host port is the container's; ECS fills it in, and it must not look like a change.
        portMappings: [
          {
            name: PORT_NAME,
            containerPort: task.containerPort,
            hostPort: task.containerPort,
            protocol: 'tcp',
          },
        ],
        linuxParameters: { initProcessEnabled: true },
        stopTimeout: task.stopTimeout ?? STOP_TIMEOUT_SECONDS,
        dockerLabels: task.nonce === undefined ? undefined : { [NONCE_LABEL]: task.nonce },
        logConfiguration,
      },
      ...(task.sidecars ?? []).map((sidecar) => ({
        ...containerContent(sidecar),
        name: sidecar.name,
        essential: sidecar.essential,
        portMappings: sidecar.portMappings?.map((mapping) => ({
          ...mapping,
          hostPort: mapping.containerPort,
        })),
        logConfiguration,
      })),
    ],
  };
}

/** What any container has from the template. */
function containerContent(container: ContainerSpec): ContainerDefinition {
  return {
    image: container.image,
    command: container.command && [...container.command],
    entryPoint: container.entryPoint && [...container.entryPoint],
    environment: Object.entries(container.environment).map(([name, value]) => ({ name, value })),
    secrets: Object.entries(container.secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
    repositoryCredentials: container.repositoryCredentialsArn
      ? { credentialsParameter: container.repositoryCredentialsArn }
      : undefined,
    user: container.user,
    readonlyRootFilesystem: container.readonlyRootFilesystem,
    stopTimeout: container.stopTimeout,
    healthCheck: container.healthCheck,
    dependsOn: container.dependsOn && [...container.dependsOn],
    mountPoints: container.mountPoints && [...container.mountPoints],
  };
}

function logConfigurationOf(
  { logs: { logGroupName, streamPrefix } }: ManagedTask,
  { madeLogGroup, region }: Pick<ContentRequest, 'madeLogGroup' | 'region'>,
): LogConfiguration {
  return {
    logDriver: 'awslogs',
    options: {
      // A container that logs faster than CloudWatch takes it must not stand still. Source: ECS Express Mode.
      mode: 'non-blocking',
      'max-buffer-size': '25m',
      'awslogs-group': logGroupName ?? madeLogGroup,
      'awslogs-region': region,
      'awslogs-stream-prefix': streamPrefix,
    },
  };
}

/** Whether two contents mean the same to ECS: order of environments, empty lists and unset members do not matter. */
export function isSameContent(a: TaskDefinitionContent, b: TaskDefinitionContent): boolean {
  return isDeepStrictEqual(normalised(registered(a)), normalised(registered(b)));
}

/** What of a task definition can be registered again. */
function registered(content: TaskDefinitionContent): TaskDefinitionContent {
  return Object.fromEntries(REGISTERED.map((name) => [name, content[name]]));
}

function normalised(content: TaskDefinitionContent): unknown {
  const containerDefinitions = content.containerDefinitions?.map((container) => ({
    ...container,
    // ECS writes 0 for a container without CPU units of its own.
    cpu: container.cpu || undefined,
    essential: container.essential ?? true,
    readonlyRootFilesystem: container.readonlyRootFilesystem || undefined,
    dockerLabels: Object.keys(container.dockerLabels ?? {}).length > 0 ? container.dockerLabels : undefined,
    healthCheck: container.healthCheck && normalisedHealthCheck(container.healthCheck),
    environment: sortedBy(nameOf, container.environment),
    secrets: sortedBy(nameOf, container.secrets),
    dependsOn: sortedBy(({ containerName }) => containerName, container.dependsOn),
    portMappings: container.portMappings?.map(normalisedPort),
    mountPoints: sortedBy(({ containerPath }) => containerPath, container.mountPoints).map((mountPoint) => ({
      ...mountPoint,
      readOnly: mountPoint.readOnly || undefined,
    })),
  }));
  return withoutUnset({
    ...content,
    containerDefinitions: sortedBy(nameOf, containerDefinitions),
    volumes: sortedBy(nameOf, content.volumes).map(normalisedVolume),
  });
}

/** With what ECS fills in. */
function normalisedPort(mapping: PortMapping): PortMapping {
  return {
    ...mapping,
    hostPort: mapping.hostPort || mapping.containerPort,
    protocol: mapping.protocol ?? 'tcp',
  };
}

/** With what ECS fills in. */
function normalisedHealthCheck({
  interval,
  timeout,
  retries,
  startPeriod,
  ...rest
}: HealthCheck): HealthCheck {
  return {
    ...rest,
    interval: interval ?? HEALTH_CHECK_DEFAULTS.Interval,
    timeout: timeout ?? HEALTH_CHECK_DEFAULTS.Timeout,
    retries: retries ?? HEALTH_CHECK_DEFAULTS.Retries,
    startPeriod: startPeriod || undefined,
  };
}

/** With what ECS fills in; an empty host is what a volume of the task itself has. */
function normalisedVolume({ host, efsVolumeConfiguration: efs, ...volume }: Volume): Volume {
  return {
    ...volume,
    host: host?.sourcePath ? host : undefined,
    efsVolumeConfiguration: efs && {
      ...efs,
      rootDirectory: efs.rootDirectory ?? '/',
      transitEncryption: efs.transitEncryption ?? 'DISABLED',
      authorizationConfig: {
        ...efs.authorizationConfig,
        iam: efs.authorizationConfig?.iam ?? 'DISABLED',
      },
    },
  };
}

function nameOf({ name }: { readonly name?: string }): string {
  return name!;
}

function sortedBy<Item>(keyOf: (item: Item) => string | undefined, items: readonly Item[] = []): Item[] {
  return [...items].sort((a, b) => (keyOf(a)! < keyOf(b)! ? -1 : 1));
}

/** The value without members that are undefined or empty lists, at every depth. */
function withoutUnset(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUnset);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member != null && !(Array.isArray(member) && member.length === 0))
      .map(([name, member]) => [name, withoutUnset(member)]),
  );
}

/** TCP port of the container that receives the traffic; 0 when it maps none. */
export function mainPortOf(content: TaskDefinitionContent): number {
  const mappings = mainContainerOf(content)?.portMappings;
  const mapping = mappings?.find(({ name }) => name === PORT_NAME) ?? mappings?.[0];
  return mapping?.containerPort ?? 0;
}

/** The nonce that a task definition was made with; undefined when there was none. */
export function nonceOf(content: TaskDefinitionContent): string | undefined {
  return mainContainerOf(content)?.dockerLabels?.[NONCE_LABEL];
}

/** The container that receives the traffic, in a task definition. */
export function mainContainerOf(content: TaskDefinitionContent): ContainerDefinition | undefined {
  return content.containerDefinitions?.find(({ name }) => name === MAIN_CONTAINER);
}

/**
 * What keeps an external task definition from being used, in words; undefined when nothing does.
 * Source: the requirements of ECS Express Mode on external task definitions.
 */
export function flawOf(definition: TaskDefinition): string | undefined {
  const ports = mainContainerOf(definition)?.portMappings?.filter(
    ({ protocol }) => (protocol ?? 'tcp') === 'tcp',
  );
  const flaws: readonly (readonly [boolean, string])[] = [
    [definition.status === 'INACTIVE', 'is INACTIVE'],
    [!definition.requiresCompatibilities?.includes('FARGATE'), 'does not require the compatibility FARGATE'],
    [definition.networkMode !== 'awsvpc', `has the network mode ${definition.networkMode}, not awsvpc`],
    [!ports, `has no container named ${MAIN_CONTAINER}`],
    [ports?.length !== 1, `does not map exactly one TCP port in the container ${MAIN_CONTAINER}`],
    [!ports?.[0]?.name, `maps a port without a name in the container ${MAIN_CONTAINER}`],
  ];
  return flaws.find(([applies]) => applies)?.[1];
}
