/** What a template says of the load balancer, read off AWS. */
import type { ObservedLoadBalancer } from '../resources/elastic-load-balancing/load-balancer';
import type { ObservedLoadBalancerSecurityGroup } from '../resources/ec2/load-balancer-security-group';
import { attributeInputOf, type LoadBalancerAttributes } from '../properties/load-balancer-settings';
import { crossZoneOf } from '../properties/network-load-balancer';
import type { ObservedListenerRule } from '../resources/elastic-load-balancing/service-rule';
import type { ObservedTestListenerRule } from '../resources/elastic-load-balancing/test-listener-rule';
import { LoadBalancerConfiguration } from '../model';
import type { Exposure } from '../exposures';
import type { Properties } from '../../cloudformation/extension';
import { defined } from '../../core/unset';

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

/** The property LoadBalancerConfiguration of a service in an exposure. */
export function loadBalancerInputOf(
  exposure: Exposure | undefined,
  {
    LoadBalancer,
    LoadBalancerAttributes = {},
    LoadBalancerSecurityGroup,
    ListenerRule,
    TestListenerRule,
  }: ObservedIngress,
): Properties<LoadBalancerConfiguration> | undefined {
  if (exposure?.kind === 'none') return { Type: 'none' };
  if (exposure?.kind === 'external') return { Type, ListenerArn: exposure.listenerArn };
  if (!LoadBalancer) return undefined;
  if (exposure?.kind === 'network') {
    const { listener } = ListenerRule ?? {};
    return defined({
      Type: 'network' as const,
      Scheme: LoadBalancer.scheme,
      IpAddressType: LoadBalancer.ipAddressType,
      Subnets: Object.values(LoadBalancer.subnets).sort(),
      AllowedCidrs: LoadBalancerSecurityGroup && [...LoadBalancerSecurityGroup.ingress.allowedCidrs],
      AllocationIds: LoadBalancer.allocationIds && [...LoadBalancer.allocationIds],
      CrossZone: crossZoneOf(LoadBalancerAttributes),
      Listener:
        listener &&
        defined({
          Protocol: listener.protocol,
          Port: listener.port,
          TestPort: TestListenerRule?.rule?.listener?.port,
        }),
    });
  }
  const ingress = LoadBalancerSecurityGroup?.ingress;
  return defined({
    Type,
    Scheme: LoadBalancer.scheme,
    IpAddressType: LoadBalancer.ipAddressType ?? LoadBalancerConfiguration.DEFAULTS.IpAddressType,
    Subnets: Object.values(LoadBalancer.subnets).sort(),
    AllowedCidrs: ingress && [...ingress.allowedCidrs],
    HttpRedirect: ingress?.httpRedirect,
    ...attributeInputOf(LoadBalancerAttributes),
  });
}
