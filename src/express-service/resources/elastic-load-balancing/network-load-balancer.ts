/** A Network Load Balancer, which the service has for itself. */
import {
  DescribeLoadBalancerAttributesCommand,
  ModifyLoadBalancerAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { HandlerError } from '../../../core/failure';
import { done } from '../../../core/outcome';
import { unless } from '../../../aws/sdk-errors';
import type { ApplyScope, Scope } from '../../composition/component';
import { managedLoadBalancerName } from '../../exposures';
import { tagList } from '../../identity/tags';
import { managedTags } from '../../memory/ownership';
import { isServing } from '../../memory/recorded-exposures';
import { attributeList } from '../../properties/elb-attributes';
import {
  crossZoneAttributes,
  crossZoneOf,
  type NetworkLoadBalancerSpec,
} from '../../properties/network-load-balancer';
import { deleteLoadBalancer } from '../../sharing/load-balancer-closing';
import { isApplyScope, survey } from '../../sharing/survey';
import { loadBalancer, observedLoadBalancer } from './load-balancer';
import { loadBalancerAttributes } from './load-balancer-attributes';
import { variantOf } from './variant';

export const networkLoadBalancer = variantOf(loadBalancer, {
  desired(plan) {
    const { exposure, network, refer, spec } = plan;
    const { loadBalancer: where } = network;
    const name = managedLoadBalancerName(exposure);
    if (name === undefined || !where || spec.loadBalancer.kind !== 'network') return [];
    const { allocationIds, ipAddressType } = spec.loadBalancer;
    const ids = where.subnets.map(({ id }) => id);
    const properties = {
      Name: name,
      Type: 'network',
      Scheme: where.scheme,
      IpAddressType: ipAddressType,
      ...(allocationIds.length > 0
        ? {
            SubnetMappings: ids.map((SubnetId, index) => ({
              SubnetId,
              AllocationId: allocationIds[index]!,
            })),
          }
        : { Subnets: ids }),
      SecurityGroups: [refer('LoadBalancerSecurityGroup', 'GroupId')],
      Tags: tagList(managedTags(plan)),
    } as const;
    return [{ type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', properties }];
  },

  async observe(scope, found) {
    const observed = await loadBalancer.observe(scope, found);
    if (!observed && isApplyScope(scope)) await checkFreeAddresses(scope);
    return observed;
  },

  async remove(scope, _found, { arn }) {
    await unless(deleteLoadBalancer(scope, arn), 'LoadBalancerNotFoundException');
    return done(undefined);
  },
});

/**
 * A load balancer cannot be made with addresses that another one has, which the service leaves only when it has this one.
 *
 * @throws HandlerError NotUpdatable.
 */
async function checkFreeAddresses(scope: ApplyScope): Promise<void> {
  const { loadBalancer: spec } = scope.spec;
  if (spec.kind !== 'network' || spec.allocationIds.length === 0) return;
  const { loadBalancers } = await survey(scope);
  const holder = loadBalancers
    .map(observedLoadBalancer)
    .find(({ allocationIds = [] }) => allocationIds.some((id) => spec.allocationIds.includes(id)));
  if (!holder) return;
  throw new HandlerError(
    scope.previousSpec ? 'NotUpdatable' : 'ResourceConflict',
    `load balancer ${holder.name} has the addresses, which another one cannot have at the same time`,
    {
      propertyPath: 'LoadBalancerConfiguration/AllocationIds',
      remedy: 'Give other addresses, or leave the other settings of the load balancer as they are',
    },
  );
}

/** Whether it sends connections to tasks in all zones. READ tells it, so that it is always looked at. */
export const networkLoadBalancerAttributes = variantOf(loadBalancerAttributes, {
  permissions: { apply: ['elasticloadbalancing:ModifyLoadBalancerAttributes'] },

  desired({ spec: { loadBalancer: spec } }) {
    if (spec.kind !== 'network') return [];
    const properties = { LoadBalancerAttributes: attributeList(crossZoneAttributes(spec.crossZone)) };
    return [{ type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', properties }];
  },

  async observe(scope, { LoadBalancer }) {
    return LoadBalancer && describe(scope, LoadBalancer.arn);
  },

  async apply(scope, { LoadBalancer }, current) {
    const live = current ?? (await describe(scope, LoadBalancer.arn)) ?? {};
    const wanted = networkSpec(scope.spec)?.crossZone;
    // What was changed by hand stays where the template says the same as before; a new load balancer has nothing from before.
    const previous =
      isServing(scope) && scope.previousSpec ? networkSpec(scope.previousSpec)?.crossZone : undefined;
    if (wanted === undefined || wanted === previous || wanted === crossZoneOf(live)) return done(live);
    const attributes = crossZoneAttributes(wanted);
    await scope.clients.elasticLoadBalancing.send(
      new ModifyLoadBalancerAttributesCommand({
        LoadBalancerArn: LoadBalancer.arn,
        Attributes: attributeList(attributes),
      }),
    );
    return done(attributes);
  },
});

function networkSpec({ loadBalancer: spec }: ApplyScope['spec']): NetworkLoadBalancerSpec | undefined {
  return spec.kind === 'network' ? spec : undefined;
}

async function describe({ clients }: Scope, LoadBalancerArn: string) {
  const answer = await unless(
    clients.elasticLoadBalancing.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn })),
    'LoadBalancerNotFoundException',
  );
  return answer && crossZoneAttributes(crossZoneOf(listed(answer.Attributes)));
}

function listed(attributes: readonly { Key?: string; Value?: string }[] = []) {
  return Object.fromEntries(attributes.map(({ Key, Value }) => [Key!, Value === 'true']));
}
