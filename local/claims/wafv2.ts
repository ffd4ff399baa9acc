/** What the local AWS claims about AWS WAF. */
import type { Claim } from './claim';

export const WAFV2 = [
  {
    id: 'wafv2.associated-web-acl',
    statement: 'DeleteWebACL of a web ACL that protects a resource is WAFAssociatedItemException.',
    source: 'AWS WAF API reference, DeleteWebACL.',
    state: 'confirmed',
    test: 'test/local/guards/security.test.ts',
  },
  {
    id: 'wafv2.one-web-acl',
    statement: 'A load balancer has one web ACL; an association takes the place of the one before.',
    source: 'AWS WAF API reference, AssociateWebACL.',
    state: 'confirmed',
    test: 'test/local/guards/security.test.ts',
  },
  {
    id: 'wafv2.unknown-resource',
    statement: 'An association with a load balancer that does not exist is WAFNonexistentItemException.',
    source: 'AWS WAF API reference, AssociateWebACL.',
    state: 'confirmed',
    test: 'test/local/guards/security.test.ts',
  },
  {
    id: 'wafv2.new-web-acl-unavailable',
    statement:
      'AssociateWebACL of a web ACL that was made less than three minutes ago is WAFUnavailableEntityException.',
    source:
      'AWS WAF API reference, WAFUnavailableEntityException: what was made a moment ago takes from a few seconds to a number of minutes; seen on AWS for more than five minutes (github.com/hashicorp/terraform-provider-aws, issues 17527 and 29080). The three minutes stand for any.',
    state: 'inferred',
    otherwise: 'It can be associated at once.',
    risk: 'None but time: an operation waits for it, for half an hour at most.',
    test: 'test/local/guards/security.test.ts',
  },
  {
    id: 'wafv2.new-load-balancer-unavailable',
    statement:
      'AssociateWebACL of a load balancer that is still provisioning is WAFUnavailableEntityException.',
    source:
      'Seen on AWS, this error in github.com/kubernetes-sigs/aws-load-balancer-controller, issue 685, the other one in its issue 2022; which of them comes when is not known.',
    state: 'inferred',
    otherwise:
      'It is WAFNonexistentItemException, the same error as for a load balancer or a web ACL that is not there.',
    risk: 'None: after either error the web ACL itself is looked at.',
    test: 'test/local/guards/security.test.ts',
  },
] as const satisfies readonly Claim[];
