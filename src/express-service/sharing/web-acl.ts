/**
 * The web ACL of a shared load balancer, which its services share: how it is found, and how one service changes it while others
 * may change it, too.
 *
 * It has the name of the load balancer and goes with it. AWS WAF takes a change only from who has seen the last one (the lock
 * token), so that each change is made of a fresh look, and made again when somebody was faster. A web ACL is never taken off a
 * load balancer that stays: DisassociateWebACL asks nobody whether it is still the same web ACL, and would take away what another
 * service has associated a moment ago.
 */
import {
  GetWebACLCommand,
  GetWebACLForResourceCommand,
  ListTagsForResourceCommand,
  ListWebACLsCommand,
  UpdateWebACLCommand,
  type WebACL,
  type WebACLSummary,
} from '@aws-sdk/client-wafv2';
import { isDeepStrictEqual } from 'node:util';
import { isSdkError, unless } from '../../aws/sdk-errors';
import { sessionValue } from '../../aws/session';
import { HandlerError } from '../../core/failure';
import { done, wait, type Outcome, type Wait, type WaitLimit } from '../../core/outcome';
import { unlessBare } from '../../core/unset';
import type { ApplyScope, Scope } from '../composition/component';
import { sharedName } from '../exposures';
import { tagRecord } from '../identity/tags';
import { sharedBy } from '../memory/ownership';
import { isServing } from '../memory/recorded-exposures';
import type { RulesOfWebAcl } from '../properties/web-acl-rules';
import { survey, takeSurvey } from './survey';

/** Load balancers of a Region have regional web ACLs. */
export const REGIONAL = { Scope: 'REGIONAL' } as const;

/** IAM actions of {@link webAclInPlace}. */
export const WEB_ACL_LOOK_PERMISSIONS = [
  'elasticloadbalancing:DescribeLoadBalancers',
  'ec2:DescribeSecurityGroups',
  'wafv2:GetWebACL',
  'wafv2:GetWebACLForResource',
  'wafv2:ListTagsForResource',
] as const;

/** IAM actions of {@link webAclInPlace} before a removal. */
export const WEB_ACL_REMOVAL_LOOK_PERMISSIONS = [
  'ec2:DescribeSecurityGroups',
  'elasticloadbalancing:DescribeLoadBalancers',
  'wafv2:GetWebACL',
  'wafv2:ListTagsForResource',
  'wafv2:ListWebACLs',
] as const;

/** What names a web ACL in calls. */
export interface WebAclKey {
  readonly Id: string;
  readonly Name: string;
}

/** What there is in the place of the web ACL of a shared load balancer. */
export interface WebAclInPlace {
  /** The one that services share, with all of its rules. */
  readonly shared?: WebACL;
  /** ARN of one of somebody else's that is associated with the load balancer, or has its name. */
  readonly otherArn?: string;
}

/** The web ACL of the load balancer of a scope, as it was when the invocation saw it first. */
export const webAclInPlace = sessionValue(
  takeLook,
  ({ exposure, identity }: Scope) => `${identity.serviceArn} ${sharedName(exposure)}`,
);

/** The web ACL that is associated with a load balancer, as the invocation saw it first; undefined when there is none. */
export function associatedWebAcl(
  { session, clients }: Scope,
  ResourceArn: string,
): Promise<WebACL | undefined> {
  return associated({ session, clients, ResourceArn });
}

const associated = sessionValue(
  async ({ clients, ResourceArn }: Pick<Scope, 'session' | 'clients'> & { readonly ResourceArn: string }) => {
    const look = clients.wafv2.send(new GetWebACLForResourceCommand({ ResourceArn }));
    return (await unless(look, 'WAFNonexistentItemException'))?.WebACL;
  },
  ({ ResourceArn }) => ResourceArn,
);

async function takeLook(scope: Scope): Promise<WebAclInPlace> {
  const name = sharedName(scope.exposure);
  if (name === undefined || !mayHave(scope)) return {};
  const { loadBalancers } = await survey(scope);
  const arn = loadBalancers.find(({ LoadBalancerName }) => LoadBalancerName === name)?.LoadBalancerArn;
  const inForce = arn && !scope.isRemoval ? await associatedWebAcl(scope, arn) : undefined;
  if (inForce && inForce.Name !== name) return { otherArn: inForce.ARN };
  const found = inForce ?? (isPerhapsApart(scope) ? await webAclNamed(scope, name) : undefined);
  if (!found) return {};
  const tags = await tagsOf(scope, found.ARN!);
  return sharedBy(tags) === undefined ? { otherArn: found.ARN } : { shared: found };
}

/**
 * Whether one has to be found that is not associated, because it is not yet, or not any more. What READ tells of, and what a service
 * keeps whose template asks for nothing, is what is in force.
 */
function isPerhapsApart(scope: Scope): boolean {
  const { spec, previousSpec, isRemoval } = scope;
  if (!spec) return isRemoval === true || !isServing(scope);
  const isNamed = [spec, previousSpec].some((each) => each?.webAcl?.isNamed);
  return isNamed || !isServing(scope) || isDefaultOfNew({ spec, previousSpec });
}

/** Whether a service gets rules by default if its load balancer is public: where it is new, or has had something else. */
export function isDefaultOfNew({ spec, previousSpec }: Pick<ApplyScope, 'spec' | 'previousSpec'>): boolean {
  return spec.webAcl?.isDefault === true && !isDeepStrictEqual(spec.webAcl, previousSpec?.webAcl);
}

/** Whether the service may have rules, or get some. A new one whose template asks for none has none, where there is no default. */
function mayHave({ spec, previousSpec }: Scope): boolean {
  if (!spec || previousSpec?.webAcl) return true;
  const { isNamed, isDefault } = spec.webAcl ?? {};
  return isNamed === true || isDefault === true;
}

/** Tags of a web ACL or an IP set. */
export async function tagsOf(
  { clients }: Scope,
  ResourceARN: string,
): Promise<Readonly<Record<string, string>>> {
  const listed = await unless(
    clients.wafv2.send(new ListTagsForResourceCommand({ ResourceARN })),
    'WAFNonexistentItemException',
  );
  return tagRecord(listed?.TagInfoForResource?.TagList);
}

async function webAclNamed({ clients }: Scope, name: string): Promise<WebACL | undefined> {
  const all = await allPages<WebACLSummary>(async (NextMarker) => {
    const { WebACLs, NextMarker: next } = await clients.wafv2.send(
      new ListWebACLsCommand({ ...REGIONAL, NextMarker }),
    );
    return { items: WebACLs, next };
  });
  const { Id } = all.find(({ Name }) => Name === name) ?? {};
  if (Id === undefined) return undefined;
  const get = clients.wafv2.send(new GetWebACLCommand({ ...REGIONAL, Name: name, Id }));
  return (await unless(get, 'WAFNonexistentItemException'))?.WebACL;
}

/** The items of all pages: AWS WAF has no paginators in the SDK. */
export async function allPages<Item>(
  page: (marker: string | undefined) => Promise<{ readonly items?: readonly Item[]; readonly next?: string }>,
): Promise<Item[]> {
  const all: Item[] = [];
  let marker: string | undefined;
  do {
    const { items = [], next } = await page(marker);
    all.push(...items);
    // The last page may have a marker, too.
    marker = items.length > 0 ? next : undefined;
  } while (marker);
  return all;
}

/** How often one invocation tries to change what others change, too. */
const ATTEMPTS = 5;

/** IAM actions of {@link changeWebAcl}. */
export const WEB_ACL_CHANGE_PERMISSIONS = ['wafv2:GetWebACL', 'wafv2:UpdateWebACL'] as const;

/** Members of a web ACL that UpdateWebACL sets to nothing when it is not given them. */
const KEPT = [
  'DefaultAction',
  'VisibilityConfig',
  'DataProtectionConfig',
  'CaptchaConfig',
  'ChallengeConfig',
  'TokenDomains',
  'AssociationConfig',
  'OnSourceDDoSProtectionConfig',
  'ApplicationConfig',
  'MonetizationConfig',
] as const satisfies readonly (keyof WebACL)[];

/**
 * Change the rules of a web ACL, from a fresh look.
 *
 * @param change what it is to have, made from what it has.
 * @returns the rules that it has then; undefined when it is gone.
 */
export async function changeWebAcl(
  { clients: { wafv2 } }: Pick<Scope, 'clients'>,
  { Name, Id }: WebAclKey,
  change: (webAcl: WebACL) => RulesOfWebAcl,
): Promise<Outcome<RulesOfWebAcl | undefined>> {
  const key = { ...REGIONAL, Name, Id };
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const found = await unless(wafv2.send(new GetWebACLCommand(key)), 'WAFNonexistentItemException');
    if (!found) return done(undefined);
    const { WebACL: live, LockToken } = found;
    const wanted = change(live!);
    if (isDeepStrictEqual(wanted, rulesIn(live!))) return done(wanted);
    const kept = Object.fromEntries(KEPT.map((member) => [member, live![member]]));
    try {
      await wafv2.send(
        new UpdateWebACLCommand({
          ...(kept as Pick<WebACL, 'DefaultAction' | 'VisibilityConfig'>),
          ...key,
          LockToken,
          // An empty text is none.
          Description: live!.Description || undefined,
          Rules: [...wanted.Rules],
          CustomResponseBodies: unlessBare({ ...wanted.CustomResponseBodies }),
        }),
      );
      return done(wanted);
    } catch (error) {
      if (isSdkError(error, 'WAFOptimisticLockException')) continue;
      // It says the second of an IP set, too, that it does not know yet.
      if (isSdkError(error, 'WAFUnavailableEntityException', 'WAFNonexistentItemException')) {
        return unavailable(`AWS WAF to know all that the rules of web ACL ${Name} name`);
      }
      throw error;
    }
  }
  return wait(`web ACL ${Name}, which other services are changing`, 2);
}

/** Rules and pages of a web ACL, as they are compared. */
export function rulesIn({ Rules = [], CustomResponseBodies = {} }: WebACL): RulesOfWebAcl {
  return { Rules, CustomResponseBodies };
}

/** Seconds between looks at what AWS WAF does not know everywhere yet, and those after which it is given up. */
const SECONDS_BETWEEN_LOOKS = 15;
const PATIENCE_SECONDS = 30 * 60;

/**
 * What was made a moment ago takes a number of minutes to be known everywhere in AWS WAF (API reference,
 * WAFUnavailableEntityException).
 *
 * @param what is waited for, as in {@link Wait.reason}.
 * @param limit what is told after half an hour, where there is more to say.
 */
export function unavailable(
  what: string,
  limit: Partial<Pick<WaitLimit, 'propertyPath' | 'problem' | 'remedy'>> = {},
): Wait {
  return wait(what, SECONDS_BETWEEN_LOOKS, {
    limit: {
      seconds: PATIENCE_SECONDS,
      propertyPath: 'WebAcl',
      problem: `after ${PATIENCE_SECONDS / 60} minutes the operation still waits for ${what}`,
      remedy: 'Look at the AWS Health Dashboard, and try the operation again',
      ...limit,
    },
  });
}

/** Whether the load balancer of a web ACL is there, or one of the same name that was made since. */
export async function hasLoadBalancer(scope: Scope, name: string, deletedArn?: string): Promise<boolean> {
  const { loadBalancers } = await takeSurvey(scope);
  return loadBalancers.some(
    ({ LoadBalancerName, LoadBalancerArn }) => LoadBalancerName === name && LoadBalancerArn !== deletedArn,
  );
}

/** The refusal of a web ACL that stands in the way. */
export function occupied({ exposure }: Pick<Scope, 'exposure'>, otherArn: string): HandlerError {
  return new HandlerError(
    'ResourceConflict',
    `load balancer ${sharedName(exposure)} has, or would get, web ACL ${otherArn}, which is not made by this resource type`,
    {
      propertyPath: 'WebAcl',
      remedy:
        'Give WebAclArn instead, with which the service gets a load balancer that has that web ACL; or take it off the load balancer with "aws wafv2 disassociate-web-acl"',
    },
  );
}
