/** The infrastructure role of a service, with which ECS calls Elastic Load Balancing on behalf of its user. */
import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import { AwsError, type Structure } from '../service';
import { lastPart } from './arns';
import type { EcsContext } from './context';
import { invalidNetworking } from './endings';
import { TIMINGS } from './timings';
import { listed, statementsOf, trusts } from './trust';

const PRINCIPAL = 'ecs.amazonaws.com';

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

/** Whether a role is too new, does not exist, does not trust ECS, or lacks a permission. */
async function isUnusable({ aws, roleChanges }: EcsContext, roleArn: string): Promise<boolean> {
  const roleName = lastPart(roleArn);
  if (roleChanges.age(roleName) < TIMINGS.rolePropagation) return true;
  const { iam } = aws('us-east-1');
  const found = await iam.send(new GetRoleCommand({ RoleName: roleName })).catch(() => undefined);
  if (!found) return true;
  const trust = statementsOf(found.Role!.AssumeRolePolicyDocument!);
  if (!trust.some((statement) => trusts(statement, PRINCIPAL))) return true;
  const statements = await permissionsOf(iam, roleName);
  return ACTIONS.some((action) => !isAllowed(statements, action));
}

/** Statements of all policies of a role, its own and those that are attached. */
async function permissionsOf(iam: IAMClient, RoleName: string): Promise<Structure[]> {
  const [{ PolicyNames = [] }, { AttachedPolicies = [] }] = await Promise.all([
    iam.send(new ListRolePoliciesCommand({ RoleName })),
    iam.send(new ListAttachedRolePoliciesCommand({ RoleName })),
  ]);
  const documents = await Promise.all([
    ...PolicyNames.map(
      async (PolicyName) =>
        (await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))).PolicyDocument!,
    ),
    ...AttachedPolicies.map(async ({ PolicyArn }) => {
      const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
      const version = { PolicyArn, VersionId: Policy!.DefaultVersionId };
      return (await iam.send(new GetPolicyVersionCommand(version))).PolicyVersion!.Document!;
    }),
  ]);
  return documents.flatMap(statementsOf);
}

/** Whether an action is allowed; resources and conditions are taken to be right. */
function isAllowed(statements: readonly Structure[], action: string): boolean {
  const about = statements.filter(({ Action, NotAction }) =>
    NotAction === undefined
      ? listed(Action).some((pattern) => matches(pattern, action))
      : !listed(NotAction).some((pattern) => matches(pattern, action)),
  );
  return about.some(({ Effect }) => Effect === 'Allow') && about.every(({ Effect }) => Effect === 'Allow');
}

function matches(pattern: string, action: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`, 'i').test(action);
}
