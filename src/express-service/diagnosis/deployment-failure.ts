/** Finds out why a service deployment failed. */
import {
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  paginateListTasks,
  type ServiceDeployment,
  type ServiceRevision,
  type Task,
} from '@aws-sdk/client-ecs';
import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Scope } from '../composition/component';
import { CONTAINER_OUTPUT_ACTIONS, lastOutputOf } from './container-output';
import type { HandlerError } from '../../core/failure';
import { causeOf, explain, failedContainer, type Evidence } from './failure-explanation';
import type { FailurePattern } from './failure-patterns';

/** IAM actions that {@link deploymentFailure} calls. */
export const DEPLOYMENT_FAILURE_ACTIONS = [
  ...CONTAINER_OUTPUT_ACTIONS,
  'ecs:DescribeServiceRevisions',
  'ecs:DescribeServices',
  'ecs:DescribeTasks',
  'ecs:ListTasks',
  'elasticloadbalancing:DescribeTargetHealth',
] as const;

/** Why a deployment failed. */
export interface DeploymentFailure {
  /** For the author. */
  readonly error: HandlerError;
  /** What has to be changed, when it is of a known kind. */
  readonly cause?: FailurePattern;
}

/**
 * The failure of a deployment, with all that AWS says about its cause, and what the container wrote last: a creation that
 * fails is rolled back, and its log group goes. Never rejects: what cannot be found out is left out.
 *
 * @param ending why the deployment was ended here, when it was; ECS only knows that somebody did.
 */
export async function deploymentFailure(
  scope: Scope,
  deployment: ServiceDeployment,
  ending?: string,
): Promise<DeploymentFailure> {
  const evidence = { ...(await gather(scope, deployment)), ending };
  const failed = failedContainer(evidence);
  const output = failed && (await orNothing(lastOutputOf(scope, failed)));
  return { error: explain({ ...evidence, output }), cause: causeOf(evidence) };
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
    externalTaskDefinition: scope.spec?.task.kind === 'external',
    sidecars: scope.spec?.task.kind === 'managed' ? scope.spec.task.sidecars.map(({ name }) => name!) : [],
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

async function stoppedTasksOf({ clients, ecsService }: Scope) {
  const { clusterName: cluster, name: serviceName } = ecsService;
  const stopped: Task[] = [];
  // A page has no more tasks than one call describes.
  const pages = paginateListTasks(
    { client: clients.ecs },
    { cluster, serviceName, desiredStatus: 'STOPPED' },
  );
  for await (const { taskArns = [] } of pages) {
    if (taskArns.length === 0) continue;
    const { tasks = [] } = await clients.ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
    stopped.push(...tasks);
  }
  return stopped;
}

async function serviceOf({ clients, ecsService }: Scope) {
  const { services } = await clients.ecs.send(
    new DescribeServicesCommand({ cluster: ecsService.clusterName, services: [ecsService.name] }),
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
