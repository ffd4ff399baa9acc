import { CreateClusterCommand, DescribeClustersCommand, type Cluster } from '@aws-sdk/client-ecs';
import type { Component } from '../component';
import { HandlerError } from '../errors';
import { SHARED_TAG } from '../identity';
import { done, wait } from '../outcome';
import { lowerCaseTagList } from '../tags';

/** The capacity provider that every cluster may have without anything being made for it. */
export const FARGATE = 'FARGATE';

/** The cluster that the service runs in. */
export interface ObservedCluster {
  readonly arn: string;
  /** Whether services may name the capacity provider FARGATE; without it they ask for the launch type. */
  readonly offersFargate: boolean;
}

/**
 * The cluster is shared and stays for ever: empty, it costs nothing. The one named `default` is made when it is absent,
 * as Express Mode does; any other must exist, so that a misspelt name does not make one.
 */
export const cluster: Component<ObservedCluster> = {
  kind: 'Cluster',
  needs: [],
  permissions: {
    observe: ['ecs:DescribeClusters'],
    // The first cluster of an account makes ECS's service-linked role, with the caller's permissions.
    apply: ['ecs:CreateCluster', 'ecs:TagResource', 'iam:CreateServiceLinkedRole'],
    remove: [],
  },

  async observe({ clients, identity: { clusterName }, spec }) {
    if (!spec) return undefined;
    const { clusters } = await clients.ecs.send(new DescribeClustersCommand({ clusters: [clusterName] }));
    const found = clusters?.find(({ status }) => status !== 'INACTIVE');
    if (!found && !spec.createsCluster) {
      throw new HandlerError('InvalidRequest', `there is no cluster "${clusterName}"`, {
        propertyPath: 'Cluster',
        remedy: 'Make it first, or leave Cluster out to use the cluster default',
      });
    }
    return found && observed(found);
  },

  async apply({ clients, identity: { clusterName } }, _needs, current) {
    if (current) return done(current);
    // Idempotent: a cluster that somebody else has just made is returned.
    const { cluster: made } = await clients.ecs.send(
      new CreateClusterCommand({
        clusterName,
        capacityProviders: [FARGATE],
        tags: lowerCaseTagList({ [SHARED_TAG]: 'cluster' }),
      }),
    );
    return made?.status === 'PROVISIONING'
      ? wait(`cluster ${clusterName} to become active`, 5)
      : done(observed(made!));
  },

  async remove() {
    return done(undefined);
  },
};

function observed({ clusterArn, capacityProviders }: Cluster): ObservedCluster {
  return { arn: clusterArn!, offersFargate: capacityProviders?.includes(FARGATE) ?? false };
}
