/** What is in the task definition that is made from the template. Pure: no call to AWS. */
import type {
  ContainerDefinition,
  HealthCheck,
  LogConfiguration,
  RegisterTaskDefinitionCommandInput,
  TaskDefinition,
  Volume,
} from '@aws-sdk/client-ecs';
import { isDeepStrictEqual } from 'node:util';
import { HEALTH_CHECK_DEFAULTS, MAIN_CONTAINER, type ContainerSpec, type SidecarSpec } from './containers';
import type { ManagedTask } from './spec';

/** Name of its port, as Service Connect and own task definitions need one. */
const PORT_NAME = 'main';

/** Seconds between SIGTERM and SIGKILL. Source: ECS Express Mode. */
const STOP_TIMEOUT_SECONDS = 30;

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

/** Where the container's output goes. */
export interface LogDestination {
  readonly logGroupName: string;
  readonly region: string;
}

/**
 * Content of the task definition that the specification asks for. What the specification does not speak of, a sidecar
 * or a volume that was added by hand for instance, is taken over from `base`.
 *
 * @param base the revision that runs now, if any.
 * @param previous what was asked for before, if anything: what it names and `task` does not is not taken over.
 */
export function desiredContent(
  task: ManagedTask,
  logs: LogDestination,
  base: TaskDefinitionContent = {},
  previous?: ManagedTask,
): TaskDefinitionContent & { containerDefinitions: ContainerDefinition[] } {
  const containers = base.containerDefinitions ?? [];
  const baseOf = (name: string) => containers.find((container) => container.name === name) ?? {};
  const sidecars = (task.sidecars ?? []).map((sidecar) =>
    sidecarContainer(
      sidecar,
      logConfiguration(task, logs, baseOf(sidecar.name)),
      baseOf(sidecar.name),
      previous?.sidecars?.find(({ name }) => name === sidecar.name),
    ),
  );
  return {
    ...registered(base),
    networkMode: 'awsvpc',
    requiresCompatibilities: ['FARGATE'],
    cpu: task.cpu,
    memory: task.memory,
    executionRoleArn: task.executionRoleArn,
    taskRoleArn: task.taskRoleArn,
    runtimePlatform: {
      ...base.runtimePlatform,
      cpuArchitecture: task.cpuArchitecture,
      operatingSystemFamily: 'LINUX',
    },
    ephemeralStorage: task.ephemeralStorageGiB
      ? { sizeInGiB: task.ephemeralStorageGiB }
      : previous?.ephemeralStorageGiB
        ? undefined
        : base.ephemeralStorage,
    volumes: merged(task.volumes, base.volumes, previous?.volumes, nameOf),
    containerDefinitions: merged(
      [mainContainer(task, logs, baseOf(MAIN_CONTAINER), previous), ...sidecars],
      containers,
      previous?.sidecars,
      nameOf,
    ),
  };
}

const nameOf = ({ name }: { readonly name?: string }) => name;

/** The desired items, and those that somebody has added by hand. */
function merged<Item extends Key, Key>(
  desired: readonly Item[] = [],
  base: readonly Item[] = [],
  previous: readonly Key[] = [],
  keyOf: (item: Key) => string | undefined,
): Item[] {
  const named = new Set([...desired, ...previous].map(keyOf));
  return [...desired, ...base.filter((item) => !named.has(keyOf(item)))];
}

/** Members that are ECS's own in a {@link ContainerSpec}, and that may be left out. */
const OPTIONAL = [
  'entryPoint',
  'user',
  'readonlyRootFilesystem',
  'stopTimeout',
  'healthCheck',
  'dependsOn',
] as const satisfies readonly (keyof ContainerSpec & keyof ContainerDefinition)[];

/** What any container has from the template. */
function containerContent(
  container: ContainerSpec,
  base: ContainerDefinition,
  previous: ContainerSpec | undefined,
): ContainerDefinition {
  const optional = OPTIONAL.map((name) => [
    name,
    container[name] ?? (previous?.[name] === undefined ? base[name] : undefined),
  ]);
  return {
    ...base,
    ...Object.fromEntries(optional),
    image: container.image,
    command: container.command && [...container.command],
    environment: Object.entries(container.environment).map(([name, value]) => ({ name, value })),
    secrets: Object.entries(container.secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
    repositoryCredentials: container.repositoryCredentialsArn
      ? { credentialsParameter: container.repositoryCredentialsArn }
      : undefined,
    mountPoints: merged(
      container.mountPoints,
      base.mountPoints,
      previous?.mountPoints,
      ({ containerPath }) => containerPath,
    ),
  };
}

function sidecarContainer(
  sidecar: SidecarSpec,
  logs: LogConfiguration,
  base: ContainerDefinition,
  previous: SidecarSpec | undefined,
): ContainerDefinition {
  return {
    ...containerContent(sidecar, base, previous),
    name: sidecar.name,
    essential: sidecar.essential,
    logConfiguration: logs,
  };
}

function mainContainer(
  task: ManagedTask,
  logs: LogDestination,
  base: ContainerDefinition,
  previous: ManagedTask | undefined,
): ContainerDefinition {
  const content = containerContent(task, base, previous);
  return {
    ...content,
    name: MAIN_CONTAINER,
    essential: true,
    // In awsvpc mode the host port is the container's; ECS fills it in, and it must not look like a change.
    portMappings: [
      { name: PORT_NAME, containerPort: task.containerPort, hostPort: task.containerPort, protocol: 'tcp' },
    ],
    linuxParameters: { ...base.linuxParameters, initProcessEnabled: true },
    stopTimeout: content.stopTimeout ?? STOP_TIMEOUT_SECONDS,
    logConfiguration: logConfiguration(task, logs, base),
  };
}

function logConfiguration(
  task: ManagedTask,
  logs: LogDestination,
  { logConfiguration: base }: ContainerDefinition,
): LogConfiguration {
  return {
    logDriver: 'awslogs',
    options: {
      // A container that logs faster than CloudWatch takes it must not stand still. Source: ECS Express Mode.
      mode: 'non-blocking',
      'max-buffer-size': '25m',
      ...(base?.logDriver === 'awslogs' && base.options),
      'awslogs-group': logs.logGroupName,
      'awslogs-region': logs.region,
      'awslogs-stream-prefix': task.logs.streamPrefix,
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
    healthCheck: container.healthCheck && normalisedHealthCheck(container.healthCheck),
    environment: sortedBy(nameOf, container.environment),
    secrets: sortedBy(nameOf, container.secrets),
    dependsOn: sortedBy(({ containerName }) => containerName, container.dependsOn),
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

/** The container that receives the traffic, in a task definition. */
export function mainContainerOf(content: TaskDefinitionContent): ContainerDefinition | undefined {
  return content.containerDefinitions?.find(({ name }) => name === MAIN_CONTAINER);
}

/**
 * What keeps an author's own task definition from being used, in words; undefined when nothing does.
 * Source: the requirements of ECS Express Mode on own task definitions.
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
