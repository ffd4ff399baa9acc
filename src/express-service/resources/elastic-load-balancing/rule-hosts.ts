/**
 * Whose a host is on a shared load balancer, when no hosted zone says so: the author looks after its DNS record, and the
 * listener rules alone tell which service answers there.
 *
 * A service has a host when its rule matches it, unless a tag of the rule says otherwise: that the service still wants it,
 * or that it gives it up (released). Who is to have a host says first that it wants it, and then looks at the rules of the
 * others. One that has the host keeps it. Of several that want it, all but the one with the first place on the load balancer
 * take their word back and look again later; that one waits until it is alone, then lets its rule match the host, and at last
 * removes the mark. All write before they read. So of two that meet at least one sees the other, and who looks and finds
 * nobody is the only one that can go on: whoever comes later sees its mark, or its host, and waits. That holds because marks
 * are read before hosts: a mark that is gone by then leaves the host to be seen.
 */
import { AddTagsCommand, RemoveTagsCommand, type Rule } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ApplyScope, Scope } from '../../composition/component';
import { domainsOf } from '../../properties/domains';
import { digestOf, isManagedHost, type Host } from '../../memory/hosts';
import {
  hostMarks,
  hostMarksIn,
  hostMarksTag,
  withoutHostMarks,
  type HostMarks,
} from '../../memory/host-marks';
import { ownerOf, ownerTagValue } from '../../memory/ownership';
import { describeRules, SERVICE_PRIORITIES, tagsOfRules } from '../../sharing/load-balancer-closing';
import { done, LIMIT, wait, type Outcome } from '../../../core/outcome';
import { exposureText } from '../../memory/recorded-exposures';
import { hostNamesIn } from '../../properties/rule-conditions';
import type { ObservedListenerRule } from './service-rule';
import { isApplyScope } from '../../sharing/survey';
import { tagChanges, tagList, type Tags } from '../../identity/tags';
import { hostOfAnother, isPatient, pathOf, whatIsHeld } from '../route-53/host-names';

/** IAM actions of what is here. */
export const RULE_HOST_PERMISSIONS = [
  'elasticloadbalancing:AddTags',
  'elasticloadbalancing:DescribeRules',
  'elasticloadbalancing:DescribeTags',
  'elasticloadbalancing:RemoveTags',
] as const;

/** A rule, as far as it tells whose hosts are. */
interface Claims {
  readonly hostNames: readonly string[];
  readonly marks: HostMarks;
}

/** The rule of another service on the same load balancer. */
interface OtherRule extends Claims {
  readonly priority: number;
  readonly owner: string;
}

const SECONDS_BETWEEN_LOOKS = 5;

/** Whether the service is to have hosts, in this exposure, of which the rules alone tell whose they are. */
export function claimsHosts(scope: Scope): scope is ApplyScope {
  const { exposure, exposures } = scope;
  if (!isApplyScope(scope) || exposure?.kind !== 'shared' || !exposures) return false;
  const target = exposures.joining ?? exposures.serving;
  return exposureText(exposure) === exposureText(target) && authorsHosts(scope).length > 0;
}

/** Tags of a rule that is made for a service, and that matches nothing before {@link claimHosts}. */
export function tagsOfClaim(scope: ApplyScope): Tags {
  return hostMarksTag(hostMarks(authorsHosts(scope), 'wanted'));
}

/**
 * Refuse hosts that another service has, before anything is made.
 *
 * @param rules of the listener.
 * @param own the service's rule, if there is one.
 * @throws HandlerError ResourceConflict, unless an update may wait for the host.
 */
export async function checkHosts(
  scope: ApplyScope,
  rules: readonly Rule[],
  own: ObservedListenerRule | undefined,
): Promise<void> {
  const fresh = freshHosts(scope, own);
  const names = fresh.map(({ hostName }) => hostName);
  const matching = rules.filter(({ Conditions = [] }) =>
    hostNamesIn(Conditions).some((name) => names.includes(name)),
  );
  refuseHeld(scope, fresh, await otherRules(scope, matching));
}

/**
 * Claim the hosts that are new to the service's rule, and offer those that it is about to lose.
 *
 * @param former hosts of the service that it is not to have any more.
 * @returns the rule's tags. The rule may now match the hosts; {@link forgetClaim} then makes them the service's.
 * @throws HandlerError ResourceConflict when another service keeps one of them.
 */
export async function claimHosts(
  scope: ApplyScope,
  httpsArn: string,
  own: ObservedListenerRule,
  former: readonly Host[],
): Promise<Outcome<Tags>> {
  if (scope.exposure!.kind !== 'shared') return done(own.tags);
  const fresh = freshHosts(scope, own);
  const matched = [...fresh, ...former].filter(({ hostName }) => own.hostNames.includes(hostName));
  const offered = hostMarks(
    matched.filter((host) => !isManagedHost(host)),
    'released',
  );
  const tags = await setMarks(scope, own, { ...offered, ...hostMarks(fresh, 'wanted') });
  if (fresh.length === 0) return done(tags);
  const look = () => describeRules(scope, httpsArn);
  const others = await otherRules(scope, await look(), look);
  const awaited = fresh.flatMap((host) => othersAfter(host, own.priority, others))[0];
  if (!awaited) return done(tags);
  const { host, other, isToYield } = awaited;
  if (isToYield) await setMarks(scope, { ...own, tags }, offered);
  refuseHeld(scope, fresh, others);
  return wait(
    `${host.hostName}, which ${other.owner} ${has(other, host) ? 'has not given up yet' : 'asks for at the same time'}`,
    SECONDS_BETWEEN_LOOKS,
    { limit: { ...LIMIT, what: whatIsHeld(host) } },
  );
}

/**
 * What the rule matches is the service's from now on, but for hosts that it is about to lose.
 *
 * @param own the rule, with the hosts that it matches now.
 * @returns the rule's tags.
 */
export async function forgetClaim(
  scope: ApplyScope,
  own: Pick<ObservedListenerRule, 'arn' | 'tags' | 'hostNames'>,
): Promise<Tags> {
  const released = Object.entries(hostMarksIn(own.tags)).filter(([, mark]) => mark === 'released');
  const still = released.filter(([digest]) => own.hostNames.some((name) => digestOf(name) === digest));
  return setMarks(scope, own, Object.fromEntries(still));
}

/** Services that have a host, or want it too; those that have to be yielded to first. */
function othersAfter(host: Host, priority: number, others: readonly OtherRule[]) {
  return others
    .filter((other) => has(other, host) || other.marks[digestOf(host.hostName)] === 'wanted')
    .map((other) => ({ host, other, isToYield: has(other, host) || other.priority < priority }))
    .sort((one, two) => Number(two.isToYield) - Number(one.isToYield));
}

/** @throws HandlerError ResourceConflict when another service has one of the hosts, and nothing says that it will not. */
function refuseHeld(scope: ApplyScope, hosts: readonly Host[], others: readonly OtherRule[]): void {
  for (const host of hosts) {
    const holder = others.find((other) => has(other, host));
    if (holder && !isPatient(scope, host)) {
      throw hostOfAnother(host, holder.owner, pathOf(scope, host, 'DomainName'));
    }
  }
}

/** Hosts of the specification whose DNS records the author looks after. */
function authorsHosts({ spec }: ApplyScope): readonly Host[] {
  return domainsOf(spec)
    .filter((domain) => !isManagedHost(domain))
    .map(({ hostName }) => ({ hostName }));
}

/** Those that the service does not have yet. */
function freshHosts(scope: ApplyScope, own: ObservedListenerRule | undefined): readonly Host[] {
  const claims = own && { hostNames: own.hostNames, marks: hostMarksIn(own.tags) };
  return authorsHosts(scope).filter((host) => !claims || !has(claims, host));
}

function has({ hostNames, marks }: Claims, { hostName }: Host): boolean {
  return hostNames.includes(hostName) && !(digestOf(hostName) in marks);
}

/**
 * The rules among these that other services have; those that were added by hand are the author's own business.
 *
 * @param look reads the rules again, for what they match once their marks are known.
 */
async function otherRules(
  scope: ApplyScope,
  rules: readonly Rule[],
  look: () => Promise<readonly Rule[]> = async () => rules,
): Promise<OtherRule[]> {
  const ofServices = rules.filter(({ Priority }) => SERVICE_PRIORITIES.includes(Number(Priority)));
  const tags = await tagsOfRules(scope, ofServices);
  const hostNames = new Map(
    (await look()).map(({ RuleArn, Conditions = [] }) => [RuleArn, hostNamesIn(Conditions)]),
  );
  return ofServices.flatMap(({ RuleArn, Priority }, index) => {
    const owner = ownerOf(tags[index]!);
    if (owner === undefined || owner === ownerTagValue(scope.identity)) return [];
    const marks = hostMarksIn(tags[index]!);
    return [{ priority: Number(Priority), owner, hostNames: hostNames.get(RuleArn) ?? [], marks }];
  });
}

/** @returns the tags that the rule has then. */
async function setMarks(
  { clients }: ApplyScope,
  { arn, tags }: Pick<ObservedListenerRule, 'arn' | 'tags'>,
  marks: HostMarks,
): Promise<Tags> {
  const desired = { ...withoutHostMarks(tags), ...hostMarksTag(marks) };
  const { set, remove } = tagChanges(tags, desired, Object.keys(tags));
  const ResourceArns = [arn];
  if (remove.length > 0) {
    await clients.elasticLoadBalancing.send(new RemoveTagsCommand({ ResourceArns, TagKeys: [...remove] }));
  }
  if (Object.keys(set).length > 0) {
    await clients.elasticLoadBalancing.send(new AddTagsCommand({ ResourceArns, Tags: tagList(set) }));
  }
  return desired;
}
