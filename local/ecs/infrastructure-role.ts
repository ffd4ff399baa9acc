/** The infrastructure role of a service, with which ECS calls Elastic Load Balancing on behalf of its user. */
import { AwsError, type Structure } from '../service';
import { isAssumable, mayCall } from './assumed-role';
import type { EcsContext } from './context';
import { invalidNetworking } from './endings';

/** What ECS calls with it on a service behind Application Load Balancers (AmazonECSInfrastructureRolePolicyForLoadBalancers). */
const ACTIONS = [
  'elasticloadbalancing:DescribeRules',
  'elasticloadbalancing:DescribeTargetGroups',
  'elasticloadbalancing:DescribeTargetHealth',
  'elasticloadbalancing:RegisterTargets',
  'elasticloadbalancing:DeregisterTargets',
  'elasticloadbalancing:ModifyRule',
];

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
  for (const roleArn of rolesOf(loadBalancers)) {
    if (await isUnusable(context, roleArn)) throw new AwsError('InvalidParameterException', NOT_ASSUMABLE);
  }
}

/** Assume the roles of a service's load balancers for a deployment. @throws Ending for one that ECS cannot use. */
export async function assumeInfrastructureRoles(
  context: EcsContext,
  loadBalancers: readonly Structure[],
): Promise<void> {
  for (const roleArn of rolesOf(loadBalancers)) {
    if (await isUnusable(context, roleArn)) {
      throw invalidNetworking(
        `ECS was unable to manage the ELB resources due to missing permissions on ECS Infrastructure Role '${roleArn}'.`,
      );
    }
  }
}

function rolesOf(loadBalancers: readonly Structure[]): string[] {
  return [
    ...new Set(loadBalancers.flatMap(({ advancedConfiguration }) => advancedConfiguration?.roleArn ?? [])),
  ];
}

/** Whether ECS cannot assume a role, or may not make one of the calls with it. */
async function isUnusable(context: EcsContext, roleArn: string): Promise<boolean> {
  return !(await isAssumable(context, roleArn)) || !(await mayCall(context, roleArn, ACTIONS));
}
