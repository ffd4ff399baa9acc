/** What a template says of the load balancer, read off AWS. */
import type { ObservedLoadBalancer } from '../resources/elastic-load-balancing/load-balancer';
import type { ObservedLoadBalancerSecurityGroup } from '../resources/ec2/load-balancer-security-group';
import { attributeInputOf, type LoadBalancerAttributes } from '../properties/load-balancer-settings';
import type { AllowedSources } from '../properties/allowed-sources';
import { crossZoneOf } from '../properties/network-load-balancer';
import type { ObservedListenerRule } from '../resources/elastic-load-balancing/service-rule';
import type { ObservedTestListenerRule } from '../resources/elastic-load-balancing/test-listener-rule';
import { LoadBalancerConfiguration } from '../model';
import type { Exposure } from '../exposures';
import type { Properties } from '../../cloudformation/extension';
import { defined, unlessEmpty } from '../../core/unset';

const { Type } = LoadBalancerConfiguration.DEFAULTS;

/** What is observed of the load balancer; all of it may have been deleted by hand. */
export interface ObservedIngress {
  readonly LoadBalancer?: ObservedLoadBalancer;
  readonly LoadBalancerAttributes?: LoadBalancerAttributes;
  readonly LoadBalancerSecurityGroup?: ObservedLoadBalancerSecurityGroup;
  /** Of a Network Load Balancer: its listeners. */
  readonly ListenerRule?: ObservedListenerRule;
  readonly TestListenerRule?: ObservedTestListenerRule;
}

type Input = Properties<LoadBalancerConfiguration>;

/** What a template says of each kind of exposure; undefined when the load balancer is gone. */
const INPUTS: {
  readonly [Kind in Exposure['kind']]: (
    observed: ObservedIngress,
    exposure: Extract<Exposure, { kind: Kind }>,
  ) => Input | undefined;
} = {
  none: () => ({ Type: 'none' }),
  external: (_observed, { listenerArn: ListenerArn }) => ({ Type, ListenerArn }),
  shared({ LoadBalancerAttributes = {}, LoadBalancerSecurityGroup: group, ...observed }) {
    return managedInput(observed, group, {
      Type,
      HttpRedirect: group?.ingress.httpRedirect,
      ...attributeInputOf(LoadBalancerAttributes),
    });
  },
  networkListener({ ListenerRule }, { listenerArn: ListenerArn }) {
    const { protocol: Protocol } = ListenerRule?.listener ?? {};
    return { Type: 'network', ListenerArn, ...(Protocol && { Listener: { Protocol } }) };
  },
  network({ LoadBalancerAttributes = {}, LoadBalancerSecurityGroup: group, ...observed }) {
    const { LoadBalancer, ListenerRule, TestListenerRule } = observed;
    const { protocol: Protocol, port: Port } = ListenerRule?.listener ?? {};
    const TestPort = TestListenerRule?.rule?.listener?.port;
    return managedInput(observed, group, {
      Type: 'network',
      AllocationIds: LoadBalancer?.allocationIds && [...LoadBalancer.allocationIds],
      CrossZone: crossZoneOf(LoadBalancerAttributes),
      Listener: Protocol && defined({ Protocol, Port, TestPort }),
    });
  },
};

/** @param more what load balancers of its type have beside what all have. */
function managedInput(
  { LoadBalancer }: ObservedIngress,
  group: ObservedLoadBalancerSecurityGroup | undefined,
  more: Input,
): Input | undefined {
  return (
    LoadBalancer &&
    defined({
      ...more,
      Scheme: LoadBalancer.scheme,
      IpAddressType: LoadBalancer.ipAddressType ?? LoadBalancerConfiguration.DEFAULTS.IpAddressType,
      Subnets: Object.values(LoadBalancer.subnets).sort(),
      ...(group && sourcesInput(group.ingress)),
    })
  );
}

/** Where nobody may reach it, that is said of AllowedCidrs. What an earlier version of this code has kept names no prefix lists. */
function sourcesInput({
  allowedCidrs,
  allowedPrefixListIds = [],
}: Pick<AllowedSources, 'allowedCidrs'> & Partial<AllowedSources>): Input {
  const AllowedPrefixListIds = unlessEmpty([...allowedPrefixListIds]);
  return {
    AllowedCidrs: AllowedPrefixListIds ? unlessEmpty([...allowedCidrs]) : [...allowedCidrs],
    AllowedPrefixListIds,
  };
}

/** The property LoadBalancerConfiguration of a service in an exposure; that of one that is not known is as it is by default. */
export function loadBalancerInputOf(
  exposure: Exposure | undefined,
  observed: ObservedIngress,
): Input | undefined {
  const inputOf = INPUTS[exposure?.kind ?? 'shared'] as (
    observed: ObservedIngress,
    exposure: Exposure | undefined,
  ) => Input | undefined;
  return inputOf(observed, exposure);
}
