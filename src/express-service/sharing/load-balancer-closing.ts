/**
 * How the last service on a shared load balancer removes it, while others may be about to move in.
 *
 * A service moves in by making its listener rule (the claim) and then looking whether the load balancer is closed; if
 * so it takes its rule back. Who leaves closes the load balancer, and then looks whether there is any service rule; if
 * not it deletes the load balancer. Both write before they read, so at least one of two that meet sees the other, and
 * no load balancer is deleted under a service that has stayed.
 *
 * Closing is for good. If it could be undone, one that has closed and looked might delete the load balancer after
 * another one has opened it again. A load balancer that was closed a moment too late keeps the services it has, takes
 * no more, and goes with the last of them. Whoever is interrupted leaves nothing that stands in the way of others: the
 * mark carries no owner, and everybody who leaves afterwards, or finds the load balancer closed, does the same steps.
 *
 * The mark is a rule of the HTTP listener, which can be made without a certificate, so that also a load balancer can be
 * closed that never got an HTTPS listener.
 */
import {
  CreateListenerCommand,
  CreateRuleCommand,
  DeleteLoadBalancerCommand,
  DescribeListenersCommand,
  DescribeTagsCommand,
  paginateDescribeRules,
  type CreateListenerCommandInput,
  type Listener,
  type Rule,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Scope } from '../composition/component';
import { ownerOf, sharedTag } from '../memory/ownership';
import { done, wait, type Outcome } from '../../core/outcome';
import { allItems } from '../../aws/pages';
import { SERVICES_PER_LOAD_BALANCER, TARGET_GROUP_NAME_PREFIX, targetGroupNamePrefix } from '../exposures';
import { isSdkError, unless } from '../../aws/sdk-errors';
import { tagList, tagRecord, type Tags } from '../identity/tags';
import { rememberRules } from '../deployments/traffic-weights';
import { sessionValue } from '../../aws/session';

/** IAM actions of {@link closeIfUnused}. */
export const CLOSE_PERMISSIONS = [
  'elasticloadbalancing:AddTags',
  'elasticloadbalancing:CreateListener',
  'elasticloadbalancing:CreateRule',
  'elasticloadbalancing:DeleteLoadBalancer',
  'elasticloadbalancing:DescribeListeners',
  'elasticloadbalancing:DescribeRules',
  'elasticloadbalancing:DescribeTags',
] as const;

/** Distance of the rule priorities that services use: the gaps are for rules that people add by hand. */
const PRIORITY_STEP = 1000;

/** Priorities of the rules that services have on the HTTPS listener, one for each place on the load balancer. */
export const SERVICE_PRIORITIES: readonly number[] = Array.from(
  { length: SERVICES_PER_LOAD_BALANCER },
  (_, place) => (place + 1) * PRIORITY_STEP,
);

/** Resources that one call of DescribeTags takes (ELB API reference). */
const MOST_TAGGED_RESOURCES = 20;

/** The last priority there is (ELB API reference, CreateRule). */
const CLOSED_PRIORITY = 50_000;
/** Host name that no request has (RFC 2606), so that the rule matches none. */
const CLOSED_HOST = 'closed.invalid';

/** The HTTP listener of a load balancer: it sends clients to HTTPS. */
export const HTTP_LISTENER = {
  Protocol: 'HTTP',
  Port: 80,
  DefaultActions: [
    { Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' } },
  ],
  Tags: tagList(sharedTag('listener')),
} satisfies Omit<CreateListenerCommandInput, 'LoadBalancerArn'>;

/** Listeners of a load balancer that this resource type looks after. */
export interface SharedListeners {
  readonly https?: Listener;
  readonly http?: Listener;
}

/** ARNs of {@link SharedListeners}; undefined for one that is absent. */
export interface ListenerArns {
  readonly httpsArn?: string;
  readonly httpArn?: string;
}

/** @throws LoadBalancerNotFoundException of the SDK when the load balancer is gone. */
export async function describeListeners(
  { clients }: Scope,
  loadBalancerArn: string,
): Promise<SharedListeners> {
  const { Listeners = [] } = await clients.elasticLoadBalancing.send(
    new DescribeListenersCommand({ LoadBalancerArn: loadBalancerArn }),
  );
  return {
    https: Listeners.find(({ Port }) => Port === 443),
    http: Listeners.find(({ Port }) => Port === 80),
  };
}

/** Rules of a listener. */
export async function describeRules(scope: Scope, listenerArn: string): Promise<Rule[]> {
  const rules = await allItems(
    paginateDescribeRules({ client: scope.clients.elasticLoadBalancing }, { ListenerArn: listenerArn }),
    ({ Rules }) => Rules,
  );
  rememberRules(scope, rules);
  return rules;
}

/** Make the HTTP listener. @throws DuplicateListenerException of the SDK when there is one. */
async function createHttpListener({ clients }: Scope, loadBalancerArn: string): Promise<string> {
  const { Listeners = [] } = await clients.elasticLoadBalancing.send(
    new CreateListenerCommand({ ...HTTP_LISTENER, LoadBalancerArn: loadBalancerArn }),
  );
  return Listeners[0]!.ListenerArn!;
}

/**
 * Whether a load balancer takes no more services.
 *
 * @param httpListenerArn of its HTTP listener.
 */
export async function isClosed(scope: Scope, httpListenerArn: string): Promise<boolean> {
  const rules = await describeRules(scope, httpListenerArn);
  return rules.some(({ Priority, Conditions }) => {
    const hosts = Conditions?.flatMap(
      ({ HostHeaderConfig, Values }) => HostHeaderConfig?.Values ?? Values ?? [],
    );
    return Priority === String(CLOSED_PRIORITY) && hosts?.includes(CLOSED_HOST);
  });
}

/** ARNs of the load balancers that an invocation has deleted. */
const deleted = sessionValue((_: Scope) => new Set<string>());

/** Whether this invocation has deleted a load balancer, which ELB may go on listing for a moment. */
export function wasDeleted(scope: Scope, loadBalancerArn: string): boolean {
  return deleted(scope).has(loadBalancerArn);
}

/** {@link wasDeleted}, of a load balancer of this name. */
export function hasDeleted(scope: Scope, loadBalancerName: string): boolean {
  return isAmong(deleted(scope), loadBalancerName);
}

/** ARNs of the load balancers that an invocation has seen others on: services, or the same one for another of its load balancers. */
const used = sessionValue(
  (_: Scope) => new Set<string>(),
  ({ identity }) => identity.serviceArn,
);

/** Whether this invocation has seen other services on a load balancer that it was to remove. */
export function isInUse(scope: Scope, loadBalancerName: string): boolean {
  return isAmong(used(scope), loadBalancerName);
}

function isAmong(arns: ReadonlySet<string>, loadBalancerName: string): boolean {
  return [...arns].some((arn) => arn.split('/')[2] === loadBalancerName);
}

/** Listeners of load balancers, by ARN, as an invocation knows them from a look of its own or of an earlier one. */
const known = sessionValue((_: Scope) => new Map<string, ListenerArns>());

/**
 * Spare {@link closeIfUnused} a look at listeners that were seen before. An ARN belongs to one listener for ever, and a
 * port to one listener of a load balancer: who finds the one of the ARN has found the one at the port. That there is none
 * is looked at again, since a service may have made it.
 */
export function rememberListeners(scope: Scope, loadBalancerArn: string, listeners: ListenerArns): void {
  if (listeners.httpsArn) known(scope).set(loadBalancerArn, listeners);
}

/** Remove a shared load balancer if no service has a rule on it. It takes no more services from then on. */
export async function closeIfUnused(scope: Scope, loadBalancerArn: string): Promise<Outcome<void>> {
  const remembered = known(scope).get(loadBalancerArn);
  try {
    const { httpsArn, httpArn } = remembered ?? (await listenerArns(scope, loadBalancerArn));
    if (httpsArn && (await hasServices(scope, httpsArn))) return stays(scope, loadBalancerArn);

    await close(scope, httpArn ?? (await createHttpListener(scope, loadBalancerArn)));
    // Once more: a service may have moved in before this load balancer was closed, with the HTTPS listener if there was none.
    const { httpsArn: now } = httpsArn ? { httpsArn } : await listenerArns(scope, loadBalancerArn);
    if (now && (await hasServices(scope, now))) return stays(scope, loadBalancerArn);

    scope.log(`deleting load balancer ${loadBalancerArn}, which no service uses`);
    await deleteLoadBalancer(scope, loadBalancerArn);
  } catch (error) {
    if (isSdkError(error, 'LoadBalancerNotFoundException')) return done(undefined);
    if (remembered && isSdkError(error, 'DuplicateListenerException', 'ListenerNotFoundException')) {
      // They have changed since.
      known(scope).delete(loadBalancerArn);
      return closeIfUnused(scope, loadBalancerArn);
    }
    if (isSdkError(error, 'DuplicateListenerException', 'ListenerNotFoundException')) {
      return wait('another service to finish with the load balancer', 2);
    }
    throw error;
  }
  return done(undefined);
}

/** Delete a load balancer, with its listeners. @throws LoadBalancerNotFoundException of the SDK when it is gone. */
export async function deleteLoadBalancer(scope: Scope, LoadBalancerArn: string): Promise<void> {
  await scope.clients.elasticLoadBalancing.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }));
  deleted(scope).add(LoadBalancerArn);
}

async function listenerArns(scope: Scope, loadBalancerArn: string): Promise<ListenerArns> {
  const { https, http } = await describeListeners(scope, loadBalancerArn);
  return { httpsArn: https?.ListenerArn, httpArn: http?.ListenerArn };
}

function stays(scope: Scope, loadBalancerArn: string): Outcome<void> {
  used(scope).add(loadBalancerArn);
  return done(undefined);
}

/** Whether other services have rules on a listener. The rule of the one that leaves is gone, and may still be listed. */
async function hasServices(scope: Scope, listenerArn: string): Promise<boolean> {
  const ownPrefix = targetGroupNamePrefix(scope.identity);
  const listed = await describeRules(scope, listenerArn);
  const rules = listed.filter((rule) => !forwardsTo(rule, ownPrefix));
  if (rules.some(({ Priority }) => SERVICE_PRIORITIES.includes(Number(Priority)))) return true;
  // A service may also name this listener as its author's; a rule that was added by hand has not the tag of one.
  const others = rules.filter((rule) => forwardsTo(rule, TARGET_GROUP_NAME_PREFIX));
  return (await tagsOfRules(scope, others)).some((tags) => ownerOf(tags) !== undefined);
}

/** Tags of rules, in their order; a rule that is gone has none. */
export async function tagsOfRules({ clients }: Scope, rules: readonly Rule[]): Promise<Tags[]> {
  const arns = rules.map(({ RuleArn }) => RuleArn!);
  const tags = new Map<string, Tags>();
  for (let first = 0; first < arns.length; first += MOST_TAGGED_RESOURCES) {
    const ResourceArns = arns.slice(first, first + MOST_TAGGED_RESOURCES);
    const { TagDescriptions = [] } = await clients.elasticLoadBalancing.send(
      new DescribeTagsCommand({ ResourceArns }),
    );
    for (const { ResourceArn, Tags } of TagDescriptions) tags.set(ResourceArn!, tagRecord(Tags));
  }
  return arns.map((arn) => tags.get(arn) ?? {});
}

/** Whether a rule forwards to a target group whose name begins so. */
function forwardsTo({ Actions = [] }: Rule, namePrefix: string): boolean {
  const arns = Actions.flatMap(({ TargetGroupArn, ForwardConfig }) => [
    TargetGroupArn,
    ...(ForwardConfig?.TargetGroups ?? []).map((group) => group.TargetGroupArn),
  ]);
  return arns.some((arn) => arn?.includes(`:targetgroup/${namePrefix}`));
}

async function close({ clients }: Scope, httpListenerArn: string): Promise<void> {
  await unless(
    clients.elasticLoadBalancing.send(
      new CreateRuleCommand({
        ListenerArn: httpListenerArn,
        Priority: CLOSED_PRIORITY,
        Conditions: [{ Field: 'host-header', HostHeaderConfig: { Values: [CLOSED_HOST] } }],
        Actions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503' } }],
        Tags: tagList(sharedTag('closed')),
      }),
    ),
    'PriorityInUseException',
  );
}
