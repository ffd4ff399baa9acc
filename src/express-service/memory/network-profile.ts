/**
 * What a tag of the service's security group says of the network profile that the service runs in: its name, and what it stood
 * for when the service came to run in it. By that an update sees whether the platform team has changed the profile since.
 */
import { shortHash } from '../identity/identity';
import type { Tags } from '../identity/tags';
import type { NetworkOfTasks, NetworkProfileSpec } from '../properties/network-profile';
import { TAGS } from './formats';

/** A profile on record. */
export interface RecordedNetworkProfile {
  readonly name: string;
  /** Of its subnets. */
  readonly subnetsHash: string;
  readonly securityGroupIds: readonly string[];
}

/** Key of the tag. */
export const NETWORK_PROFILE_TAG = TAGS.networkProfile.key;

/** Tag of a profile; none where the service names its network itself. */
export function networkProfileTag(profile: NetworkProfileSpec | undefined): Tags {
  if (!profile) return {};
  const { name, subnetIds, securityGroupIds } = profile;
  return { [NETWORK_PROFILE_TAG]: [name, subnetsHash(subnetIds), ...securityGroupIds.toSorted()].join(' ') };
}

/** The profile that tags record; undefined when there is none. */
export function recordedNetworkProfile(tags: Tags): RecordedNetworkProfile | undefined {
  const [name, hash, ...securityGroupIds] = tags[NETWORK_PROFILE_TAG]?.split(' ') ?? [];
  return name === undefined || hash === undefined ? undefined : { name, subnetsHash: hash, securityGroupIds };
}

/**
 * What the template before an update stood for, with what its profile was then: of subnets that were others nothing is known.
 *
 * @param previous by what the profile is today; undefined when nothing is known of the template.
 */
export function networkBefore(previous: NetworkOfTasks | undefined, tags: Tags): NetworkOfTasks | undefined {
  if (!previous?.networkProfile) return previous;
  const { networkProfile: profile, additionalSecurityGroupIds: groups } = previous;
  const recorded = recordedNetworkProfile(tags);
  const isSame = recorded?.subnetsHash === subnetsHash(profile.subnetIds);
  const own = groups.filter((id) => !profile.securityGroupIds.includes(id));
  return {
    subnetIds: isSame ? previous.subnetIds : [],
    additionalSecurityGroupIds: [...(recorded?.securityGroupIds ?? []), ...own],
  };
}

/** Hash of subnets, in any order. */
function subnetsHash(subnetIds: readonly string[]): string {
  return shortHash(subnetIds.toSorted().join(), 8);
}
