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
import { onePart } from '../../composition/part';
import { HandlerError } from '../../../core/failure';
import { sharedBy, sharedTag } from '../../memory/ownership';
import { done, wait } from '../../../core/outcome';
import { newServiceLinkedRole } from '../../../aws/service-linked-role';
import {
  lowerCaseTagList,
  lowerCaseTagRecord,
  tagList,
  tagRecord,
  type ResourceTag,
} from '../../identity/tags';

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

/** Of the cluster that is made. */
interface ClusterProperties {
  readonly ClusterName: string;
  readonly CapacityProviders: readonly string[];
  readonly Tags: readonly ResourceTag[];
}

/** What the tag of shared resources says of a cluster that was made here. */
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
export const cluster: Component<ObservedCluster, object, ClusterProperties> = {
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

  desired({ identity: { clusterName: ClusterName }, spec }) {
    if (!spec.createsCluster) return [];
    const properties = {
      ClusterName,
      CapacityProviders: [FARGATE, FARGATE_SPOT],
      Tags: tagList(sharedTag(MADE_HERE)),
    };
    return [{ type: 'AWS::ECS::Cluster', shared: true, properties }];
  },

  attributes: ({ arn }) => ({ '': { Ref: arn.slice(arn.lastIndexOf('/') + 1), Arn: arn } }),

  parts({ identity: { partition, region, accountId, clusterName } }, observed) {
    const arn = `arn:${partition}:ecs:${region}:${accountId}:cluster/${clusterName}`;
    return onePart('AWS::ECS::Cluster', observed, (found) => found.arn, arn);
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

  async apply({ clients, desired }, _needs, current) {
    if (current) return done(current);
    const { ClusterName, CapacityProviders, Tags } = desired['']!;
    // Idempotent: a cluster that somebody else has just made is returned.
    const creation = new CreateClusterCommand({
      clusterName: ClusterName,
      capacityProviders: [...CapacityProviders],
      tags: lowerCaseTagList(tagRecord(Tags)),
    });
    const answer = await clients.ecs.send(creation).catch((error: unknown) => {
      if (lacksServiceLinkedRole(error)) return undefined;
      throw error;
    });
    if (!answer) return SERVICE_LINKED_ROLE;
    const { cluster: made } = answer;
    return made?.status === 'PROVISIONING'
      ? wait(`cluster ${ClusterName} to become active`, 5)
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
