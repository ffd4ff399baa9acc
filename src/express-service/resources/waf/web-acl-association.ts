import { AssociateWebACLCommand, GetWebACLCommand } from '@aws-sdk/client-wafv2';
import type { Component, Scope } from '../../composition/component';
import { HandlerError } from '../../../core/failure';
import { done, wait, type Wait } from '../../../core/outcome';
import { isSdkError, unless } from '../../../aws/sdk-errors';
import { associatedWebAcl, unavailable } from '../../sharing/web-acl';
import type { ObservedLoadBalancer } from '../elastic-load-balancing/load-balancer';
import { hasRules, wantsWebAcl, type ObservedWebAcl } from './web-acl';

/** The web ACL of the load balancer. */
export interface ObservedWebAclAssociation {
  /** Undefined means that there is none, or that nobody asked. */
  readonly webAclArn?: string;
}

type Needs = {
  LoadBalancer: ObservedLoadBalancer;
  /** Undefined where services share none. */
  WebAcl?: ObservedWebAcl;
};

interface AssociationProperties {
  readonly ResourceArn: string;
  readonly WebACLArn: string;
}

/**
 * The web ACL that protects the load balancer: the author's, or the one that services share. Services with different web ACLs of
 * authors do not share a load balancer. An association that somebody else has made for services without a web ACL is left alone.
 */
export const webAclAssociation: Component<ObservedWebAclAssociation, Needs, AssociationProperties> = {
  kind: 'WebAclAssociation',
  goesWith: 'LoadBalancer',
  needs: ['LoadBalancer', 'WebAcl'],
  shared: true,
  per: 'load balancer',
  staysWhileJoining: true,
  permissions: {
    observe: ['wafv2:GetWebACL', 'wafv2:GetWebACLForResource'],
    apply: ['elasticloadbalancing:SetWebAcl', 'wafv2:AssociateWebACL', 'wafv2:GetWebACL'],
    remove: [],
  },

  desired(plan, { WebAcl }) {
    const { spec, refer } = plan;
    const isShared = wantsWebAcl(plan, WebAcl);
    if (spec.webAclArn === undefined && !isShared) return [];
    const properties = {
      ResourceArn: refer('LoadBalancer', 'LoadBalancerArn'),
      WebACLArn: spec.webAclArn ?? refer('WebAcl', 'Arn'),
    };
    return [{ type: 'AWS::WAFv2::WebACLAssociation', shared: true, properties }];
  },

  /** That of the web ACL that services share is one of those that have rules in it. */
  parts(_scope, observed, found) {
    const { WebAcl } = found as Needs;
    const isOthers = observed?.webAclArn === WebAcl?.shared?.arn && !hasRules(found);
    return observed?.webAclArn === undefined || isOthers
      ? []
      : [{ type: 'AWS::WAFv2::WebACLAssociation', arn: observed.webAclArn }];
  },

  async observe(scope, { LoadBalancer, WebAcl }) {
    const { spec } = scope;
    if (!LoadBalancer || (spec && spec.webAclArn === undefined && !WebAcl?.shared)) return undefined;
    return { webAclArn: (await associatedWebAcl(scope, LoadBalancer.arn))?.ARN };
  },

  async apply({ clients, desired }, { LoadBalancer, WebAcl }, current) {
    const wanted = desired[''];
    const webAclArn = wanted?.WebACLArn;
    if (webAclArn === undefined || current?.webAclArn === webAclArn) return done({ webAclArn });
    try {
      await clients.wafv2.send(new AssociateWebACLCommand({ ...wanted! }));
    } catch (error) {
      const path = WebAcl?.shared?.arn === webAclArn ? 'WebAcl' : 'WebAclArn';
      if (isSdkError(error, 'WAFUnavailableEntityException'))
        return notKnownYet(webAclArn, LoadBalancer, path);
      if (!isSdkError(error, 'WAFNonexistentItemException')) throw error;
      // AWS WAF says this of a load balancer, too, that it does not know yet.
      if (await exists(clients, webAclArn)) return notKnownYet(webAclArn, LoadBalancer, path);
      if (path === 'WebAcl')
        return wait(`the web ACL of load balancer ${LoadBalancer.name} to be made again`, 2);
      throw new HandlerError('InvalidRequest', `web ACL ${webAclArn} does not exist`, {
        propertyPath: 'WebAclArn',
        remedy: 'Name a regional web ACL of this account and Region',
        cause: error,
      });
    }
    return done({ webAclArn });
  },
};

/** The wait for a web ACL or a load balancer that was made a moment ago. */
function notKnownYet(webAclArn: string, { name }: ObservedLoadBalancer, propertyPath: string): Wait {
  return unavailable(
    `AWS WAF to associate the web ACL with load balancer ${name}, because it does not know one of them yet`,
    {
      propertyPath,
      problem: `after 30 minutes AWS WAF still finds web ACL ${webAclArn} or load balancer ${name} unavailable`,
      remedy:
        'Associate the two with "aws wafv2 associate-web-acl" to see whether AWS WAF takes them, and try again once it does',
    },
  );
}

async function exists({ wafv2 }: Scope['clients'], webAclArn: string): Promise<boolean> {
  const look = wafv2.send(new GetWebACLCommand({ ARN: webAclArn }));
  return (await unless(look, 'WAFNonexistentItemException')) !== undefined;
}
