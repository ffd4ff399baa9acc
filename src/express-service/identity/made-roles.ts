/** The IAM roles that are made for a service: their names follow from it, so that their ARNs are known before they are there. */
import { ROLE_PATH } from '../../../schema/role-path';
import { fittingName, identityOfService, shortHash, type Identity } from './identity';

/** What a role is for. */
export type RolePurpose = (typeof PURPOSES)[number];
const PURPOSES = ['task', 'execution', 'infrastructure'] as const;

/** The longest name that IAM takes. */
const LONGEST_NAME = 64;

/** Name of a role of a service; the digits tell it from that of a service of the same name in another Region. */
export function madeRoleName(identity: Identity, purpose: RolePurpose): string {
  const { clusterName, serviceName, serviceArn } = identityOfService(identity);
  const ending = `-${purpose}-${shortHash(serviceArn, 8)}`;
  return `${fittingName(`${clusterName}-${serviceName}`, LONGEST_NAME - ending.length)}${ending}`;
}

/** ARN of a role of a service. */
export function madeRoleArn(identity: Identity, purpose: RolePurpose): string {
  const { partition, accountId } = identity;
  return `arn:${partition}:iam::${accountId}:role${ROLE_PATH}${madeRoleName(identity, purpose)}`;
}

/** The ARN of a role of the author's; undefined of one that is made for the service. */
export function authorsRole(identity: Identity, arn: string | undefined): string | undefined {
  return isMadeRole(identity, arn) ? undefined : arn;
}

/** Whether an ARN is that of a role which is made for the service, rather than one of the author's. */
export function isMadeRole(identity: Identity, arn: string | undefined): boolean {
  return PURPOSES.some((purpose) => madeRoleArn(identity, purpose) === arn);
}
