/** The infrastructure role of a service, with which ECS calls Elastic Load Balancing on behalf of its user. */
import { AwsError, type Structure } from '../service';
import { isAssumable, mayCall } from './assumed-role';
import type { EcsContext } from './context';
import { invalidNetworking } from './endings';
import { isListener } from './listener-rules';

/** What ECS calls with it, whatever the load balancer is (AmazonECSInfrastructureRolePolicyForLoadBalancers). */
const ACTIONS = [
  'elasticloadbalancing:DescribeTargetGroups',
  'elasticloadbalancing:DescribeTargetHealth',
  'elasticloadbalancing:RegisterTargets',
  'elasticloadbalancing:DeregisterTargets',
];

/** What ECS calls to shift traffic: on rules of Application Load Balancers, and on listeners of Network Load Balancers. */
const SHIFTS = {
  rule: { read: 'elasticloadbalancing:DescribeRules', write: 'elasticloadbalancing:ModifyRule' },
  listener: { read: 'elasticloadbalancing:DescribeListeners', write: 'elasticloadbalancing:ModifyListener' },
};

/** What ECS says of such a role when it looks at it before it makes or changes a service. */
const NOT_ASSUMABLE =
  'Unable to assume role and validate the listeners configured on your load balancer. Please verify that the ECS ' +
  'service role being passed has the proper permissions.';

/**
 * Look at the roles of a service's load balancers when the service is made or changed.
 *
 * @throws AwsError InvalidParameterException for one that ECS cannot use, if ECS looks at them that early.
 */
export async function checkInfrastructureRoles(
  context: EcsContext,
  loadBalancers: readonly Structure[],
): Promise<void> {
  if (context.answers.holds('ecs.unusable-infrastructure-role-fails-later')) return;
  for (const use of usesOf(loadBalancers)) {
    if (await isUnusable(context, use)) throw new AwsError('InvalidParameterException', NOT_ASSUMABLE);
  }
}

/** Assume the roles of a service's load balancers for a deployment. @throws Ending for one that ECS cannot use. */
export async function assumeInfrastructureRoles(
  context: EcsContext,
  loadBalancers: readonly Structure[],
): Promise<void> {
  for (const use of usesOf(loadBalancers)) {
    if (await isUnusable(context, use)) {
      throw invalidNetworking(
        `ECS was unable to manage the ELB resources due to missing permissions on ECS Infrastructure Role '${use.roleArn}'.`,
      );
    }
  }
}

/** What a role is needed for. */
interface Use {
  readonly roleArn: string;
  /** A rule, or the listener of a Network Load Balancer. */
  readonly productionListenerRule: string;
}

function usesOf(loadBalancers: readonly Structure[]): Use[] {
  return loadBalancers.flatMap(({ advancedConfiguration }) => advancedConfiguration ?? []);
}

/** Whether ECS cannot assume a role, or may not make one of the calls with it. */
async function isUnusable(context: EcsContext, { roleArn, productionListenerRule }: Use): Promise<boolean> {
  const { read, write } = SHIFTS[isListener(productionListenerRule) ? 'listener' : 'rule'];
  return !(
    (await isAssumable(context, roleArn)) &&
    (await mayCall(context, roleArn, [...ACTIONS, read])) &&
    (await mayCall(context, roleArn, [write], productionListenerRule))
  );
}
