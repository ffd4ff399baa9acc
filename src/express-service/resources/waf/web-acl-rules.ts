import type { CustomResponseBody, Rule, WebACL } from '@aws-sdk/client-wafv2';
import { isDeepStrictEqual } from 'node:util';
import { HandlerError } from '../../../core/failure';
import { done, wait, type Outcome } from '../../../core/outcome';
import { threeWay } from '../../../core/three-way';
import { Reference } from '../../../core/graph';
import { defined } from '../../../core/unset';
import type { ApplyScope, Component, PlanScope, Refer, Scope } from '../../composition/component';
import { sharedName } from '../../exposures';
import { domainsOf } from '../../properties/domains';
import {
  capacityOf,
  firstPriority,
  hostsRuleName,
  MOST_CAPACITY,
  RULE_MERGE,
  rulesOfService,
  serviceKey,
  serviceRules,
  withServiceRules,
  type ServiceRules,
} from '../../properties/web-acl-rules';
import {
  changeWebAcl,
  webAclInPlace,
  WEB_ACL_CHANGE_PERMISSIONS,
  WEB_ACL_LOOK_PERMISSIONS,
  WEB_ACL_REMOVAL_LOOK_PERMISSIONS,
} from '../../sharing/web-acl';
import { isApplyScope } from '../../sharing/survey';
import type { ObservedListenerRule } from '../elastic-load-balancing/service-rule';
import { addressesOf, IP_SETS, type ObservedIpSets } from './ip-sets';
import { wantsWebAcl, type ObservedWebAcl } from './web-acl';

type Needs = {
  /** Undefined where there are none. */
  IpSets?: ObservedIpSets;
  ListenerRule: ObservedListenerRule;
  /** Undefined where there is none. */
  WebAcl?: ObservedWebAcl;
};

interface RulesProperties {
  readonly Rules: readonly Rule[];
  readonly CustomResponseBodies?: Readonly<Record<string, CustomResponseBody>>;
}

/** What is planned from, as far as rules matter. */
type RulesPlan = Pick<PlanScope, 'identity' | 'spec' | 'previousSpec'>;

/**
 * The rules of the service in the web ACL of its load balancer. They come when the service has its place there, and before
 * clients are sent there. What people change of a rule, or take away, stays until the template changes it; the rule that tells the
 * hosts is always restored, for without it the others mean nothing.
 */
export const webAclRules: Component<ServiceRules | undefined, Needs, RulesProperties> = {
  kind: 'WebAclRules',
  needs: ['IpSets', 'ListenerRule', 'WebAcl'],
  per: 'load balancer',
  partOf: 'WebAcl',
  staysWhileJoining: true,
  permissions: {
    observe: [...WEB_ACL_LOOK_PERMISSIONS],
    apply: [...WEB_ACL_CHANGE_PERMISSIONS],
    observeForRemoval: [...WEB_ACL_REMOVAL_LOOK_PERMISSIONS],
    remove: [...WEB_ACL_CHANGE_PERMISSIONS],
  },

  desired(plan, { WebAcl }, current) {
    if (!wantsWebAcl(plan, WebAcl)) return [];
    const { rules, groups, page } = mergedRules(plan, plan.refer, current);
    const all = [...Object.values(rules), ...Object.values(groups)];
    const properties = defined({
      Rules: all.map((rule) => ({ ...rule, Priority: firstPriority(rule) })),
      CustomResponseBodies: page && { [serviceKey(plan.identity)]: page },
    });
    return [{ type: 'AWS::WAFv2::WebACL', shared: true, properties }];
  },

  async observe(scope, { WebAcl }) {
    const { shared } = await webAclInPlace(scope);
    const current = shared && rulesOfService(scope.identity, shared);
    if (isApplyScope(scope)) await checkRoom(scope, WebAcl, current);
    return current;
  },

  async apply(scope, { WebAcl }, current) {
    const wanted = scope.desired[''] && rulesOfService(scope.identity, scope.desired['']);
    if (!wanted || !WebAcl?.shared) return done(current && { rules: {}, groups: {} });
    if (current && isDeepStrictEqual(ownOf(wanted), ownOf(current))) return done(current);
    return write(scope, WebAcl, wanted);
  },

  async prune(scope, { WebAcl }) {
    return scope.desired[''] ? done(undefined) : withdraw(scope, WebAcl);
  },

  remove: (scope, { WebAcl }) => withdraw(scope, WebAcl),
};

/** What the service is to have, changes by hand included. */
function mergedRules(plan: RulesPlan, refer: Refer, live: ServiceRules | undefined): ServiceRules {
  const { identity, spec, previousSpec } = plan;
  const desired = plannedRules(identity, spec, refer)!;
  const hosts = hostsRuleName(identity);
  // All of them were taken away, perhaps with the web ACL.
  if (!live?.rules[hosts]) return desired;
  const previous = previousSpec && plannedRules(identity, previousSpec, refer);
  const names = Object.keys({ ...desired.rules, ...live.rules });
  const rules = threeWay<ServiceRules['rules']>(
    { desired: desired.rules, previous: previous?.rules, live: live.rules },
    Object.fromEntries(names.map((name) => [name, { members: RULE_MERGE }])),
  );
  const { page } = threeWay<Pick<ServiceRules, 'page'>>(
    { desired: { page: desired.page }, previous: { page: previous?.page }, live: { page: live.page } },
    { page: { isWhole: true } },
  );
  return { rules: { ...rules, [hosts]: desired.rules[hosts]! }, groups: desired.groups, page };
}

function plannedRules(
  identity: PlanScope['identity'],
  spec: PlanScope['spec'],
  refer: Refer,
): ServiceRules | undefined {
  const { webAcl } = spec;
  if (!webAcl) return undefined;
  const arnsOf = (list: 'allowed' | 'blocked') =>
    IP_SETS.filter((each) => each.list === list && addressesOf(webAcl, each.name).length > 0).map(
      ({ name }) => refer('IpSets', 'Arn', { name }),
    );
  const hostNames = domainsOf(spec).map(({ hostName }) => hostName);
  const ipSets = { allowed: arnsOf('allowed'), blocked: arnsOf('blocked') };
  return serviceRules({ identity, webAcl, hostNames, ipSets });
}

/** @throws HandlerError ServiceLimitExceeded when AWS WAF would not take the rules of the service beside those that are there. */
async function checkRoom(
  scope: ApplyScope,
  WebAcl: ObservedWebAcl | undefined,
  live: ServiceRules | undefined,
): Promise<void> {
  const { identity, spec, previousSpec } = scope;
  const network = await scope.network();
  if (!wantsWebAcl({ spec, previousSpec, network }, WebAcl)) return;
  const shared: Partial<WebACL> = (await webAclInPlace(scope)).shared ?? {};
  // What a rule refers to takes the same room whatever it is.
  const refer: Refer = (node, attribute, { name } = {}) => new Reference({ node, name }, attribute);
  const { Rules } = withServiceRules(identity, shared, mergedRules(scope, refer, live));
  const needed = capacityOf(Rules);
  if (needed <= MOST_CAPACITY || needed <= capacityOf(shared.Rules ?? [])) return;
  throw new HandlerError(
    'ServiceLimitExceeded',
    `with the rules of the service the web ACL of load balancer ${sharedName(scope.exposure)} would have ${needed} web ACL capacity units, and AWS WAF takes ${MOST_CAPACITY}`,
    {
      propertyPath: 'WebAcl',
      remedy:
        'Name fewer ManagedRuleGroups, or the same CountedRules as other services on the load balancer; or give the service a load balancer with other settings',
    },
  );
}

/** What of the rules is the service's alone. */
function ownOf({ rules, page }: ServiceRules): object {
  return { rules, page };
}

async function write(
  scope: Scope,
  { shared }: ObservedWebAcl,
  wanted: ServiceRules | undefined,
): Promise<Outcome<ServiceRules | undefined>> {
  const { identity } = scope;
  const changed = await changeWebAcl(scope, shared!, (webAcl) => withServiceRules(identity, webAcl, wanted));
  if (changed.status === 'wait') return changed;
  if (changed.value) return done(rulesOfService(identity, changed.value));
  return wanted ? wait(`web ACL ${shared!.Name}, which another service is removing`, 2) : done(undefined);
}

async function withdraw(scope: Scope, WebAcl: ObservedWebAcl | undefined): Promise<Outcome<void>> {
  if (!WebAcl?.shared) return done(undefined);
  const written = await write(scope, WebAcl, undefined);
  return written.status === 'wait' ? written : done(undefined);
}
