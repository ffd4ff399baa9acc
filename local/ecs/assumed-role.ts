/** Roles that ECS assumes on behalf of its user: whether it can, and what it may call then. */
import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import type { Structure } from '../service';
import { lastPart } from './arns';
import type { EcsContext } from './context';
import { TIMINGS } from './timings';
import { listed, statementsOf, trusts } from './trust';

const PRINCIPAL = 'ecs.amazonaws.com';

/** Whether a role exists, trusts ECS, and was not changed a moment ago. */
export async function isAssumable({ aws, roleChanges }: EcsContext, roleArn: string): Promise<boolean> {
  const roleName = lastPart(roleArn);
  if (roleChanges.age(roleName) < TIMINGS.rolePropagation) return false;
  const { iam } = aws('us-east-1');
  const found = await iam.send(new GetRoleCommand({ RoleName: roleName })).catch(() => undefined);
  if (!found) return false;
  const trust = statementsOf(found.Role!.AssumeRolePolicyDocument!);
  return trust.some((statement) => trusts(statement, PRINCIPAL));
}

/**
 * Whether the policies of a role allow every one of these actions.
 *
 * @param resource ARN of what is acted on; when it is left out, resources are not looked at.
 */
export async function mayCall(
  { aws }: EcsContext,
  roleArn: string,
  actions: readonly string[],
  resource?: string,
): Promise<boolean> {
  const statements = await permissionsOf(aws('us-east-1').iam, lastPart(roleArn));
  return actions.every((action) => isAllowed(statements, action, resource));
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

/** Whether an action is allowed; conditions are taken to be right, and resources too where none is given. */
function isAllowed(statements: readonly Structure[], action: string, resource?: string): boolean {
  const about = statements.filter(
    ({ Action, NotAction, Resource }) =>
      (NotAction === undefined
        ? listed(Action).some((pattern) => matches(pattern, action))
        : !listed(NotAction).some((pattern) => matches(pattern, action))) &&
      (resource === undefined || listed(Resource).some((pattern) => matches(pattern, resource))),
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
