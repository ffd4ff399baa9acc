/** The life of tasks, from PROVISIONING to STOPPED. Tasks that start or stop together go through it together. */
import type { Structure } from '../service';
import { ecsArn } from './arns';
import { nextProvider } from './capacity-providers';
import { behaviourOf } from './containers';
import { now, type EcsContext } from './context';
import { nameTasks, recordEvent } from './events';
import type { Flow } from './flow';
import { isHealthy, isUnhealthy, type HealthCheck } from './health-check';
import { createNetworkInterface } from './network-interfaces';
import type { ServiceRevision, Tag, Task, TaskDefinition } from './state';
import { mergeTags } from './tags';
import { deregisterTargets, registerTargets } from './target-groups';
import { environmentFilesFailure, secretsFailure, unassumableRole, volumeFailure } from './task-start';
import { SECOND_MILLISECONDS, TIMINGS } from './timings';

/** Why a task stops, as its description says. */
export interface StopReason {
  readonly stopCode: string;
  readonly stoppedReason: string;
}

/** What becomes of a task, for the scheduler of its service. */
export interface TaskObserver {
  /** Every health check of the task has succeeded. */
  healthy(task: Task): void;
  /** The task could not start, ended by itself, or failed a health check; it is being stopped. */
  failed(task: Task): void;
}

/** Defaults of a container health check (API reference of HealthCheck), in seconds and tries. */
const CONTAINER_HEALTH_CHECK = { interval: 30, retries: 3, startPeriod: 0 };

/** Start `count` tasks of a revision. */
export function startTasks(
  context: EcsContext,
  revision: ServiceRevision,
  count: number,
  observer: TaskObserver,
): void {
  const { service } = revision;
  const tasks = Array.from({ length: count }).flatMap(() => createTask(context, revision) ?? []);
  if (tasks.length < count) {
    recordEvent(context, service, 'was unable to place a task. Reason: InsufficientFreeAddressesInSubnet.');
  }
  if (tasks.length === 0) return;
  service.changes.notify();
  context.flows.start((flow) => bringUp(context, flow, revision, tasks, observer));
}

/** Stop tasks: drain their connections, end their containers, delete their network interfaces. */
export function stopTasks(context: EcsContext, tasks: readonly Task[], reason: StopReason): void {
  const stopping = tasks.filter(({ desiredStatus }) => desiredStatus === 'RUNNING');
  if (stopping.length === 0) return;
  const { revision } = stopping[0]!;
  const running = stopping.filter(({ lastStatus }) => lastStatus === 'RUNNING').length;
  for (const task of stopping) {
    task.desiredStatus = 'STOPPED';
    task.lastStatus = 'DEACTIVATING';
    task.stopCode = reason.stopCode;
    task.stoppedReason = reason.stoppedReason;
    task.stoppingAt = now(context);
  }
  const [count, kind] = running > 0 ? [running, 'running'] : [stopping.length, 'pending'];
  recordEvent(context, revision.service, `has stopped ${count} ${kind} tasks: ${nameTasks(stopping)}.`);
  revision.service.changes.notify();
  context.flows.start((flow) => takeDown(context, flow, revision, stopping));
}

function createTask(context: EcsContext, revision: ServiceRevision): Task | undefined {
  const { service } = revision;
  const { cluster } = service;
  const networkInterface = createNetworkInterface(context, revision);
  if (!networkInterface) return undefined;
  const id = context.identifiers.hexadecimal();
  const task: Task = {
    id,
    arn: ecsArn(cluster.scope, 'task', `${cluster.name}/${id}`),
    revision,
    networkInterface,
    capacityProviderName: nextProvider(revision),
    createdAt: now(context),
    startedBy: service.deployments.find((deployment) => deployment.revision === revision)?.id ?? '',
    tags: propagatedTags(revision),
    lastStatus: 'PROVISIONING',
    desiredStatus: 'RUNNING',
    exits: new Map(),
    healthChecks: [],
    healthy: false,
  };
  revision.tasks.add(task);
  cluster.tasks.set(id, task);
  context.state.addresses.set(networkInterface.address, task);
  return task;
}

/** Tags that a new task gets from ECS, its service and its task definition. */
function propagatedTags({ service, taskDefinition }: ServiceRevision): Tag[] {
  const { enableECSManagedTags, propagateTags } = service.settings;
  const managed = [
    { key: 'aws:ecs:clusterName', value: service.cluster.name },
    { key: 'aws:ecs:serviceName', value: service.name },
  ];
  const propagated =
    { SERVICE: service.tags, TASK_DEFINITION: taskDefinition.tags }[propagateTags as string] ?? [];
  return mergeTags(enableECSManagedTags ? managed : [], propagated);
}

async function bringUp(
  context: EcsContext,
  flow: Flow,
  revision: ServiceRevision,
  started: readonly Task[],
  observer: TaskObserver,
): Promise<void> {
  const wanted = (tasks: readonly Task[]) => tasks.filter(({ desiredStatus }) => desiredStatus === 'RUNNING');
  const { service, taskDefinition } = revision;
  if (namesRoles(taskDefinition)) {
    const role = await unassumableRole(context, taskDefinition);
    if (role) return failToLaunch(context, wanted(started), role, observer);
  }
  recordEvent(context, service, `has started ${started.length} tasks: ${nameTasks(started)}.`);
  await flow.sleep(TIMINGS.taskProvisioning);
  let tasks = wanted(started);
  for (const task of tasks) {
    task.networkInterface.status = 'ATTACHED';
    task.lastStatus = 'PENDING';
    task.pullStartedAt = now(context);
  }
  const { region } = service.cluster.scope;
  const unattached = await volumeFailure(context, revision.settings);
  for (const task of unattached ? wanted(tasks) : []) task.volumeFailure = unattached;
  const missing =
    (unattached && stopReasonOfVolume(context, unattached)) ??
    (await secretsFailure(context, region, taskDefinition)) ??
    (await environmentFilesFailure(context, region, taskDefinition));
  if (missing) {
    const failure = { stopCode: 'TaskFailedToStart', stoppedReason: missing };
    return fail(context, wanted(tasks), { failure, exits: new Map() }, observer);
  }
  await flow.sleep(TIMINGS.imagePull);
  tasks = wanted(tasks);
  const containers = revision.taskDefinition.definition.containerDefinitions as Structure[];
  const failure = pullFailure(containers);
  if (failure) return fail(context, tasks, failure, observer);
  for (const task of tasks) {
    task.pullStoppedAt = now(context);
    task.lastStatus = 'ACTIVATING';
  }
  const exit = essentialExit(containers);
  if (exit) {
    await flow.sleep(TIMINGS.containerExit);
    return fail(context, wanted(tasks), exit, observer);
  }
  await flow.sleep(TIMINGS.taskActivating);
  tasks = wanted(tasks);
  await registerTargets(context, revision, tasks);
  // A task that was stopped meanwhile has not been deregistered, for it was not registered when it stopped.
  const stopped = tasks.filter(({ desiredStatus }) => desiredStatus === 'STOPPED');
  await deregisterTargets(context, revision, stopped);
  tasks = wanted(tasks);
  for (const task of tasks) {
    task.lastStatus = 'RUNNING';
    task.startedAt = now(context);
    task.healthChecks.push(
      ...containers.flatMap((container) => containerCheck(container, context.clock.now()) ?? []),
    );
  }
  revision.service.changes.notify();
  await watchHealth(context, flow, tasks, observer);
}

/** Follow the health of tasks as long as it changes, and stop those that fail. */
export async function watchHealth(
  context: EcsContext,
  flow: Flow,
  tasks: readonly Task[],
  observer: TaskObserver,
): Promise<void> {
  for (let open = tasks; open.length > 0;) {
    const time = context.clock.now();
    for (const task of open) {
      const wasHealthy = task.healthy;
      task.healthy = task.healthChecks.every((check) => isHealthy(check, time));
      if (task.healthy && !wasHealthy) observer.healthy(task);
    }
    for (const task of open) {
      const failed = task.desiredStatus === 'RUNNING' ? failedCheck(task, time) : undefined;
      if (failed) fail(context, [task], { failure: failed, exits: new Map() }, observer);
    }
    open = open.filter(({ desiredStatus }) => desiredStatus === 'RUNNING');
    const next = Math.min(...open.flatMap((task) => turningPoints(task)).filter((point) => point > time));
    if (next === Infinity) return;
    await flow.sleep(next - time);
  }
}

/** The check because of which the task is to be stopped; failures count only after the grace period. */
function failedCheck(task: Task, time: number): StopReason | undefined {
  if (time < graceEnd(task)) return undefined;
  const failed = task.healthChecks.find((check) => isUnhealthy(check, time));
  return failed && { stopCode: 'ServiceSchedulerInitiated', stoppedReason: failed.failure };
}

function turningPoints(task: Task): number[] {
  return [
    ...(task.healthy ? [] : [graceEnd(task)]),
    ...task.healthChecks.flatMap(({ healthyAt, unhealthyAt }) => [healthyAt, unhealthyAt]),
  ];
}

function namesRoles({ definition }: TaskDefinition): boolean {
  return Boolean(definition.executionRoleArn ?? definition.taskRoleArn);
}

/** What a task says that has stopped because of its volume. */
function stopReasonOfVolume({ answers }: EcsContext, failure: string): string {
  return answers.holds('ecs.volume-failure-is-the-stop-reason') ? failure : 'Task failed to start';
}

/** ECS could not assume a role: of these tasks there was never one. */
function failToLaunch(
  context: EcsContext,
  tasks: readonly Task[],
  role: string,
  observer: TaskObserver,
): void {
  for (const task of tasks) {
    const { revision } = task;
    task.desiredStatus = 'STOPPED';
    revision.tasks.delete(task);
    revision.service.cluster.tasks.delete(task.id);
    context.state.addresses.delete(task.networkInterface.address);
    recordEvent(
      context,
      revision.service,
      `failed to launch a task with (error ECS was unable to assume the role '${role}' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.).`,
    );
    observer.failed(task);
  }
}

function graceEnd(task: Task): number {
  const grace: number = task.revision.service.settings.healthCheckGracePeriodSeconds ?? 0;
  return task.startedAt!.getTime() + grace * SECOND_MILLISECONDS;
}

interface Failure {
  readonly failure: StopReason;
  readonly exits: ReadonlyMap<string, { exitCode?: number; reason?: string }>;
}

function fail(
  context: EcsContext,
  tasks: readonly Task[],
  { failure, exits }: Failure,
  observer: TaskObserver,
): void {
  for (const task of tasks) {
    for (const [name, exit] of exits) task.exits.set(name, exit);
    const { service } = task.revision;
    for (const check of task.healthChecks) {
      const { target } = check;
      if (!target || !isUnhealthy(check, context.clock.now())) continue;
      recordEvent(
        context,
        service,
        `(port ${target.port}) is unhealthy in (target-group ${target.targetGroupArn}) due to (reason ${target.description}).`,
      );
    }
  }
  stopTasks(context, tasks, failure);
  for (const task of tasks) observer.failed(task);
}

async function takeDown(
  context: EcsContext,
  flow: Flow,
  revision: ServiceRevision,
  tasks: readonly Task[],
): Promise<void> {
  const draining = await deregisterTargets(context, revision, tasks);
  if (draining > 0) await flow.sleep(draining);
  const advance = async (status: 'STOPPING' | 'DEPROVISIONING', duration: number) => {
    for (const task of tasks) task.lastStatus = status;
    revision.service.changes.notify();
    await flow.sleep(duration);
  };
  await advance('STOPPING', TIMINGS.taskStopping);
  for (const task of tasks) {
    task.executionStoppedAt = now(context);
    for (const { name } of revision.taskDefinition.definition.containerDefinitions) {
      // 143: ended by SIGTERM, which the scheduler sends.
      if (!task.exits.has(name)) task.exits.set(name, task.startedAt ? { exitCode: 143 } : {});
    }
  }
  await advance('DEPROVISIONING', TIMINGS.taskDeprovisioning);
  for (const task of tasks) {
    task.lastStatus = 'STOPPED';
    task.stoppedAt = now(context);
    task.networkInterface.status = 'DELETED';
    revision.tasks.delete(task);
    context.state.addresses.delete(task.networkInterface.address);
    for (const group of task.networkInterface.securityGroups) {
      context.moments.add('network interfaces', group, context.clock.now());
    }
  }
  revision.service.changes.notify();
}

function pullFailure(containers: readonly Structure[]): Failure | undefined {
  const failing = containers.find(({ image }) => behaviourOf(image).cannotPull);
  if (!failing) return undefined;
  const reason = `CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref ${failing.image}: not found`;
  return {
    failure: { stopCode: 'TaskFailedToStart', stoppedReason: reason },
    exits: new Map([[failing.name as string, { reason }]]),
  };
}

function essentialExit(containers: readonly Structure[]): Failure | undefined {
  const exited = containers.filter(({ image }) => behaviourOf(image).exitCode !== undefined);
  if (!exited.some(({ essential }) => essential)) return undefined;
  return {
    failure: { stopCode: 'EssentialContainerExited', stoppedReason: 'Essential container in task exited' },
    exits: new Map(
      exited.map(({ name, image }) => [name as string, { exitCode: behaviourOf(image).exitCode! }]),
    ),
  };
}

/** The health check that a container definition asks for, of a task that starts at this time. */
function containerCheck(
  { healthCheck, image, essential }: Structure,
  startedAt: number,
): HealthCheck | undefined {
  if (!healthCheck || !essential) return undefined;
  const { interval, retries, startPeriod } = { ...CONTAINER_HEALTH_CHECK, ...healthCheck };
  const { healthCheckStatus, listensAfter } = behaviourOf(image);
  const healthyAt =
    healthCheckStatus < 400 ? startedAt + Math.max(interval, listensAfter) * SECOND_MILLISECONDS : Infinity;
  const unhealthyAt = startedAt + (startPeriod + interval * retries) * SECOND_MILLISECONDS;
  return {
    healthyAt,
    unhealthyAt: unhealthyAt < healthyAt ? unhealthyAt : Infinity,
    failure: 'Task failed container health checks',
  };
}
