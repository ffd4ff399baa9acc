import { AssociateWebACLCommand, GetWebACLForResourceCommand } from '@aws-sdk/client-wafv2';
import type { Component } from '../component';
import { HandlerError } from '../errors';
import { done, wait } from '../outcome';
import { isSdkError, unless } from '../sdk-errors';
import type { ObservedLoadBalancer } from './load-balancer';

/** The web ACL of the load balancer. */
export interface ObservedWebAclAssociation {
  /** Undefined means that there is none, or that nobody asked. */
  readonly webAclArn?: string;
}

interface Needs {
  LoadBalancer: ObservedLoadBalancer;
}

/**
 * The web ACL that protects the load balancer. Services with different web ACLs do not share one. An association that
 * somebody else has made for services without a web ACL is left alone.
 */
export const webAclAssociation: Component<ObservedWebAclAssociation, Needs> = {
  kind: 'WebAclAssociation',
  needs: ['LoadBalancer'],
  shared: true,
  per: 'load balancer',
  staysWhileJoining: true,
  permissions: {
    observe: ['wafv2:GetWebACL', 'wafv2:GetWebACLForResource'],
    apply: ['elasticloadbalancing:SetWebAcl', 'wafv2:AssociateWebACL'],
    remove: [],
  },

  async observe({ clients, spec }, { LoadBalancer }) {
    if (!LoadBalancer || (spec && spec.webAclArn === undefined)) return undefined;
    const answer = await unless(
      clients.wafv2.send(new GetWebACLForResourceCommand({ ResourceArn: LoadBalancer.arn })),
      'WAFNonexistentItemException',
    );
    return { webAclArn: answer?.WebACL?.ARN };
  },

  async apply({ clients, spec }, { LoadBalancer }, current) {
    const { webAclArn } = spec;
    if (webAclArn === undefined || current?.webAclArn === webAclArn) return done({ webAclArn });
    try {
      await clients.wafv2.send(
        new AssociateWebACLCommand({ WebACLArn: webAclArn, ResourceArn: LoadBalancer.arn }),
      );
    } catch (error) {
      // The load balancer is still provisioning, or the web ACL was made a moment ago.
      if (isSdkError(error, 'WAFUnavailableEntityException')) {
        return wait(`the web ACL to be associated with load balancer ${LoadBalancer.name}`, 10);
      }
      if (isSdkError(error, 'WAFNonexistentItemException')) {
        throw new HandlerError('InvalidRequest', `web ACL ${webAclArn} does not exist`, {
          propertyPath: 'WebAclArn',
          remedy: 'Name a regional web ACL of this account and Region',
          cause: error,
        });
      }
      throw error;
    }
    return done({ webAclArn });
  },

  /** The association goes with the load balancer. */
  async remove() {
    return done(undefined);
  },
};
