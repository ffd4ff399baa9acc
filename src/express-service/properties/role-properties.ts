/** The roles that a template names. Pure: no call to AWS. */
import { invalid } from '../../core/failure';
import type { InputRows } from './table';
import type { Identity } from '../identity/identity';
import type { ManagedTask, ExternalTask } from './task';

/** The role that goes to the load balancers of the ECS service; those of the task are in task.ts. */
export const ROLE_ROWS = {
  InfrastructureRoleArn: {
    refused: {
      words: /assume|infrastructure role|service role|pass role/i,
      remedy:
        'Let ecs.amazonaws.com assume the role, and attach AmazonECSInfrastructureRolePolicyForLoadBalancers to it',
    },
  },
} as const satisfies InputRows<object>;

/** Properties that name roles, with the service principal that each has to trust. */
export const PRINCIPALS = {
  ExecutionRoleArn: 'ecs-tasks.amazonaws.com',
  TaskRoleArn: 'ecs-tasks.amazonaws.com',
  InfrastructureRoleArn: 'ecs.amazonaws.com',
} as const;

export type RoleProperty = keyof typeof PRINCIPALS;
export type Roles = Readonly<Partial<Record<RoleProperty, string>>>;

/** What names roles. */
interface NamesRoles {
  readonly infrastructureRoleArn: string;
  readonly task: ManagedTask | ExternalTask;
}

/** The roles that a specification names. */
export function rolesOf({ infrastructureRoleArn, task }: NamesRoles): Roles {
  const InfrastructureRoleArn = infrastructureRoleArn;
  return task.kind === 'managed'
    ? {
        ExecutionRoleArn: task.definition.executionRoleArn,
        TaskRoleArn: task.definition.taskRoleArn,
        InfrastructureRoleArn,
      }
    : { InfrastructureRoleArn };
}

/**
 * Refuse roles of another account: AWS passes none of them to a service.
 *
 * @throws HandlerError InvalidRequest.
 */
export function checkRoleAccounts(spec: NamesRoles, identity: Identity): void {
  for (const [property, arn] of roleEntries(rolesOf(spec))) {
    const account = arn.split(':')[4];
    if (account === identity.accountId) continue;
    throw invalid(
      property,
      `is a role of account ${account}, but AWS passes only roles of the service's own account, ${identity.accountId}`,
      `Give a role of account ${identity.accountId} that trusts ${PRINCIPALS[property]}`,
    );
  }
}

/** Properties and ARNs of the roles that are named. */
export function roleEntries(roles: Roles): [RoleProperty, string][] {
  return Object.entries(roles).filter(([, arn]) => arn !== undefined) as [RoleProperty, string][];
}
