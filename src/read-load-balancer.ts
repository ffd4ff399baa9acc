/** What a template says of the load balancer, read off AWS. */
import type { ObservedLoadBalancer } from './components/load-balancer';
import type { ObservedLoadBalancerSecurityGroup } from './components/load-balancer-security-group';
import type { LoadBalancerAttributes } from './load-balancer-settings';
import type { LoadBalancerConfiguration } from './model';
import type { Placement } from './placement';
import type { Properties } from './runtime';
import { defined } from './unset';

/** What is observed of the load balancer; all of it may have been deleted by hand. */
export interface ObservedIngress {
  readonly LoadBalancer?: ObservedLoadBalancer;
  readonly LoadBalancerAttributes?: LoadBalancerAttributes;
  readonly LoadBalancerSecurityGroup?: ObservedLoadBalancerSecurityGroup;
}

/** The property LoadBalancerConfiguration of a service in a placement. */
export function loadBalancerInputOf(
  placement: Placement | undefined,
  { LoadBalancer, LoadBalancerAttributes = {}, LoadBalancerSecurityGroup }: ObservedIngress,
): Properties<LoadBalancerConfiguration> | undefined {
  if (placement?.kind === 'own') return { ListenerArn: placement.listenerArn };
  if (!LoadBalancer) return undefined;
  const { idleTimeoutSeconds, accessLogs } = LoadBalancerAttributes;
  const ingress = LoadBalancerSecurityGroup?.ingress;
  return defined({
    Scheme: LoadBalancer.scheme,
    Subnets: Object.values(LoadBalancer.subnets).sort(),
    AllowedCidrs: ingress && [...ingress.allowedCidrs],
    HttpRedirect: ingress?.httpRedirect,
    IdleTimeoutSeconds: idleTimeoutSeconds,
    AccessLogs: accessLogs && defined({ Bucket: accessLogs.bucket, Prefix: accessLogs.prefix }),
  });
}
