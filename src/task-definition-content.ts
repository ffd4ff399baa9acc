/** What is in the task definition that is made from the template. Pure: no call to AWS. */
import type {
  ContainerDefinition,
  KeyValuePair,
  RegisterTaskDefinitionCommandInput,
  TaskDefinition,
} from '@aws-sdk/client-ecs';
import { isDeepStrictEqual } from 'node:util';
import type { ManagedTask } from './spec';

/** Name of the container that receives the service's traffic. Source: ECS Express Mode. */
export const MAIN_CONTAINER = 'Main';

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
 */
export function desiredContent(
  task: ManagedTask,
  logs: LogDestination,
  base: TaskDefinitionContent = {},
): TaskDefinitionContent & { containerDefinitions: ContainerDefinition[] } {
  const containers = base.containerDefinitions ?? [];
  const main = containers.find(({ name }) => name === MAIN_CONTAINER) ?? {};
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
    containerDefinitions: [
      mainContainer(task, logs, main),
      ...containers.filter(({ name }) => name !== MAIN_CONTAINER),
    ],
  };
}

function mainContainer(
  task: ManagedTask,
  logs: LogDestination,
  base: ContainerDefinition,
): ContainerDefinition {
  return {
    ...base,
    name: MAIN_CONTAINER,
    image: task.image,
    essential: true,
    // In awsvpc mode the host port is the container's; ECS fills it in, and it must not look like a change.
    portMappings: [
      { name: PORT_NAME, containerPort: task.containerPort, hostPort: task.containerPort, protocol: 'tcp' },
    ],
    command: task.command && [...task.command],
    environment: Object.entries(task.environment).map(([name, value]) => ({ name, value })),
    secrets: Object.entries(task.secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
    repositoryCredentials: task.repositoryCredentialsArn
      ? { credentialsParameter: task.repositoryCredentialsArn }
      : undefined,
    linuxParameters: { ...base.linuxParameters, initProcessEnabled: true },
    stopTimeout: base.stopTimeout ?? STOP_TIMEOUT_SECONDS,
    logConfiguration: {
      logDriver: 'awslogs',
      options: {
        // A container that logs faster than CloudWatch takes it must not stand still. Source: ECS Express Mode.
        mode: 'non-blocking',
        'max-buffer-size': '25m',
        ...(base.logConfiguration?.logDriver === 'awslogs' && base.logConfiguration.options),
        'awslogs-group': logs.logGroupName,
        'awslogs-region': logs.region,
        'awslogs-stream-prefix': task.logs.streamPrefix,
      },
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
    environment: sortedByName(container.environment),
    secrets: sortedByName(container.secrets),
  }));
  return withoutUnset({ ...content, containerDefinitions });
}

function sortedByName<Item extends Pick<KeyValuePair, 'name'>>(items: readonly Item[] | undefined): Item[] {
  return [...(items ?? [])].sort((a, b) => (a.name! < b.name! ? -1 : 1));
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
