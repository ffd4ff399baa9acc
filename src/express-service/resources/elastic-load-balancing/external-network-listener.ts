/**
 * A listener of a Network Load Balancer that the author looks after. It has no rules, only one default action, and ECS moves the
 * weights of that: so a service has it for itself.
 *
 * ELB lets no listener of a Network Load Balancer be without a target group, and changes a default action without asking what it
 * was. So the service takes a listener only while that forwards to one target group without targets, which nobody misses, and
 * notes in a tag of the listener which one that is: when it goes, the listener forwards there again.
 *
 * Of services that want one listener at the same moment at most one gets it. Each has a tag of its own, which it writes before it
 * looks for those of others, so that of two at least one sees the other; a look counts once it shows the own tag. Who sees another takes its tag off again and is
 * refused, and only who sees none changes the action. The tag goes after the action has been given back.
 */
import {
  AddTagsCommand,
  DescribeListenersCommand,
  DescribeTagsCommand,
  DescribeTargetHealthCommand,
  ModifyListenerCommand,
  RemoveTagsCommand,
  type Listener,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { HandlerError, invalid } from '../../../core/failure';
import { done, wait, waitedFor } from '../../../core/outcome';
import { isSdkError, unless } from '../../../aws/sdk-errors';
import type { ApplyScope, Component, Scope } from '../../composition/component';
import {
  asRule,
  changeActions,
  rememberRules,
  servingTargetGroup,
  TRAFFIC_WEIGHT_ACTIONS,
  weightsOf,
} from '../../deployments/traffic-weights';
import { externalListenerArn, targetGroupNamePrefix } from '../../exposures';
import { tagList, tagRecord, type Tags } from '../../identity/tags';
import { takenListenerTag, takenListenerTagKey, takersIn, type Takers } from '../../memory/taken-listeners';
import { domainsOf } from '../../properties/domains';
import { leadsConnections } from '../../properties/load-balancer-settings';
import type { NetworkProtocol } from '../../properties/network-load-balancer';
import type { ObservedServiceSecurityGroup } from '../ec2/service-security-group';
import type { ObservedHostNames } from '../route-53/host-names';
import {
  groupsOfExternalListener,
  isWantedListener,
  LISTENER_PATH,
  loadBalancerIn,
  notThere,
} from './external-listener';
import { leaveListener, pollDraining, type DrainingToken } from './listener-rule';
import type { ObservedLoadBalancer } from './load-balancer';
import { forwardConfig, servingGroup } from './rule-claim';
import type { ObservedListenerRule } from './service-rule';
import type { ObservedTargetGroups } from './target-groups';
import { variantOf } from './variant';
import { isApplyScope } from '../../sharing/survey';

/** Seconds after which a tag that was written has to be seen; then it is written once more. */
const MARK_SECONDS = 30;

/** A listener that the service has taken, or was about to take. */
interface ObservedTakenListener extends ObservedListenerRule {
  /** ARN of the target group that it forwarded to before; undefined when somebody has taken the tag off that says it. */
  readonly before?: string;
  /** Whether it forwards to target groups of the service. */
  readonly leadsHere: boolean;
}

type Needs = {
  ServiceSecurityGroup: ObservedServiceSecurityGroup;
  LoadBalancer: ObservedLoadBalancer;
  HostNames: ObservedHostNames;
  TargetGroups: ObservedTargetGroups;
};

/** The security groups that the author's Network Load Balancer stands in: the tasks let them in, and nobody else. */
export const groupsOfExternalNetworkListener = variantOf(groupsOfExternalListener, {
  async observe(scope, found) {
    const groups = await groupsOfExternalListener.observe(scope, found);
    if (groups || !isApplyScope(scope) || !isWantedListener(scope)) return groups;
    const { LoadBalancerName } = (await loadBalancerIn(scope))!;
    throw invalid(
      LISTENER_PATH,
      `load balancer ${LoadBalancerName} has no security group, by which the tasks could let it in, and Elastic Load Balancing adds none afterwards`,
      'Name a listener of a Network Load Balancer that was made with a security group',
    );
  },
});

export const externalNetworkListener: Component<ObservedTakenListener, Needs, object, DrainingToken> = {
  kind: 'ListenerRule',
  needs: ['ServiceSecurityGroup', 'LoadBalancer', 'HostNames', 'TargetGroups'],
  per: 'exposure',
  staysWhileJoining: true,
  permissions: {
    observe: ['elasticloadbalancing:DescribeListeners', 'elasticloadbalancing:DescribeTags'],
    apply: [...TRAFFIC_WEIGHT_ACTIONS, 'elasticloadbalancing:AddTags', 'elasticloadbalancing:RemoveTags'],
    remove: ['elasticloadbalancing:ModifyListener', 'elasticloadbalancing:RemoveTags'],
  },

  attributes: ({ arn }) => ({ '': { Ref: arn, ListenerArn: arn } }),

  /** The obstacles are told before anything is made. */
  async observe(scope, { ServiceSecurityGroup }) {
    const found = await look(scope);
    const isWanted = isApplyScope(scope) && isWantedListener(scope);
    if (!found) return isWanted ? notThere(scope) : undefined;
    if (isWanted) checkProtocol(scope, found.listener);
    if (found.before === undefined && !leadsHere(scope, found.listener)) {
      if (isWanted) await freeTargetGroup(scope, found);
      return undefined;
    }
    const hosts = ServiceSecurityGroup?.domains ?? [];
    const taken = observed(scope, found, found.before, hosts);
    const isOpen = taken.leadsHere || forwardsTo(found, found.before!);
    if (isWanted && !isOpen) throw refusal(found);
    return taken;
  },

  async apply(scope, { TargetGroups }, current) {
    const hosts = domainsOf(scope.spec);
    if (current?.leadsHere) return done({ ...current, hostNames: hosts.map(({ hostName }) => hostName) });
    const before = current?.before ?? (await freeTargetGroup(scope, await listenerNow(scope)));
    const shown = `listener ${externalListenerArn(scope.exposure)} to show who has taken it`;
    const isMarked = shown in scope.time.waits && waitedFor(scope.time, shown) < MARK_SECONDS;
    if (!current && !isMarked) await addTag(scope, before);
    const now = await listenerNow(scope);
    // A look that does not show the service's own tag would not show those of others either.
    if (now.before === undefined) return wait(shown, 2);
    if (now.hasOthers || !forwardsTo(now, before)) {
      await removeTag(scope);
      throw refusal(now);
    }
    const serving = await servingGroup(scope, TargetGroups);
    const ForwardConfig = forwardConfig(scope, TargetGroups, serving);
    await changeActions(scope, asRule(now.listener), [{ Type: 'forward', ForwardConfig }]);
    const DefaultActions = [{ Type: 'forward' as const, ForwardConfig }];
    return done(observed(scope, { ...now, listener: { ...now.listener, DefaultActions } }, before, hosts));
  },

  leave: leaveListener,
  leavesAfter: ['DnsRecord'],
  poll: pollDraining,

  /** What people have let the listener forward to meanwhile stays. */
  async remove(scope, _found, { before }) {
    const now = await look(scope);
    if (!now) return done(undefined);
    if (leadsHere(scope, now.listener)) await giveBack(scope, now.listener, before);
    await removeTag(scope);
    return done(undefined);
  },
};

/** A listener as it is, and who has taken it. */
interface Found extends Takers {
  readonly listener: Listener;
  readonly tags: Tags;
}

/** Look at the listener; undefined when it is gone. */
async function look(scope: Scope): Promise<Found | undefined> {
  const { elasticLoadBalancing } = scope.clients;
  const arn = externalListenerArn(scope.exposure)!;
  const [listeners, described] = await Promise.all([
    unless(
      elasticLoadBalancing.send(new DescribeListenersCommand({ ListenerArns: [arn] })),
      'ListenerNotFoundException',
      'LoadBalancerNotFoundException',
    ),
    unless(
      elasticLoadBalancing.send(new DescribeTagsCommand({ ResourceArns: [arn] })),
      'ListenerNotFoundException',
      'LoadBalancerNotFoundException',
    ),
  ]);
  const listener = listeners?.Listeners?.[0];
  if (!listener) return undefined;
  rememberRules(scope, [asRule(listener)]);
  const tags = tagRecord(described?.TagDescriptions?.[0]?.Tags);
  return { listener, tags, ...takersIn(tags, scope.identity) };
}

async function listenerNow(scope: ApplyScope): Promise<Found> {
  return (await look(scope)) ?? notThere(scope);
}

function observed(
  scope: Scope,
  { listener, tags }: Found,
  before: string | undefined,
  hosts: readonly { readonly hostName: string }[],
): ObservedTakenListener {
  const { ListenerArn, Protocol, Port, Certificates = [] } = listener;
  return {
    arn: ListenerArn!,
    priority: 0,
    conditions: [],
    // It reads none: whatever leads to it is answered.
    hostNames: hosts.map(({ hostName }) => hostName),
    paths: [],
    servingTargetGroupArn: servingTargetGroup(asRule(listener)),
    tags,
    listener: {
      protocol: Protocol as NetworkProtocol,
      port: Port!,
      defaultCertificateArn: Certificates[0]?.CertificateArn,
      certificateArns: [],
    },
    before,
    leadsHere: leadsHere(scope, listener),
  };
}

function leadsHere({ identity }: Scope, listener: Listener): boolean {
  const name = `:targetgroup/${targetGroupNamePrefix(identity)}`;
  return weightsOf(asRule(listener)).some(({ targetGroupArn }) => targetGroupArn.includes(name));
}

function forwardsTo({ listener }: Found, targetGroupArn: string): boolean {
  const weights = weightsOf(asRule(listener));
  return weights.length === 1 && weights[0]!.targetGroupArn === targetGroupArn;
}

/**
 * The target group that a listener forwards to, if nobody misses it.
 *
 * @throws HandlerError ResourceConflict when the listener is somebody else's.
 */
async function freeTargetGroup(scope: ApplyScope, found: Found): Promise<string> {
  const weights = weightsOf(asRule(found.listener));
  const [{ targetGroupArn: TargetGroupArn } = { targetGroupArn: '' }] = weights;
  if (found.hasOthers || weights.length !== 1) throw refusal(found);
  const { TargetHealthDescriptions = [] } = await scope.clients.elasticLoadBalancing.send(
    new DescribeTargetHealthCommand({ TargetGroupArn }),
  );
  if (TargetHealthDescriptions.length > 0) throw refusal(found);
  return TargetGroupArn;
}

function refusal({ listener, hasOthers }: Found): HandlerError {
  const arns = weightsOf(asRule(listener)).map(({ targetGroupArn }) => targetGroupArn);
  const what = `the listener on port ${listener.Port}`;
  if (hasOthers) {
    return new HandlerError('ResourceConflict', `another service has ${what}, or is about to take it`, {
      propertyPath: LISTENER_PATH,
      remedy: 'Name another listener, or delete the other service first',
    });
  }
  return new HandlerError(
    'ResourceConflict',
    `${what} forwards to ${arns.join(' and ')}, whose targets would get no more connections`,
    {
      propertyPath: LISTENER_PATH,
      remedy:
        'Let it forward to one target group without targets, to which it will forward again when the service goes; or name another listener',
    },
  );
}

/** @throws HandlerError InvalidRequest when the template says another protocol. */
function checkProtocol({ spec: { loadBalancer: spec } }: ApplyScope, { Protocol, Port }: Listener): void {
  if (!leadsConnections(spec) || spec.listener.protocol === Protocol) return;
  throw invalid(
    'LoadBalancerConfiguration/Listener/Protocol',
    `is ${spec.listener.protocol}, but the listener on port ${Port} takes ${Protocol}`,
    `Make it ${Protocol}, or name another listener`,
  );
}

async function addTag({ clients, exposure, identity }: ApplyScope, before: string): Promise<void> {
  const ResourceArns = [externalListenerArn(exposure)!];
  await clients.elasticLoadBalancing.send(
    new AddTagsCommand({ ResourceArns, Tags: tagList(takenListenerTag(identity, before)) }),
  );
}

async function removeTag({ clients, exposure, identity }: Scope): Promise<void> {
  const ResourceArns = [externalListenerArn(exposure)!];
  await unless(
    clients.elasticLoadBalancing.send(
      new RemoveTagsCommand({ ResourceArns, TagKeys: [takenListenerTagKey(identity)] }),
    ),
    'ListenerNotFoundException',
  );
}

/** @throws HandlerError ResourceConflict when what it forwarded to is gone. */
async function giveBack(
  { clients }: Scope,
  { ListenerArn, Port }: Listener,
  TargetGroupArn: string | undefined,
): Promise<void> {
  const cannot = (what: string, why: string) =>
    new HandlerError(
      'ResourceConflict',
      `the listener on port ${Port} cannot forward to ${what} again, as it did before this service: ${why}`,
      {
        propertyPath: LISTENER_PATH,
        remedy: 'Let the listener forward to another target group, or delete it, then try again',
      },
    );
  if (TargetGroupArn === undefined) {
    throw cannot('its target group', 'the tag of the listener that says which one it was is gone');
  }
  try {
    await unless(
      clients.elasticLoadBalancing.send(
        new ModifyListenerCommand({ ListenerArn, DefaultActions: [{ Type: 'forward', TargetGroupArn }] }),
      ),
      'ListenerNotFoundException',
    );
  } catch (error) {
    if (!isSdkError(error, 'TargetGroupNotFoundException', 'TargetGroupAssociationLimitException'))
      throw error;
    throw cannot(TargetGroupArn, (error as Error).message);
  }
}
