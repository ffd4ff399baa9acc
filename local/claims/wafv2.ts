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
] as const satisfies readonly Claim[];
