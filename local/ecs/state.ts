/** What the ECS engine remembers: clusters, task definitions, services, revisions, deployments and tasks. */
import { AwsError, type Structure } from '../service';
import { lastPart, parseEcsArn, type Scope } from './arns';
import { Changes, type Flow } from './flow';
import type { HealthCheck } from './health-check';

/** A tag as ECS spells it. */
export interface Tag {
  readonly key: string;
  readonly value?: string;
}

export interface Cluster {
  readonly arn: string;
  readonly name: string;
  readonly scope: Scope;
  status: 'ACTIVE' | 'INACTIVE';
  /** Members of CreateCluster that are returned as given: configuration, capacity providers and so on. */
  settings: Structure;
  tags: Tag[];
  /** By name; a name that was deleted holds its INACTIVE service until it is used again. */
  readonly services: Map<string, Service>;
  /** By id. */
  readonly tasks: Map<string, Task>;
}

export interface TaskDefinition {
  readonly arn: string;
  readonly family: string;
  readonly revision: number;
  /** Members of RegisterTaskDefinition with ECS's defaults filled in. */
  readonly definition: Structure;
  tags: Tag[];
  status: 'ACTIVE' | 'INACTIVE' | 'DELETE_IN_PROGRESS';
  readonly registeredAt: Date;
  readonly registeredBy: string;
  deregisteredAt?: Date;
  deleteRequestedAt?: Date;
}

export interface Service {
  readonly arn: string;
  readonly name: string;
  readonly cluster: Cluster;
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  readonly createdAt: Date;
  /** Members of CreateService and UpdateService that are returned as given, defaults filled in. */
  settings: Structure;
  /** Whether Amazon ECS manages it, in Express Mode. */
  isExpress?: true;
  tags: Tag[];
  desiredCount: number;
  /** The request that made it, to tell a repetition from a conflict. */
  readonly request: Structure;
  /** Revisions that have tasks or are to have some; the newest last. */
  revisions: ServiceRevision[];
  /** The revision of the last service deployment that was successful. */
  stableRevision?: ServiceRevision;
  /** What it offers other services in Service Connect, those of a deployment that has not ended too. */
  endpoints: readonly Endpoint[];
  /** Newest first; those that are completely replaced are gone. */
  deployments: Deployment[];
  /** Newest first, all of them. */
  readonly serviceDeployments: ServiceDeployment[];
  /** Newest first. */
  events: Structure[];
  /** Events about what is wrong, with the virtual milliseconds at which each was recorded last. */
  readonly complaints: Map<string, number>;
  /** Told of every change of a task, of the desired count, or of a hook that was continued. */
  readonly changes: Changes;
}

/** A name and a port at which the tasks of a namespace reach a service. */
export interface Endpoint {
  readonly namespaceArn: string;
  readonly discoveryName: string;
  /** ARN of its service in AWS Cloud Map. */
  readonly discoveryArn: string;
  readonly dnsName: string;
  readonly port: number;
  readonly containerPort: number;
  /** `tcp` where the port mapping names none. */
  readonly appProtocol: string;
  /** How test requests are told, where the configuration says. */
  readonly testHeader?: Structure;
  /** Virtual milliseconds since which it is there: deployments that are younger know it. */
  readonly since: number;
}

/** Service Connect of a revision. */
export interface ServiceConnect {
  readonly namespaceArn: string;
  /** None of a client. */
  readonly endpoints: readonly Endpoint[];
}

/** A target group that the tasks of a revision are registered in, for one container port. */
export interface TargetGroupBinding {
  readonly targetGroupArn: string;
  readonly containerName: string;
  readonly containerPort: number;
  /** Listener rules (listeners of Network Load Balancers) to shift weights on; absent under ROLLING. */
  readonly rules?: {
    readonly production: string;
    readonly test?: string;
    /** The other target group of the pair. */
    readonly otherTargetGroupArn: string;
  };
}

export interface ServiceRevision {
  readonly arn: string;
  readonly service: Service;
  readonly createdAt: Date;
  readonly taskDefinition: TaskDefinition;
  /** Those members of the service's settings that belong to a revision. */
  readonly settings: Structure;
  readonly serviceConnect?: ServiceConnect;
  /** Set when the deployment begins. */
  targetGroups: TargetGroupBinding[];
  readonly tasks: Set<Task>;
  /** How many tasks the scheduler keeps. */
  requestedCount: number;
  /** Whether {@link requestedCount} follows the desired count of the service. */
  followsDesiredCount: boolean;
  /** Failed tasks since the last one that became healthy. */
  consecutiveFailures: number;
}

/** An entry of `deployments` in the description of a service. */
export interface Deployment {
  readonly id: string;
  readonly revision: ServiceRevision;
  readonly createdAt: Date;
  updatedAt: Date;
  status: 'PRIMARY' | 'ACTIVE';
  rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  rolloutStateReason: string;
}

/** State of a means that ends a deployment. */
export type RollbackMonitorStatus = 'TRIGGERED' | 'MONITORING' | 'MONITORING_COMPLETE' | 'DISABLED';

export interface ServiceDeployment {
  readonly arn: string;
  readonly service: Service;
  /** Its entry in `deployments` of the service. */
  readonly deployment: Deployment;
  readonly target: ServiceRevision;
  readonly sources: readonly ServiceRevision[];
  readonly createdAt: Date;
  updatedAt: Date;
  startedAt?: Date;
  finishedAt?: Date;
  stoppedAt?: Date;
  status: string;
  statusReason?: string;
  lifecycleStage?: string;
  readonly configuration: Structure;
  /** Percentage of production and test traffic that goes to the target revision. */
  productionWeight: number;
  testWeight: number;
  readonly circuitBreaker: { status: RollbackMonitorStatus; failureCount: number };
  readonly alarms: { status: RollbackMonitorStatus; names: string[]; triggered: string[] };
  rollback?: { reason: string; startedAt: Date; serviceRevisionArn: string };
  readonly hooks: LifecycleHook[];
  /** What carries it out. */
  flow?: Flow;
}

/** One run of a hook, at one stage. */
export interface LifecycleHook {
  readonly id: string;
  readonly targetType: 'AWS_LAMBDA' | 'PAUSE';
  /** ARN of its function; a pause has none. */
  readonly targetArn?: string;
  readonly lifecycleStage: string;
  readonly expiresAt: Date;
  readonly timeoutAction: 'CONTINUE' | 'ROLLBACK';
  status: 'AWAITING_ACTION' | 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT';
  /** What the status reason of the deployment says of it, when it has failed or timed out. */
  failure?: string;
}

/** A task's network interface. */
export interface NetworkInterface {
  readonly id: string;
  readonly attachmentId: string;
  readonly subnetId: string;
  readonly availabilityZone: string;
  readonly address: string;
  readonly macAddress: string;
  readonly securityGroups: readonly string[];
  status: 'PRECREATED' | 'ATTACHED' | 'DELETED';
}

/** What placing tasks needs of a subnet. */
export interface Subnet {
  readonly id: string;
  readonly vpcId: string;
  readonly availabilityZone: string;
  readonly cidrBlock: string;
  /** That of the VPC; known once a network configuration that names no security groups has needed it. */
  readonly defaultSecurityGroup: string | undefined;
}

export interface Task {
  readonly id: string;
  readonly arn: string;
  readonly revision: ServiceRevision;
  readonly networkInterface: NetworkInterface;
  readonly capacityProviderName?: string;
  readonly createdAt: Date;
  readonly startedBy: string;
  tags: Tag[];
  lastStatus: TaskStatus;
  desiredStatus: 'RUNNING' | 'STOPPED';
  pullStartedAt?: Date;
  pullStoppedAt?: Date;
  startedAt?: Date;
  stoppingAt?: Date;
  stoppedAt?: Date;
  executionStoppedAt?: Date;
  stopCode?: string;
  stoppedReason?: string;
  /** Why the EBS volume of the task could not be had. */
  volumeFailure?: string;
  /** By container name, once the container has ended or could not start. */
  readonly exits: Map<string, { exitCode?: number; reason?: string }>;
  /** Set when the task starts to run. */
  healthChecks: HealthCheck[];
  /** Whether every health check succeeds. */
  healthy: boolean;
}

export type TaskStatus =
  | 'PROVISIONING'
  | 'PENDING'
  | 'ACTIVATING'
  | 'RUNNING'
  | 'DEACTIVATING'
  | 'STOPPING'
  | 'DEPROVISIONING'
  | 'STOPPED';

/** All resources of the engine, and how requests name them. */
export class State {
  /** By ARN. */
  readonly clusters = new Map<string, Cluster>();
  /** By ARN. */
  readonly taskDefinitions = new Map<string, TaskDefinition>();
  /** Revisions in ascending order, by `<region>/<family>`. */
  readonly families = new Map<string, TaskDefinition[]>();
  /** By ARN. */
  readonly serviceRevisions = new Map<string, ServiceRevision>();
  /** By ARN. */
  readonly serviceDeployments = new Map<string, ServiceDeployment>();
  /** Subnets that services use, by id. */
  readonly subnets = new Map<string, Subnet>();
  /** Every task that holds a network interface, by private address. */
  readonly addresses = new Map<string, Task>();

  reset(): void {
    for (const map of [
      this.clusters,
      this.taskDefinitions,
      this.families,
      this.serviceRevisions,
      this.serviceDeployments,
      this.subnets,
      this.addresses,
    ]) {
      map.clear();
    }
  }

  /** The cluster of this name or ARN in any status; `default` when the request names none. */
  findCluster(scope: Scope, nameOrArn = 'default'): Cluster | undefined {
    const arn = nameOrArn.startsWith('arn:')
      ? nameOrArn
      : `arn:aws:ecs:${scope.region}:${scope.accountId}:cluster/${nameOrArn}`;
    return this.clusters.get(arn);
  }

  /** The active cluster. @throws AwsError ClusterNotFoundException. */
  cluster(scope: Scope, nameOrArn?: string): Cluster {
    const cluster = this.findCluster(scope, nameOrArn);
    if (cluster?.status !== 'ACTIVE') throw new AwsError('ClusterNotFoundException', 'Cluster not found.');
    return cluster;
  }

  /** All services, in any status. */
  *services(): Iterable<Service> {
    for (const { services } of this.clusters.values()) yield* services.values();
  }

  /** The service of this name or ARN in a cluster, in any status. */
  findService(cluster: Cluster, nameOrArn: string): Service | undefined {
    const parsed = parseEcsArn(nameOrArn);
    if (parsed && parsed.parts.length > 1 && parsed.parts[0] !== cluster.name) return undefined;
    return cluster.services.get(lastPart(nameOrArn));
  }

  /** The service. @throws AwsError ServiceNotFoundException. */
  service(cluster: Cluster, nameOrArn: string): Service {
    const service = this.findService(cluster, nameOrArn);
    if (!service) throw new AwsError('ServiceNotFoundException', 'Service not found.');
    return service;
  }

  /** The task of this id or ARN in a cluster. */
  findTask(cluster: Cluster, idOrArn: string): Task | undefined {
    return cluster.tasks.get(lastPart(idOrArn));
  }

  /**
   * The task definition of this ARN, `family:revision`, or family: then the latest active revision.
   * DELETE_IN_PROGRESS ones are found only by revision.
   */
  findTaskDefinition(scope: Scope, name: string): TaskDefinition | undefined {
    if (name.startsWith('arn:')) return this.taskDefinitions.get(name);
    const [family, revision] = name.split(':') as [string, string?];
    const revisions = this.families.get(`${scope.region}/${family}`) ?? [];
    return revision === undefined
      ? revisions.findLast(({ status }) => status === 'ACTIVE')
      : revisions.find((candidate) => candidate.revision === Number(revision));
  }
}

/** Tasks of a revision that the scheduler has not stopped. */
export function wantedTasks(revision: ServiceRevision): Task[] {
  return [...revision.tasks].filter((task) => task.desiredStatus === 'RUNNING');
}

/** Counts of a revision's tasks, as descriptions state them. */
export function countTasks(revision: ServiceRevision): { running: number; pending: number } {
  let running = 0;
  let pending = 0;
  for (const task of revision.tasks) {
    if (task.desiredStatus !== 'RUNNING') continue;
    if (task.lastStatus === 'RUNNING') running++;
    else pending++;
  }
  return { running, pending };
}

/** The newest service deployment of a service when it has not ended. */
export function deploymentInProgress(service: Service): ServiceDeployment | undefined {
  const newest = service.serviceDeployments[0];
  return newest && !newest.finishedAt ? newest : undefined;
}
