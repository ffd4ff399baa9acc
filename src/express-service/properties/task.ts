/** The task that a service runs, as a template describes it. Pure: no call to AWS. */
import type { Volume } from '@aws-sdk/client-ecs';
import { containerSpec, sidecarSpecs, volumes, type ContainerSpec, type SidecarSpec } from './containers';
import { invalid } from '../../core/failure';
import { checkSize } from '../../aws/ecs/fargate';
import type { ResourceModel, TypeConfigurationModel } from '../model';
import { checkTask } from './task-checks';
import { defined } from '../../core/unset';

/** A task definition made from the template's properties. */
export interface ManagedTask extends ContainerSpec {
  readonly kind: 'managed';
  readonly containerPort: number;
  readonly sidecars?: readonly SidecarSpec[];
  readonly volumes?: readonly Volume[];
  readonly ephemeralStorageGiB?: number;
  /** Makes the revision another one than that with any other text. */
  readonly nonce?: string;
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

/** Defaults of a task definition made here. Source: what ECS Express Mode applies (Amazon ECS Developer Guide). */
export const TASK_DEFAULTS = {
  ContainerPort: 80,
  Cpu: '1024',
  Memory: '2048',
  CpuArchitecture: 'X86_64',
  LogStreamPrefix: 'ecs',
  LogRetentionInDays: 30,
  LogGroupDeletionPolicy: 'Delete',
} as const;

/** Properties that describe a task definition made here; with an external one they say nothing. */
export type ManagedTaskInput = Pick<
  ResourceModel,
  | 'ExecutionRoleArn'
  | 'TaskRoleArn'
  | 'PrimaryContainer'
  | 'SidecarContainers'
  | 'Cpu'
  | 'Memory'
  | 'CpuArchitecture'
  | 'EphemeralStorage'
  | 'Volumes'
  | 'ForceNewDeployment'
  | 'LogGroupDeletionPolicy'
  | 'LogRetentionInDays'
>;

/**
 * The author's task definition.
 *
 * @param excluded what cannot be given together with it.
 * @throws HandlerError InvalidRequest.
 */
export function externalTask(taskDefinitionArn: string, excluded: ManagedTaskInput): ExternalTask {
  for (const [name, value] of Object.entries(excluded)) {
    if (value !== undefined && value !== null) {
      throw invalid(
        name,
        'cannot be given together with TaskDefinitionArn',
        `Remove ${name} or TaskDefinitionArn`,
      );
    }
  }
  return { kind: 'external', taskDefinitionArn };
}

/**
 * The task definition that is to be made.
 *
 * @throws HandlerError InvalidRequest.
 */
export function managedTask(input: ManagedTaskInput, configuration: TypeConfigurationModel): ManagedTask {
  const { PrimaryContainer: container, ExecutionRoleArn, TaskRoleArn } = input;
  const cpu = input.Cpu ?? TASK_DEFAULTS.Cpu;
  const memory = input.Memory ?? TASK_DEFAULTS.Memory;
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
  const containerPort = container?.ContainerPort ?? TASK_DEFAULTS.ContainerPort;
  const sidecars = sidecarSpecs(input.SidecarContainers, registries);
  const taskVolumes = volumes(input.Volumes);
  checkTask({ ...main, containerPort }, sidecars, taskVolumes);
  return {
    kind: 'managed',
    ...main,
    containerPort,
    sidecars,
    volumes: taskVolumes,
    ephemeralStorageGiB: input.EphemeralStorage?.SizeInGiB,
    nonce: input.ForceNewDeployment?.Nonce,
    executionRoleArn: ExecutionRoleArn,
    taskRoleArn: TaskRoleArn,
    cpu,
    memory,
    cpuArchitecture: input.CpuArchitecture ?? TASK_DEFAULTS.CpuArchitecture,
    logs: logsOf(input),
  };
}

const LOG_GROUP_PROPERTIES = [
  'LogRetentionInDays',
  'LogGroupDeletionPolicy',
] as const satisfies readonly LogGroupProperty[];

function logsOf({ PrimaryContainer, ...input }: ManagedTaskInput): Logs {
  const { LogGroup: logGroupName, LogStreamPrefix: streamPrefix = TASK_DEFAULTS.LogStreamPrefix } =
    PrimaryContainer?.AwsLogsConfiguration ?? {};
  const { LogRetentionInDays, LogGroupDeletionPolicy } = logGroupName
    ? input
    : { ...TASK_DEFAULTS, ...defined(input) };
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

/** First version of the Fargate platform with EFS volumes and ephemeral storage. Source: Amazon ECS Developer Guide. */
const STORAGE_SINCE = '1.4.0';

/**
 * Check what settings of the service need of the task. What an external task definition has is not known here.
 *
 * @throws HandlerError InvalidRequest.
 */
export function checkTaskSettings(
  task: ManagedTask | ExternalTask,
  {
    EnableExecuteCommand,
    PlatformVersion = STORAGE_SINCE,
  }: Pick<ResourceModel, 'EnableExecuteCommand' | 'PlatformVersion'>,
): void {
  if (task.kind === 'external') return;
  const { sidecars = [], volumes: taskVolumes = [], ephemeralStorageGiB } = task;
  if (EnableExecuteCommand && !task.taskRoleArn) {
    throw invalid(
      'EnableExecuteCommand',
      'needs a task role',
      'Give TaskRoleArn a role that permits ssmmessages:CreateControlChannel, CreateDataChannel, OpenControlChannel and OpenDataChannel',
    );
  }
  const containers = [task, ...sidecars];
  const readonly = containers.findIndex(({ readonlyRootFilesystem }) => readonlyRootFilesystem);
  if (EnableExecuteCommand && readonly >= 0) {
    const path = readonly === 0 ? 'PrimaryContainer' : `SidecarContainers/${readonly - 1}`;
    throw invalid(
      'EnableExecuteCommand',
      `needs to write to the root file system, which ${path}/ReadonlyRootFilesystem forbids`,
      'Remove one of the two',
    );
  }
  const isBeforeStorage = PlatformVersion !== 'LATEST' && isEarlier(PlatformVersion, STORAGE_SINCE);
  const storage = taskVolumes.length > 0 ? 'Volumes' : ephemeralStorageGiB ? 'EphemeralStorage' : undefined;
  if (isBeforeStorage && storage) {
    throw invalid(
      'PlatformVersion',
      `${PlatformVersion} has no ${storage}`,
      `Use ${STORAGE_SINCE} or LATEST`,
    );
  }
}

function isEarlier(version: string, other: string): boolean {
  return version.localeCompare(other, 'en', { numeric: true }) < 0;
}
