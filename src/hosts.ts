/** Host names that a service uses or has used: they are kept as tags of its security group until nothing is left of them. */
import { RESERVED_TAG_PREFIX, shortHash } from './identity';
import type { Tags } from './tags';

/** A host name, and the hosted zone that holds its records. */
export interface Host {
  readonly hostName: string;
  /** Id of the Route 53 hosted zone. */
  readonly hostedZoneId: string;
}

const HOST_TAG_PREFIX = `${RESERVED_TAG_PREFIX}host/`;

/** Key of the tag of a host; its value is the host name, which is too long for a key. */
export function hostTagKey({ hostName, hostedZoneId }: Host): string {
  return `${HOST_TAG_PREFIX}${shortHash(hostName, 8)}/${hostedZoneId}`;
}

/** Hosts that tags speak of, sorted by name. */
export function hostsOf(tags: Tags): Host[] {
  return Object.entries(tags)
    .filter(([key]) => key.startsWith(HOST_TAG_PREFIX))
    .map(([key, hostName]) => ({ hostName, hostedZoneId: key.slice(key.lastIndexOf('/') + 1) }))
    .sort((a, b) => (a.hostName < b.hostName ? -1 : 1));
}

/** Whether two hosts are one. */
export function isSameHost(one: Host, other: Host): boolean {
  return one.hostName === other.hostName && one.hostedZoneId === other.hostedZoneId;
}
