import {
  ClusterContainsCapacityProviderException,
  ClusterContainsContainerInstancesException,
  ClusterContainsServicesException,
  ClusterContainsTasksException,
  ClusterNotFoundException,
  CreateClusterCommand,
  DeleteClusterCommand,
  DescribeClustersCommand,
  InvalidParameterException,
  UpdateInProgressException,
  type Cluster,
} from '@aws-sdk/client-ecs';
import type { Component } from '../../composition/component';
import { HandlerError } from '../../../core/failure';
import { sharedBy, sharedTag } from '../../memory/ownership';
import { done, wait } from '../../../core/outcome';
import { newServiceLinkedRole } from '../../../aws/service-linked-role';
import { lowerCaseTagList, lowerCaseTagRecord } from '../../identity/tags';

/** The capacity provider that every cluster may have without anything being made for it. */
export const FARGATE = 'FARGATE';

/** Its spare capacity, offered in the same way. */
const FARGATE_SPOT = 'FARGATE_SPOT';

/** The cluster that the service runs in. */
export interface ObservedCluster {
  readonly arn: string;
  /** Whether services may name the capacity provider FARGATE; without it they ask for the launch type. */
  readonly offersFargate: boolean;
  /** Whether this resource type made it, for some service. */
  readonly madeHere: boolean;
}

/** Value of {@link SHARED_TAG} on a cluster that was made here. */
const MADE_HERE = 'cluster';

/** What DeleteCluster answers when somebody uses the cluster, or it is gone: nothing is left to do. */
const NOT_OURS_TO_DELETE = [
  ClusterContainsCapacityProviderException,
  ClusterContainsContainerInstancesException,
  ClusterContainsServicesException,
  ClusterContainsTasksException,
  ClusterNotFoundException,
  UpdateInProgressException,
];

/**
 * The cluster is shared. The one named `default` is made when it is absent, as Express Mode does; any other must exist,
 * so that a misspelt name does not make one. What was made here goes when nothing is left in it: ECS itself decides,
 * because it refuses to delete a cluster that anything runs in.
 */
export const cluster: Component<ObservedCluster> = {
  kind: 'Cluster',
  needs: [],
  // ECS deletes no cluster with tasks in it; when the security group of the tasks can be deleted they are gone.
  removedAfter: ['ServiceSecurityGroup'],
  shared: true,
  permissions: {
    observe: ['ecs:DescribeClusters'],
    // The first cluster of an account makes ECS's service-linked role, with the caller's permissions.
    apply: ['ecs:CreateCluster', 'ecs:TagResource', 'iam:CreateServiceLinkedRole'],
    remove: ['ecs:DeleteCluster'],
  },

  async observe({ clients, identity: { clusterName }, spec }) {
    const { clusters } = await clients.ecs.send(
      new DescribeClustersCommand({ clusters: [clusterName], include: ['TAGS'] }),
    );
    const found = clusters?.find(({ status }) => status !== 'INACTIVE');
    if (!found && spec && !spec.createsCluster) {
      throw new HandlerError('InvalidRequest', `there is no cluster "${clusterName}"`, {
        propertyPath: 'Cluster',
        remedy: 'Make it first, or leave Cluster out to use the cluster default',
      });
    }
    const missing = spec?.settings?.capacityProviderStrategy?.find(
      ({ capacityProvider }) => found && !found.capacityProviders?.includes(capacityProvider!),
    );
    if (missing) {
      throw new HandlerError(
        'InvalidRequest',
        `cluster "${clusterName}" does not offer the capacity provider ${missing.capacityProvider}`,
        {
          propertyPath: 'CapacityProviderStrategy',
          remedy: 'Associate it with the cluster, or leave it out of the strategy',
        },
      );
    }
    return found && observed(found);
  },

  async apply({ clients, identity: { clusterName } }, _needs, current) {
    if (current) return done(current);
    // Idempotent: a cluster that somebody else has just made is returned.
    const creation = new CreateClusterCommand({
      clusterName,
      capacityProviders: [FARGATE, FARGATE_SPOT],
      tags: lowerCaseTagList(sharedTag(MADE_HERE)),
    });
    const answer = await clients.ecs.send(creation).catch((error: unknown) => {
      if (lacksServiceLinkedRole(error)) return undefined;
      throw error;
    });
    if (!answer) return SERVICE_LINKED_ROLE;
    const { cluster: made } = answer;
    return made?.status === 'PROVISIONING'
      ? wait(`cluster ${clusterName} to become active`, 5)
      : done(observed(made!));
  },

  async remove({ clients }, _found, { arn, madeHere }) {
    if (!madeHere) return done(undefined);
    try {
      await clients.ecs.send(new DeleteClusterCommand({ cluster: arn }));
    } catch (error) {
      if (!NOT_OURS_TO_DELETE.some((kind) => error instanceof kind)) throw error;
    }
    return done(undefined);
  },
};

/**
 * In an account that has never used ECS the first call has its service-linked role made, and is refused until IAM has it,
 * some seconds later (ECS developer guide, "Using service-linked roles for Amazon ECS").
 */
const SERVICE_LINKED_ROLE = newServiceLinkedRole({
  service: 'Amazon ECS',
  roleName: 'AWSServiceRoleForECS',
  principal: 'ecs.amazonaws.com',
});

function lacksServiceLinkedRole(error: unknown): boolean {
  return error instanceof InvalidParameterException && /service.linked role/i.test(error.message);
}

function observed({ clusterArn, capacityProviders, tags }: Cluster): ObservedCluster {
  return {
    arn: clusterArn!,
    offersFargate: capacityProviders?.includes(FARGATE) ?? false,
    madeHere: sharedBy(lowerCaseTagRecord(tags)) === MADE_HERE,
  };
}
