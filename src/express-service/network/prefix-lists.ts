/** Prefix lists that may reach a load balancer, looked up in AWS. */
import { paginateDescribeManagedPrefixLists } from '@aws-sdk/client-ec2';
import type { Clients } from '../../aws/clients';
import { allItems } from '../../aws/pages';
import { checkPrefixLists } from '../properties/allowed-sources';
import {
  isManagedLoadBalancer,
  rulesOfSource,
  type LoadBalancerSpec,
} from '../properties/load-balancer-settings';

/**
 * Look up the prefix lists that a template names.
 *
 * @throws HandlerError InvalidRequest when one is not there, or they need more rules than a security group takes.
 */
export async function lookUpPrefixLists({ ec2 }: Clients, loadBalancer: LoadBalancerSpec): Promise<void> {
  if (!isManagedLoadBalancer(loadBalancer) || loadBalancer.allowedPrefixListIds.length === 0) return;
  const { allowedPrefixListIds } = loadBalancer;
  // A filter, not PrefixListIds: an id that does not exist then leaves a gap instead of failing the whole call.
  const Filters = [{ Name: 'prefix-list-id', Values: [...allowedPrefixListIds] }];
  const described = await allItems(
    paginateDescribeManagedPrefixLists({ client: ec2 }, { Filters }),
    ({ PrefixLists }) => PrefixLists,
  );
  const found = described.map(({ PrefixListId, PrefixListName, AddressFamily, MaxEntries }) => ({
    id: PrefixListId!,
    name: PrefixListName ?? '',
    version: AddressFamily === 'IPv6' ? (6 as const) : (4 as const),
    maxEntries: MaxEntries,
  }));
  checkPrefixLists(loadBalancer, found, rulesOfSource(loadBalancer));
}
