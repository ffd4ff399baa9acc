/**
 * Every resource that a service is composed of, with its status: what was observed, and what should be there and was
 * not. Pure: no call to AWS.
 */
import type { Properties } from '../../cloudformation/extension';
import { defined } from '../../core/unset';
import type { Observations } from '../composition/component';
import { nodesOf, observationsOf } from '../composition/node';
import type { Scope } from '../composition/component';
import { ofVersion } from '../composition/version';
import type { Exposure } from '../exposures';
import { identityOfLoadBalancer } from '../identity/identity';
import { recordedExposures } from '../memory/recorded-exposures';
import type { ManagedResource } from '../model';
import { componentsIn, type ObservedKinds } from '../resources';

/** Where a service is reached. */
export interface ReachedAt {
  /** Undefined when its record is gone. */
  readonly serving: Exposure | undefined;
  /** Names of its additional load balancers. */
  readonly loadBalancers: readonly string[];
}

/**
 * Every resource that there is or should be, in the template's words.
 *
 * @param observed of all components, by the ids of their nodes.
 * @param isSettled whether an operation has just ended: then what was being provisioned when it was looked at is there.
 */
export function managedResources(
  { identity, ecsService, versions = [] }: Pick<Scope, 'identity' | 'ecsService' | 'versions'>,
  observed: Observations,
  { serving, loadBalancers }: ReachedAt,
  isSettled: boolean,
): Properties<ManagedResource>[] {
  const additional = loadBalancers.flatMap((name) => {
    const { ServiceSecurityGroup } = observationsOf(observed, name) as ObservedKinds;
    const exposures = recordedExposures(ServiceSecurityGroup?.tags ?? {});
    return exposures ? [{ name, exposures: { serving: exposures.serving, leaving: [] } }] : [];
  });
  const nodes = nodesOf(
    componentsIn,
    serving && { serving, leaving: [] },
    additional,
    versions.slice(1).map(({ id }) => id),
  );
  return nodes.flatMap(({ component, exposure, id, loadBalancer, version }) => {
    const own = loadBalancer === undefined ? identity : identityOfLoadBalancer(identity, loadBalancer);
    const of = version === undefined ? { ecsService } : ofVersion({ identity, versions }, version);
    const found = { ...observed, ...observationsOf(observed, loadBalancer) };
    return (component.parts?.({ identity: own, ...of, exposure }, observed[id], found) ?? []).map(
      ({ type: ResourceType, arn: Arn, status = 'ACTIVE', reason }) =>
        isSettled && status === 'PROVISIONING'
          ? defined({ ResourceType, Arn, Status: 'ACTIVE' as const })
          : defined({ ResourceType, Arn, Status: status, StatusReason: reason }),
    );
  });
}
