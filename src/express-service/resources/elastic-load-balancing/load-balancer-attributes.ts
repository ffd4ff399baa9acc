import { CreateTagsCommand } from '@aws-sdk/client-ec2';
import {
  DescribeLoadBalancerAttributesCommand,
  ModifyLoadBalancerAttributesCommand,
  type LoadBalancerAttribute,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ApplyScope, Component, Scope } from '../../composition/component';
import { HandlerError } from '../../../core/failure';
import {
  areSpecial,
  loadBalancerAttributeList,
  loadBalancerAttributesOf,
  logsBucketOf,
  type LoadBalancerAttributes,
} from '../../properties/load-balancer-settings';
import { done, wait } from '../../../core/outcome';
import { isSdkError, unless } from '../../../aws/sdk-errors';
import { tagList } from '../../identity/tags';
import type { ObservedLoadBalancer } from './load-balancer';
import { attributesTag } from '../../memory/ownership';
import type { ObservedLoadBalancerSecurityGroup } from '../ec2/load-balancer-security-group';

type Needs = {
  LoadBalancer: ObservedLoadBalancer;
  LoadBalancerSecurityGroup: ObservedLoadBalancerSecurityGroup;
};

interface AttributeProperties {
  readonly LoadBalancerAttributes: readonly LoadBalancerAttribute[];
}

/**
 * Attributes of a shared load balancer. They are set once, when the load balancer is new; changes that are made by hand
 * later stay. A tag of its security group says that services speak of them: else nobody asks for them, and they need no
 * call.
 */
export const loadBalancerAttributes: Component<LoadBalancerAttributes, Needs, AttributeProperties> = {
  kind: 'LoadBalancerAttributes',
  goesWith: 'LoadBalancer',
  needs: ['LoadBalancer', 'LoadBalancerSecurityGroup'],
  shared: true,
  per: 'load balancer',
  partOf: 'LoadBalancer',
  staysWhileJoining: true,
  permissions: {
    observe: ['elasticloadbalancing:DescribeLoadBalancerAttributes'],
    apply: ['ec2:CreateTags', 'elasticloadbalancing:ModifyLoadBalancerAttributes'],
    remove: [],
  },

  desired({ spec: { loadBalancer } }) {
    if (loadBalancer.kind !== 'shared' || !loadBalancer.attributes) return [];
    const properties = { LoadBalancerAttributes: loadBalancerAttributeList(loadBalancer.attributes) };
    return [{ type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', shared: true, properties }];
  },

  async observe(scope, { LoadBalancer, LoadBalancerSecurityGroup: group }) {
    if (!LoadBalancer || group?.attributesOf !== LoadBalancer.arn) return undefined;
    return describe(scope, LoadBalancer.arn);
  },

  async apply(scope, { LoadBalancer, LoadBalancerSecurityGroup: group }, current) {
    const { loadBalancer: spec } = scope.spec;
    const wanted = spec.kind === 'shared' ? spec.attributes : undefined;
    if (current || !wanted) return done(current ?? {});
    try {
      const attributes = areSpecial(wanted)
        ? await modify(scope, LoadBalancer.arn, scope.desired['']!)
        : await describe(scope, LoadBalancer.arn);
      await scope.clients.ec2.send(
        new CreateTagsCommand({
          Resources: [group.id],
          Tags: tagList(attributesTag(LoadBalancer.arn)),
        }),
      );
      return done(attributes ?? {});
    } catch (error) {
      // The last service on the load balancer removes it at this moment; it will be made again.
      if (isSdkError(error, 'LoadBalancerNotFoundException', 'InvalidGroup.NotFound')) {
        return wait(`load balancer ${LoadBalancer.name}, which another service is removing`, 2);
      }
      if (isSdkError(error, 'InvalidConfigurationRequestException') && logsBucketOf(wanted)) {
        throw new HandlerError(
          'InvalidRequest',
          `Elastic Load Balancing cannot log to bucket ${String(logsBucketOf(wanted))}: ${(error as Error).message}`,
          {
            propertyPath: 'LoadBalancerConfiguration/AccessLogs/Bucket',
            remedy:
              'Name a bucket of this Region whose policy lets the service principal logdelivery.elasticloadbalancing.amazonaws.com put objects',
            cause: error,
          },
        );
      }
      throw error;
    }
  },
};

async function describe(
  { clients }: Scope,
  LoadBalancerArn: string,
): Promise<LoadBalancerAttributes | undefined> {
  const answer = await unless(
    clients.elasticLoadBalancing.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn })),
    'LoadBalancerNotFoundException',
  );
  return answer && loadBalancerAttributesOf(answer.Attributes);
}

async function modify(
  { clients }: ApplyScope,
  LoadBalancerArn: string,
  { LoadBalancerAttributes: Attributes }: AttributeProperties,
): Promise<LoadBalancerAttributes> {
  const answer = await clients.elasticLoadBalancing.send(
    new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes: [...Attributes] }),
  );
  return loadBalancerAttributesOf(answer.Attributes);
}
