import { any, type Test } from '../engine/truth';
import type { Value } from '../engine/value';

/** Networks wider than these prefixes count as the whole world: no organisation owns that much address space. */
const WIDEST_PREFIX = { ipv4: 8, ipv6: 16 };

/** Whether an address range covers the whole internet, or so much of it that it makes no difference. */
export function isWorld(range: string): boolean {
  const [address = '', prefix] = range.trim().split('/');
  if (prefix === undefined || !/^\d+$/.test(prefix)) return false;
  return Number(prefix) < (address.includes(':') ? WIDEST_PREFIX.ipv6 : WIDEST_PREFIX.ipv4);
}

/** Whether a rule of a security group is open to the world by IPv4 or IPv6 range. */
export function isOpenToWorld(rule: Value): Test {
  return any(
    ...['CidrIp', 'CidrIpv6'].map((name) =>
      rule.at(name).satisfies((range) => range !== undefined && isWorld(String(range))),
    ),
  );
}
