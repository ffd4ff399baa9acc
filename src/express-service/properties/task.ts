/** The task that a service runs, as a template describes it. Pure: no call to AWS. */
import type {
  ContainerDefinition,
  EphemeralStorage as EcsEphemeralStorage,
  RegisterTaskDefinitionCommandInput,
  TaskDefinition,
} from '@aws-sdk/client-ecs';
import { checkSize } from '../../aws/ecs/fargate';
import { invalid } from '../../core/failure';
import { specified } from '../../core/property-values';
import { defined } from '../../core/unset';
import {
  AwsLogsConfiguration,
  PrimaryContainer,
  ResourceModel,
  type EphemeralStorage,
  type ForceNewDeployment,
  type Inputs,
  type TypeConfigurationModel,
} from '../model';
import { checkRegistry, MAIN_CONTAINER, PRIMARY_CONTAINER, SIDECAR_CONTAINER } from './containers';
import type { AppProtocol } from './service-connect';
import { inputTable, table, type InputRows } from './table';
import { checkTask } from './task-checks';
import { TASK_ROLE_ROWS } from './task-role';
import { checkVolumes, VOLUME, withManagedVolumes } from './volumes';

/** What can be registered of a task definition, and read. */
export type TaskDefinitionSettings = Pick<
  RegisterTaskDefinitionCommandInput,
  keyof RegisterTaskDefinitionCommandInput & keyof TaskDefinition
>;

const SIZE_REMEDY = 'Give a pair of Cpu and Memory that Fargate has';

/** Properties that describe a task definition made here; with an external one they say nothing. */
export const TASK_ROWS = {
  // First, because messages name roles beside other things.
  ExecutionRoleArn: {
    to: 'executionRoleArn',
    refused: {
      words: /\brole\b/i,
      remedy:
        'Check the ARNs of ExecutionRoleArn and TaskRoleArn: roles of this account that trust ecs-tasks.amazonaws.com',
    },
  },
  TaskRoleArn: { to: 'taskRoleArn' },
  ...TASK_ROLE_ROWS,
  PrimaryContainer: { members: PRIMARY_CONTAINER },
  SidecarContainers: { key: 'Name', items: SIDECAR_CONTAINER },
  CpuArchitecture: {
    write: (cpuArchitecture) => ({ runtimePlatform: { cpuArchitecture, operatingSystemFamily: 'LINUX' } }),
    read: ({ runtimePlatform }) => runtimePlatform?.cpuArchitecture,
  },
  EphemeralStorage: {
    to: 'ephemeralStorage',
    members: table<EphemeralStorage, EcsEphemeralStorage>('EphemeralStorage', {
      SizeInGiB: {
        to: 'sizeInGiB',
        refused: { words: /ephemeral ?storage/i, remedy: 'Give a size that Fargate has' },
      },
    }),
  },
  Volumes: {
    to: 'volumes',
    key: 'Name',
    items: VOLUME,
    check: checkVolumes,
    refused: { words: /volume|file ?system|access ?point/i, remedy: 'Check Volumes and MountPoints' },
  },
  Memory: { to: 'memory', refused: { words: /memory/i, remedy: SIZE_REMEDY } },
  Cpu: { to: 'cpu', refused: { words: /\bcpu\b/i, remedy: SIZE_REMEDY } },
  // It goes to a Docker label: see task-definition-content.ts.
  ForceNewDeployment: {
    members: table<ForceNewDeployment>('ForceNewDeployment', { Nonce: {} }),
  },
  // Both go to the log group.
  LogGroupDeletionPolicy: {},
  LogRetentionInDays: {},
} as const satisfies InputRows<TaskDefinitionSettings>;

export const TASK = inputTable<TaskDefinitionSettings>(TASK_ROWS);

/** What a template says of a task definition made here. */
export type ManagedTaskInput = Pick<Inputs, keyof typeof TASK_ROWS>;

/** A task definition made from the template's properties. */
export interface ManagedTask {
  readonly kind: 'managed';
  /** Of the task definition, but for its containers. */
  readonly definition: Partial<TaskDefinitionSettings>;
  /** The container that receives the traffic, but for its port and its logs. */
  readonly main: ContainerDefinition;
  readonly containerPort: number;
  /** Of that port; undefined unless others connect to it by Service Connect. */
  readonly appProtocol?: AppProtocol;
  readonly sidecars: readonly ContainerDefinition[];
  /** Whether the execution role is made: the template names none. */
  readonly makesExecutionRole?: true;
  /** Makes the revision another one than that with any other text. */
  readonly nonce?: string;
  readonly logs: Logs;
}

/** A task definition that the author brings. */
export interface ExternalTask {
  readonly kind: 'external';
  readonly taskDefinitionArn: string;
}

/** Where the container's output goes. */
export interface Logs {
  /** Name of the author's log group; undefined means that one is made. */
  readonly logGroupName?: string;
  readonly streamPrefix: string;
  /** Of the log group that is made; undefined when the author names one and gives none. */
  readonly retentionInDays?: number;
  /** Whether the log group that is made stays when the service is deleted; undefined like {@link retentionInDays}. */
  readonly retained?: boolean;
  /** Properties of the log group that is made which the author gives although he names one: they may find none. */
  readonly givenBesideName?: readonly LogGroupProperty[];
}

/** Properties of the log group that is made. */
export type LogGroupProperty = 'LogRetentionInDays' | 'LogGroupDeletionPolicy';

/**
 * The author's task definition.
 *
 * @param model in which nothing may stand that describes another one.
 * @throws HandlerError InvalidRequest.
 */
export function externalTask(taskDefinitionArn: string, model: Inputs): ExternalTask {
  const excluded = TASK.properties.find(({ name }) => model[name as keyof Inputs] != null);
  if (!excluded) return { kind: 'external', taskDefinitionArn };
  throw invalid(
    excluded.name,
    'cannot be given together with TaskDefinitionArn',
    `Remove ${excluded.name} or TaskDefinitionArn`,
  );
}

/**
 * The task definition that is to be made.
 *
 * @param madeRoles ARNs of the roles that are made where the template names none.
 * @param appProtocol of the port of an endpoint in Service Connect.
 * @throws HandlerError InvalidRequest.
 */
export function managedTask(
  input: ManagedTaskInput,
  { PermittedImageRegistries: registries }: TypeConfigurationModel,
  madeRoles: { readonly execution: string; readonly task: string | undefined },
  appProtocol?: AppProtocol,
): ManagedTask {
  const { PrimaryContainer: main, SidecarContainers: sidecars = [] } = input;
  if (!main?.Image) {
    throw invalid(
      'PrimaryContainer/Image',
      'is missing',
      'Name the container image, or give TaskDefinitionArn',
    );
  }
  checkRegistry(main.Image, 'PrimaryContainer/Image', registries);
  for (const [index, { Image }] of sidecars.entries()) {
    checkRegistry(Image!, `SidecarContainers/${index}/Image`, registries);
  }
  const given = specified(TASK, input);
  const definition = defined({
    ...given,
    executionRoleArn: given.executionRoleArn ?? madeRoles.execution,
    taskRoleArn: given.taskRoleArn ?? madeRoles.task,
    volumes: withManagedVolumes(given.volumes, input.Volumes),
  });
  checkSize(definition.cpu!, definition.memory!);
  checkTask(input);
  return {
    kind: 'managed',
    definition,
    main: { ...specified(PRIMARY_CONTAINER, main), name: MAIN_CONTAINER, essential: true },
    containerPort: main.ContainerPort ?? PrimaryContainer.DEFAULTS.ContainerPort,
    ...(appProtocol && { appProtocol }),
    sidecars: sidecars.map((sidecar) => specified(SIDECAR_CONTAINER, sidecar)),
    ...(!input.ExecutionRoleArn && { makesExecutionRole: true as const }),
    nonce: input.ForceNewDeployment?.Nonce,
    logs: logsOf(input),
  };
}

const LOG_GROUP_PROPERTIES = [
  'LogRetentionInDays',
  'LogGroupDeletionPolicy',
] as const satisfies readonly LogGroupProperty[];

function logsOf({ PrimaryContainer: container, ...input }: ManagedTaskInput): Logs {
  const {
    LogGroup: logGroupName,
    LogStreamPrefix: streamPrefix = AwsLogsConfiguration.DEFAULTS.LogStreamPrefix,
  } = container?.AwsLogsConfiguration ?? {};
  const { LogRetentionInDays, LogGroupDeletionPolicy } = logGroupName
    ? input
    : { ...ResourceModel.DEFAULTS, ...defined(input) };
  return {
    logGroupName,
    streamPrefix,
    retentionInDays: LogRetentionInDays,
    retained: LogGroupDeletionPolicy && LogGroupDeletionPolicy === 'Retain',
    ...(logGroupName && {
      givenBesideName: LOG_GROUP_PROPERTIES.filter((name) => input[name] !== undefined),
    }),
  };
}
