/** Why a service deployment failed, in words that say what to do. */
import {
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  type Container,
  type ServiceDeployment,
  type ServiceEvent,
  type ServiceRevision,
  type Task,
} from '@aws-sdk/client-ecs';
import {
  DescribeTargetHealthCommand,
  type TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Scope } from './component';
import { HandlerError } from './errors';

/** IAM actions that {@link deploymentFailure} calls. */
export const DEPLOYMENT_FAILURE_ACTIONS = [
  'ecs:DescribeServiceRevisions',
  'ecs:DescribeServices',
  'ecs:DescribeTasks',
  'ecs:ListTasks',
  'elasticloadbalancing:DescribeTargetHealth',
] as const;

/** What is known about a failed deployment; whatever could not be found out is empty. */
export interface Evidence {
  readonly deployment: ServiceDeployment;
  /** Image of the container that receives the traffic, or the task definition. */
  readonly deployed: string;
  /** Tasks of the deployment that have stopped. */
  readonly stoppedTasks: readonly Task[];
  readonly targets: readonly TargetHealthDescription[];
  /** Events of the service, newest first. */
  readonly events: readonly ServiceEvent[];
  /** Why the deployment was ended here, when it was. */
  readonly ending?: string;
}

/** Events that are quoted when nothing more specific is known. */
const QUOTED_EVENTS = 3;

/** A kind of cause, told by the words that ECS and ELB document, and what to do about it. */
interface Advice {
  readonly cause: RegExp;
  readonly propertyPath?: string;
  readonly remedy: string;
}

/** Source: Amazon ECS Developer Guide, "Stopped tasks error messages"; the first that matches wins. */
const ADVICE: readonly Advice[] = [
  {
    cause: /CannotPull/,
    propertyPath: 'PrimaryContainer/Image',
    remedy:
      'Check that the image exists for this CPU architecture, that the execution role may pull it, and that the subnets reach the registry',
  },
  {
    cause: /ResourceInitializationError/,
    remedy:
      'Check that the execution role may read the secrets and write the logs, and that the subnets reach these services',
  },
  {
    cause: /unable to assume the role/i,
    propertyPath: 'ExecutionRoleArn',
    remedy: 'Let ecs-tasks.amazonaws.com assume the role',
  },
  { cause: /OutOfMemory/, propertyPath: 'Memory', remedy: 'Raise Memory' },
  { cause: /CannotStartContainer|CannotCreateContainer/, remedy: 'Check Command and the image entry point' },
  {
    cause: /Capacity is unavailable/i,
    remedy: 'Try again later, or name subnets in more Availability Zones',
  },
  {
    cause: /health check|Health checks|Target\./,
    propertyPath: 'HealthCheckPath',
    remedy: 'Make the container answer 200 on HealthCheckPath at ContainerPort',
  },
  { cause: /exited|exit code/, remedy: "Read the container's output in its log group" },
  {
    cause: /missing permissions on ECS Infrastructure Role/i,
    propertyPath: 'InfrastructureRoleArn',
    remedy:
      'Let ecs.amazonaws.com assume the role, and attach the managed policy AmazonECSInfrastructureRolePolicyForLoadBalancers to it',
  },
  {
    cause: /enable group stickiness/,
    propertyPath: 'TargetGroupConfiguration/StickinessDurationSeconds',
    remedy:
      'Leave StickinessDurationSeconds out: Amazon ECS takes the stickiness off the listener rule when it moves the traffic',
  },
  { cause: /alarm/i, remedy: 'Look at the metrics of the alarm and the output of the containers' },
];

/** What to do when the cause is of no known kind. */
const GENERAL_REMEDY = "Read the events of the ECS service and the container's output";

/**
 * The failure of a deployment, with all that AWS says about its cause. Never rejects: what cannot be found out is left
 * out.
 *
 * @param ending why the deployment was ended here, when it was; ECS only knows that somebody did.
 */
export async function deploymentFailure(
  scope: Scope,
  deployment: ServiceDeployment,
  ending?: string,
): Promise<HandlerError> {
  return explain({ ...(await gather(scope, deployment)), ending });
}

/** Put the evidence into one message, the most specific cause first. */
export function explain(evidence: Evidence): HandlerError {
  const { deployment, deployed } = evidence;
  const causes = causesOf(evidence);
  const advice = ADVICE.find(({ cause }) => cause.test(causes[0] ?? ''));
  const remedy = advice?.remedy ?? GENERAL_REMEDY;
  const propertyPath = advice?.propertyPath;
  const problem = `The deployment of ${deployed} ${OUTCOMES[deployment.status ?? ''] ?? 'failed'}: ${causes.join('; ')}`;
  return new HandlerError('NotStabilized', problem, { propertyPath, remedy });
}

const OUTCOMES: Readonly<Record<string, string>> = {
  ROLLBACK_SUCCESSFUL: 'failed and was rolled back',
  ROLLBACK_FAILED: 'failed and could not be rolled back',
  STOPPED: 'was stopped',
};

function causesOf({ deployment, stoppedTasks, targets, events, ending }: Evidence): string[] {
  const alarms = deployment.alarms?.triggeredAlarmNames ?? [];
  const specific = [
    ...alarms.map((name) => `alarm ${name} went off`),
    ...counted(stoppedTasks.flatMap(causeOfStop), 'task'),
    ...counted(targets.flatMap(causeOfHealth), 'target'),
  ];
  const reasons = (
    ending === undefined ? [deployment.rollback?.reason, deployment.statusReason] : [ending]
  ).filter((reason) => reason !== undefined);
  const general = [...new Set(reasons)];
  // Of a first deployment ECS says only that nothing is there to go back to; why it failed is in an event.
  const telling = events
    .map(({ message }) => message ?? '')
    .filter((message) => ADVICE.some(({ cause }) => cause.test(message)));
  if (specific.length > 0) return [...specific, ...general];
  if (telling.length > 0 || general.length > 0) return [...telling.slice(0, QUOTED_EVENTS), ...general];
  return events.slice(0, QUOTED_EVENTS).map(({ message }) => message!);
}

/** Why a task stopped, unless that was nobody's fault: tasks are also stopped when a deployment ends. */
function causeOfStop({ stopCode, stoppedReason, containers = [] }: Task): string[] {
  const details = containers.flatMap(causeOfExit);
  const failed =
    stopCode === 'TaskFailedToStart' || stopCode === 'EssentialContainerExited' || details.length > 0;
  const blamed = stopCode === 'ServiceSchedulerInitiated' && /health check/i.test(stoppedReason ?? '');
  if (!failed && !blamed) return [];
  return [[...details, stoppedReason].filter(Boolean).join(', ')];
}

function causeOfExit({ name, exitCode, reason }: Container): string[] {
  const exit = exitCode ? `exited with code ${exitCode}` : undefined;
  const words = [exit, reason].filter(Boolean).join(': ');
  return words ? [`container ${name} ${words}`] : [];
}

function causeOfHealth({ TargetHealth }: TargetHealthDescription): string[] {
  if (TargetHealth?.State !== 'unhealthy') return [];
  return [`unhealthy: ${TargetHealth.Description ?? TargetHealth.Reason}`];
}

/** Equal causes once, the most frequent first: `3 tasks: …`. */
function counted(causes: readonly string[], noun: string): string[] {
  const counts = new Map<string, number>();
  for (const cause of causes) counts.set(cause, (counts.get(cause) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([cause, count]) => `${count} ${noun}${count === 1 ? '' : 's'}: ${cause}`);
}

async function gather(scope: Scope, deployment: ServiceDeployment): Promise<Evidence> {
  const [revision, tasks, service] = await Promise.all([
    orNothing(targetRevision(scope, deployment)),
    orNothing(stoppedTasksOf(scope)),
    orNothing(serviceOf(scope)),
  ]);
  const since = Number(deployment.createdAt ?? 0);
  const targetGroups = (revision?.loadBalancers ?? []).flatMap(({ targetGroupArn, advancedConfiguration }) =>
    [targetGroupArn, advancedConfiguration?.alternateTargetGroupArn].filter((arn) => arn !== undefined),
  );
  const targets = await Promise.all(targetGroups.map((arn) => orNothing(targetHealth(scope, arn))));
  return {
    deployment,
    deployed: deployedBy(revision),
    stoppedTasks: (tasks ?? []).filter(
      ({ taskDefinitionArn, createdAt }) =>
        Number(createdAt) >= since && (!revision || taskDefinitionArn === revision.taskDefinition),
    ),
    targets: targets.flatMap((health) => health ?? []),
    events: (service?.events ?? []).filter(({ createdAt }) => Number(createdAt) >= since),
  };
}

function deployedBy(revision: ServiceRevision | undefined): string {
  return revision?.containerImages?.[0]?.image ?? revision?.taskDefinition ?? 'the service';
}

async function targetRevision({ clients }: Scope, { targetServiceRevision }: ServiceDeployment) {
  const { serviceRevisions } = await clients.ecs.send(
    new DescribeServiceRevisionsCommand({ serviceRevisionArns: [targetServiceRevision!.arn!] }),
  );
  return serviceRevisions?.[0];
}

async function stoppedTasksOf({ clients, identity }: Scope) {
  const { taskArns = [] } = await clients.ecs.send(
    new ListTasksCommand({
      cluster: identity.clusterName,
      serviceName: identity.serviceName,
      desiredStatus: 'STOPPED',
    }),
  );
  if (taskArns.length === 0) return [];
  const { tasks } = await clients.ecs.send(
    new DescribeTasksCommand({ cluster: identity.clusterName, tasks: taskArns }),
  );
  return tasks;
}

async function serviceOf({ clients, identity }: Scope) {
  const { services } = await clients.ecs.send(
    new DescribeServicesCommand({ cluster: identity.clusterName, services: [identity.serviceName] }),
  );
  return services?.[0];
}

async function targetHealth({ clients }: Scope, targetGroupArn: string) {
  const { TargetHealthDescriptions } = await clients.elasticLoadBalancing.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn }),
  );
  return TargetHealthDescriptions;
}

/** The diagnosis must not fail because a part of it cannot be had. */
function orNothing<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  return promise.catch(() => undefined);
}
