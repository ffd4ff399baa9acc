/** The roles that a template names. Pure: no call to AWS. */
import type { DeploymentConfiguration } from '@aws-sdk/client-ecs';
import { invalid } from '../../core/failure';
import type { ServiceSettings } from './ecs-service';
import type { ServiceConnectSpec } from './service-connect';
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
const PRINCIPALS: Readonly<Record<string, string>> = {
  ExecutionRoleArn: 'ecs-tasks.amazonaws.com',
  TaskRoleArn: 'ecs-tasks.amazonaws.com',
  InfrastructureRoleArn: 'ecs.amazonaws.com',
};

/** ARNs by the paths of the properties that name them. */
export type Roles = Readonly<Record<string, string | undefined>>;

/** The service principal that the role of a property has to trust; those of lifecycle hooks are assumed by ECS. */
export function principalOf(property: string): string {
  return PRINCIPALS[property] ?? 'ecs.amazonaws.com';
}

/** What names roles. */
interface NamesRoles {
  readonly infrastructureRoleArn?: string;
  readonly task: ManagedTask | ExternalTask;
  readonly settings: Pick<Partial<ServiceSettings>, 'deploymentConfiguration' | 'volumeConfigurations'>;
  readonly serviceConnect?: ServiceConnectSpec;
}

/** The roles that a specification names. */
export function rolesOf({ infrastructureRoleArn, task, settings, serviceConnect }: NamesRoles): Roles {
  const { executionRoleArn, taskRoleArn } = task.kind === 'managed' ? task.definition : {};
  return {
    ExecutionRoleArn: executionRoleArn,
    TaskRoleArn: taskRoleArn,
    InfrastructureRoleArn: infrastructureRoleArn,
    ...volumeRolesOf(settings, infrastructureRoleArn),
    'ServiceConnectConfiguration/Tls/RoleArn': serviceConnect?.settings.tls?.roleArn,
    ...hookRolesOf(settings.deploymentConfiguration),
  };
}

/** Roles with which ECS makes EBS volumes, but for the infrastructure role. */
export function volumeRolesOf(
  { volumeConfigurations = [] }: Pick<Partial<ServiceSettings>, 'volumeConfigurations'>,
  infrastructureRoleArn: string | undefined,
): Roles {
  const own = volumeConfigurations.flatMap(({ name, managedEBSVolume: volume }) =>
    volume && volume.roleArn !== infrastructureRoleArn
      ? [[`Volumes/${name}/ManagedEBSVolume/RoleArn`, volume.roleArn] as const]
      : [],
  );
  return Object.fromEntries(own);
}

/** Roles with which ECS invokes the functions of lifecycle hooks. */
export function hookRolesOf({ lifecycleHooks = [] }: DeploymentConfiguration = {}): Roles {
  return Object.fromEntries(
    lifecycleHooks.map(({ roleArn }, index) => [
      `DeploymentConfiguration/LifecycleHooks/${index}/RoleArn`,
      roleArn,
    ]),
  );
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
      `Give a role of account ${identity.accountId} that trusts ${principalOf(property)}`,
    );
  }
}

/** Properties and ARNs of the roles that are named. */
export function roleEntries(roles: Roles): [property: string, arn: string][] {
  return Object.entries(roles).filter(([, arn]) => arn !== undefined) as [string, string][];
}
