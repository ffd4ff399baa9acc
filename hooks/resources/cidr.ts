import type { Stack } from '../engine/resource';
import { any, NEVER, type Test } from '../engine/truth';
import type { Value } from '../engine/value';

/** Named lists of address ranges, which rules of security groups may name instead of a range. */
export const PREFIX_LIST = 'AWS::EC2::PrefixList';

/** Networks wider than these prefixes count as the whole world: no organisation owns that much address space. */
const WIDEST_PREFIX = { ipv4: 8, ipv6: 16 };

/** Whether an address range covers the whole internet, or so much of it that it makes no difference. */
export function isWorld(range: string): boolean {
  const [address = '', prefix] = range.trim().split('/');
  if (prefix === undefined || !/^\d+$/.test(prefix)) return false;
  return Number(prefix) < (address.includes(':') ? WIDEST_PREFIX.ipv6 : WIDEST_PREFIX.ipv4);
}

/**
 * Whether a rule of a security group is open to the world by IPv4 or IPv6 range, or by a prefix list that holds one.
 *
 * @param prefixList name of the property that names the prefix list.
 */
export function isOpenToWorld(
  rule: Value,
  stack: Stack,
  prefixList: 'SourcePrefixListId' | 'DestinationPrefixListId' = 'SourcePrefixListId',
): Test {
  return any(
    holdsWorld(rule.at(prefixList), stack),
    ...['CidrIp', 'CidrIpv6'].map((name) =>
      rule.at(name).satisfies((range) => range !== undefined && isWorld(String(range))),
    ),
  );
}

/** Whether a prefix list holds a range that is the world. The entries of one that the stack does not make are unknown. */
function holdsWorld(prefixList: Value, stack: Stack): Test {
  if (prefixList.isSet().truth === false) return NEVER;
  const declared = stack.referredBy(prefixList);
  return declared?.type === PREFIX_LIST
    ? declared
        .at('Entries')
        .some((entry) => entry.at('Cidr').satisfies((range) => range !== undefined && isWorld(String(range))))
    : prefixList.undecided('the entries of this prefix list are not in the template');
}
