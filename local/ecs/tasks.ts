/** Tasks. */
import { AwsError, type Structure } from '../service';
import { ecsArn, lastPart } from './arns';
import type { EcsContext, Operations } from './context';
import { describeAttachment } from './network-interfaces';
import { page } from './paging';
import { replaceTask } from './scheduler';
import { actualPlatformVersion } from './service-description';
import type { Cluster, Task } from './state';
import { stopTasks } from './task-lifecycle';
import { TIMINGS } from './timings';

/** Most tasks that one DescribeTasks takes (API reference). */
const DESCRIBED_AT_ONCE = 100;

/** Statuses before RUNNING, in which containers are PENDING. */
const STARTING = ['PROVISIONING', 'PENDING', 'ACTIVATING'];

/** Operations on tasks. */
export function taskOperations(context: EcsContext): Operations {
  const { state, clock, containerLogs } = context;

  /** ECS forgets stopped tasks after a while. */
  function forgetStopped(cluster: Cluster): void {
    const oldest = clock.now() - TIMINGS.stoppedTaskRetention;
    for (const [id, task] of cluster.tasks) {
      if (!task.stoppedAt || task.stoppedAt.getTime() >= oldest) continue;
      containerLogs.record(task);
      cluster.tasks.delete(id);
    }
  }

  return {
    ListTasks({ input, ...scope }) {
      const cluster = state.cluster(scope, input.cluster);
      forgetStopped(cluster);
      const service = input.serviceName && state.service(cluster, input.serviceName);
      const matching = [...cluster.tasks.values()].filter(
        (task) =>
          task.desiredStatus === (input.desiredStatus ?? 'RUNNING') &&
          (!service || task.revision.service === service) &&
          (input.family === undefined || task.revision.taskDefinition.family === input.family) &&
          (input.startedBy === undefined || task.startedBy === input.startedBy) &&
          (input.launchType === undefined || task.revision.settings.launchType === input.launchType),
      );
      const { items, nextToken } = page(
        matching.map(({ arn }) => arn),
        input,
        100,
      );
      return { taskArns: items, nextToken };
    },
    DescribeTasks({ input, ...scope }) {
      const names: string[] = input.tasks;
      if (names.length > DESCRIBED_AT_ONCE) {
        throw new AwsError(
          'InvalidParameterException',
          `Tasks cannot have more than ${DESCRIBED_AT_ONCE} elements.`,
        );
      }
      const cluster = state.cluster(scope, input.cluster);
      forgetStopped(cluster);
      const found = names.map((name) => state.findTask(cluster, name));
      return {
        tasks: found.flatMap((task) =>
          task ? [describeTask(task, input.include?.includes('TAGS') ?? false)] : [],
        ),
        failures: names
          .filter((_name, index) => !found[index])
          .map((name) => ({
            arn: name.startsWith('arn:') ? name : ecsArn(scope, 'task', `${cluster.name}/${lastPart(name)}`),
            reason: 'MISSING',
          })),
      };
    },
    StopTask({ input, ...scope }) {
      const task = state.findTask(state.cluster(scope, input.cluster), input.task);
      if (!task) throw new AwsError('InvalidParameterException', 'The referenced task was not found.');
      if (task.desiredStatus === 'RUNNING') {
        stopTasks(context, [task], {
          stopCode: 'UserInitiated',
          stoppedReason: input.reason ?? 'Task stopped by user',
        });
        replaceTask(context, task);
      }
      return { task: describeTask(task, false) };
    },
  };
}

/** A task as DescribeTasks returns it. */
function describeTask(task: Task, includeTags: boolean): Structure {
  const { revision, networkInterface } = task;
  const { service, taskDefinition, settings } = revision;
  const { cpu, memory, containerDefinitions } = taskDefinition.definition;
  return {
    taskArn: task.arn,
    clusterArn: service.cluster.arn,
    taskDefinitionArn: taskDefinition.arn,
    group: `service:${service.name}`,
    startedBy: task.startedBy,
    launchType: 'FARGATE',
    capacityProviderName: task.capacityProviderName,
    platformVersion: actualPlatformVersion(settings),
    platformFamily: settings.platformFamily,
    availabilityZone: networkInterface.availabilityZone,
    attachments: [describeAttachment(networkInterface), ...volumeAttachments(task)],
    attributes: [{ name: 'ecs.cpu-architecture', value: cpuArchitecture(task) }],
    connectivity: task.startedAt ? 'CONNECTED' : undefined,
    connectivityAt: task.pullStartedAt,
    containers: containerDefinitions.map((container: Structure) => describeContainer(task, container)),
    cpu,
    memory,
    ephemeralStorage: taskDefinition.definition.ephemeralStorage ?? { sizeInGiB: 20 },
    overrides: { containerOverrides: containerDefinitions.map(({ name }: Structure) => ({ name })) },
    enableExecuteCommand: service.settings.enableExecuteCommand,
    lastStatus: task.lastStatus,
    desiredStatus: task.desiredStatus,
    healthStatus: healthStatus(
      task,
      containerDefinitions.filter(({ healthCheck }: Structure) => healthCheck),
    ),
    createdAt: task.createdAt,
    pullStartedAt: task.pullStartedAt,
    pullStoppedAt: task.pullStoppedAt,
    startedAt: task.startedAt,
    stoppingAt: task.stoppingAt,
    executionStoppedAt: task.executionStoppedAt,
    stoppedAt: task.stoppedAt,
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    version: 1,
    tags: includeTags ? task.tags : [],
  };
}

/** EBS volumes as entries of `attachments` of a task (API reference of Attachment). */
function volumeAttachments({ id, revision, lastStatus, volumeFailure }: Task): Structure[] {
  const configurations: Structure[] = revision.settings.volumeConfigurations ?? [];
  const status = volumeFailure ? 'FAILED' : lastStatus === 'STOPPED' ? 'DELETED' : 'ATTACHED';
  return configurations.map(({ name, managedEBSVolume: { roleArn } }) => ({
    id: `${id}-${name}`,
    type: 'AmazonElasticBlockStorage',
    status,
    details: [
      { name: 'volumeName', value: name },
      { name: 'roleArn', value: roleArn },
      { name: 'deleteOnTermination', value: 'true' },
      ...(volumeFailure ? [{ name: 'statusReason', value: volumeFailure }] : []),
    ],
  }));
}

function describeContainer(task: Task, container: Structure): Structure {
  const { networkInterface } = task;
  const exit = task.exits.get(container.name);
  return {
    containerArn: `${task.arn.replace(':task/', ':container/')}/${container.name}`,
    taskArn: task.arn,
    name: container.name,
    image: container.image,
    lastStatus: exit ? 'STOPPED' : STARTING.includes(task.lastStatus) ? 'PENDING' : 'RUNNING',
    exitCode: exit?.exitCode,
    reason: exit?.reason,
    networkBindings: [],
    networkInterfaces: [
      { attachmentId: networkInterface.attachmentId, privateIpv4Address: networkInterface.address },
    ],
    healthStatus: healthStatus(task, container.healthCheck ? [container] : []),
    cpu: String(container.cpu),
    memory: container.memory === undefined ? undefined : String(container.memory),
    memoryReservation:
      container.memoryReservation === undefined ? undefined : String(container.memoryReservation),
  };
}

/** Health as containers' own checks find it; load balancers' checks do not count here. */
function healthStatus(task: Task, checked: readonly Structure[]): string {
  const checks = task.healthChecks.filter(({ target }) => !target);
  if (checked.length === 0 || checks.length === 0) return 'UNKNOWN';
  if (task.healthy) return 'HEALTHY';
  return task.stoppedReason === checks[0]!.failure ? 'UNHEALTHY' : 'UNKNOWN';
}

function cpuArchitecture({ revision }: Task): string {
  const architecture = revision.taskDefinition.definition.runtimePlatform?.cpuArchitecture ?? 'X86_64';
  return architecture.toLowerCase();
}
