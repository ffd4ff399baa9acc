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
  {
    id: 'wafv2.new-ip-set-unavailable',
    statement:
      'A web ACL whose rules name an IP set that was made less than 20 seconds ago is WAFUnavailableEntityException.',
    source:
      'AWS WAF API reference, WAFUnavailableEntityException: what was made a moment ago takes from a few seconds to a number of minutes. The 20 seconds stand for any.',
    state: 'inferred',
    otherwise: 'A rule can name it at once.',
    risk: 'None but time: an operation waits for it, for half an hour at most.',
    test: 'test/local/guards/web-acls.test.ts',
  },
  {
    id: 'wafv2.used-ip-set',
    statement: 'DeleteIPSet of an IP set that a rule names is WAFAssociatedItemException.',
    source: 'AWS WAF API reference, DeleteIPSet.',
    state: 'confirmed',
    test: 'test/local/guards/web-acls.test.ts',
  },
  {
    id: 'wafv2.lock-token',
    statement:
      'UpdateWebACL with the lock token of a look before the last change is WAFOptimisticLockException.',
    source: 'AWS WAF API reference, UpdateWebACL.',
    state: 'confirmed',
    test: 'test/local/guards/web-acls.test.ts',
  },
  {
    id: 'wafv2.body-label',
    statement:
      'The label that SizeRestrictions_BODY gives to a body of more than 8 KB ends with SizeRestrictions_Body.',
    source: 'AWS WAF Developer Guide, "Baseline rule groups", as remembered: it was not read again.',
    state: 'unverified',
    otherwise: 'It ends with the name of the rule.',
    risk: 'None: the rule that blocks such bodies takes either label.',
    test: 'test/load-balancer/web-acls.test.ts',
  },
] as const satisfies readonly Claim[];
