/**
 * Every resource that a service is composed of, with its status: what was observed, and what should be there and was
 * not. Pure: no call to AWS.
 */
import type { Properties } from '../../cloudformation/extension';
import { defined } from '../../core/unset';
import type { Observations } from '../composition/component';
import { nodesOf } from '../composition/node';
import type { PartScope } from '../composition/part';
import type { Exposure } from '../exposures';
import type { ManagedResource } from '../model';
import { componentsIn } from '../resources';

/**
 * Every resource that there is or should be, in the template's words.
 *
 * @param observed of all components, by kind.
 * @param serving where the service receives its traffic; undefined when its record is gone.
 * @param isSettled whether an operation has just ended: then what was being provisioned when it was looked at is there.
 */
export function managedResources(
  scope: Pick<PartScope, 'identity' | 'ecsService'>,
  observed: Observations,
  serving: Exposure | undefined,
  isSettled: boolean,
): Properties<ManagedResource>[] {
  const nodes = nodesOf(componentsIn, serving && { serving, leaving: [] });
  return nodes.flatMap(({ component, exposure, id }) =>
    (component.parts?.({ ...scope, exposure }, observed[id], observed) ?? []).map(
      ({ type: ResourceType, arn: Arn, status = 'ACTIVE', reason }) =>
        isSettled && status === 'PROVISIONING'
          ? defined({ ResourceType, Arn, Status: 'ACTIVE' as const })
          : defined({ ResourceType, Arn, Status: status, StatusReason: reason }),
    ),
  );
}
