/** What a template says of the web ACL of a load balancer, read off AWS. Pure: no call to AWS. */
import { defined } from '../../core/unset';
import type { Exposure } from '../exposures';
import type { Identity } from '../identity/identity';
import type { ResourceModel } from '../model';
import { webAclInputOf } from '../properties/web-acl-rules';
import type { ObservedKinds } from '../resources';
import { cidrsIn } from '../resources/waf/ip-sets';

type Inputs = Pick<ResourceModel, 'WebAcl' | 'WebAclArn'>;

/** A load balancer has a web ACL of the author's, or one that services share, in which the service may have rules. */
export function webAclInputs(
  identity: Identity,
  exposure: Exposure | undefined,
  { IpSets, WebAcl, WebAclAssociation, WebAclRules }: ObservedKinds,
): Inputs {
  const { webAclArn } = WebAclAssociation ?? {};
  const isShared = webAclArn === undefined || webAclArn === WebAcl?.shared?.arn;
  if (exposure?.kind !== 'shared' || !isShared) return { WebAclArn: webAclArn };
  // Rules of a web ACL that is not associated are not in force.
  if (!WebAclRules || webAclArn === undefined) return { WebAcl: { Enabled: false } as Inputs['WebAcl'] };
  const AllowedCidrs = cidrsIn(IpSets, 'allowed');
  const BlockedCidrs = cidrsIn(IpSets, 'blocked');
  const read = { ...webAclInputOf(identity, WebAclRules), AllowedCidrs, BlockedCidrs };
  return { WebAcl: defined(read) as Inputs['WebAcl'] };
}
