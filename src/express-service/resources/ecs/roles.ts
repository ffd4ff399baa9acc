/**
 * A look at the roles that a template names, before anything is made: without it a role that is not there, or that
 * Amazon ECS may not assume, shows only when the first deployment has failed, after many minutes.
 */
import { DescribeTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { GetRoleCommand } from '@aws-sdk/client-iam';
import type { ApplyScope } from '../../composition/component';
import { HandlerError } from '../../../core/failure';
import { isMadeRole } from '../../identity/made-roles';
import type { LiveService } from '../../properties/ecs-service';
import {
  hookRolesOf,
  principalOf,
  roleEntries,
  rolesOf,
  volumeRolesOf,
  type Roles,
} from '../../properties/role-properties';
import { isSdkError, unless } from '../../../aws/sdk-errors';

/** IAM actions of {@link roleFlaw}. */
export const ROLE_PERMISSIONS = ['ecs:DescribeTaskDefinition', 'iam:GetRole'] as const;

/**
 * What is wrong with the roles that are new to the service. IAM makes changes known within seconds, sometimes later, so
 * that what is wrong now may be right when looked at again.
 *
 * @param live the service as it runs; undefined when it is to be made.
 * @returns undefined when nothing is, or when the caller may not look.
 */
export async function roleFlaw(scope: ApplyScope, live?: LiveService): Promise<HandlerError | undefined> {
  const roles = await newRoles(scope, live);
  const flaws = await Promise.all(roles.map(([property, arn]) => flawOf(scope, property, arn)));
  return flaws.find((flaw) => flaw !== undefined);
}

/** Roles that the service does not have yet: a roll-back must not need one that has been deleted since. */
async function newRoles(
  scope: ApplyScope,
  live: LiveService | undefined,
): Promise<[property: string, arn: string][]> {
  const former = scope.previousSpec && rolesOf(scope.previousSpec);
  // Those that are made are not there yet.
  const named = roleEntries(rolesOf(scope.spec)).filter(([, arn]) => !isMadeRole(scope.identity, arn));
  const changed = named.filter(([property, arn]) => former?.[property] !== arn);
  if (!live || changed.length === 0) return changed;
  const current = await rolesOfService(scope, live);
  return changed.filter(([property, arn]) => current[property] !== arn);
}

async function rolesOfService({ clients }: ApplyScope, live: LiveService): Promise<Roles> {
  const { taskDefinition } = live;
  const infrastructureRoleArn = live.loadBalancers?.[0]?.advancedConfiguration?.roleArn;
  const answer = await unless(
    clients.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition })),
    'ClientException',
  );
  return {
    ExecutionRoleArn: answer?.taskDefinition?.executionRoleArn,
    TaskRoleArn: answer?.taskDefinition?.taskRoleArn,
    InfrastructureRoleArn: infrastructureRoleArn,
    ...volumeRolesOf(live, infrastructureRoleArn),
    ...hookRolesOf(live.deploymentConfiguration),
  };
}

async function flawOf(
  { clients, log }: ApplyScope,
  propertyPath: string,
  arn: string,
): Promise<HandlerError | undefined> {
  const principal = principalOf(propertyPath);
  const refuse = (problem: string, remedy: string) =>
    new HandlerError('InvalidRequest', problem, { propertyPath, remedy });
  try {
    // Where a role has a path, its name is the last part.
    const RoleName = arn.slice(arn.lastIndexOf('/') + 1);
    const { Role } = await clients.iam.send(new GetRoleCommand({ RoleName }));
    if (Role?.Arn !== arn) {
      return refuse(
        `there is no role ${arn}, but ${Role?.Arn}`,
        'Give the ARN as IAM shows it, with its path',
      );
    }
    if (trusts(Role.AssumeRolePolicyDocument, principal)) return undefined;
    return refuse(
      `role ${arn} does not let ${principal} assume it`,
      `Allow sts:AssumeRole to the service principal ${principal} in the trust policy of the role`,
    );
  } catch (error) {
    if (isSdkError(error, 'NoSuchEntityException', 'NoSuchEntity')) {
      return refuse(`there is no role ${arn}`, `Give the ARN of a role that trusts ${principal}`);
    }
    // Who does not permit the look learns what is wrong from the deployment.
    if (!isSdkError(error, 'AccessDenied', 'AccessDeniedException')) throw error;
    log(`${propertyPath} is not looked at: ${(error as Error).message}`);
    return undefined;
  }
}

/**
 * Whether a trust policy may let a service principal assume the role. Conditions and denials are left to AWS.
 *
 * @param document encoded as in a URL, as IAM answers it.
 */
export function trusts(document: string | undefined, principal: string): boolean {
  const { Statement } = JSON.parse(decodeURIComponent(document ?? '{}')) as { Statement?: unknown };
  return listed(Statement).some((statement) => {
    const { Effect, Principal, NotPrincipal } = statement as Record<string, unknown>;
    if (Effect !== 'Allow') return false;
    if (NotPrincipal !== undefined) return true;
    return [Principal, ...listed(Principal).map((one) => (one as Record<string, unknown>)?.Service)]
      .flatMap(listed)
      .some((named) => named === '*' || named === principal);
  });
}

function listed(value: unknown): unknown[] {
  return value === undefined ? [] : [value].flat();
}
