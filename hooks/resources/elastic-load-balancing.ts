import type { Resource } from '../engine/resource';
import { all, not, type Test } from '../engine/truth';
import type { Value } from '../engine/value';

export const LOAD_BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';
export const LISTENER = 'AWS::ElasticLoadBalancingV2::Listener';
export const TARGET_GROUP = 'AWS::ElasticLoadBalancingV2::TargetGroup';

/** Whether a load balancer is of one of the given types. An omitted Type means application. */
export function isLoadBalancerOfType(
  loadBalancer: Resource,
  ...types: readonly ('application' | 'network' | 'gateway')[]
): Test {
  return loadBalancer.at('Type').or('application').oneOf(types);
}

/** Whether the internet reaches a load balancer. An omitted Scheme means internet-facing; a gateway one has no scheme. */
export function isPublicLoadBalancer(
  loadBalancer: Resource,
  ...types: readonly ('application' | 'network')[]
): Test {
  // The scheme is what can be changed, so it is named.
  return all(
    loadBalancer.at('Scheme').or('internet-facing').equals('internet-facing'),
    isLoadBalancerOfType(loadBalancer, ...types),
  );
}

/** The value of a load balancer attribute such as `deletion_protection.enabled`; absent when the template sets none. */
export function loadBalancerAttribute(loadBalancer: Resource, key: string): Value {
  return loadBalancer.at('LoadBalancerAttributes').lookup(key);
}

/** Whether a listener takes unencrypted HTTP. */
export function isHttpListener(listener: Resource): Test {
  return listener.at('Protocol').equals('HTTP');
}

/** Whether a listener terminates TLS. */
export function isTlsListener(listener: Resource): Test {
  return listener.at('Protocol').oneOf(['HTTPS', 'TLS']);
}

/** Whether an action redirects to HTTPS. An omitted protocol keeps that of the request. */
export function redirectsToHttps(action: Value): Test {
  return all(action.at('Type').equals('redirect'), action.at('RedirectConfig.Protocol').equals('HTTPS'));
}

/** Whether an action passes the request on to targets. */
export function forwards(action: Value): Test {
  return not(action.at('Type').oneOf(['redirect', 'fixed-response']));
}
