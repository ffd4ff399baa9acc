/** What is in the task definition that is made from the template. Pure: no call to AWS. */
import type {
  ContainerDefinition,
  LogConfiguration,
  PortMapping,
  RegisterTaskDefinitionCommandInput,
  TaskDefinition,
  Volume,
} from '@aws-sdk/client-ecs';
import { isDeepStrictEqual } from 'node:util';
import { completed } from '../../core/property-values';
import { mergeRules, threeWay, type MergeRules } from '../../core/three-way';
import { MAIN_CONTAINER, NONCE_LABEL, SIDECAR_CONTAINER } from './containers';
import { TASK, type ManagedTask } from './task';
import { MAIN_PORT_NAME } from './task-checks';

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

/** All its containers have names, whichever property they come from. */
const MERGE_RULES: MergeRules = {
  ...mergeRules(TASK),
  containerDefinitions: {
    keyOf: ({ name }: ContainerDefinition) => name,
    members: mergeRules(SIDECAR_CONTAINER),
  },
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
    MERGE_RULES,
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
    ...task.definition,
    containerDefinitions: [
      {
        ...task.main,
        portMappings: withHostPorts([
          {
            name: MAIN_PORT_NAME,
            containerPort: task.containerPort,
            protocol: 'tcp',
            ...(task.appProtocol && { appProtocol: task.appProtocol }),
          },
          ...(task.main.portMappings ?? []),
        ]),
        dockerLabels:
          task.nonce === undefined
            ? task.main.dockerLabels
            : { ...task.main.dockerLabels, [NONCE_LABEL]: task.nonce },
        logConfiguration,
      },
      ...task.sidecars.map((sidecar) => ({
        ...sidecar,
        portMappings: withHostPorts(sidecar.portMappings),
        logConfiguration,
      })),
    ],
  };
}

/** In awsvpc mode the host port is the container's; ECS fills it in, and it must not look like a change. */
function withHostPorts(mappings: readonly PortMapping[] | undefined): PortMapping[] | undefined {
  return mappings?.map((mapping) => ({ ...mapping, hostPort: mapping.containerPort }));
}

/** Where the containers of a task write, and what runs beside them. */
export function logConfigurationOf(
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
      [STREAM_PREFIX]: streamPrefix,
    },
  };
}

/**
 * A content whose containers write to a log group under another prefix.
 *
 * @param isFormer tells which prefixes are replaced.
 */
export function withStreamPrefix(
  { containerDefinitions, ...content }: TaskDefinitionContent,
  logGroup: string,
  isFormer: (prefix: string | undefined) => boolean,
  prefix: string,
): TaskDefinitionContent {
  const replaced = containerDefinitions?.map((container) => {
    const { logConfiguration } = container;
    const options = logConfiguration?.options;
    if (options?.['awslogs-group'] !== logGroup || !isFormer(options[STREAM_PREFIX])) return container;
    return {
      ...container,
      logConfiguration: { ...logConfiguration!, options: { ...options, [STREAM_PREFIX]: prefix } },
    };
  });
  return { ...content, containerDefinitions: replaced };
}

const STREAM_PREFIX = 'awslogs-stream-prefix';

/** Whether two contents mean the same to ECS: order of environments, empty lists and unset members do not matter. */
export function isSameContent(a: TaskDefinitionContent, b: TaskDefinitionContent): boolean {
  return isDeepStrictEqual(normalised(registered(a)), normalised(registered(b)));
}

/** What of a task definition can be registered again. */
function registered(content: TaskDefinitionContent): TaskDefinitionContent {
  return Object.fromEntries(REGISTERED.map((name) => [name, content[name]]));
}

function normalised(content: TaskDefinitionContent): unknown {
  const { volumes, ...others } = completed(TASK, content as RegisterTaskDefinitionCommandInput);
  const containerDefinitions = content.containerDefinitions
    ?.map(normalisedContainer)
    .sort((a, b) => (a.name! < b.name! ? -1 : 1));
  return withoutUnset({ ...others, containerDefinitions, volumes: volumes?.map(normalisedVolume) });
}

/** With what ECS fills in, or writes for nothing. */
function normalisedContainer(container: ContainerDefinition): ContainerDefinition {
  const { portMappings, ...others } = completed(SIDECAR_CONTAINER, container);
  return { ...others, portMappings: portMappings?.map(normalisedPort) };
}

function normalisedPort(mapping: PortMapping): PortMapping {
  return { ...mapping, hostPort: mapping.hostPort || mapping.containerPort };
}

/** An empty host is what a volume of the task itself has, and false what one has that is not made for each task. */
function normalisedVolume({ host, configuredAtLaunch, ...volume }: Volume): Volume {
  return {
    ...volume,
    host: host?.sourcePath ? host : undefined,
    configuredAtLaunch: configuredAtLaunch || undefined,
  };
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
  return mainMappingOf(mainContainerOf(content))?.containerPort ?? 0;
}

/** The port mapping that the traffic comes in at. */
export function mainMappingOf({ portMappings = [] }: ContainerDefinition = {}): PortMapping | undefined {
  return portMappings.find(({ name }) => name === MAIN_PORT_NAME) ?? portMappings[0];
}

/** The nonce that a task definition was made with; undefined when there was none. */
export function nonceOf(content: TaskDefinitionContent): string | undefined {
  return mainContainerOf(content)?.dockerLabels?.[NONCE_LABEL];
}

/** The container that receives the traffic, in a task definition. */
export function mainContainerOf(content: TaskDefinitionContent): ContainerDefinition | undefined {
  return content.containerDefinitions?.find(({ name }) => name === MAIN_CONTAINER);
}

/** The container that receives the traffic, without what no property of containers gives it: its port and the nonce. */
export function plainMainContainerOf(content: TaskDefinitionContent): ContainerDefinition | undefined {
  const container = mainContainerOf(content);
  if (!container) return undefined;
  const { [NONCE_LABEL]: _nonce, ...dockerLabels } = container.dockerLabels ?? {};
  const main = mainMappingOf(container);
  return {
    ...container,
    dockerLabels,
    portMappings: container.portMappings?.filter((mapping) => mapping !== main),
  };
}

/**
 * What keeps an external task definition from being used, in words; undefined when nothing does.
 * Source: the requirements of ECS Express Mode on external task definitions.
 */
export function taskDefinitionFlaw(definition: TaskDefinition): string | undefined {
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
    [
      definition.volumes?.some(({ configuredAtLaunch }) => configuredAtLaunch) ?? false,
      'has a volume that is configured at launch, which only Volumes can do here',
    ],
  ];
  return flaws.find(([applies]) => applies)?.[1];
}
