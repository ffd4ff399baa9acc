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
] as const satisfies readonly Claim[];
