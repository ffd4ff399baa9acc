/** Ranges of IP addresses, as EC2 writes them. */
import { isIPv4, isIPv6 } from 'node:net';

/** Bits of an address. */
const BITS = { 4: 32, 6: 128 } as const;

/** IP version of a range: the address before the slash decides. */
export function ipVersionOf(cidr: string): 4 | 6 {
  return cidr.includes(':') ? 6 : 4;
}

/**
 * A range in the one form in which EC2 answers it: no bits set behind the prefix, IPv6 in short lower-case form
 * (RFC 5952).
 *
 * @returns undefined when the text is no range.
 */
export function canonicalCidr(text: string): string | undefined {
  const match = /^([0-9a-fA-F.:]+)\/(0|[1-9][0-9]{0,2})$/.exec(text);
  if (!match) return undefined;
  const [, address, length] = match as unknown as [string, string, string];
  const version = ipVersionOf(address);
  const prefix = Number(length);
  if (!(version === 4 ? isIPv4(address) : isIPv6(address)) || prefix > BITS[version]) return undefined;
  const behind = BigInt(BITS[version] - prefix);
  const network = (numberOf(address, version) >> behind) << behind;
  return `${addressOf(network, version)}/${prefix}`;
}

function numberOf(address: string, version: 4 | 6): bigint {
  const [digits, base] = version === 4 ? [address.split('.'), 8n] : [groupsOf(address), 16n];
  return digits.reduce(
    (number, digit) => (number << base) | BigInt(version === 4 ? digit : `0x${digit}`),
    0n,
  );
}

/** The eight groups of an IPv6 address; the parser of URLs writes an IPv4 tail as two of them. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const before = head.split(':').filter(Boolean);
  const after = (tail ?? '').split(':').filter(Boolean);
  return [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
}

function addressOf(number: bigint, version: 4 | 6): string {
  const size = version === 4 ? 8 : 16;
  const parts = Array.from({ length: BITS[version] / size }, (_, index) =>
    ((number >> BigInt(BITS[version] - size * (index + 1))) & ((1n << BigInt(size)) - 1n)).toString(
      version === 4 ? 10 : 16,
    ),
  );
  return version === 4 ? parts.join('.') : new URL(`http://[${parts.join(':')}]`).hostname.slice(1, -1);
}
