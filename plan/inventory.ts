/** How many tasks, load balancers and other things a service stands for, and what they are billed as. Pure. */
import type { Quantities } from './prices';

/** The least and the greatest number. */
export interface Range {
  readonly minimum: number;
  readonly maximum: number;
}

/** What one task is billed by. */
export interface TaskSize {
  readonly vcpus: number;
  readonly memoryGb: number;
  /** Above the 20 GB that are free. */
  readonly ephemeralGb: number;
  readonly isArm: boolean;
  /** Whether it has a public IPv4 address. */
  readonly isPublic: boolean;
}

/** What a service stands for. */
export interface Inventory {
  /** Undefined where the template does not say how large a task is. */
  readonly task?: TaskSize;
  readonly tasks: Range;
  readonly loadBalancers: {
    /** Network Load Balancers, each of which serves one service alone. */
    readonly own: number;
    /** Parts of shared Application Load Balancers: two services of the template on one have a half each. */
    readonly shared: number;
    /** Of the author's: not billed here. */
    readonly external: number;
  };
  /** Public IPv4 addresses of load balancers, those of shared ones in parts. */
  readonly loadBalancerAddresses: number;
  readonly targetGroups: number;
  readonly listenerRules: number;
  readonly alarms: number;
  /** Metrics of the alarms: what is billed. */
  readonly alarmMetrics: number;
  /** Everything that is made, by CloudFormation's names. */
  readonly resources: Readonly<Record<string, number>>;
}

/** Versions of a service that run beside the one that serves. */
export interface Standbys {
  readonly standbys: number;
  readonly tasksPerStandby: number;
}

/** A service with versions beside the one that serves: each has tasks and a target group, and shares everything else. */
export function withStandbys(inventory: Inventory, { standbys, tasksPerStandby }: Standbys): Inventory {
  const more = standbys * tasksPerStandby;
  const { tasks, targetGroups } = inventory;
  return {
    ...inventory,
    tasks: { minimum: tasks.minimum + more, maximum: tasks.maximum + more },
    targetGroups: targetGroups + standbys,
  };
}

/**
 * What is billed all month.
 *
 * @param tasks how many of them run.
 */
export function quantitiesOf(inventory: Inventory, tasks: number): Quantities {
  const { task, loadBalancers, loadBalancerAddresses, alarmMetrics } = inventory;
  const ofTasks = task && taskQuantities(task, tasks);
  return {
    ...ofTasks,
    networkLoadBalancer: loadBalancers.own,
    applicationLoadBalancer: loadBalancers.shared,
    publicAddress: loadBalancerAddresses + (ofTasks?.publicAddress ?? 0),
    alarmMetric: alarmMetrics,
  };
}

/** What is billed for tasks alone. */
export function taskQuantities(
  { vcpus, memoryGb, ephemeralGb, isArm, isPublic }: TaskSize,
  tasks: number,
): Quantities {
  return {
    [isArm ? 'vcpuArm' : 'vcpuX86']: vcpus * tasks,
    [isArm ? 'memoryArm' : 'memoryX86']: memoryGb * tasks,
    ephemeralStorage: ephemeralGb * tasks,
    publicAddress: isPublic ? tasks : 0,
  };
}
