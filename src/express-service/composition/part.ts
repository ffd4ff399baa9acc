/** What READ tells of the resources that a component makes. Pure. */
import { externalListenerArn, type Exposure } from '../exposures';
import type { EcsService, Identity } from '../identity/identity';
import type { ManagedResource } from '../model';

/** In the template's words. */
export type PartStatus = NonNullable<ManagedResource['Status']>;

/** A resource that there is or should be. */
export interface Part {
  /** Type of the resource, as CloudFormation names it. */
  readonly type: string;
  /** Absent when it has none of its own, or when it is gone and its ARN cannot be told from its name. */
  readonly arn?: string;
  /** Default: ACTIVE. */
  readonly status?: PartStatus;
  /** Why it is not ACTIVE. */
  readonly reason?: string;
}

/** What parts are told from. */
export interface PartScope {
  readonly identity: Identity;
  /** The ECS service that is meant, of those behind the name. */
  readonly ecsService: EcsService;
  /** Where the service receives its traffic; undefined when its record is gone. */
  readonly exposure?: Exposure;
}

/** A resource that should be there and is not. */
export function gone(type: string, arn?: string): Part {
  return { type, arn, status: 'DELETED', reason: 'It was deleted by hand; the next update makes it again' };
}

/**
 * The one resource of a component.
 *
 * @param observed undefined when it is gone.
 * @param arn that it has when it is gone, where that can be told.
 */
export function onePart<Observed>(
  type: string,
  observed: Observed | undefined,
  arnOf: (observed: Observed) => string | undefined,
  arn?: string,
): Part[] {
  return [observed === undefined ? gone(type, arn) : { type, arn: arnOf(observed) }];
}

/** A resource in a status, with the reason unless it is ACTIVE. */
export function partInStatus(
  type: string,
  arn: string | undefined,
  status: PartStatus,
  reason: string,
): Part {
  return { type, arn, status, reason: status === 'ACTIVE' ? undefined : reason };
}

/** Whether the load balancer is made here, rather than the author's. */
export function isSharedExposure({ exposure }: PartScope): boolean {
  return externalListenerArn(exposure) === undefined;
}

/** ARN of a security group. */
export function securityGroupArn(
  { identity: { partition, region, accountId } }: PartScope,
  id: string,
): string {
  return `arn:${partition}:ec2:${region}:${accountId}:security-group/${id}`;
}
