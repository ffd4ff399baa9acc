import { DescribeServicesCommand, type Service, type ServiceConnectConfiguration } from '@aws-sdk/client-ecs';
import type { Scope } from '../composition/component';
import { identityOfService } from '../identity/identity';
import { isManaged } from '../memory/ownership';
import { unless } from '../../aws/sdk-errors';
import { lowerCaseTagRecord } from '../identity/tags';
import { sessionValue } from '../../aws/session';

/** IAM actions of {@link describedService}. */
export const DESCRIBED_SERVICE_ACTIONS = ['ecs:DescribeServices'] as const;

/**
 * The ECS service, whoever made it, as it was at the beginning of the invocation: several components look at it, and one
 * call is enough for all.
 *
 * @returns undefined when there is none, or only an INACTIVE one, whose name may be used again.
 */
export const describedService = sessionValue(describeService, ofEcsService);

/** What tells one ECS service from another in a session. */
export function ofEcsService({ ecsService }: Scope): string {
  return ecsService.arn;
}

/** {@link describedService}, when it is the service's own by its tag. */
export async function managedDescribedService(scope: Scope): Promise<Service | undefined> {
  const service = await describedService(scope);
  return service && isManaged(identityOfService(scope.identity), lowerCaseTagRecord(service.tags))
    ? service
    : undefined;
}

/** The same with a call of its own, for those who must know how it is now. */
export async function describeService({ clients, ecsService }: Scope): Promise<Service | undefined> {
  const answer = await unless(
    clients.ecs.send(
      new DescribeServicesCommand({
        cluster: ecsService.clusterName,
        services: [ecsService.name],
        include: ['TAGS'],
      }),
    ),
    'ClusterNotFoundException',
  );
  return answer?.services?.find(({ status }) => status !== 'INACTIVE');
}

/**
 * Service Connect of a service, of which ECS tells with its deployments: that of the newest, which is what the service was
 * given, or what it was rolled back to.
 *
 * @returns undefined when it is not used.
 */
export function serviceConnectOf({ deployments = [] }: Service): ServiceConnectConfiguration | undefined {
  const newest = deployments.find(({ status }) => status === 'PRIMARY');
  const { serviceConnectConfiguration: configuration } = newest ?? {};
  return configuration?.enabled ? configuration : undefined;
}
