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

/** What there is several times where a service has versions. */
export interface Counts {
  readonly tasks: Range;
  readonly targetGroups: number;
  readonly listenerRules: number;
  readonly alarms: number;
  /** Metrics of the alarms: what is billed. */
  readonly alarmMetrics: number;
  /** Everything that is made, by CloudFormation's names. */
  readonly resources: Readonly<Record<string, number>>;
}

/** What some versions of a service stand for together. */
export interface VersionCounts extends Counts {
  /** How many they are. */
  readonly versions: number;
}

/** What a service stands for, with all its versions. */
export interface Inventory extends Counts {
  /** Undefined where the template does not say how large a task is. */
  readonly task?: TaskSize;
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
  /** Of the sum, what its versions stand for; undefined where the strategy is not VERSIONED. */
  readonly versions?: {
    /** Those that get requests. */
    readonly answering: VersionCounts;
    /** Those that are kept without. */
    readonly standbys: VersionCounts;
  };
}

/** The sum of what parts of a service stand for. */
export function sumOf(parts: readonly Counts[]): Counts {
  const sum = (numberIn: (part: Counts) => number) => parts.reduce((all, part) => all + numberIn(part), 0);
  const types = [...new Set(parts.flatMap(({ resources }) => Object.keys(resources)))];
  return {
    tasks: { minimum: sum(({ tasks }) => tasks.minimum), maximum: sum(({ tasks }) => tasks.maximum) },
    targetGroups: sum(({ targetGroups }) => targetGroups),
    listenerRules: sum(({ listenerRules }) => listenerRules),
    alarms: sum(({ alarms }) => alarms),
    alarmMetrics: sum(({ alarmMetrics }) => alarmMetrics),
    resources: Object.fromEntries(types.map((type) => [type, sum(({ resources }) => resources[type] ?? 0)])),
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
