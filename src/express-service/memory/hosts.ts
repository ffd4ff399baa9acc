/**
 * What the tags of the service's security group say of its host names: those that it uses, with their certificates, and
 * former ones, until nothing is left of them.
 */
import {
  domainsOf,
  regionalHostName,
  type Domain,
  type Domains,
  type WrittenMember,
} from '../properties/domains';
import { shortHash } from '../identity/identity';
import type { Tags } from '../identity/tags';
import { isTagOf, TAGS } from './formats';

/** A host name, and the hosted zone that holds its records. */
export interface Host {
  readonly hostName: string;
  /** Id of the Route 53 hosted zone; undefined means that the author looks after the records. */
  readonly hostedZoneId?: string;
}

/** A host whose records are made here. */
export interface ManagedHost extends Host {
  readonly hostedZoneId: string;
}

/** In the tag of the domains: what the template says of one. */
const WRITTEN: Readonly<Record<WrittenMember, string>> = {
  HostedZoneId: '+zone',
  CertificateArn: '+certificate',
};

/** Key of the tag of a host; its value is the host name, which is too long for a key. */
export function hostTagKey({ hostName, hostedZoneId = '' }: Host): string {
  return `${TAGS.host.key}${digestOf(hostName)}/${hostedZoneId}`;
}

/** Hosts that tags speak of, former ones too, sorted by name. */
export function hostsOf(tags: Tags): Host[] {
  return Object.entries(tags)
    .filter(([key]) => isTagOf(TAGS.host, key))
    .map(([key, hostName]) => ({ hostName, hostedZoneId: key.slice(key.lastIndexOf('/') + 1) || undefined }))
    .sort((a, b) => (a.hostName < b.hostName ? -1 : 1));
}

/** Tags that record domains. */
export function domainTags(domains: Domains): Tags {
  const all = domainsOf(domains);
  if (all.length === 0) return {};
  const given = all.filter(({ certificateArn }) => certificateArn !== undefined);
  return {
    ...Object.fromEntries(all.map((domain) => [hostTagKey(domain), domain.hostName])),
    ...Object.fromEntries(
      given.map(({ hostName, certificateArn }) => [certificateTagKey(hostName), certificateArn!]),
    ),
    [TAGS.domains.key]: all
      .filter(({ isRegional }) => !isRegional)
      .map(({ hostName, written = [] }) => digestOf(hostName) + written.map((name) => WRITTEN[name]).join(''))
      .join(' '),
  };
}

/** Keys among these tags that {@link domainTags} may have made and that do not outlast the use of a domain. */
export function domainTagKeys(tags: Tags): string[] {
  return Object.keys(tags).filter((key) => isTagOf(TAGS.domains, key) || isTagOf(TAGS.certificate, key));
}

/** The domains that tags record, that of the endpoint first; former hosts are none. */
export function domainsOfTags(tags: Tags): Domain[] {
  const hosts = hostsOf(tags);
  return (tags[TAGS.domains.key]?.split(' ') ?? []).flatMap((entry) => {
    const [digest] = entry.split('+');
    const host = hosts.find(({ hostName }) => digestOf(hostName) === digest);
    if (!host) return [];
    const written = Object.entries(WRITTEN).filter(([, mark]) => entry.includes(mark));
    return [
      {
        ...host,
        certificateArn: tags[certificateTagKey(host.hostName)],
        written: written.map(([name]) => name as WrittenMember),
      },
    ];
  });
}

/**
 * Regional names among the hosts that tags speak of: each stands beside another one, and no template names it. While there is
 * one, Regions share the other one, or have shared it.
 */
export function regionalHosts(
  { hosts, domains }: { readonly hosts: readonly Host[]; readonly domains: readonly Domain[] },
  region: string,
): readonly ManagedHost[] {
  return hosts
    .filter(isManagedHost)
    .filter(
      (host) =>
        !isAmong(host, domains) &&
        hosts.some(({ hostName }) => host.hostName === regionalHostName(hostName, region)),
    );
}

/** Whether the records of a host are made here. */
export function isManagedHost<Any extends Host>(host: Any): host is Any & ManagedHost {
  return host.hostedZoneId !== undefined;
}

/** Whether two hosts are one. */
export function isSameHost(one: Host, other: Host): boolean {
  return one.hostName === other.hostName && one.hostedZoneId === other.hostedZoneId;
}

/** Whether a host is among others. */
export function isAmong(host: Host, others: readonly Host[]): boolean {
  return others.some((other) => isSameHost(host, other));
}

function certificateTagKey(hostName: string): string {
  return TAGS.certificate.key + digestOf(hostName);
}

/** A host name where there is no room for it. */
export function digestOf(hostName: string): string {
  return shortHash(hostName, 8);
}
