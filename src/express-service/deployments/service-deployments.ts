/** Looks at the deployments of a service. */
import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  ListServiceDeploymentsCommand,
  type Service,
  type ServiceDeployment,
  type ServiceDeploymentBrief,
  type ServiceDeploymentStatus,
  type ServiceRevision,
} from '@aws-sdk/client-ecs';
import { isDeepStrictEqual } from 'node:util';
import type { ApplyScope, Scope } from '../composition/component';
import { allItems, pagesOf } from '../../aws/pages';
import { sessionValue } from '../../aws/session';
import { ofEcsService } from './described-service';

/** IAM actions of the functions in this file. */
export const SERVICE_DEPLOYMENT_ACTIONS = [
  'ecs:DescribeServiceDeployments',
  'ecs:DescribeServiceRevisions',
  'ecs:ListServiceDeployments',
] as const;

/** A service deployment, as lists have it. */
export interface ListedDeployment {
  readonly arn: string;
  readonly status: ServiceDeployment['status'];
}

/** Deployments in one page of a list, the most that ECS gives (API reference of ListServiceDeployments). */
const PAGE = 100;

/** Statuses in which a deployment has not come to its end, its rollback included. */
const RUNNING: ReadonlySet<ServiceDeployment['status']> = new Set([
  'PENDING',
  'IN_PROGRESS',
  'STOP_REQUESTED',
  'ROLLBACK_REQUESTED',
  'ROLLBACK_IN_PROGRESS',
]);

/** What the tasks of a revision are made from and connected to. */
const SETTINGS = [
  'taskDefinition',
  'networkConfiguration',
  'loadBalancers',
  'launchType',
  'capacityProviderStrategy',
  'platformVersion',
  'serviceRegistries',
  'serviceConnectConfiguration',
  'volumeConfigurations',
  'vpcLatticeConfigurations',
  'monitoring',
] as const satisfies readonly (keyof ServiceRevision)[];

/** Whether a deployment has not come to its end, its rollback included. */
export function isRunning(status: ServiceDeployment['status']): boolean {
  return RUNNING.has(status);
}

/** The newest deployment of the service as it was when an invocation first asked. */
export const newestDeployment = sessionValue(lookForNewestDeployment, ofEcsService);

/** The same with a call of its own, for those who must know how it is now. */
export async function lookForNewestDeployment(scope: Scope): Promise<ListedDeployment | undefined> {
  const latest = latestOf(await listedDeployments(scope));
  return latest && { arn: latest.serviceDeploymentArn!, status: latest.status };
}

/**
 * The deployments of the service that ECS lists: page by page, in an order that is not documented, and only those of the last
 * 90 days (ECS developer guide), so that a service may run without any.
 *
 * @param status only those in one of these.
 */
export function listedDeployments(
  { clients, ecsService }: Scope,
  status?: ServiceDeploymentStatus[],
): Promise<ServiceDeploymentBrief[]> {
  return allItems(
    pagesOf((nextToken) =>
      clients.ecs.send(
        new ListServiceDeploymentsCommand({
          cluster: ecsService.clusterName,
          service: ecsService.name,
          status,
          maxResults: PAGE,
          nextToken,
        }),
      ),
    ),
    ({ serviceDeployments }) => serviceDeployments,
  );
}

/** The deployment that was created last. */
export function latestOf(listed: readonly ServiceDeploymentBrief[]): ServiceDeploymentBrief | undefined {
  return listed.reduce<ServiceDeploymentBrief | undefined>(
    (latest, one) => (latest && Number(latest.createdAt) >= Number(one.createdAt) ? latest : one),
    undefined,
  );
}

/** @returns undefined when ECS does not show it, as in the first seconds of a deployment. */
export async function describeDeployment(
  { clients }: Scope,
  arn: string,
): Promise<ServiceDeployment | undefined> {
  const { serviceDeployments } = await clients.ecs.send(
    new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] }),
  );
  return serviceDeployments?.[0];
}

/** The newest of the revisions that a service has tasks of; undefined when ECS shows none. */
export async function newestRevision(
  { clients }: Scope,
  { currentServiceRevisions = [] }: Service,
): Promise<ServiceRevision | undefined> {
  const serviceRevisionArns = currentServiceRevisions.map(({ arn }) => arn!);
  if (serviceRevisionArns.length === 0) return undefined;
  const { serviceRevisions = [] } = await clients.ecs.send(
    new DescribeServiceRevisionsCommand({ serviceRevisionArns }),
  );
  return serviceRevisions.sort((one, other) => Number(other.createdAt) - Number(one.createdAt))[0];
}

/** ARNs of the target groups that the tasks of the last successful deployment are registered in. */
export async function stableTargetGroups(scope: Scope): Promise<readonly string[]> {
  const { clients } = scope;
  const last = latestOf(await listedDeployments(scope, ['SUCCESSFUL']));
  if (!last?.targetServiceRevisionArn) return [];
  const { serviceRevisions } = await clients.ecs.send(
    new DescribeServiceRevisionsCommand({ serviceRevisionArns: [last.targetServiceRevisionArn] }),
  );
  const { loadBalancers = [] } = serviceRevisions?.[0]?.resolvedConfiguration ?? {};
  return loadBalancers.flatMap(({ targetGroupArn }) => targetGroupArn ?? []);
}

/** Ends of a deployment that leave a service neither with what it was to bring nor with what ran before. */
const HALF_WAY: ReadonlySet<ServiceDeployment['status']> = new Set(['STOPPED', 'ROLLBACK_FAILED']);

/**
 * Whether an update has to deploy what the service is said to have already: the newest deployment was stopped half-way,
 * or its rollback failed. A service whose first deployment failed has failed.
 */
export async function isLeftHalfWay(scope: ApplyScope): Promise<boolean> {
  return scope.previousSpec !== undefined && HALF_WAY.has((await newestDeployment(scope))?.status);
}

/** Whether two deployments have the same settings to bring; what ECS does not tell of counts as different. */
export async function bringTheSame(
  { clients }: Scope,
  ...deployments: readonly [ServiceDeployment, ServiceDeployment]
): Promise<boolean> {
  const serviceRevisionArns = deployments.flatMap(
    ({ targetServiceRevision }) => targetServiceRevision?.arn ?? [],
  );
  if (serviceRevisionArns.length < deployments.length) return false;
  const { serviceRevisions = [] } = await clients.ecs.send(
    new DescribeServiceRevisionsCommand({ serviceRevisionArns }),
  );
  const [first, second] = serviceRevisionArns.map((arn) =>
    serviceRevisions.find(({ serviceRevisionArn }) => serviceRevisionArn === arn),
  );
  return (
    first !== undefined &&
    second !== undefined &&
    SETTINGS.every((name) => isDeepStrictEqual(first[name], second[name]))
  );
}
