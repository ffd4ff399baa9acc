/** Networks that a platform team sets up once, and that templates name by a word. Pure: no call to AWS. */
import type { Properties } from '../../cloudformation/extension';
import { invalid } from '../../core/failure';
import type { NetworkProfile, ResourceModel, TypeConfigurationModel } from '../model';
import type { InputRows } from './table';

const PATH = 'NetworkProfile';
const SUBNETS = 'NetworkConfiguration/Subnets';

/** It goes to the ECS service and the load balancer as what {@link withNetworkProfile} makes of it. */
export const NETWORK_PROFILE_ROWS = {
  // The record holds it, so that nobody changes it by hand.
  NetworkProfile: { conflict: false },
} as const satisfies InputRows<object>;

/** What a profile adds to where a service runs. */
export interface NetworkProfileSpec {
  readonly name: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

/** What a template says of the network of the tasks. */
export interface NetworkOfTasks {
  /** Empty means: the public subnets of the default VPC. */
  readonly subnetIds: readonly string[];
  readonly additionalSecurityGroupIds: readonly string[];
  /** What of these a profile stands for; undefined where the template names its network itself. */
  readonly networkProfile?: NetworkProfileSpec;
}

/**
 * A template as if it named what its profile stands for, and no profile; itself where it names none.
 *
 * @throws HandlerError InvalidRequest when there is no such profile, or when the template names subnets, too.
 */
export function withNetworkProfile(
  model: ResourceModel,
  configuration: Pick<TypeConfigurationModel, 'NetworkProfiles'>,
): ResourceModel {
  const profile = profileOf(model, configuration);
  if (!profile) return model;
  const { NetworkConfiguration: network, LoadBalancerConfiguration: loadBalancer } = model;
  if (network?.Subnets) {
    throw invalid(SUBNETS, `is given beside ${PATH} ${profile.Name}`, `Remove one of the two`);
  }
  const isGivenPlace = loadBalancer?.Subnets || loadBalancer?.ListenerArn || loadBalancer?.Type === 'none';
  return {
    ...model,
    NetworkProfile: undefined,
    NetworkConfiguration: {
      Subnets: profile.Subnets,
      SecurityGroups: [...new Set([...(profile.SecurityGroups ?? []), ...(network?.SecurityGroups ?? [])])],
    },
    ...(profile.LoadBalancerSubnets &&
      !isGivenPlace && {
        LoadBalancerConfiguration: { ...loadBalancer, Subnets: profile.LoadBalancerSubnets },
      }),
  } as ResourceModel;
}

/** What the profile of a template adds; undefined where it names none. @throws HandlerError InvalidRequest. */
export function networkProfileSpec(
  model: Pick<ResourceModel, 'NetworkProfile' | 'NetworkConfiguration'>,
  configuration: Pick<TypeConfigurationModel, 'NetworkProfiles'>,
): NetworkProfileSpec | undefined {
  const profile = profileOf(model, configuration);
  if (!profile) return undefined;
  const own = model.NetworkConfiguration?.SecurityGroups ?? [];
  return {
    name: profile.Name!,
    subnetIds: profile.Subnets!,
    securityGroupIds: (profile.SecurityGroups ?? []).filter((id) => !own.includes(id)),
  };
}

function profileOf(
  { NetworkProfile: name }: Pick<ResourceModel, 'NetworkProfile'>,
  { NetworkProfiles: all = [] }: Pick<TypeConfigurationModel, 'NetworkProfiles'>,
): Properties<NetworkProfile> | undefined {
  if (name == null) return undefined;
  const found = all.filter(({ Name }) => Name === name);
  if (found.length === 1) return found[0];
  const names = all.map(({ Name }) => Name).join(', ');
  throw found.length > 1
    ? invalid(
        'TypeConfiguration/NetworkProfiles',
        `has ${name} ${found.length} times`,
        'Give each profile a name of its own',
      )
    : invalid(
        PATH,
        `there is no network profile ${name} in the configuration of the type; ${all.length > 0 ? `there are ${names}` : 'there are none'}`,
        'Name one that is there, or name subnets in NetworkConfiguration',
      );
}
