/** Whether an ECS service can be deployed from here: another one may have been given to somebody else's control. */
import type { Service } from '@aws-sdk/client-ecs';
import { invalid } from '../../core/failure';
import type { Scope } from '../composition/component';

/**
 * Refuse a service whose deployments are not those of Amazon ECS, or that Amazon ECS manages as a whole.
 *
 * @throws HandlerError InvalidRequest.
 */
export function checkControl(
  { ecsService: { name, clusterName } }: Pick<Scope, 'ecsService'>,
  { deploymentController, resourceManagementType }: Service,
): void {
  const { type = 'ECS' } = deploymentController ?? {};
  if (type !== 'ECS') {
    throw invalid(
      'ServiceName',
      `ECS service ${name} is deployed by the controller ${type}, under which Amazon ECS changes neither its task definition nor its load balancers`,
      `While no deployment is under way, change its controller (aws ecs update-service --cluster ${clusterName} --service ${name} --deployment-controller type=ECS), then try again. Or give another ServiceName, so that a new service is made beside it`,
    );
  }
  if (resourceManagementType === 'ECS') {
    throw invalid(
      'ServiceName',
      `ECS service ${name} is one of Amazon ECS Express Mode, of which Amazon ECS manages the load balancer, the target groups and the deployments`,
      'Give another ServiceName, so that a new service is made beside it, and delete it when its clients have moved',
    );
  }
}
