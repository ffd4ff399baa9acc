import { DescribeServicesCommand, type Service } from '@aws-sdk/client-ecs';
import type { Clients } from '../../aws/clients';
import type { Scope } from '../composition/component';
import { isManaged } from '../identity/ownership';
import { unless } from '../../aws/sdk-errors';
import { lowerCaseTagRecord } from '../identity/tags';

/** IAM actions of {@link describedService}. */
export const DESCRIBED_SERVICE_ACTIONS = ['ecs:DescribeServices'] as const;

/** By the clients, of which each invocation has its own. */
const described = new WeakMap<Clients, Promise<Service | undefined>>();

/**
 * The ECS service of this name, whoever made it, as it was at the beginning of the invocation: several components look
 * at it, and one call is enough for all.
 *
 * @returns undefined when there is none, or only an INACTIVE one, whose name may be used again.
 */
export function describedService(scope: Scope): Promise<Service | undefined> {
  const known = described.get(scope.clients);
  if (known) return known;
  const looking = describeService(scope);
  described.set(scope.clients, looking);
  return looking;
}

/** {@link describedService}, when it is the service's own by its tag. */
export async function managedDescribedService(scope: Scope): Promise<Service | undefined> {
  const service = await describedService(scope);
  return service && isManaged(scope.identity, lowerCaseTagRecord(service.tags)) ? service : undefined;
}

/** The same with a call of its own, for those who must know how it is now. */
export async function describeService({ clients, identity }: Scope): Promise<Service | undefined> {
  const answer = await unless(
    clients.ecs.send(
      new DescribeServicesCommand({
        cluster: identity.clusterName,
        services: [identity.serviceName],
        include: ['TAGS'],
      }),
    ),
    'ClusterNotFoundException',
  );
  return answer?.services?.find(({ status }) => status !== 'INACTIVE');
}
