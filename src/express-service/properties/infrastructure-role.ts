/** The role with which Amazon ECS sees to load balancers and volumes, where it is made for the service. Pure: no call to AWS. */
import type { Inputs } from '../model';
import type { LoadBalancerSpec } from './load-balancer-settings';
import { isVersioned } from './versions';

/** What an infrastructure role that is made has to permit. */
export interface InfrastructureRoleSpec {
  /** That ECS moves requests between target groups. */
  readonly movesRequests: boolean;
  /** That ECS makes EBS volumes. */
  readonly makesVolumes: boolean;
}

/**
 * The infrastructure role that is to be made; undefined when the template names one, or ECS needs none.
 *
 * @param model its versions are ECS services of their own, between which ECS moves nothing.
 */
export function infrastructureRoleSpec(
  model: Inputs,
  { kind }: LoadBalancerSpec,
): InfrastructureRoleSpec | undefined {
  if (model.InfrastructureRoleArn) return undefined;
  const movesRequests = kind !== 'none' && !isVersioned(model);
  const makesVolumes = (model.Volumes ?? []).some(
    ({ ManagedEBSVolume: volume }) => volume && volume.RoleArn == null,
  );
  return movesRequests || makesVolumes ? { movesRequests, makesVolumes } : undefined;
}
