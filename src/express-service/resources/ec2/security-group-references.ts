/** Rules of other security groups that keep one from being deleted. */
import { DescribeSecurityGroupsCommand, type IpPermission, type SecurityGroup } from '@aws-sdk/client-ec2';
import { allOf } from '../../../core/all-of';
import type { Scope } from '../../composition/component';
import { HandlerError } from '../../../core/failure';
import { LIMIT, wait, waitedFor, type Wait } from '../../../core/outcome';

/** IAM actions of {@link waitUntilUnused}. */
export const REFERENCE_ACTIONS = ['ec2:DescribeSecurityGroups'] as const;

/**
 * Seconds between two looks for rules of other groups, and before the first: those that are being removed may still be seen,
 * and most groups only wait for network interfaces.
 */
const SECONDS_BETWEEN_LOOKS = 120;

/** The two directions of rules, with the filter that finds those which name a group. */
const DIRECTIONS = [
  {
    name: 'ingress',
    filter: 'ip-permission.group-id',
    permissions: (group: SecurityGroup) => group.IpPermissions,
  },
  {
    name: 'egress',
    filter: 'egress.ip-permission.group-id',
    permissions: (group: SecurityGroup) => group.IpPermissionsEgress,
  },
] as const;

/** A group that is to be deleted. */
interface Group {
  readonly id: string;
  readonly name?: string;
}

/** Name of the wait for a group to be unused. */
export function whatIsUsed({ id }: Group): string {
  return `security group ${id}`;
}

/**
 * What to wait for after EC2 has refused to delete a group as a DependencyViolation: network interfaces, which go by
 * themselves. Rules of other groups that name it do not.
 *
 * @param group the one that is to be deleted.
 * @param users whose network interfaces may still have it, for the reason.
 * @throws HandlerError ResourceConflict that names the rules of other groups, once the group has been waited for for two minutes.
 */
export async function waitUntilUnused<Token>(
  scope: Scope,
  group: Group,
  users: string,
  { seconds, token }: Pick<Wait<Token>, 'seconds' | 'token'>,
): Promise<Wait<Token>> {
  const what = whatIsUsed(group);
  const named = group.name === undefined ? what : `${what} (${group.name})`;
  const waited = waitedFor(scope.time, what);
  const isTimeToLook = waited >= SECONDS_BETWEEN_LOOKS && waited % SECONDS_BETWEEN_LOOKS < seconds;
  const references = isTimeToLook ? await referencesTo(scope, group.id) : [];
  if (references.length > 0) {
    throw new HandlerError(
      'ResourceConflict',
      `${named} cannot be deleted, because rules of other groups name it: ${references.join('; ')}`,
      { remedy: 'Delete these rules, then delete the resource again' },
    );
  }
  return wait(`${named}, which network interfaces of ${users} still use`, seconds, {
    token,
    limit: {
      ...LIMIT,
      what,
      remedy: `Look in the EC2 console for network interfaces with ${group.id}, and for what made them, then delete again`,
    },
  });
}

async function referencesTo({ clients }: Scope, id: string): Promise<string[]> {
  const found = await allOf(
    DIRECTIONS.map(async ({ name, filter, permissions }) => {
      const { SecurityGroups = [] } = await clients.ec2.send(
        new DescribeSecurityGroupsCommand({ Filters: [{ Name: filter, Values: [id] }] }),
      );
      return SecurityGroups.filter(({ GroupId }) => GroupId !== id).flatMap((group) =>
        (permissions(group) ?? [])
          .filter(({ UserIdGroupPairs = [] }) => UserIdGroupPairs.some(({ GroupId }) => GroupId === id))
          .map((permission) => `${group.GroupId} (${group.GroupName}), ${name} of ${portsOf(permission)}`),
      );
    }),
  );
  return found.flat();
}

function portsOf({ IpProtocol, FromPort, ToPort }: IpPermission): string {
  if (IpProtocol === '-1') return 'all traffic';
  return `${IpProtocol} ${FromPort === ToPort ? FromPort : `${FromPort}-${ToPort}`}`;
}
