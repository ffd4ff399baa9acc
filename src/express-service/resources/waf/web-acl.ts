import { CreateWebACLCommand, DeleteWebACLCommand, GetWebACLCommand, type Rule } from '@aws-sdk/client-wafv2';
import type { Component, PlanScope, Scope } from '../../composition/component';
import { isSdkError, unless } from '../../../aws/sdk-errors';
import { done, wait, type Outcome } from '../../../core/outcome';
import { keyOf, sharedName, type Exposure } from '../../exposures';
import { tagList, type ResourceTag } from '../../identity/tags';
import { sharedTag } from '../../memory/ownership';
import { hasServices, rulesOfService, visibility, type ServiceRules } from '../../properties/web-acl-rules';
import { hasDeleted } from '../../sharing/load-balancer-closing';
import { survey } from '../../sharing/survey';
import {
  hasLoadBalancer,
  isDefaultOfNew,
  occupied,
  REGIONAL,
  webAclInPlace,
  WEB_ACL_LOOK_PERMISSIONS,
  WEB_ACL_REMOVAL_LOOK_PERMISSIONS,
  type WebAclKey,
} from '../../sharing/web-acl';
import type { ObservedServiceSecurityGroup } from '../ec2/service-security-group';

/** The web ACL that the services of a load balancer share. */
export interface SharedWebAcl extends WebAclKey {
  readonly arn: string;
}

/** What there is of it. */
export interface ObservedWebAcl {
  /** Undefined where none is made. */
  readonly shared?: SharedWebAcl;
  /** Whether the service has rules in it, or in that of the load balancer where clients are sent. */
  readonly hasRules: boolean;
  /** ARN of one of somebody else's in its place. */
  readonly otherArn?: string;
}

type Needs = {
  ServiceSecurityGroup: ObservedServiceSecurityGroup;
};

/** What is kept while AWS WAF still knows the load balancer that was deleted. */
export interface WebAclToken extends WebAclKey {
  /** ARN of that load balancer; undefined when it was not there. */
  readonly loadBalancerArn?: string;
}

interface WebAclProperties {
  readonly Name: string;
  readonly Scope: 'REGIONAL';
  readonly DefaultAction: { readonly Allow: object };
  readonly VisibilityConfig: Required<Rule>['VisibilityConfig'];
  readonly Tags: readonly ResourceTag[];
}

/** AWS WAF takes a while to forget a load balancer. */
const SECONDS_BETWEEN_ATTEMPTS = 15;

/**
 * The web ACL of a load balancer that services share, with the load balancer's name. It lets pass what no rule blocks; rules are
 * those of the services (web-acl-rules.ts), and those of people. It stays while the load balancer stays.
 */
export const webAcl: Component<ObservedWebAcl | undefined, Needs, WebAclProperties, WebAclToken> = {
  kind: 'WebAcl',
  needs: ['ServiceSecurityGroup'],
  // AWS WAF deletes none that a load balancer has.
  removedAfter: ['LoadBalancer'],
  shared: true,
  per: 'load balancer',
  staysWhileJoining: true,
  permissions: {
    observe: [...WEB_ACL_LOOK_PERMISSIONS],
    apply: ['wafv2:CreateWebACL', 'wafv2:ListWebACLs', 'wafv2:TagResource'],
    observeForRemoval: [...WEB_ACL_REMOVAL_LOOK_PERMISSIONS],
    remove: ['wafv2:DeleteWebACL', 'wafv2:GetWebACL'],
  },

  desired(plan, _found, current) {
    const Name = sharedName(plan.exposure);
    if (Name === undefined || !wantsWebAcl(plan, current)) return [];
    const properties = {
      Name,
      ...REGIONAL,
      DefaultAction: { Allow: {} },
      VisibilityConfig: visibility(Name),
      Tags: tagList(sharedTag(keyOf(Name))),
    };
    return [{ type: 'AWS::WAFv2::WebACL', shared: true, properties }];
  },

  attributes: (observed) => ({ '': { Arn: observed?.shared?.arn } }),

  /** It is one of a service that has rules in it. */
  parts: (_scope, observed, found) =>
    observed?.shared && hasRules(found) ? [{ type: 'AWS::WAFv2::WebACL', arn: observed.shared.arn }] : [],

  async observe(scope) {
    const { shared, otherArn } = await webAclInPlace(scope);
    if (otherArn !== undefined && scope.spec?.webAcl?.isNamed) throw occupied(scope, otherArn);
    const hasRules = shared !== undefined && rulesOfService(scope.identity, shared) !== undefined;
    const isProtected = hasRules || (await isProtectedWhereItServes(scope));
    if (!shared && !isProtected && otherArn === undefined) return undefined;
    return {
      ...(shared && { shared: { Id: shared.Id!, Name: shared.Name!, arn: shared.ARN! } }),
      hasRules: isProtected,
      ...(otherArn && { otherArn }),
    };
  },

  async apply({ clients, desired, log }, _needs, current) {
    const wanted = desired[''];
    if (!wanted || current?.shared) return done(current);
    const answer = await unless(
      clients.wafv2.send(
        new CreateWebACLCommand({ ...wanted, DefaultAction: { Allow: {} }, Tags: [...wanted.Tags] }),
      ),
      'WAFDuplicateItemException',
    );
    const { Id, ARN } = answer?.Summary ?? {};
    if (Id === undefined) return wait(`web ACL ${wanted.Name}, which another service is making`, 2);
    log(`made web ACL ${wanted.Name}`);
    return done({ shared: { Id, Name: wanted.Name, arn: ARN! }, hasRules: false });
  },

  /** Goes with its load balancer, unless another service is about to make that again, and has rules in it. */
  async remove(scope, _found, current) {
    if (!current?.shared) return done(undefined);
    const { Id, Name } = current.shared;
    if (!(await isAlone(scope, Name))) return done(undefined);
    const loadBalancerArn = await foundLoadBalancer(scope, Name);
    return deleteWebAcl(scope, { Id, Name, loadBalancerArn });
  },

  /** Whether AWS WAF has forgotten the load balancer is seen by trying. */
  proceed: deleteWebAcl,
};

/** IAM actions of {@link isOrphaned}. */
export const ORPHAN_PERMISSIONS = ['wafv2:GetWebACL'] as const;

/** Whether a web ACL goes: its load balancer is gone, and no service has rules in it to make that again. */
export async function isOrphaned(scope: Scope, { Id, Name }: WebAclKey): Promise<boolean> {
  if (!(await isAlone(scope, Name))) return false;
  const look = scope.clients.wafv2.send(new GetWebACLCommand({ ...REGIONAL, Id, Name }));
  const found = await unless(look, 'WAFNonexistentItemException');
  return found !== undefined && !hasServices(found.WebACL!.Rules);
}

/** Whether the load balancer of a web ACL is gone, or was not there when the invocation began. */
async function isAlone(scope: Scope, name: string): Promise<boolean> {
  return hasDeleted(scope, name) || (await foundLoadBalancer(scope, name)) === undefined;
}

/** ARN of the load balancer that the invocation has found; undefined when it was not there. */
async function foundLoadBalancer(scope: Scope, name: string): Promise<string | undefined> {
  const { loadBalancers } = await survey(scope);
  return loadBalancers.find(({ LoadBalancerName }) => LoadBalancerName === name)?.LoadBalancerArn;
}

/** Whether the service has rules in the web ACL, as what was observed of all components shows. */
export function hasRules({ WebAclRules }: { readonly WebAclRules?: ServiceRules }): boolean {
  return Object.keys({ ...WebAclRules?.rules }).length > 0;
}

async function deleteWebAcl(scope: Scope, token: WebAclToken): Promise<Outcome<void, WebAclToken>> {
  const { Id, Name, loadBalancerArn } = token;
  const key = { ...REGIONAL, Id, Name };
  const { wafv2 } = scope.clients;
  const found = await unless(wafv2.send(new GetWebACLCommand(key)), 'WAFNonexistentItemException');
  if (!found || hasServices(found.WebACL!.Rules)) return done(undefined);
  try {
    await unless(
      wafv2.send(new DeleteWebACLCommand({ ...key, LockToken: found.LockToken })),
      'WAFNonexistentItemException',
    );
  } catch (error) {
    if (isSdkError(error, 'WAFOptimisticLockException'))
      return wait(`web ACL ${Name}, which others are changing`, 2, { token });
    if (!isSdkError(error, 'WAFAssociatedItemException')) throw error;
    if (await hasLoadBalancer(scope, Name, loadBalancerArn)) return done(undefined);
    return wait(
      `AWS WAF to release web ACL ${Name} from the deleted load balancer`,
      SECONDS_BETWEEN_ATTEMPTS,
      { token },
    );
  }
  return done(undefined);
}

/**
 * A service that moves takes its rules along, also when its template has never asked for them: whether it has some is looked up
 * where clients are sent.
 */
async function isProtectedWhereItServes(scope: Scope): Promise<boolean> {
  const serving = scope.exposures?.serving;
  if (!scope.spec || scope.spec.webAcl?.isNamed !== false || !serving || isSame(serving, scope.exposure))
    return false;
  const { shared } = await webAclInPlace({ ...scope, exposure: serving });
  return shared !== undefined && rulesOfService(scope.identity, shared) !== undefined;
}

function isSame(one: Exposure, other: Exposure | undefined): boolean {
  return sharedName(one) === sharedName(other);
}

/**
 * Whether the service has rules, or is to get some. Where its template says nothing of them, that is so for a service that is new
 * on a public load balancer, or has some; what an update finds without stays without.
 *
 * @param found what was observed of the web ACL.
 */
export function wantsWebAcl(
  { spec, previousSpec, network }: Pick<PlanScope, 'spec' | 'previousSpec' | 'network'>,
  found: ObservedWebAcl | undefined,
): boolean {
  if (!spec.webAcl) return false;
  if (spec.webAcl.isNamed) return true;
  if (found?.otherArn !== undefined) return false;
  if (found?.hasRules) return true;
  return isDefaultOfNew({ spec, previousSpec }) && network.loadBalancer?.scheme === 'internet-facing';
}
