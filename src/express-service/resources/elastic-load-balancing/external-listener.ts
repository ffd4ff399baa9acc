/**
 * What is otherwise where the author looks after the listener, and with it the load balancer: nothing of them is made,
 * changed or removed here but what the service adds to them, its rule and its certificates. The load balancer may also be
 * one that services share, and the listener that of another service, which this one joins by its paths; it then stays
 * until this service has left too.
 */
import {
  DescribeListenersCommand,
  type Listener,
  type LoadBalancer as ElbLoadBalancer,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ApplyScope, Scope } from '../../composition/component';
import { invalid, HandlerError } from '../../../core/failure';
import { sharedBy } from '../../memory/ownership';
import { leadsConnections, loadBalancerArnOf } from '../../properties/load-balancer-settings';
import { closeIfUnused } from '../../sharing/load-balancer-closing';
import { done } from '../../../core/outcome';
import { externalListenerArn, type ExternalListenerExposure } from '../../exposures';
import { unless } from '../../../aws/sdk-errors';
import { egressTargets, isApplyScope, survey } from '../../sharing/survey';
import { tagRecord } from '../../identity/tags';
import { variantOf } from './variant';
import { furtherCertificates, listeners, waitForOthers } from './listeners';
import { loadBalancer, observedLoadBalancer } from './load-balancer';
import { loadBalancerSecurityGroup, removeIfUnused } from '../ec2/load-balancer-security-group';
import {
  ADD_CERTIFICATES_PERMISSIONS,
  addRecorded,
  mayHaveCertificates,
  REMOVE_CERTIFICATES_PERMISSIONS,
  takeOff,
} from './external-listener-certificates';

/** The property that names the listener. */
export const LISTENER_PATH = 'LoadBalancerConfiguration/ListenerArn';
const PATH = LISTENER_PATH;

/** The security groups that the author's load balancer stands in. */
export const groupsOfExternalListener = variantOf(loadBalancerSecurityGroup, {
  async observe(scope) {
    const found = await loadBalancerIn(scope);
    if (!found) return undefined;
    const { groups } = await survey(scope);
    const members = (found.SecurityGroups ?? []).map((id) => {
      const group = groups.find(({ GroupId }) => GroupId === id);
      return { id, isShared: sharedBy(tagRecord(group?.Tags)) !== undefined, group };
    });
    const [first] = members;
    if (!first) return undefined;
    return {
      id: first.id,
      name: found.LoadBalancerName!,
      groups: members.map(({ id, isShared }) => ({ id, isShared })),
      otherServices: first.group ? egressTargets(first.group).length : 0,
      // Of no interest: it is the author's.
      ingress: { allowedCidrs: [], allowedPrefixListIds: [], httpRedirect: false },
      complete: true,
    };
  },

  async apply(scope, _needs, current) {
    return current ? done(current) : notThere(scope);
  },

  async remove(scope, { ServiceSecurityGroup }, { id, groups }) {
    return groups.some(({ isShared }) => isShared)
      ? removeIfUnused(scope, { id, serviceGroupId: ServiceSecurityGroup?.id })
      : done(undefined);
  },
});

/** The load balancer that the author's listener belongs to. */
export const loadBalancerOfExternalListener = variantOf(loadBalancer, {
  async observe(scope) {
    const found = await loadBalancerIn(scope);
    if (found && isApplyScope(scope)) await checkReach(scope, found);
    return found && observedLoadBalancer(found);
  },

  async apply(scope, _needs, current) {
    return current ? done(current) : notThere(scope);
  },

  async remove(scope, { LoadBalancerSecurityGroup: group }, { arn }) {
    return group?.groups.some(({ isShared }) => isShared) ? closeIfUnused(scope, arn) : done(undefined);
  },
});

/** The author's listener, and the service's certificates on it. */
export const externalListener = variantOf(listeners, {
  permissions: {
    apply: [...ADD_CERTIFICATES_PERMISSIONS, ...REMOVE_CERTIFICATES_PERMISSIONS],
    remove: [...REMOVE_CERTIFICATES_PERMISSIONS],
  },

  async observe(scope, { Certificate, LoadBalancer, ServiceSecurityGroup }) {
    const { listenerArn } = scope.exposure as ExternalListenerExposure;
    const all = LoadBalancer && (await listenersOf(scope, LoadBalancer.arn));
    const listener = all?.find(({ ListenerArn }) => ListenerArn === listenerArn);
    if (!listener) return isApplyScope(scope) ? notThere(scope) : undefined;
    if (isApplyScope(scope)) checkProtocol(listener);
    return {
      httpsArn: listenerArn,
      // Only the listener of a shared load balancer says whether it takes services (load-balancer-closing.ts).
      httpArn: all?.find((each) => each.Port === 80 && isRedirectOnly(each))?.ListenerArn,
      defaultCertificateArn: listener.Certificates?.[0]?.CertificateArn,
      certificateArns:
        !scope.isRemoval && mayHaveCertificates(listenerArn, ServiceSecurityGroup, Certificate)
          ? await furtherCertificates(scope, listenerArn)
          : [],
    };
  },

  async apply(scope, { Certificate, LoadBalancer, ServiceSecurityGroup }, current) {
    if (!current) return notThere(scope);
    try {
      return await addRecorded(scope, ServiceSecurityGroup, Certificate, current);
    } catch (error) {
      return waitForOthers(scope, error, LoadBalancer.name);
    }
  },

  async prune(scope, { Certificate, ServiceSecurityGroup }, current) {
    await takeOff(scope, ServiceSecurityGroup, Certificate, current, Certificate.arns);
    return done(undefined);
  },

  async remove(scope, { Certificate, ServiceSecurityGroup }, current) {
    const { httpsArn } = current;
    if (!mayHaveCertificates(httpsArn!, ServiceSecurityGroup, Certificate)) return done(undefined);
    // Others on the listener may have changed them since.
    const certificateArns = await furtherCertificates(scope, httpsArn!);
    await takeOff(scope, ServiceSecurityGroup, Certificate, { ...current, certificateArns }, []);
    return done(undefined);
  },
});

/** The load balancer of the author's listener. */
export async function loadBalancerIn(scope: Scope): Promise<ElbLoadBalancer | undefined> {
  const arn = loadBalancerArnOf(externalListenerArn(scope.exposure)!);
  const { loadBalancers } = await survey(scope);
  const found = loadBalancers.find(({ LoadBalancerArn }) => LoadBalancerArn === arn);
  return found ?? (isApplyScope(scope) ? notThere(scope) : undefined);
}

async function listenersOf({ clients }: Scope, LoadBalancerArn: string): Promise<Listener[]> {
  const answer = await unless(
    clients.elasticLoadBalancing.send(new DescribeListenersCommand({ LoadBalancerArn })),
    'LoadBalancerNotFoundException',
  );
  return answer?.Listeners ?? [];
}

/** @throws HandlerError when the load balancer could not reach the tasks. */
async function checkReach(
  scope: ApplyScope,
  { AvailabilityZones = [], LoadBalancerName: name, VpcId }: ElbLoadBalancer,
): Promise<void> {
  const { vpcId, subnets } = await scope.network();
  const isWanted = isWantedListener(scope);
  if (VpcId !== vpcId) {
    throw invalid(
      PATH,
      `load balancer ${name} is in ${VpcId}, but the tasks' subnets are in ${vpcId}`,
      `Name a listener of a load balancer in ${vpcId}`,
    );
  }
  const reached = AvailabilityZones.map(({ ZoneName }) => ZoneName!);
  const unreached = subnets
    .map(({ availabilityZone }) => availabilityZone)
    .filter((zone, index, zones) => !reached.includes(zone) && zones.indexOf(zone) === index);
  if (unreached.length === 0) return;
  const problem = `tasks are to run in ${unreached.join(', ')}, where load balancer ${name} has no subnet and sends no requests`;
  if (isWanted) {
    throw invalid(
      PATH,
      problem,
      `Give the load balancer a subnet there, or name subnets in ${reached.join(', ')}`,
    );
  }
  throw new HandlerError('NotUpdatable', `${problem}: the service is reached there until it has moved`, {
    propertyPath: 'NetworkConfiguration/Subnets',
    remedy: `Move to subnets in ${reached.join(', ')} first, or give another ServiceName so that the service is replaced`,
  });
}

/** Whether the listener of the exposure is the one that the template names, rather than one that the service leaves. */
export function isWantedListener({ exposure, spec: { loadBalancer: spec } }: ApplyScope): boolean {
  return 'listenerArn' in spec && spec.listenerArn === externalListenerArn(exposure);
}

function checkProtocol({ Protocol, Port }: Listener): void {
  if (Protocol === 'HTTPS') return;
  throw invalid(PATH, `the listener on port ${Port} speaks ${Protocol}`, 'Name an HTTPS listener');
}

/** Whether a listener is like that of shared load balancers, on whose rules it is noted that they take no more services. */
function isRedirectOnly({ DefaultActions = [] }: Listener): boolean {
  return DefaultActions.every(({ Type }) => Type === 'redirect');
}

/** @throws HandlerError InvalidRequest. */
export function notThere({ spec }: ApplyScope): never {
  throw invalid(
    PATH,
    'no such listener exists in this account and Region',
    leadsConnections(spec.loadBalancer)
      ? 'Name a listener of a Network Load Balancer'
      : 'Name an HTTPS listener of an Application Load Balancer',
  );
}
